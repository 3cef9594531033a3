"""Keeps rows with their original cells as a Parquet file beside the rejected file, written in the same pass: pages look
at a million of them in less than a second, and cells that a spreadsheet would run are as they were. Looking at them
does not belong here.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from lead_pipeline.filing.atomic import published_path
from lead_pipeline.model.fields import SUGGESTIONS
from lead_pipeline.reporting.row_files.original_columns import OriginalColumns

#: Beside the result of an import: the rows that were left out, and those that were imported with warnings.
LEFT_OUT, WARNED = "left_out.parquet", "warned.parquet"

#: Under this key the file says the headers of its cells, and which of them supply each field.
HEADERS = "lead_pipeline.columns"

_ABOUT = pl.List(pl.Struct({"code": pl.String, "field": pl.String, "column": pl.String}))
_SUGGESTED = pl.List(pl.Struct({"field": pl.String, "value": pl.String}))

#: The columns of the file. `reasons` are the codes that cost the row, of a warned row its warnings.
TABLE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "row_number": pl.Int64,
    "line_number": pl.Int64,
    "outcome": pl.String,
    "reasons": pl.List(pl.String),
    "hints": pl.String,
    "reason_columns": _ABOUT,
    SUGGESTIONS: _SUGGESTED,
    "extra_cells": pl.List(pl.String),
    "matched_lead_id": pl.Int64,
    "matched_import_id": pl.String,
    "cells": pl.List(pl.String),
}

#: So many rows are unpacked for one that is wanted.
_ROWS_TOGETHER = 8_192


@contextmanager
def kept_for_looking(path: Path, originals: OriginalColumns) -> Iterator[Callable[[pl.DataFrame], pl.DataFrame]]:
    """Give a function that keeps a batch and returns it; the file appears at `path`, whole or not at all, at the end.

    A batch is one of `write_rejected_file`, with `reason_columns` and perhaps `matched_lead_id` and
    `matched_import_id`; batches come in the order of the file. Raises OSError.
    """
    known = {
        "columns": originals.headers,
        "supplying": {name: originals.positions_of(name) for name in originals.supplying},
    }
    metadata = {HEADERS: json.dumps(known)}
    schema = pl.DataFrame(schema=TABLE_COLUMNS).to_arrow().schema.with_metadata(metadata)
    with published_path(path) as temporary, ExitStack() as opened:
        writer = opened.enter_context(pq.ParquetWriter(temporary, schema, compression="zstd", compression_level=1))

        def keep(batch: pl.DataFrame) -> pl.DataFrame:
            rows = _as_kept(batch, originals).to_arrow().cast(schema)
            writer.write_table(rows, row_group_size=_ROWS_TOGETHER)
            return batch

        yield keep
        opened.close()  # what the file ends with stands in it before it is published


def _as_kept(batch: pl.DataFrame, originals: OriginalColumns) -> pl.DataFrame:
    rows = originals.restored_in(batch)
    missing = [pl.lit(None).alias(name) for name in (SUGGESTIONS, "matched_lead_id", "matched_import_id")
               if name not in rows.columns]  # fmt: skip
    return rows.with_columns(missing, hints=pl.col("row_hints"), cells=pl.concat_list(originals.names)).select(
        pl.col(name).cast(kind) for name, kind in TABLE_COLUMNS.items()
    )
