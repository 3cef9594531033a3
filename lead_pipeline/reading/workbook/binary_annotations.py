"""What calamine does not say of an .xls or .xlsb: cells that hold an error, and numbers before which the cell format
shows zeros or a plus. Values are not read here. Runs in the child process only: the bytes are not to be
trusted.
"""

import struct
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from lead_pipeline.reading.workbook.format_readers import (
    HIDDEN,
    XLRD_ON_DAMAGE,
    Annotation,
    AnnotationsUnknownError,
    Merge,
    UnreadableWorkbookError,
    opened_by_xlrd,
)
from lead_pipeline.reading.workbook.number_formats import DisplayPrefix, display_prefix_of

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

#: Records of an .xlsb ([MS-XLSB] 2.3): a row, cells with a number, cells with an error; merged cells; formats, styles,
#: sheets.
_ROW = 0
_ROW_HIDDEN = 0x10  # fDyZero, in the twelfth byte of a row (2.4.739)
_NUMBERS = frozenset({2, 5, 9})
_CELL_ERRORS = frozenset({3, 11})
_MERGE = 176
_MERGE_BYTES = b"\xb0\x01"  # the same, as a record begins with it
_FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END, _SHEET = 44, 47, 617, 618, 156


def cell_annotations_of_xls(path: str, sheet: str) -> Iterator[tuple[int, int, Annotation]]:
    """Yield (row, column, annotation) in the order of the sheet, from 0: an error's text, or what a format shows before
    a number. Raises AnnotationsUnknownError where xlrd cannot read what calamine can: it is stricter about damage.
    """
    import xlrd

    try:
        book = opened_by_xlrd(path, formatting_info=True, on_demand=True)
        cells = book.sheet_by_name(sheet)
    except (UnreadableWorkbookError, xlrd.XLRDError, struct.error, *XLRD_ON_DAMAGE):
        raise AnnotationsUnknownError from None
    codes = {key: found.format_str or "" for key, found in book.format_map.items()}
    prefixes = [display_prefix_of(codes.get(style.format_key, "")) for style in book.xf_list]
    for row in range(cells.nrows):
        if row in cells.rowinfo_map and cells.rowinfo_map[row].hidden:
            yield row, 0, HIDDEN
        for column, kind in enumerate(cells.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                yield row, column, ERRORS.get(cells.cell_value(row, column), "#N/A")
            elif kind == xlrd.XL_CELL_NUMBER and (prefix := prefixes[cells.cell_xf_index(row, column)]):
                yield row, column, prefix


def cell_annotations_of_xlsb(path: str, sheet: str) -> Iterator[tuple[int, int, Annotation]]:
    """Yield the same of an .xlsb; raises AnnotationsUnknownError when its parts are not where they should be."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            raise AnnotationsUnknownError
        prefixes = _prefixes_of_styles(archive)
        row, content = 0, archive.read(part)
        merges = _merges(content)
        for kind, start, data in _records(content):
            if kind == _ROW:
                row = _number(data, start, 4)
                if _number(data, start + 11, 1) & _ROW_HIDDEN:
                    yield row, 0, HIDDEN
                yield from ((row, column, Merge(last)) for column, last in merges.get(row, ()))
            elif kind in _CELL_ERRORS:
                yield row, _number(data, start, 4), ERRORS.get(data[start + 8], "#N/A")
            elif kind in _NUMBERS and (prefix := prefixes.get(_number(data, start + 4, 3))):
                yield row, _number(data, start, 4), prefix


def _merges(data: bytes) -> dict[int, list[tuple[int, int]]]:
    """Return the cells that reach down over others, by row: column and last row ([MS-XLSB] 2.4.720)."""
    found: dict[int, list[tuple[int, int]]] = {}
    for kind, start, _ in _records(data) if _MERGE_BYTES in data else ():
        if kind == _MERGE:
            first, last, column = (_number(data, start + offset, 4) for offset in (0, 4, 8))
            if last > first:
                found.setdefault(first, []).append((column, last))
    return found


def _number(data: bytes, start: int, size: int) -> int:
    return int.from_bytes(data[start : start + size], "little")


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the kind of each record and where its content begins ([MS-XLSB] 2.1.4)."""
    position, end = 0, len(data) - 1
    while position < end:
        kind = data[position]
        position += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[position] & 0x7F) << 7
            position += 1
        size = shift = 0
        while True:
            byte = data[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, position, data
        position += size


def _text(data: bytes, position: int) -> tuple[str, int]:
    """Return the text that begins with its length, and where it ends; a length of all ones means there is none."""
    (length,) = struct.unpack_from("<I", data, position)
    end = position + 4 + (0 if length == 0xFFFFFFFF else 2 * length)
    return data[position + 4 : end].decode("utf-16-le", "replace"), end


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
            relation, position = _text(data, start + 8)
            if _text(data, position)[0] == sheet:
                target = targets.get(relation, "")
                return _member(archive, target if target.startswith("/") else f"xl/{target}")
    return None


def _prefixes_of_styles(archive: zipfile.ZipFile) -> dict[int, DisplayPrefix]:
    """Return what styles show before a number, by the number of the style."""
    styles = _member(archive, "xl/styles.bin")
    if styles is None:
        return {}
    codes: dict[int, str] = {}
    prefixes: list[DisplayPrefix | None] = []
    of_cells = False
    for kind, start, data in _records(archive.read(styles)):
        if kind == _FORMAT:
            codes[_number(data, start, 2)] = _text(data, start + 2)[0]
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            of_cells = kind == _STYLES_BEGIN
        elif kind == _STYLE and of_cells:
            prefixes.append(display_prefix_of(codes.get(_number(data, start + 2, 2), "")))
    return {style: prefix for style, prefix in enumerate(prefixes) if prefix}
