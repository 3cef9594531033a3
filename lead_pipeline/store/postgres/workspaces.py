"""Makes the empty workspace that a store on PostgreSQL fills: a DuckDB file of no name, locked down to the home. Which
rows come into it does not belong here.
"""

import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import duckdb

from lead_pipeline.store.duckdb.connection import lock_down
from lead_pipeline.store.duckdb.migrating import migrate
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline.store.withheld_values import errors_without_values

#: The file of an empty embedded store, once this process or the one that it was forked from has it.
_EMPTY: list[bytes] = []


def load_empty_store() -> bool:
    """Get the file of an empty store for processes that are forked from this one; return whether that succeeded.

    Another process makes it: DuckDB's threads, were it opened here, would be missing in the forks.
    """
    made = subprocess.run([sys.executable, "-m", __name__], stdout=subprocess.PIPE, check=False)
    if made.returncode == 0:
        _EMPTY[:] = [made.stdout]
    return made.returncode == 0


def _empty_store() -> bytes:
    """Return the file of an empty store: to make its tables takes longer than most transactions."""
    if not _EMPTY:
        _EMPTY.append(_make_empty_store())
    return _EMPTY[0]


def _make_empty_store() -> bytes:
    with tempfile.TemporaryDirectory() as folder, errors_without_values("preparing a workspace"):
        path = Path(folder) / "empty.duckdb"
        con = duckdb.connect(str(path))
        try:
            migrate(con)
            con.execute("delete from base.counters")
            con.execute("create schema filled")
        finally:
            con.close()
        return path.read_bytes()


def empty_workspace(home: Path, settings: StoreSettings) -> duckdb.DuckDBPyConnection:
    """Return a connection to an empty workspace below the home, whose file is gone with it, whatever happens.

    What does not fit into memory lies in that file. Nothing is ever committed in it.
    """
    spill = home / "staging" / "spill"
    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = spill / f"workspace-{uuid.uuid4().hex}.duckdb"
    path.touch(mode=0o600)
    path.write_bytes(_empty_store())
    try:
        with errors_without_values("preparing a workspace"):
            con = duckdb.connect(str(path))
            try:
                lock_down(con, home, settings)
                con.execute("SET lock_configuration = true")
            except BaseException:
                con.close()
                raise
            return con
    finally:
        path.unlink()


if __name__ == "__main__":
    sys.stdout.buffer.write(_make_empty_store())
