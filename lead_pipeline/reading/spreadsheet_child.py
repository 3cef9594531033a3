"""Runs as a process of its own, thrown away afterwards: one sheet of a workbook to an Arrow stream of texts on standard
output. A workbook of a few KB can make its reader abort or take all memory, and no `except` catches that. Choosing
header and columns belongs in spreadsheet.py.

Output: one line of JSON (`SheetFacts`, or `{"error": ..., "detail": ...}`), then the stream. Columns: `cell_0`, ... as
text, null where there is no cell, and `errors` (Int32), the number of error cells (#N/A) in the row.
"""

import datetime as dt
import json
import resource
import sys
from collections.abc import Iterator
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zipfile import BadZipFile

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

#: Limits of the process: address space, processor seconds, size of the output.
MEMORY_BYTES = 4 * 2**30
CPU_SECONDS = 300
OUTPUT_BYTES = 16 * 2**30

_ROWS = 10_000


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
    names = [sheet.name for sheet in workbook.sheets_metadata]
    sheet = _sheet_of(workbook, wanted)
    if sheet is None:
        _say({"error": "no_sheet" if wanted is not None else "empty", "detail": "", "sheets": names})
        return
    width = sheet.end[1] + 1 if sheet.end else 1
    height = sheet.end[0] + 1 if sheet.end else 0
    _say({"sheet": sheet.name, "sheets": names, "width": width, "height": height})
    if not height:
        return
    schema = pa.schema([*((f"cell_{place}", pa.large_string()) for place in range(width)), ("errors", pa.int32())])
    marked = _marked(path, sheet.name, kind)
    with pa.ipc.new_stream(sys.stdout.buffer, schema) as stream:
        for rows, errors in _batches(sheet, marked):
            columns = [pa.array(cells, pa.large_string()) for cells in zip(*rows, strict=True)]
            stream.write_batch(pa.record_batch([*columns, pa.array(errors, pa.int32())], schema=schema))


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
    sheet: "CalamineSheet", marked: Iterator[tuple[int, int, int | str]]
) -> Iterator[tuple[list[list[str]], list[int]]]:
    """Yield rows of texts, from the first row of the sheet on, with the number of error cells in each."""
    rows: list[list[str]] = []
    errors: list[int] = []
    mark = next(marked, None)
    width = sheet.end[1] + 1 if sheet.end else 0
    for number, row in enumerate(sheet.iter_rows()):
        texts = [cell if type(cell) is str else text_of(cell) for cell in row]
        if len(texts) < width:  # python-calamine leaves out the columns to the left of the first with a value
            texts = [""] * (width - len(texts)) + texts
        wrong = 0
        while mark is not None and mark[0] <= number:
            _, column, what = mark
            if mark[0] == number and column < len(texts):
                texts[column] = what if isinstance(what, str) else padded(texts[column], what)
                wrong += isinstance(what, str)
            mark = next(marked, None)
        rows.append(texts)
        errors.append(wrong)
        if len(rows) == _ROWS:
            yield rows, errors
            rows, errors = [], []
    if rows:
        yield rows, errors


def text_of(value: object) -> str:
    """Return a cell's value as text: whole numbers without `.0`, never an exponent, dates ISO, booleans true/false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        return format(Decimal(repr(value)), "f")
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return "" if value is None else str(value)


def padded(text: str, digits: int) -> str:
    """Return a whole number with the leading zeros that its cell format shows."""
    sign, number = ("-", text[1:]) if text.startswith("-") else ("", text)
    return sign + number.zfill(digits) if number.isdigit() else text


def _marked(path: str, sheet: str, kind: str) -> Iterator[tuple[int, int, int | str]]:
    beside = spec_from_file_location("workbook_xml", Path(__file__).with_name("workbook_xml.py"))
    if beside is None or beside.loader is None or kind not in ("xlsx", "ods"):
        return iter(())
    module = module_from_spec(beside)
    beside.loader.exec_module(module)
    marked = module.marked_cells if kind == "xlsx" else module.marked_cells_of_ods
    marks: Iterator[tuple[int, int, int | str]] = marked(path, sheet)
    return marks


if __name__ == "__main__":
    main()
