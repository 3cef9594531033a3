"""What the command line shows of imports: panels, tables, a progress bar."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table
from rich.text import Text

from lead_pipeline.cli.waterfall_views import waterfall_view
from lead_pipeline.model.access.store_place import store_address
from lead_pipeline.model.formula_injection import made_harmless
from lead_pipeline.model.listings import ImportRecord
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult, Progress
from lead_pipeline.reporting.lead_changes_wording import lead_changes_sentences
from lead_pipeline.reporting.sequel_wording import recovered_sentences
from lead_pipeline.reporting.waterfall_wording import usable_rows
from lead_pipeline.reporting.wording import (
    columns_said,
    decision_commands,
    ignored_sentence,
    one_line,
    progress_sentence,
    status_sentence,
)

_STYLES = {
    Outcome.CREATED: "green",
    Outcome.UPDATED: "cyan",
    Outcome.UNCHANGED: "bright_black",
    Outcome.DUPLICATE: "blue",
    Outcome.SUPPRESSED: "yellow",
    Outcome.REJECTED: "red",
    Outcome.SKIPPED: "bright_black",
}


def import_panel(result: ImportResult, *, reasons: int = 8) -> RenderableType:
    """Return what became of one import: the sentence, counts by outcome, top reasons."""
    parts: list[RenderableType] = [Text(one_line(status_sentence(result)), style="bold")]
    refused = result.rows_read is None
    if result.message:
        parts.append(Text(one_line(result.message), style="red" if refused else "yellow"))
    noticed = (
        *result.file.notes,
        *result.layout_changes,
        *lead_changes_sentences(result),
        *result.notices,
        *recovered_sentences(result),
    )
    parts.extend(Text(one_line(sentence), style="yellow") for sentence in noticed)
    if result.file.ignored:
        parts.append(Text(one_line(ignored_sentence(result.file.ignored)), style="dim"))
    if not refused:
        parts.append(_counts(result))
    if result.reasons and not refused:
        parts.append(_reasons(result, reasons))
    parts.extend(waterfall_view(result.waterfall, usable_rows(result)))
    title = Text.assemble((one_line(result.file.file_name), "bold"), "  ", (result.import_id, "dim"))
    return Panel(Group(*parts), title=title, title_align="left", expand=False)


def locations(result: ImportResult, home: Path) -> Iterator[str]:
    """Yield where the files of an import are and how to decide about it, a line each; printed as they are, to copy."""
    files = (
        ("dry run", result.dry_run_file),
        ("rejected rows", result.rejected_workbook),
        ("rejected file", result.rejected_file),
        ("warned rows", result.warned_file),
        ("report", result.report_file),
    )
    for name, path in files:
        if path:
            yield f"  {name:<13}  {home / path}"
    if not result.dry_run:
        yield f"  {'store':<13}  {'PostgreSQL' if store_address(os.environ) else home / 'leads.duckdb'}"
    for answer, command in decision_commands(result, home).items():
        yield f"  {f'to {answer}':<13}  {command}"


#: The numbers of a past import that are always shown; the others where any of the imports has some.
_ALWAYS = ("read", "created", "rejected")


def history_view(imports: Sequence[ImportRecord], width: int) -> RenderableType:
    """Return past imports, newest first: a table where the terminal is wide enough for it, else two lines for each."""
    table = _history_table(imports)
    needed = Console(width=1000).measure(table).maximum
    return table if needed <= width else _history_lines(imports)


def _history_table(imports: Sequence[ImportRecord]) -> Table:
    numbers = [
        name
        for name in ("read", *(outcome.value for outcome in Outcome))
        if name in _ALWAYS or any(_rows(one, name) for one in imports)
    ]
    table = Table(header_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("import", no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status and destination", no_wrap=True)
    for one in imports:
        shown = (_rows(one, name) for name in numbers)
        table.add_row(
            f"{one.import_id}\n[dim]{one.committed_at:%Y-%m-%d %H:%M:%S}[/dim]",
            *("" if number is None else f"{number:,}" for number in shown),
            f"{_status(one)}\n[dim]{escape(_whereto(one))}[/dim]",
        )
    return table


def _history_lines(imports: Sequence[ImportRecord]) -> RenderableType:
    lines: list[RenderableType] = []
    for one in imports:
        lines.append(Text.assemble((one.import_id, "bold"), f"  {_status(one)}"))
        lines.append(Text(f"  {_counts_listed(one)}"))
        lines.append(Text(f"  {one.committed_at:%Y-%m-%d %H:%M:%S}  {_whereto(one)}", style="dim", overflow="fold"))
    return Group(*lines)


def _counts_listed(record: ImportRecord) -> str:
    if record.rows_read is None:
        return "nothing was read"
    counts = [f"{rows:,} {outcome.value}" for outcome in Outcome if (rows := _rows(record, outcome.value))]
    return f"{record.rows_read:,} read: {', '.join(counts) or 'none'}"


def _whereto(record: ImportRecord) -> str:
    return one_line(f"{record.profile} → {record.destination_kind}:{record.destination_name}")


def _status(record: ImportRecord) -> str:
    """Return how an import ended, and how many of the rows that it left out became leads later."""
    return f"{record.status}, {record.rows_recovered:,} recovered" if record.rows_recovered else record.status


def _rows(record: ImportRecord, name: str) -> int | None:
    number: int | None = getattr(record, f"rows_{name}")
    return number


def frame_table(frame: pl.DataFrame, width: int) -> RenderableType:
    """Return a query's result, every value as text: as a table, or one value per line when it is too wide for that."""
    rows = [[None if value is None else one_line(str(value)) for value in row] for row in frame.iter_rows()]
    names = [one_line(name) for name in frame.columns]
    columns = zip(names, *rows, strict=True)
    if sum(min(max(len(text or "") for text in column), 40) + 3 for column in columns) > width:
        return _records(names, rows)
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    for name, dtype in zip(names, frame.dtypes, strict=True):
        table.add_column(Text(name), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(value or "") for value in row))
    return table


#: A number with its sign, such as a phone in E.164: no spreadsheet runs it, and other programs read it.
_SIGNED_NUMBER = r"^[+-][0-9.]+$"


def frame_csv(frame: pl.DataFrame) -> str:
    """Return a query's result as CSV with a header, UTF-8: lists and structs as JSON, null as nothing. What a
    spreadsheet would run is prefixed with an apostrophe.
    """
    texts = frame.with_columns(_as_json(frame[name]) for name, dtype in frame.schema.items() if dtype.is_nested())
    cell = pl.col(pl.String)
    return texts.with_columns(
        pl.when(cell.str.contains(_SIGNED_NUMBER)).then(cell).otherwise(made_harmless(cell))
    ).write_csv()


def _as_json(column: pl.Series) -> pl.Series:
    texts = [
        None if value is None else json.dumps(value, default=str, ensure_ascii=False) for value in column.to_list()
    ]
    return pl.Series(column.name, texts, dtype=pl.String)


def _records(names: list[str], rows: list[list[str | None]]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for number, row in enumerate(rows, start=1):
        table.add_row(Text(f"── {number} ──", style="dim"), "")
        for name, value in zip(names, row, strict=True):
            table.add_row(Text(name, style="bold"), Text(value or ""))
    return table


def _counts(result: ImportResult) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("rows read", f"{result.rows_read:,}", style="bold")
    for outcome in Outcome:
        number = result.counts.of(outcome)
        if number:
            table.add_row(Text(f"  {outcome.value}", style=_STYLES[outcome]), f"{number:,}")
    return table


def _reasons(result: ImportResult, most: int) -> Table:
    table = Table(title="top reasons", title_justify="left", header_style="dim", box=None, padding=(0, 2, 0, 0))
    for name, side in (("rows", "right"), ("reason", "left"), ("lines", "left"), ("what to do", "left")):
        table.add_column(name, justify=side, overflow="fold")  # type: ignore[arg-type]
    ranked = sorted(result.reasons, key=lambda reason: -reason.count)
    for reason in ranked[:most]:
        info = REASONS[Reason(reason.code)]
        first = reason.first_lines or reason.first_rows
        lines = ", ".join(map(str, first[:3])) + (" …" if reason.count > len(first[:3]) else "")
        columns = f"{columns_said(reason)}: " if reason.columns else ""
        title = f"{columns}{info.title} ({reason.code}{', warning' if reason.outcome == 'warning' else ''})"
        table.add_row(f"{reason.count:,}", title, lines, info.guidance)
    if len(ranked) > most:
        table.add_row("", f"and {len(ranked) - most} more in the report", "", "")
    return table


#: From where to where the bar goes during a step, in percent: about its share of the time that an import takes.
_PERCENT_OF_STEPS = {
    "raw_leads": (1, 20),
    "mapped_leads": (20, 30),
    "normalized_leads": (30, 60),
    "imported_leads": (60, 95),
    "dry_run": (60, 95),
    "import_report": (95, 100),
}


def _percent(step: str, rows: int, total: int) -> float:
    """Return how far an import is that has done so many of all rows in a step."""
    start, end = _PERCENT_OF_STEPS.get(step, (0, 100))
    return start + (end - start) * min(rows / total, 1.0) if total else start


@contextmanager
def progress_bar(
    name: str, *, hidden: bool, console: Console | None = None
) -> Iterator[Callable[[str, int, Progress], None]]:
    """Show on standard error how far an import is; nothing where nobody looks at a terminal."""
    # The stream itself: `Console(stderr=True)` asks for sys.stderr at each write, and a run puts a filter there whose
    # writes come back to the console (rich only knows its own proxy), so that the bar writes itself over and over.
    console = console or Console(file=sys.stderr)
    if hidden or not console.is_terminal:
        yield lambda _step, _rows, _progress: None
        return
    percent = TextColumn("{task.percentage:>3.0f} %")
    bar = ProgressBar(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), percent, TimeElapsedColumn()
    )
    label, numbers = escape(one_line(name)), Text(style="dim")
    task = bar.add_task(f"{label}: starting", total=None)

    def show(step: str, rows: int, progress: Progress) -> None:
        done = None if progress.total is None else _percent(step, rows, progress.total)
        bar.update(task, description=f"{label}: {step.replace('_', ' ')}", completed=done or 0, total=done and 100)
        numbers.plain = f"  {progress_sentence(progress)}"
        live.refresh()  # a small file is through all steps between two of its own refreshes

    with Live(Group(bar, numbers), console=console, transient=True) as live:
        yield show
