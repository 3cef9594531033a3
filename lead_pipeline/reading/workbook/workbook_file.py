"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) to rows: finds header and columns in what the child process read."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from lead_pipeline.model.errors import HeaderMissingError, UsageError
from lead_pipeline.model.fields import REJECTED_SHEETS
from lead_pipeline.model.formula_injection import is_rejected_file, is_returning
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.texts.typed_cells import CELL_TYPES
from lead_pipeline.reading import notes
from lead_pipeline.reading.delimited.tokenizer import Record
from lead_pipeline.reading.header import SniffedHeader, find_header, header_names, is_blank, looks_like_a_value
from lead_pipeline.reading.row_reader import (
    WHITESPACE,
    Column,
    ReadingFacts,
    ReadingOptions,
    RowReader,
    frame_schema,
    named_columns,
)
from lead_pipeline.reading.source import Source
from lead_pipeline.reading.workbook.child_process import SheetStream, format_of, read_sheet

#: What the child says of a row beside its cells.
_COUNTS = ("errors", "prefixes", "merged", "hidden")
_BESIDE_CELLS = (CELL_TYPES, *_COUNTS)

#: The header is looked for among so many rows from the first that is not blank on.
_HEADER_ROWS = 200


def open_workbook(source: Source, kind: str, options: ReadingOptions, packing: str = "") -> RowReader:
    """Open one sheet of a workbook; every cell is text as the cell means it, `line_number` is null.

    `packing` is how the workbook was compressed. Raises FileEncryptedError, FileUnreadableError (damaged, or too much
    for the limits), FileEmptyError for one without a value, HeaderMissingError, UsageError for a sheet that does not
    exist.
    """
    sheet, options = _ours(source, kind, options) or (read_sheet(source, kind, options.sheet), options)
    first = _first_rows(sheet)
    header = _header_of(first, options)
    columns = _columns_of(first, header, sheet.facts.width, source.display_name)
    facts = _facts_of(sheet, first, header, columns).model_copy(update={"format": format_of(kind), "packing": packing})

    def frames(_: list[str]) -> Iterator[pl.DataFrame]:
        return _frames(sheet, columns, header.first_row)

    return RowReader(columns, facts, frames, has_rows=any(frame.height for frame in frames([])))


def _ours(source: Source, kind: str, options: ReadingOptions) -> tuple[SheetStream, ReadingOptions] | None:
    """Return the list of a rejected workbook of ours: what a profile says of the files that it reads is not true of it.

    None for any other workbook, where nothing is said that could be wrong, and for whoever names one of its sheets.
    """
    if options == ReadingOptions() or options.sheet in REJECTED_SHEETS:
        return None
    try:
        sheet = read_sheet(source, kind, REJECTED_SHEETS[0])
    except UsageError:
        return None
    ours = any(is_returning(record.cells) for record in _first_rows(sheet)[:_HEADER_ROWS])
    return (sheet, ReadingOptions()) if ours else None


def _facts_of(
    sheet: SheetStream, first: list[Record], header: SniffedHeader, columns: tuple[Column, ...]
) -> ReadingFacts:
    counts = pl.concat([frame.select(*_COUNTS, is_blank=_is_blank()) for frame in sheet.frames()])
    errors, prefixes = counts.select("errors", "prefixes").sum().row(0)
    merged, unseen = counts.slice(header.first_row).filter(~pl.col("is_blank")).select("merged", "hidden").sum().row(0)
    name, sheets, hidden, *_ = sheet.facts
    return ReadingFacts(
        encoding="",
        delimiter="",
        quote="",
        header_line=None if header.header is None else header.header + 1,
        header_sure=header.confidence,
        sheet=name,
        sheets=tuple(sheets),
        notes=(
            *(() if _is_ours(columns, sheets) else notes.of_workbook(name, sheets, hidden)),
            *notes.above_header(header, first, 0, header.first_row - header.rows + 1, noun="Row"),
            *notes.of_columns(columns),
            *notes.of_cells(prefixes, errors, is_known=not counts["errors"].has_nulls()),
            *notes.of_merged_and_hidden(merged, unseen),
        ),
    )


def _is_ours(columns: Sequence[Column], sheets: Sequence[str]) -> bool:
    """Tell whether this is a rejected workbook of ours, whose other sheets hold nothing that is to be imported."""
    return set(sheets) <= set(REJECTED_SHEETS) and is_rejected_file(column.name for column in columns)


def _first_rows(sheet: SheetStream) -> list[Record]:
    """Return the rows down to some way below the first that is not blank."""
    records: list[Record] = []
    blank = 0
    for frame in sheet.frames():
        for row in frame.drop(_BESIDE_CELLS).rows():
            record = Record([cell or "" for cell in row], 1, False)
            records.append(record)
            blank += blank == len(records) - 1 and is_blank(record)
            if len(records) >= blank + _HEADER_ROWS:
                return records
    return records


def _header_of(records: list[Record], options: ReadingOptions) -> SniffedHeader:
    if options.header is False:
        first = next((index for index, record in enumerate(records) if any(record.cells)), 0)
        return SniffedHeader(None, first, 1.0)
    if options.header_row is not None:
        return SniffedHeader(options.header_row - 1, options.header_row, 1.0)
    trimmed = [Record(_trimmed(record.cells), 1, False) for record in records]
    found = find_header(_with_names_in_two_rows(trimmed))
    if options.header and found.header is None:
        return SniffedHeader(found.first_row, found.first_row + 1, 1.0)
    return found


def _with_names_in_two_rows(records: list[Record]) -> list[Record]:
    """Make the first two rows equally wide that together name the columns, as they are in a text file of the sheet.

    Trimmed, neither is as wide as the table, and one of them would be taken for a title or for a row.
    """
    for index, (upper, lower) in enumerate(pairwise(records)):
        width = max(len(upper.cells), len(lower.cells))
        above, below = ([*record.cells, *[""] * (width - len(record.cells))] for record in (upper, lower))
        if len(upper.cells) != len(lower.cells) and _name_columns(above, below):
            wide = [Record(cells, 1, False) for cells in (above, below)]
            return [*records[:index], *wide, *records[index + 2 :]]
    return records


def _name_columns(above: list[str], below: list[str]) -> bool:
    """Tell whether two rows of texts name every column, and the lower one alone does not: it has gaps, or repeats."""
    if any(looks_like_a_value(cell) for cell in (*above, *below)):
        return False
    names = [cell.strip(WHITESPACE).casefold() for cell in below if cell.strip(WHITESPACE)]
    covered = all(upper.strip(WHITESPACE) or lower.strip(WHITESPACE) for upper, lower in zip(above, below, strict=True))
    return covered and len(names) > 1 and (len(names) < len(below) or len(set(names)) < len(names))


def _trimmed(cells: list[str]) -> list[str]:
    """Drop the empty cells at the end: a sheet is as wide as its widest row."""
    width = len(cells)
    while width > 1 and not cells[width - 1].strip(WHITESPACE):
        width -= 1
    return cells[:width]


def _columns_of(records: list[Record], header: SniffedHeader, width: int, display_name: str) -> tuple[Column, ...]:
    if header.header is None:
        return named_columns([""] * width)
    if header.header >= len(records) or not any(cell.strip(WHITESPACE) for cell in records[header.header].cells):
        raise HeaderMissingError(
            f"{display_name} has no header: row {header.header + 1} of the sheet is empty. "
            "Put the column names in one row."
        )
    names = header_names([record.cells for record in records[header.first_row - header.rows : header.first_row]])
    return named_columns(names)


def _frames(sheet: SheetStream, columns: tuple[Column, ...], skip: int) -> Iterator[pl.DataFrame]:
    """Yield the rows below the header; blank rows at the very end, which nobody sees in a sheet, are left out."""
    schema = frame_schema(columns) | {CELL_TYPES: pl.String}
    next_row, waiting = 1, []
    for batch in sheet.frames():
        frame = batch.slice(min(skip, batch.height))
        skip -= min(skip, batch.height)
        if not frame.height:
            continue
        rows = _with_row_columns(frame, next_row, schema)
        next_row += frame.height
        blank = rows.select(pl.col("reasons").list.contains(Reason.ROW_BLANK.value)).to_series()
        full = blank.not_().arg_true()
        if not len(full):
            waiting.append(rows)
            continue
        yield from waiting
        last = int(full[-1]) + 1
        yield rows.head(last)
        waiting = [rows.slice(last)] if last < rows.height else []


def _is_blank() -> pl.Expr:
    return pl.all_horizontal(pl.exclude(_BESIDE_CELLS).fill_null("").str.strip_chars(WHITESPACE) == "")


def _with_row_columns(frame: pl.DataFrame, first_row: int, schema: dict[str, Any]) -> pl.DataFrame:
    cells, blank = pl.exclude(_BESIDE_CELLS).fill_null(""), _is_blank()
    none = pl.lit([], pl.List(pl.String))
    reasons = (
        pl.when(blank)
        .then(pl.lit([Reason.ROW_BLANK.value]))
        .when(pl.col("errors") > 0)
        .then(pl.lit([Reason.SPREADSHEET_ERROR.value]))
        .otherwise(none)
    )
    rows = frame.select(
        pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias("row_number"),
        pl.lit(None, pl.Int64).alias("line_number"),
        cells,
        reasons.alias("reasons"),
        pl.lit(None, pl.List(pl.String)).alias("extra_cells"),
        CELL_TYPES,
    )
    rows.columns = list(schema)
    return rows
