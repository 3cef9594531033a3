import os
import signal
import subprocess
import sys

import pytest

from lead_pipeline.filing.locks import claim, claimed, is_claimed, release, try_claim
from lead_pipeline.model.errors import LeadPipelineError

NAME = "list@0123456789ab"

HOLD = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from lead_pipeline.filing.locks import try_claim\n"
    "from lead_pipeline.filing.home import Home\n"
    "try_claim(Home(Path(sys.argv[1])), sys.argv[2])\n"
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


def test_a_claim_of_another_process_is_seen_and_ends_with_it_however_it_dies(home, holder):
    assert is_claimed(home, NAME)
    assert try_claim(home, NAME) is None
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert not is_claimed(home, NAME)
    with claimed(home, NAME):
        assert is_claimed(home, NAME)
    assert not is_claimed(home, NAME)


def test_waiting_for_a_living_holder_ends_with_a_sentence(home, holder):
    with pytest.raises(LeadPipelineError, match=rf"importing {NAME} for 0 seconds"):
        claim(home, NAME, 0.1)


def test_a_claim_given_back_leaves_no_file(home):
    descriptor = claim(home, NAME, 0)
    release(home, NAME, descriptor)
    assert list((home.staging / "locks").iterdir()) == []


def test_claims_of_different_imports_do_not_meet(home):
    with claimed(home, NAME), claimed(home, "list@ba9876543210"):
        assert is_claimed(home, "list@ba9876543210")


def test_the_lock_is_that_of_the_identity_whatever_the_slug(home):
    with claimed(home, NAME):
        assert is_claimed(home, "renamed@0123456789ab")
