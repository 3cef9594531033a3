"""Whom rules leave out, in a terminal: one setting step by step, or several beside one another."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lead_pipeline.model.errors import counted
from lead_pipeline.model.listings import ScrubPreview
from lead_pipeline.model.scrub.waterfall import Waterfall
from lead_pipeline.reporting.waterfall_wording import (
    OVERLAPS_EXPLAINED,
    STEP_COLUMNS,
    STEPS_EXPLAINED,
    overlap_matrix,
    steps,
    steps_sentence,
    title_of_rule,
)


def waterfall_view(waterfall: Waterfall, usable: int) -> Iterator[RenderableType]:
    """Yield what the rules leave out, and which of them hit the same rows; nothing where nobody is left out."""
    if not waterfall.rows:
        return
    yield Text(steps_sentence(waterfall, usable), style="bold")
    table = _table(STEP_COLUMNS)
    for one in steps(waterfall, usable):
        table.add_row(f"{one.title} ({one.rule})", *(f"{number:,}" for number in one[2:]))
    yield table
    yield Text(STEPS_EXPLAINED, style="dim")
    matrix = overlap_matrix(waterfall)
    if matrix:
        overlaps = _table(("", *(str(number) for number in range(1, len(matrix) + 1))))
        for number, line in enumerate(matrix, 1):
            overlaps.add_row(f"{number} {line.rule}", *(f"{cell:,}" for cell in line.cells))
        yield overlaps
        yield Text(OVERLAPS_EXPLAINED, style="dim")


def setting_sentence(found: ScrubPreview) -> str:
    """Return which setting was tried, and what came of it."""
    back = (
        "however long ago"
        if found.lookback_days == "all"
        else f"of the last {counted(int(found.lookback_days), 'day')}"
    )
    of = "of the whole company" if found.scope == "company" else "of this destination"
    aside = f", without the rules {', '.join(found.without)}" if found.without else ""
    return (
        f"Leads and calls {of}, {back}{aside}: {counted(found.waterfall.rows, 'row')} of {found.rows_read:,} would be "
        f"left out, and {counted(found.rows_rejected, 'row')} could not be used."
    )


def settings_view(previews: Sequence[ScrubPreview]) -> Iterator[RenderableType]:
    """Yield several settings beside one another: of each rule the rows it hits, and those that only it hits."""
    rules = list(dict.fromkeys(one.rule for preview in previews for one in preview.waterfall.rules))
    table = _table(("rows that a rule hits (that only it hits)", *map(_short, previews)))
    for rule in rules:
        table.add_row(
            f"{title_of_rule(rule)} ({rule})", *(_hits(preview, rule) for preview in previews), end_section=False
        )
    table.add_section()
    table.add_row("left out", *(f"{one.waterfall.rows:,}" for one in previews), style="bold")
    table.add_row("not left out", *(f"{one.rows_usable - one.waterfall.rows:,}" for one in previews), style="bold")
    yield table


def _hits(preview: ScrubPreview, rule: str) -> str:
    hits = next((one for one in preview.waterfall.rules if one.rule == rule), None)
    return "" if hits is None else f"{hits.rows:,} ({hits.only:,})"


def _short(found: ScrubPreview) -> str:
    days = "all" if found.lookback_days == "all" else counted(int(found.lookback_days), "day")
    return f"{found.scope}\n{days}"


def _table(columns: Sequence[str]) -> Table:
    table = Table(header_style="bold", box=SIMPLE_HEAD, padding=(0, 1))
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    return table
