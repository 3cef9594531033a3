"""Phone numbers, column by column: spellings in, E.164 and what is known of the number out. What a profile makes of a
number does not belong here.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.frames import split
from lead_pipeline.normalizing.missing import means_missing
from lead_pipeline.normalizing.phones.library import PHONE_SCHEMA, library_verdict
from lead_pipeline.normalizing.phones.plan.metadata_verdicts import MetadataVerdicts, verdicts_on_spellings
from lead_pipeline.normalizing.phones.plan.one_by_one import verdict_on_plain
from lead_pipeline.normalizing.phones.plan.plan_schema import REASON, VERDICT
from lead_pipeline.normalizing.phones.regions import checked_region, regions_named, supported_regions

__all__ = ["PHONE_SCHEMA", "normalize_phones", "supported_regions"]

#: Values read at a time: enough to make each expression worthwhile, few enough to bound memory.
_PART = 500_000
#: Values with regions of their own that are sorted by region at a time.
_WINDOW = 2_000_000
#: Fewer values are read one by one before the expressions are built.
_WORTH_COMPILING = 4_000
#: So are fewer numbers of one calling code: digits that have lost something look like numbers of any country.
_WORTH_COMPILING_A_CODE = 1_000

_MISSING = pl.lit(Reason.PHONE_MISSING.value, REASON)
_NO_ROWS = pl.DataFrame(schema={"row": pl.UInt32, "reason": REASON})
#: What is known of a number that is read by itself, in the order of PHONE_SCHEMA.
_READ = {name: VERDICT[name] for name in PHONE_SCHEMA}


def normalize_phones(raw: pl.Series, region: str | pl.Series | None, default_region: str | None = None) -> pl.DataFrame:
    """Read every spelling as phonenumbers does under the default `region`; None reads international format only.

    Args:
        raw: String; null, whitespace and words for 'no phone' are missing.
        region: ISO code of the country assumed for numbers written without +; or one for each value (String), by
            ISO code, alias or English name.
        default_region: where a column of regions is empty or names none.

    Returns:
        One row per value, in order: `e164` (String; null when it cannot be parsed), `region` (String; `001` for
        non-geographic numbers, null when no region owns the number), `type` (String, such as `fixed_line_or_mobile`;
        `unknown` when not valid, null when not parsed), `possible`, `valid` (Boolean), `reason` (String, a code of
        model/reasons.py; null exactly when valid), `extension` (String, as written; null for none).

    Raises:
        UsageError: `region` or `default_region` is not supported.
    """
    spellings = pl.DataFrame({"raw": raw.cast(pl.String)})
    if isinstance(region, pl.Series):
        rows = spellings.with_columns(region=regions_named(region, checked_region(default_region)))
        return pl.concat([_normalize_by_region(window) for window in _slices(rows, _WINDOW)])
    checked_region(region)
    return _side_by_side(_normalize_in_order, [(part, region) for part in _slices(spellings, _PART)])


def _slices(rows: pl.DataFrame, height: int) -> list[pl.DataFrame]:
    return [rows.slice(start, height) for start in range(0, max(rows.height, 1), height)]


def _normalize_by_region(rows: pl.DataFrame) -> pl.DataFrame:
    numbered = rows.with_row_index("row")
    groups = numbered.partition_by("region", as_dict=True, include_key=False) or {(None,): numbered.drop("region")}
    parts = [(part, region) for (region,), group in groups.items() for part in _slices(group, _PART)]
    return _side_by_side(_normalize_part, parts).sort("row").drop("row")


def _normalize_in_order(values: pl.DataFrame, region: str | None) -> pl.DataFrame:
    return _normalize_part(values.with_row_index("row"), region).drop("row")


def _side_by_side(
    normalize: Callable[[pl.DataFrame, str | None], pl.DataFrame], parts: list[tuple[pl.DataFrame, str | None]]
) -> pl.DataFrame:
    """Normalize parts in threads: the expressions of one part alone leave half of the processors idle."""
    if len(parts) == 1:
        return normalize(*parts[0])
    with ThreadPoolExecutor(min(len(parts), pl.thread_pool_size())) as threads:
        return pl.concat(threads.map(lambda part: normalize(*part), parts))


def _normalize_part(spellings: pl.DataFrame, region: str | None) -> pl.DataFrame:
    spelled, absent = split(spellings, pl.col("raw").is_not_null())
    if spelled.height < _WORTH_COMPILING:
        compiled = MetadataVerdicts(VERDICT.to_frame(), _NO_ROWS, spelled.select("row"))
    else:
        compiled = verdicts_on_spellings(spelled, region, _WORTH_COMPILING_A_CODE)
    read = _one_by_one(spelled.join(compiled.uncovered, on="row", how="semi"), region)
    numbers, garbage = split(read, pl.col("reason").ne_missing(Reason.PHONE_NOT_A_NUMBER.value))
    refused = _with_words_understood(pl.concat([compiled.refused, garbage.select("row", "reason")]), spelled)
    missing = absent.select("row", reason=_MISSING)
    verdicts = pl.concat([compiled.numbers, numbers, refused, missing], how="diagonal").sort("row")
    return verdicts.with_columns(pl.col("possible", "valid").fill_null(value=False)).cast({pl.Enum: pl.String})


def _with_words_understood(refused: pl.DataFrame, spellings: pl.DataFrame) -> pl.DataFrame:
    """Say `phone_missing` of what is not a number because it is empty or says that there is none (`n/a`)."""
    garbage, others = split(refused, pl.col("reason") == Reason.PHONE_NOT_A_NUMBER.value)
    garbage = garbage.join(spellings, on="row", how="left")
    reason = pl.when(means_missing(pl.col("raw"))).then(_MISSING).otherwise("reason")
    return pl.concat([others, garbage.select("row", reason=reason)])


def _one_by_one(spellings: pl.DataFrame, region: str | None) -> pl.DataFrame:
    """Read spellings (`row`, `raw`) each for itself, once per distinct one; what is not plain, by the library."""
    distinct = spellings["raw"].unique()
    verdicts = (verdict_on_plain(raw, region) or library_verdict(raw, region) for raw in distinct)
    read = pl.DataFrame(list(verdicts), schema=_READ, orient="row").insert_column(0, distinct)
    return spellings.join(read, on="raw", how="left").drop("raw")
