"""Connects to PostgreSQL, and runs a transaction there: one writer at a time, its end known even when the connection is
lost at the commit, no row value and no secret in what is said of errors. What is written does not belong here.
"""

import contextlib
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, cast

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import duckdb
import pyarrow as pa

from lead_pipeline.model.errors import ConnectionLostError, StoreError, StoreFullError, StoreLockedError
from lead_pipeline.store.postgres.reading_ahead import read_ahead
from lead_pipeline.store.settings import OnWait, StoreSettings, wait_silently

#: The advisory lock of whoever writes: the number is "lead" in ASCII.
_WRITERS_LOCK = 0x6C656164

#: Rows are looked up by keys in tables that may be a hundred times as long as the keys. PostgreSQL's own notion of what
#: it costs to jump is of spinning disks, by which it would rather read these tables from one end to the other.
_BY_INDEX = "set local random_page_cost = 1.1"

#: So much of a result comes at once. The next is on its way meanwhile.
_BATCHES, _BATCH_BYTES = adbc_driver_postgresql.StatementOptions.BATCH_SIZE_HINT_BYTES.value, "2000000"

#: Classes and codes of PostgreSQL's SQLSTATE (appendix A of its manual), and what they come to.
_LOST = ("08", "57P", "25P03")
_FULL = ("53100", "53200", "58030")
_LOCKED = ("55P03", "40P01")
_REFUSED = ("28", "3D000")
_REFUSAL = re.compile(r"authentication failed|does not exist|no pg_hba|permission denied|no password supplied")
_NOT_ALLOWED = "42501"
_TWICE = "23505"

_WITHHELD = "The details are withheld: they may quote rows."


@contextlib.contextmanager
def errors_of_postgres(doing: str) -> Iterator[None]:
    """Turn what PostgreSQL says into a StoreError without row values, addresses or passwords.

    Raises: ConnectionLostError, StoreLockedError, StoreFullError; StoreError for everything else.
    """
    try:
        yield
    except adbc_driver_manager.Error as error:
        said = _said(doing, error)
    else:
        return
    # `from None`: tracebacks would quote what PostgreSQL said.
    raise said from None


def _said(doing: str, error: adbc_driver_manager.Error) -> StoreError:
    state = error.sqlstate or ""
    # The driver gives no code of what happened before there was a connection, or behind its end.
    refused = not state and _REFUSAL.search(str(error))
    if state.startswith(_REFUSED) or refused:
        return StoreError(
            f"PostgreSQL refused the connection ({doing}): user, password or name of the database are wrong, or this "
            "user may not connect. Passwords are best kept in a file, see PGPASSFILE."
        )
    if state.startswith(_LOST) or (not state and isinstance(error, adbc_driver_manager.OperationalError)):
        return ConnectionLostError(
            f"The connection to PostgreSQL was lost or could not be made ({state or 'no answer'}, {doing}). Check that "
            "the server runs and LEAD_PIPELINE_STORE names it; then try again: nothing was lost."
        )
    if state in _LOCKED:
        return StoreLockedError(f"Another import holds the lead store ({doing}); try again. Nothing was kept.")
    if state in _FULL:
        return StoreFullError(
            f"The disk or memory of the PostgreSQL server is full ({doing}): nothing was kept. Free some space; then "
            "try again, or drop the file again."
        )
    if state == _NOT_ALLOWED:
        return StoreError(
            f"This user of PostgreSQL may not do that ({doing}). Reading needs the role for readers, imports the one "
            "of the pipeline; docs/postgresql.md has both."
        )
    if state == _TWICE:
        return StoreError(
            f"PostgreSQL refused {doing}: a row would have been there twice. Nothing was kept. Please report this."
        )
    return StoreError(f"PostgreSQL refused {doing} ({state or 'no code'}); nothing was kept. {_WITHHELD}")


class Connection:
    """A connection to PostgreSQL, on which one transaction runs at a time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._con: Any = None

    def __repr__(self) -> str:
        """Return no address: it may hold a password."""
        return "Connection(PostgreSQL)"

    def close(self) -> None:
        """Hang up; whatever was not committed is undone."""
        con, self._con = self._con, None
        if con is not None:
            with contextlib.suppress(adbc_driver_manager.Error):
                con.close()

    def _open(self) -> Any:  # noqa: ANN401  # the driver's own class
        if self._con is None:
            with errors_of_postgres("connecting to the lead store"):
                # Also of a pool: whatever the client's machine thinks of time zones, times are in UTC.
                self._con = adbc_driver_postgresql.dbapi.connect(self._address)
                self.run("set TimeZone = 'UTC'")
                self._con.commit()  # else the end of the first transaction undoes it
        return self._con

    def run(self, sql: str) -> int:
        """Execute statements that bind nothing; return how many rows the last one changed."""
        with self._open().cursor() as cursor:
            cursor.adbc_statement.set_sql_query(sql)
            return int(cursor.adbc_statement.execute_update())

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._open().cursor() as cursor:
            cursor.execute(sql, tuple(params) or None)
            return cast("list[tuple[Any, ...]]", cursor.fetchall())

    @contextlib.contextmanager
    def reader(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        """Give the rows of a query as they come, by binary COPY, for DuckDB to read."""
        with self._open().cursor() as cursor:
            cursor.adbc_statement.set_options(**{_BATCHES: _BATCH_BYTES})
            cursor.execute(sql)
            with read_ahead(cursor.fetch_record_batch()) as ahead:
                try:
                    yield ahead.reader
                except duckdb.Error:
                    if ahead.has_failed:
                        self.rows("select 1")  # DuckDB knows nothing of a connection that was lost
                    raise

    def copy_in(
        self, table: str, rows: pa.RecordBatchReader | pa.Table, *, schema: str = "base", temporary: bool = False
    ) -> int:
        """Append rows to a table by binary COPY, columns by name; return how many."""
        where = {"temporary": True} if temporary else {"db_schema_name": schema}
        reader = rows.to_reader() if isinstance(rows, pa.Table) else rows
        with self._open().cursor() as cursor, read_ahead(reader) as ahead:
            return int(cursor.adbc_ingest(table, ahead.reader, mode="append", **where))

    @contextlib.contextmanager
    def reading(self, doing: str) -> Iterator[None]:
        """Everything inside sees the store as it was at one moment, and waits for nobody."""
        with errors_of_postgres(doing), self._undone_at_the_end():
            self.run(f"set transaction isolation level repeatable read, read only; {_BY_INDEX}")
            yield

    @contextlib.contextmanager
    def trying(self, doing: str) -> Iterator[None]:
        """The same with temporary tables, by which rows are looked up."""
        with errors_of_postgres(doing), self._undone_at_the_end():
            self.run(f"set transaction isolation level repeatable read; {_BY_INDEX}")
            yield

    @contextlib.contextmanager
    def writing(self, doing: str, settings: StoreSettings, on_wait: OnWait) -> Iterator[None]:
        """Everything inside lands together or not at all, one transaction after another, whichever machine it is of.

        Raises: StoreLockedError when others hold the store for longer than `settings.wait_seconds`.
        """
        commit_id = str(uuid.uuid4())
        with errors_of_postgres(doing), self._undone_at_the_end():
            self._wait_for_our_turn(settings, on_wait)
            self.run(_BY_INDEX)
            yield
            self.run(f"insert into base.commits (commit_id) values ('{commit_id}')")  # noqa: S608  # ours
            self._commit(commit_id, settings)

    @contextlib.contextmanager
    def upgrading(self, doing: str, settings: StoreSettings, on_wait: OnWait) -> Iterator[None]:
        """The same for tables themselves: whether they are there, whoever opens the store next sees."""
        with errors_of_postgres(doing), self._undone_at_the_end():
            self._wait_for_our_turn(settings, on_wait)
            yield
            self._con.commit()

    @contextlib.contextmanager
    def _undone_at_the_end(self) -> Iterator[None]:
        try:
            self._open()
            yield
        finally:
            if self._con is not None:
                try:
                    self._con.rollback()
                except adbc_driver_manager.Error:
                    self.close()

    def _wait_for_our_turn(self, settings: StoreSettings, on_wait: OnWait) -> None:
        """Take the lock of writers, which the end of the transaction gives back, in the order of arrival.

        Whoever had it before us has to be seen, also on a server that has transactions see one moment by default: that
        would be the moment at which we began to wait.
        """
        self.run("set transaction isolation level read committed")
        self.run("set local idle_in_transaction_session_timeout = 0")  # nothing is asked here while rows are screened
        ((is_ours,),) = self.rows(f"select pg_try_advisory_xact_lock({_WRITERS_LOCK})")
        if is_ours:
            return
        on_wait(0.0, "another import")
        self.run(f"set local lock_timeout = {max(1, int(settings.wait_seconds * 1000))}")
        self.run(f"select pg_advisory_xact_lock({_WRITERS_LOCK})")
        self.run("set local lock_timeout = 0")

    def _commit(self, commit_id: str, settings: StoreSettings) -> None:
        """Commit; where the connection is lost at that, ask on a new one whether it happened."""
        try:
            self._con.commit()
        except adbc_driver_manager.Error as error:
            state = error.sqlstate
        else:
            return
        self.close()
        if not self._has_happened(commit_id, settings):
            raise ConnectionLostError(
                f"The connection to PostgreSQL was lost at the commit ({state or 'no answer'}): nothing was kept, as "
                "the store itself says. Try again."
            )

    def _has_happened(self, commit_id: str, settings: StoreSettings) -> bool:
        """Return whether a transaction became fact. Under the lock of writers: so its end, on the server, has come."""
        with self._undone_at_the_end():
            self._wait_for_our_turn(settings, wait_silently)
            found = self.rows(f"select 1 from base.commits where commit_id = '{commit_id}'")  # noqa: S608  # ours
            return bool(found)
