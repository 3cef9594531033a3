"""The transaction of an import: rows are screened and written, new leads enrolled, those that were there managed, and
the ledger says so, or nothing of it is kept. The same transaction, rolled back, is its dry run.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from lead_pipeline.enrolling.enrollments import enroll_leads, suppress_enrollments_of_rows
from lead_pipeline.enrolling.history import begin_changes
from lead_pipeline.enrolling.settings_of_destinations import keep_settings
from lead_pipeline.importing.managing.matches import manage_matches
from lead_pipeline.importing.managing.settings_in_force import Settings
from lead_pipeline.importing.managing.time_zones_of_leads import find_zones_of_leads, find_zones_of_people
from lead_pipeline.model.errors import StoreError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.matches.rows_of_changes import begin_choosing, list_rows_of_changes
from lead_pipeline.screening.sequels.recognizing import find_sequel, find_sequels_before
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.screening.updates.lead_changes import list_changes
from lead_pipeline.screening.updates.updating import Change
from lead_pipeline.screening.writing import FindZones, write_import
from lead_pipeline.store.ledger import find_committed, find_entry
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import ImportRecord, LedgerEntry
from lead_pipeline.store.workspace import Workspace

_Seen = TypeVar("_Seen")


def commit_import(
    store: LeadStore,
    record: ImportRecord,
    profile: ImportProfile,
    staged: StagedRows,
    *,
    at: datetime,
    settings: Settings = (),
) -> LedgerEntry:
    """Import the staged rows exactly once and return the ledger's entry, the earlier one if it is committed already.

    `settings` is what the files of destinations say, which the store keeps from then on.

    Raises: StoreError or a subclass when nothing could be kept; ScreeningError when screening cannot be trusted.
    """
    with store.writing(staged.keys(record, profile), f"importing {record.import_id}") as workspace:
        _write_once(workspace, record, profile, staged, at, settings, find_zones_of_people)
        find_zones_of_leads(workspace)
        return _entry_of(workspace, record)


def dry_run_import(
    store: LeadStore,
    record: ImportRecord,
    profile: ImportProfile,
    staged: StagedRows,
    *,
    at: datetime,
    settings: Settings = (),
    inspect: Callable[[Workspace, LedgerEntry], _Seen],
) -> _Seen:
    """Import as `commit_import` does, return what `inspect` sees of it, and keep nothing, also after an error.

    `inspect` gets the workspace as it is after the import, and the ledger's entry. The temporary tables `lead_changes`
    and `rows_of_changes` are still there; of an import that is committed already nothing is written, and these are
    empty.

    Raises: what `commit_import` and `inspect` raise.
    """
    with store.dry_run(staged.keys(record, profile), f"the dry run of {record.import_id}") as workspace:
        list_changes(workspace, _write_once(workspace, record, profile, staged, at, settings))
        begin_changes(workspace)
        list_rows_of_changes(workspace)
        return inspect(workspace, _entry_of(workspace, record))


def _write_once(
    workspace: Workspace,
    record: ImportRecord,
    profile: ImportProfile,
    staged: StagedRows,
    at: datetime,
    settings: Settings,
    find_zones: FindZones | None = None,
) -> list[Change]:
    """Write an import that is not committed yet; return what it changes in leads that are there already."""
    begin_choosing(workspace)
    if find_committed(workspace, record.identity) is not None:
        return []
    management = profile.lead_management
    keep_settings(workspace, settings, at)
    screened = write_import(workspace, record, profile, staged, at=at, find_zones=find_zones)
    if management.enroll:
        enroll_leads(workspace, record.destination, screened.import_no, at, max_attempts=management.max_attempts)
    suppress_enrollments_of_rows(workspace, screened.import_no, at)
    manage_matches(workspace, record, profile, screened)
    find_sequel(workspace, record, screened.import_no, staged.cells)
    find_sequels_before(workspace, record, screened.import_no, staged.cells_of_import)
    return screened.changes


def _entry_of(workspace: Workspace, record: ImportRecord) -> LedgerEntry:
    entry = find_entry(workspace, record.identity)
    if entry is None:
        raise StoreError(f"Import {record.import_id} was written but is not in the ledger: please report this.")
    return entry
