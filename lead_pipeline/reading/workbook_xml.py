"""What the workbook reader does not tell of an .xlsx or .ods: cells that hold an error, and numbers before which the
cell format shows zeros or a plus. Values are not read here. Runs in the child process only: the XML is not to be
trusted.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree

from lead_pipeline.reading.number_formats import Shown, shown_beside, shown_by

#: The text of an error, or what a cell shows beside its number.
Mark = str | Shown

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)

_OPEN_DOCUMENT = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT = (_OPEN_DOCUMENT % part for part in ("table", "office", "text"))
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_MOST_COLUMNS, _MOST_ROWS = 16_384, 1_048_576

_BLOCK = 4 * 2**20
_CELL = re.compile(
    rb"<(?:\w+:)?c(?=\s)(?P<attributes>[^>]*)>(?P<body>[^<]*(?:<(?!/(?:\w+:)?c>|(?:\w+:)?c\s)[^<]*)*)", re.DOTALL
)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")


def marked_cells(path: str, sheet: str) -> Iterator[tuple[int, int, Mark]]:
    """Yield (row, column, mark) in sheet order, from 0: an error's text, or what a format shows before a number."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return
        shown = _telling_styles(archive)
        with archive.open(part) as xml:
            yield from _scan(xml, shown)


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    found = {entry.replace("\\", "/").lstrip("/").casefold(): entry for entry in archive.namelist()}
    entry = found.get(name.lstrip("/").casefold())
    if entry is None:
        return None
    try:
        return ElementTree.fromstring(archive.read(entry))  # noqa: S314  (in the child process, under its limits)
    except ElementTree.ParseError:
        return None


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of the archive member that holds a sheet."""
    workbook, relations = _tree(archive, "xl/workbook.xml"), _tree(archive, "xl/_rels/workbook.xml.rels")
    if workbook is None or relations is None:
        return None
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in workbook.iter():
        if element.tag in (_MAIN + "sheet", _STRICT + "sheet") and element.get("name") == sheet:
            target = targets.get(
                next((found for name in _RELATION if (found := element.get(f"{{{name}}}id"))), None), ""
            )
            wanted = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            return wanted if wanted in archive.namelist() else None
    return None


def _telling_styles(archive: zipfile.ZipFile) -> dict[bytes, Shown]:
    """Return the styles that show more than the number: the number of the style as the sheet writes it, and what."""
    styles = _tree(archive, "xl/styles.xml")
    if styles is None:
        return {}
    prefix = _STRICT if styles.tag.startswith(_STRICT) else _MAIN
    codes = {found.get("numFmtId"): found.get("formatCode", "") for found in styles.iter(prefix + "numFmt")}
    cells = styles.find(prefix + "cellXfs")
    shown = [shown_by(codes.get(style.get("numFmtId"), "")) for style in cells] if cells is not None else []
    return {str(place).encode(): what for place, what in enumerate(shown) if what}


def _scan(xml: IO[bytes], telling: dict[bytes, Shown]) -> Iterator[tuple[int, int, Mark]]:
    rest = b""
    while block := xml.read(_BLOCK):
        data = rest + block
        cut = max(data.rfind(b"</row>"), data.rfind(b"</c>"))
        data, rest = (data[:cut], data[cut:]) if cut > 0 else (b"", data)
        if len(rest) > 16 * _BLOCK:
            return
        if telling or b't="e"' in data:
            yield from _marks_in(data, telling)
    if telling or b't="e"' in rest:
        yield from _marks_in(rest, telling)


def _marks_in(data: bytes, telling: dict[bytes, Shown]) -> Iterator[tuple[int, int, Mark]]:
    for cell in _CELL.finditer(data):
        attributes = cell["attributes"]
        style = _STYLE.search(attributes)
        shown = telling.get(style.group(1)) if style else None
        is_error = b't="e"' in attributes
        reference = _REFERENCE.search(attributes) if shown or is_error else None
        if reference is None:
            continue
        row, column = int(reference.group(2)) - 1, _column_of(reference.group(1))
        if is_error:
            value = _VALUE.search(cell["body"])
            yield row, column, value.group(1).decode("utf-8", "replace") if value else "#N/A"
        elif shown and (b't="' not in attributes or b't="n"' in attributes):
            yield row, column, shown


def _column_of(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def marked_cells_of_ods(path: str, sheet: str) -> Iterator[tuple[int, int, Mark]]:
    """Yield the same of an .ods, where every cell has its shown text beside its value (OpenDocument 1.3, 9.1.4)."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as xml:
        row, inside = 0, False
        for event, element in ElementTree.iterparse(xml, ("start", "end")):  # noqa: S314  (in the child process)
            if element.tag == _TABLE + "table":
                inside = event == "start" and element.get(_TABLE + "name") == sheet
            elif event == "end" and element.tag == _TABLE + "table-row":
                repeated = int(element.get(_TABLE + "number-rows-repeated", "1"))
                if inside:
                    yield from _marks_of_row(element, row, repeated)
                    row += repeated
                element.clear()


def _marks_of_row(element: ElementTree.Element, row: int, repeated: int) -> Iterator[tuple[int, int, Mark]]:
    marks: list[tuple[int, Mark]] = []
    column = 0
    for cell in element:
        times = int(cell.get(_TABLE + "number-columns-repeated", "1"))
        mark = _mark_of(cell)
        if mark is not None:
            marks.extend((column + place, mark) for place in range(min(times, _MOST_COLUMNS)))
        column += times
    for number in range(row, row + (min(repeated, _MOST_ROWS) if marks else 0)):
        yield from ((number, column, mark) for column, mark in marks)


def _mark_of(cell: ElementTree.Element) -> Mark | None:
    paragraph = cell.find(_TEXT + "p")
    shown = "".join(paragraph.itertext()) if paragraph is not None else ""
    if cell.get(_CALCEXT + "value-type") == "error":
        return shown or "#N/A"
    if cell.get(_OFFICE + "value-type") != "float":
        return None
    return shown_beside(shown, cell.get(_OFFICE + "value", ""))
