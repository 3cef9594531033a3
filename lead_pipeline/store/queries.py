"""Reading the store for people: past imports and ad-hoc questions. Nothing here writes, and imports do not use it.

The store is open for the length of an answer only: an open handle on the embedded one blocks imports.
"""

from pathlib import Path
from typing import Any

import polars as pl

from lead_pipeline.model.errors import ImportNotFoundError, UsageError, listed
from lead_pipeline.store.opening import has_store, open_store
from lead_pipeline.store.settings import OnWait, StoreSettings


def list_imports(
    home: Path,
    *,
    limit: int,
    settings: StoreSettings,
    on_wait: OnWait,
    status: str | None = None,
    profile: str | None = None,
) -> list[dict[str, Any]]:
    """Return the newest imports first, one dictionary per line of the ledger; none when there is no store yet."""
    if not has_store(home):
        return []
    with open_store(home, settings=settings, read_only=True, on_wait=on_wait) as store:
        return store.list_imports(limit, status, profile)


def find_import_id(home: Path, meant: str, *, settings: StoreSettings, on_wait: OnWait) -> str:
    """Return the id of the import that a person means by it, its beginning, a file's name, or `last`.

    Returns: what was given where nothing is known by it, for whoever looks for it to say so.
    Raises: UsageError when several ids begin so.
    """
    if not has_store(home):
        return meant
    with open_store(home, settings=settings, read_only=True, on_wait=on_wait) as store:
        found = store.import_ids(meant)
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} imports have an id that begins with '{meant}': {listed(found)}. Give more of it."
        )
    return found[0] if found else meant


def find_import(home: Path, import_id: str, *, settings: StoreSettings, on_wait: OnWait) -> dict[str, Any]:
    """Return the ledger's line of one import; raises ImportNotFoundError with the nearest id."""
    if not has_store(home):
        raise ImportNotFoundError(f"No import has the id '{import_id}': nothing was imported yet.")
    with open_store(home, settings=settings, read_only=True, on_wait=on_wait) as store:
        return store.find_import(import_id)


def ask(home: Path, sql: str, *, limit: int, settings: StoreSettings, on_wait: OnWait) -> tuple[pl.DataFrame, bool]:
    """Run one reading statement and return at most `limit` rows, and whether there were more.

    Raises: UsageError for anything but one reading statement, and for mistakes in it.
    """
    with open_store(home, settings=settings, read_only=True, on_wait=on_wait) as store:
        return store.ask(sql, limit)
