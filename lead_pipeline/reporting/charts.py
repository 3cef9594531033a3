"""The two charts of an import as self-contained SVG: rows by outcome, rows by reason.
The page and the Markdown around them belong in report.py and summary.py.
"""

import xml.etree.ElementTree as ET  # only ever writes here: nothing is parsed
from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple

from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult, ReasonCount

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

_ROW_HEIGHT = 30
_CANVAS = 800  # what leather is given; it leaves 5 % of that free on every side, which the view box cuts off again
_MARGIN = 40
_WIDTH = _CANVAS - 2 * _MARGIN
_CHARACTER = 8  # pixels that leather counts for one of a label, and we for one of a count
_GAP = 7  # between a bar and its count
_STYLE = (
    ".lead-chart{font:13px system-ui,sans-serif;font-variant-numeric:tabular-nums}"
    ".lead-chart text{font:inherit;fill:#24292f}"
    ".lead-chart line{stroke:#c9ced6}.lead-chart .left line{stroke:none}.lead-chart .card{fill:#fff}"
)


class Bar(NamedTuple):
    """One bar: a name that no other bar of the chart has, its number of rows, its colour."""

    label: str
    rows: int
    colour: str


def outcome_chart(result: ImportResult) -> str:
    """Return the SVG of rows by outcome, for the outcomes that occur; empty when no row was read."""
    bars = [
        Bar(outcome.value.capitalize(), result.counts.of(outcome), OUTCOME_COLOURS[outcome])
        for outcome in Outcome
        if result.counts.of(outcome)
    ]
    return bar_chart("Rows by outcome", bars) if bars else ""


def reason_chart(result: ImportResult) -> str:
    """Return the SVG of rows by reason, most frequent first and at most `MAX_REASONS`; empty when there is none."""
    frequent = sorted(row_reasons(result), key=lambda reason: -reason.count)[:MAX_REASONS]
    bars = [Bar(_label(found), found.count, OUTCOME_COLOURS[found.outcome]) for found in frequent]
    return bar_chart("Rows by reason", bars) if bars else ""


def _label(found: ReasonCount) -> str:
    title = REASONS[Reason(found.code)].title
    return f"{title} (warning)" if found.outcome == "warning" else title  # one code can reject here and warn there


def row_reasons(result: ImportResult) -> list[ReasonCount]:
    """Return the reasons that rows were given; what is wrong with the file as a whole is told in words instead."""
    return [found for found in result.reasons if found.outcome != "file"]


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """Return a horizontal bar chart as one `<svg>` element: about 2 kB, the same text for the same bars.

    It takes no part in the page but by its class `lead-chart`, so a page can give it other colours; on its own (as an
    image) it stands on white. Drawn by leather; imported here because most commands draw nothing.
    """
    import leather

    chart = leather.Chart()
    chart.add_bars([(bar.rows, bar.label) for bar in bars], fill_color=lambda datum: bars[-1 - datum.i].colour)
    most = max(bar.rows for bar in bars)
    plot = _WIDTH - _CHARACTER * (max(len(bar.label) for bar in bars) + 1)
    chart.add_x_scale(
        0, most * plot / (plot - _CHARACTER * len(f"{most:,}") - _GAP)
    )  # room for the longest bar's count
    chart.set_x_axis(leather.Axis(ticks=[0], tick_formatter=lambda *_: ""))
    height = _ROW_HEIGHT * len(bars)
    drawing: ET.Element = chart.to_svg_group(_CANVAS, height + 2 * _MARGIN + leather.theme.tick_font_char_height + 8)
    _add_counts(drawing, bars)
    return _as_svg(title, drawing, height)


def _add_counts(drawing: ET.Element, bars: Sequence[Bar]) -> None:
    """Write each count behind its bar, which leather does not do."""
    for plot in drawing.iterfind(".//g[@class='series bars']"):
        for bar, shape in zip(reversed(bars), plot.findall("rect"), strict=True):
            top, height = float(shape.get("y", "0")), float(shape.get("height", "0"))
            shape.attrib.update(y=f"{top + 2:.1f}", height=f"{height - 4:.1f}", rx="2")
            x, y = float(shape.get("width", "0")) + _GAP, top + height / 2
            ET.SubElement(plot, "text", x=f"{x:.1f}", y=f"{y:.1f}", dy="0.32em").text = f"{bar.rows:,}"


def _as_svg(title: str, drawing: ET.Element, height: int) -> str:
    """Put the drawing into an `<svg>` that scales, has a name for screen readers, and looks as the style sheet says."""
    box = f"{_MARGIN} {_MARGIN} {_WIDTH} {height}"
    size = {"width": str(_WIDTH), "height": str(height), "viewBox": box}
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "lead-chart", "role": "img", **size})
    ET.SubElement(svg, "title").text = title
    ET.SubElement(svg, "style").text = _STYLE
    for element in drawing.iter():
        for attribute in ("fill", "font-family", "font-size") if element.tag == "text" else ():
            element.attrib.pop(attribute, None)
    background = drawing[0]
    background.attrib.pop("fill")
    background.set("class", "card")
    svg.append(drawing)
    return ET.tostring(svg, encoding="unicode")


def as_data_uri(svg: str) -> str:
    """Return the chart as an image address for Markdown: the Dagster UI shows these, but no raw SVG."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode("ascii")
