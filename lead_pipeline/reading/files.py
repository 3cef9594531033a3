"""The door of the room: a file of whatever kind is opened here as rows. How each kind is read belongs in its module."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from lead_pipeline.reading.delimited import open_delimited
from lead_pipeline.reading.formats import HEAD_BYTES, refuse_what_is_not_text
from lead_pipeline.reading.rows import ReadingOptions, RowReader
from lead_pipeline.reading.source import blocks

_ALL_FOUND = ReadingOptions()


def open_rows(path: Path, *, file_name: str | None = None, options: ReadingOptions = _ALL_FOUND) -> RowReader:
    """Open a file (an immutable copy; its name and extension mean nothing) and return a reader of its rows.

    `file_name` is what people know the file as, for messages only. Raises a FileRefusedError (FileUnreadableError,
    FileTypeUnsupportedError, FileEncryptedError, FileEmptyError, HeaderMissingError) for a file without rows to read.
    """
    shown = f"'{file_name or path.name}'"
    del options  # no option works yet; unknown ones are refused by the model
    head = next(blocks(path, shown, HEAD_BYTES), b"")
    refuse_what_is_not_text(head, shown)
    return open_delimited(path, shown)


def read_rows(path: str | Path, **options: object) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file in batches: `row_number`, `line_number`, a String column per column of the file,
    `reasons`, `extra_cells` (RowReader.batches says more). `options` are those of ReadingOptions.
    """
    yield from open_rows(Path(path), options=ReadingOptions.model_validate(options)).batches()
