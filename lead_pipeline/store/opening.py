"""Opens the lead store of a home, whichever store that is."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.settings import OnWait, StoreSettings, wait_silently


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
    with DuckdbLeadStore.open(home, settings=settings, read_only=read_only, on_wait=on_wait) as store:
        yield store


def has_store(home: Path) -> bool:
    """Return whether the home has a store yet: the first import makes it."""
    return DuckdbLeadStore.path(home).exists()
