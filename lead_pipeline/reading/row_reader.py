"""What reading hands on, whatever the file was: columns, facts and batches of text cells with their structure reasons.
What the cells mean belongs in other rooms.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import polars as pl
from pydantic import Field

from lead_pipeline.model.fields import RESERVED_COLUMNS, FrozenModel
from lead_pipeline.model.reading_options import ReadingOptions as ReadingOptions
from lead_pipeline.model.texts.clean_text import clean_text
from lead_pipeline.reading.file_columns import WHITESPACE as WHITESPACE
from lead_pipeline.reading.file_columns import Column as Column
from lead_pipeline.reading.stray_rows import with_stray_rows

#: A batch is cut short at about this many bytes of text, so that wide rows do not multiply its memory.
BATCH_BYTES = 64 * 2**20

LEADING_SCHEMA = {"row_number": pl.Int64, "line_number": pl.Int64}
TRAILING_SCHEMA = {"reasons": pl.List(pl.String), "extra_cells": pl.List(pl.String)}


#: How lines end; empty for a single line without an end.
Newline = Literal["LF", "CRLF", "CR", "mixed", ""]


class ReadingFacts(FrozenModel):
    """What was found out about the file while opening it, and how sure that is (0 to 1)."""

    format: str = "csv"
    packing: str = Field(default="", description="gzip, zstd or zip when the file is compressed.")
    encoding: str = "utf-8"
    encoding_sure: float = 1.0
    has_bom: bool = False
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    padded: bool = Field(default=False, description="Spaces after a delimiter are not part of the value.")
    trailing_delimiter: bool = Field(
        default=False, description="Rows end with a delimiter that the header does not have."
    )
    dialect_sure: float = 1.0
    newline: Newline = ""
    header_line: int | None = Field(default=1, description="Line (or sheet row) of the header; null when it has none.")
    header_sure: float = 1.0
    sheet: str = Field(default="", description="Name of the sheet that is read.")
    sheets: tuple[str, ...] = Field(default=(), description="Names of all sheets of a workbook.")
    notes: tuple[str, ...] = Field(default=(), description="Sentences on what is unusual about the file.")


class RowReader:
    """An opened file: its columns and facts, and as often as wanted its rows in batches.

    `frames` yields the rows, and is given a list to which it may add notes on what only all of them show.
    """

    def __init__(
        self,
        columns: tuple[Column, ...],
        facts: ReadingFacts,
        frames: Callable[[list[str]], Iterator[pl.DataFrame]],
        *,
        has_rows: bool = True,
    ) -> None:
        self.columns = columns
        self.has_rows = has_rows
        self._facts = facts
        self._frames = frames
        self._noted: list[str] = []

    @property
    def facts(self) -> ReadingFacts:
        """What was found out: while opening the file and, once all batches were read, by reading it."""
        return self._facts.model_copy(update={"notes": (*self._facts.notes, *self._noted)})

    def note(self, *notes: str) -> None:
        """Put sentences before those that were found while opening the file."""
        self._facts = self._facts.model_copy(update={"notes": (*notes, *self._facts.notes)})

    def batches(self, rows: int = 100_000) -> Iterator[pl.DataFrame]:
        """Yield the rows in file order, at most `rows` at a time (fewer when they are very wide).

        Columns: `row_number` Int64 (1-based, header not counted, blank rows counted), `line_number` Int64 (physical
        line the row starts on, null for spreadsheets), one String column per column of the file (empty cell: "",
        cell absent from a short row: null), `reasons` List(String) of structure codes, `extra_cells` List(String)
        (cells beyond the header, null when none), and of a workbook with rows `cell_types` String (CELL_TYPES). A file
        without rows gives one batch without rows. Raises
        FileUnreadableError when rows went missing on the way.
        """
        noted: list[str] = []
        nothing = True
        for batch in rebatched(with_stray_rows(self._frames(noted), self.columns), rows):
            nothing = False
            yield batch
        if nothing:
            yield pl.DataFrame(schema=frame_schema(self.columns))
        self._noted = noted


def named_columns(headers: Iterable[str]) -> tuple[Column, ...]:
    """Return columns whose names are unique (case-insensitive, as in DuckDB, which reads the parts later): `phone_2`.

    They are called as the header says. One without a name becomes `column_3`; names that our own frames need
    (RESERVED_COLUMNS) count as taken. A name that polars would take for many columns (`*`, `^...$`; pl.col has no way
    to quote it, polars 2.1) gets a space behind it.
    """
    texts = list(headers)
    cleaned = clean_text(pl.Series(texts, dtype=pl.String))
    stripped = [name.strip(WHITESPACE) for name in cleaned]
    wanted = [_one(text) or f"column_{number}" for number, text in enumerate(stripped, start=1)]
    spoken_for = {name.casefold() for name in wanted}
    taken = {name.casefold() for name in RESERVED_COLUMNS}
    last_number: dict[str, int] = {}  # no lower one can be free: without it many equal headers take quadratic time
    columns = []
    for position, name in enumerate(wanted):
        key, number = name, last_number.get(name.casefold(), 1)
        while key.casefold() in taken or (number > 1 and key.casefold() in spoken_for):
            number += 1
            key = f"{name}_{number}"
        taken.add(key.casefold())
        last_number[name.casefold()] = number
        columns.append(Column(name=key, header=texts[position], position=position))
    return tuple(columns)


def _one(name: str) -> str:
    return f"{name} " if name == "*" or (name.startswith("^") and name.endswith("$")) else name


def frame_schema(columns: Iterable[Column]) -> dict[str, Any]:
    """Return the names and dtypes of a batch."""
    return LEADING_SCHEMA | {column.name: pl.String for column in columns} | TRAILING_SCHEMA


def rebatched(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Yield the same rows in frames of at most `rows` rows, joined up to about BATCH_BYTES."""
    waiting: list[pl.DataFrame] = []
    count = size = 0
    for frame in frames:
        waiting.append(frame)
        count += frame.height
        size += int(frame.estimated_size())
        if count >= rows or size >= BATCH_BYTES:
            joined = pl.concat(waiting, rechunk=False)
            whole = count - count % rows if count >= rows else count
            yield from joined.head(whole).iter_slices(rows)
            rest = joined.slice(whole)
            waiting, count, size = [rest] if rest.height else [], rest.height, 0
    if waiting:
        yield from pl.concat(waiting, rechunk=False).iter_slices(rows)
