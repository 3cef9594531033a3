"""Runs as a process of its own, thrown away afterwards: one sheet of a workbook to an Arrow stream of texts on standard
output. A workbook of a few KB can make its reader abort or take all memory, and no `except` catches that. Choosing
header and columns belongs in spreadsheet.py.

Output: one line of JSON (`SheetFacts`, or `{"error": ..., "detail": ...}`), then the stream. Columns: `cell_0`, ... as
text, null where there is no cell; `errors` and `shown` (Int32), how many cells of the row hold an error (#N/A), or show
more than their value (leading zeros).
"""

import datetime as dt
import json
import resource
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn
from zipfile import BadZipFile

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from lead_pipeline.reading.workbook_xml import Mark

#: Limits of the process: address space, processor seconds, size of the output.
MEMORY_BYTES = 4 * 2**30
CPU_SECONDS = 300
OUTPUT_BYTES = 16 * 2**30

_ROWS = 10_000

#: Up to here every whole number has a float of its own.
_EXACT = 2**53


def main() -> None:
    """Read the sheet named on the command line: path, kind (xlsx or other), and a JSON value (name, number or null)."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    path, kind, wanted = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    import python_calamine

    try:
        _write(path, kind, wanted)
    except python_calamine.PasswordError:
        _fail("password")
    except python_calamine.CalamineError as error:
        _fail("damaged", type(error).__name__)
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


def _write(path: str, kind: str, wanted: str | int | None) -> None:
    import pyarrow as pa
    import python_calamine

    workbook = python_calamine.CalamineWorkbook.from_path(path)
    sheets = workbook.sheets_metadata
    names = [sheet.name for sheet in sheets]
    sheet = _sheet_of(workbook, wanted)
    if sheet is None:
        _say({"error": "no_sheet" if wanted is not None else "empty", "detail": "", "sheets": names})
        return
    width = sheet.end[1] + 1 if sheet.end else 1
    height = sheet.end[0] + 1 if sheet.end else 0
    marked = _marked(path, sheet.name, kind) if height else iter(())
    hidden = [found.name for found in sheets if found.visible != python_calamine.SheetVisibleEnum.Visible]
    facts = {"sheet": sheet.name, "sheets": names, "hidden": hidden, "width": width, "height": height}
    _say(facts | {"marked": marked is not None})
    if not height:
        return
    counts = [("errors", pa.int32()), ("shown", pa.int32())]
    schema = pa.schema([*((f"cell_{place}", pa.large_string()) for place in range(width)), *counts])
    with pa.ipc.new_stream(sys.stdout.buffer, schema) as stream:
        for rows, errors, shown in _batches(sheet, marked or iter(())):
            columns = [pa.array(cells, pa.large_string()) for cells in zip(*rows, strict=True)]
            counted = [pa.array(errors, pa.int32()), pa.array(shown, pa.int32())]
            stream.write_batch(pa.record_batch([*columns, *counted], schema=schema))


def _sheet_of(workbook: "CalamineWorkbook", wanted: str | int | None) -> "CalamineSheet | None":
    """Return the sheet asked for, or the first visible worksheet with a value in it."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, WorksheetNotFound

    if wanted is not None:
        try:
            if isinstance(wanted, int):
                return workbook.get_sheet_by_index(wanted - 1)
            return workbook.get_sheet_by_name(wanted)
        except (WorksheetNotFound, IndexError, OverflowError):
            return None
    for place, metadata in enumerate(workbook.sheets_metadata):
        if metadata.visible == SheetVisibleEnum.Visible and metadata.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_index(place)
            if sheet.end is not None:
                return sheet
    return None


def _batches(
    sheet: "CalamineSheet", marked: Iterator[tuple[int, int, "Mark"]]
) -> Iterator[tuple[list[list[str]], list[int], list[int]]]:
    """Yield rows of texts, from the first row of the sheet on, with how many cells of each are errors, or show more."""
    rows: list[list[str]] = []
    errors: list[int] = []
    shown: list[int] = []
    from lead_pipeline.reading.number_formats import with_shown

    mark = next(marked, None)
    width = sheet.end[1] + 1 if sheet.end else 0
    for number, row in enumerate(sheet.iter_rows()):
        texts = [cell if type(cell) is str and "\0" not in cell else text_of(cell) for cell in row]
        if len(texts) < width:  # python-calamine leaves out the columns to the left of the first with a value
            texts = [""] * (width - len(texts)) + texts
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


def text_of(value: object) -> str:
    """Return a cell's value as text: whole numbers without `.0`, never an exponent, dates ISO, booleans true/false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
        return format(Decimal(repr(value)), "f")  # the digits that tell the number apart, and zeros: none made up
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return "" if value is None else str(value).replace("\0", "")


def _marked(path: str, sheet: str, kind: str) -> Iterator[tuple[int, int, "Mark"]] | None:
    """Return what the reader does not tell of the cells, or None where that cannot be found out."""
    from lead_pipeline.reading.workbook_binary import marked_cells_of_xls, marked_cells_of_xlsb
    from lead_pipeline.reading.workbook_xml import marked_cells, marked_cells_of_ods

    if kind == "xls":
        marks = marked_cells_of_xls(path, sheet)
        return None if marks is None else iter(marks)
    return {"xlsx": marked_cells, "ods": marked_cells_of_ods, "xlsb": marked_cells_of_xlsb}[kind](path, sheet)


def _import_without_the_room() -> None:
    """Let modules beside this be imported without the room's own imports, which cost more than a small workbook."""
    for name, folder in (
        ("lead_pipeline", Path(__file__).parents[1]),
        ("lead_pipeline.reading", Path(__file__).parent),
    ):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


if __name__ == "__main__":
    _import_without_the_room()
    main()
