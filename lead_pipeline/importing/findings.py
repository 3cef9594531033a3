"""What must be true of every import, checked one by one between its commit and its report from facts that its steps
left; of an import that ended before, from its result. Nothing is repaired here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow.parquet as pq

from lead_pipeline.filing.decisions import started_at
from lead_pipeline.filing.home import masked_name
from lead_pipeline.filing.life_cycle import is_finished
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.concluding import earlier_result, result_of
from lead_pipeline.importing.facts import CommitFacts
from lead_pipeline.importing.steps import RAW
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.results import ImportResult

#: How an import ended of whose rows nothing was written, and nothing will be.
_NOT_IMPORTED = (ImportStatus.QUARANTINED, ImportStatus.FAILED, ImportStatus.CANCELLED, ImportStatus.REVERTED)

#: Those of them that nobody wanted.
REFUSED = (ImportStatus.QUARANTINED, ImportStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Accounting:
    """The rows of one import as three different sources count them."""

    in_parts: int
    in_ledger: int
    different_in_ledger: int
    by_outcome: int

    @property
    def adds_up(self) -> bool:
        """Return whether every row that was read has exactly one outcome."""
        return self.in_parts == self.in_ledger == self.different_in_ledger == self.by_outcome


@dataclass(frozen=True, slots=True)
class Examined:
    """One import as checks look at it: what came of it so far, by which profile, and how its rows are counted."""

    result: ImportResult
    profile: ImportProfile
    accounting: Accounting


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found of one import."""

    passed: bool
    message: str
    is_error: bool = True  # when not passed; else it is a warning
    numbers: dict[str, int | float] = field(default_factory=dict)


Check = Callable[[Examined], Finding]

_NO_ROW = "Nothing of the file was imported, so no row is missing or doubled."


def examined(work: WorkFolder) -> Examined:
    """Return what checks look at of an import that is committed, held or refused, or that ended before."""
    manifest = work.manifest
    if is_finished(work.home, manifest.import_id):
        result = earlier_result(work.home, manifest.import_id)
        rows = result.rows_read or 0
        return Examined(result, manifest.profile, Accounting(rows, rows, rows, result.counts.total))
    result = result_of(work, started_at(work.home, manifest), utc_now())
    return Examined(result, manifest.profile, _accounting_of(work, work.get("committed", CommitFacts)))


def rows_add_up(work: WorkFolder) -> bool:
    """Return whether every row of an import that was just committed has exactly one outcome."""
    return _accounting_of(work, work.get("committed", CommitFacts)).adds_up


def _accounting_of(work: WorkFolder, facts: CommitFacts | None) -> Accounting:
    if facts is None:
        return Accounting(0, 0, 0, 0)
    return Accounting(
        in_parts=sum(pq.read_metadata(path).num_rows for path in work.part_paths(RAW)),
        in_ledger=facts.ledger_rows,
        different_in_ledger=facts.ledger_numbers,
        by_outcome=facts.counts.total,
    )


def check_accepted(one: Examined) -> Finding:
    """Find a file that was refused, and why."""
    refused = one.result.status in REFUSED
    return Finding(
        passed=not refused,
        message=why_not(one.result) if refused else "The file was accepted.",
        numbers={"files_refused": int(refused)},
    )


def why_not(result: ImportResult) -> str:
    """Return why a file was refused, for where everybody reads: its code, and the sentence with its name masked."""
    name, codes = result.file.file_name, ", ".join(reason.code for reason in result.reasons)
    return f"{codes or result.status.value}: {result.message.replace(name, masked_name(name))}"


def check_approved(one: Examined) -> Finding:
    """Find an import of which nothing is written for want of a person's consent: it waits, or was cancelled."""
    status, known = one.result.status, one.result.message
    numbers: dict[str, int | float] = {"files_waiting": int(status == ImportStatus.AWAITING_APPROVAL)}
    if status == ImportStatus.AWAITING_APPROVAL:
        return Finding(False, f"Waits for approval, nothing is imported. {known}", is_error=False, numbers=numbers)
    if status == ImportStatus.CANCELLED:
        return Finding(False, f"Cancelled by a person, nothing is imported. {known}", is_error=False, numbers=numbers)
    # Those that fail here are those that a person can do something about: not the refused ones.
    said = "It was refused: see file_accepted." if status in REFUSED else "Nobody has to approve it, or somebody has."
    return Finding(True, said, numbers=numbers)


def check_accounted_for(one: Examined) -> Finding:
    """Compare the rows in the raw parts with those in the ledger, and with the counts by outcome.

    This is about our own work, not about the file: it holds where no row was taken, so that it fails for one reason.
    """
    if one.result.status in _NOT_IMPORTED:
        return Finding(True, _NO_ROW)
    found = one.accounting
    return Finding(
        passed=found.adds_up,
        message="All rows are there." if found.adds_up else "Rows are missing or doubled: please report this.",
        numbers={"rows_read": found.in_parts, "rows_in_ledger": found.in_ledger},
    )


def check_reject_rate(one: Examined) -> Finding:
    """Find an import with a larger share of rejected rows than its profile's limits; an error above the upper one."""
    if one.result.status in _NOT_IMPORTED:
        return _nothing_to_check(one)
    limits, rate = one.profile.reject_rate, one.result.reject_rate
    if rate <= limits.warn:
        return Finding(
            True, "The share of rejected rows is within the profile's limits.", numbers={"reject_rate": rate}
        )
    is_error = rate > limits.error
    limit = limits.error if is_error else limits.warn
    message = (
        f"{rate:.0%} of the rows were rejected, and the profile '{one.profile.name}' "
        f"{'fails' if is_error else 'warns'} above {limit:.0%} (reject_rate)."
    )
    return Finding(False, message, is_error=is_error, numbers={"reject_rate": rate})


def check_layout(one: Examined) -> Finding:
    """Find a file whose columns are not those of the profile's last files: missing, renamed, moved, emptied or new."""
    if one.result.status in _NOT_IMPORTED:
        return _nothing_to_check(one)
    changes = one.result.layout_changes
    message = "\n".join(f"- {change}" for change in changes) or "The columns are those of the last files."
    return Finding(not changes, message, is_error=False, numbers={"layout_changes": len(changes)})


def check_reasons(one: Examined) -> Finding:
    """Find reasons that have no title and guidance: nobody could tell a person what to do."""
    given = {reason.code for reason in one.result.reasons}
    unknown = tuple(sorted(given - set(Reason)))
    message = f"Not registered: {', '.join(unknown)}" if unknown else "Every reason is registered."
    return Finding(not unknown, message, numbers={"reasons_given": len(given)})


def _nothing_to_check(one: Examined) -> Finding:
    """A file that was refused passes no check of the file, so that none of these is green; why is said by one."""
    where = "approved" if one.result.status == ImportStatus.CANCELLED else "file_accepted"
    return Finding(False, f"Not imported, so there is nothing to check here: see {where}.", is_error=False)
