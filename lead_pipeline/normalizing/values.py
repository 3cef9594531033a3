"""Texts and numbers, column by column. Each function gives the canonical value or the reason why there is none. Phones,
emails, moments and choices have rooms of their own; what a reason leads to, validating/ decides.
"""

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import DecimalRule, IntegerRule, TextRule
from lead_pipeline.normalizing.judged import filled_text, judged, when

_INTEGER = r"^[+-]?[0-9]+$"
_DECIMAL = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$"


def normalize_texts(raw: pl.Series, rule: TextRule) -> pl.DataFrame:
    """Trim text; lengths count characters. Returns `value`, `reason` (String, String), both null for blank."""
    text, length = pl.col("value"), pl.col("value").str.len_chars()
    reason = pl.lit(None, pl.String)
    if rule.pattern is not None:
        reason = when(~text.str.contains(f"^(?:{rule.pattern})$"), Reason.VALUE_PATTERN_MISMATCH)
    if rule.max_length is not None:
        reason = when(length > rule.max_length, Reason.VALUE_TOO_LONG).fill_null(reason)
    if rule.min_length is not None:
        reason = when(length < rule.min_length, Reason.VALUE_TOO_SHORT).fill_null(reason)
    return judged(raw, filled_text(), reason)


def normalize_integers(raw: pl.Series, rule: IntegerRule) -> pl.DataFrame:
    """Read whole numbers in ASCII digits. Returns `value`, `reason` (Int64, String), both null for blank."""
    number = filled_text().str.strip_prefix("+").cast(pl.Int64, strict=False)
    return judged(raw, number, _number_reason(_INTEGER, rule.min, rule.max))


def normalize_decimals(raw: pl.Series, rule: DecimalRule) -> pl.DataFrame:
    """Read decimals in ASCII digits with a point. Returns `value`, `reason` (Float64, String), both null for blank."""
    parsed = filled_text().str.strip_prefix("+").cast(pl.Float64, strict=False)
    return judged(raw, pl.when(parsed.is_finite()).then(parsed), _number_reason(_DECIMAL, rule.min, rule.max))


def _number_reason(form: str, minimum: float | None, maximum: float | None) -> pl.Expr:
    """A value of the right form that the type cannot hold (2^63 and beyond) is out of range, not a bad number."""
    number = pl.col("value")
    outside = number.is_null()
    if minimum is not None:
        outside |= number < minimum
    if maximum is not None:
        outside |= number > maximum
    return (
        pl.when(~filled_text().str.contains(form))
        .then(pl.lit(Reason.NUMBER_INVALID.value))
        .otherwise(when(outside, Reason.NUMBER_OUT_OF_RANGE))
    )
