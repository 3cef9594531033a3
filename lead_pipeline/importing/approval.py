"""Between judging and writing: an import is committed at once, rehearsed and left waiting for a person, or left alone
because a person cancelled it. Why an import waits is said in model/, what was answered is kept in filing/.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from lead_pipeline.filing.atomic import published_path
from lead_pipeline.filing.decisions import state_of
from lead_pipeline.filing.manifests import read_json
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import Cancellation, CommitFacts
from lead_pipeline.importing.layout_drift import layout_changes
from lead_pipeline.importing.progress import tell, tell_outcomes
from lead_pipeline.importing.steps import commit_leads, facts_of, record_of, rows_of
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.results import ImportResult, RowCounts
from lead_pipeline.model.waiting import may_wait, why_it_waits
from lead_pipeline.screening.dry_run_import import rehearse_import
from lead_pipeline.store.duckdb.lead_store import LeadStore, LedgerEntry
from lead_pipeline.store.duckdb.publishing import publish

_NOTHING = {"imported": 0, "rejected": 0}
_CANCELLED = "Drop or import the file again, as it is or corrected, to start anew."


def settle_leads(work: WorkFolder, store: LeadStore, at: datetime) -> dict[str, int]:
    """Import the rows, or have the import wait, or cancel it, as profile and person say; return what was published."""
    answer = state_of(work.home, work.manifest)
    if answer == "cancelled":
        _cancel(work, store, at)
        return _NOTHING
    known, changes = store.ledger_entry(work.manifest.identity), layout_changes(work, store)
    decided = answer == "approved" or (known is not None and known.status in COMMITTED)
    if not decided and may_wait(work.manifest.profile, changes):
        facts = rehearse_leads(work, store, at, changes, look=partial(_keep_rejects, work))
        if facts.status == ImportStatus.AWAITING_APPROVAL:
            _have_it_wait(work, store, facts, at)
            return _NOTHING
    return commit_leads(work, store, at, changes)


def rehearse_leads(
    work: WorkFolder,
    store: LeadStore,
    at: datetime,
    changes: tuple[str, ...],
    *,
    look: Callable[[LeadStore, LedgerEntry], object],
    asks: bool = True,
) -> CommitFacts:
    """Import the rows inside a transaction that is rolled back, and return what would come of it.

    `look` is called inside. The facts say that the import would wait, and why, when `asks` and a person has to decide.
    """
    tell("rehearsal", 0)
    profile = work.manifest.profile

    def see(seen: LeadStore, entry: LedgerEntry) -> CommitFacts:
        facts = facts_of(seen, entry, changes)
        look(seen, entry)
        rejected = facts.counts.rejected / facts.rows_read if facts.rows_read else 0.0
        why = why_it_waits(profile, rejected, changes) if asks else ""
        waits = {"status": ImportStatus.AWAITING_APPROVAL, "message": why} if why else {}
        return facts.model_copy(update=waits)

    facts = rehearse_import(store, record_of(work), profile, at=at, look=see, **rows_of(work))
    tell_outcomes("rehearsal", facts.counts, imported=False)
    return facts


def _keep_rejects(work: WorkFolder, seen: LeadStore, _entry: LedgerEntry) -> None:
    """Keep the rows that would be left out in the work folder, for the rejected file."""
    with published_path(work.rehearsed_rejects) as path:
        publish(seen, "rejected_leads", work.manifest.import_id, path)


def _have_it_wait(work: WorkFolder, store: LeadStore, facts: CommitFacts, at: datetime) -> None:
    store.record_awaiting(
        record_of(work), rows_read=facts.rows_read or 0, counts=facts.counts, message=facts.message, at=at
    )
    work.put("committed", facts)


def _cancel(work: WorkFolder, store: LeadStore, at: datetime) -> None:
    earlier = read_json(work.home.reports / work.manifest.import_id / "result.json", ImportResult)
    store.record_cancelled(
        record_of(work),
        rows_read=earlier.rows_read if earlier else None,
        counts=earlier.counts if earlier else RowCounts(),
        message=_CANCELLED,
        at=at,
    )
    work.put("cancelled", Cancellation(message=_CANCELLED))
