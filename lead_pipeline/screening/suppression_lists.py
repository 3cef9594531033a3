"""Adds the entries of a suppression list to the store, once per list and entry. Nothing anywhere removes one."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.store.duckdb.lead_store import LeadStore


@dataclass(frozen=True, slots=True)
class ListRecord:
    """The facts of a suppression list that the store keeps."""

    list_id: str
    identity: str
    kind: str
    file_name: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What became of the rows of a list; `known` entries stood on a list of the same kind before."""

    read: int
    added: int
    known: int
    rejected: int
    loaded_before: bool = False


def add_suppressions(
    store: LeadStore, record: ListRecord, entries: pl.DataFrame, *, rows_rejected: int, at: datetime
) -> ListCounts:
    """Add a list in one transaction and return its counts; the same list twice adds nothing.

    `entries` has value (String, E.164) and reason (String or null), one row per usable row of the list.
    """
    with store.transaction(f"loading suppression list {record.list_id}"):
        before = earlier_counts(store, record.identity)
        if before is not None:
            return before
        list_no = int(store.rows("select coalesce(max(list_no), 0) + 1 from base.suppression_lists")[0][0])
        added = _insert_new(store, record.kind, entries, list_no, at)
        counts = ListCounts(entries.height + rows_rejected, added, entries.height - added, rows_rejected)
        store.run(
            "insert into base.suppression_lists values"
            " ($list_no, $list_id, $identity, $kind, $file_name, $file_sha256, $read, $added, $known, $rejected, $at)",
            {
                "list_no": list_no,
                "list_id": record.list_id,
                "identity": record.identity,
                "kind": record.kind,
                "file_name": record.file_name,
                "file_sha256": record.file_sha256,
                "read": counts.read,
                "added": counts.added,
                "known": counts.known,
                "rejected": counts.rejected,
                "at": at,
            },
        )
    return counts


def earlier_counts(store: LeadStore, identity: str) -> ListCounts | None:
    """Return what became of a list when it was loaded before, or None."""
    before = store.rows(
        "select rows_read, rows_added, rows_known, rows_rejected from base.suppression_lists where identity = ?",
        [identity],
    )
    if not before:
        return None
    read, added, known, rejected = before[0]
    return ListCounts(read, added, known, rejected, loaded_before=True)


def _insert_new(store: LeadStore, kind: str, entries: pl.DataFrame, list_no: int, at: datetime) -> int:
    store.con.register("list_entries", entries.select("value", "reason").to_arrow())
    store.run(
        f"""
        create or replace temp table new_suppressions as
        select value, {KEY_OF["phone"].format(value="value")} as key, first(reason) as reason
        from list_entries e
        anti join (select value from base.suppressions where kind = $kind and identifier_kind = 'phone') known
        using (value)
        group by value
        """,  # noqa: S608  # an expression of ours
        {"kind": kind},
    )
    store.con.unregister("list_entries")
    store.run(
        "insert into base.suppressions by name select $kind as kind, 'phone' as identifier_kind, key, value, reason,"
        " $list_no as list_no, $at as added_at from new_suppressions order by value",
        {"kind": kind, "list_no": list_no, "at": at},
    )
    return int(store.rows("select count(*) from new_suppressions")[0][0])
