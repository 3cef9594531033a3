"""A full or failing disk: one sentence, and the file where it can be tried again."""

import errno
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from lead_pipeline.filing.disk_trouble import DiskTroubleNamed
from lead_pipeline.importing.withheld import StageCrashedError, errors_without_values
from lead_pipeline.model.errors import DiskError
from lead_pipeline_tests.orchestration.watching import leads


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk quota is used up"),
        (OSError(errno.EIO, "Input/output error"), "could not be read or written"),
        (OSError("No space left on device (os error 28)"), "the disk is full"),
        (sqlite3.OperationalError("database or disk is full"), "the disk is full"),
        (sqlite3.OperationalError("disk I/O error"), "could not be read or written"),
    ],
)
def test_what_libraries_say_of_the_disk_becomes_one_sentence(error, what):
    def fail():
        raise error

    with pytest.raises(DiskError, match=what) as step:
        errors_without_values("reading", fail)
    with pytest.raises(DiskError, match=what), DiskTroubleNamed():
        fail()
    assert "\n" not in str(step.value)
    assert step.value.__suppress_context__ or step.value.__context__ is None


def test_other_errors_stay_what_they_are():
    def fail():
        raise ValueError("Ann Lee")

    with pytest.raises(StageCrashedError):
        errors_without_values("reading", fail)
    with pytest.raises(ValueError, match="Ann"), DiskTroubleNamed():
        fail()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_good_file_stays_in_the_inbox_while_the_disk_is_full_and_is_imported_after_that(watching, number):
    path = watching.drop("good.csv", leads(1, rows=3))
    with pytest.MonkeyPatch.context() as patched:

        def full(_descriptor):
            raise OSError(number, os.strerror(number))

        patched.setattr(os, "fsync", full)
        for _ in range(3):
            assert watching.tick(30.0) == []
    assert path.read_text() == leads(1, rows=3)
    assert list(watching.home.quarantine.iterdir()) == []
    (said,) = [line for line in watching.said if "good.csv" in line]
    assert os.strerror(number) in said
    assert "tried again by itself" in said
    assert len(watching.tick(30.0)) == 1


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        ("import FILE", 0),
        ("import FILE", 2_000),
        ("import FILE", 40_000),
        ("import FILE --dry-run", 0),
        ("import FILE --dry-run", 2_000),
        ("suppress FILE --kind blocked", 2_000),
        ("demo", 0),
        ("demo", 40_000),
        ("ui --port 1", 0),
        ("profiles sample call_schedule --output FILE.sample", 0),
    ],
)
def test_a_command_that_can_write_no_more_ends_in_one_sentence(tmp_path, command, limit):
    file = tmp_path / "good.csv"
    file.write_text(leads(1, rows=3))
    arguments = command.replace("FILE", str(file)).split()

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that a write fails as it does on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    started = [sys.executable, "-m", "lead_pipeline", "--home", str(tmp_path / "home"), *arguments]
    ended = subprocess.run(started, capture_output=True, text=True, check=False, preexec_fn=limited)
    assert ended.returncode in (1, 2)
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ended.stderr.count("lead-pipeline: ") == 1
    assert file.read_text() == leads(1, rows=3)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["profiles", "profiles schema", "history", "preview FILE", "profiles suggest FILE"])
def test_what_cannot_be_printed_ends_in_one_sentence(tmp_path, command):
    file = tmp_path / "good.csv"
    file.write_text(leads(1, rows=3))
    home = tmp_path / "home"
    home.mkdir()
    started = [sys.executable, "-m", "lead_pipeline", "--home", str(home)]
    with Path("/dev/full").open("w") as full:
        arguments = command.replace("FILE", str(file)).split()
        ended = subprocess.run([*started, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "the disk is full" in ended.stderr
