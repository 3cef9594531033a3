"""Removes what killed processes left half-written. Only our own temporary names, and only when they are old."""

import contextlib
import shutil
from pathlib import Path

from lead_pipeline.filing.home import Home

#: Nothing of ours is written for that long: a name older than this has no living writer.
_OLD_SECONDS = 6 * 3600.0

#: Below the home: the temporary names that staging, publishing and the store give.
_PATTERNS = (
    ".leads.duckdb.*.new*",
    "staging/.copy.*.tmp",
    "staging/*/.*.tmp",
    "archive/*/.*.tmp",
    "quarantine/.*.tmp",
    "reports/*/.*.tmp",
    "outbox/.*.tmp",
    "outbox/*/.*.tmp",
    "tables/*/*/.*.tmp",
)


def sweep(home: Home, now: float) -> list[Path]:
    """Remove temporary files that are older than six hours at time `now` (seconds since 1970); return them."""
    removed = []
    for pattern in _PATTERNS:
        for path in home.root.glob(pattern):
            with contextlib.suppress(OSError):
                if path.is_file() and now - path.lstat().st_mtime > _OLD_SECONDS:
                    path.unlink()
                    removed.append(path)
    for folder in home.root.glob("staging/dry_runs/*"):
        with contextlib.suppress(OSError):
            if now - folder.lstat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(folder)
                removed.append(folder)
    return removed
