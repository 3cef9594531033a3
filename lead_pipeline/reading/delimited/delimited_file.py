"""Delimited text to rows: blocks proven clean take the fast path, others the careful one, and every physical line is
accounted for at the end.
"""

import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import polars as pl

from lead_pipeline.model.errors import FileEmptyError, FileUnreadableError
from lead_pipeline.model.reasons import Reason
from lead_pipeline.reading import notes
from lead_pipeline.reading.delimited.encoding import (
    NO_WORDS,
    TextCount,
    TextSource,
    find_encoding,
    known_encoding,
    readable,
)
from lead_pipeline.reading.delimited.fast_path import Clean, blank_rows, read_clean, whole_records, without_blank_cells
from lead_pipeline.reading.delimited.text_layout import TextLayout, find_text_layout, newline_of
from lead_pipeline.reading.delimited.tokenizer import Record, Tokenizer
from lead_pipeline.reading.file_formats import refuse_bytes_without_words, refuse_other_texts, refuse_zeros
from lead_pipeline.reading.row_reader import WHITESPACE, ReadingFacts, ReadingOptions, RowReader, frame_schema
from lead_pipeline.reading.source import ZEROS_BEHIND_TEXT, Source

#: A block that is not clean is cut into pieces of this size, so that only those with a damaged row go the careful way.
PIECE_BYTES = 256 * 2**10

#: So many blocks are read ahead of the one that is handed on: what the proof leaves idle, the next parse uses.
_BLOCKS_AHEAD = 3

#: A record longer than this is not held in memory to find its end.
LONGEST_RECORD = 256 * 2**20

#: The header and what lies below it are looked for in a start of this size first.
SAMPLE_BYTES = 2**20

_CR_TO_LF = bytes.maketrans(b"\r", b"\n")
#: Blocks that are being read, in order.
_ReadAhead = deque[tuple[bytes, Future[Clean | None]]]

_SURROGATE = re.compile("[\udc80-\udcff]")


def open_delimited(source: Source, head: bytes, options: ReadingOptions, noted: Iterable[str] = ()) -> RowReader:
    """Open a delimited text: find encoding, dialect and header, and return a reader of the rows below it.

    `noted` is what there is to say of the file already.

    Raises FileTypeUnsupportedError for bytes that are not text, FileEmptyError for a file without text,
    HeaderMissingError when the header has no name.
    """
    display_name = source.display_name
    if not source.packing and head.strip(b"\x00"):  # nothing but zeros is no text to begin with
        source.refuse_zeros_behind(source.zeros_behind(), ZEROS_BEHIND_TEXT)
    encoding = known_encoding(options.encoding, display_name, head) if options.encoding else find_encoding(source, head)
    if not encoding.name.startswith("utf-16") and not encoding.name.startswith("utf-32"):
        refuse_zeros(head, display_name)
    if encoding.confidence <= NO_WORDS:
        refuse_bytes_without_words(head, display_name)
    text = TextSource(source, encoding)
    layout, found = _layout_of(text, options)
    of_encoding = notes.of_encoding(encoding.name, encoding.confidence, given=options.encoding is not None)
    facts = found.model_copy(
        update={
            "packing": source.packing,
            "encoding": encoding.name,
            "encoding_sure": round(encoding.confidence, 2),
            "has_bom": bool(encoding.bom),
            "notes": (*noted, *of_encoding, *found.notes),
        }
    )
    return RowReader(layout.columns, facts, lambda noted: _frames(text, layout, noted), has_rows=layout.has_rows)


def _layout_of(text: TextSource, options: ReadingOptions) -> tuple[TextLayout, ReadingFacts]:
    display_name = text.source.display_name
    for start, final in _starts_of(text):
        refuse_other_texts(start[:1024].decode(errors="replace"), display_name)
        found = find_text_layout(start.decode(errors="surrogateescape"), display_name, options, final=final)
        if found is not None:
            layout, facts = found
            return layout, facts.model_copy(update={"newline": newline_of(start)})
    raise FileEmptyError(
        f"{display_name} is empty: it has no text, at most whitespace. Export the list again and drop that."
    )


def _starts_of(text: TextSource) -> Iterator[tuple[bytes, bool]]:
    """Yield more and more of the start of the text, up to LONGEST_RECORD, and whether that is all of it."""
    start = b""
    size = SAMPLE_BYTES
    for block in text.blocks(SAMPLE_BYTES):
        start += block
        if len(start) > LONGEST_RECORD:
            return
        if len(start) >= size:
            yield start, False
            size = len(start) * 4
    if start.strip(b" \t\r\n\v\f\x00\x1a"):
        yield start, True


def _frames(text: TextSource, layout: TextLayout, noted: list[str]) -> Iterator[pl.DataFrame]:
    """Yield the rows below the header, and at the end hold them against the lines counted in the bytes."""
    count = TextCount()
    cutter = _Cutter(layout)
    tail = notes.Tail()
    for frame in _cut(_counted_blocks(text, layout.skipped_bytes, count), cutter, text.source.display_name):
        tail.see(frame)
        yield frame
    if cutter.next_line - 1 != count.lines:
        raise FileUnreadableError(
            f"{text.source.display_name} could not be read in full: its rows account for {cutter.next_line - 1} lines, "
            f"but {count.lines} lines were counted. Nothing was imported; please report this kind of file."
        )
    noted += [
        *notes.of_bytes(count.breaks, count.nuls, count.lost_letters),
        *notes.of_quotes(cutter.stray_quotes),
        *tail.notes(),
    ]


def _counted_blocks(text: TextSource, skip: int, count: TextCount) -> Iterator[bytes]:
    """Yield the blocks without what lies above the first row, and count the lines of all of them."""
    for block in text.blocks(count=count):
        count.feed(block)
        if skip < len(block):
            yield block[skip:]
        skip = max(0, skip - len(block))


def _cut(blocks: Iterator[bytes], cutter: "_Cutter", display_name: str) -> Iterator[pl.DataFrame]:
    """Turn blocks into frames: some blocks are read while the one before them is handed on.

    A block is cut as if its quotes were well-formed. Where they are not, what was cut is put together again with all
    that came after it, and goes piece by piece.
    """
    waiting = b""
    ahead: _ReadAhead = deque()
    with ThreadPoolExecutor(_BLOCKS_AHEAD) as reader:
        for block in blocks:
            piece, waiting = cutter.split(waiting, block)
            if piece:
                ahead.append((piece, reader.submit(cutter.read, piece)))
            if piece and len(ahead) <= _BLOCKS_AHEAD:
                continue
            clean = _next_if_clean(ahead)
            if clean is not None:
                yield cutter.with_row_columns(clean)
            else:
                waiting = yield from _piecewise(_rejoined(ahead, waiting), cutter, final=False)
                _refuse_endless(waiting, cutter.next_line, display_name)
        while (clean := _next_if_clean(ahead)) is not None:
            yield cutter.with_row_columns(clean)
        yield from _piecewise(_rejoined(ahead, waiting), cutter, final=True)


def _next_if_clean(ahead: _ReadAhead) -> Clean | None:
    clean = ahead[0][1].result() if ahead else None
    if clean is not None:
        ahead.popleft()
    return clean


def _rejoined(ahead: _ReadAhead, waiting: bytes) -> bytes:
    """Put the blocks that were cut together again, with what came after them."""
    joined = b"".join(piece for piece, _ in ahead) + waiting
    ahead.clear()
    return joined


def _piecewise(data: bytes, cutter: "_Cutter", *, final: bool) -> Generator[pl.DataFrame, None, bytes]:
    used = 0
    for frame, length in cutter.frames(data, final=final):
        used += length
        yield frame
    return data[used:]


def _refuse_endless(waiting: bytes, line: int, display_name: str) -> None:
    if len(waiting) > LONGEST_RECORD:
        raise FileUnreadableError(
            f"{display_name} has a row longer than {LONGEST_RECORD // 2**20} MB, starting at line {line}. "
            "Check that the file is a list with one row per line."
        )


class _Cutter:
    """Turns bytes that begin with a record into frames, and keeps the numbers of the next row and line."""

    def __init__(self, layout: TextLayout) -> None:
        self._layout = layout
        self._width = len(layout.columns)
        self._tokenizer = Tokenizer(layout.dialect, self._width)
        self._schema = frame_schema(layout.columns)
        self.stray_quotes = 0  # rows with quotes in quoted values that are not doubled
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
        length = self.cut(data, final)
        clean = self.read(data[:length]) if length else None
        return None if clean is None else (self.with_row_columns(clean), length)

    def cut(self, data: bytes, final: bool) -> int:
        """Return the length of the records at the start of `data` that are complete if its quotes are well-formed."""
        if final:
            return len(data)
        if self._is_old_mac(data):
            return data.rfind(b"\r", 0, len(data) - 1) + 1  # after the last CR the LF of a CRLF may follow
        return whole_records(data, self._layout.dialect)

    def split(self, waiting: bytes, block: bytes) -> tuple[bytes, bytes]:
        """Return `waiting` and `block` as one, cut in two where the last complete record ends.

        Waits for the end of a record that is not long, `waiting` is small beside the block, which is copied but once.
        """
        if b"\n" not in block:
            waiting += block
            length = self.cut(waiting, final=False)
            return waiting[:length], waiting[length:]
        length = whole_records(block, self._layout.dialect, waiting)
        if not length:
            return b"", waiting + block
        return b"".join((waiting, memoryview(block)[:length])), block[length:]

    def read(self, data: bytes) -> Clean | None:
        """Read whole records if they are proven clean; keeps no state, so that blocks can be read side by side."""
        dialect = self._layout.dialect
        if self._is_old_mac(data):
            data = data.translate(_CR_TO_LF)  # nothing but quotes could hold a CR that is a value
        clean = read_clean(data, dialect, self._width + dialect.trailing)
        if clean is None and dialect.trailing:
            return read_clean(data, dialect, self._width)
        if clean is None or not dialect.trailing:
            return clean
        cells = without_blank_cells(clean.cells, self._width)
        return None if cells is None else clean._replace(cells=cells)

    def _is_old_mac(self, data: bytes) -> bool:
        quote = (self._layout.dialect.quote or "").encode()
        return b"\n" not in data and b"\r" in data and not (quote and quote in data)

    def with_row_columns(self, clean: Clean) -> pl.DataFrame:
        """Give clean cells their numbers, reasons and column names."""
        blank = blank_rows(clean.cells)
        no_reason = pl.lit([], pl.List(pl.String))
        reasons = no_reason
        if blank is not None:
            reasons = pl.when(blank).then(pl.lit([Reason.ROW_BLANK.value])).otherwise(no_reason)
        height = clean.cells.height
        lines = pl.int_range(self.next_line, self.next_line + height, dtype=pl.Int64)
        numbered = clean.cells.select(
            pl.int_range(self.next_row, self.next_row + height, dtype=pl.Int64).alias("row_number"),
            (lines if clean.starts is None else pl.lit(clean.starts) + self.next_line).alias("line_number"),
            pl.all(),
            reasons.alias("reasons"),
            pl.lit(None, pl.List(pl.String)).alias("extra_cells"),
        )
        numbered.columns = list(self._schema)
        self.next_row += height
        self.next_line += clean.lines
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
        self.stray_quotes += sum(record.quote_stray for record in records)
        rows: list[tuple[Any, ...]] = []
        for record in records:
            cells, invalid = record.cells, False
            if undecodable:
                invalid = any(_SURROGATE.search(cell) for cell in cells)
                cells = [readable(cell) for cell in cells] if invalid else cells
            if self._layout.dialect.trailing and not "".join(cells[self._width :]).strip(WHITESPACE):
                cells = cells[: self._width]
            missing = self._width - len(cells)
            reasons = _reasons_of(record, cells, missing, invalid)
            extra = cells[self._width :] if missing < 0 else None
            padded = [*cells[: self._width], *[None] * missing]
            rows.append((self.next_row, self.next_line, *padded, reasons, extra))
            self.next_row += 1
            self.next_line += record.lines
        return pl.DataFrame(rows, schema=self._schema, orient="row")


def _reasons_of(record: Record, cells: list[str], missing: int, invalid: bool) -> list[str]:
    """Return the structure codes of a record, in registry order."""
    if not "".join(cells).strip(WHITESPACE):
        return [Reason.ROW_BLANK.value]
    found = (
        (missing < 0, Reason.ROW_TOO_MANY_CELLS),
        (missing > 0, Reason.ROW_TOO_FEW_CELLS),
        (record.quote_unclosed, Reason.QUOTE_UNCLOSED),
        (invalid, Reason.ENCODING_INVALID),
    )
    return [reason.value for present, reason in found if present]
