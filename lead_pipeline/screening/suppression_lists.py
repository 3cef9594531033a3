"""Adds the entries of a suppression list to the store, once per list and entry. Nothing anywhere removes one."""

from dataclasses import asdict
from datetime import datetime

import polars as pl

from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.store.ledger import find_list
from lead_pipeline.store.records import ListCounts, ListRecord
from lead_pipeline.store.workspace import Workspace

_KEY = (
    f"(case identifier_kind when 'phone' then {KEY_OF['phone'].format(value='value')}"
    f" else {KEY_OF['email'].format(value='value')} end)"
)
ENTRIES_SCHEMA = {"identifier_kind": pl.String, "value": pl.String, "reason": pl.String}


def add_suppressions(
    workspace: Workspace, record: ListRecord, entries: pl.DataFrame, *, rows_read: int, rows_rejected: int, at: datetime
) -> ListCounts:
    """Add a list inside a transaction of the caller's and return its counts; the same list twice adds nothing.

    `entries` (ENTRIES_SCHEMA) has the kind (`phone` or `email`), the value (E.164, or the address in lower case) and
    the reason that the list gives, or null, of every phone and email of the list. Fills the temporary table
    `listed_people` with all of them, as suppressions are matched.
    """
    before = find_list(workspace, record.identity)
    if before is not None:
        return before
    list_no = int(workspace.one("select coalesce(max(list_no), 0) + 1 from base.suppression_lists"))
    added = _insert_new(workspace, record.kind, entries, list_no, at)
    counts = ListCounts(rows_read, added, entries.height - added, rows_rejected)
    workspace.run(
        "insert into base.suppression_lists values"
        " ($list_no, $list_id, $identity, $kind, $file_name, $file_sha256, $read, $added, $known, $rejected, $at)",
        {"list_no": list_no, "at": at, **asdict(record)}
        | {"read": counts.read, "added": counts.added, "known": counts.known, "rejected": counts.rejected},
    )
    return counts


def _insert_new(workspace: Workspace, kind: str, entries: pl.DataFrame, list_no: int, at: datetime) -> int:
    with workspace.registered("list_entries", entries.select(ENTRIES_SCHEMA.keys())):
        workspace.run(
            f"""
            create or replace temp table new_suppressions as
            select identifier_kind, value, {_KEY} as key, first(reason) as reason
            from list_entries e
            anti join (select identifier_kind, value from base.suppressions where kind = $kind) known
            using (identifier_kind, value)
            group by identifier_kind, value
            """,  # noqa: S608  # an expression of ours
            {"kind": kind},
        )
        workspace.run(
            f"""
            create or replace temp table listed_people as
            select distinct identifier_kind, value,
                   case identifier_kind when 'phone' then {same_number_key(_KEY)} else {_KEY} end as key
            from list_entries
            """  # noqa: S608  # expressions of ours
        )
    workspace.run(
        "insert into base.suppressions by name select $kind as kind, identifier_kind, key, value, reason,"
        " $list_no as list_no, $at as added_at from new_suppressions order by identifier_kind, value",
        {"kind": kind, "list_no": list_no, "at": at},
    )
    return int(workspace.one("select count(*) from new_suppressions"))
