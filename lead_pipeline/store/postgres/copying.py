"""Copies a whole store from the embedded one into PostgreSQL, or back, and compares what arrived with what was sent:
the rows of every table by number and checksum. Nothing is kept of a copy that differs.
"""

from pathlib import Path

import duckdb

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store.duckdb.connection import created_from, open_beside
from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.postgres.stored_tables import GROUPS, Column, columns_of
from lead_pipeline.store.settings import OnWait, StoreSettings
from lead_pipeline.store.withheld_values import errors_without_values

_ROWS_AT_ONCE = 100_000

#: Number and checksum of rows, whatever their order.
_SUMS = "count(*), coalesce(sum(hash({columns})::hugeint), 0)"


def copy_into_postgres(path: Path, there: Connection, settings: StoreSettings, on_wait: OnWait) -> dict[str, int]:
    """Copy the embedded store at `path` into a store on PostgreSQL that has nothing yet; return the rows by table.

    Raises: StoreError when there are leads already, or what arrived differs.
    """
    copied = {}
    doing = "copying the store into PostgreSQL"
    with open_beside(path, settings, on_wait) as con, there.writing(doing, settings, on_wait):
        _require_nothing(there)
        there.run("delete from base.counters")
        for table, columns in columns_of(con).items():
            sent = ", ".join(f"{column.sent} as {column.quoted}" for column in columns)
            with errors_without_values(doing):
                rows = con.sql(f"select {sent} from base.{table}").to_arrow_reader(_ROWS_AT_ONCE)  # noqa: S608
                there.copy_in(table, rows)
            copied[table] = _compared(con, there, table, columns)
    return copied


def copy_into_file(there: Connection, path: Path, settings: StoreSettings) -> dict[str, int]:
    """Copy a store on PostgreSQL into an embedded one that is made at `path`; return the rows by table.

    Raises: StoreError when there is a file already, or what arrived differs.
    """
    if path.exists():
        raise StoreError(f"There is a lead store at {path} already. Move it away, or copy into another home.")
    copied = {}
    doing = "copying the store into a file"
    with there.reading(doing), created_from(path, settings) as con, errors_without_values(doing):
        con.execute("delete from base.counters")
        for table, columns in columns_of(con).items():
            asked = ", ".join(column.asked for column in columns)
            received = ", ".join(f"{column.received} as {column.quoted}" for column in columns)
            with there.reader(f"select {asked} from base.{table} order by stored_no") as rows:  # noqa: S608
                con.register("rows_there", rows)
                con.execute(f"insert into base.{table} select {received} from rows_there")  # noqa: S608
                con.unregister("rows_there")
            copied[table] = _compared(con, there, table, columns)
    return copied


def _require_nothing(there: Connection) -> None:
    counts = " union all ".join(
        f"(select '{table}' from base.{table} limit 1)"  # noqa: S608  # names of ours
        for table in GROUPS
        if table != "counters"
    )
    if there.rows(counts):
        raise StoreError(
            "The store on PostgreSQL has rows already, and a copy would mix two stores: copy into an empty database."
        )


def _compared(con: duckdb.DuckDBPyConnection, there: Connection, table: str, columns: tuple[Column, ...]) -> int:
    """Return how many rows a table has in both stores; raises StoreError where these are not the same."""
    sent = _SUMS.format(columns=", ".join(column.sent for column in columns))
    here = con.execute(f"select {sent} from base.{table}").fetchall()[0]  # noqa: S608  # names of ours
    arrived = _SUMS.format(columns=", ".join(column.quoted for column in columns))
    asked = ", ".join(column.asked for column in columns)
    with there.reader(f"select {asked} from base.{table}") as rows:  # noqa: S608  # names of ours
        con.register("rows_there", rows)
        found = con.execute(f"select {arrived} from rows_there").fetchall()[0]  # noqa: S608  # names of ours
        con.unregister("rows_there")
    if found != here:
        raise StoreError(
            f"The copy differs: {table} has {here[0]} rows in one store and {found[0]} in the other"
            f"{', with other values' if found[0] == here[0] else ''}. Nothing was kept. Please report this."
        )
    return int(here[0])
