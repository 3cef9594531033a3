"""What calamine does not say of an .ods: cells that hold an error, and numbers before which the cell shows zeros or a
plus. Values are not read here. Runs in the child process only: the XML is not to be trusted.
"""

import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from lead_pipeline.reading.workbook.format_readers import HIDDEN, Annotation, Merge
from lead_pipeline.reading.workbook.number_formats import infer_display_prefix

_OPEN_DOCUMENT = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT, _STYLES = (_OPEN_DOCUMENT % part for part in ("table", "office", "text", "style"))
_NUMBER = _OPEN_DOCUMENT % "datastyle"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_MOST_COLUMNS, _MOST_ROWS, _MOST_DIGITS = 16_384, 1_048_576, 30


def cell_annotations_of_ods(path: str, sheet: str) -> Iterator[tuple[int, int, Annotation]]:
    """Yield the same of an .ods, where a cell has the text that it shows beside its value (OpenDocument 1.3, 9.1.4).

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
                        yield from _annotations_of_row(element, row, repeated, styles, defaults)
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
        """Return how many digits the style of a cell shows at least, 0 when it is one or unknown."""
        return self._digits.get(self._formats.get(name, ""), 0)


def _repeated(element: ElementTree.Element, what: str) -> int:
    number = element.get(_TABLE + f"number-{what}-repeated", "1")
    return min(int(number), _MOST_ROWS) if number.isdigit() else 1


def _annotations_of_row(
    element: ElementTree.Element, row: int, repeated: int, styles: _OdsStyles, defaults: list[str]
) -> Iterator[tuple[int, int, Annotation]]:
    annotations: list[tuple[int, Annotation]] = []
    if element.get(_TABLE + "visibility", "visible") != "visible":  # collapse or filter
        annotations.append((0, HIDDEN))
    column = 0
    of_row = element.get(_TABLE + "default-cell-style-name")
    for cell in element:
        times = min(_repeated(cell, "columns"), _MOST_COLUMNS)
        default = of_row or (defaults[column] if column < len(defaults) else "")
        annotation = _annotation_of(cell, styles.digits_of(cell.get(_TABLE + "style-name", default)))
        spanned = cell.get(_TABLE + "number-rows-spanned", "1")
        if spanned.isdigit() and int(spanned) > 1:
            annotations.append((column, Merge(row + min(int(spanned), _MOST_ROWS) - 1)))
        if annotation is not None:
            annotations.extend((column + offset, annotation) for offset in range(times))
        column += times
    for number in range(row, row + (repeated if annotations else 0)):
        yield from ((number, column, annotation) for column, annotation in annotations)


def _annotation_of(cell: ElementTree.Element, digits: int) -> Annotation | None:
    paragraph = cell.find(_TEXT + "p")
    text = "".join(paragraph.itertext()) if paragraph is not None else ""
    if cell.get(_CALCEXT + "value-type") == "error":
        return text or "#N/A"
    if cell.get(_OFFICE + "value-type") != "float":
        return None
    prefix = infer_display_prefix(text, cell.get(_OFFICE + "value", ""))
    return ("", digits) if digits > (prefix[1] if prefix else 1) else prefix
