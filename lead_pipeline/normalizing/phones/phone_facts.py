"""What else can be said of a good number: its line type, its region and time zones, how its country writes it. Whether
a number is good at all does not belong here.
"""

from typing import Literal

import polars as pl

from lead_pipeline.normalizing.frames import split
from lead_pipeline.normalizing.phones.plan.dialling import with_calling_code
from lead_pipeline.normalizing.phones.plan.formatting import with_national, with_time_zones
from lead_pipeline.normalizing.phones.plan.metadata_verdicts import verdicts_on_numbers

PhoneFact = Literal["region", "type", "time_zones", "national"]
_SCHEMA: dict[PhoneFact, pl.DataType] = {
    "region": pl.String(),
    "type": pl.String(),
    "time_zones": pl.List(pl.String()),
    "national": pl.String(),
}


def describe_phones(e164: pl.Series, facts: tuple[PhoneFact, ...] = ("region", "type")) -> pl.DataFrame:
    """Say of each number what is asked for, as phonenumbers says it.

    Args:
        e164: String, as `normalize_phones` gives it, or null.
        facts: of `region` (String), `type` (String), `time_zones` (List(String), IANA names; `Etc/Unknown` for a number
            that is not valid), `national` (String, as the number's country writes it).

    Returns:
        One row per value, in order, with the columns asked for; all null for null.
    """
    numbers = pl.DataFrame({"number": e164.cast(pl.String)}).with_row_index("row")
    known, unknown = split(numbers, pl.col("number").is_not_null())
    coded, uncoded = with_calling_code(known.with_columns(pl.col("number").str.strip_prefix("+")))
    described = [
        _described(group, code, facts)
        for (code,), group in coded.partition_by("calling_code", as_dict=True, include_key=False).items()
    ]
    schema = pl.DataFrame(schema={"row": pl.UInt32, **{fact: _SCHEMA[fact] for fact in facts}})
    rest = pl.concat([schema, *described, uncoded.select("row"), unknown.select("row")], how="diagonal")
    return rest.sort("row").drop("row")


def _described(numbers: pl.DataFrame, code: int, facts: tuple[PhoneFact, ...]) -> pl.DataFrame:
    verdicts = verdicts_on_numbers(numbers, code).select("row", "region", "type").cast({pl.Enum: pl.String})
    known = numbers.join(verdicts, on="row")
    if "time_zones" in facts:
        known = with_time_zones(known, code)
    if "national" in facts:
        known = with_national(known, code)
    return known.select("row", *facts)
