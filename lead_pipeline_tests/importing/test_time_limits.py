"""A file that hangs when it is opened costs no other file a place, and does not keep the process from ending."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from lead_pipeline.importing.drops import inbox_watch, intake
from lead_pipeline.importing.drops.time_limits import StillAtWorkError, within
from lead_pipeline_tests.orchestration.watching import leads


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(intake, "PATIENCE", 0.2)
    monkeypatch.setattr(inbox_watch, "PATIENCE", 0.2)


@pytest.fixture
def hanging(monkeypatch):
    """An event until which every file called slow hangs when it is opened."""
    until, real = threading.Event(), os.open

    def open_slowly(path, *arguments, **others):
        if "slow" in os.fsdecode(path):
            until.wait(60.0)
        return real(path, *arguments, **others)

    monkeypatch.setattr(os, "open", open_slowly)
    yield until
    until.set()


def test_what_ends_in_time_returns_or_raises_as_if_it_were_called():
    assert within(5.0, "a", lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(5.0, "a", lambda: 1 // 0)
    assert within(5.0, "a", lambda: 8) == 8


def test_what_takes_longer_is_at_work_once_and_its_outcome_is_there_later():
    until, calls = threading.Event(), []

    def work():
        calls.append(1)
        until.wait(60.0)
        return "done"

    for _ in range(3):
        with pytest.raises(StillAtWorkError):
            within(0.01, "b", work)
    until.set()
    while True:
        try:
            assert within(5.0, "b", work) == "done"
        except StillAtWorkError:
            continue
        break
    assert calls == [1]


@pytest.mark.usefixtures("impatient")
def test_a_file_that_hangs_keeps_no_other_waiting_and_is_taken_when_it_does_not_hang_any_more(watching, hanging):
    watching.drop("slow.csv", leads(1))
    watching.drop("quick.csv", leads(2))
    assert len(watching.tick()) == 1
    assert [manifest.file_name for manifest in watching.waiting()] == ["quick.csv"]
    watching.tick(30.0)
    assert len([line for line in watching.said if "slow.csv" in line]) == 1
    hanging.set()
    watching.tick(60.0)
    assert {manifest.file_name for manifest in watching.waiting()} == {"quick.csv", "slow.csv"}


@pytest.mark.usefixtures("impatient")
def test_an_inbox_that_cannot_be_listed_in_time_leaves_the_rest_of_the_tick_alone(watching, monkeypatch):
    watching.drop("quick.csv", leads(2))
    requests = watching.tick()
    until = threading.Event()
    monkeypatch.setattr(inbox_watch, "list_drops", lambda *_: until.wait(60.0))
    assert watching.tick(8.0) == []
    assert any("takes long to list" in line for line in watching.said)
    assert [run.success for run in watching.execute(requests)] == [True]
    until.set()


HANGS = """
import os, signal, sys, time
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])  # whoever started the tests may have blocked it
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from pathlib import Path
from lead_pipeline.filing.home import Home
from lead_pipeline.importing.drops import inbox_watch, intake
from lead_pipeline_tests.importing.test_time_limits import Alone

real = os.open
def hang(path, *arguments, **others):
    if "slow" in os.fsdecode(path):
        time.sleep(600)
    return real(path, *arguments, **others)
os.open = hang
intake.PATIENCE = 0.2
home = Home(Path(sys.argv[1]))
home.prepare()
(home.inbox / "call_schedule").mkdir()
(home.inbox / "call_schedule" / "slow.csv").write_text("caller_id\\n2125550101\\n")
inbox_watch.watch_inbox(home, Alone(), None, log=lambda line: print(line, flush=True), seconds=600)
"""


class Alone:
    """A scheduler without runs."""

    def active_imports(self, suspects, _now):
        return set(), suspects

    def in_run_order(self, import_ids):
        return import_ids

    def run_of(self, request):
        return request


def test_a_process_that_waits_for_a_file_that_hangs_ends_when_it_is_told_to(tmp_path):
    command = [sys.executable, "-c", HANGS, str(tmp_path / "home")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert "slow.csv: takes long to read or copy" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20.0) == -signal.SIGTERM
