import os
import signal
import subprocess
import sys

import pytest

from lead_pipeline.filing.locks import acquire, is_locked, locked, release, try_acquire
from lead_pipeline.model.errors import LeadPipelineError

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
