"""Rows: every field of a batch becomes its canonical value, with the reason beside it when it has none. What
follows from a reason (reject the row, blank the value) belongs in validating/.
"""

from typing import assert_never

import polars as pl

from lead_pipeline.model.fields import BooleanRule, DecimalRule, EmailRule, FieldRule, IntegerRule, TextRule
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.phone_rules import accepted_phones
from lead_pipeline.normalizing.values import (
    normalize_booleans,
    normalize_decimals,
    normalize_integers,
    normalize_texts,
)


def normalize_rows(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Replace each field's text by its canonical value and add `<field>_reason`.

    Args:
        batch: one String column per field of `profile`, and any others.
        profile: the fields, their types and the region that phones are read under.

    Returns:
        The batch with the same rows and columns in the same order, each field as String (phone in E.164, email, text),
        Int64, Float64 or Boolean, null unless valid; and `<field>_reason` (String) for each field: null when the value
        is fine or an optional one is empty, else a code of model/reasons.py. Other columns are untouched.
    """
    columns: list[pl.Series] = []
    for field, rule in profile.fields.items():
        judged = _normalized(batch, field, rule, profile.default_region)
        columns += [judged["value"].rename(field), judged["reason"].rename(f"{field}_reason")]
    return batch.with_columns(columns)


def _normalized(batch: pl.DataFrame, field: str, rule: FieldRule, region: str | None) -> pl.DataFrame:
    """Return `value` and `reason`; an empty value has a reason only when the profile requires it."""
    raw = batch[field].str.strip_chars()
    if rule.type == "phone":
        judged = accepted_phones(raw, rule, batch[rule.region_field] if rule.region_field else None, region)
    else:
        judged = _by_type(raw, rule)
    if rule.required:
        return judged.with_columns(reason=pl.when(_is_empty()).then(pl.lit(_missing(rule).value)).otherwise("reason"))
    return judged.with_columns(reason=pl.when(pl.col("reason") != _missing(rule).value).then("reason"))


def _is_empty() -> pl.Expr:
    return pl.col("value").is_null() & pl.col("reason").is_null()


def _missing(rule: FieldRule) -> Reason:
    missing = {"phone": Reason.PHONE_MISSING, "email": Reason.EMAIL_MISSING}
    return missing.get(rule.type, Reason.REQUIRED_MISSING)


def _by_type(raw: pl.Series, rule: EmailRule | TextRule | IntegerRule | DecimalRule | BooleanRule) -> pl.DataFrame:
    match rule.type:
        case "email":
            return normalize_emails(raw, allow_display_name=rule.allow_display_name).rename({"email": "value"})
        case "integer":
            return normalize_integers(raw, rule.min, rule.max)
        case "decimal":
            return normalize_decimals(raw, rule.min, rule.max)
        case "boolean":
            return normalize_booleans(raw)
        case "text":
            return normalize_texts(raw, rule.max_length)
        case _:
            assert_never(rule)
