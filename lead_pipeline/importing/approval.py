"""Between screening and writing: an import is committed at once, or held after a dry run until a person has decided,
or left alone because a person cancelled it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from lead_pipeline.filing.atomic import Lasting, published_path
from lead_pipeline.filing.decisions import state_of
from lead_pipeline.filing.json_files import read_json
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.committing import dry_run_import
from lead_pipeline.importing.concluding import report_commit
from lead_pipeline.importing.facts import Cancellation, CommitFacts, MappedFacts, ReadFacts
from lead_pipeline.importing.findings import rows_add_up
from lead_pipeline.importing.layout_drift import layout_changes
from lead_pipeline.importing.managing.settings_in_force import Settings, settings_in_force
from lead_pipeline.importing.progress import report_outcomes, report_progress
from lead_pipeline.importing.steps import commit_leads, facts_of, record_of, staged_rows
from lead_pipeline.importing.waiting import may_ever_wait, may_wait, why_it_waits
from lead_pipeline.mapping.do_not_contact import find_do_not_contact_columns
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.results import ImportResult
from lead_pipeline.store.ledger import count_rows
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.publishing import publish_rejected
from lead_pipeline.store.records import Conclusion, LedgerEntry
from lead_pipeline.store.workspace import Workspace

_NOTHING = {"imported": 0, "rejected": 0}
_CANCELLED = "Drop or import the file again, as it is or corrected, to start again."


def commit_or_hold(work: WorkFolder, store: LeadStore, at: datetime) -> dict[str, int]:
    """Import the rows, or hold the import for a person, or cancel it, as profile and person say.

    Returns how many rows were published of each table.

    Raises: ScreeningError when screening, or a file of destinations, cannot be relied on; nothing is written then.
    """
    answer = state_of(work.home, work.manifest)
    if answer == "cancelled":
        _cancel(work, store, at)
        return _NOTHING
    settings = settings_in_force(work.home)
    known, changes = store.ledger_entry(work.manifest.identity), layout_changes(work, store)
    decided = answer == "approved" or (known is not None and known.status in COMMITTED)
    if not decided and may_wait(work.manifest.profile, changes, _unclear(work)):
        facts = dry_run_leads(work, store, at, changes, settings, inspect=partial(_keep_rejects, work))
        if facts.status == ImportStatus.AWAITING_APPROVAL:
            _hold_for_approval(work, store, facts, at)
            return _NOTHING
    return commit_leads(work, store, at, changes, settings, _report_early)


def _report_early(work: WorkFolder) -> None:
    """Let an import be looked at from its commit on; not one that the check of its rows is about to stop."""
    if rows_add_up(work):
        report_commit(work, utc_now())


def may_yet_wait(work: WorkFolder) -> bool:
    """Return whether an import that was read might have to wait for a person: its profile says when, or a column says
    who may not be contacted, and might not say it clearly.
    """
    profile, read = work.manifest.profile, work.require("read", ReadFacts)
    return may_ever_wait(profile) or bool(find_do_not_contact_columns([one.name for one in read.columns], profile))


def dry_run_leads(
    work: WorkFolder,
    store: LeadStore,
    at: datetime,
    changes: tuple[str, ...],
    settings: Settings,
    *,
    inspect: Callable[[Workspace, LedgerEntry], object],
    check_approval: bool = True,
) -> CommitFacts:
    """Import the rows inside a transaction that is rolled back, and return what would come of it.

    `inspect` is called inside. With `check_approval` the facts say that the import would wait, and why, where a person
    has to decide.
    """
    report_progress("dry_run", 0)
    profile = work.manifest.profile

    def seen(workspace: Workspace, entry: LedgerEntry) -> CommitFacts:
        facts = facts_of(entry, count_rows(workspace, entry.import_no), changes)
        inspect(workspace, entry)
        why = why_it_waits(profile, facts.reject_rate, changes, _unclear(work)) if check_approval else ""
        waits = {"status": ImportStatus.AWAITING_APPROVAL, "message": why} if why else {}
        return facts.model_copy(update=waits)

    record, staged = record_of(work), staged_rows(work)
    facts = dry_run_import(store, record, profile, staged, at=at, settings=settings, inspect=seen)
    report_outcomes("dry_run", facts.counts, imported=False)
    return facts


def _unclear(work: WorkFolder) -> tuple[str, ...]:
    return work.require("mapped", MappedFacts).unclear_consent


def _keep_rejects(work: WorkFolder, workspace: Workspace, _entry: LedgerEntry) -> None:
    """Keep the rows that would be left out in the work folder, for the rejected file."""
    with published_path(work.dry_run_rejects, Lasting.NOTHING) as path:
        publish_rejected(workspace, work.manifest.import_id, path)


def _hold_for_approval(work: WorkFolder, store: LeadStore, facts: CommitFacts, at: datetime) -> None:
    # Nothing is created or updated yet, and may never be: the counts of what would be are in its report.
    waiting = Conclusion(ImportStatus.AWAITING_APPROVAL, at, rows_read=facts.rows_read or 0, message=facts.message)
    store.record(record_of(work), waiting)
    work.put("committed", facts)


def _cancel(work: WorkFolder, store: LeadStore, at: datetime) -> None:
    earlier = read_json(work.home.reports / work.manifest.import_id / "result.json", ImportResult)
    cancelled = Conclusion(
        ImportStatus.CANCELLED,
        at,
        rows_read=earlier.rows_read if earlier else None,
        message=_CANCELLED,
    )
    store.record(record_of(work), cancelled)
    work.put("cancelled", Cancellation(message=_CANCELLED))
