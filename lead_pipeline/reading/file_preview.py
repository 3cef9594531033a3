"""Everything that was found out about a file, for a person to look at before importing it. Writes nothing, decides
nothing, and shows values of rows: for the screen of whoever holds the file, never for logs or metadata.
"""

from collections import Counter
from pathlib import Path

import polars as pl
from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.reading.files import open_rows
from lead_pipeline.reading.row_reader import WHITESPACE, ReadingFacts, ReadingOptions, RowReader
from lead_pipeline.reading.value_kinds import Look, prevailing_look

#: Columns are described by this many rows, with so many values of each.
ROWS_LOOKED_AT = 1000
_SAMPLES = 5

#: Rows of a file up to this size are counted one by one; those of a larger one are estimated.
COUNTED_BYTES = 64 * 2**20

_ALL_FOUND = ReadingOptions()


class ColumnPreview(FrozenModel):
    """One column, as the rows that were looked at show it."""

    name: str
    header: str
    samples: tuple[str, ...] = Field(description="Different values, first come first shown.")
    fill_rate: float = Field(description="Share of the rows with a value in this column.")
    looks_like: Look
    looks_like_share: float = Field(description="Share of the values that look so.")


class FilePreview(FrozenModel):
    """A file before it is imported."""

    file_name: str
    file_bytes: int
    facts: ReadingFacts
    row_count: int
    row_count_is_exact: bool
    rows_looked_at: int
    reasons: dict[str, int] = Field(description="Structure codes among the rows looked at, with their counts.")
    columns: tuple[ColumnPreview, ...]
    rows: tuple[tuple[str | None, ...], ...] = Field(description="The first rows, cell by cell.")


def preview_file(
    path: Path, *, file_name: str | None = None, options: ReadingOptions = _ALL_FOUND, rows: int = 5
) -> FilePreview:
    """Return what is found out about a file, with its first `rows` rows; raises what open_rows raises."""
    reader = open_rows(path, file_name=file_name, options=options)
    head = next(reader.batches(ROWS_LOOKED_AT)).head(ROWS_LOOKED_AT)
    size = path.stat().st_size
    count, is_exact = _row_count(reader, head, size)
    names = [column.name for column in reader.columns]
    counted = Counter(code for codes in head["reasons"].to_list() for code in codes)
    return FilePreview(
        file_name=file_name or path.name,
        file_bytes=size,
        facts=reader.facts,
        row_count=count,
        row_count_is_exact=is_exact,
        rows_looked_at=head.height,
        reasons=dict(counted),
        columns=tuple(_column_preview(head[column.name], column.name, column.header) for column in reader.columns),
        rows=tuple(head.select(names).head(rows).rows()),
    )


def _row_count(reader: RowReader, head: pl.DataFrame, size: int) -> tuple[int, bool]:
    """Count the rows, or estimate them from the bytes that a row takes on average."""
    facts = reader.facts
    if size <= COUNTED_BYTES or facts.packing or facts.format != "csv":
        return sum(batch.height for batch in reader.batches()), True
    cells = head.select(pl.exclude("row_number", "line_number", "reasons", "extra_cells"))
    text = int(cells.select(pl.sum_horizontal(pl.all().str.len_bytes().sum())).item())
    a_row = text / head.height + len(reader.columns)
    return round(size / a_row), False


def _column_preview(values: pl.Series, name: str, header: str) -> ColumnPreview:
    filled = values.drop_nulls().filter(values.drop_nulls().str.strip_chars(WHITESPACE) != "")
    look, share = prevailing_look(filled.to_list())
    return ColumnPreview(
        name=name,
        header=header,
        samples=tuple(filled.unique(maintain_order=True).head(_SAMPLES)),
        fill_rate=round(filled.len() / values.len(), 4) if values.len() else 0.0,
        looks_like=look,
        looks_like_share=round(share, 4),
    )
