"""A dry run: an import with everything but its end. The file is read, mapped, validated and screened against the real
store, and nothing is kept but a file that says what would become of each row.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import polars as pl

from lead_pipeline.filing.decisions import state_of
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.life_cycle import as_it_would_be
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.filing.scratch_home import borrowed_home
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.approval import dry_run_leads
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.concluding import earlier_result, result_of
from lead_pipeline.importing.facts import Refusal
from lead_pipeline.importing.layout_drift import layout_changes
from lead_pipeline.importing.lists.refused_lists import note_refused_deliveries
from lead_pipeline.importing.managing.settings_in_force import Settings
from lead_pipeline.importing.progress import Listener, listening
from lead_pipeline.importing.sequels.judging_again import find_earlier, lend_rows, with_changed_profile
from lead_pipeline.importing.steps import map_leads, normalize_leads, read_file
from lead_pipeline.importing.withheld import StageCrashedError, ValuesWithheld
from lead_pipeline.model.errors import FileRefusedError, LeadPipelineError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.profiles.destinations.destination_files import load_destinations
from lead_pipeline.reporting.dry_run_file import write_dry_run_file
from lead_pipeline.screening.dry_run_rows import write_dry_run_rows
from lead_pipeline.store.opening import has_store, open_store
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import LedgerEntry
from lead_pipeline.store.settings import OnWait, StoreSettings
from lead_pipeline.store.workspace import Workspace


def dry_run(
    home: Home,
    file: Path,
    profile: ImportProfile,
    *,
    identity_name: str,
    again: bool = False,
    known_as: str | None = None,
    settings: StoreSettings,
    on_wait: OnWait,
    listener: Listener,
) -> ImportResult:
    """Return what an import of the file would come to; raises FileUnreadableError, ProfileError for a wrong file of
    destinations, StoreError and LeadPipelineError.

    A file that would be refused is a result, as it is of an import. `dry_run_file` names a CSV below the home that
    says row by row what would become of it; it is all that stays.
    """
    destinations = tuple(load_destinations(home.destinations).values())
    rows = None
    if again:
        rows, identity_name = find_earlier(home, file, profile, identity_name)
    withheld = ValuesWithheld(f"dry-running {profile.name}")
    with withheld, borrowed_home(home) as scratch, listening(listener):
        if rows is not None:
            lend_rows(home, scratch, rows)
        manifest = stage_import(
            scratch, file, profile, now=utc_now(), identity_name=identity_name, known_as=known_as, again=rows
        )
        if is_imported(home, manifest.identity):
            earlier = as_it_would_be(home, manifest).import_id
            known = with_changed_profile(home, manifest, earlier_result(home, earlier))
            return known.model_copy(update={"dry_run": True})
        work = WorkFolder(scratch, as_it_would_be(home, manifest))
        return _dry_run_in(home, work, destinations, settings, on_wait)
    if withheld.disk_trouble is not None:
        raise withheld.disk_trouble
    try:
        withheld.raise_crash()
    except StageCrashedError as crash:
        message = f"The dry run crashed, and nothing was kept; please report this. {crash}"
    raise LeadPipelineError(message)


def _dry_run_in(
    home: Home, work: WorkFolder, destinations: Settings, settings: StoreSettings, on_wait: OnWait
) -> ImportResult:
    started = utc_now()
    try:
        for step in (read_file, map_leads, partial(normalize_leads, at=started)):
            step(work)
    except FileRefusedError as error:
        work.put("refusal", Refusal(code=error.reason or Reason.FILE_UNREADABLE, message=str(error)))
        return _result_without_files(work, started)
    # Where there is no store yet, an empty one that goes away is as good.
    root = home.root if has_store(home.root) else work.home.root
    with open_store(root, settings=settings, on_wait=on_wait) as store:
        if root == home.root:
            note_refused_deliveries(store, home)
        _screen(home, work, store, destinations)
    path = home.reports / work.manifest.import_id / "dry_run.csv"
    write_dry_run_file(path, _rows(work))
    return _result_without_files(work, started).model_copy(update={"dry_run_file": home.relative(path)})


def _screen(home: Home, work: WorkFolder, store: LeadStore, destinations: Settings) -> None:
    """Leave the facts of the dry run; an import that a person approved already would not wait any more."""

    def write_rows(workspace: Workspace, entry: LedgerEntry) -> None:
        write_dry_run_rows(workspace, entry.import_no, _rows_path(work))

    approved = state_of(home, work.manifest) == "approved"
    changes = layout_changes(work, store)
    facts = dry_run_leads(
        work, store, utc_now(), changes, destinations, inspect=write_rows, check_approval=not approved
    )
    work.put("committed", facts)


def _result_without_files(work: WorkFolder, started: datetime) -> ImportResult:
    result = result_of(work, started, utc_now())
    return result.model_copy(update={"dry_run": True, "rejected_file": None, "report_file": None})


def _rows_path(work: WorkFolder) -> Path:
    return work.folder / "dry_run_rows.parquet"


def _rows(work: WorkFolder) -> Iterator[pl.DataFrame]:
    yield from pl.scan_parquet(_rows_path(work), glob=False).collect_batches(maintain_order=True)
