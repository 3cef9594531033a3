"""The door of the room: a file of whatever kind is opened here as rows. How each kind is read belongs in its module."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from lead_pipeline.reading.delimited import open_delimited
from lead_pipeline.reading.formats import (
    packing_of,
    refuse_packed_twice,
    refuse_what_is_not_a_table,
    what_a_zip_holds,
    zip_or_ole,
)
from lead_pipeline.reading.rows import ReadingOptions, RowReader
from lead_pipeline.reading.source import Source
from lead_pipeline.reading.spreadsheet import open_spreadsheet

#: How much of the file is looked at to tell what it is.
HEAD_BYTES = 64 * 2**10

_ALL_FOUND = ReadingOptions()


def open_rows(path: Path, *, file_name: str | None = None, options: ReadingOptions = _ALL_FOUND) -> RowReader:
    """Open a file (an immutable copy; its name and extension mean nothing) and return a reader of its rows.

    `file_name` is what people know the file as, for messages only. Raises a FileRefusedError (FileUnreadableError,
    FileTypeUnsupportedError, FileEncryptedError, FileEmptyError, HeaderMissingError) for a file without rows to read.
    """
    source = Source(path, f"'{file_name or path.name}'")
    head = next(source.blocks(HEAD_BYTES), b"")
    container = zip_or_ole(head)
    if container == "ole":
        return open_spreadsheet(source, "xls", options)
    if container == "zip":
        kind, member = what_a_zip_holds(path, source.shown)
        if kind != "zip":
            return open_spreadsheet(source, kind, options)
        source = replace(source, packing="zip", member=member)
    elif packing := packing_of(head):
        source = replace(source, packing=packing)
    if source.packing:
        head = next(source.blocks(HEAD_BYTES), b"")
        refuse_packed_twice(head, source.shown)
    refuse_what_is_not_a_table(head, source.shown)
    return open_delimited(source, head, options)


def read_rows(path: str | Path, **options: object) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file in batches: `row_number`, `line_number`, a String column per column of the file,
    `reasons`, `extra_cells` (RowReader.batches says more). `options` are those of ReadingOptions.
    """
    yield from open_rows(Path(path), options=ReadingOptions.model_validate(options)).batches()
