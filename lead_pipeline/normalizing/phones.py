"""Phone numbers, column by column: spellings in, E.164 and what is known of the number out. What a profile makes of a
number (required, allowed types) belongs in rows.py and validating/; which countries exist, in regions.py.
"""

from concurrent.futures import ThreadPoolExecutor

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.phone_plan.frames import split
from lead_pipeline.normalizing.phone_plan.judging import judge_spellings
from lead_pipeline.normalizing.phone_plan.schema import REASON, VERDICT
from lead_pipeline.normalizing.reference import PHONE_SCHEMA, judge_phones
from lead_pipeline.normalizing.regions import checked_region, supported_regions

__all__ = ["PHONE_SCHEMA", "normalize_phones", "supported_regions"]

#: Values judged at a time: enough to make each expression worth its while, few enough to bound memory.
_PART = 500_000
#: For fewer values the library is done before the expressions are built.
_WORTH_COMPILING = 1_000


def normalize_phones(raw: pl.Series, region: str | None) -> pl.DataFrame:
    """Judge every spelling as phonenumbers does under the default `region`; None reads international format only.

    Args:
        raw: String; null and blank are missing.
        region: ISO code of the country assumed for numbers written without +.

    Returns:
        One row per value, in order: `e164` (String; null when it cannot be parsed), `region` (String; `001` for
        non-geographic numbers, null when no region owns the number), `type` (String, such as `fixed_line_or_mobile`;
        `unknown` when not valid, null when not parsed), `possible`, `valid` (Boolean), `reason` (String, a code of
        model/reasons.py; null exactly when valid).

    Raises:
        UsageError: `region` is not supported.
    """
    checked_region(region)
    spellings = pl.DataFrame({"raw": raw.cast(pl.String)}).with_row_index("row")
    parts = [spellings.slice(start, _PART) for start in range(0, max(raw.len(), 1), _PART)]
    with ThreadPoolExecutor(min(len(parts), pl.thread_pool_size())) as threads:
        return pl.concat(threads.map(lambda part: _normalize_part(part, region), parts))


def _normalize_part(spellings: pl.DataFrame, region: str | None) -> pl.DataFrame:
    missing, spelled = split(spellings, pl.col("raw").is_null() | (pl.col("raw").str.strip_chars() == ""))
    if spelled.height < _WORTH_COMPILING:
        judged, uncovered = VERDICT.to_frame(), spelled
    else:
        judged, uncovered = judge_spellings(spelled, region)
    absent = missing.select("row", possible=False, valid=False, reason=pl.lit(Reason.PHONE_MISSING.value, REASON))
    by_library = _judge_by_library(spelled.join(uncovered, on="row", how="semi"), region)
    verdicts = pl.concat([judged, by_library, absent], how="diagonal")
    return verdicts.sort("row").drop("row").cast({pl.Enum: pl.String})


def _judge_by_library(spellings: pl.DataFrame, region: str | None) -> pl.DataFrame:
    distinct = spellings["raw"].unique()
    judged = judge_phones(distinct, region).insert_column(0, distinct)
    return spellings.join(judged, on="raw", how="left").drop("raw").cast(VERDICT)
