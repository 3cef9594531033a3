"""The rejected file as a workbook: text cells that survive a spreadsheet, faulty ones coloured with a note that says
what is wrong and what was probably meant. It says what it leaves out; the CSV beside it has everything.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

import polars as pl

from lead_pipeline.filing.atomic import published
from lead_pipeline.model.errors import counted
from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, REJECTED_SHEETS
from lead_pipeline.model.formula_injection import harmless_header, made_restorable
from lead_pipeline.reporting.row_files.added_texts import ADDED_TEXTS, added_texts
from lead_pipeline.reporting.row_files.marked_cells import marked_cells, notes_on, styles_of
from lead_pipeline.reporting.row_files.original_columns import EXTRA_CELLS, OriginalColumns
from lead_pipeline.reporting.row_files.sheet_xml import MAX_COLUMNS, fits_in_cells, rows_as_xml
from lead_pipeline.reporting.row_files.workbook_frame import (
    LargeSheet,
    Note,
    ReasonLine,
    opening_and_ending,
    styles_in,
    workbook_frame,
)

#: A workbook of more opens slowly, and nobody corrects more by hand: rows of a sheet, cells and bytes of the workbook,
#: and notes, which spreadsheets draw one by one.
MAX_ROWS, MAX_CELLS, MAX_BYTES, MAX_NOTES = 200_000, 4_000_000, 2**30, 2_000

_TYPES = "[Content_Types].xml"

#: So many cells and bytes are worked on at once.
_SLICE_CELLS, _SLICE_BYTES = 200_000, 2**24

_WIDEST, _NARROWEST = 40.0, 8.0
_WIDTHS = {"_guidance": 60.0, "_suggested": 34.0, "_reasons": 26.0}
_WIDTH_ROWS = 1_000

_HEADER_NOTES = {
    "_row_number": "The number of the row in the original file, from 1; its header is not counted. Opened in a "
    "spreadsheet, the file has this row one further down.",
    "_line_number": "The line of the original text file on which the row begins; line breaks within cells count. "
    "Rows of a workbook have none.",
    "_suggested": "What was probably meant, where there is only one such value and it would be accepted. Nothing was "
    "changed: to take it, write it into its column.",
}


@dataclass(frozen=True, slots=True)
class RowsOfSheet:
    """The rows of a sheet, as `write_rejected_file` takes them with `supplying`, and how many there are; they may have
    `reason_columns` (List(Struct(code, field, column)), null for none).
    """

    count: int
    batches: Iterable[pl.DataFrame]


@dataclass(frozen=True, slots=True)
class LeftOutRows:
    """What a workbook is made of: the rows of the first sheet, and duplicates and suppressed ones.

    `supplying` says which columns supply each field. With `wide` there is a column of extra cells. `reasons` are the
    lines of the table of reasons, and `at` is when the workbook says that it was made.
    """

    columns: Sequence[tuple[str, str]]
    supplying: Mapping[str, Sequence[str]]
    to_correct: RowsOfSheet
    others: RowsOfSheet
    reasons: Sequence[ReasonLine]
    wide: bool
    at: datetime


def write_rejected_workbook(path: Path, left_out: LeftOutRows) -> tuple[str, ...] | None:
    """Publish the workbook at `path`; return what it has not, as sentences, or None where a sheet cannot have so many
    columns, and there is no workbook.

    Sheets: the rows to correct, the reasons, the duplicates and suppressed rows. Each cell of a row is text, never a
    formula or a link; the columns are those of the rejected file. Memory is bounded by a batch and the notes. Raises
    OSError; then `path` is as it was.
    """
    originals = OriginalColumns.among(left_out.columns, left_out.supplying)
    if len(originals.names) + len(REJECTED_FILE_COLUMNS) > MAX_COLUMNS:
        return None
    with published(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        return _Writer(left_out, originals, archive).write()


class _Writer:
    """Writes one workbook: the large sheets row by row, then everything else, for the notes are known last."""

    def __init__(self, left_out: LeftOutRows, originals: OriginalColumns, archive: zipfile.ZipFile) -> None:
        self._left_out, self._originals, self._archive = left_out, originals, archive
        self._added = [name for name in REJECTED_FILE_COLUMNS if left_out.wide or name != EXTRA_CELLS]
        self._sheets: list[LargeSheet] = []
        self._notes: list[Note] = []
        self._marked = self._cells = self._size = 0

    def write(self) -> tuple[str, ...]:
        slices = self._slices(self._left_out.to_correct)
        first = next(slices, None)
        self._sheets = list(self._planned(self._widths(first)))
        # programs that guess types expect this part first; which parts there are does not depend on the rows
        self._put(_TYPES, self._frame()[_TYPES])
        self._write_rows(0, slices if first is None else chain([first], slices))
        if len(self._sheets) > 1:
            self._write_rows(1, self._slices(self._left_out.others))
        remarks = tuple(self._remarks())
        done = {_TYPES, *(sheet.part for sheet in self._sheets)}
        for name, part in self._frame(self._notes, remarks).items():
            if name not in done:
                self._put(name, part)
        return remarks

    def _planned(self, widths: Sequence[float]) -> Iterator[LargeSheet]:
        names = [*self._originals.headers, *self._added]
        behind = len(self._originals.headers)
        notes = [Note(0, behind + self._added.index(name), text) for name, text in _HEADER_NOTES.items()]
        yield LargeSheet(REJECTED_SHEETS[0], 1, widths[: len(names)], notes=notes)
        if self._left_out.others.count:
            yield LargeSheet(REJECTED_SHEETS[2], 3, widths[: len(names)])

    def _frame(self, notes: Sequence[Note] = (), remarks: Sequence[str] = ()) -> dict[str, bytes]:
        first, *others = self._sheets
        sheets = [replace(first, notes=[*first.notes, *notes]), *others]
        return workbook_frame(sheets, self._left_out.reasons, remarks, self._left_out.at)

    def _put(self, name: str, content: bytes) -> None:
        with self._archive.open(name, "w") as part:
            part.write(content)

    def _write_rows(self, index: int, slices: Iterable[pl.DataFrame]) -> None:
        """Write a large sheet, as many of its rows as there is room for."""
        sheet, rows = self._sheets[index], 1
        frame = self._frame()[sheet.part]
        styles = styles_in(frame)
        with self._archive.open(sheet.part, "w") as part:
            part.write(opening_and_ending(frame)[0] + self._header(styles))
            for batch in slices:
                texts, room = self._texts(batch), self._room(rows - 1)
                fits = fits_in_cells(texts)
                fitting, texts = batch.filter(fits).head(room), texts.filter(fits).head(room)
                looks = self._looks(fitting, styles, rows) if index == 0 else {}
                part.write(xml := rows_as_xml(texts, rows + 1, styles["text"], looks))
                rows, self._size = rows + texts.height, self._size + len(xml)
                self._cells += texts.height * texts.width
                if not self._room(rows - 1):
                    break
            self._sheets[index] = replace(sheet, rows=rows)
            part.write(opening_and_ending(self._frame()[sheet.part])[1])

    def _room(self, rows: int) -> int:
        """Return how many more rows a sheet with so many may get."""
        cells = (MAX_CELLS - self._cells) // (len(self._originals.names) + len(self._added))
        return max(0, min(MAX_ROWS - rows, cells)) if self._size < MAX_BYTES else 0

    def _looks(self, rows: pl.DataFrame, styles: Mapping[str, int], first_row: int) -> dict[int, pl.Series]:
        """Return the styles of columns with marked cells, and take the notes on these."""
        marks = marked_cells(rows, self._originals)
        self._marked += marks.height
        self._notes += notes_on(marks.head(MAX_NOTES - len(self._notes)), rows, first_row)
        return styles_of(marks, rows, len(self._originals.names) + self._added.index("_reasons"), styles)

    def _slices(self, rows: RowsOfSheet) -> Iterator[pl.DataFrame]:
        width = len(self._originals.names) + len(self._added)
        for batch in rows.batches if rows.count else ():
            whole = self._originals.restored_in(batch)
            most = min(_SLICE_CELLS // width, whole.height * _SLICE_BYTES // max(1, int(whole.estimated_size())))
            yield from whole.iter_slices(max(1, most))

    def _texts(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the cells of a sheet; from here on only their order matters."""
        added = added_texts(batch, self._originals).with_columns(made_restorable(pl.col("extra_cells")))
        cells = batch.select(
            made_restorable(pl.col(name)).alias(f"cell {index}") for index, name in enumerate(self._originals.names)
        )
        return pl.DataFrame([*cells, *added.select(pl.col(ADDED_TEXTS[name]).cast(pl.String) for name in self._added)])

    def _header(self, styles: Mapping[str, int]) -> bytes:
        texts = [*map(harmless_header, self._originals.headers), *self._added]
        row = pl.DataFrame([texts], schema=[str(index) for index in range(len(texts))], orient="row")
        behind = len(self._originals.headers)
        looks = {
            index: pl.Series([styles["added" if index >= behind else "header"]], dtype=pl.Int64)
            for index in range(len(texts))
        }
        return rows_as_xml(row, 1, styles["text"], looks)

    def _widths(self, first: pl.DataFrame | None) -> list[float]:
        """Return widths that show nearly all cells of the first rows whole, in characters."""
        headers = [*self._originals.headers, *self._added]
        if first is None:
            longest = [0.0] * len(headers)
        else:
            lengths = self._texts(first.head(_WIDTH_ROWS)).select(pl.all().str.len_chars().quantile(0.95).fill_null(0))
            longest = list(lengths.row(0))
        shown = [max(_NARROWEST, length + 2, len(header) + 4) for header, length in zip(headers, longest, strict=True)]
        return [_WIDTHS.get(header, min(_WIDEST, width)) for header, width in zip(headers, shown, strict=True)]

    def _remarks(self) -> Iterator[str]:
        """Yield what the workbook has not."""
        missing = self._left_out.to_correct.count + self._left_out.others.count
        missing -= sum(sheet.rows - 1 for sheet in self._sheets)
        if missing:
            are = "1 row that was left out is" if missing == 1 else f"{missing:,} rows that were left out are"
            yield (
                f"{are} not in the rejected workbook: there are more than a spreadsheet opens well, or it cannot hold "
                "one of their cells. rejected.csv has all of them."
            )
        if self._marked > len(self._notes):
            yield (
                f"Only the first {counted(len(self._notes), 'marked cell')} of the rejected workbook have a note; "
                "_reasons and _guidance say the same of every row."
            )
