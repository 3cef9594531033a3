"""What calamine does not say of an .xlsx: cells that hold an error, numbers before which the cell format shows zeros
or a plus, hidden rows. Values are not read here. Runs in the child process only: the XML is not to be trusted.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from lead_pipeline.reading.workbook.format_readers import HIDDEN, Annotation, AnnotationsUnknownError
from lead_pipeline.reading.workbook.number_formats import DisplayPrefix, display_prefix_of

#: The names of SpreadsheetML, as Excel writes them and as ISO 29500 does (Strict).
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)

_BLOCK = 2**20

#: A cell with an error says `t="e"`, a hidden row `hidden="1"`. A sheet without these bytes need not be parsed, unless
#: formats say something.
_TELLING = (b'"e"', b"'e'", b'hidden="1"', b'hidden="t', b"hidden='1'", b"hidden='t", b"hidden =")
_LONGEST_TELLING = max(map(len, _TELLING))


def cell_annotations_of_xlsx(path: str, sheet: str) -> Iterator[tuple[int, int, Annotation]]:
    """Yield (row, column, annotation) in the order of the sheet, from 0: an error's text, what a format shows before a
    number, or that the row is hidden. Raises AnnotationsUnknownError when the XML is not what it should be.
    """
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        prefixes = _prefixes_of_styles(archive)
        if prefixes or _may_tell_something(archive, part):
            with archive.open(part) as xml:
                yield from _SheetParser(prefixes).annotations(xml)


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    found = {entry.replace("\\", "/").lstrip("/").casefold(): entry for entry in archive.namelist()}
    entry = found.get(name.casefold())
    if entry is None:
        return None
    try:
        return ElementTree.fromstring(archive.read(entry))  # noqa: S314  (in the child process, under its limits)
    except ElementTree.ParseError:
        raise AnnotationsUnknownError from None


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the archive member that holds a sheet."""
    workbook, relations = _tree(archive, "xl/workbook.xml"), _tree(archive, "xl/_rels/workbook.xml.rels")
    if workbook is None or relations is None:
        raise AnnotationsUnknownError
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in workbook.iter():
        if element.tag in (f"{{{_MAIN}}}sheet", f"{{{_STRICT}}}sheet") and element.get("name") == sheet:
            ids = (element.get(f"{{{name}}}id") for name in _RELATION)
            target = targets.get(next(filter(None, ids), None), "")
            part = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            if part in archive.namelist():
                return part
    raise AnnotationsUnknownError


def _prefixes_of_styles(archive: zipfile.ZipFile) -> dict[str, DisplayPrefix]:
    """Return what styles show before a number, by the number of the style as cells write it."""
    styles = _tree(archive, "xl/styles.xml")
    if styles is None:
        return {}
    namespace = _STRICT if styles.tag.startswith(f"{{{_STRICT}}}") else _MAIN
    codes = {found.get("numFmtId"): found.get("formatCode", "") for found in styles.iter(f"{{{namespace}}}numFmt")}
    cells = styles.find(f"{{{namespace}}}cellXfs")
    formats = [codes.get(style.get("numFmtId"), "") for style in cells] if cells is not None else []
    prefixes = {str(index): display_prefix_of(number_format) for index, number_format in enumerate(formats)}
    return {style: prefix for style, prefix in prefixes.items() if prefix}


def _may_tell_something(archive: zipfile.ZipFile, part: str) -> bool:
    end = b""
    with archive.open(part) as xml:
        while block := xml.read(_BLOCK):
            if any(text in block or text in end + block[:_LONGEST_TELLING] for text in _TELLING):
                return True
            end = block[-_LONGEST_TELLING:]
    return False


class _SheetParser:
    """Reads the cells of a sheet (ECMA-376 part 1, 18.3.1.4). Rows and cells may leave out where they are: next."""

    def __init__(self, prefixes: dict[str, DisplayPrefix]) -> None:
        self._prefixes = prefixes
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start_of_sheet
        self._row = -1
        self._cell: str | int = -1  # the reference that the last cell gave, or its column
        self._found: list[tuple[int, int, Annotation]] = []
        self._text: list[str] = []

    def annotations(self, xml: IO[bytes]) -> Iterator[tuple[int, int, Annotation]]:
        """Yield those of a sheet."""
        try:
            while block := xml.read(_BLOCK):
                self._parser.Parse(block, False)
                yield from self._found
                self._found.clear()
            self._parser.Parse(b"", True)
        except expat.ExpatError:
            raise AnnotationsUnknownError from None

    def _start_of_sheet(self, name: str, _: dict[str, str]) -> None:
        prefix = name.removesuffix("worksheet")
        self._names = tuple(prefix + name for name in ("c", "row", "v"))
        self._parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        cell, row, value = self._names
        if name == cell:
            self._cell = attributes.get("r") or self._column() + 1
            kind = attributes.get("t", "n")
            if kind == "n":
                if prefix := self._prefixes.get(attributes.get("s", "")):
                    self._found.append((self._row, self._column(), prefix))
            elif kind == "e":
                self._text = []
                self._parser.EndElementHandler = self._end_in_error
        elif name == row:
            self._row = int(attributes.get("r", self._row + 2)) - 1
            self._cell = -1
            if attributes.get("hidden", "0") in ("1", "true"):
                self._found.append((self._row, 0, HIDDEN))
        elif name == value and self._parser.EndElementHandler:
            self._parser.CharacterDataHandler = self._text.append

    def _end_in_error(self, name: str) -> None:
        self._parser.CharacterDataHandler = None
        if name == self._names[0]:
            self._parser.EndElementHandler = None
            self._found.append((self._row, self._column(), "".join(self._text) or "#N/A"))

    def _column(self) -> int:
        if isinstance(self._cell, int):
            return self._cell
        column = 0
        for letter in self._cell.rstrip("0123456789"):
            column = column * 26 + ord(letter) - 64
        return column - 1
