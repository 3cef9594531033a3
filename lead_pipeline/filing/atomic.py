"""Writing a file so that readers see all of it or nothing, also after a crash. What is written is not decided here."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import IO


class Lasting(Enum):
    """What is left of a file after a loss of power soon after it was written. A process that dies, however it dies,
    costs nothing in any case: what it wrote is with the kernel.
    """

    FILE = "the file"  # as written
    WHOLE = "this file or the one before it"  # but whole
    NOTHING = "perhaps nothing, or a part"  # for what is never read after it


@contextmanager
def published(path: Path, lasting: Lasting = Lasting.FILE) -> Iterator[IO[bytes]]:
    """Give a file of bytes; it appears under `path`, replacing what stood there, when the block ends well.

    Written beside `path` under a temporary hidden name with mode 0600, flushed to the disk, renamed, and the folder
    flushed too: without the last step a rename can be lost with the power (POSIX promises only that it is atomic).
    `lasting` says which of these two flushes are needed.
    When the block or any step fails nothing changes under `path` and the temporary file is removed; a killed process
    leaves it behind as `.<name>.*.tmp`. The folder is created when missing, with mode 0700. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp creates with O_EXCL and mode 0600: nobody else may read rejected rows, not even for a moment.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            if lasting != Lasting.NOTHING:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if lasting == Lasting.FILE:
        flush_folder(path.parent)


@contextmanager
def published_path(path: Path, lasting: Lasting = Lasting.FILE) -> Iterator[Path]:
    """Give a temporary path to writers that want a path of their own; otherwise as `published`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name[:40]}.{uuid.uuid4().hex}.tmp")
    try:
        yield temporary
        temporary.chmod(0o600)
        if lasting != Lasting.NOTHING:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if lasting == Lasting.FILE:
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush a folder to the disk, so that a rename in it outlives a loss of power."""
    if os.name == "nt":  # Windows cannot open a folder, and its file system journals the rename itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
