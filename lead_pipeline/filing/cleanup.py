"""Removes what killed processes left half-written (only our own temporary names, and only those that nobody writes),
and what people left unfinished whose time is over.
"""

import contextlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.open_writers import is_open_for_writing, sees_writers
from lead_pipeline.filing.uploads.uploaded_files import sweep_uploads
from lead_pipeline.filing.workbench.correction_files import sweep_corrections

#: Nothing of ours is written for that long: a name older than this has no living writer.
_OLD_SECONDS = 6 * 3600.0

#: A temporary file that nobody has open is renamed or removed within moments; after this, its writer is dead.
_CLOSED_SECONDS = 600.0

#: Below the home: the temporary names that staging, publishing and the store give.
_PATTERNS = (
    ".leads.duckdb.*.new*",
    "staging/.copy.*.tmp",
    "staging/*/.*.tmp",
    "staging/lists/*/.*.tmp",
    "archive/*/.*.tmp",
    "quarantine/*/.*.tmp",
    "reports/*/.*.tmp",
    "outbox/.*.tmp",
    "outbox/*/.*.tmp",
    "outbox/webhooks/*/.*.tmp",
    "tables/*/*/.*.tmp",
)


def sweep(home: Home, now: float) -> list[Path]:
    """Remove temporary files that nobody writes any more at time `now` (seconds since 1970), and uploads and
    corrections whose time is over; return them.
    """
    removed = []
    for pattern in _PATTERNS:
        for path in home.root.glob(pattern):
            with contextlib.suppress(OSError):
                if path.is_file() and _is_abandoned(path, now - path.lstat().st_mtime):
                    path.unlink()
                    removed.append(path)
    for folder in (*home.root.glob("staging/dry_runs/*"), *home.list_parts.glob("*")):
        with contextlib.suppress(OSError):
            if now - folder.lstat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(folder)
                removed.append(folder)
    return removed + sweep_uploads(home, datetime.fromtimestamp(now, UTC)) + sweep_corrections(home, now)


def _is_abandoned(path: Path, age: float) -> bool:
    """Return whether a temporary file is old, or closed for long enough; a new store is closed between two openings."""
    if age > _OLD_SECONDS:
        return True
    if age <= _CLOSED_SECONDS or path.suffix != ".tmp" or not sees_writers():
        return False
    with path.open("rb") as file:
        return not is_open_for_writing(file.fileno())
