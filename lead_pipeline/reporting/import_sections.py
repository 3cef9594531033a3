"""The sections that pages have of one import beside its pictures: its reasons, and how long each step took.
The report for files has its own, made from the same sentences.
"""

from typing import NamedTuple

from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult, ReasonCount
from lead_pipeline.reporting.charts import by_count, row_reasons
from lead_pipeline.reporting.wording import duration, one_line

#: Columns of one reason beyond these are counted.
_MOST_COLUMNS = 8


class ColumnOfReason(NamedTuple):
    """A column that a reason was given for, and how often; `shown` is its name for people."""

    name: str
    shown: str
    rows: int


class ReasonOfImport(NamedTuple):
    """A reason that rows were given, with a bar from 0 to 100."""

    code: str
    title: str
    outcome: str
    rows: int
    guidance: str
    columns: tuple[ColumnOfReason, ...]
    more_columns: int
    bar: float


class TimingOfStep(NamedTuple):
    """How long a step took, with a bar from 0 to 100."""

    step: str
    took: str
    bar: float


def reason_lines(result: ImportResult) -> list[ReasonOfImport]:
    """Return the reasons that rows were given, the most frequent first."""
    found = by_count(row_reasons(result))
    most = max((one.count for one in found), default=1)
    return [_line(one, most) for one in found]


def _line(found: ReasonCount, most: int) -> ReasonOfImport:
    info = REASONS[Reason(found.code)]
    columns = [ColumnOfReason(name, one_line(name), rows) for name, rows in found.columns.items()]
    return ReasonOfImport(
        found.code,
        info.title,
        found.outcome,
        found.count,
        info.guidance,
        tuple(columns[:_MOST_COLUMNS]),
        max(0, len(columns) - _MOST_COLUMNS),
        round(100 * found.count / most, 2),
    )


def timing_lines(result: ImportResult) -> list[TimingOfStep]:
    """Return how long each step took."""
    longest = max((timing.seconds for timing in result.timings), default=0.0) or 1.0
    return [
        TimingOfStep(timing.stage.replace("_", " "), duration(timing.seconds), round(100 * timing.seconds / longest, 2))
        for timing in result.timings
    ]
