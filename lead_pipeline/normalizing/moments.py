"""Days and moments, column by column. Each function gives the canonical value or the reason why there is none."""

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import DateRule, DatetimeRule, in_utc
from lead_pipeline.normalizing.judged import filled_text, judged, when


def normalize_dates(raw: pl.Series, rule: DateRule) -> pl.DataFrame:
    """Read days of the calendar. Returns `value`, `reason` (Date, String), both null for blank."""
    day = filled_text().str.to_date("%Y-%m-%d", strict=False)
    return judged(raw, day, _moment_reason(rule.min, rule.max))


def normalize_datetimes(raw: pl.Series, rule: DatetimeRule) -> pl.DataFrame:
    """Read moments. Returns `value`, `reason` (Datetime in UTC, String), both null for blank."""
    moment = (
        filled_text().str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us").dt.replace_time_zone("UTC")
    )
    return judged(raw, moment, _moment_reason(in_utc(rule.min), in_utc(rule.max)))


def _moment_reason(least: object, most: object) -> pl.Expr:
    value = pl.col("value")
    outside = pl.lit(value=False)
    if least is not None:
        outside |= value < pl.lit(least)
    if most is not None:
        outside |= value > pl.lit(most)
    return when(value.is_null(), Reason.DATE_INVALID).fill_null(when(outside, Reason.DATE_OUT_OF_RANGE))
