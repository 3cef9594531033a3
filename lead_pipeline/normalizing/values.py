"""Typed values, column by column: whole and decimal numbers, yes or no, text. Each function gives the canonical value
or the reason why there is none. Phones and emails have rooms of their own; what a reason leads to, validating/ decides.
"""

import polars as pl

from lead_pipeline.model.reasons import Reason

_INTEGER = r"^[+-]?[0-9]+$"
_DECIMAL = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$"
_TRUE = ("true", "yes", "y", "1")
_FALSE = ("false", "no", "n", "0")


def normalize_texts(raw: pl.Series, max_length: int | None = None) -> pl.DataFrame:
    """Trim text; `max_length` counts characters. Returns `value`, `reason` (String, String), both null for blank."""
    too_long = pl.lit(value=False) if max_length is None else _text().str.len_chars() > max_length
    return _judged(raw, _text(), _when(too_long, Reason.VALUE_TOO_LONG))


def normalize_integers(raw: pl.Series, minimum: int | None = None, maximum: int | None = None) -> pl.DataFrame:
    """Read whole numbers in ASCII digits. Returns `value`, `reason` (Int64, String), both null for blank."""
    number = _text().str.strip_prefix("+").cast(pl.Int64, strict=False)
    return _judged(raw, number, _number_reason(number, _INTEGER, minimum, maximum))


def normalize_decimals(raw: pl.Series, minimum: float | None = None, maximum: float | None = None) -> pl.DataFrame:
    """Read decimals in ASCII digits with a point. Returns `value`, `reason` (Float64, String), both null for blank."""
    parsed = _text().str.strip_prefix("+").cast(pl.Float64, strict=False)
    number = pl.when(parsed.is_finite()).then(parsed)
    return _judged(raw, number, _number_reason(number, _DECIMAL, minimum, maximum))


def normalize_booleans(raw: pl.Series) -> pl.DataFrame:
    """Read yes/no, true/false, y/n, 1/0. Returns `value`, `reason` (Boolean, String), both null for blank."""
    word = _text().str.to_lowercase()
    value = pl.when(word.is_in(_TRUE)).then(pl.lit(value=True)).when(word.is_in(_FALSE)).then(pl.lit(value=False))
    return _judged(raw, value, _when(value.is_null(), Reason.BOOLEAN_INVALID))


def _text() -> pl.Expr:
    trimmed = pl.col("raw").str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def _number_reason(number: pl.Expr, form: str, minimum: float | None, maximum: float | None) -> pl.Expr:
    """A value of the right form that the type cannot hold (2^63 and beyond) is out of range, not a bad number."""
    outside = number.is_null()
    if minimum is not None:
        outside |= number < minimum
    if maximum is not None:
        outside |= number > maximum
    return (
        pl.when(~_text().str.contains(form))
        .then(pl.lit(Reason.NUMBER_INVALID.value))
        .otherwise(_when(outside, Reason.NUMBER_OUT_OF_RANGE))
    )


def _when(wrong: pl.Expr, reason: Reason) -> pl.Expr:
    return pl.when(wrong).then(pl.lit(reason.value))


def _judged(raw: pl.Series, value: pl.Expr, reason: pl.Expr) -> pl.DataFrame:
    judged = (
        raw.cast(pl.String)
        .rename("raw")
        .to_frame()
        .select(value=value, reason=pl.when(_text().is_not_null()).then(reason))
    )
    return judged.with_columns(value=pl.when(pl.col("reason").is_null()).then("value"))
