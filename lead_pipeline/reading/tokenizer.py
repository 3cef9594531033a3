"""The careful path: text to records one by one, with damage contained to the smallest possible stretch.
Which texts need it is decided in delimited.py; what a record's cell count means is said in delimited.py as well.
"""

import re
from typing import NamedTuple

from lead_pipeline.reading.dialect import Dialect

#: A quoted value longer than this is taken for a quote that is not closed: looking for its end must end somewhere.
LONGEST_VALUE = 32 * 2**20

#: Of a record that spans lines, so many are looked at for rows that an unclosed quote may have swallowed.
_LINES_LOOKED_AT = 1000

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Record(NamedTuple):
    """One record: its cells, the physical lines it takes, and whether its quotes are damaged."""

    cells: list[str]
    lines: int
    quote_unclosed: bool


class _TextEnded(Exception):  # noqa: N818  (a signal between two functions of this module, not an error)
    """The text ended inside a record, and more text is to come."""


class Tokenizer:
    r"""Cuts text into records, as RFC 4180 (section 2) says where the text obeys it.

    `\n`, `\r\n` and a lone `\r` all end a record outside quotes, as they do for Python's csv module. Where quotes
    are damaged, the damage ends with the physical line: the line is split as well as can be and marked, and the next
    line starts a new record. A record that spans lines, has not `width` cells, and holds a line that by itself is a
    whole row, is an unclosed quote too.
    """

    def __init__(self, dialect: Dialect, width: int | None = None) -> None:
        self._dialect = dialect
        self._width = width
        delimiter = re.escape(dialect.delimiter)
        self._plain_cell = re.compile(rf"[^{delimiter}\r\n]*+")
        quote = re.escape(dialect.quote or '"')
        self._quoted_body = re.compile(rf"{quote}((?:[^{quote}]++|{quote}{quote})*+)")
        self._lenient_cell = re.compile(rf"{quote}(.*?){quote}(?={delimiter}|\Z)", re.DOTALL)

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
        quote = self._dialect.quote
        if quote is None or text.find(quote, start, stop) < 0:
            return Record(text[start:stop].split(self._dialect.delimiter), 1, False), after
        parsed = self._quoted_record(text, start, final)
        if parsed is None or self._swallows(parsed[0], text[start : parsed[1]]):
            return Record(self._lenient_cells(text[start:stop]), 1, True), after
        return parsed

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
        quote, delimiter = self._dialect.quote or '"', self._dialect.delimiter
        cells: list[str] = []
        position = start
        while True:
            if text.startswith(quote, position):
                closing = self._closing_quote(text, position, final)
                if closing is None:
                    return None
                cells.append(text[position + 1 : closing].replace(quote + quote, quote))
                position = closing + 1
            else:
                plain = self._plain_cell.match(text, position)
                cells.append(plain.group() if plain else "")
                position += len(cells[-1])
            if not text.startswith(delimiter, position):
                break
            position += 1
        _, after = self._line_end(text, position, final)
        lines = 1 + len(_NEWLINE.findall(text, start, position))
        return Record(cells, lines, False), after

    def _closing_quote(self, text: str, start: int, final: bool) -> int | None:
        """Return the offset of the quote that closes the value at `start`, or None when there is no such quote."""
        body = self._quoted_body.match(text, start)
        closing = body.end() if body else start
        if closing - start > LONGEST_VALUE:
            return None
        if closing + 1 >= len(text) and not final:
            raise _TextEnded
        if closing >= len(text):
            return None
        follower = text[closing + 1 : closing + 2]
        return closing if follower in ("", "\r", "\n", self._dialect.delimiter) else None

    def _swallows(self, record: Record, text: str) -> bool:
        """Tell whether a record of several lines holds rows that its quote should not have reached."""
        if record.lines == 1 or self._width is None or len(record.cells) == self._width:
            return False
        lines = _NEWLINE.split(text, maxsplit=_LINES_LOOKED_AT)[1:]
        return any(self._is_row(line) for line in lines[:_LINES_LOOKED_AT] if line)

    def _is_row(self, line: str) -> bool:
        parsed = self._quoted_record(line, 0, final=True)
        return parsed is not None and len(parsed[0].cells) == self._width

    def _lenient_cells(self, line: str) -> list[str]:
        """Split one damaged line: a value ends at the first quote that a delimiter follows, else at the delimiter."""
        quote, delimiter = self._dialect.quote or '"', self._dialect.delimiter
        cells: list[str] = []
        position = 0
        while True:
            quoted = self._lenient_cell.match(line, position) if line.startswith(quote, position) else None
            if quoted is not None:
                cells.append(quoted.group(1).replace(quote + quote, quote))
                position = quoted.end()
            else:
                stop = line.find(delimiter, position)
                cells.append(line[position:] if stop < 0 else line[position:stop])
                position = len(line) if stop < 0 else stop
            if position >= len(line):
                return cells
            position += 1
