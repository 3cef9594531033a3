"""Opens a file of whatever kind as rows: finds out what it is, and hands it to the reader of that kind."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from lead_pipeline.model.errors import FileEmptyError, listed
from lead_pipeline.model.formula_injection import is_returning
from lead_pipeline.reading import notes
from lead_pipeline.reading.delimited.delimited_file import open_delimited
from lead_pipeline.reading.file_formats import (
    container_of,
    packing_of,
    refuse_packed_twice,
    refuse_what_is_not_a_table,
    what_a_zip_holds,
)
from lead_pipeline.reading.row_reader import ReadingOptions, RowReader
from lead_pipeline.reading.source import ZEROS_BEHIND_ARCHIVE, ZEROS_BEHIND_OLE, Source
from lead_pipeline.reading.workbook.workbook_file import open_workbook

#: So much of a file is looked at to find out what it is.
HEAD_BYTES = 64 * 2**10

_ALL_FOUND = ReadingOptions()

#: The kinds of workbooks that are not a zip, by their containers.
_BINARY = {"ole": "xls", "biff": "xls before 1997"}


def open_rows(
    path: Path, *, file_name: str | None = None, options: ReadingOptions = _ALL_FOUND, may_be_empty: bool = False
) -> RowReader:
    """Open a file (an immutable copy; its name and extension decide nothing) and return a reader of its rows.

    `file_name` is what people know the file as, for messages and notes only. Raises a FileRefusedError
    (FileUnreadableError, FileTypeUnsupportedError, FileEncryptedError, FileEmptyError, HeaderMissingError) for a file
    without rows to read; one with a header and no rows is read as what it is when it `may_be_empty`.
    """
    display_name = f"'{file_name or path.name}'"
    reader = _opened(Source(path, display_name), options)
    reader.note(*notes.of_name(file_name or path.name, reader.facts.format, reader.facts.packing))
    if reader.has_rows or may_be_empty:
        return reader
    where = f" in sheet '{reader.facts.sheet}'" if reader.facts.sheet else ""
    others = [f"'{name}'" for name in reader.facts.sheets if name != reader.facts.sheet]
    which = (
        f", or read another sheet ({listed(others)}) with `reading: {{sheet: NAME}}` in the profile" if others else ""
    )
    remedy = f"Export the list again{which}."
    columns = "1 column" if len(reader.columns) == 1 else f"{len(reader.columns)} columns"
    raise FileEmptyError(f"{display_name} has a header of {columns}{where} and no row below it. {remedy}")


def _opened(source: Source, options: ReadingOptions) -> RowReader:
    head = next(source.blocks(HEAD_BYTES), b"")
    container = container_of(head)
    if container in _BINARY:
        source.refuse_zeros_behind(source.zeros_behind(), ZEROS_BEHIND_OLE)
        return open_workbook(source, _BINARY[container], options)
    if container == "zip" or packing_of(head):
        source.refuse_zeros_behind(source.zeros_behind(), ZEROS_BEHIND_ARCHIVE)
    left_out: tuple[str, ...] = ()
    if container == "zip":
        held = what_a_zip_holds(source.path, source.display_name)
        if held.kind != "zip":
            return open_workbook(source, held.kind, options)
        source, left_out = replace(source, packing="zip", member=held.member), held.left_out
    elif packing := packing_of(head):
        source = replace(source, packing=packing)
    if source.packing:
        head = next(source.blocks(HEAD_BYTES), b"")
        if container_of(head):
            return _packed_workbook(source, options)
        refuse_packed_twice(head, source.display_name)
    refuse_what_is_not_a_table(head, source.display_name)
    given = _ALL_FOUND if _is_ours(head) else options
    return open_delimited(source, head, given, notes.of_archive(source.member, left_out))


def _is_ours(head: bytes) -> bool:
    """Tell whether a file of ours has come back: what a profile says of the files that it reads is not true of ours."""
    text = head.replace(b"\0", b"").decode("utf-8", "replace")  # a spreadsheet may have saved it as UTF-16
    if "_row_number" not in text:
        return False
    return is_returning(cell.strip(' "') for cell in re.split(r"[,;\t|\r\n]", text))


def _packed_workbook(source: Source, options: ReadingOptions) -> RowReader:
    """Open a workbook inside an archive by way of a copy outside it, which is private and gone once it was read."""
    with tempfile.NamedTemporaryFile() as copy:
        for block in source.blocks():
            copy.write(block)
        copy.flush()
        unpacked = Source(Path(copy.name), source.display_name)
        head = next(unpacked.blocks(HEAD_BYTES), b"")
        container = container_of(head)
        kind = _BINARY.get(container) or what_a_zip_holds(unpacked.path, source.display_name).kind
        if kind == "zip":
            refuse_packed_twice(head, source.display_name)
        return open_workbook(unpacked, kind, options, source.packing)


def read_rows(path: str | Path, **options: object) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file in batches: `row_number`, `line_number`, a String column per column of the file,
    `reasons`, `extra_cells` (RowReader.batches says more). `options` are those of ReadingOptions.
    """
    yield from open_rows(Path(path), options=ReadingOptions.model_validate(options), may_be_empty=True).batches()
