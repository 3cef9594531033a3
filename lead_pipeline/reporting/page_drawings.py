"""The geometry of what pages draw: where bands, bars and lines begin and end, in units of their own boxes. Colours are
the page's, by the name of the outcome; nothing is counted here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lead_pipeline.model.looks.import_looks import Measure
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.results import RowCounts

#: The box of a flow picture, and how thick the thinnest band is.
FLOW_WIDTH, FLOW_HEIGHT, _THINNEST = 100.0, 100.0, 0.6

#: How much of its place a band takes at most, so that there is space between two.
_FULL = 0.82

#: The box of a sparkline.
SPARK_WIDTH, SPARK_HEIGHT, _MARGIN = 100.0, 24.0, 2.0


class Segment(NamedTuple):
    """A part of a stacked bar from 0 to 100."""

    outcome: str
    rows: int
    start: float
    width: float


class Band(NamedTuple):
    """A band of a flow picture, from all rows to one outcome."""

    outcome: str
    rows: int
    share: float
    path: str


class Sparkline(NamedTuple):
    """A line through the values of a measure, where the last one is, and between which heights it is usual."""

    points: str
    last_x: float
    last_y: float
    usual_top: float | None
    usual_height: float | None


def stacked(counts: RowCounts) -> list[Segment]:
    """Return the parts of a bar of all rows by outcome, for the outcomes that occur."""
    total, start, parts = max(1, counts.total), 0.0, []
    for outcome in Outcome:
        rows = counts.of(outcome)
        if rows:
            width = 100 * rows / total
            parts.append(Segment(outcome.value, rows, round(start, 3), round(width, 3)))
            start += width
    return parts


def flow(counts: RowCounts) -> list[Band]:
    """Return the bands from all rows, at the left, to the outcomes that occur, each in a place of the same height."""
    found = [(outcome, counts.of(outcome)) for outcome in Outcome if counts.of(outcome)]
    total, place = max(1, counts.total), FLOW_HEIGHT / max(1, len(found))
    most = max((rows for _, rows in found), default=1)
    scale = min(FLOW_HEIGHT / total, place * _FULL / most)
    left = (FLOW_HEIGHT - scale * total) / 2
    bands = []
    for number, (outcome, rows) in enumerate(found):
        thick = scale * rows
        end = max(thick, _THINNEST)
        right = place * (number + 0.5) - end / 2
        bands.append(Band(outcome.value, rows, rows / total, _band(left, thick, right, end)))
        left += thick
    return bands


def _band(left: float, thick: float, right: float, end: float) -> str:
    """Return the outline of a band: level at both ends."""
    middle, width = FLOW_WIDTH / 2, FLOW_WIDTH
    return (
        f"M0 {left:.2f} C{middle} {left:.2f} {middle} {right:.2f} {width} {right:.2f} "
        f"L{width} {right + end:.2f} C{middle} {right + end:.2f} {middle} {left + thick:.2f} 0 {left + thick:.2f} Z"
    )


def sparkline(measure: Measure) -> Sparkline:
    """Return the line of a measure; a single value is a point at the right."""
    values = measure.values
    highest = max(*values, measure.high or 0.0, 1e-9)
    step = (SPARK_WIDTH - 2 * _MARGIN) / max(1, len(values) - 1)

    def height(value: float) -> float:
        return round(SPARK_HEIGHT - _MARGIN - (SPARK_HEIGHT - 2 * _MARGIN) * value / highest, 2)

    first = SPARK_WIDTH - _MARGIN - step * (len(values) - 1)
    points = [(round(first + step * number, 2), height(value)) for number, value in enumerate(values)]
    top = height(measure.high) if measure.high is not None else None
    usual = round(height(measure.low or 0.0) - top, 2) if top is not None else None
    return Sparkline(_joined(points), *points[-1], top, usual)


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
