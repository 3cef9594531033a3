"""What a row of a suppression list says about its entries besides whom they name: since when, until when, by whom."""

import re

import polars as pl

from lead_pipeline.normalizing.phones.regions import region_named

_SEVERAL = re.compile(r"[,;/|&]")
_DATE = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})"
#: A date as ISO 8601 writes it, with or without a time of day, which is taken to be in UTC where it does not say.
_MOMENT = _DATE + r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?$"


def read_countries(raw: pl.Series) -> pl.Series:
    """Return the ISO code of the country that a cell names, null where it names none that is known: then the entry
    holds in every country. A calling code names none, for several countries share one, and neither do several names.
    """
    cells = raw.cast(pl.String).str.strip_chars()
    distinct = cells.drop_nulls().unique()
    return cells.replace_strict(distinct, pl.Series(map(_country, distinct), dtype=pl.String), default=None)


def _country(cell: str) -> str | None:
    each = [region_named(part) for part in _SEVERAL.split(cell)]
    is_one = len(each) == 1 or None in each or len(set(each)) == 1  # `Korea, Republic of` is one
    return region_named(cell) if is_one and not any(map(str.isnumeric, cell)) else None


def read_listed_on(raw: pl.Series) -> pl.Series:
    """Return the date (Date) that a cell begins with, null where it is not written as ISO 8601 writes it."""
    return raw.cast(pl.String).str.strip_chars().str.extract(_DATE).str.to_date("%Y-%m-%d", strict=False)


def read_expires_at(raw: pl.Series) -> pl.DataFrame:
    """Read until when entries hold.

    A time of day counts for nothing: an entry holds until noon UTC of the day after, when its date is over everywhere,
    so that it never ends too early.

    Returns: `expires_at` (UTC; null for never, and for what cannot be read: such an entry holds on), `readable`.
    """
    cells = raw.cast(pl.String).str.strip_chars()
    filled = cells.is_not_null() & (cells != "")
    day = cells.str.extract(_DATE).str.to_date("%Y-%m-%d", strict=False)
    good = cells.str.contains(_MOMENT) & day.is_not_null()
    moment = day.cast(pl.Datetime("us")).dt.offset_by("36h").dt.replace_time_zone("UTC")
    frame = pl.DataFrame(
        {"moment": moment, "good": good.fill_null(value=False), "filled": filled.fill_null(value=False)}
    )
    return frame.select(expires_at=pl.when("good").then("moment"), readable=pl.col("good") | ~pl.col("filled"))
