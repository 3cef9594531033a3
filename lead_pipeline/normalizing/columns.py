"""One column of mapped leads: its texts are read into canonical values of the type that the profile gives it. What
several columns of a row say together does not belong here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import polars as pl

from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.fields import SECONDARY_PHONES
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import (
    BooleanRule,
    DateRule,
    DatetimeRule,
    DecimalRule,
    EmailRule,
    FieldRule,
    IntegerRule,
    OptionRule,
    PhoneRule,
    TagsRule,
    TextRule,
)
from lead_pipeline.normalizing.choices import nearest_options, normalize_booleans, normalize_options, normalize_tags
from lead_pipeline.normalizing.consents import as_consent_times, normalize_ips
from lead_pipeline.normalizing.damage import LOST_LETTER, Damage, Kind
from lead_pipeline.normalizing.dates.moments import normalize_dates, normalize_datetimes
from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.emails.email_hints import hint_emails
from lead_pipeline.normalizing.missing import without_missing
from lead_pipeline.normalizing.numbers import normalize_decimals, normalize_integers
from lead_pipeline.normalizing.phones.phone_facts import describe_phones
from lead_pipeline.normalizing.phones.policy import accepted_phones, secondary_phones
from lead_pipeline.normalizing.phones.regions import regions_named
from lead_pipeline.normalizing.refused_values import hints_on_refused
from lead_pipeline.normalizing.repairs import read_repaired, repair_texts
from lead_pipeline.normalizing.verdicts import NO_REASON, filled_text, read_verdicts


@dataclass(frozen=True, slots=True)
class ColumnVerdict:
    """What became of one column: `verdicts` has `value` and `reason`; the rest goes into columns of the whole row.

    `warnings` are columns of codes (String, null for none, or List(String)), `hints` columns of sentences,
    `suggestions` columns of what was probably written instead of the value (String), `derived` what is kept of a good
    value besides itself.
    """

    verdicts: pl.DataFrame
    warnings: Sequence[pl.Series] = ()
    hints: Sequence[pl.Series] = ()
    derived: Sequence[pl.Series] = ()
    suggestions: Sequence[pl.Series] = ()


def normalize_column(
    raw: pl.Series, name: str, rule: FieldRule, profile: ImportProfile, countries: pl.Series | None
) -> ColumnVerdict:
    """Read one column; an empty value, and a word that says that there is none, have no reason.

    Args:
        raw: String, named whatever.
        name: the column of mapped leads, such as `phone` or `attribute.x`.
        rule: what the profile demands of it.
        profile: the region that phones are read under, and whether damage is repaired.
        countries: each row's country (String), where the rule takes it from the row.
    """
    may_be_empty = not _derives(rule)
    if may_be_empty and raw.null_count() == raw.len():
        return _empty(raw.len(), rule)
    trimmed = raw.str.strip_chars()
    if not isinstance(rule, PhoneRule | EmailRule):  # these know more words, and ask only of what is no good value
        trimmed = without_missing(trimmed, name, rule)
    if may_be_empty and not (trimmed != "").any():
        return _empty(raw.len(), rule)
    found = _with_lost_letters(trimmed, _by_type(trimmed, name, rule, profile, countries), rule)
    is_missing = pl.col("reason") == type_of(rule).missing.value  # whether that is a fault, validating says
    reason = pl.when(~is_missing).then("reason")
    verdicts = found.verdicts.with_columns(reason=reason)
    more = _hints_on_refused(trimmed, verdicts["reason"], found.hints, rule, profile, countries)
    if more is None:
        return replace(found, verdicts=verdicts)
    hints, suggestions = [*found.hints, more["hint"]], [*found.suggestions, more["suggestion"]]
    return replace(found, verdicts=verdicts, hints=hints, suggestions=suggestions)


def _hints_on_refused(
    raw: pl.Series,
    reasons: pl.Series,
    hints: Sequence[pl.Series],
    rule: FieldRule,
    profile: ImportProfile,
    countries: pl.Series | None,
) -> pl.DataFrame | None:
    """Return what was probably meant by refused values of which nothing is said yet, None where all are good."""
    if reasons.null_count() == reasons.len() and not raw.str.starts_with("#").any():
        return None
    default = profile.default_region
    regions = default if countries is None else regions_named(countries, default)
    said = [hint.is_not_null().alias(str(index)) for index, hint in enumerate(hints)]
    silent = pl.select(pl.any_horizontal(said) if said else pl.lit(value=False)).to_series().not_()
    unsaid = pl.select(pl.when(silent).then(reasons)).to_series()
    return hints_on_refused(raw, unsaid, rule, regions)


def _with_lost_letters(raw: pl.Series, found: ColumnVerdict, rule: FieldRule) -> ColumnVerdict:
    """Warn of values that are kept although letters of them were lost; of texts, their own reading does."""
    if isinstance(rule, TextRule) or not raw.str.contains(LOST_LETTER, literal=True).any():
        return found
    lost = raw.str.contains(LOST_LETTER, literal=True) & found.verdicts["value"].is_not_null()
    warning = pl.select(pl.when(lost).then(pl.lit(Reason.VALUE_DAMAGED.value))).to_series()
    hint = pl.select(pl.when(lost).then(pl.lit(f"This looks like {Damage.LETTERS_LOST}."))).to_series()
    return replace(found, warnings=[*found.warnings, warning], hints=[*found.hints, hint])


def _derives(rule: FieldRule) -> bool:
    return isinstance(rule, PhoneRule) and (bool(rule.derive) or rule.multiple == "secondary")


def _empty(height: int, rule: FieldRule) -> ColumnVerdict:
    """Say of a column without any value what there is to say; most columns of secondary contacts are such."""
    value = pl.repeat(None, height, dtype=type_of(rule).dtype, eager=True)
    reason = pl.repeat(None, height, dtype=pl.String, eager=True)
    return ColumnVerdict(pl.DataFrame({"value": value, "reason": reason}))


def _by_type(  # noqa: C901  # one arm for each type
    raw: pl.Series, name: str, rule: FieldRule, profile: ImportProfile, countries: pl.Series | None
) -> ColumnVerdict:
    match rule:
        case PhoneRule():
            return _phones(raw, rule, countries, profile)
        case EmailRule():
            return _emails(raw, rule, profile)
        case TextRule() if name == "consent_ip":
            return ColumnVerdict(normalize_ips(raw))
        case TextRule():
            texts = raw if name == "notes" or name.startswith("attribute.") else _on_one_line(raw)
            return _texts(texts, "postal_code" if name == "postal_code" else "text", profile)
        case IntegerRule():
            return ColumnVerdict(normalize_integers(raw, rule))
        case DecimalRule():
            return ColumnVerdict(normalize_decimals(raw, rule))
        case BooleanRule():
            return ColumnVerdict(normalize_booleans(raw, rule))
        case OptionRule():
            return ColumnVerdict(normalize_options(raw, rule), suggestions=[nearest_options(raw, rule)])
        case DateRule():
            return ColumnVerdict(normalize_dates(raw, rule))
        case DatetimeRule():
            moments = normalize_datetimes(raw, rule)
            return ColumnVerdict(as_consent_times(moments) if name == "consent_at" else moments)
        case TagsRule():
            return ColumnVerdict(normalize_tags(raw, rule))
        case _:
            assert_never(rule)


def _phones(raw: pl.Series, rule: PhoneRule, countries: pl.Series | None, profile: ImportProfile) -> ColumnVerdict:
    default = profile.default_region
    region = default if countries is None else regions_named(countries, default)

    def read(spellings: pl.Series, rows: pl.Series | None) -> pl.DataFrame:
        of_rows = countries if countries is None or rows is None else countries.gather(rows)
        return accepted_phones(spellings, rule, of_rows, default)

    verdicts = read_repaired(raw, "phone", region, profile.repair, read)
    derived = []
    wanted = tuple(fact for fact in rule.derive if fact != "extension")
    if wanted:
        facts = describe_phones(verdicts["value"], wanted)
        derived = [facts[fact].alias(f"phone_{fact}") for fact in wanted]
    if "extension" in rule.derive:
        derived.append(verdicts["extension"].alias("phone_extension"))
    if rule.multiple == "secondary":
        further = secondary_phones(verdicts["value"], verdicts["further"], region)
        derived.append(further.alias(SECONDARY_PHONES))
    hints = [verdicts["hint"]]
    if countries is not None and isinstance(region, pl.Series):
        hints.append(_unknown_countries(verdicts["reason"], countries, region))
    return ColumnVerdict(verdicts, [verdicts["warning"]], hints, derived, [verdicts["suggestion"]])


def _unknown_countries(reasons: pl.Series, countries: pl.Series, regions: pl.Series) -> pl.Series:
    """Name the country that nobody knows to the rows whose number could not be read without it."""
    rows = pl.DataFrame({"reason": reasons, "country": countries.str.strip_chars(), "region": regions})
    unread = (pl.col("reason") == Reason.PHONE_COUNTRY_UNKNOWN.value) & pl.col("region").is_null()
    named = pl.col("country").fill_null("") != ""
    sentence = pl.format("'{}' is not a country; write its name or its ISO code.", "country")
    return rows.select(pl.when(unread & named).then(sentence)).to_series()


def _emails(raw: pl.Series, rule: EmailRule, profile: ImportProfile) -> ColumnVerdict:
    def read(spellings: pl.Series, _rows: pl.Series | None) -> pl.DataFrame:
        return normalize_emails(spellings, allow_display_name=rule.allow_display_name).rename({"email": "value"})

    verdicts = read_repaired(raw, "email", None, profile.repair, read)
    hints = hint_emails(verdicts["value"])
    said = hints.select(pl.format("Perhaps {} was meant.", "suggestion")).to_series()
    warnings = pl.select(pl.when(hints["warnings"].list.len() > 0).then(hints["warnings"])).to_series()
    suggestions = [verdicts["suggestion"], hints["suggestion"]]
    return ColumnVerdict(verdicts, [verdicts["warning"], warnings], [verdicts["hint"], said], suggestions=suggestions)


def _on_one_line(texts: pl.Series) -> pl.Series:
    """Return names and identifiers with single spaces, for `Alder  Pine` and `Alder Pine` are one company."""
    return texts.str.replace_all(r"\s+", " ") if texts.str.contains(r"\s\s|[^\S ]").any() else texts


def _texts(raw: pl.Series, kind: Kind, profile: ImportProfile) -> ColumnVerdict:
    repaired = repair_texts(raw, kind, profile.default_region, profile.repair)
    texts = read_verdicts(repaired["value"], filled_text(), NO_REASON)
    return ColumnVerdict(texts, [repaired["warning"]], [repaired["hint"]], suggestions=[repaired["suggestion"]])
