"""The same numbering plans for few numbers: one after another, with the metadata's own regular expressions. What these
rules are, numbering.py and dialling.py say, which decide whole columns; every function here names the one it mirrors.

An expression has to be compiled before it is asked anything, which takes as long as to read a hundred numbers here. The
library takes ten times as long for each: it reads the text again and again.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import polars as pl
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc, ValidationResult

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.phones.library import LENGTH_REASONS, PhoneVerdict, refused
from lead_pipeline.normalizing.phones.plan.numbering import (
    LONGEST,
    SHORTEST,
    SPECIAL_KINDS,
    calling_code_of,
    metadata_of,
    regions_of,
    verdict_on_length,
)
from lead_pipeline.normalizing.phones.plan.plan_schema import UNKNOWN, VERDICT

_POSSIBLE = (ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
_KEPT = (ValidationResult.IS_POSSIBLE, ValidationResult.TOO_LONG)
_REASONS = {length: reason.value for length, reason in LENGTH_REASONS.items()}

#: Digits and punctuation, perhaps a + before them: what number_spelling.PLAIN matches, with three digits or more.
_PLAIN = re.compile(r"[ ().\-/\[\]]*\+*[0-9 ().\-/\[\]]*").fullmatch
_PUNCTUATION = str.maketrans("", "", " ().-/[]+")
_FEWEST_DIGITS, _LONGEST_TEXT = 3, 250


class _Kind(NamedTuple):
    """A description of numbers: their lengths (empty for any) and what they match."""

    lengths: frozenset[int]
    matches: Callable[[str], object]

    def has(self, number: str) -> bool:
        """`_is_kind`."""
        return (not self.lengths or len(number) in self.lengths) and self.matches(number) is not None


def verdict_on_plain(spelling: str, region: str | None) -> PhoneVerdict | None:
    """Return what the library says of a spelling of digits and punctuation under `region`; None for any other."""
    if len(spelling) > _LONGEST_TEXT or _PLAIN(spelling) is None:
        return None
    number = spelling.translate(_PUNCTUATION)
    return _dialled(number, "+" in spelling, region) if len(number) >= _FEWEST_DIGITS else None


def verdicts_one_by_one(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    """Return what is known of national numbers (`row`, `number`) under a calling code: VERDICT but for `extension`."""
    verdicts = pl.DataFrame([_verdict(number, code) for number in numbers["number"]], schema=_SCHEMA, orient="row")
    return verdicts.drop("extension").insert_column(0, numbers["row"])


_SCHEMA = {name: VERDICT[name] for name in PhoneVerdict._fields}


def _dialled(number: str, plus: bool, region: str | None) -> PhoneVerdict:
    """`dial`."""
    code, rest = _with_calling_code(number) if plus else (0, number)
    if code:
        return _kept(rest, code, regions_of(code)[0])
    if region is None:
        return refused(Reason.PHONE_COUNTRY_UNKNOWN)
    return _dialled_from(region, number, must=plus)


def _dialled_from(region: str, number: str, *, must: bool) -> PhoneVerdict:
    """`_dial_from`."""
    own_code = calling_code_of(region)
    prefix = _international_prefix(own_code, region)
    found = prefix(number) if prefix is not None else None
    if found is not None and not number.startswith("0", found.end()):
        rest = number[found.end() :]
        if len(rest) <= SHORTEST:
            return refused(Reason.PHONE_TOO_SHORT)
        code, rest = _with_calling_code(rest)
        return _kept(rest, code, regions_of(code)[0]) if code else refused(Reason.PHONE_COUNTRY_UNKNOWN)
    if number.startswith(str(own_code)):
        rest = _without_national_prefix(number[len(str(own_code)) :], own_code, region)
        general = _general(own_code, region)
        better = general(number) is None and general(rest) is not None
        if better or _length(number, own_code, region) == ValidationResult.TOO_LONG:
            return _kept(rest, own_code, regions_of(own_code)[0])
    return refused(Reason.PHONE_COUNTRY_UNKNOWN) if must else _kept(number, own_code, region)


def _with_calling_code(number: str) -> tuple[int, str]:
    """`with_calling_code`."""
    if number.startswith("0"):
        return 0, number
    heads = ((int(number[:length]), number[length:]) for length in (1, 2, 3))
    return next(((code, rest) for code, rest in heads if code in COUNTRY_CODE_TO_REGION_CODE), (0, number))


def _kept(number: str, code: int, region: str) -> PhoneVerdict:
    """`_keep`."""
    stripped = _without_national_prefix(number, code, region)
    if stripped != number and _length(stripped, code, region) in _KEPT:
        number = stripped
    if len(number) < SHORTEST:
        return refused(Reason.PHONE_TOO_SHORT)
    return refused(Reason.PHONE_TOO_LONG) if len(number) > LONGEST else _verdict(number, code)


def _without_national_prefix(number: str, code: int, region: str) -> str:
    """`without_national_prefix`."""
    prefix, rule = _national_prefix(code, region)
    found = prefix(number) if prefix is not None else None
    if found is None:
        return number
    last_group = found[found.re.groups] if rule and found.re.groups else None
    stripped = (found.expand(rule) if rule and last_group is not None else "") + number[found.end() :]
    general = _general(code, region)
    return number if general(number) is not None and general(stripped) is None else stripped


def _verdict(number: str, code: int) -> PhoneVerdict:
    """`verdicts_on_numbers`."""
    regions = regions_of(code)
    length = _length(number, code, regions[0])
    region, kind = _region_and_type(number, code, regions)
    valid = kind != UNKNOWN
    possible, reason = length in _POSSIBLE, None if valid else _REASONS[length]
    return PhoneVerdict(f"+{code}{number}", region, kind, possible=possible, valid=valid, reason=reason, extension=None)


def _region_and_type(number: str, code: int, regions: tuple[str, ...]) -> tuple[str | None, str]:
    """`_with_region_and_type`."""
    if len(regions) == 1:
        return regions[0], _line_type(number, code, regions[0])
    for region in regions:
        leading = _leading_digits(code, region)
        if leading is not None and leading(number) is None:
            continue
        kind = _line_type(number, code, region)
        if leading is not None or kind != UNKNOWN:
            return region, kind
    return None, UNKNOWN


def _line_type(number: str, code: int, region: str) -> str:
    """`line_type`."""
    general, special, fixed, mobile, are_one = _kinds(code, region)
    if not general.has(number):
        return UNKNOWN
    for name, kind in special:
        if kind.has(number):
            return name
    if fixed.has(number):
        return "fixed_line_or_mobile" if are_one or mobile.has(number) else "fixed_line"
    return "mobile" if not are_one and mobile.has(number) else UNKNOWN


def _length(number: str, code: int, region: str) -> int:
    """`length_verdict`."""
    return _lengths(code, region)[min(len(number), LONGEST + 1)]


@cache
def _lengths(code: int, region: str) -> tuple[int, ...]:
    plan = metadata_of(code, region)
    return tuple(verdict_on_length(length, plan) for length in range(LONGEST + 2))


@cache
def _general(code: int, region: str) -> Callable[[str], object]:
    """`is_general`, not None where it is."""
    return _kind(metadata_of(code, region).general_desc).matches


@cache
def _national_prefix(code: int, region: str) -> tuple[Callable[[str], re.Match[str] | None] | None, str | None]:
    plan = metadata_of(code, region)
    prefix = plan.national_prefix_for_parsing
    return (re.compile(prefix).match if prefix else None), plan.national_prefix_transform_rule


@cache
def _international_prefix(code: int, region: str) -> Callable[[str], re.Match[str] | None] | None:
    prefix = metadata_of(code, region).international_prefix
    return None if prefix is None else re.compile(prefix).match


@cache
def _leading_digits(code: int, region: str) -> Callable[[str], object] | None:
    leading = metadata_of(code, region).leading_digits
    return re.compile(leading).match if leading else None


@cache
def _kinds(code: int, region: str) -> tuple[_Kind, tuple[tuple[str, _Kind], ...], _Kind, _Kind, bool]:
    plan: PhoneMetadata = metadata_of(code, region)
    special = tuple((name, _kind(desc)) for name in SPECIAL_KINDS if (desc := getattr(plan, name)) is not None)
    are_one = bool(plan.same_mobile_and_fixed_line_pattern)
    return _kind(plan.general_desc), special, _kind(plan.fixed_line), _kind(plan.mobile), are_one


def _kind(desc: PhoneNumberDesc | None) -> _Kind:
    if desc is None or not desc.national_number_pattern:
        return _Kind(frozenset(), _nothing)
    return _Kind(frozenset(desc.possible_length or ()), _matching(desc.national_number_pattern))


@cache
def _matching(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).fullmatch


def _nothing(_number: str) -> None:
    """Match no number, as an absent pattern."""
