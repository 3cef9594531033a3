"""Adds records of calls to the store, once per drop and call. Reading them from a file does not belong here."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.store.ledger import find_activity
from lead_pipeline.store.records import ActivityCounts, ActivityRecord
from lead_pipeline.store.workspace import Workspace

_Schema = dict[str, pl.DataType | type[pl.DataType]]

#: Records of calls: `phone` is an E.164; at least one of `phone` and `lead_id` is not null.
CALLS_SCHEMA: _Schema = {
    "row_number": pl.Int64, "phone": pl.String, "lead_id": pl.Int64, "destination": pl.String, "buyer": pl.String,
    "disposition": pl.String, "dialed": pl.Boolean, "connected": pl.Boolean, "converted": pl.Boolean,
    "attempts": pl.Int32, "happened_at": pl.Datetime("us", "UTC"),
}  # fmt: skip

#: Rows of a drop that are no call.
FAULTS_SCHEMA: _Schema = {
    "row_number": pl.Int64, "line_number": pl.Int64, "outcome": pl.String, "reason_codes": pl.List(pl.String)
}  # fmt: skip

_COLUMNS = (
    "phone_key", "lead_id", "contact_id", "destination", "buyer", "disposition", "dialed", "connected", "converted",
    "attempts", "happened_at",
)  # fmt: skip

#: Of more than this share, and number, of the calls that name both a lead and a phone, the phone is not of the lead's
#: person: then the leads are those of another system.
_STRANGERS, _FEW = 0.5, 3


def add_activity(
    workspace: Workspace,
    record: ActivityRecord,
    calls: pl.DataFrame | Sequence[str],
    *,
    rows_read: int,
    rows_rejected: int,
    at: datetime,
    faults: Sequence[str] = (),
    check: Callable[[pl.DataFrame], object] = lambda _unknown: None,
) -> ActivityCounts:
    """Add the calls of a drop inside a transaction of the caller's and return its counts; the same drop twice adds
    nothing, and neither does a call that another drop had: the same in everything, its time included.

    `calls` are of CALLS_SCHEMA, `faults` of FAULTS_SCHEMA: a frame, or Parquet files in the order of the drop. `check`
    is given the `row_number` of those that name nobody but a lead which is not there, before anything is written; they
    are not added, and raising refuses the drop. The calls that were added are the temporary view `new_calls`, with
    `names_destination`, whether the drop itself said where.
    """
    before = find_activity(workspace, record.identity)
    if before is not None:
        return before
    drop_no = int(workspace.one("select coalesce(max(drop_no), 0) + 1 from base.activity_drops"))
    strangers = _find_new_calls(workspace, calls)
    unknown = workspace.frame("select row_number from dropped_calls where not is_known_lead order by row_number")
    check(unknown)
    given = int(workspace.one("select count(*) from dropped_calls"))
    _insert(workspace, drop_no)
    _keep_rows(workspace, drop_no, faults)
    counts = _count(workspace, drop_no, given - unknown.height, rows_read, rows_rejected + unknown.height, strangers)
    workspace.run(
        "insert into base.activity_drops values ($no, $drop_id, $identity, $file_name, $sha256, $read, $added, $known,"
        " $rejected, $at)",
        {"no": drop_no, "drop_id": record.drop_id, "identity": record.identity, "file_name": record.file_name,
         "sha256": record.file_sha256, "read": counts.read, "added": counts.added, "known": counts.known,
         "rejected": counts.rejected, "at": at},
    )  # fmt: skip
    return counts


def _count(workspace: Workspace, drop_no: int, usable: int, read: int, rejected: int, strangers: int) -> ActivityCounts:
    ((added, dialed, connected, converted, first, last),) = workspace.rows(
        "select count(*), count(*) filter (dialed), count(*) filter (connected), count(*) filter (converted),"
        " min(happened_at), max(happened_at) from base.call_activity where drop_no = ?",
        [drop_no],
    )
    return ActivityCounts(
        read=read,
        added=added,
        known=usable - added,
        rejected=rejected,
        dialed=dialed,
        connected=connected,
        converted=converted,
        first_at=first,
        last_at=last,
        lead_ids_ignored=strangers,
    )


@contextlib.contextmanager
def _source(workspace: Workspace, calls: pl.DataFrame | Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what the calls are selected from, and what that binds."""
    if isinstance(calls, pl.DataFrame):
        with workspace.registered("calls_of_drop", calls.select(CALLS_SCHEMA.keys())):
            yield "calls_of_drop", {}
    else:
        yield "read_parquet($calls)", {"calls": list(calls)}


def _find_new_calls(workspace: Workspace, calls: pl.DataFrame | Sequence[str]) -> int:
    """Fill `dropped_calls`: the calls as they are kept, with the contact, phone and destination of their leads.

    Returns: of how many calls the lead is not taken, for the leads of the drop are not ours.
    """
    with _source(workspace, calls) as (source, bound):
        _find_named_leads(workspace, source, bound)
        both, strangers = _count_strangers(workspace, source, bound)
        foreign = strangers > _FEW and strangers > _STRANGERS * both
        lead = "case when c.phone is null then l.lead_id end" if foreign else "l.lead_id"
        workspace.run(
            f"""
            create or replace temp table dropped_calls as
            select c.row_number, coalesce({KEY_OF["phone"].format(value="c.phone")},
                                          {KEY_OF["phone"].format(value="l.phone")}) as phone_key,
                   {lead} as lead_id,
                   case when {lead} is not null then l.contact_id end as contact_id,
                   coalesce(c.destination, case when {lead} is not null then l.destination end) as destination,
                   c.buyer, c.disposition, c.dialed, c.connected, c.converted, c.attempts, c.happened_at,
                   c.lead_id is null or c.phone is not null or l.lead_id is not null as is_known_lead,
                   c.destination is not null as names_destination
            from {source} c left join named_leads l on l.lead_id = c.lead_id
            """,  # noqa: S608  # expressions of ours
            bound,
        )
    return both if foreign else 0


def _find_named_leads(workspace: Workspace, source: str, bound: dict[str, Any]) -> None:
    """Fill `named_leads`: the leads that calls of the drop name, where they are there."""
    workspace.run(
        f"""
        create or replace temp table named_leads as
        select l.lead_id, l.contact_id, l.phone, d.kind || ':' || d.name as destination
        from base.leads l semi join (select lead_id from {source} where lead_id is not null) c using (lead_id)
        join base.destinations d using (destination_id)
        """,  # noqa: S608  # names of ours
        bound,
    )


def _count_strangers(workspace: Workspace, source: str, bound: dict[str, Any]) -> tuple[int, int]:
    """Return how many calls name a lead and a phone, and of how many of these the phone is none of the lead's person.

    Dialers have lead ids of their own: taken for ours, they would give everybody the calls of somebody else.
    """
    digits = KEY_OF["phone"]
    ((both, strangers),) = workspace.rows(
        f"""
        with theirs as (
            select contact_id, {same_number_key("key")} as number from base.identifiers
            where kind = 'phone' and contact_id in (select contact_id from named_leads)
            union all
            select contact_id, {same_number_key(digits.format(value="phone"))} from base.leads
            where phone is not null and contact_id in (select contact_id from named_leads)
        )
        select count(*), count(*) filter (not exists (
                   select 1 from theirs t where t.contact_id = c.contact_id and t.number = c.number))
        from (select l.contact_id, {same_number_key(digits.format(value="c.phone"))} as number
              from {source} c left join named_leads l on l.lead_id = c.lead_id
              where c.lead_id is not null and c.phone is not null) c
        """,  # noqa: S608  # expressions of ours
        bound,
    )
    return int(both), int(strangers)


def _insert(workspace: Workspace, drop_no: int) -> None:
    """Make `new_calls` of the calls that are new, and add these. One without a time may be another one that is the same
    in all that is known of it.
    """
    columns = ", ".join(_COLUMNS)
    same = " and ".join(f"a.{name} is not distinct from c.{name}" for name in _COLUMNS if name != "happened_at")
    span = workspace.rows("select min(happened_at), max(happened_at) from dropped_calls")[0]
    workspace.run(
        f"""
        create or replace temp table repeated_calls as
        with alike as (
            select hash({columns}) as code from dropped_calls where happened_at is not null
            group by code having count(*) > 1
        ), copies as (
            select rowid as id, row_number() over (partition by {columns} order by row_number, rowid) as nth
            from dropped_calls where happened_at is not null and hash({columns}) in (from alike)
        )
        select id from copies where nth > 1
        union
        select c.rowid from dropped_calls c join base.call_activity a on a.happened_at = c.happened_at and {same}
        where a.happened_at between $first::timestamptz and $last::timestamptz
        """,  # noqa: S608  # names of ours
        {"first": span[0], "last": span[1]},
    )
    workspace.run(
        "create or replace temp view new_calls as"
        " select c.* from dropped_calls c anti join repeated_calls r on r.id = c.rowid where is_known_lead"
    )
    workspace.run(
        f"insert into base.call_activity by name select $drop_no as drop_no, row_number, {columns} from new_calls",  # noqa: S608
        {"drop_no": drop_no},
    )


def _keep_rows(workspace: Workspace, drop_no: int, faults: Sequence[str]) -> None:
    """Keep the outcome of every row that became no call of its own; that of the others is that they did."""
    workspace.run(
        "insert into base.activity_rows by name"
        " select distinct $drop_no as drop_no, row_number, case when is_known_lead then 'known' else 'rejected' end"
        " as outcome, case when not is_known_lead then ['match_missing'] end as reason_codes"
        " from dropped_calls anti join (select row_number from base.call_activity where drop_no = $drop_no) a"
        " using (row_number)",
        {"drop_no": drop_no},
    )
    if faults:
        workspace.run(
            "insert into base.activity_rows by name select $drop_no as drop_no, row_number, line_number, outcome,"
            " reason_codes from read_parquet($faults)",
            {"drop_no": drop_no, "faults": list(faults)},
        )
