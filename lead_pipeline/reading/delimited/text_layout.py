"""Where the rows of a delimited text begin, and under which columns: dialect, header and what stands above it, found in
the start of the text or given by the caller.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import NoReturn

from lead_pipeline.model.errors import FileUnreadableError, HeaderMissingError
from lead_pipeline.reading import notes
from lead_pipeline.reading.delimited.dialect import Dialect
from lead_pipeline.reading.delimited.encoding import readable
from lead_pipeline.reading.delimited.fixed_width import refuse_fixed_width
from lead_pipeline.reading.delimited.sniffing import SniffedDialect, find_dialect
from lead_pipeline.reading.delimited.tokenizer import Record, Tokenizer
from lead_pipeline.reading.header import SniffedHeader, find_header, header_names, is_blank, looks_like_a_value
from lead_pipeline.reading.row_reader import (
    WHITESPACE,
    Column,
    Newline,
    ReadingFacts,
    ReadingOptions,
    named_columns,
)

#: The dialect is found from so many characters, the header among so many records.
SNIFFED_CHARACTERS = 2**16
_HEADER_RECORDS = 200

#: Wider than any list is. Frames, schemas and the Parquet parts cost time and memory per column, even for a single row.
MOST_COLUMNS = 50_000

#: When at least this share of the rows ends with delimiters that the header does not have (or the header with some that
#: the rows do not have), they end rows and start no cells. A shifted row now and then ends so by chance.
_TRAILING_SHARE = 0.5

_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class TextLayout:
    """Where the rows of a text begin and how they are punctuated; `has_rows`: whether anything stands there."""

    dialect: Dialect
    columns: tuple[Column, ...]
    header_lines: int
    skipped_bytes: int
    has_rows: bool


def newline_of(text: bytes) -> Newline:
    """Return how the lines of a text end."""
    crlf = text.count(b"\r\n")
    kinds: dict[Newline, int] = {"CRLF": crlf, "LF": text.count(b"\n") - crlf, "CR": text.count(b"\r") - crlf}
    present: list[Newline] = [kind for kind, count in kinds.items() if count]
    if len(present) > 1:
        return "mixed"
    return present[0] if present else ""


def find_text_layout(
    text: str, display_name: str, options: ReadingOptions, *, final: bool
) -> tuple[TextLayout, ReadingFacts] | None:
    """Find dialect, header and columns; returns None when `text` does not reach far enough below the header."""
    sniffed = find_dialect(text[:SNIFFED_CHARACTERS] if final or _NEWLINE.search(text) else text, options)
    skipped = sniffed.sep_length
    lines = 1 if skipped else 0
    while options.header_row is not None and lines < options.header_row - 1:
        newline = _NEWLINE.search(text, skipped)
        if newline is None:
            return _refuse_header_row(display_name, options.header_row, lines) if final else None
        skipped, lines = newline.end(), lines + 1
    records, _ = Tokenizer(sniffed.dialect).records(text[skipped:], final=final, limit=_HEADER_RECORDS)
    if options.delimiter is None:
        refuse_fixed_width(text[skipped : skipped + SNIFFED_CHARACTERS], display_name)
    if not records:
        return None
    header = _header_of(records, options)
    if header.first_row >= len(records) and not final:
        return None
    above = lines
    lines += sum(record.lines for record in records[: header.first_row])
    _, length = Tokenizer(sniffed.dialect).records(text[skipped:], final=True, limit=header.first_row)
    skipped += length if header.first_row else 0
    _refuse_empty_header(records, header, display_name, options)
    has_rows = bool(text[skipped:].strip(WHITESPACE))
    if not has_rows and not final:
        return None
    layout = TextLayout(
        dialect=sniffed.dialect,
        columns=_columns_of(records, header, display_name, lines),
        header_lines=lines,
        skipped_bytes=len(text[:skipped].encode(errors="surrogateescape")),
        has_rows=has_rows,
    )
    named = [] if header.header is None else records[header.header].cells
    layout = _with_trailing(layout, named, records[header.first_row :])
    return layout, _facts_of(layout, sniffed, header, records, above)


def _facts_of(
    layout: TextLayout, sniffed: SniffedDialect, header: SniffedHeader, records: list[Record], above: int
) -> ReadingFacts:
    dialect, lines = layout.dialect, layout.header_lines
    first_line = lines - sum(record.lines for record in records[header.first_row - header.rows : header.first_row]) + 1
    return ReadingFacts(
        delimiter=dialect.delimiter,
        quote=dialect.quote or "",
        escape=dialect.escape or "",
        padded=dialect.padded,
        trailing_delimiter=dialect.trailing > 0,
        dialect_sure=sniffed.confidence,
        header_line=None if header.header is None else lines - records[header.header].lines + 1,
        header_sure=header.confidence,
        notes=(
            *notes.of_dialect(dialect, sniffed, layout.columns),
            *notes.of_one_column(layout.columns, records[header.first_row :]),
            *notes.above_header(header, records, above, first_line),
            *notes.of_columns(layout.columns),
            *notes.of_rows(records[header.first_row :], lines + 1, len(layout.columns), dialect),
        ),
    )


def _refuse_header_row(display_name: str, header_row: int, lines: int) -> NoReturn:
    raise HeaderMissingError(
        f"{display_name} has no line {header_row} to take the header from, only {lines + 1}. Correct `header_row`."
    )


def _header_of(records: list[Record], options: ReadingOptions) -> SniffedHeader:
    if options.header is False:
        return SniffedHeader(None, 0, 1.0)
    if options.header_row is not None:
        return SniffedHeader(0, 1, 1.0)
    found = find_header(records)
    if options.header and found.header is None:
        return SniffedHeader(found.first_row, found.first_row + 1, 1.0)
    return found


def _refuse_empty_header(
    records: list[Record], header: SniffedHeader, display_name: str, options: ReadingOptions
) -> None:
    """Raise HeaderMissingError when rows of values follow a line of nothing but delimiters, where names should be."""
    first = records[header.first_row if header.header is None else header.header]
    index = header.first_row if header.header is None else header.header
    above = records[0].cells
    if options.header is not None or index != 1 or not 1 < len(above) == len(first.cells) or any(map(str.strip, above)):
        return
    if any(looks_like_a_value(cell) for cell in first.cells):
        raise HeaderMissingError(
            f"{display_name} has no header: line 1 has {len(first.cells)} empty cells. "
            "Put the column names in the first line."
        )


def _columns_of(records: list[Record], header: SniffedHeader, display_name: str, lines: int) -> tuple[Column, ...]:
    rows = [record for record in records[header.first_row :] if not is_blank(record)]
    widths = Counter(len(record.cells) for record in rows)
    if header.header is None:
        width = widths.most_common(1)[0][0] if widths else 1
        _refuse_too_wide(width, display_name)
        return named_columns([""] * width)
    cells = records[header.header].cells
    if not any(cell.strip(WHITESPACE) for cell in cells):
        raise HeaderMissingError(
            f"{display_name} has no header: line {lines} has {len(cells)} empty cells. "
            "Put the column names in the first line."
        )
    names = header_names([record.cells for record in records[header.first_row - header.rows : header.first_row]])
    _refuse_too_wide(len(names), display_name)
    width = _named_width(names)
    beyond = any("".join(record.cells[width:]).strip(WHITESPACE) for record in rows)
    if rows and (not beyond or widths[width] >= _TRAILING_SHARE * len(rows)):
        names = names[:width]  # delimiters at the end of the header, with nothing below them
    return named_columns(map(readable, names))


def _refuse_too_wide(width: int, display_name: str) -> None:
    if width > MOST_COLUMNS:
        raise FileUnreadableError(
            f"{display_name} has {width:,} columns, and at most {MOST_COLUMNS:,} are read. Check that each row of the "
            "list is on a line of its own, and that `delimiter` in the profile, if it is set, is the file's."
        )


def _named_width(names: list[str]) -> int:
    width = len(names)
    while width and not names[width - 1].strip(WHITESPACE):
        width -= 1
    return width


def _with_trailing(layout: TextLayout, header: list[str], rows: list[Record]) -> TextLayout:
    """Mark delimiters at the end of many rows, or of the header, as ones that end lines and start no cell."""
    width = len(layout.columns)
    longer = [row.cells for row in rows if len(row.cells) > width]
    beyond = [len(cells) - width for cells in longer if not "".join(cells[width:]).strip(WHITESPACE)]
    trailing = max(0, len(header) - width)
    if len(beyond) >= max(1, _TRAILING_SHARE * sum(not is_blank(row) for row in rows)):
        trailing = Counter(beyond).most_common(1)[0][0]
    return replace(layout, dialect=replace(layout.dialect, trailing=trailing))
