"""Starts the process that reads one sheet of a workbook, and holds what it wrote: facts of the sheet, and rows."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import polars as pl
import pyarrow as pa

from lead_pipeline.model.errors import (
    FileEmptyError,
    FileEncryptedError,
    FileUnreadableError,
    UsageError,
    did_you_mean,
    listed,
)
from lead_pipeline.reading.source import Source

#: The child is stopped after this long, whatever it is doing.
SECONDS = 600

#: Isolated from the environment, so that the package is named by its path; it imports no Polars before it has to.
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from lead_pipeline.reading.workbook import child; child.main()"
)
_PACKAGE_PARENT = str(Path(__file__).parents[3])

#: The ways to read a kind of workbook, the one that reads most of them first.
_WAYS = {
    "xlsx": ("calamine", "repacked"),
    "ods": ("calamine", "repacked"),
    "xlsb": ("calamine",),
    "xls": ("calamine", "xlrd"),
    "xls before 1997": ("xlrd",),
}
_KINDS = {"xls before 1997": "xls"}


class SheetFacts(NamedTuple):
    """What the child says of a sheet before its rows: its name and size, and the names of all and of hidden sheets."""

    sheet: str
    sheets: list[str]
    hidden: list[str]
    width: int
    height: int


class SheetStream(NamedTuple):
    """A sheet as the child wrote it, to be read as often as wanted. The file behind it is gone with its last reader."""

    facts: SheetFacts
    stream: pa.Buffer

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows: a String column per cell, `cell_types`, and the counts of what is special."""
        with pa.ipc.open_stream(self.stream) as batches:
            for batch in batches:
                yield pl.DataFrame(pl.from_arrow(batch))


class _ChildFailedError(Exception):
    """The child gave no rows; `error` says which trouble it was, `facts` more about it."""

    def __init__(self, error: str, facts: dict[str, Any]) -> None:
        self.error, self.facts = error, facts


def format_of(kind: str) -> str:
    """Return the format of a kind of workbook, as people call it."""
    return _KINDS.get(kind, kind)


def read_sheet(source: Source, kind: str, sheet: str | int | None) -> SheetStream:
    """Have a child read a sheet (a name, a 1-based number, or None for the first visible one with a value).

    Raises FileEncryptedError, FileUnreadableError (damaged, too much for the limits, or rows that went missing on the
    way), FileEmptyError, UsageError for a sheet that does not exist.
    """
    first: _ChildFailedError | None = None
    for way in _WAYS[kind]:
        try:
            found = _run_child(source, kind, sheet, way)
        except _ChildFailedError as failure:
            first = first or failure  # the library that reads most is the one to quote
            if failure.error not in ("damaged", "died"):
                _refuse(failure, source.display_name, sheet)
        else:
            return _whole(found, source.display_name)
    assert first is not None  # noqa: S101  (every kind has a way)
    return _refuse(first, source.display_name, sheet)


def _run_child(source: Source, kind: str, sheet: str | int | None, way: str) -> SheetStream:
    command = [sys.executable, "-I", "-c", _CHILD, _PACKAGE_PARENT, str(source.path.resolve()), format_of(kind)]
    with tempfile.NamedTemporaryFile() as output:
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
            raise _ChildFailedError("died", {}) from None
        output.seek(0)
        line = output.readline()
        facts: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {"error": "died"}
        if error := facts.pop("error", "died" if ended else None):
            raise _ChildFailedError(error, facts)
        with pa.memory_map(output.name) as written:  # which outlives the name of the file
            written.seek(len(line))
            return SheetStream(SheetFacts(**facts), written.read_buffer())


def _whole(found: SheetStream, display_name: str) -> SheetStream:
    facts = found.facts
    if not facts.height:
        raise FileEmptyError(
            f"{display_name} has no value in sheet '{facts.sheet}'. Name another of its sheets: {listed(facts.sheets)}."
        )
    received = sum(frame.height for frame in found.frames())
    if received != facts.height:
        raise FileUnreadableError(
            f"{display_name} could not be read in full: sheet '{facts.sheet}' has {facts.height} rows, but only "
            f"{received} arrived. Open it, save the list as a CSV file and drop that."
        )
    return found


def _refuse(failure: _ChildFailedError, display_name: str, sheet: str | int | None) -> NoReturn:
    facts = failure.facts
    match failure.error:
        case "password":
            raise FileEncryptedError(
                f"{display_name} is a workbook protected by a password. Save a copy without a password and drop that."
            )
        case "empty":
            raise FileEmptyError(
                f"{display_name} has no visible sheet with a value in it (sheets: {listed(facts['sheets'])}). "
                "Export the list again, or name the sheet."
            )
        case "no_sheet":
            near = did_you_mean(str(sheet), facts["sheets"])
            raise UsageError(f"{display_name} has no sheet '{sheet}'.{near} Its sheets are {listed(facts['sheets'])}.")
        case "died":
            raise FileUnreadableError(
                f"{display_name} is a workbook that cannot be read within the limits of memory and time: it is "
                "damaged, or much larger unpacked than it should be. "
                "Open it, save the list as a CSV file and drop that."
            )
        case _:
            raise FileUnreadableError(
                f"{display_name} is a damaged workbook ({facts['detail']}). Open it, save a copy and drop that."
            )
