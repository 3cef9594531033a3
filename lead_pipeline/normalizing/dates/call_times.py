"""Times as dialers and people write them. A day that could be two days, and a time whose zone nobody says, are no times
but questions: they are told apart here, and answered by whoever knows the whole file.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import DatetimeRule
from lead_pipeline.normalizing.dates.moments import normalize_datetimes

#: Days that can be one only, and those that the order of day and month decides.
_DAYS = ("%Y/%m/%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%b %d %Y", "%a, %d %b %Y", "%a %b %d %Y", "%d-%b-%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y")
_DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
_TIMES = (
    *("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p"),
    *(", %H:%M", ", %H:%M:%S", ", %I:%M %p", ", %I:%M:%S %p", " %H:%M:%S %z", " %H:%M:%S %Z", " %I:%M:%S %p %Z"),
)
_ISO_WITH_ZONE = ("%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %I:%M %p", "%Y-%m-%d %I:%M:%S %p")

#: So many texts show which forms a column has; the others are tried on what these cannot read.
_SHOWN = 200

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
    """Read what no form of ISO 8601 can by the forms that the column is seen to have, then by all others."""
    iso = _read(texts, (), zone)
    rows = (texts.is_not_null() & iso.is_null()).arg_true()
    if rows.is_empty():
        return iso
    rest = texts.gather(rows)
    forms, shown = tuple(_formats(order, is_known=is_known)), rest.unique(maintain_order=True).head(_SHOWN)
    used = [form for form in forms if _read(shown, (form,), zone).is_not_null().any()]
    return iso.scatter(rows, _read(rest, (*used, *(form for form in forms if form not in used)), zone))


def _read(texts: pl.Series, forms: Sequence[str], zone: str) -> pl.Series:
    return normalize_datetimes(texts, DatetimeRule(type="datetime", formats=tuple(forms), timezone=zone))["value"]


def _formats(order: str, *, is_known: bool) -> Iterator[str]:
    """Yield the forms of an order. Years of two digits are read where the order is known: 26/03/05 has three."""
    ordered = _MONTH_FIRST if order == "month_first" else _DAY_FIRST
    days = (*(day for day in ordered if is_known or day.endswith("Y")), *_DAYS)
    yield from _ISO_WITH_ZONE
    yield from (f"{day}{time}" for day, time in product(days, _TIMES))


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
