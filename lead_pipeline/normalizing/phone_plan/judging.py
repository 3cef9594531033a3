"""Judging: calling code and national number in, everything that is known of the number out, and the same for spellings
by way of spelling.py and dialling.py. The rules themselves belong in numbering.py.
"""

from collections.abc import Iterator

import polars as pl
from phonenumbers import ValidationResult

from lead_pipeline.normalizing.phone_plan.dialling import Dialled, dial
from lead_pipeline.normalizing.phone_plan.numbering import (
    NUMBER,
    UNKNOWN,
    length_verdict,
    line_type,
    metadata_of,
    regions_of,
)
from lead_pipeline.normalizing.phone_plan.patterns import UncoveredPatternError, at_start
from lead_pipeline.normalizing.phone_plan.spelling import read_spellings
from lead_pipeline.normalizing.reference import LENGTH_REASONS, PHONE_SCHEMA

_POSSIBLE = (ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
_JUDGED = ("row", *PHONE_SCHEMA)


def judge_spellings(spellings: pl.DataFrame, region: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judge spellings (`row`, `raw`; none blank) as far as the compiled metadata goes.

    Returns:
        The judged rows (`row` and PHONE_SCHEMA) and the rows (`row`) that the library itself must judge.
    """
    spelled = read_spellings(spellings)
    dialled = dial(spelled.numbers.select("row", "number", "plus"), region)
    judged = list(_judge_by_calling_code(dialled))
    numbers = pl.concat(judged) if judged else _none_judged()
    extensions = spelled.numbers.filter(pl.col("extension").is_not_null()).select("row", "extension")
    if extensions.height:
        numbers = numbers.drop("extension").join(extensions, on="row", how="left")
    refused = pl.concat([spelled.refused, *dialled.refused]).select(
        "row",
        *(pl.lit(None, dtype).alias(name) for name, dtype in PHONE_SCHEMA.items() if name not in _REFUSED),
        possible=pl.lit(value=False),
        valid=pl.lit(value=False),
        reason="reason",
    )
    return (
        pl.concat([numbers.select(_JUDGED), refused.select(_JUDGED)]),
        pl.concat([spelled.uncovered, *dialled.uncovered]),
    )


_REFUSED = ("possible", "valid", "reason")


def _none_judged() -> pl.DataFrame:
    return pl.DataFrame(schema={"row": pl.UInt32, **PHONE_SCHEMA})


def _judge_by_calling_code(dialled: Dialled) -> Iterator[pl.DataFrame]:
    for code, numbers in dialled.numbers.items():
        together = pl.concat(numbers)
        try:
            yield judge_numbers(together, code)
        except UncoveredPatternError:
            dialled.uncovered.append(together.select("row"))


def judge_numbers(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    """Return what is known of national numbers (`row`, `number`) under a calling code: `row` and PHONE_SCHEMA."""
    main = metadata_of(code, regions_of(code)[0])
    reasons = pl.Series([LENGTH_REASONS[verdict].value for verdict in range(len(LENGTH_REASONS))])
    valid = pl.col("type") != UNKNOWN
    return (
        _with_region_and_type(numbers, code)
        .select(
            "row",
            "region",
            "type",
            possible=length_verdict(NUMBER, main).is_in(_POSSIBLE),
            valid=valid,
            reason=pl.when(~valid).then(pl.lit(reasons).gather(length_verdict(NUMBER, main))),
            e164=pl.concat_str(pl.lit(f"+{code}"), NUMBER),
            extension=pl.lit(None, pl.String),
        )
        .select(_JUDGED)
    )


def _with_region_and_type(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    """Give each number the first region of its calling code that claims it (`region_code_for_number`).

    A calling code's only region owns all its numbers; of several, a region claims by leading digits where its metadata
    has some, else by knowing the number's type.
    """
    regions = regions_of(code)
    if len(regions) == 1:
        return numbers.with_columns(region=pl.lit(regions[0]), type=line_type(metadata_of(code, regions[0])))
    claimed = []
    for region in regions:
        if not numbers.height:
            break
        plan = metadata_of(code, region)
        if plan.leading_digits is not None:
            mine = NUMBER.str.contains(at_start(plan.leading_digits))
            typed = numbers.filter(mine).with_columns(region=pl.lit(region), type=line_type(plan))
            numbers = numbers.filter(~mine)
        else:
            typed = numbers.with_columns(region=pl.lit(region), type=line_type(plan))
            numbers = typed.filter(pl.col("type") == UNKNOWN).drop("region", "type")
            typed = typed.filter(pl.col("type") != UNKNOWN)
        claimed.append(typed)
    return pl.concat([*claimed, numbers.with_columns(region=pl.lit(None, pl.String), type=pl.lit(UNKNOWN))])
