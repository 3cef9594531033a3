"""Imports frames of normalized rows straight into a store, and judges them a second time with plain dictionaries: an
independent reference that knows no SQL and shares no code with the rooms under test.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from lead_pipeline.importing.committing import commit_import
from lead_pipeline.model.contracts import REASON_FIELDS_TYPE
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, ENTRY_FACTS, add_suppressions
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.records import ImportRecord, LedgerEntry, ListCounts, ListKeys, ListRecord

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

#: Suppression kind -> reason, in the registry's order of reasons.
LISTED = {"opted_out": "opted_out", "blocked": "blocked", "do_not_call": "do_not_call"}

_VALUES = ("phone", "email", "expires_in", "attributes", "hints")


def profile(**changes: object) -> ImportProfile:
    """Return a profile with a phone, an email and hours."""
    base: dict[str, object] = {
        "name": "screened",
        "destination": {"kind": "schedule", "name": "main"},
        "fields": {
            "phone": {"type": "phone", "required": True},
            "email": {"type": "email"},
            "expires_in": {"type": "integer"},
        },
    }
    return ImportProfile.model_validate(base | changes)


@dataclass(frozen=True)
class Row:
    """One normalized row."""

    phone: str | None = None
    email: str | None = None
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    expires_in: int | None = None
    attributes: str | None = None
    hints: str | None = None
    about: str | None = None  # the field that the reasons are about


@dataclass
class Screened:
    """A store, and what was imported into it."""

    store: DuckdbLeadStore
    folder: Path
    imports: int = 0
    lists: int = 0

    def add(self, rows: list[Row], by: ImportProfile, *, identity: str | None = None, parts: int = 1) -> LedgerEntry:
        """Import rows under a profile."""
        self.imports += 1
        name = identity or f"import-{self.imports}"
        paths = self.write(rows, parts)
        return commit_import(
            self.store,
            ImportRecord(f"{name}@0", name, by.name, by.fingerprint, by.destination, f"{name}.csv", "0" * 64, 1, NOW),
            by,
            StagedRows(
                parts=paths,
                rows_read=len(rows),
                supplied=frozenset(by.rules) | {"attributes"},
                raw_rows=lambda wanted: [wanted.with_columns(raw=pl.struct(n="row_number").struct.json_encode())],
            ),
            at=NOW,
        )

    def write(self, rows: list[Row], parts: int = 1) -> tuple[str, ...]:
        """Write normalized rows as parts."""
        frame = pl.DataFrame(
            {
                "row_number": range(1, len(rows) + 1),
                "line_number": range(2, len(rows) + 2),
                **{name: [getattr(row, name) for row in rows] for name in _VALUES},
                "reasons": [list(row.reasons) for row in rows],
                "warnings": [list(row.warnings) for row in rows],
                "reason_fields": [
                    [{"code": one, "field": row.about} for one in row.reasons] if row.about else None for row in rows
                ],
            },
            schema={
                "row_number": pl.Int64, "line_number": pl.Int64, "phone": pl.String, "email": pl.String,
                "expires_in": pl.Int64, "attributes": pl.String, "hints": pl.String,
                "reasons": pl.List(pl.String), "warnings": pl.List(pl.String), "reason_fields": REASON_FIELDS_TYPE,
            },
        )  # fmt: skip
        size = max(1, -(-len(rows) // parts))
        paths = []
        for number in range(parts):
            path = self.folder / f"part-{self.imports}-{number}.parquet"
            frame.slice(number * size, size).write_parquet(path)
            paths.append(str(path))
        return tuple(paths)

    def suppress(self, kind: str, *phones: str, identity: str | None = None, rejected: int = 0) -> ListCounts:
        """Load a suppression list."""
        self.lists += 1
        name = identity or f"list-{self.lists}"
        entries = pl.DataFrame(
            {
                "identifier_kind": ["email" if "@" in one else "phone" for one in phones],
                "value": phones,
                "reason": [None] * len(phones),
            },
            schema=ENTRIES_SCHEMA,
        )
        record = ListRecord(f"{name}@0", name, kind, f"{name}.csv", "0" * 64)
        with self.store.writing(
            ListKeys(name, kind, entries["value"], record.list_name), "loading a list"
        ) as workspace:
            return add_suppressions(
                workspace, record, entries, rows_read=len(phones) + rejected, rows_rejected=rejected, at=NOW
            )

    def load(
        self,
        kind: str,
        *found: dict[str, object],
        at: datetime = NOW,
        delivery: datetime | None = None,
        rejected: int = 0,
        **facts: object,
    ) -> ListCounts:
        """Load a version of a list, an entry for each of `found`, and `rejected` rows; `facts` are of its record."""
        self.lists += 1
        schema = {**ENTRIES_SCHEMA, **ENTRY_FACTS}
        entries = pl.DataFrame([{name: one.get(name) for name in schema} for one in found], schema=schema)
        entries = entries.with_columns(row_number=pl.int_range(1, pl.len() + 1))
        rows = entries.select(
            "row_number", line_number="row_number", outcome=pl.lit(None, pl.String),
            reason_codes=pl.lit(None, pl.List(pl.String)),
        )  # fmt: skip
        name = str(facts.pop("identity", f"list-{self.lists}"))
        record = ListRecord(f"{name}@0", name, kind, f"{name}.csv", "0" * 64, staged_at=delivery, **facts)  # type: ignore[arg-type]
        with self.store.writing(
            ListKeys(name, kind, entries["value"], record.list_name), "loading a list"
        ) as workspace:
            return add_suppressions(
                workspace, record, entries, rows_read=len(found) + rejected, rows_rejected=rejected, at=at, rows=rows
            )

    def ledger(self, entry: LedgerEntry) -> list[tuple[object, ...]]:
        """Return row number, outcome, reasons and lead of every row of an import."""
        return [
            (row, outcome, tuple(reasons or ()), lead)
            for row, outcome, reasons, lead in self.store.workspace.rows(
                "select row_number, outcome::varchar, reason_codes, lead_id from base.row_outcomes"
                " where import_no = ? order by row_number",
                [entry.import_no],
            )
        ]


@dataclass
class Reference:
    """The same rules over dictionaries, a row at a time."""

    leads: list[tuple[str, Destination]] = field(default_factory=list)  # lead_id - 1 -> identity value, destination
    listed: dict[str, set[str]] = field(default_factory=dict)  # phone -> kinds

    def suppress(self, kind: str, *phones: str) -> None:
        for phone in phones:
            self.listed.setdefault(phone, set()).add(kind)

    def _known(self, by: ImportProfile) -> dict[str, int]:
        """Return the lead of each value: that of this destination, else the oldest where any counts."""
        known: dict[str, int] = {}
        for here in (True, False) if by.scrub_scope == "company" else (True,):
            for number, (value, destination) in enumerate(self.leads):
                if (destination == by.destination) == here:
                    known.setdefault(value, number)
        return known

    def add(self, rows: list[Row], by: ImportProfile) -> list[tuple[object, ...]]:
        """Return (row number, outcome, reasons, lead as identity value and destination or None) of every row."""
        who = [getattr(row, by.identify_by) if not row.reasons else None for row in rows]
        kinds_of = [self.listed.get(row.phone, set()) for row in rows]
        first: dict[str, int] = {}
        first_clear: dict[str, int] = {}
        for place, (value, kinds) in enumerate(zip(who, kinds_of, strict=True)):
            if value is not None:
                first.setdefault(value, place)
                if not kinds:
                    first_clear.setdefault(value, place)
        known = self._known(by)
        judged = []
        for place, (row, value) in enumerate(zip(rows, who, strict=True)):
            if row.reasons:
                judged.append(("skipped" if row.reasons == ("row_blank",) else "rejected", row.reasons))
                continue
            kinds = kinds_of[place]
            is_first = (first if kinds else first_clear)[value] == place
            reasons = [] if is_first else ["duplicate_in_file"]
            reasons += ["duplicate_existing"] if value in known else []
            reasons += [code for kind, code in LISTED.items() if kind in kinds]
            judged.append(("suppressed" if kinds else "duplicate" if reasons else "created", tuple(reasons)))
        fresh: dict[str, int] = {}
        for value, (outcome, _reasons) in zip(who, judged, strict=True):
            if outcome == "created":
                fresh[value] = len(self.leads)
                self.leads.append((value, by.destination))
        return [
            (place + 1, outcome, reasons, known.get(value, fresh.get(value)) if value is not None else None)
            for place, (value, (outcome, reasons)) in enumerate(zip(who, judged, strict=True))
        ]
