"""Locks that say a process is at work on something; the kernel drops them when the process dies, however it dies.
A Dagster run that says it is running while nobody holds the locks of its imports is dead: so the reconciler knows.
"""

import contextlib
import errno
import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.model.errors import DiskError, LeadPipelineError


def _path(home: Home, name: str) -> Path:
    return home.staging / "locks" / f"{short_of(name)}.lock"


def try_acquire(home: Home, name: str) -> int | None:
    """Take the lock of an import and return its descriptor, or None when another process has it.

    Raises: DiskError where the file system of the home has no locks: nothing may be done there then.
    """
    path = _path(home, name)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with contextlib.ExitStack() as unless_ours:
            unless_ours.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_ours = _is_still_at(path, descriptor)
            except BlockingIOError:
                return None
            except OSError as error:
                if error.errno != errno.ESTALE:
                    raise _no_locks(home, error) from None
                is_ours = False  # another host removed the file, so that there is another to be locked
            if is_ours:
                unless_ours.pop_all()
                return descriptor


def _is_still_at(path: Path, descriptor: int) -> bool:
    """Return whether a locked file is the one that others lock: its last holder may have removed it between our open
    and our lock. A host that shares the folder may think for seconds that the path still leads to it, so it is asked
    for its links, too.
    """
    held = os.fstat(descriptor)
    with contextlib.suppress(FileNotFoundError):
        return held.st_nlink > 0 and held.st_ino == path.stat().st_ino
    return False


def _no_locks(home: Home, error: OSError) -> DiskError:
    return DiskError(
        f"Files in {home.root} cannot be locked ({os.strerror(error.errno or 0)}), so nothing was done: two processes "
        "could work on the same import. Put the home on a file system with locks, such as a local disk, or NFS 4 "
        "mounted without `nolock` and `local_lock`; docs/several-hosts.md says how to try it."
    )


def release(home: Home, name: str, descriptor: int) -> None:
    """Release the lock."""
    _path(home, name).unlink(missing_ok=True)
    os.close(descriptor)


def acquire(home: Home, name: str, wait_seconds: float) -> int:
    """Take the lock, waiting for its holder; raises LeadPipelineError when that takes too long."""
    until = time.monotonic() + wait_seconds
    while (descriptor := try_acquire(home, name)) is None:
        if time.monotonic() > until:
            raise LeadPipelineError(
                f"Another process has been importing {name} for {wait_seconds:.0f} seconds. "
                "Wait for it to end, or stop it, and try again; nothing is lost and nothing is imported twice."
            )
        time.sleep(0.05)
    return descriptor


def was_locked(home: Home, name: str) -> bool:
    """Return whether some process has the lock, or died with it: then its file is left."""
    return _path(home, name).exists()


def is_locked(home: Home, name: str) -> bool:
    """Return whether some living process is at work on the import."""
    if not was_locked(home, name):
        return False
    descriptor = try_acquire(home, name)
    if descriptor is None:
        return True
    release(home, name, descriptor)
    return False


@contextlib.contextmanager
def locked(home: Home, name: str, wait_seconds: float = 600.0) -> Iterator[None]:
    """Hold the lock for the length of a block."""
    descriptor = acquire(home, name, wait_seconds)
    try:
        yield
    finally:
        release(home, name, descriptor)


@contextlib.contextmanager
def waiting_command(home: Home) -> Iterator[str]:
    """Give a command a name that is its alone; for the length of the block somebody waits for what comes of it."""
    name = uuid.uuid4().hex
    with locked(home, f"command@{name}"):
        yield name


def is_waiting(home: Home, command: str) -> bool:
    """Return whether the command of that name still waits; one that failed or was killed does not."""
    return is_locked(home, f"command@{command}")
