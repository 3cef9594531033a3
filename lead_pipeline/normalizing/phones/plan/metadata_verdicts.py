"""Verdicts by the compiled metadata: calling code and national number in, everything that is known of the number out,
and the same for spellings. The rules themselves do not belong here.
"""

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl
from phonenumbers import ValidationResult

from lead_pipeline.normalizing.frames import split
from lead_pipeline.normalizing.phones.library import LENGTH_REASONS
from lead_pipeline.normalizing.phones.plan.dialling import Dialled, dial
from lead_pipeline.normalizing.phones.plan.number_spelling import read_spellings
from lead_pipeline.normalizing.phones.plan.numbering import (
    NUMBER,
    length_verdict,
    line_type,
    may_be_special,
    metadata_of,
    ordinary_line_type,
    regions_of,
)
from lead_pipeline.normalizing.phones.plan.one_by_one import verdicts_one_by_one
from lead_pipeline.normalizing.phones.plan.patterns import UncoveredPatternError, at_start
from lead_pipeline.normalizing.phones.plan.plan_schema import LINE_TYPE, REASON, REGION, UNKNOWN, VERDICT

_POSSIBLE = (ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)


class MetadataVerdicts(NamedTuple):
    """What became of spellings: VERDICT of the numbers; `row reason` of what is none; `row` of what is not covered."""

    numbers: pl.DataFrame
    refused: pl.DataFrame
    uncovered: pl.DataFrame


def verdicts_on_spellings(spellings: pl.DataFrame, region: str | None, fewest: int = 1) -> MetadataVerdicts:
    """Return what becomes of spellings (`row`, `raw`; none null); every row comes back once. Calling codes with fewer
    numbers than `fewest` are judged one by one.
    """
    spelled = read_spellings(spellings)
    dialled = dial(spelled.numbers, region)
    numbers = pl.concat([VERDICT.to_frame(), *_by_calling_code(dialled, fewest)], how="diagonal")
    if spelled.extensions.height:
        numbers = numbers.drop("extension").join(spelled.extensions, on="row", how="left")
    return MetadataVerdicts(
        numbers.select(VERDICT.names()),
        pl.concat([spelled.refused, *dialled.refused]),
        pl.concat([spelled.uncovered, *dialled.uncovered]),
    )


def _by_calling_code(dialled: Dialled, fewest: int) -> Iterator[pl.DataFrame]:
    for code, numbers in dialled.numbers.items():
        together = pl.concat(numbers)
        if together.height < fewest:
            yield verdicts_one_by_one(together, code)
            continue
        try:
            yield verdicts_on_numbers(together, code)
        except UncoveredPatternError:
            dialled.uncovered.append(together.select("row"))


def verdicts_on_numbers(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    """Return what is known of national numbers (`row`, `number`) under a calling code: VERDICT but for `extension`."""
    main = metadata_of(code, regions_of(code)[0])
    reasons = pl.Series([LENGTH_REASONS[verdict].value for verdict in range(len(LENGTH_REASONS))], dtype=REASON)
    valid = pl.col("type") != UNKNOWN
    return _with_region_and_type(numbers, code).select(
        "row",
        "region",
        "type",
        possible=length_verdict(NUMBER, main).is_in(_POSSIBLE),
        valid=valid,
        reason=pl.when(~valid).then(pl.lit(reasons).gather(length_verdict(NUMBER, main))),
        e164=pl.concat_str(pl.lit(f"+{code}"), NUMBER),
    )


def _with_region_and_type(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    """Give each number its type and the first region of its code that it belongs to (`region_code_for_number`).

    A calling code's only region owns all its numbers; of several, it belongs to a region by leading digits where the
    metadata has some, else where the region knows its type.
    """
    regions = regions_of(code)
    if len(regions) == 1:
        return _with_type(numbers, code, regions[0])
    by_digits = "|".join(digits for region in regions if (digits := metadata_of(code, region).leading_digits))
    contested, plain = (
        split(numbers, NUMBER.str.contains(at_start(by_digits))) if by_digits else (numbers.clear(), numbers)
    )
    owners = (pl.when(_belongs_to(code, region)).then(pl.lit(region, REGION)) for region in regions)
    owned = contested.with_columns(region=pl.coalesce(*owners)).partition_by("region", as_dict=True, include_key=False)
    typed = [_with_type(mine, code, region) for (region,), mine in owned.items()]
    for region in regions:
        if not metadata_of(code, region).leading_digits:
            known, unknown = split(_with_type(plain, code, region), pl.col("type") != UNKNOWN)
            typed, plain = [*typed, known], unknown.drop("type", "region")
    return pl.concat([*typed, _with_type(plain, code, None)])


def _belongs_to(code: int, region: str) -> pl.Expr:
    leading = metadata_of(code, region).leading_digits
    return NUMBER.str.contains(at_start(leading)) if leading else line_type(code, region) != UNKNOWN


def _with_type(numbers: pl.DataFrame, code: int, region: str | None) -> pl.DataFrame:
    """Most numbers are ordinary lines: only those that may be special are held against every kind."""
    if region is None:
        return numbers.with_columns(type=pl.lit(UNKNOWN, LINE_TYPE), region=pl.lit(None, REGION))
    special, ordinary = split(numbers, may_be_special(code, region))
    typed = [
        ordinary.with_columns(type=ordinary_line_type(code, region)),
        special.with_columns(type=line_type(code, region)),
    ]
    return pl.concat(typed).with_columns(region=pl.lit(region, REGION))
