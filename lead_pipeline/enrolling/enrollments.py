"""Enrolls new leads in the actions of their destination, and ends the enrollments of people who may not be contacted,
inside the transaction that writes the leads or the list.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from lead_pipeline.enrolling.history import STATE, Cause, begin_changes, changed, write_changes
from lead_pipeline.enrolling.suppressed_contacts import KINDS_WITH_REASONS, REASON_OF_KIND
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SuppressionKind
from lead_pipeline.store.workspace import Workspace

_SUPPRESSED = changed(status="'suppressed'", reason="reason", ended_at="$at")


@dataclass(frozen=True, slots=True)
class AffectedLeads:
    """How many leads of one import and destination a list concerns, and how many enrollments of theirs it ended."""

    import_id: str
    destination: str
    leads: int
    enrollments: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def enroll_leads(
    workspace: Workspace,
    destination: Destination,
    import_no: int,
    at: datetime,
    *,
    max_attempts: int | None = None,
) -> None:
    """Put each lead that an import created at the first action of its schedule, due after the delay that the settings
    of the schedule give it; except those in the temporary table `uncallable_leads` (`lead_id`, `kind`), who may not be
    called. Whoever said so in a row of an earlier import is `suppressed` there from the beginning. `max_attempts` is
    the limit that the profile sets, None: that of the schedule.

    Only schedules have actions; leads of other destinations wait for nothing.
    """
    if destination.kind != "schedule":
        return
    workspace.run(
        f"""
        insert into base.enrollments by name
        select lead_id, l.destination_id, 1 as action, {first_due_at("l.destination_id")} as due_at, import_no,
               $max_attempts as max_attempts, $at as started_at,
               case when n.kind is null then 'due' else 'suppressed' end as status,
               {REASON_OF_KIND.format(kind="n.kind")} as reason, case when n.kind is not null then $at end as ended_at
        from base.leads l anti join uncallable_leads using (lead_id)
        left join (select contact_id, arg_min(kind, list_position($kinds, kind)) as kind from base.do_not_contact
                   where lifted_at is null group by contact_id) n using (contact_id)
        where import_no = $import_no and copied_from is null
        """,  # noqa: S608  # an expression of ours
        {"at": at, "import_no": import_no, "max_attempts": max_attempts} | KINDS_WITH_REASONS,
    )


def first_due_at(destination_id: str) -> str:
    """Return the expression of when the first action of a destination is due for a lead that comes to it `$at`."""
    return (
        "$at::timestamptz + to_seconds(coalesce((select s.actions[1].after_seconds"  # noqa: S608
        f" from base.destination_settings s where s.destination_id = {destination_id}), 0))"
    )


def suppress_enrollments_of_rows(workspace: Workspace, import_no: int, at: datetime) -> None:
    """End what is due for the leads in the temporary tables `leads_of_rows_that_say_so` and `uncallable_leads`
    (`lead_id`, `kind`): whose row says that they may not be contacted, and who were let through although a list does;
    and remember whom of `contacts_that_say_so` no list remembers.
    """
    workspace.run(
        "insert into base.do_not_contact by name select contact_id, kind, $import_no as import_no,"
        " min(row_number) as row_number, $at as said_at from contacts_that_say_so group by contact_id, kind",
        {"import_no": import_no, "at": at},
    )
    _suppress(
        workspace,
        "select lead_id, kind from leads_of_rows_that_say_so union all select lead_id, kind from uncallable_leads",
        Cause("import", import_no, at),
    )


def suppress_enrollments(workspace: Workspace, kind: SuppressionKind, at: datetime) -> tuple[AffectedLeads, ...]:
    """End what is due for the leads in the temporary table `listed_leads`, which the newest version of a list names,
    where that list holds for one destination in that one only; return these by import and destination.
    """
    newest = workspace.rows("select list_no, destination_id from base.suppression_lists order by list_no desc limit 1")
    list_no, scope = newest[0] if newest else (0, None)
    here = "true" if scope is None else f"e.destination_id = {int(scope)}"
    affected = workspace.rows(
        f"""
        select i.import_id, d.kind || ':' || d.name, count(distinct l.lead_id), count(e.lead_id)
        from base.leads l
        semi join listed_leads using (lead_id)
        join base.destinations d using (destination_id)
        join base.imports i using (import_no)
        left join base.enrollments e on e.lead_id = l.lead_id and e.status = 'due' and {here}
        group by i.import_no, i.import_id, d.kind, d.name order by i.import_no
        """  # noqa: S608  # a condition of ours
    )
    listed = f"select lead_id, '{kind}' as kind from listed_leads"  # noqa: S608  # a word of ours
    _suppress(workspace, listed, Cause("list", list_no, at), here)
    return tuple(AffectedLeads(*row) for row in affected)


def _suppress(workspace: Workspace, leads: str, cause: Cause, where: str = "true") -> None:
    """End what is due for the leads of a query of `lead_id` and `kind`, of enrollments `e` of which a condition holds;
    of several kinds the first counts.
    """
    if not workspace.rows(f"select 1 from ({leads}) limit 1"):  # noqa: S608  # ours
        return
    begin_changes(workspace)
    workspace.run(
        f"""
        insert into changes_at_hand by name
        with reasons as (
            select lead_id, $reasons[min(list_position($kinds, kind))] as reason from ({leads}) group by lead_id
        )
        select lead_id, before.destination_id as destination_id, 'suppressed' as change, before,
               {_SUPPRESSED} as after
        from (select e.lead_id, {STATE} as before, r.reason
              from base.enrollments e join base.leads l using (lead_id) join reasons r using (lead_id)
              where e.status = 'due' and {where})
        """,  # noqa: S608  # names of ours
        {
            "at": cause.at,
            "kinds": list(REASON_OF_SUPPRESSION),
            "reasons": [code.value for code in REASON_OF_SUPPRESSION.values()],
        },
    )
    write_changes(workspace, cause)
