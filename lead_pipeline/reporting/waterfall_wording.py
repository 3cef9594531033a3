"""Whom the rules of an import left out, as people read it: step by step, and which rules hit the same rows. Terminal,
Markdown and HTML take it from here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lead_pipeline.model.errors import counted
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.scrub.waterfall import Waterfall, rule_of

#: The columns of the steps, in the words of every place that shows them.
STEP_COLUMNS = ("rule", "rows it hits", "left out here", "only this rule", "rows left")

#: What the columns mean.
STEPS_EXPLAINED = (
    "Rules are asked in this order. A row is left out at the first rule that hits it. "
    "Only this rule: rows that no other rule hits, which would be imported without it."
)

#: What a cell of the matrix is.
OVERLAPS_EXPLAINED = "Rows that both rules hit; on the diagonal, all rows that the rule hits."

_TITLE_OF = {rule_of(reason): REASONS[reason].title for reason in Reason}


class Step(NamedTuple):
    """One rule: the rows it hits, those it is the first to hit, those that it alone hits, and what is left after it."""

    rule: str
    title: str
    rows: int
    first: int
    only: int
    left: int


class OverlapRow(NamedTuple):
    """A line of the matrix: of each rule, how many rows it hits together with this one."""

    rule: str
    cells: tuple[int, ...]


def title_of_rule(rule: str) -> str:
    """Return what a rule says of a person: `Was dialed before`."""
    return _TITLE_OF[rule]


def usable_rows(result: ImportResult) -> int:
    """Return how many rows the rules were asked about: all but rejected and blank ones."""
    counts = result.counts
    return counts.total - counts.of(Outcome.REJECTED) - counts.of(Outcome.SKIPPED)


def steps(waterfall: Waterfall, usable: int) -> list[Step]:
    """Return the rules that hit anything, in the order in which they are asked."""
    left, found = usable, []
    for one in waterfall.rules:
        left -= one.first
        found.append(Step(one.rule, title_of_rule(one.rule), one.rows, one.first, one.only, left))
    return found


def step_records(waterfall: Waterfall, usable: int) -> list[dict[str, str | int]]:
    """Return the steps as lines of a table."""
    named = [(f"{one.title} ({one.rule})", *one[2:]) for one in steps(waterfall, usable)]
    return [dict(zip(STEP_COLUMNS, line, strict=True)) for line in named]


def steps_sentence(waterfall: Waterfall, usable: int) -> str:
    """Return how many of the usable rows are left out, and how many are not."""
    out = waterfall.rows
    return f"Rules leave out {out:,} of {counted(usable, 'usable row')}; {usable - out:,} are left."


def overlap_matrix(waterfall: Waterfall) -> list[OverlapRow]:
    """Return the matrix of the rules that hit anything; empty where no two of them hit the same row."""
    if not waterfall.overlaps:
        return []
    both = {frozenset(one.rules): one.rows for one in waterfall.overlaps}
    both |= {frozenset((one.rule,)): one.rows for one in waterfall.rules}
    rules = [one.rule for one in waterfall.rules]
    return [OverlapRow(rule, tuple(both.get(frozenset((rule, other)), 0) for other in rules)) for rule in rules]


def waterfall_tables(waterfall: Waterfall, usable: int) -> list[str]:
    """Return the steps and the matrix as tables of Markdown, each with what it says."""
    if not waterfall.rows:
        return []
    named = [
        (f"{one.title} (`{one.rule}`)", one.rows, one.first, one.only, one.left) for one in steps(waterfall, usable)
    ]
    parts = [f"**{steps_sentence(waterfall, usable)}** {STEPS_EXPLAINED}", _table(STEP_COLUMNS, named)]
    matrix = overlap_matrix(waterfall)
    if matrix:
        header = ("", *(f"`{line.rule}`" for line in matrix))
        parts += [OVERLAPS_EXPLAINED, _table(header, [(f"`{line.rule}`", *line.cells) for line in matrix])]
    return parts


def _table(header: Sequence[str], rows: Sequence[tuple[str | int, ...]]) -> str:
    lines = [header, ["---", *["--:"] * (len(header) - 1)]]
    lines += [[one if isinstance(one, str) else f"{one:,}" for one in row] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
