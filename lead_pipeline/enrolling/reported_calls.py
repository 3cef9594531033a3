"""Advances enrollments by the calls that a drop reports: attempts, the next action, and that a lead is done. Which
calls are new is decided where they are added.
"""

from datetime import datetime

from lead_pipeline.enrolling.history import STATE, Cause, ChangedLeads, begin_changes, changed, write_changes
from lead_pipeline.model.lead_management.completions import Completion
from lead_pipeline.store.ledger import FOLDED_NAME
from lead_pipeline.store.workspace import Workspace

#: A report of a message that was sent, not of a call.
_OF_MESSAGE = "regexp_matches(coalesce(disposition, ''), '^(sms|email)\\b')"

#: What of a drop concerns enrollments: whoever was dialed, was sent a message, or is done.
_REPORTS = f"""
    create or replace temp table reports as
    with written as (
        select lead_id, case when lead_id is null then base.same_number_key(phone_key) end as number, dialed, converted,
               attempts, coalesce(happened_at, $at) as happened_at, lower(trim(disposition)) as disposition,
               case when names_destination then {{folded}} end as said
        from new_calls
    )
    select *, {_OF_MESSAGE} as is_message from written
    where dialed or converted or {_OF_MESSAGE}
       or disposition in (select unnest(completed_by) from base.rules_of_destinations)
"""  # noqa: S608  # expressions of ours

#: The destinations that reports name, with or without their kind; other words are names of the dialer's own.
_NAMED = f"""
    create or replace temp table named_destinations as
    select said, list(destination_id) as ids
    from (select distinct said from reports where said is not null)
    join base.destinations d on said in ({FOLDED_NAME.format(name="d.kind || ':' || d.name")},
                                         {FOLDED_NAME.format(name="d.name")})
    group by said
"""  # noqa: S608  # expressions of ours

#: Each enrollment with each report about it: of its lead, or of its phone where no lead is named. One that names a
#: destination is about enrollments there; the lead counts where the destination is none of ours.
_MATCHED = """
    create or replace temp table matched_reports as
    with matched as (
        select e.lead_id, e.destination_id, e.status, e.started_at, r.* exclude (lead_id)
        from reports r join base.enrollments e on e.lead_id = r.lead_id
        left join named_destinations n on n.said = r.said
        where n.ids is null or list_contains(n.ids, e.destination_id)
        union all
        select e.lead_id, e.destination_id, e.status, e.started_at, r.* exclude (lead_id, ids, stored)
        from (select r.*, n.ids, unnest([number, base.older_number_key(number)]) as stored
              from reports r left join named_destinations n on n.said = r.said where r.lead_id is null) r
        join base.leads l on l.phone_key = r.stored
        join base.enrollments e on e.lead_id = l.lead_id
        where r.said is null or list_contains(r.ids, e.destination_id)
    )
    select m.lead_id, m.destination_id, count(*) filter (m.dialed or m.is_message) as done,
           coalesce(sum(coalesce(m.attempts, 1)) filter (m.dialed and not m.is_message), 0)::bigint as tried,
           max(m.happened_at) filter (m.dialed or m.is_message) as last_at,
           bool_or(m.converted and list_contains(r.completed_by, 'converted')) as has_converted,
           bool_or(list_contains(r.completed_by, m.disposition)) as is_disposed
    from matched m join base.rules_of_destinations r using (destination_id)
    where m.status in ('due', 'stopped') and m.happened_at >= coalesce(m.started_at, m.happened_at)
    group by m.lead_id, m.destination_id
"""

_DONE: dict[Completion, str] = {
    "converted": "has_converted",
    "disposition": "coalesce(is_disposed, false)",
    "max_attempts_reached": "before.attempts + tried >= most",
    "last_action_done": "len(actions) > 0 and next_action > len(actions)",
}

_ADVANCED = {
    "attempts": "least(before.attempts + tried, 2147483647)::integer",
    "reported_at": "greatest(coalesce(before.reported_at, last_at), last_at)",
    "action": "case when len(actions) > 0 then least(next_action, len(actions)) else before.action end",
}
_DUE_AT = (
    "case when done > 0 and next_action <= len(actions) then greatest(coalesce(before.reported_at, last_at), last_at)"
    " + to_seconds(actions[next_action].after_seconds) else before.due_at end"
)

_CHANGES = f"""
    insert into changes_at_hand by name
    with reported as (
        select m.*, {STATE} as before, r.actions, coalesce(e.max_attempts, r.max_attempts, 2147483648) as most,
               e.action + m.done as next_action
        from matched_reports m join base.enrollments e using (lead_id, destination_id)
        join base.leads l on l.lead_id = m.lead_id
        join base.rules_of_destinations r on r.destination_id = m.destination_id
    ), judged as (
        select *, case {" ".join(f"when {holds} then '{why}'" for why, holds in _DONE.items())} end as completion
        from reported
    )
    select lead_id, destination_id, case when completion is null then 'advanced' else 'completed' end as change,
           before, case when completion is null then {changed(**_ADVANCED, due_at=_DUE_AT)}
                else {changed(**_ADVANCED, status="'completed'", reason="completion", ended_at="$at")} end as after
    from judged
"""  # noqa: S608  # expressions of ours


def advance_enrollments(workspace: Workspace, identity: str, at: datetime) -> tuple[ChangedLeads, ...]:
    """Advance what is due or stopped by the calls of the drop with that identity that are new (the temporary view
    `new_calls`), inside the transaction that adds them; return how many leads advanced or were completed, by
    destination.

    Every call to a person, and every message of which the disposition begins with `sms` or `email`, does one action:
    the next one is due after its delay, counted from the last report of all. Where no actions are named, the one that
    there is stays due. A lead is completed by the dispositions that its destination names (default: it converted), by
    the last action, and when it was called as often as allowed. A call from before the enrollment was started, or
    started anew, does not count. What is stopped stays stopped, and is counted all the same. In whatever order calls
    are reported, the same comes of them.
    """
    begin_changes(workspace)
    reports = _REPORTS.format(folded=FOLDED_NAME.format(name="destination"))
    workspace.run(reports, {"at": at})
    if not workspace.rows("select 1 from reports limit 1"):
        return ()
    workspace.run(_NAMED)
    workspace.run(_MATCHED)
    workspace.run(_CHANGES, {"at": at})
    drop_no = int(workspace.one("select max(drop_no) from base.activity_drops where identity = ?", [identity]))
    write_changes(workspace, Cause("activity", drop_no, at))
    found = workspace.rows(
        "select change, d.kind || ':' || d.name as destination, count(distinct lead_id)"
        " from changes_at_hand join base.destinations d using (destination_id)"
        " group by all order by destination, change"
    )
    return tuple(ChangedLeads(*row) for row in found)
