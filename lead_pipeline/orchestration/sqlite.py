"""Makes Dagster's SQLite files quick to write for runs of ours. What is written there, and when, is Dagster's own.

Dagster opens and closes a connection for each of the dozens of events of an import. Closing the last one folds the
write-ahead log back and flushes it to the disk, as every commit does: seven tenths of the time of a run over many
files. One idle connection per file keeps the log open, and `synchronous=NORMAL` flushes it at checkpoints only: a
power cut may lose the last events, and never damages the file (sqlite.org/pragma.html#pragma_synchronous). The ledger
and the receipts, which say what is done, are flushed always.

It also makes a SQLAlchemy engine for each of these connections (`_connect` of its event log, 1.13), so that every
statement is compiled anew, and loads its forty migrations twice for the file of each run: two fifths of the time of a
run over one small file. Both are kept here. An engine holds no connection (NullPool), and migrations do not change.
"""

import functools
import sqlite3
import threading
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import Engine, NullPool, create_engine, event

#: Runs have a file each; one process writes to few of them at a time. Of so many files something is kept.
_FILES = 16

#: In the order of their last use. Daemon and web server connect in several threads.
_kept_open: dict[str, sqlite3.Connection] = {}
_keeping = threading.Lock()
_kept_migrations: dict[str, ScriptDirectory] = {}
_read_migrations = ScriptDirectory.from_config


def quicken_sqlite() -> None:
    """Have SQLite files opened this way in this process from now on; may be called again."""
    if not event.contains(Engine, "connect", _quicken):
        event.listen(Engine, "connect", _quicken)
    ScriptDirectory.from_config = _migrations  # type: ignore[method-assign]
    sqlite_event_log.create_engine = _engine  # type: ignore[attr-defined,assignment]  # its own import


def _migrations(config: Config) -> ScriptDirectory:
    folder = config.get_main_option("script_location") or ""
    if folder not in _kept_migrations:
        _kept_migrations[folder] = _read_migrations(config)
    return _kept_migrations[folder]


def _engine(address: str, *, poolclass: type[NullPool], connect_args: dict[str, Any]) -> Engine:
    del poolclass  # an engine that is kept must never keep connections
    return _kept_engine(address, tuple(connect_args.items()))


@functools.lru_cache(maxsize=_FILES)
def _kept_engine(address: str, connect_args: tuple[tuple[str, Any], ...]) -> Engine:
    return create_engine(address, poolclass=NullPool, connect_args=dict(connect_args))


def release_sqlite() -> None:
    """Close the idle connections, so that their files can be removed or another process may fold the logs back."""
    with _keeping:
        while _kept_open:
            _kept_open.popitem()[1].close()


def _quicken(connection: Any, _record: object) -> None:  # noqa: ANN401  # whatever database it is
    if not isinstance(connection, sqlite3.Connection):
        return
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        return  # without the log, NORMAL could damage the file
    connection.execute("PRAGMA synchronous = NORMAL")
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    with _keeping:
        if path in _kept_open:
            _kept_open[path] = _kept_open.pop(path)
        elif path:
            while len(_kept_open) >= _FILES:
                _kept_open.pop(next(iter(_kept_open))).close()
            kept = sqlite3.connect(path, check_same_thread=False)
            kept.execute("PRAGMA schema_version")  # opens the log; connecting alone does not
            _kept_open[path] = kept
