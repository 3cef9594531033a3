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

from lead_pipeline.reading.workbook.number_formats import Shown, shown_beside, shown_by

#: The text of an error, or what a cell shows beside its number.
Mark = str | Shown

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)

_OPEN_DOCUMENT = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT, _STYLES = (_OPEN_DOCUMENT % part for part in ("table", "office", "text", "style"))
_NUMBER = _OPEN_DOCUMENT % "datastyle"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_MOST_COLUMNS, _MOST_ROWS, _MOST_DIGITS = 16_384, 1_048_576, 30

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
    """Yield the same of an .ods, where a cell has its shown text beside its value (OpenDocument 1.3, 9.1.4).

    The style counts where it shows more zeros than that text, which some programs write without looking at the style.
    """
    styles = _OdsStyles()
    with zipfile.ZipFile(path) as archive:
        if "styles.xml" in archive.namelist():
            with archive.open("styles.xml") as xml:
                for _, element in ElementTree.iterparse(xml):  # noqa: S314  (in the child process)
                    styles.see(element)
        with archive.open("content.xml") as xml:
            row, inside, defaults = 0, False, list[str]()
            for event, element in ElementTree.iterparse(xml, ("start", "end")):  # noqa: S314  (in the child process)
                if element.tag == _TABLE + "table":
                    inside, defaults = event == "start" and element.get(_TABLE + "name") == sheet, []
                elif event == "end":
                    styles.see(element)
                if event == "end" and element.tag == _TABLE + "table-column":
                    defaults += [element.get(_TABLE + "default-cell-style-name", "")] * _repeated(element, "columns")
                elif event == "end" and element.tag == _TABLE + "table-row":
                    repeated = _repeated(element, "rows")
                    if inside:
                        yield from _marks_of_row(element, row, repeated, styles, defaults)
                        row += repeated
                    element.clear()


class _OdsStyles:
    """How many digits the styles of cells show at least, where that is more than one (OpenDocument 1.3, 16.29.3)."""

    def __init__(self) -> None:
        self._digits: dict[str, int] = {}
        self._formats: dict[str, str] = {}

    def see(self, element: ElementTree.Element) -> None:
        """Take note of an element that describes a number format or the style of a cell."""
        name = element.get(_STYLES + "name", "")
        if element.tag == _STYLES + "style" and element.get(_STYLES + "data-style-name"):
            self._formats[name] = element.get(_STYLES + "data-style-name", "")
        elif element.tag == _NUMBER + "number-style" and len(numbers := element.findall(_NUMBER + "number")) == 1:
            whole = numbers[0].get(_NUMBER + "decimal-places", "0") == "0"
            grouped = numbers[0].get(_NUMBER + "grouping") == "true"
            digits = numbers[0].get(_NUMBER + "min-integer-digits", "")
            if whole and not grouped and digits.isdigit() and 1 < int(digits) <= _MOST_DIGITS:
                self._digits[name] = int(digits)

    def digits_of(self, name: str) -> int:
        """Return how many digits the style of a cell shows at least, 0 for no telling number."""
        return self._digits.get(self._formats.get(name, ""), 0)


def _repeated(element: ElementTree.Element, what: str) -> int:
    number = element.get(_TABLE + f"number-{what}-repeated", "1")
    return min(int(number), _MOST_ROWS) if number.isdigit() else 1


def _marks_of_row(
    element: ElementTree.Element, row: int, repeated: int, styles: _OdsStyles, defaults: list[str]
) -> Iterator[tuple[int, int, Mark]]:
    marks: list[tuple[int, Mark]] = []
    column = 0
    of_row = element.get(_TABLE + "default-cell-style-name")
    for cell in element:
        times = min(_repeated(cell, "columns"), _MOST_COLUMNS)
        default = of_row or (defaults[column] if column < len(defaults) else "")
        mark = _mark_of(cell, styles.digits_of(cell.get(_TABLE + "style-name", default)))
        if mark is not None:
            marks.extend((column + place, mark) for place in range(times))
        column += times
    for number in range(row, row + (repeated if marks else 0)):
        yield from ((number, column, mark) for column, mark in marks)


def _mark_of(cell: ElementTree.Element, digits: int) -> Mark | None:
    paragraph = cell.find(_TEXT + "p")
    shown = "".join(paragraph.itertext()) if paragraph is not None else ""
    if cell.get(_CALCEXT + "value-type") == "error":
        return shown or "#N/A"
    if cell.get(_OFFICE + "value-type") != "float":
        return None
    told = shown_beside(shown, cell.get(_OFFICE + "value", ""))
    return ("", digits) if digits > (told[1] if told else 1) else told
