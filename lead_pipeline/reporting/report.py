"""The report of an import: one HTML page that needs no network and no script."""

import posixpath
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from lead_pipeline.filing.atomic import Lasting, published
from lead_pipeline.model.errors import listed
from lead_pipeline.model.outcomes import COMMITTED, Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.reporting.charts import (
    OUTCOME_COLOURS,
    Bar,
    bar_chart,
    by_count,
    column_bars,
    outcome_bars,
    reason_bars,
    row_reasons,
)
from lead_pipeline.reporting.rendering import environment
from lead_pipeline.reporting.waterfall_wording import overlap_matrix, steps, steps_sentence, usable_rows
from lead_pipeline.reporting.wording import (
    columns_said,
    decision_commands,
    delimiter_name,
    duration,
    file_size,
    newline_name,
    one_line,
    sentences_to_notice,
    status_sentence,
)

#: Columns beyond these are counted, not listed: a hostile header must not make a page of several megabytes.
MAX_COLUMNS, MAX_COLUMN_LENGTH = 200, 120


class OutcomeCount(NamedTuple):
    """A tile of the report."""

    name: str
    rows: int
    colour: str


class Chart(NamedTuple):
    """A chart, as a drawing and, for narrow screens, as bars of the page: label, rows, colour, percentage."""

    caption: str
    svg: str
    bars: list[tuple[str, int, str, int]]


class ReasonRow(NamedTuple):
    """A row of the table of reasons; `positions` lists the first lines or rows."""

    code: str
    title: str
    outcome: str
    colour: str
    rows: int
    guidance: str
    positions: str
    columns: str


class ColumnRow(NamedTuple):
    """A row of the table of columns; `field` is empty for an attribute, and says so of a column that is ignored."""

    header: str
    field: str


class StageRow(NamedTuple):
    """A row of the table of timings; `share` is a percentage of the longest step, for its bar."""

    name: str
    duration: str
    share: int


def write_report(path: Path, result: ImportResult, home: Path | None = None, lasting: Lasting = Lasting.FILE) -> None:
    """Publish the report of `result` at `path`, whole or not at all; raises OSError.

    The page shows counts, reason codes and column headers, commands that name `home`, and no value of any row. It is
    the same for the same result.
    """
    with published(path, lasting) as file:
        file.write(report_as_html(result, home).encode("utf-8", "backslashreplace"))


def report_as_html(result: ImportResult, home: Path | None = None) -> str:
    """Return the report as one self-contained HTML page; the template escapes everything that comes from outside."""
    columns = result.file.columns
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            file_name=one_line(result.file.file_name),
            sentence=status_sentence(result),
            message=one_line(result.message),
            committed=result.status in COMMITTED,
            commands=[one_line(command) for command in decision_commands(result, home).values()],
            noticed=[one_line(sentence) for sentence in sentences_to_notice(result)],
            outcomes=[OutcomeCount(each.value, result.counts.of(each), OUTCOME_COLOURS[each]) for each in Outcome],
            charts=list(_charts(result)),
            reasons=_reason_rows(result),
            steps=steps(result.waterfall, usable_rows(result)),
            steps_sentence=steps_sentence(result.waterfall, usable_rows(result)),
            overlaps=overlap_matrix(result.waterfall),
            unit="line" if any(found.first_lines for found in result.reasons) else "row",
            workbook_link=_link_from_report(result, result.rejected_workbook),
            rejected_link=_link_from_report(result, result.rejected_file),
            warned_link=_link_from_report(result, result.warned_file),
            columns=_column_rows(result),
            columns_left_out=max(0, len(columns) - MAX_COLUMNS),
            facts=file_facts(result),
            stages=_stage_rows(result),
            seconds=(result.ended_at - result.started_at).total_seconds(),
        )
    )


def _charts(result: ImportResult) -> Iterator[Chart]:
    """Yield the charts that have something to show."""
    drawn = {
        "Rows by outcome": outcome_bars(result),
        "Rows by reason": reason_bars(result),
        "Faults by column": column_bars(result),
    }
    for caption, bars in drawn.items():
        if bars:
            yield Chart(caption, bar_chart(caption, bars), _with_shares(bars))


def _with_shares(bars: Sequence[Bar]) -> list[tuple[str, int, str, int]]:
    most = max(1, *(bar.rows for bar in bars))
    return [(bar.label, bar.rows, bar.colour, round(100 * bar.rows / most)) for bar in bars]


def _reason_rows(result: ImportResult) -> list[ReasonRow]:
    rows = []
    for found in by_count(row_reasons(result)):
        info, colour = REASONS[Reason(found.code)], OUTCOME_COLOURS[found.outcome]
        positions = _positions(found.first_lines or found.first_rows, found.count)
        rows.append(
            ReasonRow(
                found.code,
                info.title,
                found.outcome,
                colour,
                found.count,
                info.guidance,
                positions,
                columns_said(found),
            )
        )
    return rows


def _positions(numbers: Sequence[int], count: int) -> str:
    shown = ", ".join(str(number) for number in numbers)
    return f"{shown} …" if numbers and count > len(numbers) else shown


def _column_rows(result: ImportResult) -> list[ColumnRow]:
    fields = dict.fromkeys(result.file.ignored, "ignored")
    for field, supplying in result.file.mapping.items():
        columns = [supplying] if supplying in result.file.columns else supplying.split(" + ")
        fields |= dict.fromkeys(columns, field)
    return [
        ColumnRow(_shortened(one_line(column)), fields.get(column, ""))
        for column in islice(result.file.columns, MAX_COLUMNS)
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_COLUMN_LENGTH else text[: MAX_COLUMN_LENGTH - 1] + "…"


def file_facts(result: ImportResult) -> list[tuple[str, str]]:
    """Return what is known about the file, most asked-for facts first; unknown facts are left out."""
    file = result.file
    facts = [
        ("Size", file_size(file.file_bytes)),
        ("Format", file.format),
        ("Encoding", file.encoding),
        ("Delimiter", delimiter_name(file.delimiter)),
        ("Line endings", newline_name(file.newline)),
        ("Sheet", file.sheet),
        ("Header line", f"{file.header_line:,}" if file.header_line else ""),
        ("Columns", f"{len(file.columns):,}" if file.columns else ""),
        ("Columns ignored", listed(file.ignored, limit=MAX_COLUMNS) if file.ignored else ""),
        ("Notes", " ".join(file.notes)),
        ("SHA-256", file.file_sha256),
    ]
    return [(name, one_line(fact)) for name, fact in facts if fact]


def _stage_rows(result: ImportResult) -> list[StageRow]:
    longest = max((timing.seconds for timing in result.timings), default=0.0) or 1.0
    return [
        StageRow(timing.stage, duration(timing.seconds), round(100 * timing.seconds / longest))
        for timing in result.timings
    ]


def _link_from_report(result: ImportResult, path: str | None) -> str:
    """Return the link from the report to a file beside it, relative, so that the two can be moved together."""
    if path is None or result.report_file is None:
        return ""
    return quote(posixpath.relpath(path, posixpath.dirname(result.report_file)))
