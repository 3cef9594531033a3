"""One sheet of a workbook as rows of texts, by whichever library can read it, and the words for what the library does
not say of its cells. Runs in the child process only.
"""

import datetime as dt
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from lead_pipeline.model.texts.typed_cells import BOOLEAN, DATE, NUMBER, TEXT, CellType
from lead_pipeline.reading.workbook.number_formats import DisplayPrefix

#: Up to here every whole number has a float of its own.
_EXACT = 2**53

#: A number that gets so much shorter by leaving out its last two digits has them from computing with binary fractions.
_DIGITS_OF_ERROR = 3
_MOST_DIGITS_SHOWN = 15

#: How XML begins in UTF-16, with a byte-order mark and without.
_UTF16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_ODS_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


class Merge(NamedTuple):
    """A cell that reaches down over others; `last_row` counts from 0."""

    last_row: int


class HiddenRow(NamedTuple):
    """A row that whoever opens the sheet does not see: it is hidden, or a filter leaves it out."""


#: What calamine does not say of a cell: the text of its error, what its format shows before the number; and of a row.
Annotation = str | DisplayPrefix | Merge | HiddenRow

HIDDEN = HiddenRow()


class AnnotationsUnknownError(Exception):
    """What the library does not say of the cells cannot be found out (from here on)."""


class UnreadableWorkbookError(Exception):
    """The library cannot read the workbook; the message is the name of its error."""


class EncryptedWorkbookError(Exception):
    """The workbook is protected by a password."""


#: The cells of a row, and what types they have: a letter for each, or None when all of them are texts.
TypedRow = tuple[list[str], str | None]


class Sheet(NamedTuple):
    """A sheet: its name and size, its rows from the first on, each `width` texts and their types; and the cells that
    reach down over others, as (row, column, last row), where the library says so.
    """

    name: str
    width: int
    height: int
    rows: Callable[[], Iterator[TypedRow]]
    merges: tuple[tuple[int, int, int], ...] = ()


class Book(NamedTuple):
    """The names of a workbook's sheets, those that are hidden, and the sheet wanted, if it exists."""

    names: list[str]
    hidden: list[str]
    sheet: Sheet | None


def read_with_calamine(path: str, wanted: str | int | None) -> Book:
    """Read a workbook of any kind; `wanted` is a sheet's name or 1-based number, or None for the first with a value."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheets = book.sheets_metadata
        names = [sheet.name for sheet in sheets]
        hidden = [sheet.name for sheet in sheets if sheet.visible != calamine.SheetVisibleEnum.Visible]
        tables = [sheet.name for sheet in sheets if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        for index in _candidates(names, hidden, tables, wanted):
            found = book.get_sheet_by_index(index)
            if wanted is not None or found.end is not None:
                return Book(names, hidden, _calamine_sheet(found))
    except calamine.PasswordError:
        raise EncryptedWorkbookError from None
    except calamine.CalamineError as error:
        raise UnreadableWorkbookError(type(error).__name__) from None
    return Book(names, hidden, None)


def _candidates(names: list[str], hidden: list[str], tables: list[str], wanted: str | int | None) -> list[int]:
    """Return the indexes of the sheets that may be meant."""
    if isinstance(wanted, int):
        return [wanted - 1] if wanted <= len(names) else []
    if wanted is not None:
        return [index for index, name in enumerate(names) if name == wanted]
    return [index for index, name in enumerate(names) if name in tables and name not in hidden]


def _calamine_sheet(sheet: Any) -> Sheet:  # noqa: ANN401  (a class of the library, which has no types)
    width, height = (sheet.end[1] + 1, sheet.end[0] + 1) if sheet.end else (1, 0)

    letter_of = _TYPES.__getitem__  # not a function of ours for each cell

    def rows() -> Iterator[TypedRow]:
        for row in sheet.iter_rows():
            texts = [cell if type(cell) is str and "\0" not in cell else text_of(cell) for cell in row]
            types = "".join(map(letter_of, map(type, row)))
            # python-calamine leaves out the columns to the left of the first with a value
            left_out = width - len(texts)
            yield [""] * left_out + texts, _typed(TEXT * left_out + types)

    merges = sheet.merged_cell_ranges or ()  # of .xlsx and .xls
    down = tuple((row, column, last) for (row, column), (last, _) in merges if last > row)
    return Sheet(sheet.name, width, height, rows, down)


#: What python-calamine makes of typed cells.
_TYPES: dict[type, CellType] = {
    str: TEXT,
    type(None): TEXT,
    bool: BOOLEAN,
    int: NUMBER,
    float: NUMBER,
    dt.date: DATE,
    dt.datetime: DATE,
    dt.time: DATE,
    dt.timedelta: DATE,
}


def _typed(types: str) -> str | None:
    return types if types.strip(TEXT) else None


def read_with_xlrd(path: str, wanted: str | int | None) -> Book:
    """Read an .xls that calamine cannot read, such as one of Excel before 1997."""
    import xlrd

    with opened_by_xlrd(path) as book:
        names = book.sheet_names()
        sheets = [book.sheet_by_index(index) for index in range(book.nsheets)]
        hidden = [sheet.name for sheet in sheets if sheet.visibility]
        tables = [sheet.name for sheet in sheets if sheet.nrows]
        index = next(iter(_candidates(names, hidden, tables, wanted)), None)
        if index is None:
            return Book(names, hidden, None)
        sheet = sheets[index]

        letters = {xlrd.XL_CELL_NUMBER: NUMBER, xlrd.XL_CELL_BOOLEAN: BOOLEAN, xlrd.XL_CELL_DATE: DATE}

        def rows() -> Iterator[TypedRow]:
            for row in range(sheet.nrows):
                cells = sheet.row(row)
                texts = [_xlrd_text(cell, book.datemode, xlrd) for cell in cells]
                types = "".join([letters.get(cell.ctype, TEXT) for cell in cells])
                yield texts + [""] * (sheet.ncols - len(cells)), _typed(types.ljust(sheet.ncols, TEXT))

        return Book(names, hidden, Sheet(sheet.name, max(1, sheet.ncols), sheet.nrows, rows))


def opened_by_xlrd(path: str, **options: bool) -> Any:  # noqa: ANN401  (a class of the library, which has no types)
    """Open an .xls; raises UnreadableWorkbookError and EncryptedWorkbookError."""
    import xlrd
    from xlrd.compdoc import CompDocError

    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            return xlrd.open_workbook(path, logfile=nowhere, **options)
    except (xlrd.XLRDError, CompDocError, struct.error, *XLRD_ON_DAMAGE) as error:
        if "encrypted" in str(error):
            raise EncryptedWorkbookError from None
        raise UnreadableWorkbookError(type(error).__name__) from None


#: What xlrd raises for damage besides errors of its own.
XLRD_ON_DAMAGE = (AssertionError, AttributeError, LookupError, OSError, TypeError, ValueError)


def _xlrd_text(cell: Any, datemode: int, xlrd: Any) -> str:  # noqa: ANN401  (as above)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):
            return text_of(cell.value)
        if cell.value < 1:
            return text_of(moment.time())
        return text_of(moment if moment.time() != dt.time() else moment.date())
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return text_of(bool(cell.value))
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else text_of(cell.value)


def repacked(path: str, copy: Path) -> bool:
    """Pack a workbook again in the one way that calamine understands; return whether there was anything to change.

    Its XML may be UTF-16, as Excel for phones writes it, and an .ods may lack the file that says what it is; neither is
    damage (python-calamine 0.9 refuses both).
    """
    changed = False
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as again:
        names = packed.namelist()
        if "content.xml" in names and "mimetype" not in names:
            again.writestr("mimetype", _ODS_MIMETYPE, zipfile.ZIP_STORED)
            changed = True
        for name in dict.fromkeys(names):
            content = packed.read(name)
            encoding = _wide_xml(content)
            if encoding:
                text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
                content = ("<" + text.partition("?>")[2].partition("<")[2]).encode()  # without the declaration
                changed = True
            again.writestr(name, content)
    return changed


def _wide_xml(content: bytes) -> str:
    return next((encoding for start, encoding in _UTF16 if content.startswith(start)), "")


def _digits_of(value: float) -> str:
    """Return the digits that distinguish a number, but 0.3 for what 0.1 + 0.2 comes to: spreadsheets show 15 digits."""
    exact = repr(value)
    if len(exact) <= _MOST_DIGITS_SHOWN:
        return exact
    shown = format(value, ".15g")
    return shown if len(exact) - len(shown) > _DIGITS_OF_ERROR else exact


def text_of(value: object) -> str:
    """Return a cell's value as text: whole numbers without `.0`, never an exponent, dates ISO, booleans true/false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
        digits = _digits_of(value)
        return format(Decimal(digits), "f") if "e" in digits else digits  # zeros, and no digit made up
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return "" if value is None else str(value).replace("\0", "")
