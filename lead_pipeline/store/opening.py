"""Opens the lead store of a home, whichever store that is."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.settings import OnWait, StoreSettings, wait_silently

if TYPE_CHECKING:
    from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore

#: The environment variable that says where the lead store is; empty: in a file in the home.
STORE = "LEAD_PIPELINE_STORE"

_OF_POSTGRES = ("postgresql://", "postgres://")


def store_address(settings: StoreSettings | None = None) -> str:
    """Return where the lead store is when it is on PostgreSQL, empty for the file in the home; raises StoreError for an
    address that is neither. What it is stands in no message: it may hold a password.
    """
    said = (settings.address if settings is not None else "") or os.environ.get(STORE, "").strip()
    if said and not said.startswith(_OF_POSTGRES):
        raise StoreError(
            f"{STORE} is no address of a lead store. Write postgresql://USER@HOST/DATABASE, or remove it: then the "
            "store is a file in the home."
        )
    return said


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
    address = store_address(settings)
    if address:
        of_postgres = _postgres()
        with of_postgres.open(home, address, settings=settings, read_only=read_only, on_wait=on_wait) as there:
            yield there
    else:
        with DuckdbLeadStore.open(home, settings=settings, read_only=read_only, on_wait=on_wait) as store:
            yield store


def has_store(home: Path) -> bool:
    """Return whether the home has a store yet: the first import makes it."""
    address = store_address()
    return _postgres().is_there(address) if address else DuckdbLeadStore.path(home).exists()


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
