"""Rows taken through the rooms that real ones pass, without a file or a store: for samples and drafts. Nothing is
decided here.
"""

from collections import Counter
from datetime import UTC, datetime

import polars as pl

from lead_pipeline.mapping import map_columns, map_rows
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import SKIPPED_CODES
from lead_pipeline.model.rules import FieldRule
from lead_pipeline.model.texts.clean_text import clean_text
from lead_pipeline.normalizing.columns import normalize_column
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.validating.rows import check_values, validate_rows
from lead_pipeline.validating.value_limits import limit_column


def mapped(rows: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Lay rows of a file (one String per column) out in columns of mapped leads; raises RequiredColumnUnmappedError."""
    numbers = pl.int_range(1, rows.height + 1, dtype=pl.Int64)
    own = {"row_number": numbers, "line_number": numbers + 1, "reasons": pl.lit([], dtype=pl.List(pl.String))}
    return map_rows(rows.with_columns(**own), map_columns(rows.columns, profile, rows), profile)


def checked_values(rows: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Return the canonical values and the `<column>_reason` of each; raises RequiredColumnUnmappedError."""
    return check_values(normalize_rows(mapped(rows, profile), profile), profile, datetime.now(UTC))


def column_verdicts(values: pl.Series, name: str, rule: FieldRule, profile: ImportProfile) -> pl.DataFrame:
    """Return `value` and `reason` of texts of one column, by a rule that need not be the profile's own for it."""
    return limit_column(normalize_column(clean_text(values), name, rule, profile, None).verdicts, name, rule, profile)


def validated(rows: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Return the rows with their `reasons`, `warnings` and `hints`; raises RequiredColumnUnmappedError."""
    return validate_rows(normalize_rows(mapped(rows, profile), profile), profile, datetime.now(UTC))


def reasons_counted(rows: pl.DataFrame, profile: ImportProfile) -> tuple[int, Counter[str]]:
    """Return how many rows would be rejected, and how many for each reason; skipped rows do not count."""
    verdicts = validated(rows, profile)["reasons"]
    rejected = verdicts.filter((verdicts.list.len() > 0) & ~verdicts.list.first().is_in(SKIPPED_CODES))
    return rejected.len(), Counter(rejected.explode().to_list())
