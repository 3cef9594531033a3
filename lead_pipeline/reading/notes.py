"""Sentences on what is unusual about a file, for whoever dropped it: what was left out, changed or guessed on the way
to its rows. No value of a row is ever said, and nothing is decided here.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import polars as pl

from lead_pipeline.model.errors import listed
from lead_pipeline.model.fields import RESERVED_COLUMNS
from lead_pipeline.model.reasons import Reason
from lead_pipeline.reading.delimited.dialect import Dialect
from lead_pipeline.reading.delimited.sniffing import COMMON, SniffedDialect
from lead_pipeline.reading.delimited.tokenizer import Record
from lead_pipeline.reading.header import SniffedHeader, is_blank, looks_like_a_value
from lead_pipeline.reading.row_reader import WHITESPACE, Column

#: Below this, what was found is called a guess.
DOUBTFUL = 0.7

#: So many words in the header, and in most rows, may be as many columns.
_WORDS_OF_COLUMNS, _MOST_ROWS = 3, 0.9

#: So many rows of another width make a second table, not a ragged row.
_ROWS_OF_A_TABLE = 2
_LONGEST_FOOTNOTE = 10


#: What a file is, by the ending of its name, as `ReadingFacts.format` and `packing` say it.
_NAMED = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv", ".psv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".xls": "xls", ".xlsb": "xlsb", ".ods": "ods", ".gz": "gzip", ".zst": "zstd", ".zip": "zip",
}  # fmt: skip


#: Of use where a profile can say otherwise; a plain list of numbers has no header, and nobody is to be asked for one.
NO_HEADER = (
    "No header was found: the first row looks like those below it. Columns are called by their position (column_1, "
    "column_2, …), which a profile can name, with `reading: {header: false}`. If the first row is the header, say "
    "`header: true` there."
)


def of_name(file_name: str, form: str, packing: str) -> Iterator[str]:
    """Say when the file is another kind of file than its name says: whoever named it may have meant another one."""
    ending = PurePath(file_name).suffix.casefold()
    if ending in _NAMED and _NAMED[ending] != (packing or form):
        content = "delimited text" if form == "csv" else f"a workbook (.{form})"
        archive = f" in a {packing} archive" if packing else ""
        yield f"The file is named {ending}, but it is {content}{archive}, and was read as such."


def of_archive(member: str, left_out: Sequence[str]) -> Iterator[str]:
    """Say which files of an archive were left out."""
    if left_out:
        yield f"Only '{member}' was read from the archive, not {_quoted(left_out)}."


def of_encoding(name: str, confidence: float, *, given: bool) -> Iterator[str]:
    """Say when the encoding is a guess, or when some bytes are not text in it."""
    if given or (confidence >= DOUBTFUL and name != "utf-8"):
        return
    if name == "utf-8" and confidence < 1:
        yield (
            "Some bytes are not UTF-8, although the file is: the rows that have them say so (encoding_invalid), and "
            r"have the bytes as \xNN in the rejected file."
        )
    elif confidence < DOUBTFUL:
        yield (
            f"The encoding {name} is a guess ({confidence:.0%} sure). If letters look wrong, name the right one as "
            "`encoding` in the profile."
        )


def of_dialect(dialect: Dialect, sniffed: SniffedDialect, columns: Sequence[Column]) -> Iterator[str]:
    """Say how the punctuation is unusual, or that it is a guess."""
    if sniffed.sep_length:
        yield "Line 1 (sep=) names the delimiter and is not a row."
    elif len(columns) > 1 and sniffed.confidence < DOUBTFUL:
        sure = f"{sniffed.confidence:.0%} sure"
        yield f"The delimiter is a guess ({sure}). If columns look wrong, name it as `delimiter`."
    if dialect.trailing:
        yield "Lines end with a delimiter that starts no column; the empty cell behind was left out."
    if dialect.padded:
        yield "Spaces after a delimiter are not part of the value and were left out."


def of_one_column(columns: Sequence[Column], records: Sequence[Record]) -> Iterator[str]:
    """Say that what was read as a single column may be several: lines in quotes, words parted by spaces."""
    if len(columns) > 1:
        return
    if any(mark in columns[0].header for mark in COMMON):
        yield (
            "There is one column, but its name contains delimiters: each line may be quoted as a whole. If so, export "
            "the list again without the quotes around whole lines, or take the first and last quote of each line away."
        )
    rows = [record.cells[0] for record in records if not is_blank(record)]
    words = len(columns[0].header.split())
    alike = sum(len(row.split()) == words for row in rows)
    if words >= _WORDS_OF_COLUMNS and rows and alike >= _MOST_ROWS * len(rows):
        yield (
            f"There is one column, but all lines have {words} words: they may be parted by spaces. If so, write "
            "`reading: {delimiter: ' '}` in the profile, or export the list as CSV."
        )


def above_header(
    header: SniffedHeader, records: Sequence[Record], lines: int, first_line: int, noun: str = "Line"
) -> Iterator[str]:
    """Say what is above the first row: lines that are not rows, a header of several lines, or none at all.

    `lines` stand above the first record; `first_line` is that on which the header begins.
    """
    names = header.first_row - (header.rows if header.header is not None else 0)
    if any(not is_blank(record) for record in records[:names]):
        last = lines + sum(record.lines for record in records[:names])
        verb = "is not a row" if last == lines + 1 else "are not rows"
        yield f"{_lines(lines + 1, last, noun)} above the header {verb}."
    if header.header is None:
        if header.confidence < 1:
            yield NO_HEADER
    elif header.rows > 1:
        lines_of_header = _lines(first_line, first_line + header.rows - 1, noun)
        yield f"{lines_of_header} together are the header."


def of_columns(columns: Sequence[Column]) -> Iterator[str]:
    """Say which columns have a name that the header does not have like that: by position, for a header may be the first
    row of a list without one. Only names that are our own are said.
    """
    given = [column for column in columns if column.name != column.header.strip(WHITESPACE) and column.header]
    nameless = [column for column in columns if not column.header.strip(WHITESPACE)]
    again = [column for column in given if column.name.startswith(column.header.strip(WHITESPACE) + "_")]
    headers = Counter(column.header.strip(WHITESPACE).casefold() for column in columns)
    once = [column for column in again if headers[column.header.strip(WHITESPACE).casefold()] == 1]
    reserved = [column for column in once if column.header.strip(WHITESPACE).casefold() in RESERVED_COLUMNS]
    repeated = [column for column in again if column not in reserved]
    if repeated:
        yield (
            f"Names that appear more than once in the header were numbered (such as phone_2): {_positions(repeated)}."
        )
    if reserved:
        for column in reserved:
            word = column.header.strip(WHITESPACE)
            yield f"The column '{word}' is called {column.name} here: the pipeline uses the name '{word}' itself."
    if nameless and len(nameless) < len(columns):
        yield f"Columns without a name are called by their position: {listed([column.name for column in nameless])}."


def _positions(columns: Sequence[Column]) -> str:
    noun = "column" if len(columns) == 1 else "columns"
    return f"{noun} {listed([str(column.position + 1) for column in columns])}"


def of_rows(records: Sequence[Record], line: int, width: int, dialect: Dialect) -> Iterator[str]:
    """Say that another table seems to begin among the first rows: below a blank line, rows of one other width."""
    after_blank = False
    for index, record in enumerate(records):
        following = [row for row in records[index : index + _ROWS_OF_A_TABLE + 1] if not is_blank(row)]
        if after_blank and not is_blank(record) and _is_table(following, width, dialect):
            yield f"Another table seems to begin at line {line}; its rows are treated like all others."
            return
        after_blank = is_blank(record)
        line += record.lines


def _is_table(records: Sequence[Record], width: int, dialect: Dialect) -> bool:
    """Tell rows of one other width; or a row of names, none of which looks like a value, above a row with values."""
    widths = {len(record.cells) for record in records}
    if len(records) < _ROWS_OF_A_TABLE or len(widths) != 1:
        return False
    found = widths.pop()
    marks = [any(mark in cell for mark in COMMON if mark != dialect.delimiter) for cell in records[0].cells]
    if found not in (width, width + dialect.trailing):
        return found > 1 or any(marks)
    looks = [[looks_like_a_value(cell) for cell in record.cells] for record in records[:2]]
    return not any(looks[0]) and any(looks[1]) and all(map(str.strip, records[0].cells[:width]))


class Tail:
    """Looks at the last rows of a file for a footnote or a total: rows with fewer cells than the header."""

    def __init__(self) -> None:
        self._short: list[int] = []
        self._seen = 0

    def see(self, frame: pl.DataFrame) -> None:
        """Look at the next rows of the file."""
        last = frame.tail(_LONGEST_FOOTNOTE + 1).select("line_number", "reasons")
        self._seen += frame.height
        for line, reasons in last.rows():
            if Reason.ROW_TOO_FEW_CELLS.value in reasons:
                self._short.append(line)
            elif Reason.ROW_BLANK.value not in reasons:
                self._short.clear()

    def notes(self) -> Iterator[str]:
        """Say that the end looks so."""
        if 0 < len(self._short) <= min(_LONGEST_FOOTNOTE, self._seen // 2):
            rows = "row has" if len(self._short) == 1 else f"{len(self._short)} rows have"
            yield (
                f"The last {rows} fewer cells than the header (from line {self._short[0]} on), like a "
                "footnote or a total."
            )


def of_bytes(breaks: Counter[str], nuls: int, lost_letters: int = 0) -> Iterator[str]:
    """Say what all bytes of the file show: line ends of several kinds, characters that text does not have."""
    present = [(kind, number) for kind, number in breaks.items() if number]
    if len(present) > 1:
        said = ", ".join(f"{number:,} {kind}" for kind, number in present)
        yield f"Lines end in different ways ({said}); each of them ends a line."
    if nuls:
        yield f"{nuls:,} NUL {'character was' if nuls == 1 else 'characters were'} removed; text has none."
    if lost_letters:
        characters = "character is" if lost_letters == 1 else "characters are"
        yield (
            f"{lost_letters:,} {characters} U+FFFD, which stands for a letter that was lost before the file came: rows "
            "that have one are warned (value_damaged). Export the list again, as UTF-8, if you can."
        )


def of_quotes(rows: int) -> Iterator[str]:
    """Say in how many rows quotes were understood although they are not doubled."""
    if rows:
        have = "1 row has" if rows == 1 else f"{rows:,} rows have"
        yield (
            f'{have} quotes inside quoted values that are not doubled (""); they were read as part of the value, as '
            "only one reading has the right number of cells."
        )


def of_workbook(sheet: str, sheets: Sequence[str], hidden: Sequence[str]) -> Iterator[str]:
    """Say which sheets were not read."""
    others = [name for name in sheets if name != sheet]
    seen = [name for name in others if name not in hidden]
    if seen:
        yield (
            f"Only the sheet '{sheet}' was read, not {_quoted(seen)}. To read another, write "
            "`reading: {sheet: NAME}` in the profile."
        )
    unseen = [name for name in others if name in hidden]
    if unseen:
        yield f"Hidden sheets were not read: {_quoted(unseen)}."
    if sheet in hidden:
        yield f"The sheet '{sheet}' is hidden."


def of_cells(prefixes: int, errors: int, *, is_known: bool) -> Iterator[str]:
    """Say what cells of a sheet show beside their value."""
    if not is_known:
        yield "It is not known whether cells contain errors, or show leading zeros only by their format."
    if prefixes:
        whose = "number has" if prefixes == 1 else "numbers have"
        yield f"{prefixes:,} {whose} leading zeros or a plus only by the cell format; they were kept."
    if errors:
        cells = "cell contains" if errors == 1 else "cells contain"
        yield f"{errors:,} {cells} an error such as #N/A; their rows say so."


def of_merged_and_hidden(merged: int, hidden: int) -> Iterator[str]:
    """Say that rows have the value of a cell that reaches over them, and that rows were read that nobody sees."""
    if merged:
        cells = "cell has" if merged == 1 else "cells have"
        yield f"{merged:,} {cells} the value of the merged cell that reaches over them."
    if hidden:
        rows, they = ("row is", "it was") if hidden == 1 else ("rows are", "they were")
        yield f"{hidden:,} {rows} hidden or filtered out in the sheet; {they} read like all others."


def _quoted(names: Sequence[str]) -> str:
    return listed([f"'{name}'" for name in names], limit=5)


def _lines(first: int, last: int, noun: str) -> str:
    return f"{noun} {first}" if first == last else f"{noun}s {first} to {last}"
