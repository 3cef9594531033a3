"""Whether hosts that share a home see one another's locks. The process that starts the daemon holds a lock for as long
as it lives; who can take it while the daemon goes on sending heartbeats is on a folder whose locks exclude nobody.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator

import dagster as dg

from lead_pipeline.importing.homes import Home, release, try_acquire, was_locked
from lead_pipeline.model.errors import DiskError
from lead_pipeline.orchestration.dagster_internals import launches_here

_FRONT = "front"

#: A daemon sends one every thirty seconds.
_HEARTBEAT_SECONDS = 50.0

#: A run that tries the lock has it for a moment.
_TRIES, _BETWEEN_TRIES = 20, 0.05


@contextlib.contextmanager
def being_the_front(home: Home) -> Iterator[None]:
    """Hold the lock for the length of a block, unless another process of ours does already."""
    descriptor = _taken(home)
    try:
        yield
    finally:
        if descriptor is not None:
            release(home, _FRONT, descriptor)


def _taken(home: Home) -> int | None:
    for _ in range(_TRIES):
        if (descriptor := try_acquire(home, _FRONT)) is not None:
            return descriptor
        time.sleep(_BETWEEN_TRIES)
    return None


def require_locks_across_hosts(
    home: Home, instance: dg.DagsterInstance, sleep: Callable[[float], object] = time.sleep
) -> None:
    """Do nothing where the lock of a living front is seen, or there is no front, or one host alone has the home.

    A front that was killed leaves its lock's file, and is waited for once: whoever finds it dead removes the file. The
    lock is not held meanwhile, for the front may come back.
    Raises: DiskError when the front lives and its lock can be taken: every run would be taken for dead, too.
    """
    if launches_here(instance) or not was_locked(home, _FRONT) or not _can_be_taken(home):
        return
    before, waited = _last_heartbeat(instance), 0.0
    while waited < _HEARTBEAT_SECONDS:
        sleep(1.0)
        waited += 1.0
        if _last_heartbeat(instance) > before:
            break
    else:
        if (descriptor := try_acquire(home, _FRONT)) is not None:
            release(home, _FRONT, descriptor)
        return
    if _can_be_taken(home):  # not by a front that came back: that took its lock before its daemon began
        raise DiskError(
            f"Locks in {home.root} exclude nobody: this host can take one that a living process of another host "
            "holds. Nothing was done, for runs would be taken for dead. Mount the folder with locks that reach "
            "its server (NFS 4 without `nolock` and `local_lock`); docs/several-hosts.md says how to try it."
        )


def _can_be_taken(home: Home) -> bool:
    """Return whether nobody is seen to hold the front's lock; its file stays, for the next run to find out, too."""
    descriptor = try_acquire(home, _FRONT)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def _last_heartbeat(instance: dg.DagsterInstance) -> float:
    return max((beat.timestamp for beat in instance.get_daemon_heartbeats().values()), default=0.0)
