"""Cells of rows as they are compared between files: under their header, without what a spreadsheet changes in them.
Only their hashes are compared, and none is kept.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from lead_pipeline.model.fields import folded_header
from lead_pipeline.model.formula_injection import added_columns, is_rejected_file, is_returning, restored_header

#: The cells of rows: `row` Int64, `cell` UInt64 (of header and text; blank cells are left out), and `is_personal`
#: Boolean: the cell says who somebody is.
CELLS_SCHEMA = {"row": pl.Int64, "cell": pl.UInt64, "is_personal": pl.Boolean}

#: What a spreadsheet takes from the beginning of a number: its sign, the zeros before it, and the mark of a text.
_BEFORE_NUMBER = r"^['+0]+"

#: What it adds to, or takes from, the end of one: zeros behind the point.
_BEHIND_NUMBER = r"(\.[0-9]*?)0+$"

#: Original rows at a time: their text is long beside the hashes of it.
_ROWS_AT_ONCE = 50_000

#: Given numbers of rows, yields frames of `row_number` and the file's columns (String).
RowsByNumber = Callable[[pl.Series], Iterable[pl.DataFrame]]


@dataclass(frozen=True)
class FileCells:
    """The cells of a staged file.

    Args:
        columns: the names of its columns.
        say_who: tells of a column whether it says who somebody is: names and identifiers.
        rows: gives rows by their numbers.
    """

    columns: tuple[str, ...]
    say_who: Callable[[str], bool]
    rows: RowsByNumber

    @property
    def headers(self) -> dict[str, str]:
        """Return the header that each column of the list itself is compared under."""
        return headers_of(self.columns)

    @cached_property
    def personal_headers(self) -> frozenset[str]:
        """Return the headers of the columns that say who somebody is; to look them up takes a while."""
        return frozenset(header for column, header in self.headers.items() if self.say_who(column))

    def added_column(self, name: str) -> str | None:
        """Return the column that a rejected file of ours has under that name; None in any other file."""
        if not is_rejected_file(self.columns):
            return None
        return next((column for column in self.columns if column.strip() == name), None)


def headers_of(columns: Collection[str]) -> dict[str, str]:
    """Return the header that each column is compared under, without those that a file of ours has added."""
    returning, added = is_returning(columns), added_columns(columns)
    own = [column for column in columns if column not in added]
    return {column: folded_header(restored_header(column) if returning else column) for column in own}


def header_key(columns: Collection[str]) -> int:
    """Return what files with the same columns have in common, whatever their order and spelling: half a SHA-256."""
    text = "\x1f".join(sorted(headers_of(columns).values()))
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]) >> 1


def no_cells() -> pl.DataFrame:
    """Return a frame of cells that has none."""
    return pl.DataFrame(schema=CELLS_SCHEMA)


def cells_of(rows: pl.DataFrame, headers: Mapping[str, str], personal: Collection[str]) -> pl.DataFrame:
    """Return the cells (CELLS_SCHEMA) of rows with `row_number` Int64 and these columns as String."""
    named = [
        (f"{'+' if header in personal else '-'}{position}", column, header)
        for position, (column, header) in enumerate(headers.items())
        if column in rows.columns
    ]
    if not named or rows.is_empty():
        return no_cells()
    hashed = rows.select(
        pl.col("row_number").alias("row"), *(_hashed(column, header).alias(key) for key, column, header in named)
    )
    return (
        hashed.unpivot(index="row", variable_name="key", value_name="cell")
        .drop_nulls("cell")
        .select("row", "cell", is_personal=pl.col("key").str.starts_with("+"))
    )


def _hashed(column: str, header: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars().str.to_lowercase().str.replace(_BEFORE_NUMBER, "")
    text = text.str.replace(_BEHIND_NUMBER, "${1}").str.strip_suffix(".")
    return pl.when(text != "").then(pl.concat_str(pl.lit(f"{header}\x1f"), text).hash())


def cells_of_originals(originals: pl.DataFrame, personal: Collection[str]) -> pl.DataFrame:
    """Return the cells (CELLS_SCHEMA) of rows as the store keeps them: `row_number` Int64, `raw` a JSON object."""
    batches = [_cells_of_batch(batch, personal) for batch in originals.iter_slices(_ROWS_AT_ONCE)]
    return pl.concat([no_cells(), *batches])


def _cells_of_batch(originals: pl.DataFrame, personal: Collection[str]) -> pl.DataFrame:
    """Read a batch of originals, which are of one file and so have the same columns; extra cells are in none."""
    columns = [name for name, cell in json.loads(originals["raw"][0]).items() if not isinstance(cell, list)]
    columns = [name for name in columns if name != "extra_cells"]
    cells = pl.col("raw").str.json_decode(pl.Struct(dict.fromkeys(columns, pl.String)))
    rows = originals.select("row_number", cells).unnest("raw")
    return cells_of(rows, headers_of(columns), personal)
