"""Which values break a limit of the profile: each gets the reason beside it and is null from then on, as one that could
not be read. What a reason costs its row does not belong here.
"""

from collections.abc import Sequence

import pandera.polars as pa
import polars as pl

from lead_pipeline.model.contracts import ContractError, failure_cases
from lead_pipeline.model.fields import SPLIT_NAMES
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import FieldRule
from lead_pipeline.validating.schema import rules_schema, schema_of

_PARTS = ("first_name", "last_name")


def apply_limits(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Hold the values of every rule's column to its limits.

    Args:
        batch: the canonical value and `<column>_reason` (String) of each rule's column; `split_names` (Boolean) where
            the profile splits names.
        profile: its rules.

    Returns:
        The batch with `<column>_reason` of every value that breaks a limit, or is missing where it is required, and
        without these values; `split_names` is gone.

    Raises:
        ContractError: the batch is not one of normalized rows, a bug of ours. Data never raises.
    """
    names = list(profile.rules)
    if SPLIT_NAMES in batch.columns:
        batch = _without_parts_of_bad_names(_limited(batch, profile, ["full_name"]))
        names.remove("full_name")
    return _limited(batch, profile, names)


def limit_column(verdicts: pl.DataFrame, name: str, rule: FieldRule, profile: ImportProfile) -> pl.DataFrame:
    """Hold the values of one column, which need not be one of `profile`, to the limits of `rule`.

    Takes `value` and `reason` (String) as normalizing gives them, and returns the two.
    """
    batch = verdicts.select(pl.col("value").alias(name), pl.col("reason").alias(f"{name}_reason"))
    return _held_to(batch, rules_schema({name: rule}, profile)).rename({name: "value", f"{name}_reason": "reason"})


def _limited(batch: pl.DataFrame, profile: ImportProfile, names: Sequence[str]) -> pl.DataFrame:
    looked_at = tuple(name for name in names if profile.rules[name].required or _has_any(batch, name))
    return _held_to(batch, schema_of(profile, looked_at)) if looked_at else batch


def _has_any(batch: pl.DataFrame, name: str) -> bool:
    return any(batch[column].null_count() < batch.height for column in (name, f"{name}_reason"))


def _held_to(batch: pl.DataFrame, schema: pa.DataFrameSchema) -> pl.DataFrame:
    """Validate lazily (all limits, all rows) and lay pandera's failure cases out beside the values."""
    cases = failure_cases(batch.select(list(schema.columns)), schema)
    if cases is None:
        return batch
    unknown = cases.filter(pl.col("index").is_null() | ~pl.col("check").is_in([reason.value for reason in Reason]))
    if unknown.height:
        columns = ", ".join(unknown["column"].unique().sort().to_list())
        raise ContractError(f"Not a batch of normalized rows: columns or reasons of {columns} are not as promised.")
    for (name,), found in cases.group_by("column"):
        batch = _with_reasons(batch, str(name), found["index"], found["check"])
    return batch


def _with_reasons(batch: pl.DataFrame, name: str, rows: pl.Series, reasons: pl.Series) -> pl.DataFrame:
    is_kept = pl.repeat(value=True, n=batch.height, dtype=pl.Boolean, eager=True).scatter(rows, values=False)
    reason = batch[f"{name}_reason"].scatter(rows, reasons)
    return batch.with_columns(pl.when(is_kept).then(name).alias(name), reason)


def _without_parts_of_bad_names(batch: pl.DataFrame) -> pl.DataFrame:
    """Drop first and last names that come from a full name which is not kept, as if they had never been there."""
    is_kept = ~pl.col(SPLIT_NAMES) | pl.col("full_name_reason").is_null()
    columns = [column for part in _PARTS for column in (part, f"{part}_reason")]
    return batch.with_columns(pl.when(is_kept).then(column).alias(column) for column in columns).drop(SPLIT_NAMES)
