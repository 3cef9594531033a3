"""Runs as a process of its own, thrown away afterwards: one sheet of a workbook to an Arrow stream of texts on standard
output. A workbook of a few KB can make its reader abort or take all memory, and no `except` catches that.

Output: one line of JSON (the facts of the sheet, or `{"error": ..., "detail": ...}`), then the stream. Columns:
`cell_0`, ... as text; `cell_types` (a letter for each, null where all are texts); and as Int32 `errors`, `prefixes`,
`merged` and `hidden`: how many cells of the row hold an error (#N/A), show more than their value (leading zeros), or
have that of a merged cell above, and 1 for a row that is hidden; null where that cannot be found out.
"""

import json
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, NoReturn
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from lead_pipeline.model.texts.typed_cells import CELL_TYPES, TEXT
from lead_pipeline.reading.workbook.binary_annotations import cell_annotations_of_xls, cell_annotations_of_xlsb
from lead_pipeline.reading.workbook.format_readers import (
    Annotation,
    AnnotationsUnknownError,
    Book,
    EncryptedWorkbookError,
    HiddenRow,
    Merge,
    Sheet,
    UnreadableWorkbookError,
    read_with_calamine,
    read_with_xlrd,
    repacked,
)
from lead_pipeline.reading.workbook.number_formats import apply_display_prefix
from lead_pipeline.reading.workbook.ods_annotations import cell_annotations_of_ods
from lead_pipeline.reading.workbook.xlsx_annotations import cell_annotations_of_xlsx

#: Limits of the process: address space, processor seconds, size of the output.
MEMORY_BYTES = 4 * 2**30
CPU_SECONDS = 300
OUTPUT_BYTES = 16 * 2**30

_ROWS = 10_000

_COUNTED = ("errors", "prefixes", "merged", "hidden")


def main() -> None:
    """Read the sheet named on the command line.

    Arguments: path, kind (xlsx, xlsb, xls or ods), the sheet as JSON (name, number or null), and the way to read it:
    calamine, xlrd, or calamine after the workbook was packed again (repacked).
    """
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    path, kind, wanted, way = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4]
    try:
        with tempfile.TemporaryDirectory() as folder:
            _write(path, kind, wanted, way, Path(folder))
    except EncryptedWorkbookError:
        _fail("password")
    except UnreadableWorkbookError as error:
        _fail("damaged", str(error))
    except (
        OSError,
        ValueError,
        KeyError,
        IndexError,
        OverflowError,
        MemoryError,
        SyntaxError,
        BadZipFile,
    ) as error:  # XML that does not parse is a SyntaxError
        _fail("damaged", type(error).__name__)


def _fail(error: str, detail: str = "") -> NoReturn:
    _say({"error": error, "detail": detail})
    sys.exit(1)


def _say(facts: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n")
    sys.stdout.buffer.flush()


def _write(path: str, kind: str, wanted: str | int | None, way: str, folder: Path) -> None:
    import pyarrow as pa

    if way == "repacked":
        if not repacked(path, folder / "workbook"):
            raise UnreadableWorkbookError("CalamineError")
        path = str(folder / "workbook")
    book = _read(path, wanted, way)
    sheet = book.sheet
    if sheet is None:
        _say({"error": "no_sheet" if wanted is not None else "empty", "detail": "", "sheets": book.names})
        return
    facts = {"sheet": sheet.name, "sheets": book.names, "hidden": book.hidden}
    _say(facts | {"width": sheet.width, "height": sheet.height})
    if not sheet.height:
        return
    more = [(CELL_TYPES, pa.large_string()), *((name, pa.int32()) for name in _COUNTED)]
    schema = pa.schema([*((f"cell_{index}", pa.large_string()) for index in range(sheet.width)), *more])
    with pa.ipc.new_stream(sys.stdout.buffer, schema) as stream:
        for rows in _batches(sheet, _annotations(path, sheet.name, kind)):
            columns = [pa.array(cells, pa.large_string()) for cells in zip(*(row.cells for row in rows), strict=True)]
            counted = [[getattr(row, name) for row in rows] for name in _COUNTED]
            types = pa.array([row.types for row in rows], pa.large_string())
            arrays = [*columns, types, *(pa.array(numbers, pa.int32()) for numbers in counted)]
            stream.write_batch(pa.record_batch(arrays, schema=schema))


def _read(path: str, wanted: str | int | None, way: str) -> Book:
    return read_with_xlrd(path, wanted) if way == "xlrd" else read_with_calamine(path, wanted)


class _Row(NamedTuple):
    """A row of texts and the types of its cells, and what else there is to say of it (None: unknown)."""

    cells: list[str]
    types: str | None
    errors: int | None
    prefixes: int | None
    merged: int | None
    hidden: int | None


def _batches(sheet: Sheet, annotations: Iterator[tuple[int, int, Annotation]]) -> Iterator[list[_Row]]:
    """Yield the rows of the sheet, from its first on, as their cells show them."""
    waiting = _Waiting(annotations, sheet.merges)
    rows = (waiting.annotated(index, *row) for index, row in enumerate(sheet.rows()))
    while batch := list(islice(rows, _ROWS)):
        yield batch


class _Waiting:
    """The annotations that rows are still to get, of which the next is held."""

    def __init__(
        self, annotations: Iterator[tuple[int, int, Annotation]], merges: Sequence[tuple[int, int, int]]
    ) -> None:
        self._annotations = annotations
        self._known = True
        self._merged = _Merged(merges)
        self._advance()

    def _advance(self) -> None:
        try:
            self._next = next(self._annotations, None)
        except (AnnotationsUnknownError, ExpatError, SyntaxError):  # the last two: XML that does not parse
            self._next, self._known = None, False

    def annotated(self, index: int, cells: list[str], types: str | None) -> _Row:
        errors = prefixes = hidden = 0
        while self._next is not None and self._next[0] <= index:
            row, column, annotation = self._next
            if row < index or column >= len(cells):
                pass
            elif isinstance(annotation, HiddenRow):
                hidden = 1
            elif isinstance(annotation, Merge):
                self._merged.add(row, column, annotation.last_row)
            elif isinstance(annotation, str):
                cells[column], errors = annotation, errors + 1
            elif (text := apply_display_prefix(cells[column], annotation)) != cells[column]:
                cells[column], prefixes = text, prefixes + 1
            self._advance()
        merged = 0
        if self._merged:
            types, merged = self._merged.filled(index, cells, types)
        return _Row(cells, types, errors, prefixes, merged, hidden) if self._known else _Row(cells, types, *[None] * 4)


class _Merged:
    """The cells that reach down over others, which a person sees beside each of their rows."""

    def __init__(self, merges: Sequence[tuple[int, int, int]]) -> None:
        self._to_come: dict[int, list[tuple[int, int]]] = {}
        self._open: dict[int, tuple[int, str, str]] = {}  # column: last row, text and type
        for merge in merges:
            self.add(*merge)

    def __bool__(self) -> bool:
        return bool(self._open or self._to_come)

    def add(self, row: int, column: int, last_row: int) -> None:
        self._to_come.setdefault(row, []).append((column, last_row))

    def filled(self, index: int, cells: list[str], types: str | None) -> tuple[str | None, int]:
        """Give the cells of a row the values of those that reach over them, unless the row has nothing else; return
        the types, and how many cells there were.
        """
        count = 0
        if self._open:
            self._open = {column: merge for column, merge in self._open.items() if merge[0] >= index}
            letters = list(types or TEXT * len(cells))
            if any(cells):
                for column, (_, text, letter) in self._open.items():
                    if not cells[column]:
                        cells[column], letters[column], count = text, letter, count + 1
                types = "".join(letters) if count and set(letters) != {TEXT} else types
        for column, last_row in self._to_come.pop(index, ()):
            if column < len(cells) and cells[column]:
                self._open[column] = last_row, cells[column], types[column] if types else TEXT
        return types, count


def _annotations(path: str, sheet: str, kind: str) -> Iterator[tuple[int, int, Annotation]]:
    """Return what the reader does not say of the cells."""
    return {
        "xlsx": cell_annotations_of_xlsx,
        "ods": cell_annotations_of_ods,
        "xlsb": cell_annotations_of_xlsb,
        "xls": cell_annotations_of_xls,
    }[kind](path, sheet)
