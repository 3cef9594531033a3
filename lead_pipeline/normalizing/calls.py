"""Rows of a drop of call activity, read as calls. Which column says what does not belong here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import BooleanRule, IntegerRule
from lead_pipeline.model.scrub.activity_settings import DATE_ORDERS, DateOrder
from lead_pipeline.normalizing.choices import normalize_booleans
from lead_pipeline.normalizing.dates.call_times import read_call_times
from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.normalizing.numbers import normalize_integers

#: Where 03/04/2026 is the fourth of March: the United States and what writes days as they do (CLDR, short dates).
_MONTH_FIRST = frozenset({"US", "PH", "PR", "GU", "AS", "VI", "FM", "MH", "PW"})
_MOST_ATTEMPTS = 2**31 - 1

#: What a call is, beside the phones that it was to and the number of its row.
_TEXTS = ("destination", "buyer", "disposition")
_ANSWERS = ("dialed", "connected", "converted")

#: Beside yes and no, true and false, 1 and 0.
_YES = tuple("ja j oui si sí sim sì s da tak x ✓ ✔".split())  # noqa: SIM905
_NO = tuple("nein non não nao nee nej nie".split())  # noqa: SIM905

#: Said of a call that came to us.
_INBOUND = r"(?i)^(?:in|inbound|incoming|eingehend|entrant[ei]?|entrada|in entrata|inkomend)(?: (?:call|anruf))?$"


@dataclass(frozen=True, slots=True)
class CallForm:
    """How a drop is written, as far as that is known: the country of numbers without +, whether days or months come
    first, the time zone of times that name none, and when it was read.
    """

    region: str | None = None
    timezone: str | None = None
    dates: DateOrder | None = None
    latest: datetime | None = None

    @property
    def orders(self) -> tuple[DateOrder, ...]:
        """Return the order of day and month as it was said, or as the country has it; both where nobody knows."""
        if self.dates is not None:
            return (self.dates,)
        if self.region is None:
            return DATE_ORDERS
        return ("month_first",) if self.region in _MONTH_FIRST else ("day_first",)


def read_times(raw: pl.Series, form: CallForm) -> pl.DataFrame:
    """Read times as `read_call_times` does, by what is known of the drop."""
    return read_call_times(raw, orders=form.orders, timezone=form.timezone, latest=form.latest)


def read_calls(
    rows: pl.DataFrame,
    phones: Sequence[str],
    others: Mapping[str, str],
    form: CallForm,
    *,
    inbound_phones: Sequence[str] = (),
) -> pl.DataFrame:
    """Read the calls of a batch.

    Without a column that says so, whoever is in the file was dialed; who is said to have been reached, to have
    converted or to have been tried was dialed too, and who converted was reached.

    Args:
        rows: `row_number` (Int64) and the columns of the file, every value text.
        phones: the columns of phones.
        others: the column of each other thing that is known of a call.
        form: how it is written.
        inbound_phones: the columns that have the person's number where `direction` says that the call came to us.

    Returns:
        One row per row and phone: `row_number`, `phone` (E.164 or null), `lead_id`, `destination`, `buyer`,
        `disposition`, `dialed`, `connected`, `converted`, `attempts`, `month_first` and `day_first` (when it was, under
        either order of day and month), and `faults` (List(String): codes of what cannot be read; null for none).
    """
    read = {name: _empty(rows.height, dtype) for name, dtype in (("lead_id", pl.Int64), ("attempts", pl.Int64))}
    faults = []
    for name in ("lead_id", "attempts"):
        if name in others:
            read[name], fault = _verdict(normalize_integers(rows[others[name]], IntegerRule(type="integer")))
            least, most = (1, None) if name == "lead_id" else (0, _MOST_ATTEMPTS)
            outside = (read[name] < least) | (read[name] > most if most else pl.Series([False]))
            faults += [fault, _code(outside, Reason.NUMBER_OUT_OF_RANGE)]
    for name in _ANSWERS:
        read[name] = _empty(rows.height, pl.Boolean)
        if name in others:
            read[name], fault = _answers(rows[others[name]])
            faults.append(fault)
    times = read_times(_written_times(rows, others), form)
    faults.append(times["reason"])
    inbound = _inbound(rows, others)
    for name in _TEXTS:
        read[name] = _text(rows[others[name]]) if name in others else _empty(rows.height, pl.String)
    calls = pl.DataFrame({"row_number": rows["row_number"], **read, "inbound": inbound}).with_row_index("index")
    calls = _concluded(calls.hstack(times.drop("reason")))
    numbers = [rows[column] for column in phones]
    if inbound_phones:
        numbers = [_where(~inbound, number) for number in numbers]
        numbers += [_where(inbound, rows[column]) for column in inbound_phones]
    return _with_phones(calls, numbers, faults, form)


def _where(condition: pl.Series, texts: pl.Series) -> pl.Series:
    return pl.select(pl.when(condition).then(texts)).to_series()


def _written_times(rows: pl.DataFrame, others: Mapping[str, str]) -> pl.Series:
    """Return when the calls were, as it is written: in one column, or the day in one and the hour in another."""
    if "happened_at" not in others:
        return _empty(rows.height, pl.String)
    day = rows[others["happened_at"]].str.strip_chars()
    if "hour" not in others:
        return day
    hour = rows[others["hour"]].str.strip_chars()
    both = pl.concat_str(pl.lit(day), pl.lit(hour), separator=" ")
    return pl.select(pl.when((day != "") & (hour != "")).then(both).otherwise(pl.lit(day))).to_series()


def _inbound(rows: pl.DataFrame, others: Mapping[str, str]) -> pl.Series:
    """Return which calls came to us: nobody was dialed for them."""
    if "direction" not in others:
        return pl.repeat(value=False, n=rows.height, eager=True)
    return rows[others["direction"]].str.strip_chars().str.contains(_INBOUND).fill_null(value=False)


def _concluded(calls: pl.DataFrame) -> pl.DataFrame:
    dialed, connected, converted, attempts = map(pl.col, ("dialed", "connected", "converted", "attempts"))
    known = dialed.is_not_null() | attempts.is_not_null() | pl.col("inbound")
    return calls.with_columns(
        dialed=dialed.fill_null(value=False)
        | (attempts.fill_null(0) > 0)
        | (connected.fill_null(value=False) & ~pl.col("inbound"))
        | (converted.fill_null(value=False) & ~pl.col("inbound"))
        | ~known,
        connected=connected.fill_null(converted.fill_null(value=False)),
        converted=converted.fill_null(value=False),
    ).drop("inbound")


def _with_phones(
    calls: pl.DataFrame, phones: Sequence[pl.Series], faults: Sequence[pl.Series], form: CallForm
) -> pl.DataFrame:
    entries = [read_list_entries(raw, form.region).filter(pl.col("identifier_kind") == "phone") for raw in phones]
    schema = {"index": pl.UInt32, "value": pl.String, "reason": pl.String}
    read = pl.concat([pl.DataFrame(schema=schema), *(one.select(schema.keys()) for one in entries)])
    every = [pl.DataFrame({"index": range(calls.height), "reason": fault}) for fault in faults]
    every.append(read.select("index", "reason"))
    found = pl.concat([one.cast({"index": pl.UInt32, "reason": pl.String}) for one in every]).drop_nulls("reason")
    by_row = found.group_by("index").agg(faults=pl.col("reason").unique(maintain_order=True))
    named = read.drop_nulls("value").select("index", phone="value").unique(maintain_order=True)
    whole = calls.join(named, on="index", how="left", maintain_order="left").join(by_row, on="index", how="left")
    nobody = pl.col("phone").is_null() & pl.col("lead_id").is_null() & pl.col("faults").is_null()
    missing = pl.lit([Reason.IDENTIFIER_MISSING.value], dtype=pl.List(pl.String))
    return whole.with_columns(faults=pl.when(nobody).then(missing).otherwise("faults")).drop("index")


def _answers(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Read yes and no; a number is how often it happened."""
    said = normalize_booleans(raw, BooleanRule(type="boolean", true_words=_YES, false_words=_NO))
    times = normalize_integers(raw, IntegerRule(type="integer"))["value"]
    value = pl.select(pl.coalesce(said["value"], times > 0)).to_series()
    return value, pl.select(pl.when(value.is_null()).then(said["reason"])).to_series()


def _verdict(read: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    return read["value"], read["reason"]


def _code(wrong: pl.Series, reason: Reason) -> pl.Series:
    return pl.select(pl.when(wrong.fill_null(value=False)).then(pl.lit(reason.value))).to_series()


def _text(raw: pl.Series) -> pl.Series:
    text = raw.str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.select(pl.when(text != "").then(text)).to_series()


def _empty(height: int, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    return pl.repeat(None, height, dtype=dtype, eager=True)
