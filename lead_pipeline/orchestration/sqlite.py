"""Makes Dagster's SQLite files quick to write for runs of ours. What is written there, and when, is Dagster's own.

Dagster opens and closes a connection for each of the dozens of events of an import. Closing the last one folds the
write-ahead log back and flushes it to the disk, as every commit does: seven tenths of the time of a run over many
files. One idle connection per file keeps the log open, and `synchronous=NORMAL` flushes it at checkpoints only: a
power cut may lose the last events, and never damages the file (sqlite.org/pragma.html#pragma_synchronous). The ledger
and the receipts, which say what is done, are flushed always.
"""

import sqlite3
from typing import Any

from sqlalchemy import Engine, event

_kept_open: dict[str, sqlite3.Connection] = {}


def quicken_sqlite() -> None:
    """Have SQLite files opened this way in this process from now on; may be called again."""
    if not event.contains(Engine, "connect", _quicken):
        event.listen(Engine, "connect", _quicken)


def release_sqlite() -> None:
    """Close the idle connections, so that their files can be removed or another process may fold the logs back."""
    while _kept_open:
        _kept_open.popitem()[1].close()


def _quicken(connection: Any, _record: object) -> None:  # noqa: ANN401  # whatever database it is
    if not isinstance(connection, sqlite3.Connection):
        return
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        return  # without the log, NORMAL could damage the file
    connection.execute("PRAGMA synchronous = NORMAL")
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if path and path not in _kept_open:
        kept = sqlite3.connect(path, check_same_thread=False)
        kept.execute("PRAGMA schema_version")  # opens the log; connecting alone does not
        _kept_open[path] = kept
