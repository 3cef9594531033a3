"""Delimited text to rows: blocks proven clean take the fast path, others the careful one, and every physical line is
accounted for at the end. What a record is belongs in tokenizer.py, what clean means in clean.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from lead_pipeline.model.errors import FileEmptyError, FileUnreadableError, HeaderMissingError
from lead_pipeline.model.reasons import Reason
from lead_pipeline.reading.clean import blank_rows, read_clean, whole_records
from lead_pipeline.reading.dialect import Dialect
from lead_pipeline.reading.rows import (
    BLANK_CHARACTERS,
    Column,
    Newline,
    ReadingFacts,
    RowReader,
    frame_schema,
    named_columns,
)
from lead_pipeline.reading.source import UTF8_BOM, LineCount, blocks
from lead_pipeline.reading.tokenizer import Record, Tokenizer

#: A block that is not clean is cut into pieces of this size, so that only those with a damaged row go the careful way.
PIECE_BYTES = 256 * 2**10

#: A record longer than this is not held in memory to find its end.
LONGEST_RECORD = 256 * 2**20

#: The header and what lies below it are looked for in a start of this size first.
SAMPLE_BYTES = 2**20

_SURROGATE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the rows of a text begin and how they are punctuated."""

    dialect: Dialect
    columns: tuple[Column, ...]
    header_lines: int
    skipped_bytes: int


def open_delimited(path: Path, shown: str) -> RowReader:
    """Open UTF-8 CSV: find its header, and return a reader of the rows below it.

    Raises FileEmptyError for a file without text or without rows, HeaderMissingError when the header has no name.
    """
    dialect = Dialect()
    for start, final in _starts_of(path, shown):
        bom = len(UTF8_BOM) if start.startswith(UTF8_BOM) else 0
        found = _layout(start, bom, dialect, shown, final=final)
        if found is not None:
            break
    else:
        raise FileEmptyError(
            f"{shown} is empty: it has no text, only white space if anything. Export the list again and drop that."
        )
    layout, header_line = found
    facts = ReadingFacts(
        has_bom=bool(bom),
        delimiter=dialect.delimiter,
        quote=dialect.quote or "",
        newline=_newline_of(start),
        header_line=header_line,
    )
    return RowReader(layout.columns, facts, lambda: _frames(path, shown, layout))


def _starts_of(path: Path, shown: str) -> Iterator[tuple[bytes, bool]]:
    """Yield more and more of the start of the file, up to LONGEST_RECORD, and whether that is all of it."""
    start = b""
    size = SAMPLE_BYTES
    for block in blocks(path, shown, SAMPLE_BYTES):
        start += block
        if len(start) >= size and len(start) < LONGEST_RECORD:
            yield start, False
            size *= 4
    yield start, True


def _newline_of(text: bytes) -> Newline:
    crlf = text.count(b"\r\n")
    kinds: dict[Newline, int] = {"CRLF": crlf, "LF": text.count(b"\n") - crlf, "CR": text.count(b"\r") - crlf}
    present: list[Newline] = [kind for kind, count in kinds.items() if count]
    if len(present) > 1:
        return "mixed"
    return present[0] if present else ""


def _layout(start: bytes, bom: int, dialect: Dialect, shown: str, *, final: bool) -> tuple[Layout, int] | None:
    """Find the header and what lies below; returns None when `start` does not reach that far."""
    text = start[bom:].decode(errors="surrogateescape")
    tokenizer = Tokenizer(dialect)
    position, lines = 0, 0
    while True:
        found, length = tokenizer.records(text[position:], final=final, limit=1)
        if not found:
            return None
        record = found[0]
        position, lines = position + length, lines + record.lines
        if len(record.cells) > 1 or record.cells[0].strip(BLANK_CHARACTERS):
            break
    if not any(cell.strip(BLANK_CHARACTERS) for cell in record.cells):
        raise HeaderMissingError(
            f"{shown} has no header: line {lines} has {len(record.cells)} empty cells. "
            "Put the column names in the first line."
        )
    if not text[position:].strip(BLANK_CHARACTERS):
        if not final:
            return None
        raise FileEmptyError(
            f"{shown} has a header of {len(record.cells)} columns and no row below it. Export the list again."
        )
    headers = [_readable(cell) for cell in record.cells]
    skipped = bom + len(text[:position].encode(errors="surrogateescape"))
    return Layout(dialect, named_columns(headers), lines, skipped), lines - record.lines + 1


def _frames(path: Path, shown: str, layout: Layout) -> Iterator[pl.DataFrame]:
    """Yield the rows below the header, and at the end hold them against the lines counted in the bytes."""
    count = LineCount()
    cutter = _Cutter(layout)
    waiting = b""
    skip = layout.skipped_bytes
    for block in blocks(path, shown):
        count.feed(block)
        waiting += block
        if skip:
            if len(waiting) < skip:
                continue
            waiting, skip = waiting[skip:], 0
        used = 0
        for frame, length in cutter.frames(waiting, final=False):
            used += length
            yield frame
        waiting = waiting[used:]
        _refuse_endless(waiting, cutter.next_line, shown)
    yield from (frame for frame, _ in cutter.frames(waiting, final=True))
    lines = count.lines
    if cutter.next_line - 1 != lines:
        raise FileUnreadableError(
            f"{shown} could not be read in full: its rows account for {cutter.next_line - 1} lines, "
            f"but {lines} lines were counted. Nothing was imported; please report this file's kind."
        )


def _refuse_endless(waiting: bytes, line: int, shown: str) -> None:
    if len(waiting) > LONGEST_RECORD:
        raise FileUnreadableError(
            f"{shown} has a row longer than {LONGEST_RECORD // 2**20} MB, starting at line {line}. "
            "Check that the file is a list with one row per line."
        )


class _Cutter:
    """Turns bytes that begin with a record into frames, and keeps the numbers of the next row and line."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._width = len(layout.columns)
        self._tokenizer = Tokenizer(layout.dialect, self._width)
        self._schema = frame_schema(layout.columns)
        self.next_row = 1
        self.next_line = layout.header_lines + 1

    def frames(self, data: bytes, *, final: bool) -> Iterator[tuple[pl.DataFrame, int]]:
        """Yield a frame at a time with the number of bytes that it used up; what is left waits for more bytes."""
        taken = self._fast(data, final) if data else None
        if taken is not None:
            yield taken
            return
        done, size = 0, PIECE_BYTES
        while done < len(data):
            piece = data[done : done + size]
            last = final and done + size >= len(data)
            taken = self._fast(piece, last) or self._careful(piece, last)
            if taken is not None:
                yield taken
                done, size = done + taken[1], PIECE_BYTES
            elif done + size >= len(data):
                return
            else:
                size *= 2

    def _fast(self, data: bytes, final: bool) -> tuple[pl.DataFrame, int] | None:
        length = len(data) if final else whole_records(data, self._layout.dialect)
        if not length:
            return None
        clean = read_clean(data if length == len(data) else data[:length], self._layout.dialect, self._width)
        return None if clean is None else (self._dressed(clean), length)

    def _dressed(self, clean: pl.DataFrame) -> pl.DataFrame:
        """Give clean cells their numbers, reasons and column names."""
        blank = blank_rows(clean)
        no_reason = pl.lit([], pl.List(pl.String))
        reasons = no_reason
        if blank is not None:
            reasons = pl.when(blank).then(pl.lit([Reason.ROW_BLANK.value])).otherwise(no_reason)
        numbered = clean.select(
            pl.int_range(self.next_row, self.next_row + pl.len(), dtype=pl.Int64).alias("row_number"),
            (pl.col("lines").cast(pl.Int64).cum_sum() - pl.col("lines") + self.next_line).alias("line_number"),
            pl.exclude("lines"),
            reasons.alias("reasons"),
            pl.lit(None, pl.List(pl.String)).alias("extra_cells"),
        )
        numbered.columns = list(self._schema)
        self.next_row += clean.height
        self.next_line += int(clean["lines"].sum())
        return numbered

    def _careful(self, data: bytes, final: bool) -> tuple[pl.DataFrame, int] | None:
        text = data.decode(errors="surrogateescape")
        records, length = self._tokenizer.records(text, final=final)
        if not records:
            return None
        used = len(data) if length == len(text) else len(text[:length].encode(errors="surrogateescape"))
        undecodable = not text.isascii() and _SURROGATE.search(text, 0, length) is not None
        return self._frame_of(records, undecodable), used

    def _frame_of(self, records: list[Record], undecodable: bool) -> pl.DataFrame:
        rows: list[tuple[Any, ...]] = []
        for record in records:
            cells, invalid = record.cells, False
            if undecodable:
                invalid = any(_SURROGATE.search(cell) for cell in cells)
                cells = [_readable(cell) for cell in cells] if invalid else cells
            missing = self._width - len(cells)
            reasons = _reasons_of(record, cells, missing, invalid)
            extra = cells[self._width :] if missing < 0 else None
            shown = [*cells[: self._width], *[None] * missing]
            rows.append((self.next_row, self.next_line, *shown, reasons, extra))
            self.next_row += 1
            self.next_line += record.lines
        return pl.DataFrame(rows, schema=self._schema, orient="row")


def _reasons_of(record: Record, cells: list[str], missing: int, invalid: bool) -> list[str]:
    """Return the structure codes of a record, in registry order."""
    if not "".join(cells).strip(BLANK_CHARACTERS):
        return [Reason.ROW_BLANK.value]
    found = (
        (missing < 0, Reason.ROW_TOO_MANY_CELLS),
        (missing > 0, Reason.ROW_TOO_FEW_CELLS),
        (record.quote_unclosed, Reason.QUOTE_UNCLOSED),
        (invalid, Reason.ENCODING_INVALID),
    )
    return [reason.value for present, reason in found if present]


def _readable(cell: str) -> str:
    """Return the cell with U+FFFD for every byte sequence that is no UTF-8."""
    return cell.encode(errors="surrogateescape").decode(errors="replace")
