"""The fast path: a block of bytes that is proven clean is read by Polars. A block that is not proven clean is not
repaired here: delimited.py gives it to the tokenizer.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from lead_pipeline.reading.dialect import Dialect
from lead_pipeline.reading.rows import BLANK_CHARACTERS

_LF, _CR = 10, 13


def whole_records(data: bytes, dialect: Dialect) -> int:
    """Return the length of the longest start of `data` that ends with a record, if quotes are well-formed; else 0."""
    quote = dialect.quote.encode() if dialect.quote else b""
    stop = data.rfind(b"\n") + 1
    if not quote or data.find(quote) < 0:
        return stop
    open_quotes = data.count(quote)
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


def read_clean(data: bytes, dialect: Dialect, width: int) -> Clean | None:
    """Read records of `data` (cut at a record boundary, not empty) with Polars, or return None unless proven clean.

    Clean: valid UTF-8, every line break LF or CRLF, quotes as in RFC 4180, `width` cells in every record.
    """
    if dialect.escape is not None or dialect.padded or not dialect.delimiter.isascii():
        return None
    bytes_ = np.frombuffer(data, np.uint8)
    quotes = _quote_positions(data, bytes_, dialect)
    if quotes is None or not (data.isascii() or _is_utf8(data)):
        return None
    if data.find(b"\r") >= 0 and data.count(b"\r") != data.count(b"\r\n"):
        return None
    frame = _parsed(data, dialect, width, quoted=quotes.size > 0)
    return None if frame is None else _counted(frame, bytes_, quotes, dialect)


def _quote_positions(data: bytes, bytes_: npt.NDArray[np.uint8], dialect: Dialect) -> npt.NDArray[np.intp] | None:
    """Return where the quotes are, or None when one of them is out of place.

    By induction from the start of a record: a quote with an even index is outside quotes and must follow a delimiter,
    a line break or, as the second of a doubled pair, a quote; one with an odd index must precede one of them.
    """
    nowhere = np.empty(0, np.intp)
    if dialect.quote is None or data.find(dialect.quote.encode()) < 0:
        return nowhere
    quote = ord(dialect.quote)
    positions = np.flatnonzero(bytes_ == quote)
    if positions.size % 2:
        return None
    allowed = np.zeros(256, np.bool_)
    allowed[[_LF, ord(dialect.delimiter), quote]] = True
    openings, closings = positions[0::2], positions[1::2]
    if openings[0] == 0:
        openings = openings[1:]
    if not allowed[bytes_[openings - 1]].all():
        return None
    allowed[_CR] = True
    if closings[-1] + 1 == bytes_.size:
        closings = closings[:-1]
    return positions if allowed[bytes_[closings + 1]].all() else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _parsed(data: bytes, dialect: Dialect, width: int, *, quoted: bool) -> pl.DataFrame | None:
    """Let Polars parse; it raises for a record with too many cells (not for one with too few)."""
    try:
        return pl.read_csv(
            data,
            has_header=False,
            schema=dict.fromkeys(cell_names(width), pl.String),
            separator=dialect.delimiter,
            quote_char=dialect.quote if quoted else None,
            infer_schema=False,
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        return None


def _counted(
    frame: pl.DataFrame, bytes_: npt.NDArray[np.uint8], quotes: npt.NDArray[np.intp], dialect: Dialect
) -> Clean | None:
    """Return the records with their lines, or None unless line breaks and delimiters in the bytes account for them.

    No record has more delimiters than it should (Polars would have raised), so if the total is right, each one is.
    """
    lines = int(np.count_nonzero(bytes_ == _LF)) + int(bytes_[-1] != _LF)
    delimiters = int(np.count_nonzero(bytes_ == ord(dialect.delimiter)))
    starts = None
    if quotes.size:
        delimiters -= _total_within(frame, dialect.delimiter)
    if lines != frame.height:
        starts = _starts(bytes_, quotes)
        if starts.len() != frame.height:
            return None
    return Clean(frame, starts, lines) if delimiters == (frame.width - 1) * frame.height else None


def _starts(bytes_: npt.NDArray[np.uint8], quotes: npt.NDArray[np.intp]) -> pl.Series:
    """Return the line on which each record starts: a line break after an even number of quotes ends a record."""
    breaks = np.flatnonzero(bytes_ == _LF)
    ends = np.flatnonzero(np.searchsorted(quotes, breaks) % 2 == 0)
    if breaks.size and breaks[-1] == bytes_.size - 1:
        ends = ends[:-1]
    return pl.Series("starts", np.concatenate([[0], ends + 1]), pl.Int64)


def _total_within(frame: pl.DataFrame, character: str) -> int:
    totals = frame.select(pl.all().str.count_matches(character, literal=True).sum())
    return sum(totals.row(0))


def blank_rows(frame: pl.DataFrame) -> pl.Series | None:
    """Return which rows of `read_clean` have nothing but blank cells, or None when none has."""
    cells = pl.col(r"^cell_\d+$").str.strip_chars(BLANK_CHARACTERS) == ""
    if not frame.select((pl.col("cell_0").str.strip_chars(BLANK_CHARACTERS) == "").any()).item():
        return None
    return frame.select(pl.all_horizontal(cells)).to_series()


def cell_names(width: int) -> list[str]:
    """Return the names that cells have before they get those of their columns, which could be any text."""
    return [f"cell_{place}" for place in range(width)]


def without_blank_cell(frame: pl.DataFrame, width: int) -> pl.DataFrame | None:
    """Drop the cell after the last delimiter, or return None when it has a value somewhere."""
    last = f"cell_{width}"
    if (frame[last].str.strip_chars(BLANK_CHARACTERS) != "").any():
        return None
    return frame.drop(last)
