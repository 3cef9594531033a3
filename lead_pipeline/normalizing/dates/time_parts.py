"""From the parts of written moments to moments: a column of texts of one form in, naive moments and offsets out. Which
forms there are, and what a rule makes of a moment, does not belong here.
"""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from lead_pipeline.normalizing.dates.time_forms import TimeForm

#: Two-digit years are of 1969 to 2068, as POSIX has it, unless only the century before or after fits the span.
_PIVOT = 69

#: Stands for an offset that no clock has, which is not the same as none at all: such a moment is refused.
_NO_OFFSET = 999_999

_ABSENT: Mapping[str, int] = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "fraction": 0}


def read_moments(texts: pl.Series, form: TimeForm, span: tuple[dt.date | None, dt.date | None]) -> pl.DataFrame:
    """Read texts of one form.

    Args:
        texts: String, trimmed.
        form: how they are written.
        span: the earliest and the latest day or moment that is expected, None for any; it decides the century of
            two-digit years, and refuses nothing.

    Returns:
        One row per text, in order: `moment` (Datetime in microseconds, as the clocks show it; null where the text has
        another form, or there is no such day or time), `offset` (Int32, seconds east of UTC; null where none is
        written).
    """
    found = texts.alias("text").to_frame().select(pl.col("text").str.extract_groups(form.pattern)).unnest("text")
    parts = found.select(**_numbers(form))
    moment = _moment(pl.col("year"))
    if "short_year" in form.parts and any(limit is not None for limit in span):
        tried = [_moment(pl.col("year") + shift) for shift in (0, -100, 100)]
        moment = pl.coalesce(*(pl.when(_fits(one, span)).then(one) for one in tried), moment)
    return parts.select(moment=moment, offset="offset")


def _fits(moment: pl.Expr, span: tuple[dt.date | None, dt.date | None]) -> pl.Expr:
    least, most = span
    day = moment if isinstance(least or most, dt.datetime) else moment.dt.date()
    above = pl.lit(value=True) if least is None else day >= pl.lit(least)
    return above if most is None else above & (day <= pl.lit(most))


def _numbers(form: TimeForm) -> dict[str, pl.Expr]:
    """Return each part as a number; what a form does not say is its least value, and so is an optional part."""
    numbers = {part: _part(part, form) for part in _ABSENT}
    if "short_year" in form.parts:
        short = pl.col("short_year").cast(pl.Int32)
        numbers["year"] = short + pl.when(short < _PIVOT).then(2000).otherwise(1900)
    else:
        numbers["year"] = pl.col("year").cast(pl.Int32)
    numbers["day_of_year"] = _said("day_of_year", form, None)
    numbers["offset"] = _offset() if "offset" in form.parts else pl.lit(None, pl.Int32)
    return numbers


def _part(part: str, form: TimeForm) -> pl.Expr:
    if part == "month" and "month_name" in form.parts:
        assert form.names is not None  # noqa: S101  # forms with names have them
        return _named("month_name", form.names.months)
    if part == "hour" and "hour_12" in form.parts:
        return _hour(form)
    if part == "fraction" and part in form.parts:
        return pl.col(part).fill_null("0").str.head(6).str.pad_end(6, "0").cast(pl.Int32)
    return _said(part, form, _ABSENT[part])


def _said(part: str, form: TimeForm, otherwise: int | None) -> pl.Expr:
    if part not in form.parts:
        return pl.lit(otherwise, pl.Int32)
    number = pl.col(part).cast(pl.Int32)
    return number if otherwise is None else number.fill_null(otherwise)


def _named(part: str, names: Mapping[str, int]) -> pl.Expr:
    name = pl.col(part).str.to_lowercase().str.strip_suffix(".")
    return name.replace_strict(dict(names), default=None, return_dtype=pl.Int32)


def _hour(form: TimeForm) -> pl.Expr:
    """12 is the first hour of both am and pm."""
    assert form.names is not None  # noqa: S101  # a form with 12 hours has am and pm
    hour, shift = pl.col("hour_12").cast(pl.Int32), _named("am_pm", form.names.am_pm)
    return pl.when(hour.is_between(1, 12)).then(hour % 12 + shift).otherwise(-1)


def _offset() -> pl.Expr:
    written = pl.col("offset")
    digits = written.str.slice(1).str.replace(":", "", literal=True).str.pad_end(4, "0")
    hours, minutes = digits.str.head(2).cast(pl.Int32, strict=False), digits.str.tail(2).cast(pl.Int32, strict=False)
    seconds = hours * 3600 + minutes * 60
    wrong = (hours > 23) | (minutes > 59)
    east = pl.when(written.str.starts_with("-")).then(-seconds).otherwise(seconds)
    known = pl.when(wrong).then(pl.lit(_NO_OFFSET)).otherwise(east)
    return pl.when(written.str.contains("^[+-]")).then(known).when(written != "").then(pl.lit(0)).cast(pl.Int32)


def _moment(year: pl.Expr) -> pl.Expr:
    """Return the moment where there is one: no 30 February, no 25th hour."""
    month, day, day_of_year = pl.col("month"), pl.col("day"), pl.col("day_of_year")
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days = pl.when(month == 2).then(28 + leap.cast(pl.Int32)).when(month.is_in([4, 6, 9, 11])).then(30).otherwise(31)
    sound = (
        year.is_between(dt.MINYEAR, dt.MAXYEAR)
        & month.is_between(1, 12)
        & day.is_between(1, days)
        & day_of_year.fill_null(1).is_between(1, 365 + leap.cast(pl.Int32))
        & pl.col("hour").is_between(0, 23)
        & (pl.col("minute") <= 59)
        & (pl.col("second") <= 59)
        & pl.col("offset").ne_missing(_NO_OFFSET)
    )
    parts = (year, month, day, *map(pl.col, ("hour", "minute", "second", "fraction")))
    year, month, day, hour, minute, second, fraction = (pl.when(sound).then(part) for part in parts)
    moment = pl.datetime(year, month, day, hour, minute, second, fraction, time_unit="us")
    return moment + pl.duration(days=day_of_year.fill_null(1) - 1)
