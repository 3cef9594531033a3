"""The fast path: a block of bytes that is proven clean is read by Polars. Any other is not repaired here: it takes the
careful path.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from lead_pipeline.reading.delimited import quote_bits as bits
from lead_pipeline.reading.delimited.dialect import Dialect
from lead_pipeline.reading.row_reader import WHITESPACE

_LF, _CR = 10, 13

#: How gzip, zlib and zstd begin. `polars.read_csv` unpacks whatever begins so, also in memory, and no setting of it
#: says otherwise (2.1); but here it is text.
_PACKED = (b"\x1f\x8b", b"x\x01", b"x\x9c", b"x\xda", b"\x28\xb5\x2f\xfd")


def whole_records(data: bytes, dialect: Dialect, before: bytes = b"") -> int:
    """Return the length of the longest start of `data` that ends with a record, if quotes are well-formed; else 0.

    `before` is what stands between the start of a record and `data`.
    """
    quote = dialect.quote.encode() if dialect.quote else b""
    stop = data.rfind(b"\n") + 1
    if not quote or (data.find(quote) < 0 and before.find(quote) < 0):
        return stop
    open_quotes = bits.count_of(data, quote[0]) + before.count(quote)
    end = len(data)
    while stop:
        open_quotes -= data.count(quote, stop, end)
        if open_quotes % 2 == 0:
            return stop
        end, stop = stop, data.rfind(b"\n", 0, stop - 1) + 1
    return 0


class Clean(NamedTuple):
    """Records as Polars read them: String columns `cell_0`, ..., and the line each starts on, counted from 0.

    `starts` is None where every record is one line; `lines` is how many physical lines there are in all.
    """

    cells: pl.DataFrame
    starts: pl.Series | None
    lines: int


class _Marks(NamedTuple):
    """How many line breaks there are, how many of them outside quotes, and how many delimiters outside quotes."""

    lines: int
    ends: int
    delimiters: int


def read_clean(data: bytes, dialect: Dialect, width: int) -> Clean | None:
    """Read records of `data` (cut at a record boundary, not empty) with Polars, or return None unless proven clean.

    Clean: valid UTF-8 (Polars raises for anything else), every line break LF or CRLF, quotes as in RFC 4180, `width`
    cells in every record.
    """
    if (
        (dialect.escape and data.find(dialect.escape.encode()) >= 0)
        or dialect.padded
        or data.startswith(_PACKED)
        or not (dialect.delimiter + (dialect.quote or "")).isascii()
    ):
        return None
    if not data.endswith(b"\n"):
        data += b"\n"  # the end of a file ends a line too
    quote = dialect.quote if dialect.quote and data.find(dialect.quote.encode()) >= 0 else None
    marks = _marks(data, dialect.delimiter, quote)
    frame = None if marks is None else _parsed(data, dialect.delimiter, quote, width)
    return None if marks is None or frame is None else _counted(data, frame, marks, quote)


def _marks(data: bytes, delimiter: str, quote: str | None) -> _Marks | None:
    """Count what ends records and cells, or return None when a quote or a CR is out of place."""
    if quote:
        return _marks_around_quotes(data, delimiter, quote)
    lines = bits.count_of(data, _LF)
    if data.find(b"\r") >= 0 and data.count(b"\r\n") != bits.count_of(data, _CR):
        return None
    return _Marks(lines, lines, bits.count_of(data, ord(delimiter)))


def _marks_around_quotes(data: bytes, delimiter: str, quote: str) -> _Marks | None:
    """Count outside quotes, which are proven to be in place by induction from the start of a record.

    A quote with an even number of quotes before it is outside quotes and must follow a delimiter, a line break or, as
    the second of a doubled pair, a quote; any other must precede one of them. A CR must precede an LF.
    """
    lines = ends = delimiters = 0
    edge, closed, returned, opened = np.uint64(1), *[np.uint64(0)] * 3
    marks = f"\n{delimiter}{quote}" + ("\r" if data.find(b"\r") >= 0 else "")
    for breaks, cuts, quotes, *carriage in bits.bits_of(data, marks.encode()):
        returns = carriage[0] if carriage else np.zeros_like(breaks)
        within = bits.inside(quotes, opened)
        closings, edges = quotes & ~within, breaks | cuts | quotes
        misplaced = quotes & within & ~bits.after(edges, edge)
        misplaced |= bits.after(closings, closed) & ~(edges | returns)
        misplaced |= bits.after(returns, returned) & ~breaks
        if misplaced.any():
            return None
        edge, closed, returned, opened = map(bits.carry_of, (edges, closings, returns, within))
        lines += bits.total(breaks)
        ends += bits.total(breaks & ~within)
        delimiters += bits.total(cuts & ~within)
    return None if opened else _Marks(lines, ends, delimiters)


def _parsed(data: bytes, delimiter: str, quote: str | None, width: int) -> pl.DataFrame | None:
    """Let Polars parse; it raises for a record with too many cells (not for one with too few) and for bad UTF-8."""
    try:
        return pl.read_csv(
            data,
            has_header=False,
            schema=dict.fromkeys(cell_names(width), pl.String),
            separator=delimiter,
            quote_char=quote,
            infer_schema=False,
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        return None


def _counted(data: bytes, frame: pl.DataFrame, marks: _Marks, quote: str | None) -> Clean | None:
    """Return the records with their lines, or None unless line breaks and delimiters in the bytes account for them.

    No record has more delimiters than it should (Polars would have raised), so if the total is right, each one is.
    """
    if marks.ends != frame.height or marks.delimiters != (frame.width - 1) * frame.height:
        return None
    starts = _starts(data, quote) if quote and marks.lines != frame.height else None
    return Clean(frame, starts, marks.lines)


def _starts(data: bytes, quote: str) -> pl.Series:
    """Return the line on which each record starts: a line break outside quotes ends a record."""
    opened, ended = np.uint64(0), []
    for breaks, quotes in bits.bits_of(data, b"\n" + quote.encode()):
        within = bits.inside(quotes, opened)
        opened = bits.carry_of(within)
        ended.append(bits.flags(breaks & ~within)[np.flatnonzero(bits.flags(breaks))])
    ends = np.flatnonzero(np.concatenate(ended)) + 1
    return pl.Series("starts", np.concatenate([[0], ends[:-1]]), pl.Int64)


def blank_rows(frame: pl.DataFrame) -> pl.Series | None:
    """Return which rows of `read_clean` have nothing but blank cells, or None when none has."""
    cells = pl.col(r"^cell_\d+$").str.strip_chars(WHITESPACE) == ""
    first = frame["cell_0"]
    first = first.filter((first < "!") | (first >= "\u0080"))  # where all blank characters are
    if not (first.str.strip_chars(WHITESPACE) == "").any():
        return None
    return frame.select(pl.all_horizontal(cells)).to_series()


def cell_names(width: int) -> list[str]:
    """Return the names that cells have before they get those of their columns, which could be any text."""
    return [f"cell_{index}" for index in range(width)]


def without_blank_cells(frame: pl.DataFrame, width: int) -> pl.DataFrame | None:
    """Drop the cells beyond `width`, or return None when one of them has a value."""
    beyond = pl.col(cell_names(frame.width)[width:]).str.strip_chars(WHITESPACE) != ""
    if frame.select(pl.any_horizontal(beyond.any())).item():
        return None
    return frame.select(cell_names(width))
