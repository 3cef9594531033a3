import os

import pytest

from lead_pipeline.filing.cleanup import sweep
from lead_pipeline.filing.home import Home

NOW = 1_800_000_000.0
LEFT_OVER = [
    ".leads.duckdb.0a1b.new",
    ".leads.duckdb.0a1b.new.wal",
    "staging/.copy.x1.tmp",
    "staging/manifests/.abc.json.1.2.tmp",
    "archive/call_schedule/.list@12.csv.x.tmp",
    "reports/list@12/.report.html.x.tmp",
    "tables/imported_leads/import_id=list@12/.part-00000.parquet.x.tmp",
]
KEPT = ["leads.duckdb", "inbox/call_schedule/list.tmp", "inbox/call_schedule/.x.tmp", "archive/call_schedule/list.tmp"]


def write(home: Home, name: str, age: float) -> None:
    path = home.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, (NOW - age, NOW - age))


@pytest.fixture
def home(tmp_path):
    place = Home(tmp_path / "home")
    place.prepare()
    return place


def test_old_leftovers_of_killed_processes_are_removed(home):
    for name in LEFT_OVER:
        write(home, name, age=7 * 3600)
    assert sorted(path.relative_to(home.root).as_posix() for path in sweep(home, NOW)) == sorted(LEFT_OVER)
    assert sweep(home, NOW) == []


def test_what_somebody_may_be_writing_stays(home):
    for name in LEFT_OVER:
        write(home, name, age=300)
    held = home.reports / "list@12" / ".rejected.csv.y.tmp"
    write(home, "reports/list@12/.rejected.csv.y.tmp", age=3600)
    with held.open("ab"):
        assert sweep(home, NOW) == []


def test_what_a_killed_process_left_goes_after_minutes_when_nobody_has_it_open(home):
    for name in LEFT_OVER:
        write(home, name, age=900)
    new_store = [name for name in LEFT_OVER if "duckdb" in name]  # closed between two openings, so it may live
    removed = {path.relative_to(home.root).as_posix() for path in sweep(home, NOW)}
    assert removed == set(LEFT_OVER) - set(new_store)


def test_corrections_that_nobody_goes_on_with_are_kept_for_ninety_days(home):
    write(home, "staging/corrections/0123456789ab.json", age=91 * 86400)
    write(home, "staging/corrections/ba9876543210.json", age=89 * 86400)
    assert [path.name for path in sweep(home, NOW)] == ["0123456789ab.json"]
    assert (home.staging / "corrections" / "ba9876543210.json").exists()


def test_files_that_are_not_ours_stay_however_old(home):
    for name in KEPT:
        write(home, name, age=10**7)
    assert sweep(home, NOW) == []
