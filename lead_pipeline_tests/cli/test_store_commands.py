"""The command with a store on PostgreSQL: what the environment says is used, copied, and told to nobody."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lead_pipeline.model.access.store_place import STORE
from lead_pipeline_tests.make_samples import SAMPLES
from lead_pipeline_tests.postgres_server import database

CANARY = "canary-5b1e"


def called(address: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lead_pipeline", "--home", str(home), *arguments],
        capture_output=True, text=True, env=os.environ | {STORE: address},
    )  # fmt: skip


@pytest.fixture
def address():
    with database(with_store=False) as empty:
        yield empty.replace("tester@", f"tester:{CANARY}@")


def test_an_import_goes_where_the_environment_says_and_no_file_has_the_password(address, tmp_path):
    home = tmp_path / "home"
    file = str(SAMPLES / "spring-webinar.csv")
    first = called(address, home, "import", file, "--profile", "call_schedule", "--json")
    again = called(address, home, "import", file, "--profile", "call_schedule", "--json")
    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert json.loads(first.stdout)["rows_created"] == 240
    assert json.loads(again.stdout)["already_imported"]
    counted = called(address, home, "sql", "select count(*) as n from leads", "--csv")
    assert counted.stdout.split() == ["n", "240"]
    copied = called(address, home, "store", "copy", "--to", "file", "--json")
    assert json.loads(copied.stdout)["leads"] == 240
    refused = called(address.replace("tester:", "nobody_there:"), home, "history")
    assert refused.returncode == 1
    said = "".join(one.stdout + one.stderr for one in (first, again, counted, copied, refused))
    kept = [path for path in home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert (CANARY in said, kept) == (False, [])


def test_a_home_that_was_used_with_another_store_is_refused(address, tmp_path):
    with database() as other:
        assert called(other, tmp_path, "history").returncode == 0
        moved = called(address, tmp_path, "import", str(SAMPLES / "spring-webinar.csv"), "--profile", "call_schedule")
        assert moved.returncode == 1
        assert "was used with another lead store before" in moved.stdout + moved.stderr


def test_what_is_no_address_is_refused_without_being_shown(tmp_path):
    refused = called(f"mysql://{CANARY}", tmp_path, "history")
    assert refused.returncode == 1
    assert "LEAD_PIPELINE_STORE is no address of a lead store" in refused.stderr
    assert CANARY not in refused.stderr + refused.stdout


def test_the_demo_does_not_import_samples_into_a_store_of_others(tmp_path):
    refused = called("postgresql://db.invalid/leads", tmp_path, "demo")
    assert refused.returncode == 2
    assert "run it without LEAD_PIPELINE_STORE" in refused.stderr


def test_whoever_has_no_store_on_postgresql_loads_nothing_of_it():
    code = "import sys, lead_pipeline.store.opening; print([name for name in sys.modules if 'adbc' in name])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
