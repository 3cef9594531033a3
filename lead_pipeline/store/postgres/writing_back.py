"""Sends what was written in a workspace to PostgreSQL: the difference between what was filled in and what is there at
the end, table by table. Which rows were fetched does not belong here.
"""

import duckdb

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store.postgres.filling import Filled
from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.postgres.stored_tables import GROUPS, Column

#: Tables whose rows are told apart by the order in which they were written.
_IN_ORDER = ("enrollment_events", "suppressions")

#: How many rows are on the way at a time; while PostgreSQL takes these, DuckDB makes the next.
_ROWS_AT_ONCE = 16_384


def write_back(con: duckdb.DuckDBPyConnection, filled: Filled, there: Connection) -> None:
    """Send the rows of every table that are new or changed, and take out those that are gone, inside a transaction of
    the caller's. Of rows that are told apart together, such as the enrollments of a lead, all are replaced.
    """
    for table in sorted(filled.written):
        columns = filled.columns[table]
        if table in filled.spans:
            _send(con, there, table, columns, _added(con, filled, table))
        elif table in filled.tables:
            _find_changed_groups(con, table)
            _take_out(con, there, table, columns)
            _send(con, there, table, columns, _CHANGED)
            con.execute("drop table changed_groups")
        else:
            _send(con, there, table, columns, _NEW)


#: The rows of a table that was filled: of changed groups all, of new groups all. What is in neither is as it was.
_CHANGED = """
    from (
        select t.*, t.rowid as nth from base.{table} t semi join changed_groups using ({groups})
        union all
        select t.*, t.rowid as nth from base.{table} t
        anti join (select distinct {groups} from filled.{table}) was using ({groups})
    ) t
"""

#: Those of a table that was not filled: all of them are new.
_NEW = "from (select *, rowid as nth from base.{table}) t"


def _added(con: duckdb.DuckDBPyConnection, filled: Filled, table: str) -> str:
    """Return the query of the rows that were added to a table, none of which changed."""
    was_filled = filled.was_filled(table)
    ((rows,),) = con.execute(f"select count(*) from base.{table} where {was_filled}").fetchall()  # noqa: S608  # ours
    if rows != sum(count for _first, _last, count in filled.spans[table]):
        raise StoreError(f"Rows of {table} went while rows were only added: nothing was kept. Please report this.")
    return f"from (select *, rowid as nth from base.{{table}} where not {was_filled}) t"  # noqa: S608  # numbers


def _find_changed_groups(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Fill `changed_groups`: the groups that were filled in and are not what they were."""
    groups = ", ".join(GROUPS[table])
    con.execute(
        f"""
        create temp table changed_groups as
        with now as (
            select t.* from base.{table} t semi join (select distinct {groups} from filled.{table}) using ({groups})
        ), gone as (from filled.{table} except all from now), fresh as (from now except all from filled.{table})
        select {groups} from gone union select {groups} from fresh
        """  # noqa: S608  # names of ours
    )


def _take_out(con: duckdb.DuckDBPyConnection, there: Connection, table: str, columns: tuple[Column, ...]) -> None:
    """Delete the changed groups: what they are now is sent."""
    if not con.execute("select 1 from changed_groups limit 1").fetchall():
        return
    sent = ", ".join(f"{column.sent} as {column.name}" for column in columns if column.name in GROUPS[table])
    there.run(
        f"create temp table changed_groups on commit drop as select {', '.join(GROUPS[table])}"  # noqa: S608
        f" from base.{table} limit 0"
    )
    there.copy_in("changed_groups", con.sql(f"select {sent} from changed_groups").to_arrow_table(), temporary=True)  # noqa: S608
    there.run("analyze changed_groups")
    same = " and ".join(f"t.{name} = g.{name}" for name in GROUPS[table])
    deleted = there.run(f"delete from base.{table} t using changed_groups g where {same}")  # noqa: S608  # ours
    sql = f"select count(*) from filled.{table} semi join changed_groups using ({', '.join(GROUPS[table])})"  # noqa: S608
    ((known,),) = con.execute(sql).fetchall()
    if deleted != known:
        raise StoreError(
            f"{known} rows of {table} were fetched to be changed, and the store has {deleted}: nothing was kept. "
            "Please report this."
        )
    there.run("drop table changed_groups")


def _send(
    con: duckdb.DuckDBPyConnection, there: Connection, table: str, columns: tuple[Column, ...], rows: str
) -> None:
    source = rows.format(table=table, groups=", ".join(GROUPS[table]))
    used = _used(con, columns, source)
    if not used:
        return
    sent = ", ".join(f"{column.sent} as {column.quoted}" for column in used)
    order = " order by nth" if table in _IN_ORDER else ""
    reader = con.sql(f"select {sent} {source}{order}").to_arrow_reader(_ROWS_AT_ONCE)  # names of ours
    there.copy_in(table, reader)


def _used(con: duckdb.DuckDBPyConnection, columns: tuple[Column, ...], source: str) -> tuple[Column, ...]:
    """Return the columns in which any row has a value: the others are null without being sent. None without a row."""
    counts = ", ".join(f"count({column.quoted})" for column in columns)
    ((*with_value,),) = con.execute(f"select {counts} {source}").fetchall()
    return tuple(column for column, count in zip(columns, with_value, strict=True) if count)
