"""What must be true of every import, checked between its commit and its report from facts that its steps left.
Nothing is repaired here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow.parquet as pq

from lead_pipeline.filing.home import masked_name
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import CommitFacts, Refusal
from lead_pipeline.importing.steps import RAW
from lead_pipeline.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found of the imports of one run."""

    problems: tuple[str, ...]
    message: str
    is_error: bool = True  # of problems; else they are a warning
    numbers: dict[str, int | float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problems


Check = Callable[[Sequence[WorkFolder]], Finding]


def check_accepted(works: Sequence[WorkFolder]) -> Finding:
    """Find files that were refused, and why."""
    refusals = {work.manifest.import_id: work.get("refusal", Refusal) for work in works}
    names = {work.manifest.import_id: work.manifest.file_name for work in works}
    refused = [
        f"- `{key}`: {refusal.code}. {refusal.message.replace(names[key], masked_name(names[key]))}"
        for key, refusal in refusals.items()
        if refusal
    ]
    return Finding(
        problems=tuple(refused),
        message="\n".join(refused) or "Every file was accepted.",
        numbers={"files_refused": len(refused)},
    )


@dataclass(frozen=True, slots=True)
class Accounting:
    """The rows of one import as three different sources count them."""

    import_id: str
    in_parts: int
    in_ledger: int
    different_in_ledger: int
    by_outcome: int

    @property
    def adds_up(self) -> bool:
        """Return whether every row that was read has exactly one outcome."""
        return self.in_parts == self.in_ledger == self.different_in_ledger == self.by_outcome


def check_accounted_for(works: Sequence[WorkFolder]) -> Finding:
    """Compare the rows in the raw parts with those in the ledger, and with the counts by outcome."""
    accounts = [_accounting_of(work, facts) for work, facts in _committed(works)]
    wrong = tuple(account.import_id for account in accounts if not account.adds_up)
    return Finding(
        problems=wrong,
        message=f"Rows are missing or doubled in {', '.join(wrong)}: report this." if wrong else "All rows are there.",
        numbers={
            "rows_read": sum(account.in_parts for account in accounts),
            "rows_in_ledger": sum(account.in_ledger for account in accounts),
            "files": len(accounts),
        },
    )


def _accounting_of(work: WorkFolder, facts: CommitFacts) -> Accounting:
    return Accounting(
        import_id=work.manifest.import_id,
        in_parts=sum(pq.read_metadata(path).num_rows for path in work.part_paths(RAW)),
        in_ledger=facts.ledger_rows,
        different_in_ledger=facts.ledger_numbers,
        by_outcome=facts.counts.total,
    )


def check_reject_rate(works: Sequence[WorkFolder]) -> Finding:
    """Find imports with a larger share of rejected rows than their profile's limits; an error above the upper one."""
    rates = [(facts.reject_rate, work) for work, facts in _committed(works)]
    high = [(rate, work.manifest) for rate, work in rates if rate > work.manifest.profile.reject_rate.warn]
    problems = tuple(f"{manifest.import_id}: {rate:.0%} of the rows rejected" for rate, manifest in high)
    return Finding(
        problems=problems,
        message="; ".join(problems) or "The reject rate is within the profile's limits.",
        is_error=any(rate > manifest.profile.reject_rate.error for rate, manifest in high),
        numbers={"reject_rate": max((rate for rate, _work in rates), default=0.0), "files_above_limit": len(high)},
    )


def check_layout(works: Sequence[WorkFolder]) -> Finding:
    """Find files whose columns are not those of the profile's last files: missing, renamed, moved, emptied or new."""
    changed = {work.manifest.import_id: facts.layout_changes for work, facts in _committed(works)}
    problems = tuple(f"- `{import_id}`: {' '.join(changes)}" for import_id, changes in changed.items() if changes)
    return Finding(
        problems=problems,
        message="\n".join(problems) or "The columns are those of the last files.",
        is_error=False,
        numbers={"files_with_another_layout": len(problems)},
    )


def check_reasons(works: Sequence[WorkFolder]) -> Finding:
    """Find reasons that have no title and guidance: nobody could tell a person what to do."""
    given = {reason.code for _work, facts in _committed(works) for reason in facts.reasons}
    unknown = tuple(sorted(given - set(Reason)))
    return Finding(
        problems=unknown,
        message=f"Not registered: {', '.join(unknown)}" if unknown else "Every reason is registered.",
        numbers={"reasons_given": len(given)},
    )


def _committed(works: Sequence[WorkFolder]) -> Iterator[tuple[WorkFolder, CommitFacts]]:
    for work in works:
        facts = work.get("committed", CommitFacts)
        if facts is not None:
            yield work, facts
