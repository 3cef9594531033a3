"""Imports rows straight into a store and reads everything that this leaves in it, for comparison with `row_by_row`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from lead_pipeline.importing.committing import commit_import, dry_run_import
from lead_pipeline.model.contracts import ALIASES_TYPE, REASON_FIELDS_TYPE, SECONDARY_CONTACTS_TYPE
from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.fields import SECONDARY_PHONES
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, add_suppressions
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.records import ImportRecord, LedgerEntry, ListKeys, ListRecord
from lead_pipeline_tests.peeked_store import PeekedStore
from lead_pipeline_tests.screening.histories.kept_by_hand import Row, as_json

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
_CODES = pl.List(pl.String)

FIELDS = {
    "phone": {"type": "phone", "derive": ["type", "extension"]},
    "email": {"type": "email"},
    "external_id": {"type": "text"},
    "first_name": {"type": "text"},
    "city": {"type": "text", "default": "unknown"},
    "status": {"type": "text"},
    "company": {"type": "text"},
    "lead_score": {"type": "integer"},
    "expires_in": {"type": "integer"},
    "tags": {"type": "tags"},
}


#: The fields of a consent, of which a profile has all or none.
CONSENT = {
    "consent_at": {"type": "datetime"},
    "consent_source": {"type": "text"},
    "consent_ip": {"type": "text"},
    "consent_text_hash": {"type": "text"},
}


def profile(
    identify_by: str = "email",
    *,
    rules: dict[str, dict[str, Any]] | None = None,
    consents: bool = False,
    **changes: object,
) -> ImportProfile:
    """Return a profile with fields of every type, if asked those of a consent; `rules` changes those of single ones."""
    every = FIELDS | (CONSENT if consents else {})
    fields = {name: rule | (rules or {}).get(name, {}) for name, rule in every.items()}
    base: dict[str, object] = {
        "name": "written",
        "destination": {"kind": "workspace", "name": "main"},
        "identify_by": identify_by,
        "fields": fields,
        "write_mode": "upsert",
    }
    return ImportProfile.model_validate(base | changes)


def everything(by: ImportProfile) -> frozenset[str]:
    """Return what a file with all columns supplies."""
    return frozenset(by.rules) | {"attributes"}


@dataclass
class Written:
    """A store, and the imports into it; each is an hour after the one before."""

    store: DuckdbLeadStore | PeekedStore
    folder: Path
    imports: int = 0
    lists: int = 0
    start: datetime = START

    @property
    def now(self) -> datetime:
        return self.start + timedelta(hours=self.imports)

    def arguments(
        self, rows: list[Row], by: ImportProfile, supplied: frozenset[str] | None = None, hints: list[str] | None = None
    ) -> dict[str, Any]:
        """Return what an import of the rows is called with."""
        name = f"import-{self.imports}"
        path = self.folder / f"{name}.parquet"
        frame(rows, by, hints).write_parquet(path)
        return {
            "store": self.store,
            "record": ImportRecord(
                f"{name}@0", name, by.name, by.fingerprint, by.destination, f"{name}.csv", "0" * 64, 1, self.now
            ),
            "profile": by,
            "staged": StagedRows(
                parts=(str(path),),
                rows_read=len(rows),
                supplied=everything(by) if supplied is None else supplied,
                raw_rows=lambda wanted: [wanted.with_columns(raw=pl.lit("{}"))],
                do_not_contact=_saying(rows),
            ),
            "at": self.now,
        }

    def add(
        self, rows: list[Row], by: ImportProfile, supplied: frozenset[str] | None = None, hints: list[str] | None = None
    ) -> LedgerEntry:
        """Import rows."""
        self.imports += 1
        return commit_import(**self.arguments(rows, by, supplied, hints))

    def dry_run(self, rows: list[Row], by: ImportProfile, supplied: frozenset[str] | None = None) -> LedgerEntry:
        """Return what the ledger would say of the import that `add` would do."""
        self.imports += 1
        try:
            return dry_run_import(**self.arguments(rows, by, supplied), inspect=lambda _workspace, entry: entry)
        finally:
            self.imports -= 1

    def ledger_of_dry_run(self, rows: list[Row], by: ImportProfile) -> list[tuple[str, tuple[str, ...]]]:
        """Return outcome and reasons of every row of an import that is not done."""
        self.imports += 1
        sql = "select outcome::varchar, reason_codes from base.row_outcomes where import_no = ? order by row_number"
        try:
            found = dry_run_import(
                **self.arguments(rows, by), inspect=lambda workspace, entry: workspace.rows(sql, [entry.import_no])
            )
        finally:
            self.imports -= 1
        return [(outcome, tuple(reasons or ())) for outcome, reasons in found]

    def suppress(self, kind: str, *phones: str) -> None:
        """Load a suppression list."""
        self.lists += 1
        entries = pl.DataFrame(
            {
                "identifier_kind": ["email" if "@" in one else "phone" for one in phones],
                "value": phones,
                "reason": [None] * len(phones),
            },
            schema=ENTRIES_SCHEMA,
        )
        record = ListRecord(f"list-{self.lists}@0", f"list-{self.lists}", kind, "list.csv", "0" * 64)
        with self.store.writing(
            ListKeys(record.identity, kind, entries["value"], record.list_name), "loading a list"
        ) as workspace:
            add_suppressions(workspace, record, entries, rows_read=len(phones), rows_rejected=0, at=self.now)

    def ledger(self, entry: LedgerEntry) -> list[tuple[str, tuple[str, ...], int | None]]:
        """Return outcome, reasons and lead of every row of an import."""
        return [
            (outcome, tuple(reasons or ()), lead)
            for outcome, reasons, lead in self.store.workspace.rows(
                "select outcome::varchar, reason_codes, lead_id from base.row_outcomes"
                " where import_no = ? order by row_number",
                [entry.import_no],
            )
        ]

    def hints(self, entry: LedgerEntry) -> list[str | None]:
        """Return what each row was told about its values."""
        sql = "select hints from base.row_outcomes where import_no = ? order by row_number"
        return [hint for (hint,) in self.store.workspace.rows(sql, [entry.import_no])]

    def leads(self) -> dict[int, dict[str, Any]]:
        """Return the leads as people see them, values that are there only."""
        frame = self.store.workspace.frame("select * from main.leads order by lead_id")
        leads = {}
        for row in frame.to_dicts():
            row["attributes"] = json.loads(row["attributes"] or "{}")
            number = row.pop("lead_id")
            leads[number] = {name: value for name, value in row.items() if value is not None}
        return leads

    def one(self, sql: str) -> Any:
        """Return the one value of a query."""
        ((value,),) = self.store.workspace.rows(sql)
        return value

    def dump(self) -> dict[str, list[str]]:
        """Return every row of every table."""
        rows = self.store.workspace.rows
        return {table: sorted(map(repr, rows(f"select * from base.{table}"))) for table in tables_of(self.store)}


def tables_of(store: DuckdbLeadStore) -> list[str]:
    """Return the tables of a store, without the views."""
    sql = "select table_name from duckdb_tables() where schema_name = 'base'"
    return [table for (table,) in store.workspace.rows(sql)]


def frame(rows: list[Row], by: ImportProfile, hints: list[str] | None = None) -> pl.DataFrame:
    """Return rows as validating/ hands them on, see `model.contracts.normalized_leads`."""
    columns: dict[str, pl.Series] = {
        "row_number": pl.Series(range(1, len(rows) + 1), dtype=pl.Int64),
        "line_number": pl.Series(range(2, len(rows) + 2), dtype=pl.Int64),
        "attributes": pl.Series([as_json(row.attributes) for row in rows], dtype=pl.String),
        "hints": pl.Series(hints or [None] * len(rows), dtype=pl.String),
        "reasons": _gathered([row.reasons for row in rows], _CODES),
        "warnings": _gathered([row.warnings for row in rows], _CODES),
        "reason_fields": pl.Series([None] * len(rows), dtype=REASON_FIELDS_TYPE),
    }
    for name, rule in by.fields.items():
        values = [row.values.get(name) for row in rows]
        if name == "tags":
            values = _gathered([None if tags is None else tuple(tags) for tags in values], type_of(rule).dtype)
        columns[name] = pl.Series(values, dtype=type_of(rule).dtype)
        if isinstance(rule, PhoneRule):
            for fact in rule.derive:
                values = [row.derived.get(f"phone_{fact}") for row in rows]
                columns[f"phone_{fact}"] = pl.Series(values, dtype=pl.String)
            if rule.multiple == "secondary":
                columns[SECONDARY_PHONES] = _gathered([row.further or None for row in rows], _CODES)
    if by.aliases:
        columns["aliases"] = _nested([row.aliases for row in rows], ("kind", "value"), ALIASES_TYPE)
    if by.secondary_contacts is not None:
        further = [row.secondaries for row in rows]
        columns["secondary_contacts"] = _nested(further, ("phone", "attributes"), SECONDARY_CONTACTS_TYPE)
    return pl.DataFrame(columns)


def _gathered(values: Sequence[tuple[str, ...] | None], dtype: pl.DataType) -> pl.Series:
    """Return lists as a column; polars makes one slowly, and few are different."""
    different = {value: place for place, value in enumerate(dict.fromkeys(values))}
    column = pl.Series([None if value is None else list(value) for value in different], dtype=dtype)
    return column.gather([different[value] for value in values])


def _nested(values: Sequence[Sequence[tuple[str, Any]]], names: tuple[str, str], dtype: pl.DataType) -> pl.Series:
    """Return lists of pairs as a column of structs, null for an empty list."""
    flat = [(place, *pair) for place, pairs in enumerate(values) for pair in pairs]
    frame = pl.DataFrame(flat, schema={"place": pl.UInt32, **dict.fromkeys(names, pl.String)}, orient="row")
    lists = frame.group_by("place", maintain_order=True).agg(pl.struct(names).alias("pairs"))
    every = pl.DataFrame({"place": pl.int_range(len(values), dtype=pl.UInt32, eager=True)})
    return every.join(lists, on="place", how="left", maintain_order="left")["pairs"].cast(dtype)


def _saying(rows: list[Row]) -> pl.DataFrame:
    """Return the rows that say of themselves that they may not be contacted, as `StagedRows` has them."""
    saying = [(number, row.says) for number, row in enumerate(rows, 1) if row.says]
    return pl.DataFrame(saying, schema={"row_number": pl.Int64, "kind": pl.String}, orient="row")


def empty(store: DuckdbLeadStore | PeekedStore) -> DuckdbLeadStore | PeekedStore:
    """Take everything out of a store but its shape."""
    if isinstance(store, PeekedStore):
        store.empty()
        return store
    for table in tables_of(store):
        emptying = f"update base.{table} set value = 0" if table == "counters" else f"delete from base.{table}"
        store.workspace.run(emptying)
    return store
