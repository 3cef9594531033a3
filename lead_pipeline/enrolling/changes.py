"""Changes the enrollments of leads that somebody chose: stop, start, restart, expire, move, add and copy. Nothing here
makes a person due who may not be contacted. Who chose the leads, and why, does not belong here.
"""

from datetime import datetime
from typing import Literal

from lead_pipeline.enrolling.going_elsewhere import add_leads, copy_leads, find_leads_that_go, move_leads
from lead_pipeline.enrolling.history import STATE, Cause, begin_changes, bound, changed, write_changes
from lead_pipeline.enrolling.suppressed_contacts import (
    NOBODY_IS_SUPPRESSED,
    REASON_OF_CONTACT,
    find_suppressed_contacts,
    require_all_lists,
)
from lead_pipeline.model.errors import UsageError
from lead_pipeline.store.workspace import Workspace

__all__ = ["Cause", "Verb", "change_enrollments"]

Verb = Literal["stop", "start", "restart", "expire", "move", "add", "copy"]

#: Verbs that may make somebody due.
_MAKE_DUE: tuple[Verb, ...] = ("start", "restart", "move", "add", "copy")
_GO_ELSEWHERE: tuple[Verb, ...] = ("move", "add", "copy")

_SUPPRESSED = changed(status="'suppressed'", reason="suppressed_for", ended_at="$at")

_STOP = f"""
    select *, 'stopped' as change, {changed(status="'stopped'", ended_at="$at")} as after
    from managed_enrollments where before.status = 'due'
"""  # noqa: S608  # expressions of ours

_START = f"""
    select *, case when suppressed_for is null then 'started' else 'suppressed' end as change,
           case when suppressed_for is null
                then {changed(status="'due'", due_at="greatest(before.due_at, $at)", reason="null", ended_at="null")}
                else {_SUPPRESSED} end as after
    from managed_enrollments where before.status = 'stopped' and is_schedule
"""  # noqa: S608  # expressions of ours

#: Whoever starts from the beginning is not expired any more.
_FROM_THE_BEGINNING = changed(
    status="'due'", action="1", due_at="$at", reason="null", ended_at="null", attempts="0", started_at="$at",
    reported_at="null",
    expires_at="case when before.expires_at > $at then before.expires_at end",
)  # fmt: skip

_RESTART = f"""
    select *, case when suppressed_for is null then 'restarted' else 'suppressed' end as change,
           case when suppressed_for is null then {_FROM_THE_BEGINNING} else {_SUPPRESSED} end as after
    from managed_enrollments where before.status <> 'suppressed' and is_schedule
"""  # noqa: S608  # expressions of ours

_IS_LIVE = "before.status in ('due', 'stopped')"

#: The lead expires with the last of its enrollments that may still be called.
_EXPIRES_AT = "case when stays_live then before.expires_at else least(coalesce(before.expires_at, $at), $at) end"

_EXPIRE = f"""
    with live as (
        select m.*, exists (select 1 from base.enrollments e where e.lead_id = m.lead_id
                            and e.status in ('due', 'stopped') and $in_destination is not null
                            and e.destination_id <> $in_destination) as stays_live
        from managed_enrollments m
    )
    select *, 'expired' as change, case when {_IS_LIVE}
        then {changed(status="'expired'", reason="null", ended_at="$at", expires_at=_EXPIRES_AT)}
        else {changed(expires_at=_EXPIRES_AT)} end as after
    from live
"""  # noqa: S608  # expressions of ours

_CHANGES: dict[Verb, str] = {"stop": _STOP, "start": _START, "restart": _RESTART, "expire": _EXPIRE}


def change_enrollments(
    workspace: Workspace, verb: Verb, cause: Cause, *, to: int | None = None, in_destination: int | None = None
) -> None:
    """Change the enrollments of the leads in the temporary table `managed_leads` (lead_id, each once), inside a
    transaction of the caller's.

    - stop: what is due is due no more. start: what was stopped is due again, at the same action.
    - restart: due at the first action now, without the attempts that were made, and without an expiry that has passed;
      also what was completed or has expired.
    - expire: what is due or stopped ends, and with the last of its enrollments the lead expires.
    - move: the lead goes to the destination `to`, and starts there from the beginning; one that was stopped stays so.
    - add: another enrollment, in the schedule `to`. copy: another lead with the same values, in the destination `to`.

    With `in_destination` only enrollments of that destination change, and only leads of it go elsewhere. A lead goes
    nowhere where it, or another lead of its person that has not expired, is already: nobody is to be called twice.
    Nothing leaves the status `suppressed`, and what would become due is suppressed where the person may not be
    contacted. Every change is an event, and a row of the temporary table `enrollment_changes` (lead_id, destination_id,
    change, before, after), to which the calls of one transaction add.

    Raises: UsageError where `to` is missing, or leads are added to something that is no schedule; ScreeningError where
    it cannot be known who may not be contacted.
    """
    if verb in _MAKE_DUE:
        require_all_lists(workspace)
    begin_changes(workspace)
    _find_managed_contacts(workspace, asks_lists=verb in _MAKE_DUE)
    if verb in _GO_ELSEWHERE:
        _go_elsewhere(workspace, verb, to, in_destination, cause.at)
    else:
        _find_managed_enrollments(workspace, in_destination)
        sql = f"""
            insert into changes_at_hand by name
            select lead_id, before.destination_id as destination_id, change, before, after from ({_CHANGES[verb]})
        """  # noqa: S608  # statements of ours
        workspace.run(sql, bound(sql, at=cause.at, in_destination=in_destination))
    write_changes(workspace, cause)


def _find_managed_contacts(workspace: Workspace, *, asks_lists: bool) -> None:
    """Fill `managed_contacts`, whose leads are meant, and where that is to be asked, who may not be contacted."""
    workspace.run(
        "create or replace temp table managed_contacts as"
        " select distinct contact_id from base.leads semi join managed_leads using (lead_id)"
    )
    if asks_lists:
        find_suppressed_contacts(workspace)
    else:
        workspace.run(NOBODY_IS_SUPPRESSED)


def _find_managed_enrollments(workspace: Workspace, in_destination: int | None) -> None:
    """Fill `managed_enrollments`: each enrollment that is meant, of a lead without any the destination of the lead,
    and the reason for which its person may not be called there.
    """
    destination = "coalesce(e.destination_id, l.destination_id)"
    state = STATE.replace("e.destination_id", destination)
    workspace.run(
        f"""
        create or replace temp table managed_enrollments as
        select l.lead_id, l.contact_id, l.destination_id as home, d.kind = 'schedule' as is_schedule,
               {REASON_OF_CONTACT.format(contact="l.contact_id", destination=destination)} as suppressed_for,
               {state} as before
        from base.leads l semi join managed_leads using (lead_id)
        left join base.enrollments e on e.lead_id = l.lead_id
        join base.destinations d on d.destination_id = {destination}
        where $in_destination is null or {destination} = $in_destination
        """,  # noqa: S608  # expressions of ours
        {"in_destination": in_destination},
    )


def _go_elsewhere(workspace: Workspace, verb: Verb, to: int | None, in_destination: int | None, at: datetime) -> None:
    kinds = workspace.rows("select kind from base.destinations where destination_id = ?", [to])
    if to is None or not kinds:
        raise UsageError(f"It is not said where to {verb} the leads to. Name a destination, such as schedule:solar.")
    is_schedule = kinds[0][0] == "schedule"
    if verb == "add" and not is_schedule:
        raise UsageError(f"Leads are added to schedules, and this is a {kinds[0][0]}. Move or copy them there.")
    find_leads_that_go(workspace, to, in_destination, at, stays_home=verb == "add")
    if verb == "move":
        move_leads(workspace, to, at, is_schedule=is_schedule)
    elif verb == "copy":
        copy_leads(workspace, to, at, is_schedule=is_schedule)
    else:
        add_leads(workspace, to, at)
