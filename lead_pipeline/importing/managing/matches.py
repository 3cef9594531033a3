"""What an import does to leads that were there already of the people whom its rows name, as `lead_management.on_match`
of its profile says; inside the transaction that writes its own leads. Which leads these are is found in screening.
"""

from lead_pipeline.enrolling.changes import Cause, change_enrollments
from lead_pipeline.enrolling.reopening import reopen_enrollments
from lead_pipeline.importing.lists.entries_by_decision import write_decided_version
from lead_pipeline.importing.managing.contact_decisions import contact_no_more
from lead_pipeline.model.lead_management.on_match import CHANGE_OF_TARGET, ExpireByToken, OnMatch
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.lists.phones_in_new_places import suppress_phones_in_new_places
from lead_pipeline.screening.matches.lifted_rows import entries_to_end
from lead_pipeline.screening.matches.matched_leads import find_matched_leads
from lead_pipeline.screening.matches.replaced_leads import find_leads_to_expire
from lead_pipeline.screening.writing import ScreenedImport
from lead_pipeline.store.ledger import destination_id
from lead_pipeline.store.records import ImportRecord
from lead_pipeline.store.workspace import Workspace


def manage_matches(
    workspace: Workspace, record: ImportRecord, profile: ImportProfile, screened: ScreenedImport
) -> None:
    """Carry out what the profile says of leads that are there, after the import's own leads are written and enrolled.

    In this order, so that each step sees what the ones before it did: leads expire; people come onto lists, or off
    them; enrollments stop, start or restart; leads move, are added and copied.

    Raises: ScreeningError when it cannot be known who may not be contacted; ListRefusedError when the list that people
    would come onto is of another kind.
    """
    on_match = profile.lead_management.on_match
    cause = Cause("import", screened.import_no, screened.at)
    if on_match.expire_existing and find_leads_to_expire(workspace):
        by_token = isinstance(on_match.expire_existing, ExpireByToken)
        change_enrollments(workspace, "expire", cause, in_destination=None if by_token else screened.destination_id)
    if on_match.changes_leads and find_matched_leads(workspace, profile, screened.destination_id):
        _change_lists(workspace, record, on_match, cause)
        _change_enrollments(workspace, on_match, cause, screened.destination_id)


def _change_lists(workspace: Workspace, record: ImportRecord, on_match: OnMatch, cause: Cause) -> None:
    for kind in on_match.suppresses:
        contact_no_more(workspace, kind, record.import_id, cause.at)
    for kind in on_match.lifts:
        for name, destination, entries in entries_to_end(workspace, kind):
            write_decided_version(
                workspace,
                kind,
                "remove",
                entries,
                decided_by=record.import_id,
                at=cause.at,
                name=name,
                destination=destination,
            )
        reopen_enrollments(workspace, kind, cause)


def _change_enrollments(workspace: Workspace, on_match: OnMatch, cause: Cause, here: int) -> None:
    """Change the enrollments of the leads in `managed_leads`; of this destination alone, where only its leads count."""
    only = None if on_match.leads == "company" else here
    if on_match.schedule != "nothing":
        change_enrollments(workspace, on_match.schedule, cause, in_destination=only)
    for key, target in on_match.targets.items():
        there = destination_id(workspace, target)
        change_enrollments(workspace, CHANGE_OF_TARGET[key], cause, to=there, in_destination=only)
        suppress_phones_in_new_places(workspace, there, cause.at)
