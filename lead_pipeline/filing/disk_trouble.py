"""Recognises a full or failing disk in whatever a library raised, and says so in one sentence. What is tried again,
and when, does not belong here.
"""

import contextlib
import errno
from collections.abc import Iterator
from types import TracebackType

from lead_pipeline.model.errors import DiskError, LeadPipelineError

_NUMBERS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the largest size of a file that is allowed here is reached",
    errno.EIO: "the disk could not be read or written",
    errno.EROFS: "the disk is read-only",
}
#: How libraries that raise errors of their own put it: SQLite, Rust (Polars), DuckDB and Arrow.
_TEXTS = {
    "database or disk is full": "the disk is full",
    "no space left": "the disk is full",
    "(os error 28)": "the disk is full",
    "quota exceeded": "the disk quota is used up",
    "(os error 122)": "the disk quota is used up",
    "file too large": "the largest size of a file that is allowed here is reached",
    "disk i/o error": "the disk could not be read or written",
    "input/output error": "the disk could not be read or written",
    "(os error 5)": "the disk could not be read or written",
    "read-only file system": "the disk is read-only",
    "attempt to write a readonly database": "the disk is read-only",
}


def disk_trouble(error: BaseException, doing: str = "") -> DiskError | None:
    """Return what an error says of the disk, in words of ours and without its text; None when it is about else."""
    what = next((found for one in _chain(error) if (found := _named(one))), None)
    if what is None:
        return None
    where = f" while {doing}" if doing else ""
    return DiskError(
        f"Stopped{where}: {what}. Nothing is lost and nothing was imported twice; what was not finished can be tried "
        "again. Free some space on the disk of the home, or repair it, and try again; the inbox does so by itself."
    )


class DiskTroubleNamed(contextlib.AbstractContextManager["DiskTroubleNamed"]):
    """Raises what a library raised because of the disk as a DiskError, and lets everything else through as it is."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, LeadPipelineError):
            trouble = disk_trouble(error)
            if trouble is not None:
                raise trouble from None


def _named(error: BaseException) -> str | None:
    if isinstance(error, OSError) and error.errno in _NUMBERS:
        return _NUMBERS[error.errno]
    text = str(error).lower()
    return next((what for sign, what in _TEXTS.items() if sign in text), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from or for."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting.extend(other for other in (one.__cause__, one.__context__) if other is not None)
