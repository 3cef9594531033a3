"""Enrolls new leads in the actions of their destination, and ends the enrollments of people who may not be contacted,
inside the transaction that writes the leads or the list.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SuppressionKind
from lead_pipeline.store.workspace import Workspace


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


def enroll_leads(workspace: Workspace, destination: Destination, import_no: int, at: datetime) -> None:
    """Put each lead that an import created at the first action of its schedule, due at once; except those in the
    temporary table `uncallable_leads` (`lead_id`, `kind`), who may not be called.

    Only schedules have actions; leads of other destinations wait for nothing.
    """
    if destination.kind != "schedule":
        return
    workspace.run(
        "insert into base.enrollments by name select lead_id, destination_id, 1 as action, 'due' as status,"
        " $at as due_at, import_no from base.leads anti join uncallable_leads using (lead_id)"
        " where import_no = $import_no",
        {"at": at, "import_no": import_no},
    )


def suppress_enrollments_of_rows(workspace: Workspace, at: datetime) -> None:
    """End what is due for the leads in the temporary tables `leads_of_rows_that_say_so` and `uncallable_leads`
    (`lead_id`, `kind`): whose row says that they may not be contacted, and who were let through although a list does.
    """
    if not workspace.rows("select 1 from leads_of_rows_that_say_so union all select 1 from uncallable_leads limit 1"):
        return
    for kind, reason in REASON_OF_SUPPRESSION.items():
        workspace.run(
            "update base.enrollments set status = 'suppressed', reason = $reason, ended_at = $at"
            " where status = 'due' and lead_id in (select lead_id from leads_of_rows_that_say_so where kind = $kind"
            " union all select lead_id from uncallable_leads where kind = $kind)",
            {"reason": reason.value, "kind": kind, "at": at},
        )


def suppress_enrollments(workspace: Workspace, kind: SuppressionKind, at: datetime) -> tuple[AffectedLeads, ...]:
    """End what is due for the leads in the temporary table `listed_leads`; return these by import and destination."""
    affected = workspace.rows(
        """
        select i.import_id, d.kind || ':' || d.name, count(distinct l.lead_id), count(e.lead_id)
        from base.leads l
        semi join listed_leads using (lead_id)
        join base.destinations d using (destination_id)
        join base.imports i using (import_no)
        left join base.enrollments e on e.lead_id = l.lead_id and e.status = 'due'
        group by i.import_no, i.import_id, d.kind, d.name order by i.import_no
        """
    )
    workspace.run(
        "update base.enrollments set status = 'suppressed', reason = $reason, ended_at = $at"
        " where status = 'due' and lead_id in (select lead_id from listed_leads)",
        {"reason": REASON_OF_SUPPRESSION[kind].value, "at": at},
    )
    return tuple(AffectedLeads(*row) for row in affected)
