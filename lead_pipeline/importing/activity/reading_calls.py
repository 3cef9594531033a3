"""Reads a staged drop of call activity in batches, into parts: its calls, and the rows that are none with reasons.
Memory is bounded by a batch, not by the file. Loading the calls does not belong here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import polars as pl

from lead_pipeline.filing.activity.activity_manifests import ActivityManifest
from lead_pipeline.filing.activity.activity_parts import ActivityParts
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.work_folder import map_in_order
from lead_pipeline.mapping.calls.activity_columns import ActivityColumns, map_activity_columns
from lead_pipeline.model.errors import FileEmptyError, ListRefusedError
from lead_pipeline.model.reasons import SKIPPED_CODES, Reason
from lead_pipeline.model.scrub.activity_settings import DATE_ORDERS, ActivitySettings, DateOrder
from lead_pipeline.normalizing.calls import CallForm, read_calls
from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.reading import ReadingOptions, RowReader, open_rows
from lead_pipeline.screening.scrub.activity_records import CALLS_SCHEMA, FAULTS_SCHEMA

#: The tables of parts: calls as they are loaded, and the rows that are no call, by batch of the file.
CALLS, FAULTS = "calls", "faults"

#: Of real days more than half show their order; of so many that could be two, one has to.
_LEAST_SHOWN = 20

_EMPTY = "The file is empty: it has no row of a call."


@dataclass(slots=True)
class ReadDrop:
    """A drop, read into parts: how it is read again, its columns, in which order its days are (`order_shown`: nobody
    said so, but the file shows it where that matters), and what was counted.
    """

    reader: RowReader
    columns: ActivityColumns
    order: DateOrder | None = None
    order_shown: bool = False
    rows: int = 0
    calls: int = 0
    skipped: int = 0
    rejected: int = 0
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Days:
    """How many times are days under one order only, and how many are different days under both."""

    month_first: int = 0
    day_first: int = 0
    both: int = 0

    def count(self, calls: pl.DataFrame) -> None:
        month, day = pl.col("month_first"), pl.col("day_first")
        first, last, both = calls.select(
            first=(month.is_not_null() & day.is_null()).sum(),
            last=(day.is_not_null() & month.is_null()).sum(),
            both=(month != day).sum(),
        ).row(0)
        self.month_first, self.day_first, self.both = self.month_first + first, self.day_first + last, self.both + both

    @property
    def order(self) -> DateOrder | None:
        """Return the order that the file itself shows: days exist under it alone, and none under the other; and not one
        in a thousand, which may be a slip of somebody's.
        """
        shown = self.month_first + self.day_first
        if bool(self.month_first) == bool(self.day_first) or shown * _LEAST_SHOWN < self.both:
            return None
        return "month_first" if self.month_first else "day_first"


def read_drop(manifest: ActivityManifest, home: Home, parts: ActivityParts, form: CallForm) -> ReadDrop:
    """Read a drop into parts.

    Raises: ListRefusedError when it has no row, FileRefusedError when it cannot be read or nobody can be found in it.
    """
    reader = _opened(manifest, home, form)
    batches = reader.batches()
    ahead, columns = _columns(reader, batches, manifest.settings, form)
    read = ReadDrop(reader, columns, form.orders[0] if len(form.orders) == 1 else None)
    days = _Days()
    judge = partial(_judged, columns=columns, form=form, settings=manifest.settings)
    number = -1
    for number, (calls, faults) in enumerate(map_in_order(judge, chain(ahead, batches))):
        days.count(calls)
        parts.write(CALLS, number, calls)
        parts.write(FAULTS, number, faults)
    read.order_shown = read.order is None and days.order is not None and days.both > 0
    read.order = read.order or days.order
    for part in range(number + 1):
        if len(form.orders) > 1:
            _settle(parts, part, read.order)
        _count(read, parts, part)
    return read


def _columns(
    reader: RowReader, batches: Iterable[pl.DataFrame], settings: ActivitySettings, form: CallForm
) -> tuple[list[pl.DataFrame], ActivityColumns]:
    """Find the columns by the first batch that has rows; return the batches that were taken for that as well."""
    has_header = reader.facts.header_line is not None
    headers = {column.name: column.header if has_header else "" for column in reader.columns}
    ahead = []
    for batch in batches:
        ahead.append(batch)
        filled = batch.filter(~_is_skipped())
        if filled.height:
            return ahead, map_activity_columns(headers, filled, form, settings.columns)
    raise ListRefusedError(_EMPTY)


def _is_skipped() -> pl.Expr:
    return pl.col("reasons").list.first().is_in(SKIPPED_CODES).fill_null(value=False)


def _judged(
    batch: pl.DataFrame, *, columns: ActivityColumns, form: CallForm, settings: ActivitySettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the calls of a batch, with both readings of their times, and its rows that are none."""
    filled, skipped = batch.filter(~_is_skipped()), batch.filter(_is_skipped())
    found = read_calls(filled, columns.phones, columns.others, form, inbound_phones=columns.inbound_phones)
    lines = batch.select("row_number", "line_number")
    by_row = found.filter(pl.col("faults").is_not_null()).unique("row_number", maintain_order=True)
    bad = by_row.select("row_number", outcome=pl.lit("rejected"), reason_codes="faults")
    none = skipped.select("row_number", outcome=pl.lit("skipped"), reason_codes="reasons")
    faults = pl.concat([bad, none]).join(lines, on="row_number").select(FAULTS_SCHEMA.keys()).sort("row_number")
    calls = found.filter(pl.col("faults").is_null()).join(lines, on="row_number", maintain_order="left")
    calls = calls.with_columns(*_said(settings), happened_at=pl.coalesce("month_first", "day_first"))
    schema = pl.Schema(
        CALLS_SCHEMA | dict.fromkeys(DATE_ORDERS, CALLS_SCHEMA["happened_at"]) | {"line_number": pl.Int64}
    )
    return calls.select(schema.names()).cast(schema), faults.cast(pl.Schema(FAULTS_SCHEMA))


def _said(settings: ActivitySettings) -> list[pl.Expr]:
    """Return what the settings say of calls that do not say it themselves."""
    said = {"destination": settings.destination and str(settings.destination), "buyer": settings.buyer}
    return [pl.coalesce(name, pl.lit(value)).alias(name) for name, value in said.items() if value]


def _settle(parts: ActivityParts, part: int, order: DateOrder | None) -> None:
    """Give each call its one time: that of the order which the file shows, else of both where these say the same. A row
    whose day is two days is none.
    """
    calls, faults = parts.read(CALLS, part), parts.read(FAULTS, part)
    if order is not None:
        other = next(one for one in DATE_ORDERS if one != order)
        parts.write(CALLS, part, calls.with_columns(happened_at=pl.coalesce(order, other)))
        return
    is_two = (pl.col("month_first") != pl.col("day_first")).fill_null(value=False)
    reason = pl.lit([Reason.DATE_AMBIGUOUS.value], dtype=pl.List(pl.String))
    two = calls.filter(is_two).unique("row_number", maintain_order=True)
    if two.height:
        more = two.select("row_number", "line_number", outcome=pl.lit("rejected"), reason_codes=reason)
        parts.write(FAULTS, part, pl.concat([faults, more.cast(pl.Schema(FAULTS_SCHEMA))]).sort("row_number"))
        parts.write(CALLS, part, calls.filter(~is_two))


def _count(read: ReadDrop, parts: ActivityParts, part: int) -> None:
    calls, faults = parts.read(CALLS, part), parts.read(FAULTS, part)
    rejected = faults.filter(pl.col("outcome") == "rejected")
    read.calls += calls.height
    read.rejected += rejected.height
    read.skipped += faults.height - rejected.height
    read.rows += calls["row_number"].n_unique() + rejected.height
    read.faults.update(rejected["reason_codes"].explode().drop_nulls().to_list())


def _opened(manifest: ActivityManifest, home: Home, form: CallForm) -> RowReader:
    """Open a drop. Where what looks like its header is a phone, it has none."""
    path, headless = manifest.staged_file(home), ReadingOptions(header=False)
    try:
        reader = open_rows(path, file_name=manifest.file_name)
    except FileEmptyError:  # a single line is a call without a header, or a header without any
        return _only_line(open_rows(path, file_name=manifest.file_name, options=headless), form)
    if reader.facts.header_line is None:
        return reader
    headers = pl.Series([column.header for column in reader.columns], dtype=pl.String)
    if read_list_entries(headers, form.region)["valid"].any():
        return open_rows(path, file_name=manifest.file_name, options=headless)
    return reader


def _only_line(reader: RowReader, form: CallForm) -> RowReader:
    line = next(reader.batches(1))
    if not any(read_list_entries(line[column.name], form.region)["valid"].any() for column in reader.columns):
        raise ListRefusedError(_EMPTY)
    return reader
