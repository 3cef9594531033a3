"""The lead store: a transaction, the ledger, and the few set-based writes an import needs. Deciding what becomes of a
row belongs in screening/, opening and upgrading the file in connection.py, reading for people in queries.py.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import polars as pl

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.results import ReasonCount, RowCounts
from lead_pipeline.store.duckdb.connection import OnWait, StoreSettings, connect, values_kept_in


def _silent(_waited: float, _holder: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What the ledger knows of an import whose fate is decided."""

    import_no: int
    import_id: str
    status: ImportStatus
    rows_read: int | None
    counts: RowCounts
    contacts_created: int
    message: str
    started_at: datetime
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """The facts of an import that the ledger keeps, known before its rows are judged."""

    import_id: str
    identity: str
    profile: str
    profile_fingerprint: str
    destination: Destination
    file_name: str
    file_sha256: str
    file_bytes: int
    started_at: datetime
    layout: str = ""
    """The columns of the file as JSON, for comparison with later files; empty when nobody noted them."""


class LeadStore:
    """One open store. Few operations, each over whole sets of rows, so that another engine can stand behind them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, home: Path) -> None:
        self.con = con
        self.home = home

    @classmethod
    @contextlib.contextmanager
    def open(
        cls,
        home: Path,
        *,
        settings: StoreSettings | None = None,
        read_only: bool = False,
        on_wait: OnWait = _silent,
    ) -> Iterator[Self]:
        """Open `<home>/leads.duckdb`; raises what `connection.connect` raises."""
        path = home / "leads.duckdb"
        con = connect(path, home=home, settings=settings or StoreSettings(), read_only=read_only, on_wait=on_wait)
        try:
            yield cls(con, home)
        finally:
            con.close()

    @contextlib.contextmanager
    def beside(self) -> Iterator[Self]:
        """Give the same store to another thread of this process: two may not share a connection."""
        cursor = self.con.cursor()
        try:
            yield type(self)(cursor, self.home)
        finally:
            cursor.close()

    @contextlib.contextmanager
    def transaction(self, doing: str) -> Iterator[None]:
        """Everything inside lands together or not at all; DuckDB's exceptions leave as StoreErrors without values."""
        with values_kept_in(doing):
            self.con.execute("begin transaction")
            try:
                yield
                self.con.execute("commit")
            except BaseException:
                # After a failed commit DuckDB has rolled back already and says that there is no transaction.
                with contextlib.suppress(duckdb.Error):
                    self.con.execute("rollback")
                raise

    @contextlib.contextmanager
    def rehearsal(self, doing: str) -> Iterator[None]:
        """Everything inside is seen inside and nowhere else: it is rolled back at the end, whatever the end is."""
        with values_kept_in(doing):
            self.con.execute("begin transaction")
            try:
                yield
            finally:
                # After some errors DuckDB has rolled back already and says that there is no transaction.
                with contextlib.suppress(duckdb.TransactionException):
                    self.con.execute("rollback")

    def run(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> None:
        """Execute one statement of ours with bound values."""
        self.con.execute(sql, params or [])

    def rows(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return every row: an unread DuckDB 2 result would block the connection."""
        return self.con.execute(sql, params or []).fetchall()

    def frame(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> pl.DataFrame:
        """Return a query's result as a frame."""
        frame: pl.DataFrame = self.con.sql(sql, params=params or []).pl()
        return frame

    def ledger_entry(self, identity: str) -> LedgerEntry | None:
        """Return what became of the import with that identity, or None when nothing is decided yet."""
        found = self.rows(
            "select import_no, import_id, status, rows_read, rows_created, rows_updated, rows_unchanged,"
            " rows_duplicate, rows_suppressed, rows_rejected, rows_skipped, contacts_created, message, started_at,"
            " committed_at"
            " from base.imports where identity = ?",
            [identity],
        )
        if not found:
            return None
        number, import_id, status, rows_read, *counts, contacts, message, started_at, committed_at = found[0]
        return LedgerEntry(
            import_no=number,
            import_id=import_id,
            status=ImportStatus(status),
            rows_read=rows_read,
            counts=RowCounts(**dict(zip((outcome.value for outcome in Outcome), counts, strict=True))),
            contacts_created=contacts,
            message=message,
            started_at=started_at,
            committed_at=committed_at,
        )

    def reserve(self, counter: str, how_many: int) -> int:
        """Take `how_many` numbers of a counter and return the last number before them."""
        before = int(self.rows("select value from base.counters where name = ?", [counter])[0][0])
        self.run("update base.counters set value = value + ? where name = ?", [how_many, counter])
        return before

    def destination_id(self, destination: Destination) -> int:
        """Return the number of a destination, which is recorded when it is new."""
        found = self.rows(
            "select destination_id from base.destinations where kind = ? and name = ?",
            [destination.kind, destination.name],
        )
        if found:
            return int(found[0][0])
        number = self.reserve("destination_id", 1) + 1
        self.run("insert into base.destinations values (?, ?, ?)", [number, destination.kind, destination.name])
        return number

    def forget_undecided(self, identity: str) -> None:
        """Remove the record of an earlier attempt that imported nothing (quarantined, failed)."""
        self.run(
            "delete from base.imports where identity = ? and status not in ('completed', 'completed_with_rejects')",
            [identity],
        )

    def record_import(
        self,
        import_no: int,
        record: ImportRecord,
        *,
        status: ImportStatus,
        rows_read: int | None,
        counts: RowCounts,
        contacts_created: int,
        message: str,
        at: datetime,
    ) -> None:
        """Write the import's line of the ledger; called inside the transaction that writes its rows."""
        self.forget_undecided(record.identity)
        values: dict[str, Any] = {
            "import_no": import_no,
            "import_id": record.import_id,
            "identity": record.identity,
            "status": status.value,
            "profile": record.profile,
            "profile_fingerprint": record.profile_fingerprint,
            "destination_id": self.destination_id(record.destination),
            "file_name": record.file_name,
            "file_sha256": record.file_sha256,
            "file_bytes": record.file_bytes,
            "rows_read": rows_read,
            **{f"rows_{outcome.value}": counts.of(outcome) for outcome in Outcome},
            "contacts_created": contacts_created,
            "suppressions_known": int(self.rows("select count(*) from base.suppressions")[0][0]),
            "message": message,
            "started_at": record.started_at,
            "committed_at": at,
            "layout": record.layout,
        }
        columns, slots = ", ".join(values), ", ".join(f"${name}" for name in values)
        self.run(f"insert into base.imports ({columns}) values ({slots})", values)  # noqa: S608  # names are ours

    def record_refusal(self, record: ImportRecord, *, status: ImportStatus, message: str, at: datetime) -> None:
        """Write into the ledger that a file was refused and why; an import that is committed stays as it is."""
        self._record_undecided(record, status, rows_read=None, counts=RowCounts(), message=message, at=at)

    def record_awaiting(
        self, record: ImportRecord, *, rows_read: int, counts: RowCounts, message: str, at: datetime
    ) -> None:
        """Write into the ledger that an import waits for a person; `counts` are those of its rehearsal.

        Nothing of it is in the store, and it can be imported later; one that is committed stays as it is.
        """
        waiting = ImportStatus.AWAITING_APPROVAL
        self._record_undecided(record, waiting, rows_read=rows_read, counts=counts, message=message, at=at)

    def record_cancelled(
        self, record: ImportRecord, *, rows_read: int | None, counts: RowCounts, message: str, at: datetime
    ) -> None:
        """Write into the ledger that a person cancelled an import that waited; else as `record_awaiting`."""
        cancelled = ImportStatus.CANCELLED
        self._record_undecided(record, cancelled, rows_read=rows_read, counts=counts, message=message, at=at)

    def _record_undecided(
        self,
        record: ImportRecord,
        status: ImportStatus,
        *,
        rows_read: int | None,
        counts: RowCounts,
        message: str,
        at: datetime,
    ) -> None:
        with self.transaction(f"recording that an import is {status}"):
            known = self.ledger_entry(record.identity)
            if known is not None and known.status in COMMITTED:
                return
            self.record_import(
                self.reserve("import_no", 1) + 1,
                record,
                status=status,
                rows_read=rows_read,
                counts=counts,
                contacts_created=0,
                message=message,
                at=at,
            )

    def last_layouts(self, profile: str, limit: int, *, before: str = "") -> list[str]:
        """Return the layouts of the profile's last committed imports, newest first; those without one are left out.

        Where the import with the identity `before` is committed, only those that were committed before it.
        """
        found = self.rows(
            "select layout from base.imports where profile = $profile and layout <> ''"
            " and status in ('completed', 'completed_with_rejects')"
            " and import_no < coalesce((select min(import_no) from base.imports where identity = $before"
            "   and status in ('completed', 'completed_with_rejects')), 9e18)"
            " order by import_no desc limit $limit",
            {"profile": profile, "limit": limit, "before": before},
        )
        return [layout for (layout,) in found]

    def count_reasons(self, import_no: int, first: int = 5) -> list[ReasonCount]:
        """Return each reason and warning of an import with its rows, by code; `outcome` holds the row's own."""
        found = self.rows(
            f"""
            with told as (
                select unnest(reason_codes) as code, false as warns, row_number, line_number
                from base.row_outcomes where import_no = $import_no and reason_codes is not null
                union all
                select unnest(warning_codes), true, row_number, line_number
                from base.row_outcomes where import_no = $import_no and warning_codes is not null
            )
            select code, warns, count(*), (list(row_number order by row_number))[1:{int(first)}],
                   (list(line_number order by row_number) filter (line_number is not null))[1:{int(first)}]
            from told group by code, warns order by code, warns
            """,  # noqa: S608  # an integer of ours
            {"import_no": import_no},
        )
        return [
            ReasonCount(
                code=code,
                outcome="warning" if warns else "",
                count=count,
                first_rows=tuple(rows),
                first_lines=tuple(lines or ()),
            )
            for code, warns, count, rows, lines in found
        ]

    def count_ledger(self, import_no: int) -> tuple[int, int]:
        """Return how many outcomes the ledger holds for an import, and for how many different rows."""
        found = self.rows(
            "select count(*), count(distinct row_number) from base.row_outcomes where import_no = ?", [import_no]
        )
        return int(found[0][0]), int(found[0][1])
