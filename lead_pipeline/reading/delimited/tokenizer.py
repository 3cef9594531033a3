"""The careful path: text to records one by one, with damage contained to the smallest possible stretch."""

import re
from itertools import islice
from typing import NamedTuple

from lead_pipeline.reading.delimited.dialect import Dialect

#: A quoted value longer than this is taken for a quote that is not closed: looking for its end must end somewhere.
LONGEST_VALUE = 32 * 2**20

#: Of a record that spans lines, so many are looked at for rows that an unclosed quote may have swallowed.
_LINES_LOOKED_AT = 1000

#: A damaged line with many quotes can be split in many ways; so many of them are tried for one of the right width.
_SPLITS_TRIED = 64

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Record(NamedTuple):
    """One record: its cells, the physical lines it takes, and whether its quotes are damaged: beyond doubt, or so that
    one reading makes sense of them all the same.
    """

    cells: list[str]
    lines: int
    quote_unclosed: bool
    quote_stray: bool = False


class _TextEnded(Exception):  # noqa: N818  (a signal between two functions of this module, not an error)
    """The text ended inside a record, and more text is to come."""


class Tokenizer:
    r"""Cuts text into records, as RFC 4180 (section 2) says where the text obeys it.

    `\n`, `\r\n` and a lone `\r` all end a record outside quotes, as they do for Python's csv module. Where quotes
    are damaged, the damage ends with the physical line. If just one reading of it closes all quotes and has `width`
    cells, that is taken; else the line is split as well as can be and marked. The next line starts a new record. A
    record that spans lines, has not `width` cells, and holds a line that by itself is a whole row, is an unclosed quote
    too.
    """

    def __init__(self, dialect: Dialect, width: int | None = None) -> None:
        self._quote = dialect.quote
        self._delimiter = dialect.delimiter
        self._width = width
        self._widths = set(range(width, width + dialect.trailing + 1)) if width is not None else {width}
        self._padded = dialect.padded
        delimiter = re.escape(dialect.delimiter)
        quote = re.escape(dialect.quote or '"')
        escape = re.escape(dialect.escape) if dialect.escape else ""
        escaped = rf"|{escape}." if escape else ""
        self._escape = dialect.escape
        plain = rf"(?:[^{delimiter}{escape}\r\n]++|{escape}(?:\r\n|.|\Z))*+" if escape else rf"[^{delimiter}\r\n]*+"
        self._plain_cell = re.compile(plain, re.DOTALL)
        self._plain_escapes = re.compile(rf"{escape}({delimiter}|{quote}|{escape}|\r\n|\r|\n)" if escape else "")
        self._quoted_body = re.compile(rf"{quote}(?:[^{quote}{escape}]++|{quote}{quote}{escaped})*+", re.DOTALL)
        self._lenient_close = re.compile(rf"{quote}(?=[ \t]*(?:{delimiter}|\Z))")
        self._padding = re.compile(r" *+" if dialect.delimiter != " " else "")
        self._escapes = re.compile(rf"{quote}{quote}" + (rf"|{escape}({quote}|{escape})" if escape else ""))

    def records(self, text: str, *, final: bool, limit: int | None = None) -> tuple[list[Record], int]:
        """Return the complete records at the start of `text`, at most `limit`, and the offset where they end.

        Unless `final`, a record that the end of the text may have cut is left for the next call.
        """
        found: list[Record] = []
        position, end = 0, len(text)
        try:
            while position < end and (limit is None or len(found) < limit):
                record, position = self._record(text, position, final)
                found.append(record)
        except _TextEnded:
            pass
        return found, position

    def _record(self, text: str, start: int, final: bool) -> tuple[Record, int]:
        stop, after = self._line_end(text, start, final)
        if not self._marks_in(text, start, stop):
            cells = text[start:stop].split(self._delimiter)
            return Record([cell.lstrip(" ") for cell in cells] if self._padded else cells, 1, False), after
        parsed = self._quoted_record(text, start, final)
        if parsed is None or self._swallows(parsed[0], text[start : parsed[1]]):
            return self._damaged_record(text[start:stop]), after
        return parsed

    def _marks_in(self, text: str, start: int, stop: int) -> bool:
        """Tell whether a line has a quote or an escape, without which it is cut at its delimiters."""
        return any(mark and text.find(mark, start, stop) >= 0 for mark in (self._quote, self._escape))

    def _line_end(self, text: str, start: int, final: bool) -> tuple[int, int]:
        """Return where the physical line at `start` stops, and where the next one begins."""
        newline = _NEWLINE.search(text, start)
        if newline is None:
            if not final:
                raise _TextEnded
            return len(text), len(text)
        if newline.end() == len(text) and newline.group() == "\r" and not final:
            raise _TextEnded
        return newline.span()

    def _quoted_record(self, text: str, start: int, final: bool) -> tuple[Record, int] | None:
        """Return the record at `start` and where the next begins, or None when its quotes are damaged."""
        cells: list[str] = []
        position = start
        while True:
            position = self._cell_start(text, position)
            if self._quote and text.startswith(self._quote, position):
                closing = self._closing_quote(text, position, final)
                if closing is None:
                    return None
                cells.append(self._unquoted(text[position + 1 : closing]))
                position = self._cell_start(text, closing + 1)
            else:
                plain = self._plain_cell.match(text, position)
                end = plain.end() if plain else position
                cells.append(self._plain(text[position:end]))
                position = end
            if not text.startswith(self._delimiter, position):
                break
            position += 1
        _, after = self._line_end(text, position, final)
        lines = 1 + len(_NEWLINE.findall(text, start, position))
        return Record(cells, lines, False), after

    def _cell_start(self, text: str, position: int) -> int:
        padding = self._padding.match(text, position) if self._padded else None
        return padding.end() if padding else position

    def _plain(self, cell: str) -> str:
        if self._escape and self._escape in cell:
            return self._plain_escapes.sub(lambda found: found.group(1), cell)
        return cell

    def _unquoted(self, body: str) -> str:
        if self._escapes.groups:
            return self._escapes.sub(lambda found: found.group(1) or self._quote or "", body)
        return body.replace((self._quote or "") * 2, self._quote or "")

    def _closing_quote(self, text: str, start: int, final: bool) -> int | None:
        """Return the offset of the quote that closes the value at `start`, or None when there is no such quote."""
        body = self._quoted_body.match(text, start)
        closing = body.end() if body else start
        if closing - start > LONGEST_VALUE:
            return None
        after = self._cell_start(text, closing + 1)
        if after >= len(text) and not final:
            raise _TextEnded
        if text[closing : closing + 1] != self._quote:
            return None
        return closing if text[after : after + 1] in ("", "\r", "\n", self._delimiter) else None

    def _swallows(self, record: Record, text: str) -> bool:
        """Tell whether a record of several lines holds rows that its quote should not have reached."""
        if record.lines == 1 or self._width is None or len(record.cells) in self._widths:
            return False
        lines = _NEWLINE.split(text, maxsplit=_LINES_LOOKED_AT)[1:]
        return any(self._is_row(line) for line in lines[:_LINES_LOOKED_AT] if line)

    def _is_row(self, line: str) -> bool:
        if line.count(self._quote or "\0") % 2:
            return False
        parsed = self._quoted_record(line, 0, final=True)
        return parsed is not None and len(parsed[0].cells) in self._widths

    def _damaged_record(self, line: str) -> Record:
        """Return the one reading of a damaged line that has `width` cells and closes every quote, if there is just one;
        else the best that can be had, marked.
        """
        whole: list[list[str]] = []
        marked: list[str] | None = None
        first: list[str] | None = None
        waiting: list[tuple[int, list[str], bool]] = [(0, [], True)]
        for _ in range(_SPLITS_TRIED):
            if not waiting:
                break
            position, cells, closed = waiting.pop()
            while position <= len(line):
                ways = self._ways_on(line, position)
                waiting.extend((way.after, [*cells, way.cell], closed and way.closed) for way in ways[:0:-1])
                cells.append(ways[0].cell)
                position, closed = ways[0].after, closed and ways[0].closed
            if self._width is None or len(cells) in self._widths:
                whole += [cells] if closed else []
                marked = marked or cells
            first = first or cells
        if whole and (self._width is None or (len(whole) == 1 and not waiting)):
            return Record(whole[0], 1, quote_unclosed=False, quote_stray=True)
        return Record(marked or first or [line], 1, quote_unclosed=True)

    def _ways_on(self, line: str, position: int) -> list["_Way"]:
        """Return the cells that can begin at `position`, best first.

        A quoted value with quotes inside that were not doubled can end at each quote that a delimiter follows. Or
        something follows the closed quote, and both are the value (`"Bob" Smith`). Or the quote was never meant to open
        anything, and is not closed.
        """
        start = self._cell_start(line, position)
        plain = self._plain_cell.match(line, start)
        stop = plain.end() if plain else start
        literal = _Way(self._plain(line[start:stop]), stop + 1, closed=False)
        if not line.startswith(self._quote or "\0", start):
            return [literal._replace(closed=True)]
        closing = self._closing_quote(line, start, final=True)
        if closing is not None:
            return [
                _Way(self._unquoted(line[start + 1 : closing]), self._cell_start(line, closing + 1) + 1, closed=True)
            ]
        ways = {}
        for found in islice(self._lenient_close.finditer(line, start + 1), _SPLITS_TRIED):
            after = line.find(self._delimiter, found.end())
            after = len(line) + 1 if after < 0 else after + 1
            ways[after] = _Way(self._unquoted(line[start + 1 : found.start()]), after, closed=True)
        body = self._quoted_body.match(line, start)
        behind = line.find(self._delimiter, body.end() if body else start)
        behind = len(line) if behind < 0 else behind
        both = line[start:behind]
        if both.count(self._quote or "\0") % 2 == 0:
            ways.setdefault(behind + 1, _Way(both, behind + 1, closed=True))
        ways.setdefault(literal.after, literal)
        return list(ways.values())


class _Way(NamedTuple):
    """A cell, where the next one begins, and whether every quote of it is closed."""

    cell: str
    after: int
    closed: bool
