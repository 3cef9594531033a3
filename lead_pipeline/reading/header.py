"""Finds the header among the first records of a list or sheet: below titles and comments, on one line or several, or
not there at all.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lead_pipeline.model.formula_injection import is_returning
from lead_pipeline.reading.delimited.tokenizer import Record
from lead_pipeline.reading.row_reader import WHITESPACE
from lead_pipeline.reading.value_kinds import look_of, prevailing_look

_TYPED = frozenset({"number", "date", "time", "email", "phone", "url"})
_TELLING = frozenset({"date", "email", "phone", "url"})
_YEAR = re.compile(r"(19|20)\d\d")
_COMMENT = re.compile(r"\s*(#\s|//)")

#: So many digits make a pattern, which so many values have in common.
_DIGITS_OF_A_PATTERN, _SAME_PATTERN = 3, 0.8
_DIGITS = re.compile(r"\d")

#: Sentences have more words between two commas.
_WORDS_OF_A_NAME = 2

#: A better header is looked for so far below one that is not as wide as the rows.
_LOOKAHEAD = 20

#: So many records of one width at the end of those looked at are a table, whatever stands above them.
_ROWS_OF_A_TABLE = 3


@dataclass(frozen=True, slots=True)
class SniffedHeader:
    """Which record is the header (none: there is no header) and which is the first row, counted from 0.

    `rows`: of so many records the header is made, of which `header` is the last.
    """

    header: int | None
    first_row: int
    confidence: float
    rows: int = 1


def find_header(records: Sequence[Record]) -> SniffedHeader:
    """Find the header among the first records: the first that is neither blank, a title nor a comment.

    A title has one or two cells where the rows have more. When the first row that is none of these looks like the
    rows below it (an email above emails, numbers above numbers), the file has no header. The header of a file
    of ours is known by the columns that it has added.
    """
    full = [record for record in records if not is_blank(record)]
    if not full:
        return SniffedHeader(0, 1, 0.0)
    ours = next((number for number, record in enumerate(records) if is_returning(record.cells)), None)
    if ours is not None:  # no row has these names; a spreadsheet makes rows narrower whose last cells are empty
        return SniffedHeader(ours, ours + 1, 1.0)
    width = _prevailing_width(full)
    index = next((number for number, record in enumerate(records) if _may_be_header(record, width)), None)
    if index is None:
        index = records.index(full[0])
    index = _below_comment(records, _better_below(records, index, width), width)
    if _is_data(records[index].cells, _body(records, index, width)):
        return SniffedHeader(None, index, 0.7)
    body = _body(records, index, width)
    is_told = len(records[index].cells) == width and (not body or _labels(records[index].cells, body) > 0)
    found = SniffedHeader(index, index + 1, 0.9 if is_told else 0.6)
    return _with_further_rows(records, found, width)


def is_blank(record: Record) -> bool:
    """Tell whether nothing is to be seen in a record."""
    return not "".join(record.cells).strip(WHITESPACE)


def looks_like_a_value(cell: str) -> bool:
    """Tell whether a cell has the form of a number, a date, an email ..., which the name of a column does not have."""
    return look_of(cell) in _TYPED


def header_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return what the columns are called by a header of one or more rows.

    A cell of an upper row reaches over the empty cells to its right, as the merged cells do that it was exported from.
    A column is called as its lowest cell says, where no other is called so too: `phone`, else `Office phone`. A
    rejected file, which has one row for the header, says the same, so that its columns are found again.
    """
    if len(rows) == 1:
        return list(rows[0])
    width = max(map(len, rows))
    spread = [_spread(row, width) for row in rows[:-1]] + [[*rows[-1], *[""] * (width - len(rows[-1]))]]
    columns = [[cell for cell in column if cell.strip(WHITESPACE)] for column in zip(*spread, strict=True)]
    lowest = [cells[-1] if cells else "" for cells in columns]
    often = Counter(cell.casefold() for cell in lowest)
    return [
        " ".join(dict.fromkeys(cells)) if cells and often[cells[-1].casefold()] > 1 else name
        for cells, name in zip(columns, lowest, strict=True)
    ]


def _spread(row: Sequence[str], width: int) -> list[str]:
    spread: list[str] = []
    for cell in [*row, *[""] * (width - len(row))]:
        spread.append(cell if cell.strip(WHITESPACE) or not spread else spread[-1])
    return spread


def _prevailing_width(records: Sequence[Record]) -> int:
    """Return the width of most records; when these are lines without a delimiter, that of the table below them."""
    records = [record for record in records if len(record.cells) > 1 or not _COMMENT.match(record.cells[0])] or records
    widths = Counter(len(record.cells) for record in records)
    most = max(widths.values())
    width = max(width for width, number in widths.items() if number == most)
    last = len(records[-1].cells)
    if width == 1 < last and all(len(record.cells) == last for record in records[-_ROWS_OF_A_TABLE:]):
        return last
    return width


def _body(records: Sequence[Record], index: int, width: int) -> list[list[str]]:
    return [record.cells for record in records[index + 1 :] if len(record.cells) == width]


def _filled(cells: Iterable[str]) -> list[bool]:
    return [bool(cell.strip(WHITESPACE)) for cell in cells]


def _may_be_header(record: Record, width: int) -> bool:
    filled = sum(_filled(record.cells))
    if not filled:
        return False
    if len(record.cells) != width and record.cells[0].lstrip().startswith(("#", "//")):
        return False
    return filled > (0 if width == 1 else 1 if width < 5 else 2)


def _better_below(records: Sequence[Record], index: int, width: int) -> int:
    """Return the index of a better header below: one as wide as the rows, over typed values, when this one is not, or
    when it is prose.
    """
    if len(records[index].cells) == width:
        return _below_prose(records, index, width) if width > 1 else index
    for below in range(index + 1, min(index + _LOOKAHEAD, len(records))):
        cells = records[below].cells
        if len(cells) == width and all(_filled(cells)):
            return below if _labels(cells, _body(records, below, width)) else index
    return index


def _below_prose(records: Sequence[Record], index: int, width: int) -> int:
    """Return the index of the header below prose that has as many cells as the rows: the last row of texts, no two
    alike, before the first value with a type, when lines with a single cell stand between them; below a sentence that
    its commas cut, the first such row.
    """
    last = index
    is_cut = lonely = _is_cut_sentence(records[index].cells)
    for below in range(index + 1, min(index + _LOOKAHEAD, len(records))):
        cells = records[below].cells
        if any(look_of(cell) not in ("text", "empty") for cell in cells):
            break
        lonely = lonely or sum(_filled(cells)) == 1
        full = len(cells) == width and all(_filled(cells)) and len({cell.casefold() for cell in cells}) == width
        if lonely and full and not (is_cut and _is_spaced(cells)) and _labels(cells, _body(records, below, width)):
            last = below
            if is_cut:
                break
    return last


def _is_cut_sentence(cells: Sequence[str]) -> bool:
    """Tell whether a record is a line of prose that its commas cut: names of columns have fewer words."""
    return _is_spaced(cells) and sum(len(cell.split()) for cell in cells) > _WORDS_OF_A_NAME * len(cells)


def _is_spaced(cells: Sequence[str]) -> bool:
    """Tell whether there is a space behind every comma, as in a sentence; where nearly all rows have them, they are
    padding, and are left out before.
    """
    further = [cell for cell in cells[1:] if cell.strip(WHITESPACE)]
    return bool(further) and all(cell.startswith(" ") for cell in further)


def _below_comment(records: Sequence[Record], index: int, width: int) -> int:
    """Return the index of the header below a comment that happens to have as many cells as the rows."""
    below = index + 1
    while below < len(records) and _COMMENT.match(records[index].cells[0]):
        cells = records[below].cells
        if not _COMMENT.match(cells[0]) and (len(cells) != width or not _labels(cells, _body(records, below, width))):
            break
        index, below = below, below + 1
    return index


def _with_further_rows(records: Sequence[Record], found: SniffedHeader, width: int) -> SniffedHeader:
    """Count the rows below that belong to the header: the same names once more, or the names below those of groups."""
    index = found.header or 0
    top = [cell.strip(WHITESPACE) for cell in records[index].cells]
    rows = 1
    while index + rows < len(records) - 1 and [cell.strip(WHITESPACE) for cell in records[index + rows].cells] == top:
        rows += 1
    if rows == 1 and index + 2 < len(records) and _names_groups(top, records[index + 1].cells):
        rows += bool(_labels(records[index + 1].cells, _body(records, index + 1, width)))
    return replace(found, header=index + rows - 1, first_row=index + rows, rows=rows)


def _names_groups(above: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether a row of texts fills the gaps of the one above it: every column has a name in one of them."""
    if len(above) != len(below) or any(look_of(cell) not in ("text", "empty") for cell in below):
        return False
    pairs = list(zip(_filled(above), _filled(below), strict=True))
    return all(map(any, pairs)) and any(not upper for upper, _ in pairs) and sum(lower for _, lower in pairs) > 1


def _labels(cells: Sequence[str], body: Sequence[Sequence[str]]) -> int:
    """Return how many cells are text above values that are not; a header may be wider than the rows of the body."""
    found = 0
    for column, cell in enumerate(cells[: len(body[0])] if body else ()):
        if look_of(cell) == "text":
            look, share = prevailing_look(row[column] for row in body)
            found += look in _TYPED and share >= 0.6
    return found


def _is_data(cells: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether a first row is a row like those below it, or where there are none, a row and no header.

    What speaks for it are cells that look like most of the values below them, that have the same pattern of digits, or
    that are among these values; what speaks against it are texts above typed values.
    """
    looks = [look_of(cell) for cell in cells]
    if not body:
        return any(look in _TELLING for look in looks) or set(looks) <= {*_TYPED, "empty"}
    filled, labels = sum(_filled(cells)), _labels(cells, body)
    if len(cells) != len(body[0]):
        return False
    columns = list(zip(*body, strict=True))
    others = [row for row in body if list(row) != list(cells)]  # without a header that is repeated
    below = list(zip(*others, strict=True)) if others else [()] * len(cells)
    alike = [_alike(cell, column, index) for index, (cell, column) in enumerate(zip(cells, columns, strict=True))]
    patterned = sum(map(_has_pattern_of, cells, columns))
    known = sum(map(_is_among, cells, below))
    telling = alike.count("telling")
    if telling + patterned + known > 1 and telling + patterned + known > 2 * labels:
        return True
    if labels == 1 and any(kind == "telling" and look == "email" for kind, look in zip(alike, looks, strict=True)):
        return True  # of no column the name is an address; that one value is missing in the first row is common
    if labels:
        return False
    typed = alike.count("typed")
    return telling + patterned > 0 or (typed > 0 and typed >= 0.3 * filled)


def _alike(cell: str, below: Sequence[str], index: int) -> str:
    """Return `typed` when a cell has the look of most values below it, `telling` when no name of a column looks so."""
    look = look_of(cell)
    if look not in (*_TYPED, "boolean") or _YEAR.fullmatch(cell.strip()):
        return ""  # years are the names of columns as often as numbers in them
    prevailing, share = prevailing_look(below)
    if prevailing != look or share < 0.5:
        return ""
    return "telling" if look in _TELLING or (index == 0 and share >= 0.9) else "typed"


def _has_pattern_of(cell: str, below: Iterable[str]) -> bool:
    """Tell whether a cell has digits where nearly all values below it have them: `X9001` above `X9002`."""
    if sum(map(str.isdigit, cell)) < _DIGITS_OF_A_PATTERN or _YEAR.search(cell) or look_of(cell) in _TYPED:
        return False
    values = [value for value in below if value.strip(WHITESPACE)]
    pattern = _DIGITS.sub("0", cell.strip())
    same = sum(_DIGITS.sub("0", value.strip()) == pattern for value in values)
    return bool(values) and same >= _SAME_PATTERN * len(values)


def _is_among(cell: str, below: Sequence[str]) -> bool:
    """Tell whether a cell is among the values below it. Where these are all the same it must have a digit: the boxes
    that are ticked in a form have the names of their columns as values.
    """
    different = {value for value in below if value.strip(WHITESPACE)}
    return cell in different and (len(different) > 1 or any(map(str.isdigit, cell)))
