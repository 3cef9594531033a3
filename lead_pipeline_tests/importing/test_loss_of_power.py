"""What a loss of power may cost: what is on the disk before a receipt says that an import is done, and that a run which
finds what was not flushed before it, cut short or empty, takes nothing of it.
"""

import os
from pathlib import Path

import pytest

from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import manifest_path
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.importing.engine import Engine
from lead_pipeline.importing.submitting import submit_file
from lead_pipeline_tests.support import call_schedule, dump_home, quick_folder, write_csv

ROWS = [("2125550101", "NY", "a@example.com"), ("2125550102", "CA", "b@x"), ("12", "TX", ""), ("2125550101", "NY", "")]


@pytest.fixture
def engine():
    with quick_folder() as folder:
        home = Home(folder / "home")
        home.prepare()
        made = Engine(home)
        yield made
        made.release()


def submitted(engine):
    """Stage a file with leads, rejects and duplicates, and return the id of its import."""
    file = write_csv(engine.home.root / "a.csv", ("caller_id", "state", "email"), ROWS)
    return submit_file(engine.home, file, call_schedule()).import_id


STEPS = {
    "read": lambda engine, ids: engine.read_files(ids),
    "mapped": lambda engine, ids: engine.map_leads(ids),
    "normalized": lambda engine, ids: engine.normalize_leads(ids),
    "committed": lambda engine, ids: engine.commit(ids, lambda *_: None),
    "reported": lambda engine, ids: engine.report(ids, lambda _message: None),
}


_DESCRIPTORS = Path("/proc/self/fd")


class Disk:
    """What a loss of power would leave: files whose bytes were flushed, under names whose folder was flushed since."""

    def __init__(self, monkeypatch):
        self.bytes, self.names = set(), set()
        really = os.fsync

        def flush(descriptor):
            path = (_DESCRIPTORS / str(descriptor)).readlink()
            if path.is_dir():
                self.names |= {(one, one.stat().st_ino) for one in path.iterdir()}
            self.bytes.add(os.fstat(descriptor).st_ino)
            really(descriptor)

        monkeypatch.setattr(os, "fsync", flush)

    def has(self, path):
        file = path.stat().st_ino
        return file in self.bytes and (path, file) in self.names


def files_below(*folders):
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.mark.skipif(not _DESCRIPTORS.is_dir(), reason="asks /proc what is flushed")
def test_all_that_people_get_of_an_import_is_on_the_disk_before_its_receipt_says_so(engine, monkeypatch):
    home, disk, seen = engine.home, Disk(monkeypatch), []

    def receipt(path, *arguments):
        if path.parent.name == "receipts" and not seen:
            seen.extend((one.name, disk.has(one)) for one in files_below(home.reports, home.tables))
        return published(path, *arguments)

    monkeypatch.setattr("lead_pipeline.filing.json_files.published", receipt)
    import_id = submitted(engine)
    for step in STEPS.values():
        step(engine, [import_id])
    assert is_imported(home, import_id)
    assert {"report.html", "result.json", "part-00000.parquet", "rejected.csv"} <= {name for name, _ in seen}
    assert [name for name, is_there in seen if not is_there] == []


@pytest.mark.skipif(not _DESCRIPTORS.is_dir(), reason="asks /proc what is flushed")
def test_a_file_that_was_taken_in_by_its_caller_is_on_the_disk_with_what_is_known_of_it(engine, monkeypatch):
    """Whoever handed it in may have it nowhere else; what is dropped lies in the inbox until it is imported."""
    home, disk = engine.home, Disk(monkeypatch)
    manifest = submit_file(home, write_csv(home.root / "a.csv", ("caller_id", "state", "email"), ROWS), call_schedule())
    assert disk.has(manifest_path(home, manifest.identity))
    assert disk.has(manifest.staged_file(home))


@pytest.fixture(scope="module")
def undisturbed():
    """What is in a home in which nothing happened to the import."""
    with quick_folder() as folder:
        made = Engine(Home(folder / "home"))
        made.home.prepare()
        import_id = submitted(made)
        for step in STEPS.values():
            step(made, [import_id])
        made.release()
        return dump_home(made.home.root)


@pytest.mark.parametrize(
    ("after", "left"),
    [("read", b""), ("mapped", b"{"), ("normalized", bytes(100)), ("committed", b""), ("reported", b"")],
    ids=lambda one: one if isinstance(one, str) else f"{len(one)} bytes",
)
def test_after_a_loss_of_power_at_any_step_the_import_ends_as_if_nothing_had_been(engine, undisturbed, after, left):
    """Every file below the parts is cut short, whatever it holds: none of these is flushed."""
    import_id = submitted(engine)
    for name in list(STEPS)[: list(STEPS).index(after) + 1]:
        STEPS[name](engine, [import_id])
    engine.release()
    for path in files_below(engine.home.staging / "parts"):
        path.write_bytes(left)
    for step in STEPS.values():
        step(engine, [import_id])
    engine.release()
    assert dump_home(engine.home.root) == undisturbed
