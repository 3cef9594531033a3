"""Opens the store's DuckDB file: waits for other processes, creates and upgrades it, locks the connection down.
No statement about leads belongs here.
"""

import contextlib
import os
import random
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import duckdb

from lead_pipeline.model.errors import StoreError, StoreLockedError
from lead_pipeline.store.duckdb.migrating import create_schema, migrate, require_known_version
from lead_pipeline.store.memory import limit_now
from lead_pipeline.store.settings import OnWait, StoreSettings, wait_silently
from lead_pipeline.store.withheld_values import LOCKED, errors_without_values

_HOLDER = re.compile(r"\(PID (\d+)\)")


def connect(
    path: Path, *, home: Path, settings: StoreSettings, read_only: bool = False, on_wait: OnWait = wait_silently
) -> duckdb.DuckDBPyConnection:
    """Open the store at `path` locked down to files below `home`; create or upgrade it first unless `read_only`.

    Raises: StoreLockedError when another process holds it for longer than `settings.wait_seconds`;
    StoreVersionError when a newer release wrote it; StoreError when it cannot be opened.
    """
    if not path.exists():
        if read_only:
            raise StoreError(f"There is no lead store at {path} yet. Import a file first, or check --home.")
        _create(path)
    con = _wait_for(path, settings, read_only=read_only, on_wait=on_wait)
    try:
        with errors_without_values("opening the store"):
            lock_down(con, home, settings, read_only=read_only)
        with errors_without_values("upgrading the store"):
            require_known_version(con, upgradable=not read_only)
            if not read_only:
                migrate(con)
        with errors_without_values("opening the store"):
            con.execute("SET lock_configuration = true")
    except BaseException:
        con.close()
        raise
    return con


def _create(path: Path) -> None:
    """Create the store under a temporary name first: a kill while DuckDB writes its header leaves no broken store."""
    with _fresh_name_of(path) as fresh:
        with errors_without_values("creating the store"):
            con = duckdb.connect(str(fresh))
            try:
                create_schema(con)
            finally:
                con.close()
        fresh.chmod(0o600)
        with contextlib.suppress(FileExistsError):  # another process was faster: its store is the store
            os.link(fresh, path)


@contextlib.contextmanager
def _fresh_name_of(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; a store that was made under it is gone at the end, but for its links."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
        fresh.with_name(fresh.name + ".wal").unlink(missing_ok=True)


@contextlib.contextmanager
def open_beside(path: Path, settings: StoreSettings, on_wait: OnWait) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the store at `path` for copying all of it; raises as `connect`."""
    con = connect(path, home=path.parent, settings=settings, on_wait=on_wait)
    try:
        yield con
    finally:
        con.close()


@contextlib.contextmanager
def created_from(path: Path, settings: StoreSettings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a new, empty store that lies at `path` when everything went well, and nowhere else.

    Raises: StoreError when somebody made one there meanwhile; what `connect` raises.
    """
    with _fresh_name_of(path) as fresh:
        with open_beside(fresh, settings, wait_silently) as con:
            con.execute("begin transaction")
            yield con
            con.execute("commit")
        try:
            os.link(fresh, path)
        except FileExistsError:
            raise StoreError(f"Another program made a lead store at {path} meanwhile. Nothing was written.") from None


def _wait_for(path: Path, settings: StoreSettings, *, read_only: bool, on_wait: OnWait) -> duckdb.DuckDBPyConnection:
    """Connect, and while another process holds the file try again with growing, jittered pauses."""
    started, pause = time.monotonic(), 0.02
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException as error:
            message = str(error)
        except duckdb.Error as error:
            message, holder = "", type(error).__name__
        if LOCKED not in message:
            raise StoreError(
                f"{path} is not a lead store that can be opened (damaged, not a DuckDB 2 file, or not readable). "
                "Restore it from a backup, or move it away to start a new one."
            )
        found = _HOLDER.search(message)
        holder = f"process {found[1]}" if found else "another process"
        waited = time.monotonic() - started
        if waited >= settings.wait_seconds:
            raise StoreLockedError(
                f"The lead store {path} has been held by {holder} for {waited:.0f} seconds. Close that program "
                "(an open DuckDB shell blocks the store even when it only reads), then import again; nothing was lost."
            )
        on_wait(waited, holder)
        time.sleep(pause * (0.5 + random.random()))  # noqa: S311  # jitter, not a secret
        pause = min(pause * 1.6, 1.0)


def lock_down(con: duckdb.DuckDBPyConnection, home: Path, settings: StoreSettings, *, read_only: bool = False) -> None:
    """Leave the connection nothing but its own file and the home; identifiers and paths here are ours."""
    spill = home / "staging" / "spill"
    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    con.execute("SET python_enable_replacements = false")
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET TimeZone = 'UTC'")
    # DuckDB takes a Python without a script (`python -c`, a notebook) for a person, and draws on its standard output.
    con.execute("SET enable_progress_bar = false")
    limit = settings.memory_limit or limit_now(settings.rows)
    con.execute("SET memory_limit = ?", [limit])
    con.execute("SET temp_directory = ?", [str(spill)])
    if settings.threads:
        con.execute("SET threads = ?", [settings.threads])
    con.execute("SET allowed_directories = ?", [[] if read_only else [str(home)]])
    con.execute("SET enable_external_access = false")
