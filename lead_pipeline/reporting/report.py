"""The report of an import: one HTML page that needs no network and no script."""

import posixpath
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from lead_pipeline.filing.atomic import published
from lead_pipeline.model.errors import listed
from lead_pipeline.model.outcomes import COMMITTED, Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.reporting.charts import OUTCOME_COLOURS, column_chart, outcome_chart, reason_chart, row_reasons
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


def write_report(path: Path, result: ImportResult, home: Path | None = None) -> None:
    """Publish the report of `result` at `path`, whole or not at all; raises OSError.

    The page shows counts, reason codes and column headers, commands that name `home`, and no value of any row. It is
    the same for the same result.
    """
    with published(path) as file:
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
            charts=[chart for chart in (outcome_chart(result), reason_chart(result), column_chart(result)) if chart],
            reasons=_reason_rows(result),
            steps=steps(result.waterfall, usable_rows(result)),
            steps_sentence=steps_sentence(result.waterfall, usable_rows(result)),
            overlaps=overlap_matrix(result.waterfall),
            unit="line" if any(found.first_lines for found in result.reasons) else "row",
            rejected_link=_link_to_rejected_file(result),
            columns=_column_rows(result),
            columns_left_out=max(0, len(columns) - MAX_COLUMNS),
            facts=_facts(result),
            stages=_stage_rows(result),
            seconds=(result.ended_at - result.started_at).total_seconds(),
        )
    )


def _reason_rows(result: ImportResult) -> list[ReasonRow]:
    rows = []
    for found in row_reasons(result):
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


def _facts(result: ImportResult) -> list[tuple[str, str]]:
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


def _link_to_rejected_file(result: ImportResult) -> str:
    """Return the link from the report to the rejected file, relative, so that the two can be moved together."""
    if result.rejected_file is None or result.report_file is None:
        return ""
    return quote(posixpath.relpath(result.rejected_file, posixpath.dirname(result.report_file)))
