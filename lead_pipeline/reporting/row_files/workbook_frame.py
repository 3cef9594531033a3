"""Everything of a workbook but the rows of its large sheets: sheets, styles, widths, filters, notes, and the table of
reasons, by xlsxwriter. Large sheets get an opening and an ending, and their rows between them.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from lead_pipeline.model.fields import REJECTED_SHEETS
from lead_pipeline.reporting.row_files.sheet_xml import style_of

#: How cells look; red and amber are those that spreadsheets call bad and neutral. Text throughout: what is typed over a
#: cell stays what was typed.
_TEXT = {"num_format": 49, "valign": "top"}  # @, built in (ECMA-376 part 1, 18.8.30)
_LOOKS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "rejected": _TEXT | {"bg_color": "#FFC7CE", "font_color": "#7A0006"},
    "warned": _TEXT | {"bg_color": "#FFEB9C", "font_color": "#6B4300"},
    "header": _TEXT | {"bold": True, "bg_color": "#DFE3E8", "font_color": "#1C2128", "bottom": 1},
    "added": _TEXT | {"bold": True, "italic": True, "bg_color": "#EEF1F5", "font_color": "#5B6470", "bottom": 1},
}
_REASONS_HEADER = ("Reason", "Code", "Column", "Outcome", "Rows", "What to do")
_REASONS_WIDTHS = (38, 26, 22, 12, 9, 90)
_NOTE = {"x_scale": 2.4, "y_scale": 1.3, "font_size": 9}
_AUTHOR = "lead-pipeline"

#: What stands in the place of the rows that are written later.
_ROWS = re.compile(r"<sheetData>.*</sheetData>|<sheetData/>", re.DOTALL)


class Note(NamedTuple):
    """A note on a cell; row and column count from 0."""

    row: int
    column: int
    text: str


class ReasonLine(NamedTuple):
    """A line of the table of reasons, as _REASONS_HEADER has them."""

    title: str
    code: str
    column: str
    outcome: str
    rows: int
    guidance: str


@dataclass(frozen=True, slots=True)
class LargeSheet:
    """A sheet whose rows are written later: its name, its number among the sheets from 1, how wide its columns are, how
    many rows it has with its header, and its notes.
    """

    name: str
    number: int
    widths: Sequence[float]
    rows: int = 1
    notes: Sequence[Note] = field(default_factory=tuple)

    @property
    def part(self) -> str:
        """Return the name of the part of the workbook that holds it."""
        return f"xl/worksheets/sheet{self.number}.xml"


def workbook_frame(
    sheets: Sequence[LargeSheet], reasons: Sequence[ReasonLine], remarks: Sequence[str], at: datetime
) -> dict[str, bytes]:
    """Return the parts of a workbook by name: the first large sheet, the table of reasons, the other large sheets.

    `remarks` are sentences below the table; `at` is when the workbook says that it was made. The rows of the large
    sheets are samples of each look, see `styles_in` and `opening_and_ending`.
    """
    packed = io.BytesIO()
    import xlsxwriter  # here, because most commands write no workbook

    book = xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": REJECTED_SHEETS[0], "author": _AUTHOR, "created": at})
    looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
    first, *others = sheets
    _add_large(book, first, looks)
    _add_reasons(book, reasons, remarks, looks)
    for sheet in others:
        _add_large(book, sheet, looks)
    book.close()
    with zipfile.ZipFile(packed) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _add_large(book: Any, planned: LargeSheet, looks: Mapping[str, Any]) -> None:  # noqa: ANN401  (it has no types)
    sheet = book.add_worksheet(planned.name)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, planned.rows - 1, len(planned.widths) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(2, planned.rows)}"})
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width, looks["text"])
    for column, look in enumerate(looks.values()):
        sheet.write_string(0, column, "sample", look)
    sheet.set_comments_author(_AUTHOR)
    for note in planned.notes:
        sheet.write_comment(note.row, note.column, note.text, _NOTE)


def _add_reasons(book: Any, reasons: Sequence[ReasonLine], remarks: Sequence[str], looks: Mapping[str, Any]) -> None:  # noqa: ANN401
    sheet = book.add_worksheet(REJECTED_SHEETS[1])
    wrapped, number = book.add_format({"valign": "top", "text_wrap": True}), book.add_format({"valign": "top"})
    number.set_num_format("#,##0")
    sheet.freeze_panes(1, 0)
    for column, (title, width) in enumerate(zip(_REASONS_HEADER, _REASONS_WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, looks["header"])
    for row, line in enumerate(reasons, start=1):
        for column, value in enumerate(line):
            if isinstance(value, int):
                sheet.write_number(row, column, value, number)
            else:
                sheet.write_string(row, column, value, wrapped)
    sheet.autofilter(0, 0, max(1, len(reasons)), len(_REASONS_HEADER) - 1)
    for row, remark in enumerate(remarks, start=len(reasons) + 2):
        sheet.write_string(row, 0, remark)


def styles_in(sheet: bytes) -> dict[str, int]:
    """Return the number of the style of each look, in the XML of a large sheet of a frame."""
    text = sheet.decode()
    return {look: style_of(f"{chr(65 + column)}1", text) for column, look in enumerate(_LOOKS)}


def opening_and_ending(sheet: bytes) -> tuple[bytes, bytes]:
    """Return what stands before and behind the rows in the XML of a large sheet of a frame."""
    opening, ending = _ROWS.split(sheet.decode())
    return f"{opening}<sheetData>".encode(), f"</sheetData>{ending}".encode()
