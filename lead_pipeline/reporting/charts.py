"""The two charts of an import as self-contained SVG: rows by outcome, rows by reason.
The page and the Markdown around them do not belong here.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult, ReasonCount
from lead_pipeline.reporting.rendering import environment
from lead_pipeline.reporting.wording import one_line

#: One colour per outcome (and one for warnings), the same in every chart, table and page. Each has a contrast of at
#: least 3:1 to white and to the dark page (WCAG 2.2, 1.4.11); words always stand beside a colour.
OUTCOME_COLOURS: dict[str, str] = {
    Outcome.CREATED: "#2a8a57",
    Outcome.UPDATED: "#24899a",
    Outcome.UNCHANGED: "#7d8590",
    Outcome.DUPLICATE: "#6181ac",
    Outcome.SUPPRESSED: "#b9750c",
    Outcome.REJECTED: "#d24b40",
    Outcome.SKIPPED: "#7d8590",
    "warning": "#9069b5",
}

#: Reasons beyond these are in the report's table; a chart of thirty bars is read by nobody.
MAX_REASONS = 10
_LONGEST_LABEL = 40

#: In pixels: the width of a chart, the room that one character of a label or a count is given.
_WIDTH = 720
_CHARACTER = 8


class Bar(NamedTuple):
    """One bar: a name that no other bar of the chart has, its number of rows, its colour."""

    label: str
    rows: int
    colour: str


def outcome_chart(result: ImportResult) -> str:
    """Return the SVG of rows by outcome, for the outcomes that occur; empty when no row was read."""
    bars = outcome_bars(result)
    return bar_chart("Rows by outcome", bars) if bars else ""


def outcome_bars(result: ImportResult) -> list[Bar]:
    """Return the bars of `outcome_chart`."""
    return [
        Bar(outcome.value.capitalize(), result.counts.of(outcome), OUTCOME_COLOURS[outcome])
        for outcome in Outcome
        if result.counts.of(outcome)
    ]


def reason_chart(result: ImportResult) -> str:
    """Return the SVG of rows by reason, most frequent first and at most `MAX_REASONS`; empty when there is none."""
    bars = reason_bars(result)
    return bar_chart("Rows by reason", bars) if bars else ""


def reason_bars(result: ImportResult) -> list[Bar]:
    """Return the bars of `reason_chart`."""
    frequent = by_count(row_reasons(result))[:MAX_REASONS]
    return [Bar(_label(found), found.count, OUTCOME_COLOURS[found.outcome]) for found in frequent]


def column_chart(result: ImportResult) -> str:
    """Return the SVG of what rejects rows by column of the file, most frequent first; empty where one column does."""
    bars = column_bars(result)
    return bar_chart("Faults by column", bars) if bars else ""


def column_bars(result: ImportResult) -> list[Bar]:
    """Return the bars of `column_chart`."""
    columns: Counter[str] = Counter()
    for found in row_reasons(result):
        if found.outcome == Outcome.REJECTED:
            columns.update(found.columns)
    bars = [
        Bar(_shortened(one_line(column)), count, OUTCOME_COLOURS["rejected"])
        for column, count in columns.most_common(MAX_REASONS)
    ]
    return bars if len(bars) > 1 else []


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"


def _label(found: ReasonCount) -> str:
    title = REASONS[Reason(found.code)].title
    return f"{title} (warning)" if found.outcome == "warning" else title  # one code can reject here and warn there


def row_reasons(result: ImportResult) -> list[ReasonCount]:
    """Return the reasons that rows were given; what is wrong with the file as a whole is told in words instead."""
    return [found for found in result.reasons if found.outcome != "file"]


def by_count(reasons: Sequence[ReasonCount]) -> list[ReasonCount]:
    """Return reasons as people look at them: the most frequent first, of equal ones in registry order."""
    return sorted(reasons, key=lambda found: -found.count)


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """Return a horizontal bar chart as one `<svg>` element: about 2 kB, the same text for the same bars.

    Its accessible name says all that it shows. On its own (as an image) it brings a background, light or dark as the
    reader prefers; a page changes its colours by way of the class `lead-chart`.
    """
    labels = _CHARACTER * (max(len(bar.label) for bar in bars) + 1)
    most = max(bar.rows for bar in bars)
    longest = _WIDTH - labels - _CHARACTER * (len(f"{most:,}") + 2)  # its count stands beside it
    widths = [round(longest * bar.rows / max(1, most), 1) for bar in bars]
    template = environment().get_template("bar_chart.svg.j2")
    return template.render(title=title, bars=list(zip(bars, widths, strict=True)), width=_WIDTH, labels=labels)


def as_data_uri(svg: str) -> str:
    """Return the chart as an image address for Markdown: the Dagster UI shows these, but no raw SVG."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode("ascii")
