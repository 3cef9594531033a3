"""Writes changes of enrollments together with the events that tell of them: what each was before and after, and why.
Which changes there are is decided elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lead_pipeline.store.workspace import Workspace

#: The state of an enrollment `e` of a lead `l`.
STATE = (
    "{'destination_id': e.destination_id, 'status': e.status, 'action': e.action, 'due_at': e.due_at,"
    " 'reason': e.reason, 'ended_at': e.ended_at, 'attempts': e.attempts, 'expires_at': l.expires_at,"
    " 'started_at': e.started_at, 'reported_at': e.reported_at}::base.enrollment_state"
)

_CHANGES = (
    "lead_id bigint, destination_id integer, change varchar, before base.enrollment_state, after base.enrollment_state"
)

_OF_ENROLLMENT = (
    "destination_id", "status", "action", "due_at", "reason", "ended_at", "attempts", "started_at", "reported_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cause:
    """Why enrollments change: the import, version of a list, drop of calls or command with that number, and when."""

    kind: Literal["import", "list", "activity", "command"]
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangedLeads:
    """How many leads of a destination a change was made to."""

    change: str
    destination: str
    leads: int


def bound(sql: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever DuckDB binds
    """Return those of the values that the statement binds."""
    return {name: value for name, value in values.items() if f"${name}" in sql}


def changed(**values: str) -> str:
    """Return the state `before` with other values, expressions of ours."""
    names = (*_OF_ENROLLMENT, "expires_at")
    members = ", ".join(f"'{name}': {values.get(name, f'before.{name}')}" for name in names)
    return f"{{{members}}}::base.enrollment_state"


def begin_changes(workspace: Workspace) -> None:
    """Make `changes_at_hand` empty, and `enrollment_changes` where this transaction has none yet: the changes of one
    transaction add up in it.
    """
    workspace.run(f"create or replace temp table changes_at_hand ({_CHANGES})")
    workspace.run("create temp table if not exists enrollment_changes_of (transaction_no ubigint)")
    if not workspace.rows("select 1 from enrollment_changes_of where transaction_no = txid_current()"):
        workspace.run("create or replace temp table enrollment_changes_of as select txid_current() as transaction_no")
        workspace.run(f"create or replace temp table enrollment_changes ({_CHANGES})")


def write_changes(workspace: Workspace, cause: Cause) -> None:
    """Write what `changes_at_hand` says into enrollments and expiries of leads, and the events of it.

    A state without a status is that of a lead which is not enrolled.
    """
    workspace.run("delete from changes_at_hand where before is not distinct from after")
    if not workspace.rows("select 1 from changes_at_hand limit 1"):
        return
    _change_enrollments(workspace, cause)
    _change_expiries(workspace)
    workspace.run(
        "insert into base.enrollment_events by name select lead_id, destination_id, change, before, after,"
        " $cause as cause, $number as cause_no, $at as at from changes_at_hand",
        {"cause": cause.kind, "number": cause.number, "at": cause.at},
    )
    workspace.run("insert into enrollment_changes from changes_at_hand")


def _change_enrollments(workspace: Workspace, cause: Cause) -> None:
    own = "e.lead_id = c.lead_id and e.destination_id = c.before.destination_id and c.before.status is not null"
    workspace.run(
        f"""
        update base.enrollments e set {", ".join(f"{name} = c.after.{name}" for name in _OF_ENROLLMENT)}
        from changes_at_hand c where {own} and c.after.status is not null
        """  # noqa: S608  # names of ours
    )
    workspace.run(f"delete from base.enrollments e using changes_at_hand c where {own} and c.after.status is null")  # noqa: S608
    workspace.run(
        f"""
        insert into base.enrollments by name
        select lead_id, {", ".join(f"after.{name} as {name}" for name in _OF_ENROLLMENT)},
               case when $cause = 'import' then $number end as import_no,
               case when $cause = 'command' then $number end as command_no
        from changes_at_hand where after.status is not null and before.status is null
        """,  # noqa: S608  # names of ours
        {"cause": cause.kind, "number": cause.number},
    )


def _change_expiries(workspace: Workspace) -> None:
    workspace.run(
        """
        update base.leads l set expires_at = c.expires_at
        from (select distinct lead_id, after.expires_at as expires_at from changes_at_hand
              where before is not null and before.expires_at is distinct from after.expires_at) c
        where l.lead_id = c.lead_id
        """
    )
