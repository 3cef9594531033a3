"""Enrolls new leads in the actions of their destination, inside the transaction that writes them."""

from datetime import datetime

from lead_pipeline.model.destination import Destination
from lead_pipeline.store.workspace import Workspace


def enroll_leads(workspace: Workspace, destination: Destination, import_no: int, at: datetime) -> None:
    """Put each lead that an import created at the first action of its schedule, due at once.

    Only schedules have actions; leads of other destinations wait for nothing.
    """
    if destination.kind != "schedule":
        return
    workspace.run(
        "insert into base.enrollments by name select lead_id, destination_id, 1 as action, 'due' as status,"
        " $at as due_at, import_no from base.leads where import_no = $import_no",
        {"at": at, "import_no": import_no},
    )
