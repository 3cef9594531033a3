"""Rows taken through the rooms that judge real ones, without a file or a store: for samples and drafts. Nothing is
judged here.
"""

from collections import Counter

import polars as pl

from lead_pipeline.mapping import map_columns, map_rows
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.validating import judge_rows


def mapped(rows: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Lay rows of a file (one String per column) out in columns of mapped leads; raises RequiredColumnUnmappedError."""
    numbers = pl.int_range(1, rows.height + 1, dtype=pl.Int64)
    own = {"row_number": numbers, "line_number": numbers + 1, "reasons": pl.lit([], dtype=pl.List(pl.String))}
    return map_rows(rows.with_columns(**own), map_columns(rows.columns, profile, rows), profile)


def normalized(rows: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Return the canonical values and the `<column>_reason` of each; raises RequiredColumnUnmappedError."""
    return normalize_rows(mapped(rows, profile), profile)


def judged(rows: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Return the rows with their `reasons`, `warnings` and `hints`; raises RequiredColumnUnmappedError."""
    return judge_rows(normalized(rows, profile), profile)


def reasons_counted(rows: pl.DataFrame, profile: ImportProfile) -> tuple[int, Counter[str]]:
    """Return how many rows would be rejected, and how many for each reason; blank rows are passed over."""
    verdicts = judged(rows, profile)["reasons"]
    rejected = verdicts.filter((verdicts.list.len() > 0) & ~verdicts.list.contains("row_blank"))
    return rejected.len(), Counter(rejected.explode().to_list())
