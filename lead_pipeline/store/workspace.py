"""The workspace of one transaction: a DuckDB connection with the tables of `base`, which hold at least every row that
the transaction's keys can touch. Screening, updating and enrolling are SQL over it and know no store.
"""

import contextlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from lead_pipeline.store.records import SuppressionTotals
from lead_pipeline.store.withheld_values import errors_without_values

#: Values bound to a statement, by name or by position.
Params = dict[str, Any] | list[Any] | None

#: So many different statements are parsed once, more than an import has: to parse them takes a sixth of what DuckDB
#: does for a small one.
_STATEMENTS_KEPT = 512

#: How many rows are fetched at a time.
_ROWS_AT_ONCE = 10_000


class Workspace:
    """Runs statements of ours with bound values. Nobody else has the connection.

    Args:
        con: a connection with the tables and views of the store's schema, temporary tables allowed.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._without_rows: dict[str, bytes] = {}  # files, by query; no table or view changes while one is open

    def prepare(self, sql: str) -> None:
        """Have at hand whatever a statement reads, before it runs; where every row is there already, nothing."""

    def bring_outcomes(self, import_no: int) -> None:
        """Have at hand the outcomes of all rows of an import, not only of those that keys can touch."""

    def run(self, sql: str, params: Params = None) -> None:
        """Execute one statement."""
        self.prepare(sql)
        self._con.execute(_parsed(sql), params or [])

    def run_all(self, sql: str) -> None:
        """Execute several statements, which bind nothing."""
        self.prepare(sql)
        self._con.execute(sql)

    def rows(self, sql: str, params: Params = None) -> list[tuple[Any, ...]]:
        """Return every row: an unread DuckDB 2 result would block the connection."""
        self.prepare(sql)
        return self._con.execute(_parsed(sql), params or []).fetchall()

    def one(self, sql: str, params: Params = None) -> Any:  # noqa: ANN401  # whatever the query selects
        """Return the one value of a query."""
        ((value,),) = self.rows(sql, params)
        return value

    def stream(self, sql: str, params: Params = None) -> Iterator[tuple[Any, ...]]:
        """Yield rows without keeping all of them; nothing else may run until the last is taken."""
        self.prepare(sql)
        found = self._con.execute(sql, params or [])
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield from rows

    def frame(self, sql: str, params: Params = None) -> pl.DataFrame:
        """Return a query's result as a frame."""
        self.prepare(sql)
        frame: pl.DataFrame = self._con.sql(sql, params=params or []).pl()
        return frame

    def columns(self, sql: str, params: Params = None) -> dict[str, str]:
        """Return name and type of a query's columns without running it."""
        return {name: kind for name, kind, *_ in self.rows(f"describe {sql}", params)}

    def write_parquet(self, path: Path, sql: str, params: dict[str, Any] | None = None, *, doing: str) -> int:
        """Write a query's result to a Parquet file below the home, in the query's order; return how many rows. It
        binds no `path`.

        Raises: StoreError without row values when DuckDB cannot, `doing` said in it.
        """
        bound = {**(params or {}), "path": str(path)}
        with errors_without_values(doing):
            return int(self.one(f"copy ({sql}) to ($path) (format parquet, compression zstd)", bound))

    def write_no_rows(self, path: Path, sql: str, params: dict[str, Any] | None = None, *, doing: str) -> int:
        """Write what `write_parquet` does of a query that finds nothing, as the caller knows; return 0.

        It is the same file whatever values are bound, and is made once: most small files have no rejects.
        """
        if sql not in self._without_rows:
            if rows := self.write_parquet(path, sql, params, doing=doing):
                return rows
            self._without_rows[sql] = path.read_bytes()
        else:
            path.write_bytes(self._without_rows[sql])
        return 0

    def view_parquet(self, name: str, paths: Sequence[str], columns: str = "*") -> None:
        """Make Parquet files below the home readable under a name, for as long as the connection lives; `columns` are
        expressions of ours. Views bind no values, so that the paths, which are ours too, stand in it as text.
        """
        files = ", ".join(map(_as_text, paths))
        self.run(f"create or replace temp view {name} as select {columns} from read_parquet([{files}])")  # noqa: S608

    @contextlib.contextmanager
    def registered(self, name: str, frame: pl.DataFrame) -> Iterator[None]:
        """Make a frame available as a table named `name` inside the block."""
        self._con.register(name, frame.to_arrow())
        try:
            yield
        finally:
            self._con.unregister(name)

    def reserve(self, counter: str, how_many: int) -> int:
        """Take `how_many` numbers of a counter and return the last number before them."""
        before = int(self.one("select value from base.counters where name = ?", [counter]))
        self.run("update base.counters set value = value + ? where name = ?", [how_many, counter])
        return before

    def suppression_totals(self) -> SuppressionTotals:
        """Return how many suppressions the whole store has, and how many it should have."""
        ((held, ended),) = self.rows("select count(*), count(ended_by) from base.suppressions")
        ((loaded, ended_by_lists),) = self.rows(
            "select coalesce(sum(rows_added), 0), coalesce(sum(rows_ended), 0) from base.suppression_lists"
        )
        return SuppressionTotals(held, int(loaded), ended, int(ended_by_lists))

    def calls_held(self) -> int:
        """Return how many records of calls the whole store has."""
        return int(self.one("select count(*) from base.call_activity"))

    @contextlib.contextmanager
    def transaction(self, doing: str) -> Iterator[None]:
        """Everything inside lands together or not at all; DuckDB's exceptions leave as StoreErrors without values."""
        with errors_without_values(doing):
            self._con.execute("begin transaction")
            try:
                yield
                self._con.execute("commit")
            except BaseException:
                # After a failed commit DuckDB has rolled back already and says that there is no transaction.
                with contextlib.suppress(duckdb.Error):
                    self._con.execute("rollback")
                raise

    @contextlib.contextmanager
    def rolled_back(self, doing: str) -> Iterator[None]:
        """Everything inside is seen inside and nowhere else: it is rolled back at the end, whatever the end is."""
        with errors_without_values(doing):
            self._con.execute("begin transaction")
            try:
                yield
            finally:
                # After some errors DuckDB has rolled back already and says that there is no transaction.
                with contextlib.suppress(duckdb.TransactionException):
                    self._con.execute("rollback")


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _parsed(sql: str) -> duckdb.Statement | str:
    """Return a statement as DuckDB takes it without parsing it again, for whatever it means is found when it runs."""
    statements = duckdb.extract_statements(sql)
    return statements[0] if len(statements) == 1 else sql


def _as_text(path: str | Path) -> str:
    """Return a path of ours as SQL has it."""
    return "'" + str(path).replace("'", "''") + "'"
