"""Opens the lead store of a home, whichever store that is."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lead_pipeline.model.access.store_place import STORE, store_address
from lead_pipeline.model.errors import StoreError, UsageError
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.settings import OnWait, StoreSettings, wait_silently

if TYPE_CHECKING:
    from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore


@contextlib.contextmanager
def open_store(
    home: Path,
    *,
    settings: StoreSettings | None = None,
    read_only: bool = False,
    on_wait: OnWait = wait_silently,
) -> Iterator[LeadStore]:
    """Open the store of a home and close it at the end; create it first, or bring it up to date, unless `read_only`.

    Raises: StoreLockedError when another process holds it for longer than `settings.wait_seconds`;
    StoreVersionError when a newer release wrote it; StoreError when it cannot be opened.
    """
    address = store_address(os.environ)
    if address:
        of_postgres = _postgres()
        with of_postgres.open(home, address, settings=settings, read_only=read_only, on_wait=on_wait) as there:
            yield there
    else:
        with DuckdbLeadStore.open(home, settings=settings, read_only=read_only, on_wait=on_wait) as store:
            yield store


def load_store_ahead() -> bool:
    """Load what the store that the environment names needs, without opening it, before processes are forked that do;
    return whether all of it is there. Raises StoreError as `open_store` would.
    """
    return _postgres().load_ahead() if store_address(os.environ) else True


def has_store(home: Path) -> bool:
    """Return whether the home has a store yet: the first import makes it."""
    address = store_address(os.environ)
    return _postgres().is_there(address) if address else DuckdbLeadStore.path(home).exists()


def copy_store(home: Path, *, into_postgres: bool, settings: StoreSettings, on_wait: OnWait) -> dict[str, int]:
    """Copy the store of a home into the database that the environment names, or back; return the rows by table.

    Raises: UsageError when none is named, or there is nothing to copy; StoreError when there is a store already where
    the copy goes, or what arrived differs from what was sent.
    """
    address, path = store_address(os.environ), DuckdbLeadStore.path(home)
    if not address:
        raise UsageError(f"Say in {STORE} which database is meant: {STORE}=postgresql://USER@HOST/DATABASE.")
    if into_postgres and not path.exists():
        raise UsageError(f"There is no lead store at {path} to copy.")
    return _postgres().copy(home, address, path, into_postgres=into_postgres, settings=settings, on_wait=on_wait)


def _postgres() -> "type[PostgresLeadStore]":
    """Return the store on PostgreSQL, whose driver nobody needs who has none."""
    try:
        from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("adbc_"):
            raise
        raise StoreError(
            f"{STORE} names PostgreSQL, whose driver is not installed: pip install 'lead-pipeline[postgres]'."
        ) from None
    return PostgresLeadStore
