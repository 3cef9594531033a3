"""Adds the entries of a suppression list to the store, once per list and entry. Nothing anywhere removes one."""

from dataclasses import asdict
from datetime import datetime

import polars as pl

from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.store.ledger import find_list
from lead_pipeline.store.records import ListCounts, ListRecord
from lead_pipeline.store.workspace import Workspace


def add_suppressions(
    workspace: Workspace, record: ListRecord, entries: pl.DataFrame, *, rows_rejected: int, at: datetime
) -> ListCounts:
    """Add a list inside a transaction of the caller's and return its counts; the same list twice adds nothing.

    `entries` has value (String, E.164) and reason (String or null), one row per usable row of the list.
    """
    before = find_list(workspace, record.identity)
    if before is not None:
        return before
    list_no = int(workspace.one("select coalesce(max(list_no), 0) + 1 from base.suppression_lists"))
    added = _insert_new(workspace, record.kind, entries, list_no, at)
    counts = ListCounts(entries.height + rows_rejected, added, entries.height - added, rows_rejected)
    workspace.run(
        "insert into base.suppression_lists values"
        " ($list_no, $list_id, $identity, $kind, $file_name, $file_sha256, $read, $added, $known, $rejected, $at)",
        {"list_no": list_no, "at": at, **asdict(record)}
        | {"read": counts.read, "added": counts.added, "known": counts.known, "rejected": counts.rejected},
    )
    return counts


def _insert_new(workspace: Workspace, kind: str, entries: pl.DataFrame, list_no: int, at: datetime) -> int:
    with workspace.registered("list_entries", entries.select("value", "reason")):
        workspace.run(
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
    workspace.run(
        "insert into base.suppressions by name select $kind as kind, 'phone' as identifier_kind, key, value, reason,"
        " $list_no as list_no, $at as added_at from new_suppressions order by value",
        {"kind": kind, "list_no": list_no, "at": at},
    )
    return int(workspace.one("select count(*) from new_suppressions"))
