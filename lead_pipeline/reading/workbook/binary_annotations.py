"""What the workbook reader does not tell of an .xls or .xlsb: cells that hold an error, and numbers before which the
cell format shows zeros or a plus. Values are not read here. Runs in the child process only: the bytes are not to be
trusted.
"""

import struct
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from lead_pipeline.reading.workbook.format_readers import XLRD_ON_DAMAGE, UnreadableWorkbookError, opened_by_xlrd
from lead_pipeline.reading.workbook.number_formats import Shown, shown_by

#: The text of an error, or what a cell shows before its number.
Mark = str | Shown

#: What an error code stands for ([MS-XLSB] 2.5.97.2, the same in BIFF8).
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}

#: Records of an .xlsb ([MS-XLSB] 2.3): a row, cells with a number, cells with an error; formats, styles, sheets.
_ROW = 0
_NUMBERS = frozenset({2, 5, 9})
_CELL_ERRORS = frozenset({3, 11})
_FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END, _SHEET = 44, 47, 617, 618, 156


def marked_cells_of_xls(path: str, sheet: str) -> list[tuple[int, int, Mark]] | None:
    """Return (row, column, mark) in sheet order, from 0: an error's text, or what a format shows before a number.

    None where xlrd cannot read what calamine can: it is stricter about damage.
    """
    import xlrd

    try:
        book = opened_by_xlrd(path, formatting_info=True, on_demand=True)
        cells = book.sheet_by_name(sheet)
    except (UnreadableWorkbookError, xlrd.XLRDError, struct.error, *XLRD_ON_DAMAGE):
        return None
    codes = {key: found.format_str or "" for key, found in book.format_map.items()}
    telling = [shown_by(codes.get(style.format_key, "")) for style in book.xf_list]
    marks: list[tuple[int, int, Mark]] = []
    for row in range(cells.nrows):
        for column, kind in enumerate(cells.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                marks.append((row, column, ERRORS.get(cells.cell_value(row, column), "#N/A")))
            elif kind == xlrd.XL_CELL_NUMBER and (shown := telling[cells.cell_xf_index(row, column)]):
                marks.append((row, column, shown))
    return marks


def marked_cells_of_xlsb(path: str, sheet: str) -> Iterator[tuple[int, int, Mark]]:
    """Yield the same of an .xlsb."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return
        telling = _telling_styles(archive)
        row = 0
        for kind, start, data in _records(archive.read(part)):
            if kind == _ROW:
                row = int.from_bytes(data[start : start + 4], "little")
            elif kind in _CELL_ERRORS:
                yield row, int.from_bytes(data[start : start + 4], "little"), ERRORS.get(data[start + 8], "#N/A")
            elif kind in _NUMBERS and telling:
                shown = telling.get(int.from_bytes(data[start + 4 : start + 7], "little"))
                if shown:
                    yield row, int.from_bytes(data[start : start + 4], "little"), shown


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the kind of each record and where its content begins ([MS-XLSB] 2.1.4)."""
    place, end = 0, len(data) - 1
    while place < end:
        kind = data[place]
        place += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[place] & 0x7F) << 7
            place += 1
        size = shift = 0
        while True:
            byte = data[place]
            place += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, place, data
        place += size


def _text(data: bytes, place: int) -> tuple[str, int]:
    """Return the text that begins with its length, and where it ends; a length of all ones means there is none."""
    (length,) = struct.unpack_from("<I", data, place)
    end = place + 4 + (0 if length == 0xFFFFFFFF else 2 * length)
    return data[place + 4 : end].decode("utf-16-le", "replace"), end


def _member(archive: zipfile.ZipFile, name: str) -> str | None:
    found = {entry.replace("\\", "/").lstrip("/").casefold(): entry for entry in archive.namelist()}
    return found.get(name.lstrip("/").casefold())


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    book, relations = _member(archive, "xl/workbook.bin"), _member(archive, "xl/_rels/workbook.bin.rels")
    if book is None or relations is None:
        return None
    tree = ElementTree.fromstring(archive.read(relations))  # noqa: S314  (in the child process, under its limits)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in tree}
    for kind, start, data in _records(archive.read(book)):
        if kind == _SHEET:
            relation, place = _text(data, start + 8)
            if _text(data, place)[0] == sheet:
                target = targets.get(relation, "")
                return _member(archive, target if target.startswith("/") else f"xl/{target}")
    return None


def _telling_styles(archive: zipfile.ZipFile) -> dict[int, Shown]:
    """Return the styles of cells that show more than the number, and what."""
    styles = _member(archive, "xl/styles.bin")
    if styles is None:
        return {}
    codes: dict[int, str] = {}
    telling: list[Shown | None] = []
    of_cells = False
    for kind, start, data in _records(archive.read(styles)):
        if kind == _FORMAT:
            codes[int.from_bytes(data[start : start + 2], "little")] = _text(data, start + 2)[0]
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            of_cells = kind == _STYLES_BEGIN
        elif kind == _STYLE and of_cells:
            telling.append(shown_by(codes.get(int.from_bytes(data[start + 2 : start + 4], "little"), "")))
    return {style: shown for style, shown in enumerate(telling) if shown}
