"""Reading the store for people: past imports and ad-hoc questions. Nothing here writes, and imports do not use it."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from lead_pipeline.model.errors import ImportNotFoundError, UsageError, did_you_mean
from lead_pipeline.store.duckdb.connection import OnWait, StoreSettings
from lead_pipeline.store.duckdb.lead_store import LeadStore

#: DuckDB's complaints about the text of a query; they quote the query, never a row.
_ABOUT_THE_QUERY = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.SyntaxException)

_READS = re.compile(r"^\s*(select|from|with|describe|show|summarize|values|explain)\b", re.IGNORECASE)


def list_imports(home: Path, *, limit: int, settings: StoreSettings, on_wait: OnWait) -> list[dict[str, Any]]:
    """Return the newest imports first, one dictionary per line of the ledger; none when there is no store yet."""
    if not (home / "leads.duckdb").exists():
        return []
    with LeadStore.open(home, settings=settings, read_only=True, on_wait=on_wait) as store:
        frame = store.frame("select * from main.imports order by committed_at desc, import_id limit ?", [limit])
    return [_plain(row) for row in frame.to_dicts()]


def find_import(home: Path, import_id: str, *, settings: StoreSettings, on_wait: OnWait) -> dict[str, Any]:
    """Return the ledger's line of one import; raises ImportNotFoundError with the nearest id."""
    known: list[str] = []
    if (home / "leads.duckdb").exists():
        with LeadStore.open(home, settings=settings, read_only=True, on_wait=on_wait) as store:
            found = store.frame("select * from main.imports where import_id = ?", [import_id]).to_dicts()
            if found:
                return _plain(found[0])
            newest = store.rows("select import_id from main.imports order by committed_at desc limit 500")
            known = [row[0] for row in newest]
    raise ImportNotFoundError(
        f"No import has the id '{import_id}'.{did_you_mean(import_id, known)} `lead-pipeline history` lists all."
    )


def ask(home: Path, sql: str, *, limit: int, settings: StoreSettings, on_wait: OnWait) -> tuple[pl.DataFrame, bool]:
    """Run one reading statement and return at most `limit` rows, and whether there were more.

    The store is open for the length of the query only: an open handle blocks imports.
    Raises: UsageError for anything but one reading statement, and for mistakes in it.
    """
    if not _READS.match(sql):
        raise UsageError("Only questions can be asked here: begin with select. Nothing can be changed by `sql`.")
    with LeadStore.open(home, settings=settings, read_only=True, on_wait=on_wait) as store:
        try:
            if len(duckdb.extract_statements(sql)) != 1:
                raise UsageError("Ask one question at a time: the text holds several statements.")
            frame = store.frame(sql)
        except _ABOUT_THE_QUERY as error:
            complaint = str(error)
        except duckdb.Error as error:
            complaint = f"{type(error).__name__}: the query failed on a value (withheld). Try try_cast instead of cast."
        else:
            return frame.head(limit), frame.height > limit
    raise UsageError(f"The store does not understand this question. {complaint}")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
