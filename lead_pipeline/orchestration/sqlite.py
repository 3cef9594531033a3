"""Makes Dagster's SQLite files below a home quick to write. What is written there, and when, is Dagster's own.

Dagster opens and closes a connection for each of the dozens of events of an import. Closing the last one folds the
write-ahead log back and flushes it to the disk, as every commit does: seven tenths of the time of a run over many
files. One idle connection per file keeps the log open, and `synchronous=NORMAL` flushes it at checkpoints only: a
power cut may lose the last events, and never damages the file (sqlite.org/pragma.html#pragma_synchronous). The ledger
and the receipts, which say what is done, are flushed always. A database that lies elsewhere is nobody's business here.
"""

import sqlite3
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from lead_pipeline.orchestration.dagster_internals import keep_engines, read_migrations_once, release_connections

#: Runs have a file each; one process writes to few of them at a time. Of so many files the log is kept open.
_FILES = 16

#: What is noted of a connection: the file below a home, empty for any other; and once it is quick, which file that is.
_PATH, _QUICK = "lead_pipeline.path", "lead_pipeline.quick"

#: The homes whose files are meant.
_homes: set[Path] = set()

#: In the order of their last use. Daemon and web server connect in several threads.
_kept_open: dict[str, sqlite3.Connection] = {}
_keeping = threading.Lock()


def speed_up_sqlite(home: Path) -> None:
    """Have SQLite files below `home` opened this way in this process from now on; may be called again."""
    _homes.add(home.resolve())
    keep_engines(_is_below_a_home)
    read_migrations_once()
    if not event.contains(Engine, "checkout", _speed_up):
        event.listen(Engine, "checkout", _speed_up)


def release_sqlite() -> None:
    """Close the idle connections, so that their files can be removed or another process may fold the logs back."""
    release_connections()
    with _keeping:
        while _kept_open:
            _kept_open.popitem()[1].close()


def _is_below_a_home(path: str) -> bool:
    return bool(path) and not _homes.isdisjoint(Path(path).resolve().parents)


def _speed_up(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401  # whatever database it is
    """Make a connection quick when it is taken for a statement, at the latest when its file has a log.

    Raises: DisconnectionError for one whose file is another one by now, or gone: what it writes would be lost. Another
    connection takes its place.
    """
    if not isinstance(connection, sqlite3.Connection):
        return
    info = record.info
    if _PATH not in info:
        path = connection.execute("PRAGMA database_list").fetchone()[2]  # links resolved; empty of one in memory
        info[_PATH], info[_QUICK] = (path if _is_below_a_home(path) else ""), False
    if not info[_PATH]:
        return
    if info[_QUICK]:
        if _identity(info[_PATH]) != info[_QUICK]:
            raise DisconnectionError
        return
    if _make_quick(connection, info[_PATH]):
        info[_QUICK] = _identity(info[_PATH])


def _make_quick(connection: sqlite3.Connection, path: str) -> bool:
    """Have a connection flush at checkpoints only, and its log stay open; return whether it has a log."""
    if path not in _kept_open and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        if connection.execute("PRAGMA schema_version").fetchone()[0] != 0:
            return False  # without the log, NORMAL could damage the file
        # Dagster gives its files a log once they have their tables and indices, each of which would be flushed.
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            return False
    connection.execute("PRAGMA synchronous = NORMAL")
    with _keeping:
        if path in _kept_open:
            _kept_open[path] = _kept_open.pop(path)
            return True
        while len(_kept_open) >= _FILES:
            _kept_open.pop(next(iter(_kept_open))).close()
        kept = sqlite3.connect(path, check_same_thread=False)
        kept.execute("PRAGMA schema_version")  # opens the log; connecting alone does not
        _kept_open[path] = kept
    return True


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
