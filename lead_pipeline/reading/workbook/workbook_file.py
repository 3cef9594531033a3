"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) to rows: starts the child process that reads, finds the header in what it
returns. What a cell means as text belongs in spreadsheet_child.py.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl
import pyarrow as pa

from lead_pipeline.model.errors import (
    FileEmptyError,
    FileEncryptedError,
    FileUnreadableError,
    HeaderMissingError,
    UsageError,
    did_you_mean,
    listed,
)
from lead_pipeline.model.reasons import Reason
from lead_pipeline.reading import notes
from lead_pipeline.reading.delimited.tokenizer import Record
from lead_pipeline.reading.header import SniffedHeader, find_header, header_texts, is_blank
from lead_pipeline.reading.row_reader import (
    BLANK_CHARACTERS,
    Column,
    ReadingFacts,
    ReadingOptions,
    RowReader,
    frame_schema,
    named_columns,
)
from lead_pipeline.reading.source import Source

#: The child is stopped after this long, whatever it is doing.
SECONDS = 600

_LOOKED_AT = 200

#: Isolated from the environment, so that the package is named by its path; it imports no Polars before it has to.
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from lead_pipeline.reading.workbook import child; child.main()"
)
_PACKAGE_PARENT = str(Path(__file__).parents[3])


def open_spreadsheet(source: Source, kind: str, options: ReadingOptions, packing: str = "") -> RowReader:
    """Open one sheet of a workbook; every cell is text as the cell means it, `line_number` is null.

    `packing` is how the workbook was compressed. Raises FileEncryptedError, FileUnreadableError (damaged, or too much
    for the limits), FileEmptyError for one without a value, HeaderMissingError, UsageError for a sheet that does not
    exist.
    """
    spool = _Spool()
    told = _read(source, kind, options.sheet, spool.file)
    body = spool.file.tell()
    if not told["height"]:
        raise FileEmptyError(f"{source.shown} has no value in sheet '{told['sheet']}'. Name another sheet.")
    received = shown = errors = 0
    for frame in _stream(spool, body):
        received += frame.height
        shown, errors = shown + int(frame["shown"].sum()), errors + int(frame["errors"].sum())
    if received != told["height"]:
        raise FileUnreadableError(
            f"{source.shown} could not be read in full: sheet '{told['sheet']}' has {told['height']} rows, {received} "
            "came. Open it, save the list as a CSV file and drop that."
        )
    first = _first_rows(spool, body)
    header = _header_of(first, options)
    columns = _columns_of(first, header, int(told["width"]), source.shown)
    facts = ReadingFacts(
        format=_KINDS.get(kind, kind),
        packing=packing,
        encoding="",
        delimiter="",
        quote="",
        header_line=None if header.header is None else header.header + 1,
        header_sure=header.sure,
        sheet=str(told["sheet"]),
        sheets=tuple(told["sheets"]),
        notes=(
            *notes.of_workbook(told["sheet"], told["sheets"], told["hidden"]),
            *notes.above_header(header, first, 0, header.first_row - header.rows + 1, noun="Row"),
            *notes.of_columns(columns),
            *notes.of_cells(shown, errors, marked=told["marked"]),
        ),
    )

    def frames(_: list[str]) -> Iterator[pl.DataFrame]:
        return _frames(spool, body, columns, header.first_row)

    return RowReader(columns, facts, frames, has_rows=any(frame.height for frame in frames([])))


#: The ways to read a kind of workbook, the one that reads most of them first.
_WAYS = {
    "xlsx": ("calamine", "repacked"),
    "ods": ("calamine", "repacked"),
    "xlsb": ("calamine",),
    "xls": ("calamine", "xlrd"),
    "xls before 1997": ("xlrd",),
}
_KINDS = {"xls before 1997": "xls"}


class _Spool:
    """What the child wrote, in a file without a name, as long as somebody may want to read it (again)."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the reader that holds it)

    def __del__(self) -> None:
        self.file.close()


def _read(source: Source, kind: str, sheet: str | int | None, output: IO[bytes]) -> dict[str, Any]:
    """Run the child, which writes to `output`, and return what it tells of the sheet; `output` stands after that."""
    first: dict[str, Any] | None = None
    for way in _WAYS[kind]:
        told = _told(source, kind, sheet, way, output)
        if told.get("error") not in ("damaged", "died"):
            break
        first = first or told  # the library that reads most is the one to quote
    else:
        told = first or told
    if "error" in told:
        _refuse(told, source.shown, sheet)
    return told


def _told(source: Source, kind: str, sheet: str | int | None, way: str, output: IO[bytes]) -> dict[str, Any]:
    output.seek(0)
    output.truncate()
    command = [sys.executable, "-I", "-c", _CHILD, _PACKAGE_PARENT, str(source.path.resolve()), _KINDS.get(kind, kind)]
    try:
        ended = subprocess.run(
            [*command, json.dumps(sheet), way],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        ended = -1
    output.seek(0)
    line = output.readline()
    told: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {"error": "died", "detail": ""}
    return {"error": "died", "detail": ""} if ended and "error" not in told else told


def _refuse(told: dict[str, Any], shown: str, sheet: str | int | None) -> None:
    match told["error"]:
        case "password":
            raise FileEncryptedError(
                f"{shown} is a workbook protected by a password. Save a copy without a password and drop that."
            )
        case "empty":
            raise FileEmptyError(
                f"{shown} has no visible sheet with a value in it (sheets: {listed(told['sheets'])}). "
                "Export the list again, or name the sheet."
            )
        case "no_sheet":
            near = did_you_mean(str(sheet), told["sheets"])
            raise UsageError(f"{shown} has no sheet '{sheet}'.{near} Its sheets are {listed(told['sheets'])}.")
        case "died":
            raise FileUnreadableError(
                f"{shown} is a workbook that cannot be read within the limits of memory and time: it is damaged, or "
                "much larger unpacked than it should be. Open it, save the list as a CSV file and drop that."
            )
        case _:
            raise FileUnreadableError(
                f"{shown} is a damaged workbook ({told['detail']}). Open it, save a copy and drop that."
            )


def _stream(spool: _Spool, body: int) -> Iterator[pl.DataFrame]:
    output = spool.file  # held by way of the spool, which closes it with its last reader
    output.seek(body)
    with pa.ipc.open_stream(output) as stream:
        for batch in stream:
            position = output.tell()
            yield pl.DataFrame(pl.from_arrow(batch))
            output.seek(position)


def _first_rows(spool: _Spool, body: int) -> list[Record]:
    """Return the rows down to some way below the first that is not blank."""
    records: list[Record] = []
    blank = 0
    for frame in _stream(spool, body):
        for row in frame.drop("errors", "shown").rows():
            record = Record([cell or "" for cell in row], 1, False)
            records.append(record)
            blank += blank == len(records) - 1 and is_blank(record)
            if len(records) >= blank + _LOOKED_AT:
                return records
    return records


def _header_of(records: list[Record], options: ReadingOptions) -> SniffedHeader:
    if options.header is False:
        first = next((place for place, record in enumerate(records) if any(record.cells)), 0)
        return SniffedHeader(None, first, 1.0)
    if options.header_row is not None:
        return SniffedHeader(options.header_row - 1, options.header_row, 1.0)
    trimmed = [Record(_trimmed(record.cells), 1, False) for record in records]
    found = find_header(trimmed)
    if options.header and found.header is None:
        return SniffedHeader(found.first_row, found.first_row + 1, 1.0)
    return found


def _trimmed(cells: list[str]) -> list[str]:
    """Drop the empty cells at the end: a sheet is as wide as its widest row."""
    width = len(cells)
    while width > 1 and not cells[width - 1].strip(BLANK_CHARACTERS):
        width -= 1
    return cells[:width]


def _columns_of(records: list[Record], header: SniffedHeader, width: int, shown: str) -> tuple[Column, ...]:
    if header.header is None:
        return named_columns([""] * width)
    if header.header >= len(records) or not any(cell.strip(BLANK_CHARACTERS) for cell in records[header.header].cells):
        raise HeaderMissingError(
            f"{shown} has no header: row {header.header + 1} of the sheet is empty. Put the column names in one row."
        )
    texts, names = header_texts([record.cells for record in records[header.first_row - header.rows : header.first_row]])
    return named_columns(texts, names)


def _frames(spool: _Spool, body: int, columns: tuple[Column, ...], skip: int) -> Iterator[pl.DataFrame]:
    """Yield the rows below the header; blank rows at the very end, which nobody sees in a sheet, are left out."""
    schema = frame_schema(columns)
    next_row, waiting = 1, []
    for batch in _stream(spool, body):
        frame = batch.slice(min(skip, batch.height))
        skip -= min(skip, batch.height)
        if not frame.height:
            continue
        dressed = _dressed(frame, next_row, schema)
        next_row += frame.height
        blank = dressed.select(pl.col("reasons").list.contains(Reason.ROW_BLANK.value)).to_series()
        full = blank.not_().arg_true()
        if not len(full):
            waiting.append(dressed)
            continue
        yield from waiting
        last = int(full[-1]) + 1
        yield dressed.head(last)
        waiting = [dressed.slice(last)] if last < dressed.height else []


def _dressed(frame: pl.DataFrame, first_row: int, schema: dict[str, Any]) -> pl.DataFrame:
    cells = pl.exclude("errors", "shown").fill_null("")
    blank = pl.all_horizontal(cells.str.strip_chars(BLANK_CHARACTERS) == "")
    none = pl.lit([], pl.List(pl.String))
    reasons = (
        pl.when(blank)
        .then(pl.lit([Reason.ROW_BLANK.value]))
        .when(pl.col("errors") > 0)
        .then(pl.lit([Reason.SPREADSHEET_ERROR.value]))
        .otherwise(none)
    )
    dressed = frame.select(
        pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias("row_number"),
        pl.lit(None, pl.Int64).alias("line_number"),
        cells,
        reasons.alias("reasons"),
        pl.lit(None, pl.List(pl.String)).alias("extra_cells"),
    )
    dressed.columns = list(schema)
    return dressed
