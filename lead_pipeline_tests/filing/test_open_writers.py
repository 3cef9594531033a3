import fcntl
import os
import subprocess
import sys

import pytest

from lead_pipeline.filing.open_writers import is_open_for_writing

#: Opens a file as told, says so, and waits until its input is closed.
_HOLDS = "import sys; file = open(sys.argv[1], sys.argv[2]); print('open', flush=True); sys.stdin.read()"


@pytest.fixture(params=["leases", "no leases"])
def asked(request, tmp_path, monkeypatch):
    """Return a file, and a function that asks about it: of the kernel, or where that grants no leases."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"caller_id\n")
    really = fcntl.fcntl

    def refused(descriptor, command, *rest):
        if command == fcntl.F_SETLEASE:
            raise PermissionError(13, "not the owner")
        return really(descriptor, command, *rest)

    if request.param == "no leases":
        monkeypatch.setattr(fcntl, "fcntl", refused)

    def ask():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return is_open_for_writing(descriptor)
        finally:
            os.close(descriptor)

    return path, ask


@pytest.mark.parametrize(("mode", "writes"), [("ab", True), ("r+b", True), ("rb", False)])
def test_a_writer_in_another_process_is_seen_until_it_closes_the_file(asked, mode, writes):
    path, ask = asked
    command = [sys.executable, "-c", _HOLDS, str(path), mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"open\n"
        assert ask() is writes
        holder.communicate()
    assert ask() is False


def test_a_file_that_is_opened_right_after_the_question_ends_nobody(asked):
    path, ask = asked
    for _ in range(100):
        assert ask() is False
        path.open("ab").close()
