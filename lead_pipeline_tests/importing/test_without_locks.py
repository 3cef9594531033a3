"""A shared folder whose locks never exclude (NFS mounted with `nolock`, say): two hosts work on the same import at
once. PostgreSQL's lock and ledger are the net: rows are written once, or a run fails and the next one writes them.
"""

import contextlib
import fcntl
import os
import random
import threading
import time

import psycopg2
import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.locks import try_acquire
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.importing.engine import Engine
from lead_pipeline.importing.submitting import submit_file
from lead_pipeline.importing.withheld import StageCrashedError
from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline_tests.postgres_server import database
from lead_pipeline_tests.support import call_schedule, quick_folder, write_csv

ROWS = 40


@pytest.fixture
def home(monkeypatch):
    with quick_folder() as folder, database() as address:
        monkeypatch.setenv("LEAD_PIPELINE_STORE", address)
        made = Home(folder / "home")
        made.prepare()
        yield made


def asked(sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(os.environ["LEAD_PIPELINE_STORE"])) as con, con.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def rows(number: int) -> list[tuple[str, str]]:
    good = [(f"212{200 + number:03d}{row:04d}", "NY") for row in range(ROWS)]
    return [*good, good[0], ("12", "TX")]


def imported(home: Home, import_ids: list[str], chance: random.Random, pause: float) -> None:
    """Run all steps, with pauses between them; one that meets what the other did may fail, as any run may."""
    engine = Engine(home)
    steps = (engine.read_files, engine.map_leads, engine.normalize_leads, lambda ids: engine.commit(ids, print))
    try:
        with contextlib.suppress(LeadPipelineError, StageCrashedError, LookupError, OSError):
            for step in steps:
                time.sleep(chance.uniform(0, pause))
                step(import_ids)
            engine.report(import_ids, print)
    finally:
        engine.release()


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_written_once_although_two_hosts_work_on_the_same_imports(home, monkeypatch, seed):
    files = [
        write_csv(home.root / f"{name}.csv", ("caller_id", "state"), rows(number)) for number, name in enumerate("ab")
    ]
    manifests = [submit_file(home, file, call_schedule()) for file in files]
    import_ids = [manifest.import_id for manifest in manifests]
    flock = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", lambda _descriptor, _operation: None)
    assert None not in (try_acquire(home, import_ids[0]), try_acquire(home, import_ids[0]))  # they exclude nobody
    chance = random.Random(seed)
    hosts = [
        threading.Thread(target=imported, args=(home, import_ids, random.Random(chance.random()), 0.05)) for _ in "12"
    ]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join(120)
    monkeypatch.setattr(fcntl, "flock", flock)
    unfinished = [one.import_id for one in manifests if not is_imported(home, one.identity)]
    imported(home, unfinished, chance, 0)  # what the watch of the inbox asks for next
    assert all(is_imported(home, manifest.identity) for manifest in manifests)
    assert asked("select count(*), count(distinct phone) from leads") == [(2 * ROWS, 2 * ROWS)]
    assert asked(
        "select outcome, count(*), count(distinct (import_id, row_number)) from row_outcomes group by 1 order by 1"
    ) == [("created", 2 * ROWS, 2 * ROWS), ("duplicate", 2, 2), ("rejected", 2, 2)]
    assert asked("select file_name, rows_created, rows_duplicate, rows_rejected from imports order by 1") == [
        ("a.csv", ROWS, 1, 1),
        ("b.csv", ROWS, 1, 1),
    ]
