"""Uploads that take their time: a file is taken when nobody writes it any more, and has looked the same for as long
as its profile says.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.importing import engine
from lead_pipeline.importing.concluding import earlier_result
from lead_pipeline.importing.drops.settling import settle_seconds
from lead_pipeline.orchestration.launching import Launcher
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import query, quick_folder


def staged(watching):
    return [manifest.file_bytes for manifest in watching.waiting()]


@pytest.mark.parametrize("pause", [4.0, 30.0, 300.0])
def test_a_writer_that_pauses_with_the_file_open_keeps_it_however_long(watching, pause):
    whole = leads(1, rows=100).encode()
    path = watching.home.inbox / "call_schedule" / "slow.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("wb", buffering=0) as file:
        file.write(whole[:1000])
        assert watching.tick(pause) == []
        assert staged(watching) == []
        assert path.exists()
        file.write(whole[1000:])
    assert len(watching.tick(30.0)) == 1
    assert staged(watching) == [len(whole)]


def test_that_a_file_is_still_being_written_is_said_once(watching):
    path = watching.drop("slow.csv", leads(1))
    with path.open("ab"):
        for _ in range(4):
            watching.tick(20.0)
    assert [line for line in watching.said if "slow.csv" in line] == [
        "'slow.csv' is still being written: another program has it open for writing. Nothing was imported. Wait until "
        "the upload is finished, or close the program. It is checked again later."
    ]


def test_another_file_does_not_wait_for_one_that_is_being_written(watching):
    slow = watching.drop("slow.csv", leads(1))
    with slow.open("ab"):
        watching.drop("quick.csv", leads(2))
        assert len(watching.tick()) == 1
    assert [manifest.file_name for manifest in watching.waiting()] == ["quick.csv"]


def test_a_profile_says_for_how_long_its_files_must_not_have_changed(watching):
    watching.drop("a.csv", leads(1), folder=watching.profile("patient", settle=60))
    assert watching.tick(58.0) == []
    assert len(watching.tick(4.0)) == 1
    watching.drop("b.csv", leads(2))
    assert len(watching.tick(4.0)) == 1


def test_settle_is_read_again_when_the_profile_has_changed(watching):
    profiles = watching.home.profiles
    assert settle_seconds(profiles, "nobody") == 2.0
    watching.profile("patient", settle=60)
    assert settle_seconds(profiles, "patient") == 60.0
    watching.profile("patient", settle=7200)
    assert settle_seconds(profiles, "patient") == 7200.0


def imported_by(watching, requests, success=True):
    assert [run.success for run in watching.execute(requests)] == [success] * len(requests)


def history(watching):
    return query(watching.home.root, "select file_name, status, rows_read from imports order by started_at")


def test_bytes_that_arrive_after_the_import_end_in_quarantine_and_in_history(watching):
    whole = leads(1, rows=6).encode()
    cut = whole.index(b"\n", 60) + 1
    path = watching.drop("late.csv", whole[:cut])
    requests = watching.tick()
    with path.open("ab", buffering=0) as writer:  # opened after the file was staged: nothing can know that yet
        imported_by(watching, requests)
        assert not path.exists()
        writer.write(whole[cut:])
        assert watching.tick(10.0) == []  # it may write more
    watching.execute(watching.tick(10.0))
    (kept,) = watching.home.quarantine.rglob("*.csv")
    assert kept.read_bytes() == whole
    note = kept.with_name(f"{kept.name}.reason.txt").read_text()
    assert f"{len(whole) - cut:,} bytes of it arrived after that" in note
    assert [status for _, status, _ in history(watching)] == ["completed", "quarantined"]
    (archived,) = (watching.home.archive / "call_schedule").glob("*.csv")
    assert archived.read_bytes() == whole[:cut]
    assert watching.tick(20.0) == []


def test_a_file_that_grew_after_it_was_staged_is_not_imported_by_half(watching):
    whole = leads(1, rows=6).encode()
    path = watching.drop("slow.csv", whole[:70])
    requests = watching.tick()
    with path.open("ab") as writer:
        writer.write(whole[70:])
    imported_by(watching, requests, success=False)
    imported_by(watching, watching.tick(30.0))
    assert [(status, rows) for _, status, rows in history(watching)] == [("quarantined", None), ("completed", 6)]
    (note,) = watching.home.quarantine.rglob("*.reason.txt")
    assert "was written to after it was taken" in note.read_text()
    assert not path.exists()


def test_a_file_that_grew_while_it_was_imported_is_imported_again_as_a_whole_and_both_reports_say_so(
    watching, monkeypatch
):
    whole = leads(1, rows=6).encode()
    path = watching.drop("slow.csv", whole[:70])
    real = engine.map_leads

    def grown(work):
        if path.stat().st_size == 70:
            with path.open("ab") as writer:
                writer.write(whole[70:])
        return real(work)

    monkeypatch.setattr(engine, "map_leads", grown)
    imported_by(watching, watching.tick())
    imported_by(watching, watching.tick(30.0))
    ((first,), (second,)) = query(watching.home.root, "select import_id from imports order by committed_at")
    said = {one: earlier_result(watching.home, one).notices for one in (first, second)}
    assert any(f"The first 70 bytes of this file were imported as {first}" in notice for notice in said[second])
    assert any(f"the whole of it was imported as {second}" in notice for notice in said[first])
    assert query(watching.home.root, "select count(*) from leads where attributes like '%n5%'") == [(1,)]
    assert not path.exists()


def test_a_later_file_under_the_name_is_no_continuation(watching):
    whole = leads(1, rows=6).encode()
    path = watching.drop("daily.csv", whole[:70])
    requests = watching.tick()
    path.unlink()
    watching.drop("other.csv", b"")  # takes the inode that became free
    watching.drop("daily.csv", leads(2, rows=6))
    imported_by(watching, requests)
    assert [status for _, status, _ in history(watching)] == ["completed"]


def test_a_command_finds_late_bytes_too_and_records_them(watching):
    whole = leads(1, rows=6).encode()
    path = watching.drop("late.csv", whole[:70])
    requests = watching.tick()
    with path.open("ab", buffering=0) as writer:
        imported_by(watching, requests)
        writer.write(whole[70:])
    (said,) = LeadPipeline(watching.home.root).news()
    assert f"{len(whole) - 70:,} bytes of it arrived after that" in said
    assert LeadPipeline(watching.home.root).news() == ()
    Launcher(watching.home, watching.instance).record_refusals()
    assert [status for _, status, _ in history(watching)] == ["completed", "quarantined"]
    assert watching.waiting() == []


WRITER = """
import sys, time
path, pause, keeps_open = sys.argv[1], float(sys.argv[2]), sys.argv[3] == "open"
pieces = sys.stdin.buffer.read().split(b"|")
file = None
for piece in pieces:
    file = file or open(path, "ab", buffering=0)
    file.write(piece)
    if not keeps_open:
        file = file.close()
    print(flush=True)
    time.sleep(pause)
"""


@pytest.mark.parametrize(("how", "cuts"), [("open", (75,)), ("reopened", (30,)), ("reopened", (70, 72, 110))], ids=str)
def test_whatever_a_real_writer_does_no_row_is_lost_and_none_is_cut_without_a_word(watching, how, cuts):
    """A process of its own writes with pauses, some of them longer than the file has to stay the same."""
    whole = leads(1, rows=6).encode()
    folder = watching.profile("hasty", settle=0.2)
    path = watching.home.inbox / folder / "slow.csv"
    path.parent.mkdir()
    pieces = b"|".join(whole[start:end] for start, end in zip((0, *cuts), (*cuts, None), strict=True))
    command = [sys.executable, "-c", WRITER, str(path), "0.7", how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as writer:
        writer.stdin.write(pieces)
        writer.stdin.close()
        until = time.monotonic() + 60.0
        while writer.poll() is None or path.exists() or watching.waiting():
            watching.execute(watching.watch_for(0.3))
            assert time.monotonic() < until
    watching.execute(watching.watch_for(0.5))
    kept = query(watching.home.root, "select phone, attributes ->> 'name' from leads order by phone")
    rows = [line.split(",") for line in whole.decode().splitlines()[1:]]
    quarantined = [one.read_bytes() for one in watching.home.quarantine.rglob("*.csv")]
    assert [phone for phone, _ in kept] == [f"+1{number}" for number, _ in rows] or whole in quarantined
    cut = {name for _, name in kept} - {name for _, name in rows}
    imports = [one for (one,) in query(watching.home.root, "select import_id from imports")]
    reports = [earlier_result(watching.home, one) for one in imports]
    assert not cut or any("cut in the middle" in " ".join((*one.notices, one.message)) for one in reports)
    assert how == "reopened" or (not cut and len(reports) == 1)


def test_the_quarantined_rest_can_be_dropped_again_and_doubles_nothing(watching):
    whole = leads(1, rows=6).encode()
    cut = whole.index(b"\n", 60) + 1
    path = watching.drop("late.csv", whole[:cut])
    requests = watching.tick()
    with path.open("ab", buffering=0) as writer:
        imported_by(watching, requests)
        writer.write(whole[cut:])
    watching.execute(watching.tick(10.0))
    (kept,) = watching.home.quarantine.rglob("*.csv")
    watching.drop("again.csv", kept.read_bytes())
    watching.execute(watching.tick(10.0))
    assert query(watching.home.root, "select count(*) from leads") == [(6,)]


def test_a_file_in_a_folder_that_cannot_be_written_is_imported_once_and_stays(watching, monkeypatch):
    path = watching.drop("a.csv", leads(1, rows=3))
    real = Path.rename

    def refused(self, target):
        if self == path:
            raise PermissionError(13, "read-only folder")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    imported_by(watching, watching.tick())
    assert path.exists()
    assert watching.tick(30.0) == []
    assert [status for _, status, _ in history(watching)] == ["completed"]


def test_an_entry_that_can_neither_be_read_nor_moved_costs_no_other_file_and_is_told_once(watching, monkeypatch):
    def refused(*_paths):
        raise PermissionError(13, "read-only folder")

    monkeypatch.setattr(shutil, "move", refused)
    link = watching.home.inbox / "call_schedule" / "link.csv"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to("/nowhere/else.csv")
    watching.drop("good.csv", leads(1, rows=3))
    watching.execute(watching.tick())
    watching.execute(watching.tick(20.0))
    assert sorted((name, status) for name, status, _ in history(watching)) == [
        ("good.csv", "completed"),
        ("link.csv", "quarantined"),
    ]
    assert len([line for line in watching.said if "link.csv" in line]) == 1
    assert watching.tick(40.0) == []
    assert link.is_symlink()


def test_an_inbox_on_another_disk_is_emptied_by_copying(watching):
    elsewhere = Path(tempfile.mkdtemp(prefix="lead-pipeline-inbox-"))
    if elsewhere.stat().st_dev == watching.home.root.stat().st_dev:
        pytest.skip("there is only one file system here")
    shutil.rmtree(watching.home.inbox)
    watching.home.inbox.symlink_to(elsewhere)
    path = watching.drop("a.csv", leads(1, rows=3))
    (elsewhere / "call_schedule" / "link.csv").symlink_to("/nowhere/else.csv")
    assert sorted(run.success for run in watching.execute(watching.tick())) == [False, True]  # the link is refused
    assert not path.exists()
    assert list((elsewhere / "call_schedule").iterdir()) == []
    assert len(list((watching.home.archive / "call_schedule").glob("a@*.csv"))) == 1
    shutil.rmtree(elsewhere)


def test_a_path_that_is_too_long_costs_no_other_file(watching):
    good = watching.drop("good.csv", leads(1))
    here = Path.cwd()
    try:
        os.chdir(good.parent)
        for _ in range(18):
            Path("d" * 240).mkdir()
            os.chdir("d" * 240)
        Path("deep.csv").write_text(leads(2))
    finally:
        os.chdir(here)
    assert len(watching.tick()) == 1
    assert [manifest.file_name for manifest in watching.waiting()] == ["good.csv"]
    assert any("path is shorter" in line for line in watching.said)
    subprocess.run(["rm", "-rf", str(watching.home.inbox)], check=True)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to give rights away")
def test_permissions_of_a_vendors_folder_cost_nobody_else_a_file():
    """The real thing: a process without rights watches a folder of others, with a file that it may not read."""
    rights = "--bounding-set=-dac_override,-dac_read_search,-fowner,-lease"
    with quick_folder() as folder:
        command = [sys.executable, "-m", "lead_pipeline_tests.importing.vendors_folder", str(folder / "home")]
        ended = subprocess.run(["setpriv", rights, *command], capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines() == ["quick.csv completed", "readable.csv completed", "secret.csv quarantined"]
