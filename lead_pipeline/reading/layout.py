"""Where the rows of a delimited text begin, and under which columns: dialect, header and what stands above it, found in
the start of the text or told by the caller. Reading the rows belongs in delimited.py.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import NoReturn

from lead_pipeline.model.errors import FileEmptyError, HeaderMissingError
from lead_pipeline.reading.dialect import Dialect
from lead_pipeline.reading.rows import BLANK_CHARACTERS, Column, Newline, ReadingFacts, ReadingOptions, named_columns
from lead_pipeline.reading.sniffing import SniffedHeader, find_dialect, find_header, looks_like_a_value
from lead_pipeline.reading.tokenizer import Record, Tokenizer

#: The dialect is found from so many characters, the header among so many records.
SNIFFED_CHARACTERS = 2**16
_HEADER_RECORDS = 200

_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the rows of a text begin and how they are punctuated."""

    dialect: Dialect
    columns: tuple[Column, ...]
    header_lines: int
    skipped_bytes: int


def newline_of(text: bytes) -> Newline:
    """Return how the lines of a text end."""
    crlf = text.count(b"\r\n")
    kinds: dict[Newline, int] = {"CRLF": crlf, "LF": text.count(b"\n") - crlf, "CR": text.count(b"\r") - crlf}
    present: list[Newline] = [kind for kind, count in kinds.items() if count]
    if len(present) > 1:
        return "mixed"
    return present[0] if present else ""


def find_layout(text: str, shown: str, options: ReadingOptions, *, final: bool) -> tuple[Layout, ReadingFacts] | None:
    """Find dialect, header and columns; returns None when `text` does not reach far enough below the header."""
    sniffed = find_dialect(text[:SNIFFED_CHARACTERS] if final or _NEWLINE.search(text) else text, options)
    skipped = sniffed.sep_length
    lines = 1 if skipped else 0
    while options.header_row is not None and lines < options.header_row - 1:
        newline = _NEWLINE.search(text, skipped)
        if newline is None:
            return _refuse_header_row(shown, options.header_row, lines) if final else None
        skipped, lines = newline.end(), lines + 1
    records, _ = Tokenizer(sniffed.dialect).records(text[skipped:], final=final, limit=_HEADER_RECORDS)
    if not records:
        return None
    header = _header_of(records, options)
    if header.first_row >= len(records) and not final:
        return None
    above = records[: header.first_row]
    lines += sum(record.lines for record in above)
    _, length = Tokenizer(sniffed.dialect).records(text[skipped:], final=True, limit=header.first_row)
    skipped += length if header.first_row else 0
    _refuse_empty_header(records, header, shown, options)
    columns = _columns_of(records, header, shown, lines)
    if not text[skipped:].strip(BLANK_CHARACTERS + "\x1a"):
        if not final:
            return None
        raise FileEmptyError(
            f"{shown} has a header of {len(columns)} columns and no row below it. Export the list again."
        )
    dialect = _with_trailing(sniffed.dialect, len(columns), records[header.first_row :])
    facts = ReadingFacts(
        delimiter=dialect.delimiter,
        quote=dialect.quote or "",
        escape=dialect.escape or "",
        padded=dialect.padded,
        trailing_delimiter=dialect.trailing,
        dialect_sure=sniffed.sure,
        header_line=None if header.header is None else lines - records[header.header].lines + 1,
        header_sure=header.sure,
    )
    return Layout(dialect, columns, lines, len(text[:skipped].encode(errors="surrogateescape"))), facts


def _refuse_header_row(shown: str, header_row: int, lines: int) -> NoReturn:
    raise HeaderMissingError(
        f"{shown} has no line {header_row} to take the header from, only {lines + 1}. Correct `header_row`."
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


def _refuse_empty_header(records: list[Record], header: SniffedHeader, shown: str, options: ReadingOptions) -> None:
    """Raise HeaderMissingError when rows of values follow a line of nothing but delimiters, where names should be."""
    first = records[header.first_row if header.header is None else header.header]
    place = header.first_row if header.header is None else header.header
    above = records[0].cells
    if options.header is not None or place != 1 or not 1 < len(above) == len(first.cells) or any(map(str.strip, above)):
        return
    if any(looks_like_a_value(cell) for cell in first.cells):
        raise HeaderMissingError(
            f"{shown} has no header: line 1 has {len(first.cells)} empty cells. Put the column names in the first line."
        )


def _columns_of(records: list[Record], header: SniffedHeader, shown: str, lines: int) -> tuple[Column, ...]:
    if header.header is None:
        widths = Counter(len(record.cells) for record in records if any(map(str.strip, record.cells)))
        return named_columns([""] * (widths.most_common(1)[0][0] if widths else 1))
    cells = records[header.header].cells
    if not any(cell.strip(BLANK_CHARACTERS) for cell in cells):
        raise HeaderMissingError(
            f"{shown} has no header: line {lines} has {len(cells)} empty cells. Put the column names in the first line."
        )
    return named_columns([readable(cell) for cell in cells])


def _with_trailing(dialect: Dialect, width: int, rows: list[Record]) -> Dialect:
    """Mark a delimiter at the end of (nearly) every row as one that ends rows and starts no cell."""
    longer = [row for row in rows if len(row.cells) == width + 1 and not row.cells[-1].strip(BLANK_CHARACTERS)]
    return replace(dialect, trailing=True) if len(longer) >= max(1, 0.9 * len(rows)) else dialect


def readable(cell: str) -> str:
    """Return the cell with U+FFFD for every byte sequence that is no UTF-8."""
    return cell.encode(errors="surrogateescape").decode(errors="replace")
