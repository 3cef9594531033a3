"""Phone numbers, column by column: spellings in, E.164 and what is known of the number out. What a profile makes of a
number (required, allowed types) belongs in rows.py and validating/; which countries exist, in regions.py.
"""

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.reference import PHONE_SCHEMA, judge_phones, refused
from lead_pipeline.normalizing.regions import checked_region, supported_regions

__all__ = ["PHONE_SCHEMA", "normalize_phones", "supported_regions"]


def normalize_phones(raw: pl.Series, region: str | None) -> pl.DataFrame:
    """Judge every spelling as phonenumbers does under the default `region`; None reads international format only.

    Args:
        raw: String; null and blank are missing.
        region: ISO code of the country assumed for numbers written without +.

    Returns:
        One row per value, in order: `e164` (String; null when it cannot be parsed), `region` (String; `001` for
        non-geographic numbers, null when no region owns the number), `type` (String, such as `fixed_line_or_mobile`;
        `unknown` when not valid, null when not parsed), `possible`, `valid` (Boolean), `reason` (String, a code of
        model/reasons.py; null exactly when valid).

    Raises:
        UsageError: `region` is not supported.
    """
    checked_region(region)
    spelling = raw.cast(pl.String).rename("spelling")
    distinct = spelling.filter(spelling.str.strip_chars() != "").unique()
    judged = judge_phones(distinct, region).insert_column(0, distinct)
    missing = refused(Reason.PHONE_MISSING)
    return (
        spelling.to_frame()
        .join(judged, on="spelling", how="left", maintain_order="left")
        .drop("spelling")
        .with_columns(
            pl.col("possible").fill_null(missing.possible),
            reason=pl.when(pl.col("valid").is_null()).then(pl.lit(missing.reason)).otherwise("reason"),
            valid=pl.col("valid").fill_null(missing.valid),
        )
    )
