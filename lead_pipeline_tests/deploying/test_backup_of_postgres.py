"""A backup of a store on PostgreSQL that is taken while imports go on is whole: the page's own commands, restored."""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from lead_pipeline_tests.deploying.manifests import ROOT
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.postgres_server import database, server
from lead_pipeline_tests.support import call_schedule, importing, quick_folder

FOLDER = ROOT / "docs" / "deploying"

#: In the place of tar and pg_dump: between the two, whichever comes first, something happens.
_MEANWHILE = """\
#!/bin/sh
if [ -e "{folder}/one is copied" ]; then
  while [ ! -e "{folder}/go on" ]; do sleep 0.02; done
  exec {program} "$@"
fi
{program} "$@" || exit
touch "{folder}/one is copied"
"""


@pytest.fixture
def place(monkeypatch):
    with quick_folder() as folder:
        programs = folder / "bin"
        programs.mkdir()
        for program in (Path(shutil.which("tar")), server()._binaries / "pg_dump"):
            (programs / program.name).write_text(_MEANWHILE.format(folder=folder, program=program))
            (programs / program.name).chmod(0o755)
        (programs / "pg_restore").symlink_to(server()._binaries / "pg_restore")
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        yield folder


def file(folder: Path, number: int) -> Path:
    path = folder / f"{number}.csv"
    path.write_text(leads(number, rows=3))
    return path


def phones(address: str) -> str:
    name = address.partition("@/")[2].partition("?")[0]
    return server().psql("select count(*), count(distinct phone) from leads", name).strip()


def test_what_is_imported_while_a_backup_is_taken_is_neither_lost_nor_doubled_after_a_restore(place, monkeypatch):
    """The home is copied before the databases: a file whose import only they know is handed in again, and known."""
    backups, ended = place / "backups", []
    backups.mkdir()
    with database(with_store=False) as store, database(with_store=False) as new:
        monkeypatch.setenv("LEAD_PIPELINE_STORE", store)
        with importing(place / "home") as imports:
            imports.file(file(place, 1), call_schedule())
            imports.launcher.stage(file(place, 2), call_schedule())  # its run begins later

            def back_up() -> None:
                command = [str(FOLDER / "backup"), str(place / "home"), str(backups)]
                ended.append(subprocess.run(command, capture_output=True, text=True, timeout=120))

            thread = threading.Thread(target=back_up)
            thread.start()
            while thread.is_alive() and not (place / "one is copied").exists():
                time.sleep(0.02)
            imports.file(file(place, 3), call_schedule())
            (place / "go on").touch()
            thread.join()
        assert ended[0].returncode == 0, ended[0].stderr
        assert phones(store) == "6|6"

        (backup,) = backups.iterdir()
        monkeypatch.setenv("LEAD_PIPELINE_STORE", new)
        subprocess.run([str(FOLDER / "restore"), str(backup), str(place / "restored")], check=True, timeout=120)
        assert phones(new) == "6|6"
        with importing(place / "restored") as imports:
            results = [imports.file(file(place, number), call_schedule()) for number in (1, 2, 3)]
        assert [result.counts.created for result in results] == [3, 3, 3]
        assert [result.already_imported for result in results] == [True, False, False]
        assert phones(new) == "9|9"
        assert phones(store) == "6|6"


@pytest.mark.parametrize("variable", ["LEAD_PIPELINE_STORE", "DAGSTER_PG_URL"])
@pytest.mark.parametrize("script", ["backup", "restore"])
@pytest.mark.parametrize(
    "shown", ["leads:s3cret@db.example.com/leads", "db.example.com/leads?user=leads&password=s3cret"]
)
def test_a_password_in_an_address_is_not_shown_among_processes(script, shown, variable, tmp_path):
    hidden = {"LEAD_PIPELINE_STORE": "postgresql://leads@db.example.com:5432/leads"}
    command = [str(FOLDER / script), str(tmp_path / "from"), str(tmp_path)]
    ended = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | hidden | {variable: f"postgresql://{shown}"}
    )
    assert ended.returncode == 1
    assert "PGPASSFILE" in ended.stderr
    assert "s3cret" not in ended.stdout + ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_addresses_without_a_password_are_not_held_to_have_one(tmp_path):
    addresses = {
        "LEAD_PIPELINE_STORE": "postgresql://leads@db.example.com:5432/leads",
        "DAGSTER_PG_URL": "postgresql+psycopg2://leads@db.example.com:5432/dagster",
    }
    command = [str(FOLDER / "backup"), str(tmp_path / "no home"), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | addresses)
    assert ended.returncode == 1
    assert "PGPASSFILE" not in ended.stderr
    assert "no home" in ended.stderr
