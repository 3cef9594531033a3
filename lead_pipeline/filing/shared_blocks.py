"""Copies of files that share their blocks on the disk with the original until either is written to, on Btrfs, XFS,
bcachefs and the like. What is copied when, and what to do where it cannot be done, does not belong here.
"""

import contextlib
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: The request, as most processors number it (ioctl_ficlone(2)); Python names it from 3.13 on.
_FICLONE = 0x40049409


def shares_blocks(original: IO[bytes], copy: IO[bytes]) -> bool:
    """Make an empty file, open for writing, a copy of another that shares its blocks; return whether that can be done.

    It cannot on a file system that has no such copies, between two file systems, and on systems other than Linux. The
    copy is of one moment: what is written to the original later does not reach it.
    """
    if fcntl is None:
        return False
    with contextlib.suppress(OSError):
        fcntl.ioctl(copy.fileno(), getattr(fcntl, "FICLONE", _FICLONE), original.fileno())
        return True
    return False
