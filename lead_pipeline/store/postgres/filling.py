"""Fills a workspace from PostgreSQL, table by table when a statement first names one: with the rows that somebody said
suffice, else with all of them. What a statement reads is there before it runs, so that nothing is decided on part of a
table that nobody vouched for. What goes back does not belong here.
"""

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import duckdb

from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.postgres.stored_tables import ORDERS, Column, columns_of
from lead_pipeline.store.records import SuppressionTotals
from lead_pipeline.store.workspace import Workspace

_NAMED = re.compile(r"\b(base|main)\s*\.\s*\"?(\w+)", re.IGNORECASE)

#: Whatever is written into a table is one of these (a test looks through all statements). A table that rows are only
#: added to is not read by that.
_ADDED_TO = re.compile(r"\binsert\s+into\s+base\.(\w+)", re.IGNORECASE)
_CHANGED = re.compile(r"\b(?:update|delete\s+from)\s+base\.(\w+)", re.IGNORECASE)

#: To ask for columns and their types reads no row.
_DESCRIBES = re.compile(r"\s*describe\s", re.IGNORECASE)

_DEFINITIONS = """
    select schema_name || '.' || view_name, sql from duckdb_views() where schema_name in ('base', 'main')
    union all
    select schema_name || '.' || function_name, macro_definition
    from duckdb_functions() where schema_name in ('base', 'main') and macro_definition is not null
"""


@dataclass(frozen=True, slots=True)
class Enough:
    """Which rows of tables suffice for a transaction: of each named table a condition on its rows, an expression of
    ours for PostgreSQL. Tables that are not named are fetched whole.
    """

    conditions: dict[str, str] = field(default_factory=dict)

    def also(self, **conditions: str) -> "Enough":
        """Return the same with the conditions of further tables."""
        return replace(self, conditions=self.conditions | conditions)


@dataclass(slots=True)
class Filled:
    """The tables of a workspace: their columns, which were filled, whole or in part, and which were written since. Of
    those that were filled and changed, what they were like is in the schema `filled`; of those that were only added to,
    `spans` has where the rows are that were filled in: first and last rowid, and how many.
    """

    columns: dict[str, tuple[Column, ...]]
    tables_of: dict[str, frozenset[str]]
    whole: set[str] = field(default_factory=set)
    in_part: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    spans: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)

    @property
    def tables(self) -> set[str]:
        """Return the tables that were filled at all."""
        return self.whole | self.in_part

    def was_filled(self, table: str) -> str:
        """Return the condition of the rows that were filled in, in a table that was only added to."""
        spans = [f"rowid between {first} and {last}" for first, last, _rows in self.spans[table]]
        return f"({' or '.join(spans or ['false'])})"


def filled_of(con: duckdb.DuckDBPyConnection) -> Filled:
    """Return the state of a workspace of which no table was filled yet."""
    if not _SHAPE:  # the same in every workspace of this process
        _SHAPE.append((columns_of(con), _tables_of_names(con)))
    return Filled(*_SHAPE[0])


#: Columns and names of workspaces, when they were first asked for.
_SHAPE: list[tuple[dict[str, tuple[Column, ...]], dict[str, frozenset[str]]]] = []


def _tables_of_names(con: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """Return which tables are read where a statement names a table, a view or a macro, as `schema.name`."""
    definitions: dict[str, str] = {}
    for name, text in con.execute(_DEFINITIONS).fetchall():
        definitions[name] = f"{definitions.get(name, '')} {text}"
    tables = {f"base.{table}": table for table in columns_of(con)}

    @cache
    def read_by(name: str) -> frozenset[str]:
        if name in tables:
            return frozenset({tables[name]})
        inner = {f"{schema.lower()}.{word}" for schema, word in _NAMED.findall(definitions.get(name, ""))} - {name}
        return frozenset().union(*(read_by(one) for one in inner))

    return {name: read_by(name) for name in (*tables, *definitions)}


class FilledWorkspace(Workspace):
    """A workspace whose tables come from PostgreSQL. Nobody else has its connections."""

    def __init__(self, con: duckdb.DuckDBPyConnection, there: Connection, filled: Filled, enough: Enough) -> None:
        super().__init__(con)
        self.there = there
        self.enough = enough
        self.filled = filled
        self._stored: dict[str, tuple[int, int]] = {}

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the workspace's connection, for what fills it and sends back what was written."""
        return self._con

    def prepare(self, sql: str) -> None:
        """Fill whatever a statement reads, itself or through views and macros."""
        if _DESCRIBES.match(sql):
            return
        added_to = [name.lower() for name in _ADDED_TO.findall(sql)]
        for schema, name in _NAMED.findall(sql):
            if schema.lower() == "base" and name.lower() in added_to:
                added_to.remove(name.lower())
                continue
            for table in sorted(self.filled.tables_of.get(f"{schema.lower()}.{name}", ())):
                self.bring(table)
        for name in _ADDED_TO.findall(sql):
            self._mark(name.lower())
        for name in _CHANGED.findall(sql):
            self._keep(name.lower())

    def suppression_totals(self) -> SuppressionTotals:
        """Return how many suppressions the whole store has, as they are in this transaction, and should be."""
        held, ended = self._counted("suppressions", "count(*), count(ended_by)")
        ((loaded, ended_by_lists),) = self.rows(
            "select coalesce(sum(rows_added), 0), coalesce(sum(rows_ended), 0) from base.suppression_lists"
        )
        return SuppressionTotals(held, int(loaded), ended, int(ended_by_lists))

    def calls_held(self) -> int:
        """Return how many records of calls the whole store has, as this transaction left it."""
        return self._counted("call_activity", "count(*), 0")[0]

    def bring_named(self, words: set[str]) -> None:
        """Fill the tables behind views that a question of somebody's names without a schema."""
        for word in words:
            for table in self.filled.tables_of.get(f"main.{word}", ()):
                self.bring(table)

    def bring(self, table: str) -> None:
        """Fill a table, once."""
        if table in self.filled.tables:
            return
        condition = self.enough.conditions.get(table)
        (self.filled.whole if condition is None else self.filled.in_part).add(table)
        self.fetch(table, condition or "true")

    def bring_outcomes(self, import_no: int) -> None:
        """Add the rows of an import that did not suffice."""
        self.bring("row_outcomes")
        enough = self.enough.conditions.get("row_outcomes")
        if enough is not None:
            self.fetch("row_outcomes", f"import_no = {import_no} and not ({enough})")

    def fetch(self, table: str, condition: str) -> None:
        """Add the rows of a table of which a condition holds: a part of it, unless it is filled whole."""
        if table not in self.filled.whole:
            self.filled.in_part.add(table)
        columns = self.filled.columns[table]
        asked = ", ".join(column.asked for column in columns)
        order = f" order by {ORDERS[table]}" if table in ORDERS else ""
        received = ", ".join(f"{column.received} as {column.quoted}" for column in columns)
        with self.there.reader(f"select {asked} from base.{table} where {condition}{order}") as rows:  # noqa: S608
            self._con.register("rows_there", rows)
            try:
                self._take_in(table, f"select {received} from rows_there")  # noqa: S608  # names of ours
            finally:
                self._con.unregister("rows_there")

    def _take_in(self, table: str, rows: str) -> None:
        """Add rows that came from PostgreSQL. Where others were added before, note which these are; what is changed was
        filled before that.
        """
        last = self._last_row(table)[0] if table in self.filled.written else None
        self._con.execute(f"insert into base.{table} {rows}")
        if last is not None:
            self._note_span(table, last + 1)

    def _counted(self, table: str, counts: str) -> tuple[int, int]:
        """Return two counts of a whole table: what PostgreSQL has, and what this transaction changed of it."""
        if table not in self._stored:
            ((first, second),) = self.there.rows(f"select {counts} from base.{table}")  # noqa: S608  # ours
            self._stored[table] = int(first), int(second)
        here = self._rows_here(f"select {counts} from base.{table}")[0]  # noqa: S608  # names of ours
        was = (0, 0)
        if table in self.filled.tables:
            was = self._rows_here(f"select {counts} from {self._as_filled(table)}")[0]  # noqa: S608  # names of ours
        stored = self._stored[table]
        return stored[0] + here[0] - was[0], stored[1] + here[1] - was[1]

    def _rows_here(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over what is in the workspace, and fill nothing for it."""
        return self._con.execute(sql).fetchall()

    def _as_filled(self, table: str) -> str:
        """Return where the rows are that were filled in, as they were."""
        if table not in self.filled.written:
            return f"base.{table}"
        if table in self.filled.spans:
            return f"base.{table} where {self.filled.was_filled(table)}"
        return f"filled.{table}"

    def _mark(self, table: str) -> None:
        """Note where the rows are that were filled in, before any are added: rowids grow as long as no row goes."""
        if table in self.filled.written:
            return
        self.filled.spans[table] = []
        if table in self.filled.tables:
            self._note_span(table, 0)
        self.filled.written.add(table)

    def _note_span(self, table: str, first: int) -> None:
        """Note that all rows from a rowid on are of PostgreSQL."""
        last, rows = self._last_row(table, first)
        self.filled.spans[table].append((first, last, rows))

    def _last_row(self, table: str, first: int = 0) -> tuple[int, int]:
        """Return the last rowid of a table, and how many rows there are from a first one on."""
        sql = f"select coalesce(max(rowid), -1), count(*) from base.{table} where rowid >= {first}"  # noqa: S608  # ours
        ((last, rows),) = self._rows_here(sql)
        return int(last), int(rows)

    def _keep(self, table: str) -> None:
        """Keep what a table was like when it was filled, before it changes the first time."""
        is_kept = table in self.filled.written and table not in self.filled.spans
        if table in self.filled.tables and not is_kept:
            self._con.execute(f"create table filled.{table} as from {self._as_filled(table)}")
        self.filled.spans.pop(table, None)
        self.filled.written.add(table)
