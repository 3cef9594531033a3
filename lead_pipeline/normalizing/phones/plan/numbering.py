"""Numbering plans: what one region's metadata says about a national number, as expressions over the column `number`.

Each function names the function of `phonenumbers.phonenumberutil` that it mirrors.
"""

from functools import cache

import polars as pl
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneMetadata,
    PhoneNumberDesc,
    ValidationResult,
    country_code_for_region,
)

from lead_pipeline.normalizing.phones.plan.patterns import at_start, matches_whole, replacement, translated
from lead_pipeline.normalizing.phones.plan.plan_schema import LINE_TYPE, UNKNOWN

NUMBER = pl.col("number")

#: No national number is longer; a longer one is not a number at all (`parse`, ITU E.164 plus what Germany uses).
LONGEST, SHORTEST = 17, 2

#: The order in which kinds of line are tried (`_number_type_helper`), before fixed line and mobile.
SPECIAL_KINDS = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail")


def regions_of(calling_code: int) -> tuple[str, ...]:
    """Return the regions that share a calling code, the main one first; `001` for a code of no country."""
    return tuple(COUNTRY_CODE_TO_REGION_CODE[calling_code])


def calling_code_of(region: str) -> int:
    """Return the calling code of a supported region."""
    return int(country_code_for_region(region))


@cache
def metadata_of(calling_code: int, region: str) -> PhoneMetadata:
    """Return the metadata of a region under its calling code (`001` is the region of codes of no country)."""
    found = PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
    if found is None:
        raise LookupError(f"phonenumbers lists +{calling_code} {region} without metadata")
    return found


def is_general(number: pl.Expr, plan: PhoneMetadata) -> pl.Expr:
    """True where the number fits the plan's general description."""
    return matches_whole(number, _general(plan).national_number_pattern)


def _general(plan: PhoneMetadata) -> PhoneNumberDesc:
    if plan.general_desc is None:
        raise LookupError(f"phonenumbers describes no numbers at all for {plan.id}")
    return plan.general_desc


def length_verdict(number: pl.Expr, plan: PhoneMetadata) -> pl.Expr:
    """Return the ValidationResult of each number's length (`_test_number_length`), looked up by length."""
    verdicts = pl.Series([verdict_on_length(length, plan) for length in range(LONGEST + 2)], dtype=pl.UInt8)
    return pl.lit(verdicts).gather(number.str.len_bytes().clip(upper_bound=LONGEST + 1))


def verdict_on_length(length: int, plan: PhoneMetadata) -> int:
    """Return the ValidationResult of numbers of so many digits (`_test_number_length`)."""
    possible = _general(plan).possible_length
    if length in _general(plan).possible_length_local_only:
        return ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    if length in possible:
        return ValidationResult.IS_POSSIBLE
    if length < possible[0]:
        return ValidationResult.TOO_SHORT
    return ValidationResult.TOO_LONG if length > possible[-1] else ValidationResult.INVALID_LENGTH


def without_national_prefix(number: pl.Expr, plan: PhoneMetadata) -> pl.Expr:
    """Drop or transform the national prefix, unless that spoils a good number
    (`_maybe_strip_national_prefix_carrier_code`; the transform rule applies where the last group took part).
    """
    prefix = plan.national_prefix_for_parsing
    if not prefix:
        return number
    stripped = number.str.replace(at_start(prefix), "")
    if rule := plan.national_prefix_transform_rule:
        last_group = number.str.extract(at_start(prefix), _groups(prefix))
        transformed = number.str.replace(at_start(prefix), replacement(rule))
        stripped = pl.when(last_group.is_not_null()).then(transformed).otherwise(stripped)
    spoiled = is_general(number, plan) & ~is_general(stripped, plan)
    return pl.when(spoiled).then(number).otherwise(stripped)


def _groups(pattern: str) -> int:
    return translated(pattern).replace("(?:", "").count("(")


def has_national_prefix(plan: PhoneMetadata) -> pl.Expr:
    """True where the number begins with something that `without_national_prefix` might drop or transform."""
    prefix = plan.national_prefix_for_parsing
    return NUMBER.str.contains(at_start(prefix)) if prefix else pl.lit(value=False)


def national_number(plan: PhoneMetadata) -> pl.Expr:
    """Return the significant number: without prefix, unless what remains is too short to be one (end of `parse`)."""
    stripped = without_national_prefix(NUMBER, plan)
    kept = (ValidationResult.IS_POSSIBLE, ValidationResult.TOO_LONG)
    return pl.when(length_verdict(stripped, plan).is_in(kept)).then(stripped).otherwise(NUMBER)


@cache
def line_type(code: int, region: str) -> pl.Expr:
    """Return the kind of line under a region's plan, or `unknown` (`_number_type_helper`)."""
    plan = metadata_of(code, region)
    special = ((_is_kind(desc), name) for name in SPECIAL_KINDS if (desc := getattr(plan, name)) is not None)
    return _first_of((~_is_kind(plan.general_desc), UNKNOWN), *special, *_ordinary_kinds(plan))


@cache
def ordinary_line_type(code: int, region: str) -> pl.Expr:
    """Return the same for numbers of which `may_be_special` is false."""
    plan = metadata_of(code, region)
    return _first_of((~_is_kind(plan.general_desc), UNKNOWN), *_ordinary_kinds(plan))


@cache
def is_ordinary_line(code: int, region: str) -> pl.Expr:
    """True for fixed lines and mobiles under a region's plan, and for nothing that is not valid there."""
    plan = metadata_of(code, region)
    return _is_kind(plan.general_desc) & (_is_kind(plan.fixed_line) | _is_kind(plan.mobile))


@cache
def may_be_special(code: int, region: str) -> pl.Expr:
    """True where the number fits the pattern of any kind but fixed line and mobile: one look instead of eight."""
    plan = metadata_of(code, region)
    descs = [desc for name in SPECIAL_KINDS if (desc := getattr(plan, name)) is not None]
    return matches_whole(NUMBER, "|".join(pattern for desc in descs if (pattern := desc.national_number_pattern)))


def _ordinary_kinds(plan: PhoneMetadata) -> tuple[tuple[pl.Expr, str], ...]:
    fixed, mobile = _is_kind(plan.fixed_line), _is_kind(plan.mobile)
    if plan.same_mobile_and_fixed_line_pattern:
        return ((fixed, "fixed_line_or_mobile"),)
    return (fixed & mobile, "fixed_line_or_mobile"), (fixed, "fixed_line"), (mobile, "mobile")


def _first_of(*tried: tuple[pl.Expr, str]) -> pl.Expr:
    kinds = (pl.when(fits).then(pl.lit(name, LINE_TYPE)) for fits, name in tried)
    return pl.coalesce(*kinds, pl.lit(UNKNOWN, LINE_TYPE))


def _is_kind(desc: PhoneNumberDesc | None) -> pl.Expr:
    """True where the number fits a description in length and pattern (`_is_number_matching_desc`)."""
    if desc is None or not desc.national_number_pattern:
        return pl.lit(value=False)
    fits = matches_whole(NUMBER, desc.national_number_pattern)
    return NUMBER.str.len_bytes().is_in(desc.possible_length) & fits if desc.possible_length else fits
