"""Rows: every field of a batch becomes its canonical value, with the reason beside it when it has none. What
follows from a reason (reject the row, blank the value) belongs in validating/.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

import polars as pl

from lead_pipeline.model.fields import HINTS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import (
    BooleanRule,
    DecimalRule,
    EmailRule,
    FieldRule,
    IntegerRule,
    PhoneRule,
    TextRule,
)
from lead_pipeline.normalizing.damage import Kind
from lead_pipeline.normalizing.email_hints import hint_emails
from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.mending import judge_mended, mend_texts
from lead_pipeline.normalizing.phone_facts import describe_phones
from lead_pipeline.normalizing.phone_rules import accepted_phones, secondary_phones
from lead_pipeline.normalizing.values import (
    normalize_booleans,
    normalize_decimals,
    normalize_integers,
    normalize_texts,
)

_CODES = pl.List(pl.String)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What became of one field: `verdicts` has value and reason; the rest goes into columns of the whole row."""

    verdicts: pl.DataFrame
    warnings: list[pl.Series] = field(default_factory=list)
    hints: list[pl.Series] = field(default_factory=list)
    derived: list[pl.Series] = field(default_factory=list)


def normalize_rows(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Replace each field's text by its canonical value and add `<field>_reason`.

    Args:
        batch: one String column per field of `profile`, and any others.
        profile: the fields, their types and the region that phones are read under.

    Returns:
        The batch with the same rows and columns in the same order, each field as String (phone in E.164, email, text),
        Int64, Float64 or Boolean, null unless valid; and `<field>_reason` (String) for each field: null when the value
        is fine or an optional one is empty, else a code of model/reasons.py. Behind them `warnings` (List(String),
        codes about values that are kept), `hints` (String: sentences about this row's values, null for none), and
        what the profile derives from phones: `phone_<fact>`, `secondary_phones`. Other columns are untouched.
    """
    fields = {name: _normalized(batch, name, rule, profile) for name, rule in profile.fields.items()}
    columns: list[pl.Series] = []
    for name, judged in fields.items():
        columns += [judged.verdicts["value"].rename(name), judged.verdicts["reason"].rename(f"{name}_reason")]
        columns += judged.derived
    warnings = _gathered(batch.height, (series for judged in fields.values() for series in judged.warnings))
    hints = _told(batch.height, [(name, series) for name, judged in fields.items() for series in judged.hints])
    return batch.with_columns(*columns, warnings, hints)


def _gathered(height: int, series: Iterable[pl.Series]) -> pl.Series:
    """Gather columns of codes (String, null for none, or List(String)) into one list per row."""
    none = pl.lit([], dtype=_CODES)
    found = [one for one in series if one.null_count() < one.len()]
    if not found:
        return pl.repeat([], height, dtype=_CODES, eager=True).alias("warnings")
    # concat_list gives null where any of its lists is null
    lists = [pl.select(one.fill_null(none)).to_series() if one.dtype == _CODES else one for one in found]
    frame = pl.DataFrame([one.alias(str(place)) for place, one in enumerate(lists)])
    return frame.select(pl.concat_list(pl.all()).list.drop_nulls()).to_series().alias("warnings")


def _told(height: int, hints: list[tuple[str, pl.Series]]) -> pl.Series:
    """Join the sentences about a row's values, each behind the name of its field."""
    found = [(name, series) for name, series in hints if series.null_count() < series.len()]
    if not found:
        return pl.repeat(None, height, dtype=pl.String, eager=True).alias(HINTS)
    said = [pl.select(pl.format("{}: {}", pl.lit(name), series)).to_series() for name, series in found]
    frame = pl.DataFrame([one.alias(str(place)) for place, one in enumerate(said)])
    text = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    return frame.select(pl.when(text != "").then(text)).to_series().alias(HINTS)


def _normalized(batch: pl.DataFrame, name: str, rule: FieldRule, profile: ImportProfile) -> _Judged:
    """Judge one field; an empty value has a reason only when the profile requires it."""
    judged = _by_type(batch, name, batch[name].str.strip_chars(), rule, profile)
    missing = pl.lit(_missing(rule).value)
    if rule.required:
        reason = pl.when(pl.col("value").is_null() & pl.col("reason").is_null()).then(missing).otherwise("reason")
    else:
        reason = pl.when(pl.col("reason") != missing).then("reason")
    return _Judged(judged.verdicts.with_columns(reason=reason), judged.warnings, judged.hints, judged.derived)


def _missing(rule: FieldRule) -> Reason:
    missing = {"phone": Reason.PHONE_MISSING, "email": Reason.EMAIL_MISSING}
    return missing.get(rule.type, Reason.REQUIRED_MISSING)


def _by_type(batch: pl.DataFrame, name: str, raw: pl.Series, rule: FieldRule, profile: ImportProfile) -> _Judged:
    match rule:
        case PhoneRule():
            return _phones(raw, rule, batch[rule.region_field] if rule.region_field else None, profile)
        case EmailRule():
            return _emails(raw, rule, profile)
        case IntegerRule():
            return _Judged(normalize_integers(raw, rule.min, rule.max))
        case DecimalRule():
            return _Judged(normalize_decimals(raw, rule.min, rule.max))
        case BooleanRule():
            return _Judged(normalize_booleans(raw))
        case TextRule():
            return _texts(raw, rule, "postal_code" if name == "postal_code" else "text", profile)
        case _:
            assert_never(rule)


def _phones(raw: pl.Series, rule: PhoneRule, countries: pl.Series | None, profile: ImportProfile) -> _Judged:
    region = profile.default_region

    def judge(spellings: pl.Series, rows: pl.Series | None) -> pl.DataFrame:
        of_rows = countries if countries is None or rows is None else countries.gather(rows)
        return accepted_phones(spellings, rule, of_rows, region)

    judged = judge_mended(raw, "phone", region, profile.repair, judge)
    derived = []
    asked = tuple(fact for fact in rule.derive if fact != "extension")
    if asked:
        facts = describe_phones(judged["value"], asked)
        derived = [facts[fact].alias(f"phone_{fact}") for fact in asked]
    if "extension" in rule.derive:
        derived.append(judged["extension"].alias("phone_extension"))
    if rule.multiple == "secondary":
        derived.append(secondary_phones(judged["value"], judged["further"], region))
    return _Judged(judged, [judged["warning"]], [judged["hint"]], derived)


def _emails(raw: pl.Series, rule: EmailRule, profile: ImportProfile) -> _Judged:
    def judge(spellings: pl.Series, _rows: pl.Series | None) -> pl.DataFrame:
        return normalize_emails(spellings, allow_display_name=rule.allow_display_name).rename({"email": "value"})

    judged = judge_mended(raw, "email", None, profile.repair, judge)
    odd = hint_emails(judged["value"])
    suggestion = odd.select(pl.format("Perhaps {} was meant.", "suggestion")).to_series()
    warnings = pl.select(pl.when(odd["warnings"].list.len() > 0).then(odd["warnings"])).to_series()
    return _Judged(judged, [judged["warning"], warnings], [judged["hint"], suggestion])


def _texts(raw: pl.Series, rule: TextRule, kind: Kind, profile: ImportProfile) -> _Judged:
    mended = mend_texts(raw, kind, profile.default_region, profile.repair)
    return _Judged(normalize_texts(mended["value"], rule.max_length), [mended["warning"]], [mended["hint"]])
