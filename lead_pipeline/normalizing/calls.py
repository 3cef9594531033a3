"""Rows of a drop of call activity, read as calls. Which column says what does not belong here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import BooleanRule, DatetimeRule, IntegerRule
from lead_pipeline.normalizing.choices import normalize_booleans
from lead_pipeline.normalizing.dates.moments import normalize_datetimes
from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.normalizing.numbers import normalize_integers

#: Where 03/04/2026 is the fourth of March: the United States and what writes days as they do (CLDR, short dates).
_MONTH_FIRST = frozenset({"US", "PH", "PR", "GU", "AS", "VI", "FM", "MH", "PW"})
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_MOST_ATTEMPTS = 2**31 - 1

#: What a call is, beside the phones that it was to and the number of its row.
_TEXTS = ("destination", "buyer", "disposition")
_ANSWERS = ("dialed", "connected", "converted")


@dataclass(frozen=True, slots=True)
class CallForm:
    """How a drop is written: the country of numbers without +, which also says whether days or months come first, and
    the time zone of times that name none.
    """

    region: str | None
    timezone: str = "UTC"


def read_times(raw: pl.Series, form: CallForm) -> pl.DataFrame:
    """Read ISO times, and those that the region writes with slashes, dots or hyphens.

    Returns `value`, `reason` (Datetime in UTC, String), both null for an empty text.
    """
    days = ["%d.%m.%Y"]
    if form.region is not None:
        days += ["%m/%d/%Y", "%m-%d-%Y"] if form.region in _MONTH_FIRST else ["%d/%m/%Y", "%d-%m-%Y"]
    formats = tuple(f"{day}{time}" for day in days for time in _TIMES)
    return normalize_datetimes(raw, DatetimeRule(type="datetime", formats=formats, timezone=form.timezone))


def read_calls(rows: pl.DataFrame, phones: Sequence[str], others: Mapping[str, str], form: CallForm) -> pl.DataFrame:
    """Read the calls of a batch.

    Without a column that says so, whoever is in the file was dialed; who is said to have been reached, to have
    converted or to have been tried was dialed too, and who converted was reached.

    Args:
        rows: `row_number` (Int64) and the columns of the file, every value text.
        phones: the columns of phones.
        others: the column of each other thing that is known of a call.
        form: how it is written.

    Returns:
        One row per row and phone: `row_number`, `phone` (E.164 or null), `lead_id`, `destination`, `buyer`,
        `disposition`, `dialed`, `connected`, `converted`, `attempts`, `happened_at`, and `faults` (List(String): codes
        of what cannot be read; null for none).
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
    read["happened_at"] = _empty(rows.height, pl.Datetime("us", "UTC"))
    if "happened_at" in others:
        read["happened_at"], fault = _verdict(read_times(rows[others["happened_at"]], form))
        faults.append(fault)
    for name in _TEXTS:
        read[name] = _text(rows[others[name]]) if name in others else _empty(rows.height, pl.String)
    calls = pl.DataFrame({"row_number": rows["row_number"], **read}).with_row_index("index")
    return _with_phones(_concluded(calls), rows, phones, faults, form)


def _concluded(calls: pl.DataFrame) -> pl.DataFrame:
    dialed, connected, converted, attempts = map(pl.col, ("dialed", "connected", "converted", "attempts"))
    known = dialed.is_not_null() | attempts.is_not_null()
    return calls.with_columns(
        dialed=dialed.fill_null(value=False)
        | (attempts.fill_null(0) > 0)
        | connected.fill_null(value=False)
        | converted.fill_null(value=False)
        | ~known,
        connected=connected.fill_null(converted.fill_null(value=False)),
        converted=converted.fill_null(value=False),
    )


def _with_phones(
    calls: pl.DataFrame, rows: pl.DataFrame, phones: Sequence[str], faults: Sequence[pl.Series], form: CallForm
) -> pl.DataFrame:
    entries = [
        read_list_entries(rows[column], form.region).filter(pl.col("identifier_kind") == "phone") for column in phones
    ]
    schema = {"index": pl.UInt32, "value": pl.String, "reason": pl.String}
    read = pl.concat([pl.DataFrame(schema=schema), *(one.select(schema.keys()) for one in entries)])
    every = [pl.DataFrame({"index": range(rows.height), "reason": fault}) for fault in faults]
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
    said = normalize_booleans(raw, BooleanRule(type="boolean"))
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
