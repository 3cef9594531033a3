"""Days and moments, column by column: ISO 8601, and the formats of the rule in their order. Each function gives the
canonical value, or the reason why the text cannot be read.

A moment without an offset is of the rule's time zone. Of two moments that the clocks show alike (in autumn) it is the
earlier one, as Python has it; one that the clocks skip (in spring) is refused, for it never was.
"""

import datetime as dt
from collections.abc import Callable, Iterator

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import DateRule, DatetimeRule, in_utc
from lead_pipeline.normalizing.dates.time_forms import ISO_FORMS, TimeForm, form_of
from lead_pipeline.normalizing.dates.time_parts import read_moments
from lead_pipeline.normalizing.known_names import checked_time_zone
from lead_pipeline.normalizing.verdicts import RAW, filled_text, read_verdicts, when

_PLAIN_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_UTC = pl.Datetime("us", "UTC")
_UNREADABLE = when(pl.col("value").is_null(), Reason.DATE_INVALID)


def normalize_dates(raw: pl.Series, rule: DateRule) -> pl.DataFrame:
    """Read days of the calendar.

    ISO 8601 with a time is a day only at midnight, as spreadsheets write it; a format of the rule may have any time.
    Returns `value`, `reason` (Date, String), both null for an empty text.

    Raises:
        UsageError: a format or locale is not known.
    """
    texts = _texts(raw)
    plain = texts.str.contains(_PLAIN_DAY) & ~texts.str.starts_with("0000")
    days = pl.select(pl.when(plain).then(texts.str.to_date("%Y-%m-%d", strict=False))).to_series()

    def day_in(found: pl.DataFrame, form: TimeForm) -> pl.Series:
        is_day = pl.lit(form not in ISO_FORMS) | (pl.col("moment").dt.time() == dt.time())
        return found.select(pl.when(is_day).then(pl.col("moment").dt.date())).to_series()

    days = _read(texts, days, rule, (rule.min, rule.max), day_in)
    return read_verdicts(raw, days.alias("value").to_frame(), _UNREADABLE)


def normalize_datetimes(raw: pl.Series, rule: DatetimeRule) -> pl.DataFrame:
    """Read moments; a day alone is its first moment.

    Returns `value`, `reason` (Datetime in UTC, String), both null for an empty text.

    Raises:
        UsageError: a format, locale or time zone is not known.
    """
    zone, least, most = checked_time_zone(rule.timezone), in_utc(rule.min), in_utc(rule.max)
    texts = _texts(raw)
    moments = pl.repeat(None, texts.len(), dtype=_UTC, eager=True)

    def moment_in(found: pl.DataFrame, _form: TimeForm) -> pl.Series:
        local = pl.col("moment").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        shifted = (pl.col("moment") - pl.duration(seconds="offset")).dt.replace_time_zone("UTC")
        at = pl.when(pl.col("offset").is_null()).then(local.dt.convert_time_zone("UTC")).otherwise(shifted)
        return found.select(pl.when(at.dt.year().is_between(dt.MINYEAR, dt.MAXYEAR)).then(at)).to_series()

    span = (least and least.replace(tzinfo=None), most and most.replace(tzinfo=None))
    moments = _read(texts, moments, rule, span, moment_in)
    return read_verdicts(raw, moments.alias("value").to_frame(), _UNREADABLE)


def _texts(raw: pl.Series) -> pl.Series:
    return raw.cast(pl.String).rename(RAW).to_frame().select(filled_text()).to_series()


def _read(
    texts: pl.Series,
    values: pl.Series,
    rule: DateRule | DatetimeRule,
    span: tuple[dt.date | None, dt.date | None],
    value_in: Callable[[pl.DataFrame, TimeForm], pl.Series],
) -> pl.Series:
    """Fill the values that are not known yet, form by form; each form sees only what none before it could read."""
    for form in _forms(rule):
        rows = (texts.is_not_null() & values.is_null()).arg_true()
        if rows.is_empty():
            break
        values = values.scatter(rows, value_in(read_moments(texts.gather(rows), form, span), form))
    return values


def _forms(rule: DateRule | DatetimeRule) -> Iterator[TimeForm]:
    yield from ISO_FORMS
    yield from (form_of(text, rule.locale) for text in rule.formats)
