"""A dry run: an import with everything but its end. The file is read, mapped, judged and screened against the real
store, and nothing is kept but a file that says what would become of each row. No Dagster, no manifest, no ledger.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from lead_pipeline.filing.decisions import state_of
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import as_it_would_be, is_imported
from lead_pipeline.filing.scratch_home import borrowed_home
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.approval import rehearse_leads
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.concluding import earlier_result, result_of
from lead_pipeline.importing.facts import Refusal
from lead_pipeline.importing.layout_drift import layout_changes
from lead_pipeline.importing.progress import Listener, listening
from lead_pipeline.importing.steps import map_leads, normalize_leads, read_file
from lead_pipeline.importing.withheld import StageCrashedError, ValuesWithheld
from lead_pipeline.model.errors import FileRefusedError, LeadPipelineError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.reporting.dry_run_file import write_dry_run_file
from lead_pipeline.screening.dry_run_rows import write_rehearsed_rows
from lead_pipeline.store.duckdb.connection import OnWait, StoreSettings
from lead_pipeline.store.duckdb.lead_store import LeadStore, LedgerEntry


def dry_run(
    home: Home,
    file: Path,
    profile: ImportProfile,
    *,
    identity_name: str,
    settings: StoreSettings,
    on_wait: OnWait,
    listener: Listener,
) -> ImportResult:
    """Return what an import of the file would come to; raises FileUnreadableError, StoreError and LeadPipelineError.

    A file that would be refused is a result, as it is of an import. `dry_run_file` names a CSV below the home that
    says row by row what would become of it; it is all that stays.
    """
    withheld = ValuesWithheld(f"dry-running {profile.name}")
    with withheld, borrowed_home(home) as place, listening(listener):
        manifest = stage_import(place, file, profile, now=utc_now(), identity_name=identity_name)
        if is_imported(home, manifest.identity):
            earlier = as_it_would_be(home, manifest).import_id
            return earlier_result(home, earlier).model_copy(update={"dry_run": True})
        return _rehearsed(home, WorkFolder(place, as_it_would_be(home, manifest)), settings, on_wait)
    try:
        withheld.raise_crash()
    except StageCrashedError as crash:
        told = f"The dry run crashed, and nothing was kept; please report this. {crash}"
    raise LeadPipelineError(told)


def _rehearsed(home: Home, work: WorkFolder, settings: StoreSettings, on_wait: OnWait) -> ImportResult:
    started = utc_now()
    try:
        for step in (read_file, map_leads, normalize_leads):
            step(work)
    except FileRefusedError as error:
        work.put("refusal", Refusal(code=error.reason or Reason.FILE_UNREADABLE, message=str(error)))
        return _supposed(work, started)
    # A store that is not there yet is none that could be rehearsed in: an empty one that goes away is as good.
    root = home.root if home.store.exists() else work.home.root
    with LeadStore.open(root, settings=settings, on_wait=on_wait) as store:
        _judge(home, work, store)
    told = home.reports / work.manifest.import_id / "dry_run.csv"
    write_dry_run_file(told, _rows(work))
    return _supposed(work, started).model_copy(update={"dry_run_file": home.relative(told)})


def _judge(home: Home, work: WorkFolder, store: LeadStore) -> None:
    """Leave the facts of the rehearsal; an import that a person approved already would not wait any more."""

    def look(seen: LeadStore, entry: LedgerEntry) -> None:
        write_rehearsed_rows(seen, entry, _told(work))

    approved = state_of(home, work.manifest) == "approved"
    facts = rehearse_leads(work, store, utc_now(), layout_changes(work, store), look=look, asks=not approved)
    work.put("committed", facts)


def _supposed(work: WorkFolder, started: datetime) -> ImportResult:
    result = result_of(work, started, utc_now())
    return result.model_copy(update={"dry_run": True, "rejected_file": None, "report_file": None})


def _told(work: WorkFolder) -> Path:
    return work.folder / "rehearsed_rows.parquet"


def _rows(work: WorkFolder) -> Iterator[pl.DataFrame]:
    yield from pl.scan_parquet(_told(work), glob=False).collect_batches(maintain_order=True)
