"""Takes leads to another destination: moves them, adds an enrollment there, or copies them. Whom nobody may call is not
due there either.
"""

from datetime import datetime

from lead_pipeline.enrolling.enrollments import first_due_at
from lead_pipeline.enrolling.history import STATE, bound, changed
from lead_pipeline.enrolling.suppressed_contacts import REASON_OF_CONTACT
from lead_pipeline.store.workspace import Workspace

_FIRST_DUE_AT = first_due_at("$to")

#: An enrollment that begins in the destination `$to`.
_BEGUN = (
    "{'destination_id': $to, 'status': case when suppressed_for is null then 'due' else 'suppressed' end, 'action': 1,"
    f" 'due_at': {_FIRST_DUE_AT}, 'reason': suppressed_for,"
    " 'ended_at': case when suppressed_for is not null then $at end, 'attempts': 0, 'expires_at': expires_at,"
    " 'started_at': $at, 'reported_at': null}::base.enrollment_state"
)

#: A lead that is in the destination `$to`, and not enrolled.
_THERE = (
    "{'destination_id': $to, 'status': null, 'action': null, 'due_at': null, 'reason': null, 'ended_at': null,"
    " 'attempts': null, 'expires_at': expires_at, 'started_at': null, 'reported_at': null}::base.enrollment_state"
)

_AFRESH = {"destination_id": "$to", "action": "1", "attempts": "0", "started_at": "$at", "reported_at": "null"}

_MOVED = f"""
    case before.status when 'suppressed' then {changed(destination_id="$to")}
    when 'expired' then {changed(**_AFRESH)}
    when 'stopped' then {changed(**_AFRESH, due_at=_FIRST_DUE_AT)}
    else {_BEGUN} end
"""

_MOVED_AWAY = f"case before.status when 'suppressed' then {changed(destination_id='$to')} else {_THERE} end"


def find_leads_that_go(
    workspace: Workspace, to: int, in_destination: int | None, at: datetime, *, stays_home: bool
) -> None:
    """Fill `meant_leads`, and `going_leads` with those of them that go to the destination `to`: of each contact one,
    and none where the contact is there already with a lead that has not expired.

    With `stays_home` leads are only enrolled there: then a lead that is there and not enrolled is no obstacle.
    """
    workspace.run(
        """
        create or replace temp table meant_leads as
        select lead_id, contact_id, destination_id, expires_at, expires_at <= $at as has_expired
        from base.leads semi join managed_leads using (lead_id)
        where $in_destination is null or destination_id = $in_destination
        """,
        {"in_destination": in_destination, "at": at},
    )
    are_there = "false" if stays_home else "destination_id = $to"
    sql = f"""
        create or replace temp table going_leads as
        with there as (
            select contact_id from base.leads where {are_there} and (expires_at is null or expires_at > $at)
            union all
            select l.contact_id from base.enrollments e join base.leads l using (lead_id)
            where e.destination_id = $to and e.status <> 'expired' and (l.expires_at is null or l.expires_at > $at)
        ), going as (
            select * from meant_leads anti join there using (contact_id)
            anti join (select lead_id from base.enrollments where destination_id = $to) enrolled using (lead_id)
            where not ({are_there})
        )
        select g.lead_id, g.contact_id, g.destination_id as home, g.expires_at,
               {REASON_OF_CONTACT.format(contact="g.contact_id", destination="$to")} as suppressed_for
        from going g
        semi join (select arg_min(lead_id, (coalesce(has_expired, false), lead_id)) as lead_id
                   from going group by contact_id) first using (lead_id)
    """  # noqa: S608  # expressions of ours
    workspace.run(sql, bound(sql, to=to, at=at))


def move_leads(workspace: Workspace, to: int, at: datetime, *, is_schedule: bool) -> None:
    """Move `going_leads` into the destination `to`, and say so in `changes_at_hand`. Outside of schedules nobody is
    enrolled; what was suppressed stays so wherever the lead goes.
    """
    state = STATE.replace("e.destination_id", "g.home").replace("l.expires_at", "g.expires_at")
    sql = f"""
        insert into changes_at_hand by name
        with moving as (
            select g.*, {state} as before
            from going_leads g left join base.enrollments e on e.lead_id = g.lead_id and e.destination_id = g.home
        )
        select lead_id, $to as destination_id, 'moved' as change, before,
               {_MOVED if is_schedule else _MOVED_AWAY} as after
        from moving
    """  # noqa: S608  # expressions of ours
    workspace.run(sql, bound(sql, to=to, at=at))
    workspace.run(
        "update base.leads l set destination_id = $to from going_leads g where l.lead_id = g.lead_id", {"to": to}
    )
    _note_what_leads_have(workspace, to, at)


def add_leads(workspace: Workspace, to: int, at: datetime) -> None:
    """Enroll `going_leads` in the schedule `to` as well, and say so in `changes_at_hand`."""
    workspace.run(
        f"""
        insert into changes_at_hand by name
        select lead_id, $to as destination_id, 'added' as change, null as before, {_BEGUN} as after
        from going_leads
        """,  # noqa: S608  # expressions of ours
        {"to": to, "at": at},
    )


def copy_leads(workspace: Workspace, to: int, at: datetime, *, is_schedule: bool) -> None:
    """Copy `going_leads` into the destination `to` with everything that they have, enroll the copies where it is a
    schedule, and say so in `changes_at_hand`.
    """
    first = workspace.reserve("lead_id", int(workspace.one("select count(*) from going_leads")))
    workspace.run(
        "create or replace temp table copied_leads as"
        " select *, $first + row_number() over (order by lead_id) as copy_id from going_leads",
        {"first": first},
    )
    workspace.run(
        """
        insert into base.leads by name
        select l.* replace (c.copy_id as lead_id, $to as destination_id, l.lead_id as copied_from, $at as created_at,
                            $at as updated_at, null as updated_by)
        from base.leads l join copied_leads c using (lead_id) order by c.copy_id
        """,
        {"to": to, "at": at},
    )
    workspace.run(
        "insert into base.secondary_contacts by name"
        " select s.* replace (c.copy_id as lead_id) from base.secondary_contacts s join copied_leads c using (lead_id)"
    )
    sql = f"""
        insert into changes_at_hand by name
        select copy_id as lead_id, $to as destination_id, 'copied' as change, null as before,
               {_BEGUN if is_schedule else _THERE} as after
        from copied_leads
    """  # noqa: S608  # expressions of ours
    workspace.run(sql, bound(sql, to=to, at=at))
    _note_what_leads_have(workspace, to, at)


def _note_what_leads_have(workspace: Workspace, to: int, at: datetime) -> None:
    """Note of the destination `to` which attributes of its leads are phones, for lists that come later, and the names
    of companies and tags that these leads bring there.
    """
    workspace.run(
        """
        insert into base.phone_attributes by name
        select distinct $to as destination_id, name from base.phone_attributes
        where destination_id in (select home from going_leads)
          and name not in (select name from base.phone_attributes where destination_id = $to)
        """,
        {"to": to},
    )
    for table, number, names in (("companies", "company_id", "company"), ("tags", "tag_id", "unnest(tags)")):
        if not workspace.rows(
            f"select 1 from base.{table} where destination_id in (select home from going_leads) limit 1"  # noqa: S608
        ):
            continue
        workspace.run(
            f"""
            create or replace temp table names_brought as
            select arg_min(trim(name), lead_id) as name, arg_min(import_no, lead_id) as import_no,
                   row_number() over (order by min(lead_id), lower(trim(name))) as position
            from (select lead_id, import_no, {names} as name from base.leads semi join going_leads using (lead_id))
            where trim(name) <> ''
              and lower(trim(name)) not in (select lower(name) from base.{table} where destination_id = $to)
            group by lower(trim(name))
            """,  # noqa: S608  # names of ours
            {"to": to},
        )
        before = workspace.reserve(number, int(workspace.one("select count(*) from names_brought")))
        workspace.run(
            f"insert into base.{table} by name select $before + position as {number}, $to as destination_id, name,"  # noqa: S608
            " import_no, $at as created_at from names_brought order by position",
            {"before": before, "to": to, "at": at},
        )
