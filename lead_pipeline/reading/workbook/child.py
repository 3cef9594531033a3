"""Runs as a process of its own, thrown away afterwards: one sheet of a workbook to an Arrow stream of texts on standard
output. A workbook of a few KB can make its reader abort or take all memory, and no `except` catches that. Choosing
header and columns belongs in workbook_file.py.

Output: one line of JSON (`SheetFacts`, or `{"error": ..., "detail": ...}`), then the stream. Columns: `cell_0`, ... as
text, null where there is no cell; `errors` and `shown` (Int32), how many cells of the row hold an error (#N/A), or show
more than their value (leading zeros).
"""

import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zipfile import BadZipFile

if TYPE_CHECKING:
    from lead_pipeline.reading.workbook.format_readers import Book, Sheet
    from lead_pipeline.reading.workbook.xml_annotations import Mark

#: Limits of the process: address space, processor seconds, size of the output.
MEMORY_BYTES = 4 * 2**30
CPU_SECONDS = 300
OUTPUT_BYTES = 16 * 2**30

_ROWS = 10_000


def main() -> None:
    """Read the sheet named on the command line.

    Arguments: path, kind (xlsx, xlsb, xls or ods), the sheet as JSON (name, number or null), and the way to read it:
    calamine, xlrd, or calamine after the workbook was packed anew (repacked).
    """
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    path, kind, wanted, way = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4]
    from lead_pipeline.reading.workbook.format_readers import EncryptedWorkbookError, UnreadableWorkbookError

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

    from lead_pipeline.reading.workbook.format_readers import UnreadableWorkbookError, repacked

    if way == "repacked":
        if not repacked(path, folder / "workbook"):
            raise UnreadableWorkbookError("CalamineError")
        path = str(folder / "workbook")
    book = _read(path, wanted, way)
    sheet = book.sheet
    if sheet is None:
        _say({"error": "no_sheet" if wanted is not None else "empty", "detail": "", "sheets": book.names})
        return
    marked = _marked(path, sheet.name, kind) if sheet.height else iter(())
    facts = {"sheet": sheet.name, "sheets": book.names, "hidden": book.hidden, "marked": marked is not None}
    _say(facts | {"width": sheet.width, "height": sheet.height})
    if not sheet.height:
        return
    counts = [("errors", pa.int32()), ("shown", pa.int32())]
    schema = pa.schema([*((f"cell_{place}", pa.large_string()) for place in range(sheet.width)), *counts])
    with pa.ipc.new_stream(sys.stdout.buffer, schema) as stream:
        for rows, errors, shown in _batches(sheet, marked or iter(())):
            columns = [pa.array(cells, pa.large_string()) for cells in zip(*rows, strict=True)]
            counted = [pa.array(errors, pa.int32()), pa.array(shown, pa.int32())]
            stream.write_batch(pa.record_batch([*columns, *counted], schema=schema))


def _read(path: str, wanted: str | int | None, way: str) -> "Book":
    from lead_pipeline.reading.workbook.format_readers import read_with_calamine, read_with_xlrd

    return read_with_xlrd(path, wanted) if way == "xlrd" else read_with_calamine(path, wanted)


def _batches(
    sheet: "Sheet", marked: Iterator[tuple[int, int, "Mark"]]
) -> Iterator[tuple[list[list[str]], list[int], list[int]]]:
    """Yield rows of texts, from the first row of the sheet on, with how many cells of each are errors, or show more."""
    from lead_pipeline.reading.workbook.number_formats import with_shown

    rows: list[list[str]] = []
    errors: list[int] = []
    shown: list[int] = []
    mark = next(marked, None)
    for number, texts in enumerate(sheet.rows()):
        wrong = more = 0
        while mark is not None and mark[0] <= number:
            _, column, what = mark
            if mark[0] == number and column < len(texts):
                if isinstance(what, str):
                    texts[column], wrong = what, wrong + 1
                elif (text := with_shown(texts[column], what)) != texts[column]:
                    texts[column], more = text, more + 1
            mark = next(marked, None)
        rows.append(texts)
        errors.append(wrong)
        shown.append(more)
        if len(rows) == _ROWS:
            yield rows, errors, shown
            rows, errors, shown = [], [], []
    if rows:
        yield rows, errors, shown


def _marked(path: str, sheet: str, kind: str) -> Iterator[tuple[int, int, "Mark"]] | None:
    """Return what the reader does not tell of the cells, or None where that cannot be found out."""
    from lead_pipeline.reading.workbook.binary_annotations import marked_cells_of_xls, marked_cells_of_xlsb
    from lead_pipeline.reading.workbook.xml_annotations import marked_cells, marked_cells_of_ods

    if kind == "xls":
        marks = marked_cells_of_xls(path, sheet)
        return None if marks is None else iter(marks)
    return {"xlsx": marked_cells, "ods": marked_cells_of_ods, "xlsb": marked_cells_of_xlsb}[kind](path, sheet)
