"""Dialling: which calling code a number falls under, and its significant national number. Digits in, (calling code,
number) out.

Frames here have `row` (UInt32), `number` (String, ASCII digits) and, once known, `calling_code` (UInt16). The functions
follow `phonenumbers.phonenumberutil.parse` step by step and name the part they mirror.
"""

from functools import cache
from typing import NamedTuple

import polars as pl
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, ValidationResult

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.frames import split
from lead_pipeline.normalizing.phones.plan.numbering import (
    LONGEST,
    NUMBER,
    SHORTEST,
    calling_code_of,
    has_national_prefix,
    is_general,
    length_verdict,
    metadata_of,
    national_number,
    regions_of,
    without_national_prefix,
)
from lead_pipeline.normalizing.phones.plan.patterns import UncoveredPatternError, at_start
from lead_pipeline.normalizing.phones.plan.plan_schema import REASON

_CODE_DIGITS = 3  # no calling code is longer


class Dialled(NamedTuple):
    """What became of rows: numbers by calling code, rows that are no number (`row`, `reason`), rows not covered."""

    numbers: dict[int, list[pl.DataFrame]]
    refused: list[pl.DataFrame]
    uncovered: list[pl.DataFrame]

    def refuse(self, rows: pl.DataFrame, reason: Reason) -> None:
        """Take rows out: they are no number, for that reason."""
        if rows.height:
            self.refused.append(rows.select("row", reason=pl.lit(reason.value, REASON)))


def dial(spelled: pl.DataFrame, region: str | None) -> Dialled:
    """Find calling code and national number of spelled numbers.

    Args:
        spelled: `row`, `number` (3 digits or more), `plus` (Boolean: written with +).
        region: the default region, supported or None.

    Returns:
        Every row once: under its calling code, refused, or uncovered.
    """
    dialled = Dialled({}, [], [])
    with_plus, without = split(spelled, pl.col("plus"))
    abroad, unknown = with_calling_code(with_plus.drop("plus"))
    national = without.drop("plus")
    if region is None:
        dialled.refuse(pl.concat([national, unknown]), Reason.PHONE_COUNTRY_UNKNOWN)
    else:
        abroad = pl.concat([abroad, *_dial_from(region, national, unknown, dialled)])
    for (code,), numbers in abroad.partition_by("calling_code", as_dict=True, include_key=False).items():
        _keep(numbers, int(code), regions_of(int(code))[0], dialled)
    return dialled


def _dial_from(region: str, national: pl.DataFrame, unknown: pl.DataFrame, dialled: Dialled) -> list[pl.DataFrame]:
    """Sort numbers dialled in `region` into those that carry a calling code (returned) and national ones (kept).

    A + with no calling code after it is read once more without the + (`parse`, second attempt), but must then have one.
    """
    own_code, plan = calling_code_of(region), metadata_of(calling_code_of(region), region)
    numbers = pl.concat([national.with_columns(must=False), unknown.with_columns(must=True)])
    try:
        abroad, numbers = _without_international_prefix(numbers, plan, dialled)
        own, numbers = _with_own_calling_code(numbers, own_code, plan)
    except UncoveredPatternError:
        dialled.uncovered.append(numbers.select("row"))
        return []
    must, numbers = split(numbers, pl.col("must"))
    dialled.refuse(must, Reason.PHONE_COUNTRY_UNKNOWN)
    _keep(numbers.drop("must"), own_code, region, dialled)
    return [abroad, own]


def with_calling_code(numbers: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split off the calling code; numbers that begin with none come second (`_extract_country_code`)."""
    code = pl.lit(_codes_by_first_digits()).gather(NUMBER.str.head(_CODE_DIGITS).cast(pl.UInt16))
    coded = numbers.with_columns(calling_code=code)
    length = pl.when(pl.col("calling_code") < 10).then(1).when(pl.col("calling_code") < 100).then(2).otherwise(3)
    known, unknown = split(coded, pl.col("calling_code") > 0)
    return known.with_columns(number=NUMBER.str.slice(length)), unknown.drop("calling_code")


@cache
def _codes_by_first_digits() -> pl.Series:
    """The calling code for each 3 first digits, 0 for none: the shortest that exists, and none begins with 0."""

    def code(first: str) -> int:
        heads = (int(first[:length]) for length in range(1, _CODE_DIGITS + 1))
        return next((head for head in heads if head in COUNTRY_CODE_TO_REGION_CODE), 0) if first[0] != "0" else 0

    return pl.Series([code(f"{first:03}") for first in range(10**_CODE_DIGITS)], dtype=pl.UInt16)


def _without_international_prefix(
    numbers: pl.DataFrame, plan: PhoneMetadata, dialled: Dialled
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split off the prefix for calls abroad; numbers dialled without it come second (`_parse_prefix_as_idd`).

    It is no such prefix when a 0 follows. What follows it must be a calling code: there is no second attempt.
    """
    if plan.international_prefix is None:
        return _no_numbers(), numbers
    prefix = at_start(plan.international_prefix)
    prefixed, others = split(numbers, NUMBER.str.contains(prefix))
    rest = NUMBER.str.replace(prefix, "")
    spurious, prefixed = split(prefixed, rest.str.starts_with("0"))
    dialled_abroad, short = split(prefixed.select("row", number=rest), NUMBER.str.len_bytes() > SHORTEST)
    dialled.refuse(short, Reason.PHONE_TOO_SHORT)
    known, unknown = with_calling_code(dialled_abroad)
    dialled.refuse(unknown, Reason.PHONE_COUNTRY_UNKNOWN)
    return known, pl.concat([others, spurious])


def _with_own_calling_code(
    numbers: pl.DataFrame, own_code: int, plan: PhoneMetadata
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split off the region's own calling code, written without +, where the number only makes sense without it
    (`_maybe_extract_country_code`, last part); other numbers come second.
    """
    candidates, others = split(numbers, NUMBER.str.starts_with(str(own_code)))
    rest = pl.col("rest")
    candidates = candidates.with_columns(rest=NUMBER.str.slice(len(str(own_code))))
    candidates = candidates.with_columns(rest=without_national_prefix(rest, plan))
    better = ~is_general(NUMBER, plan) & is_general(rest, plan)
    too_long = length_verdict(NUMBER, plan) == ValidationResult.TOO_LONG
    own, national = split(candidates, better | too_long)
    own = own.select("row", number=rest, calling_code=pl.lit(own_code, dtype=pl.UInt16))
    return own, pl.concat([others, national.drop("rest")])


def _no_numbers() -> pl.DataFrame:
    return pl.DataFrame(schema={"row": pl.UInt32, "number": pl.String, "calling_code": pl.UInt16})


def _keep(numbers: pl.DataFrame, code: int, region: str, dialled: Dialled) -> None:
    """Drop the national prefix as `region` writes it, keep the numbers of a length that parses (end of `parse`)."""
    if not numbers.height:
        return
    plan = metadata_of(code, region)
    try:
        prefixed, bare = split(numbers, has_national_prefix(plan))
        whole = pl.concat([bare, prefixed.with_columns(number=national_number(plan))])
    except UncoveredPatternError:
        dialled.uncovered.append(numbers.select("row"))
        return
    short, whole = split(whole, NUMBER.str.len_bytes() < SHORTEST)
    dialled.refuse(short, Reason.PHONE_TOO_SHORT)
    long, whole = split(whole, NUMBER.str.len_bytes() > LONGEST)
    dialled.refuse(long, Reason.PHONE_TOO_LONG)
    dialled.numbers.setdefault(code, []).append(whole)
