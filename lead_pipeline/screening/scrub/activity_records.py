"""Adds records of calls to the store, once per drop and call. Reading them from a file does not belong here."""

from collections.abc import Callable
from datetime import datetime

import polars as pl

from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.store.ledger import find_activity
from lead_pipeline.store.records import ActivityCounts, ActivityRecord
from lead_pipeline.store.workspace import Workspace

#: Records of calls: `phone` is an E.164; at least one of `phone` and `lead_id` is not null.
CALLS_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row_number": pl.Int64, "phone": pl.String, "lead_id": pl.Int64, "destination": pl.String, "buyer": pl.String,
    "disposition": pl.String, "dialed": pl.Boolean, "connected": pl.Boolean, "converted": pl.Boolean,
    "attempts": pl.Int32, "happened_at": pl.Datetime("us", "UTC"),
}  # fmt: skip

_COLUMNS = (
    "phone_key", "lead_id", "contact_id", "destination", "buyer", "disposition", "dialed", "connected", "converted",
    "attempts", "happened_at",
)  # fmt: skip


def add_activity(
    workspace: Workspace,
    record: ActivityRecord,
    calls: pl.DataFrame,
    *,
    rows_read: int,
    rows_rejected: int,
    at: datetime,
    check: Callable[[pl.DataFrame], object] = lambda _unknown: None,
) -> ActivityCounts:
    """Add the calls of a drop inside a transaction of the caller's and return its counts; the same drop twice adds
    nothing, and neither does a call that another drop had: the same in everything, its time included.

    `calls` are of CALLS_SCHEMA. `check` is given the `row_number` of those that name a lead which is not there, before
    anything is written; they are not added, and raising refuses the drop.
    """
    before = find_activity(workspace, record.identity)
    if before is not None:
        return before
    drop_no = int(workspace.one("select coalesce(max(drop_no), 0) + 1 from base.activity_drops"))
    _find_new_calls(workspace, calls)
    unknown = workspace.frame("select row_number from dropped_calls where not is_known_lead order by row_number")
    check(unknown)
    added = _insert(workspace, drop_no)
    counts = ActivityCounts(
        read=rows_read,
        added=added,
        known=calls.height - unknown.height - added,
        rejected=rows_rejected + unknown.height,
    )
    workspace.run(
        "insert into base.activity_drops values ($no, $drop_id, $identity, $file_name, $sha256, $read, $added, $known,"
        " $rejected, $at)",
        {"no": drop_no, "drop_id": record.drop_id, "identity": record.identity, "file_name": record.file_name,
         "sha256": record.file_sha256, "read": counts.read, "added": counts.added, "known": counts.known,
         "rejected": counts.rejected, "at": at},
    )  # fmt: skip
    return counts


def _find_new_calls(workspace: Workspace, calls: pl.DataFrame) -> None:
    """Fill `dropped_calls`: the calls as they are kept, with the contact, phone and destination of their leads."""
    with workspace.registered("calls_of_drop", calls.select(CALLS_SCHEMA.keys())):
        workspace.run(
            f"""
            create or replace temp table dropped_calls as
            select c.row_number, coalesce({KEY_OF["phone"].format(value="c.phone")},
                                          {KEY_OF["phone"].format(value="l.phone")}) as phone_key,
                   c.lead_id, l.contact_id, coalesce(c.destination, d.kind || ':' || d.name) as destination,
                   c.buyer, c.disposition, c.dialed, c.connected, c.converted, c.attempts, c.happened_at,
                   c.lead_id is null or l.lead_id is not null as is_known_lead
            from calls_of_drop c left join base.leads l on l.lead_id = c.lead_id
            left join base.destinations d using (destination_id)
            """  # noqa: S608  # expressions of ours
        )


def _insert(workspace: Workspace, drop_no: int) -> int:
    columns = ", ".join(_COLUMNS)
    same = " and ".join(f"a.{name} is not distinct from c.{name}" for name in _COLUMNS if name != "happened_at")
    workspace.run(
        f"""
        insert into base.call_activity by name
        with once as (
            select * from dropped_calls where is_known_lead
            qualify happened_at is null or row_number() over (partition by {columns} order by row_number) = 1
        )
        select $drop_no as drop_no, c.row_number, {columns}
        from once c
        where happened_at is null or not exists (
            select 1 from base.call_activity a where a.happened_at = c.happened_at and {same})
        order by c.row_number
        """,  # noqa: S608  # names of ours
        {"drop_no": drop_no},
    )
    return int(workspace.one("select count(*) from base.call_activity where drop_no = ?", [drop_no]))
