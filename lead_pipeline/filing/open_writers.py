"""Whether some process has a file open for writing. What is done about it does not belong here."""

import contextlib
import errno
import os
import signal
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows does not let a file be taken away that somebody has open
    fcntl = None  # type: ignore[assignment]

_PROCESSES = Path("/proc")


def sees_writers() -> bool:
    """Return whether this system can say who has a file open."""
    return fcntl is not None and hasattr(fcntl, "F_SETLEASE")


def is_open_for_writing(descriptor: int) -> bool:
    """Return whether any process has the file behind a read-only descriptor open for writing, as far as can be known.

    The kernel is asked (a read lease is granted only while there is no writer: fcntl(2), Linux); where it grants none
    to anybody (the file is another user's, or the file system has no leases), the open files of all processes that we
    may look at. A writer on another machine is seen by neither.
    """
    if not sees_writers():
        return False
    # Whoever opens the file in the moment of the lease has us signalled: by one that is ignored, not by SIGIO, which
    # ends the process.
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN or _has_writer(os.fstat(descriptor))
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def _has_writer(file: os.stat_result) -> bool:
    """Return whether a process that we may look at has the file open for writing."""
    return any(
        os.path.samestat(opened, file) and _flags(process / "fdinfo" / number) & os.O_ACCMODE != os.O_RDONLY
        for process in _PROCESSES.glob("[0-9]*")
        for number, opened in _open_files(process)
    )


def _open_files(process: Path) -> list[tuple[str, os.stat_result]]:
    found = []
    with contextlib.suppress(OSError):  # it ended, or is another user's
        for opened in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.append((opened.name, opened.stat()))
    return found


def _flags(fdinfo: Path) -> int:
    """Return the flags that a file was opened with (proc_pid_fdinfo(5)); read-only when it is closed by now."""
    with contextlib.suppress(OSError):
        for line in fdinfo.read_text().splitlines():
            if line.startswith("flags:"):
                return int(line.split()[1], 8)
    return os.O_RDONLY
