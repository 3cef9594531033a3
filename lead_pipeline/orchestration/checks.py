"""Asset checks: what must be true of every import, computed from facts that other code wrote. No repairing here."""

from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg
import pyarrow.parquet as pq

from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import CommitFacts, Refusal
from lead_pipeline.importing.steps import RAW
from lead_pipeline.model.policies import RejectRate
from lead_pipeline.model.reasons import Reason
from lead_pipeline.orchestration.resources import HomeResource


@dataclass(frozen=True, slots=True)
class Accounting:
    """The rows of one import as three different places count them."""

    import_id: str
    in_parts: int
    in_ledger: int
    different_in_ledger: int
    by_outcome: int

    @property
    def adds_up(self) -> bool:
        """Tell whether every row that was read has exactly one outcome."""
        return self.in_parts == self.in_ledger == self.different_in_ledger == self.by_outcome


def accounting_of(work: WorkFolder, commit: CommitFacts) -> Accounting:
    """Count the rows of an import in its raw parts, in the ledger, and in the counts by outcome."""
    return Accounting(
        import_id=work.manifest.import_id,
        in_parts=sum(pq.read_metadata(path).num_rows for path in work.part_paths(RAW)),
        in_ledger=commit.ledger_rows,
        different_in_ledger=commit.ledger_numbers,
        by_outcome=commit.counts.total,
    )


def severity_of(rate: float, limits: RejectRate) -> dg.AssetCheckSeverity | None:
    """Return how bad a reject rate is by the profile's limits, None when it is fine."""
    if rate > limits.error:
        return dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckSeverity.WARN if rate > limits.warn else None


@dg.asset_check(asset="imported_leads", description="The file could be read, and its columns mapped by the profile.")
def file_accepted(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Fail for files that were quarantined, with the sentence that says why."""
    refused = {
        work.manifest.import_id: refusal
        for work in _works(context, home)
        if (refusal := work.get("refusal", Refusal)) is not None
    }
    told = "\n".join(f"- `{import_id}`: {refusal.code}. {refusal.message}" for import_id, refusal in refused.items())
    return dg.AssetCheckResult(
        passed=not refused,
        severity=dg.AssetCheckSeverity.ERROR,
        description=told or "Every file was accepted.",
        metadata={"files_refused": len(refused)},
    )


@dg.asset_check(asset="imported_leads", blocking=True, description="Every row that was read has exactly one outcome.")
def rows_accounted_for(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Compare the rows in the raw parts with the ledger's and with the counts by outcome."""
    accounts = [accounting_of(work, commit) for work, commit in _committed(context, home)]
    wrong = [account.import_id for account in accounts if not account.adds_up]
    return dg.AssetCheckResult(
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"Rows are missing or doubled in {', '.join(wrong)}: report this."
        if wrong
        else "All rows are there.",
        metadata={
            "rows_read": sum(account.in_parts for account in accounts),
            "rows_in_ledger": sum(account.in_ledger for account in accounts),
            "files": len(accounts),
        },
    )


@dg.asset_check(asset="rejected_leads", description="The share of rejected rows stays below the profile's limits.")
def reject_rate(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Warn or fail by the worst file of the run."""
    rates = [
        (commit.counts.rejected / commit.rows_read if commit.rows_read else 0.0, work)
        for work, commit in _committed(context, home)
    ]
    found = [(severity_of(rate, work.manifest.profile.reject_rate), rate, work) for rate, work in rates]
    high = [(severity, rate, work) for severity, rate, work in found if severity is not None]
    failing = any(severity is dg.AssetCheckSeverity.ERROR for severity, _rate, _work in high)
    told = "; ".join(f"{work.manifest.import_id}: {rate:.0%} of the rows rejected" for _severity, rate, work in high)
    return dg.AssetCheckResult(
        passed=not high,
        severity=dg.AssetCheckSeverity.ERROR if failing else dg.AssetCheckSeverity.WARN,
        description=told or "The reject rate is within the profile's limits.",
        metadata={"reject_rate": max((rate for rate, _work in rates), default=0.0), "files_above_limit": len(high)},
    )


@dg.asset_check(asset="imported_leads", description="The columns are those of the profile's last files.")
def layout_stable(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Warn with what is missing, renamed, moved, emptied or new."""
    changed = {work.manifest.import_id: commit.layout_changes for work, commit in _committed(context, home)}
    told = [f"- `{import_id}`: {' '.join(changes)}" for import_id, changes in changed.items() if changes]
    return dg.AssetCheckResult(
        passed=not told,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(told) or "The columns are those of the last files.",
        metadata={"files_with_another_layout": len(told)},
    )


@dg.asset_check(asset="rejected_leads", description="Every reason that was given is in the registry.")
def reasons_registered(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Fail when a code has no title and guidance: nobody could tell a person what to do."""
    given = {reason.code for _work, commit in _committed(context, home) for reason in commit.reasons}
    unknown = sorted(given - set(Reason))
    return dg.AssetCheckResult(
        passed=not unknown,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"Not registered: {', '.join(unknown)}" if unknown else "Every reason is registered.",
        metadata={"reasons_given": len(given)},
    )


def _works(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[WorkFolder]:
    for import_id in context.op_execution_context.partition_keys:
        yield home.work(import_id)


def _committed(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[tuple[WorkFolder, CommitFacts]]:
    for work in _works(context, home):
        commit = work.get("committed", CommitFacts)
        if commit is not None:
            yield work, commit
