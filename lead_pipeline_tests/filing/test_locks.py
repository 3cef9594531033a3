import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lead_pipeline.filing.locks import acquire, is_locked, locked, release, try_acquire
from lead_pipeline.model.errors import DiskError, LeadPipelineError

NAME = "list@0123456789ab"

HOLD = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from lead_pipeline.filing.locks import try_acquire\n"
    "from lead_pipeline.filing.home import Home\n"
    "try_acquire(Home(Path(sys.argv[1])), sys.argv[2])\n"
    "print('held', flush=True)\n"
    "time.sleep(60)\n"
)


@pytest.fixture
def holder(home):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(home.root), NAME], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_lock_of_another_process_is_seen_and_ends_with_it_however_it_dies(home, holder):
    assert is_locked(home, NAME)
    assert try_acquire(home, NAME) is None
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert not is_locked(home, NAME)
    with locked(home, NAME):
        assert is_locked(home, NAME)
    assert not is_locked(home, NAME)


def test_waiting_for_a_living_holder_ends_with_a_sentence(home, holder):
    with pytest.raises(LeadPipelineError, match=rf"importing {NAME} for 0 seconds"):
        acquire(home, NAME, 0.1)


def test_a_released_lock_leaves_no_file(home):
    descriptor = acquire(home, NAME, 0)
    release(home, NAME, descriptor)
    assert list((home.staging / "locks").iterdir()) == []


def test_locks_of_different_imports_do_not_meet(home):
    with locked(home, NAME), locked(home, "list@ba9876543210"):
        assert is_locked(home, "list@ba9876543210")


def test_the_lock_is_that_of_the_identity_whatever_the_slug(home):
    with locked(home, NAME):
        assert is_locked(home, "renamed@0123456789ab")


# File systems that several hosts share.


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EIO], ids=errno.errorcode.get)
def test_without_locks_nothing_is_done_and_a_sentence_says_why(home, monkeypatch, number):
    """As on NFS 3 without its lock daemon: whoever asks whether somebody is at work is not told that nobody is."""

    def without_locks(_descriptor, _operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", without_locks)
    opened = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(DiskError, match=r"cannot be locked .* nothing was done"):
        try_acquire(home, NAME)
    with pytest.raises(DiskError, match="NFS 4"), locked(home, NAME):
        pytest.fail("went on without a lock")
    (home.staging / "locks" / "0123456789ab.lock").touch()
    with pytest.raises(DiskError):
        is_locked(home, NAME)
    assert len(list(Path("/proc/self/fd").iterdir())) == opened


def test_a_file_that_another_host_removed_is_not_locked_but_made_anew(home, monkeypatch):
    """NFS says ESTALE of a file that another host removed while it was open here."""
    flock, asked = fcntl.flock, []

    def stale_at_first(descriptor, operation):
        asked.append(os.fstat(descriptor).st_ino)
        if len(asked) == 1:
            (home.staging / "locks" / "0123456789ab.lock").unlink()
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", stale_at_first)
    with locked(home, NAME):
        assert len(asked) == 2
        assert is_locked(home, NAME)


def test_a_lock_on_a_removed_file_is_none_although_its_path_still_seems_to_lead_there(home, monkeypatch):
    """A host may look at what it remembers of a folder for seconds; the file itself is asked for its links."""
    flock, stat, removed = fcntl.flock, Path.stat, []

    def removed_meanwhile(descriptor, operation):
        if not removed:
            removed.append(os.fstat(descriptor))
            (home.staging / "locks" / "0123456789ab.lock").unlink()
        flock(descriptor, operation)

    def remembered(path, **how):
        return removed[0] if path.suffix == ".lock" and len(removed) == 1 else stat(path, **how)

    monkeypatch.setattr(fcntl, "flock", removed_meanwhile)
    monkeypatch.setattr(Path, "stat", remembered)
    descriptor = try_acquire(home, NAME)
    assert descriptor is not None
    assert os.fstat(descriptor).st_nlink == 1
    release(home, NAME, descriptor)
