"""Takes enrollments out of the status `suppressed` when people may be contacted again: an opt-in, or the end of a
block. Nobody becomes due by it. The entries of lists are ended elsewhere, before.
"""

from typing import Literal

from lead_pipeline.enrolling.history import STATE, Cause, begin_changes, changed, write_changes
from lead_pipeline.enrolling.suppressed_contacts import (
    REASON_OF_CONTACT,
    find_suppressed_contacts,
    require_all_lists,
)
from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION
from lead_pipeline.store.workspace import Workspace

_STOPPED = changed(status="'stopped'", reason="null", ended_at="$at")


def reopen_enrollments(workspace: Workspace, kind: Literal["blocked", "opted_out"], cause: Cause) -> None:
    """Take back that the people of the leads in the temporary table `managed_leads` said so in a row of a file, and
    make `stopped` of their enrollments that were suppressed for a reason of that kind, where no entry of any list and
    no other row holds against it. `start` makes them due, as a second step.

    Raises: ScreeningError where it cannot be known who may not be contacted.
    """
    require_all_lists(workspace)
    begin_changes(workspace)
    workspace.run(
        "create or replace temp table managed_contacts as"
        " select distinct contact_id from base.leads semi join managed_leads using (lead_id)"
    )
    workspace.run(
        "update base.do_not_contact set lifted_at = $at where lifted_at is null and kind = $kind"
        " and contact_id in (from managed_contacts)",
        {"at": cause.at, "kind": kind},
    )
    find_suppressed_contacts(workspace)
    workspace.run(
        f"""
        create or replace temp table suppressed_enrollments as
        select e.lead_id, {STATE} as before,
               {REASON_OF_CONTACT.format(contact="l.contact_id", destination="e.destination_id")} as suppressed_for
        from base.enrollments e join base.leads l using (lead_id) semi join managed_contacts using (contact_id)
        where e.status = 'suppressed' and e.reason = $reason
        """,  # noqa: S608  # expressions of ours
        {"reason": REASON_OF_SUPPRESSION[kind].value},
    )
    workspace.run(
        f"""
        insert into changes_at_hand by name
        select lead_id, before.destination_id as destination_id, 'reopened' as change, before, {_STOPPED} as after
        from suppressed_enrollments where suppressed_for is null
        """,  # noqa: S608  # expressions of ours
        {"at": cause.at},
    )
    write_changes(workspace, cause)
