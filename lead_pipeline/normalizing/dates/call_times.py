"""Times as dialers and people write them. A day that could be two days, and a time whose zone nobody says, are no times
but questions: they are told apart here, and answered by whoever knows the whole file.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import DatetimeRule
from lead_pipeline.normalizing.dates.moments import normalize_datetimes

#: The hour behind a day, with what dialers write around it.
_HOUR = (
    r"(?:,?[ T]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>[.,][0-9]{1,9})?)?"
    r" ?(?P<half>[ap])?(?:\.?m\.?)? ?(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
_BEGINS_WITH_NUMBERS = r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-]"

#: How days are written: numbers whose order is to be known, the year first, or with the name of the month.
_NUMBERS = (
    rf"(?i)^(?P<first>[0-9]{{1,2}})[/.-](?P<second_number>[0-9]{{1,2}})[/.-](?P<year>[0-9]{{4}}|[0-9]{{2}}){_HOUR}"
)
_OTHERS = (
    rf"(?i)^(?P<year>[0-9]{{4}})[/.-](?P<month>[0-9]{{1,2}})[/.-](?P<day>[0-9]{{1,2}}){_HOUR}",
    rf"(?i)^(?:[a-z]+\.?,? )?(?P<day>[0-9]{{1,2}})[ -](?P<month>[a-z]+)\.?[ -](?P<year>[0-9]{{4}}|[0-9]{{2}}){_HOUR}",
    rf"(?i)^(?:[a-z]+\.?,? )?(?P<month>[a-z]+)\.? (?P<day>[0-9]{{1,2}}),? (?P<year>[0-9]{{4}}){_HOUR}",
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER_OF = {name: f"{number:02}" for number, name in enumerate(_MONTHS, 1)}
_NUMBER_OF |= {f"{number}": f"{number:02}" for number in range(1, 13)}
_NUMBER_OF |= {f"{number:02}": f"{number:02}" for number in range(1, 10)}

#: Seconds since 1970 from September 2001 until 2033 have ten digits; of milliseconds it is thirteen.
_SECONDS, _MILLISECONDS = r"^[12][0-9]{9}$", r"^[12][0-9]{12}$"
_RUN_TOGETHER = r"^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$"

#: An offset, a Z or the name of one that is none: without it, a time is one of another zone in each country.
_HAS_ZONE = r"(?i)(?:[0-9:.]\s?(?:Z|UTC|GMT)|:[0-9.,]+\s?[+-][0-9]{2}:?(?:[0-9]{2})?)$"

#: Clocks are wrong by a little, and zones by a day.
_TOMORROW = timedelta(days=1)

#: Two digits for the year, which any of the three numbers may be.
_TWO_DIGITS = r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}(?:[ ,]|$)"

_UTC = pl.Datetime("us", "UTC")


def read_call_times(
    raw: pl.Series, *, orders: Sequence[str], timezone: str | None, latest: datetime | None
) -> pl.DataFrame:
    """Read times.

    Args:
        raw: String.
        orders: `month_first`, `day_first`, or both where nobody knows.
        timezone: the zone of times that name none; None: nobody knows.
        latest: when it is now; what is said to have been later than a day after that was not read rightly.

    Returns:
        One row per text: `month_first`, `day_first` (Datetime in UTC; what it is under that order, equal where the
        order does not matter, null where it is none of `orders` or nothing), and `reason` (String; of what no order can
        read, of a time without a zone, of one in the future), all null for an empty text.
    """
    texts = _spelled(raw)
    epochs = _epochs(texts)
    plain = pl.select(pl.when(epochs.is_null()).then(texts)).to_series()
    found = pl.DataFrame({"text": texts, "epoch": epochs}).with_columns(is_epoch=pl.col("epoch").is_not_null())
    for order in orders:
        read = _in_order(plain, order, timezone or "UTC", is_known=len(orders) == 1)
        found = found.with_columns(pl.coalesce("epoch", read).alias(order))
    missing = [pl.lit(None, dtype=_UTC).alias(order) for order in _ORDERS if order not in orders]
    return found.with_columns(missing).select(*_ORDERS, reason=_reason(timezone, latest))


_ORDERS = ("month_first", "day_first")


def _spelled(raw: pl.Series) -> pl.Series:
    """Return trimmed texts, null for empty ones; digits that are run together as ISO 8601."""
    text = raw.cast(pl.String).str.strip_chars(" \t\u00a0'\"").str.replace(_RUN_TOGETHER, "$1-$2-$3 $4:$5:$6")
    return pl.select(pl.when(text != "").then(text)).to_series()


def _epochs(texts: pl.Series) -> pl.Series:
    number = texts.cast(pl.Int64, strict=False)
    micros = (
        pl.when(texts.str.contains(_SECONDS))
        .then(number * 1_000_000)
        .when(texts.str.contains(_MILLISECONDS))
        .then(number * 1_000)
    )
    return pl.select(micros.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")).to_series()


def _in_order(texts: pl.Series, order: str, zone: str, *, is_known: bool) -> pl.Series:
    """Read each text by the way in which it is written: numbers alone, ISO 8601, or with the name of a month."""
    numbers = texts.str.contains(_BEGINS_WITH_NUMBERS).fill_null(value=False)
    rows, others = numbers.arg_true(), (~numbers & texts.is_not_null()).arg_true()
    read = pl.repeat(None, texts.len(), dtype=_UTC, eager=True)
    read = read.scatter(rows, _moments(_of_numbers(texts.gather(rows), order, is_known=is_known), zone))
    rest = texts.gather(others)
    iso = normalize_datetimes(rest, DatetimeRule(type="datetime", timezone=zone))["value"]
    unread = iso.is_null().arg_true()
    iso = iso.scatter(unread, _moments(_of_other_forms(rest.gather(unread)), zone))
    return read.scatter(others, iso)


def _moments(spelled: pl.Series, zone: str) -> pl.Series:
    """Read texts of ISO 8601; most say neither an offset nor a part of a second."""
    if spelled.is_empty():
        return pl.Series(dtype=_UTC)
    local = spelled.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
    local = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    rows = (local.is_null() & spelled.is_not_null()).arg_true()
    rest = normalize_datetimes(spelled.gather(rows), DatetimeRule(type="datetime", timezone=zone))["value"]
    return local.scatter(rows, rest)


def _parts(texts: pl.Series, pattern: str) -> pl.DataFrame:
    """Return the groups of a pattern as columns: an expression that names them would match once for each of them."""
    return texts.alias("text").to_frame().select(pl.col("text").str.extract_groups(pattern)).unnest("text")


def _of_numbers(texts: pl.Series, order: str, *, is_known: bool) -> pl.Series:
    """Return days of three numbers as ISO 8601, null for texts that are none. Years of two digits are read where the
    order is known: 26/03/05 has three.
    """
    first, second, short = pl.col("first"), pl.col("second_number"), pl.col("year").str.len_bytes() == 2
    month, day = (first, second) if order == "month_first" else (second, first)
    numbers = _parts(texts, _NUMBERS)
    return numbers.select(pl.when(pl.lit(is_known) | ~short).then(_iso(month, day)).alias("iso")).to_series()


def _of_other_forms(texts: pl.Series) -> pl.Series:
    """Return days written in each other way as ISO 8601, null for texts that are written otherwise."""
    found = pl.repeat(None, texts.len(), dtype=pl.String, eager=True)
    for pattern in _OTHERS:
        rows = found.is_null().arg_true()
        if rows.is_empty():
            break
        parts = _parts(texts.gather(rows), pattern)
        found = found.scatter(rows, parts.select(iso=_iso(pl.col("month"), pl.col("day"))).to_series())
    return found


def _iso(month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return a text of ISO 8601, null where there is no such month or hour; its reader knows whether the day exists."""
    year, hour, half = pl.col("year"), pl.col("hour"), pl.col("half")
    century = pl.when(year.str.len_bytes() == 2).then(pl.lit("20")).otherwise(pl.lit(""))
    number = month.str.to_lowercase().str.head(3).replace_strict(_NUMBER_OF, default=None, return_dtype=pl.String)
    days = pl.concat_str(century, year, pl.lit("-"), number, pl.lit("-"), day.str.zfill(2))
    twelve = hour.cast(pl.Int32)
    after = pl.when(half.str.to_lowercase() == "p").then(12).otherwise(0)
    of_day = pl.when(half.is_null()).then(twelve).when(twelve.is_between(1, 12)).then(twelve % 12 + after)
    rest = [pl.col(name).fill_null(missing) for name, missing in (("second", "00"), ("fraction", ""))]
    zone = pl.col("zone").fill_null("").str.to_uppercase().str.replace("^(?:UTC|GMT)$", "Z")
    time = pl.concat_str(of_day.cast(pl.String).str.zfill(2), pl.lit(":"), pl.col("minute"), pl.lit(":"), *rest)
    midnight = pl.concat_str(days, pl.lit("T00:00:00"))
    return pl.when(hour.is_null()).then(midnight).otherwise(pl.concat_str(days, pl.lit("T"), time, zone))


def _reason(timezone: str | None, latest: datetime | None) -> pl.Expr:
    text, first, last = pl.col("text"), pl.min_horizontal(*_ORDERS), pl.max_horizontal(*_ORDERS)
    unread = text.is_not_null() & last.is_null()
    late = pl.lit(value=False) if latest is None else first > pl.lit(latest + _TOMORROW).dt.cast_time_unit("us")
    zoneless = last.is_not_null() & ~pl.col("is_epoch") & ~text.str.contains(_HAS_ZONE)
    return (
        pl.when(unread & text.str.contains(_TWO_DIGITS))
        .then(pl.lit(Reason.DATE_AMBIGUOUS.value))
        .when(unread)
        .then(pl.lit(Reason.DATE_INVALID.value))
        .when(late)
        .then(pl.lit(Reason.DATE_OUT_OF_RANGE.value))
        .when(zoneless & pl.lit(timezone is None))
        .then(pl.lit(Reason.DATE_ZONE_MISSING.value))
    )
