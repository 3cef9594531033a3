"""What was probably meant by a value that was refused, as a sentence for people and, where it is known, as a value: an
address within other text, a number behind another country's prefix, a date as a spreadsheet stores it. Nothing here
changes or accepts a value.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache

import phonenumbers
import polars as pl
from email_validator.rfc_constants import ATEXT
from phonenumbers import PhoneMetadata

from lead_pipeline.model.rules import DateRule, DatetimeRule, EmailRule, FieldRule, PhoneRule, TextRule
from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.phones.labels import AREA_CODE_MISSING
from lead_pipeline.normalizing.phones.plan.one_by_one import verdict_on_plain

_VALUE = pl.col("value")

#: A spreadsheet shows these where a number or a date is wider than its column, and writes them into a CSV.
_TOO_NARROW = r"^\s*#{3,}\s*$"
_TOO_NARROW_SAYS = (
    "A spreadsheet writes ### where a column is too narrow to show the value, so the value is not in the file; widen "
    "the column and export again."
)

#: Days as Excel counts them, from 1927 to 2099, perhaps with a time behind the dot. Day 1 is 1900-01-01, and Excel
#: counts a 1900-02-29 that never was, so day 0 is two days earlier.
_SERIAL = r"^\s*((?:[1-6][0-9]|7[0-2])[0-9]{3})(?:[.,][0-9]+)?\s*$"
_DAY_0 = date(1899, 12, 30)
_TIME_ONLY = r"^\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?\s*$"
_DAY_OR_MONTH = r"^\s*[0-9]{1,2}([/.-])[0-9]{1,2}[/.-](?:[0-9]{4})\s*$"
_DAY_FIRST = r"^\s*(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})[/.-](?P<year>[0-9]{4})\s*$"
_MONTHS, _DAYS = 12, 31

#: An address wherever it is, up to the last sign that can be in one; a sentence may end behind it.
_ADDRESS = rf"[\p{{L}}\p{{Nd}}_][{ATEXT}]*(?:\.[{ATEXT}]+)*@[\p{{L}}\p{{Nd}}-]+(?:\.[\p{{L}}\p{{Nd}}-]+)+"
_SPELLED_AT = r"(?i)\s*(?:\(at\)|\[at\]|\{at\}|\sat\s)\s*"

_WITHOUT_AREA_CODE = (
    "The column of the area code is empty in this row, and the number is a local one; fill in its area code, or write "
    "the number in full."
)
_LOCAL = "This seems to be a local number without its area code; write the area code before it."
#: Shorter ones may be anything; the plan of Brazil in phonenumbers does not name its local numbers.
_SHORTEST_LOCAL, _FURTHER_LOCAL = 5, {"BR": (8, 9)}
_PLAIN_DIGITS = r"^\s*[1-9][0-9 ()./-]*$"
#: Numbers that may be written with another country's international prefix: 00 (ITU-T E.123), or 011 of North America.
_WITH_PREFIX = r"^[^0-9+]*(?:00|011)[^0-9]*[1-9]"
#: Mobiles in Brazil had eight digits, the first of them 6 to 9, until each area put a 9 before them (Anatel, by 2016).
_BRAZILIAN = re.compile(r"(?:(?:00)?55)?0?([1-9][0-9])([6-9][0-9]{7})")
#: In Mexico 1 behind the country code, or 01, 044, 045 before the number, is dialled no more (IFT, August 2019).
_MEXICAN = re.compile(r"(?:(?:00|011)?52)?(?:1|01|044|045)([2-9][0-9]{9})")
_MAY_BE_MEXICAN = r"(?:1|01|044|045)[^0-9]*[2-9](?:[^0-9]*[0-9]){9}[^0-9]*$"
#: In rows of other countries, what `_with_ninth_digit` and `_without_old_prefix` ask of a number first.
_WITH_CODE_OF_BRAZIL = r"^[^0-9]*(?:0[^0-9]*0[^0-9]*)?5[^0-9]*5"
_WITH_A_CODE = r"^[ (]*(?:\+|00)"
_MAY_BE_BRAZILIAN = r"[6-9](?:[^0-9]*[0-9]){7}[^0-9]*$"


#: What is said of refused values; both are null where there is nothing to say.
_SAID = {"hint": pl.String, "suggestion": pl.String}

#: What is said of one value: the sentence and the value that was meant.
_Say = tuple[str, str] | None


def hints_on_refused(
    raw: pl.Series, reasons: pl.Series, rule: FieldRule, regions: str | pl.Series | None
) -> pl.DataFrame:
    """Say what was probably meant by each value (`raw`, String) that has a reason (String) or is nothing but `###`.

    `regions` is the country of phones without +, or that of each value (String).

    Returns one row per value, in order: `hint` (String, a sentence) and `suggestion` (String, the value that was
    probably meant), null where there is nothing to say.
    """
    none = pl.DataFrame({name: pl.repeat(None, raw.len(), dtype=dtype, eager=True) for name, dtype in _SAID.items()})
    if isinstance(rule, TextRule):
        return none
    told = reasons.is_not_null() & (raw.str.strip_chars() != "") | raw.str.starts_with("###")
    rows = told.fill_null(value=False).arg_true()
    if rows.is_empty():
        return none
    refused = raw.gather(rows).rename("value")
    if isinstance(rule, PhoneRule):
        said = _on_phones(refused, regions.gather(rows) if isinstance(regions, pl.Series) else regions)
    elif isinstance(rule, EmailRule):
        said = _on_emails(refused, named=not rule.allow_display_name)
    elif isinstance(rule, DateRule | DatetimeRule):
        said = _on_dates(refused, has_formats=bool(rule.formats))
    else:
        said = none.head(rows.len())
    too_narrow = refused.str.contains(_TOO_NARROW)
    said = said.with_columns(hint=pl.when(too_narrow).then(pl.lit(_TOO_NARROW_SAYS)).otherwise("hint"))
    return none.with_columns(none[name].scatter(rows, said[name]).alias(name) for name in _SAID)


def _on_dates(refused: pl.Series, *, has_formats: bool) -> pl.DataFrame:
    serial = _VALUE.str.extract(_SERIAL, 1).cast(pl.Int64)
    day = (pl.lit(_DAY_0) + pl.duration(days=serial)).cast(pl.String)
    separator = _VALUE.str.extract(_DAY_OR_MONTH, 1)
    unordered = pl.lit(value=False) if has_formats else separator.is_not_null()
    return refused.to_frame().select(
        hint=pl.when(serial.is_not_null())
        .then(pl.format("Excel stores {} as such a number; format the column as a date and export again.", day))
        .when(_VALUE.str.contains(_TIME_ONLY))
        .then(pl.lit("This is only a time, as Excel may show a date; format the column as a date and export again."))
        .when(unordered)
        .then(
            pl.format(
                "Say in `formats` what comes first, the day ('%d{}%m{}%Y') or the month ('%m{}%d{}%Y').",
                *(separator,) * 4,
            )
        ),
        suggestion=pl.when(serial.is_not_null()).then(day).otherwise(_only_day()),
    )


def _only_day() -> pl.Expr:
    """Return the ISO date of a value that can be but one day: 25/12/2026 has no month 25. Null for others."""
    parts = _VALUE.str.extract_groups(_DAY_FIRST)
    first, second, year = (parts.struct.field(name).cast(pl.Int32) for name in ("day", "month", "year"))
    is_day, is_month = first.is_between(_MONTHS + 1, _DAYS), first.is_between(1, _MONTHS)
    day_first = is_day & second.is_between(1, _MONTHS)
    month_first = is_month & second.is_between(_MONTHS + 1, _DAYS)
    day, month = pl.when(day_first).then(first).otherwise(second), pl.when(day_first).then(second).otherwise(first)
    text = pl.format("{}-{}-{}", year, month.cast(pl.String).str.zfill(2), day.cast(pl.String).str.zfill(2))
    return pl.when(day_first | month_first).then(text.str.to_date("%Y-%m-%d", strict=False).cast(pl.String))


def _on_emails(refused: pl.Series, *, named: bool) -> pl.DataFrame:
    text = _VALUE.str.replace(_SPELLED_AT, "@").str.replace_all(r"\s*@\s*", "@")
    text = text.str.replace_all(r",([A-Za-z]{2,6}\W*)$", ".${1}")
    found = refused.to_frame().with_columns(addresses=text.str.extract_all(_ADDRESS).list.unique(maintain_order=True))
    meant = normalize_emails(found["addresses"].list.first())["email"]
    several = pl.col("addresses").list.len() > 1
    display = pl.lit(" (or set `allow_display_name: true` for the field)" if named else "")
    in_brackets = _VALUE.str.contains(r"<[^<>]+@[^<>]+>")
    return found.with_columns(meant=meant).select(
        hint=pl.when(several & pl.col("meant").is_not_null())
        .then(pl.format("The cell has {} addresses; keep one.", pl.col("addresses").list.len()))
        .when(pl.col("meant").is_not_null())
        .then(
            pl.format(
                "Write the address alone: {}{}.", "meant", pl.when(in_brackets).then(display).otherwise(pl.lit(""))
            )
        ),
        suggestion=pl.when(~several).then("meant"),
    )


def _on_phones(refused: pl.Series, regions: str | pl.Series | None) -> pl.DataFrame:
    region = regions if isinstance(regions, pl.Series) else pl.lit(regions, pl.String)
    rows = refused.to_frame().with_columns(region=region)
    prefixed = _VALUE.str.contains(_WITH_PREFIX)
    of_brazil = (pl.col("region") == "BR").fill_null(value=False) | _VALUE.str.contains(_WITH_CODE_OF_BRAZIL)
    brazilian = of_brazil & _VALUE.str.contains(_MAY_BE_BRAZILIAN)
    of_mexico = (pl.col("region") == "MX").fill_null(value=False) | _VALUE.str.contains(_WITH_A_CODE)
    mexican = of_mexico & _VALUE.str.contains(_MAY_BE_MEXICAN)
    without_code = pl.when(_VALUE == AREA_CODE_MISSING).then(pl.lit(_WITHOUT_AREA_CODE))
    local = pl.when(_is_local(rows)).then(pl.lit(_LOCAL))
    said = rows.with_columns(
        *_said_of(rows, prefixed, _behind_prefix, "prefix"),
        *_said_of(rows, brazilian, _with_ninth_digit, "ninth"),
        *_said_of(rows, mexican, _without_old_prefix, "old"),
        without_code=without_code,
    )
    order = ("old", "prefix", "ninth")
    meant = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(f"{name}_meant") for name in order)
    return said.select(
        hint=pl.coalesce("without_code", *order, local),
        suggestion=pl.when(pl.col("without_code").is_null()).then(meant),
    )


def _is_local(rows: pl.DataFrame) -> pl.Expr:
    """Return whether values have as many digits as a number without its area code, in the country that they are of."""
    digits, is_plain = _VALUE.str.count_matches("[0-9]"), _VALUE.str.contains(_PLAIN_DIGITS)
    regions = rows["region"].drop_nulls().unique()
    short = [(pl.col("region") == region) & digits.is_in(_local_lengths(region)) for region in regions]
    return is_plain & pl.any_horizontal(short) if short else pl.lit(value=False)


@cache
def _local_lengths(region: str) -> tuple[int, ...]:
    main = phonenumbers.region_code_for_country_code(phonenumbers.country_code_for_region(region))
    plan = PhoneMetadata.metadata_for_region(main)  # of countries that share a calling code only the main one has them
    known = plan.general_desc.possible_length_local_only if plan is not None and plan.general_desc else ()
    return tuple(length for length in (*known, *_FURTHER_LOCAL.get(region, ())) if length >= _SHORTEST_LOCAL)


def _said_of(
    rows: pl.DataFrame, asked: pl.Expr, say: Callable[[str, str | None], _Say], name: str
) -> tuple[pl.Series, pl.Series]:
    """Return what `say` says of the rows that are `asked` (String, null for nothing): `<name>`, and the value meant,
    `<name>_meant`.
    """
    places = rows.select(asked.fill_null(value=False)).to_series().arg_true()
    values = rows[places].iter_rows()
    found = [
        (place, *one) for place, (value, region) in zip(places, values, strict=True) if (one := say(value, region))
    ]
    table = pl.DataFrame(found, schema={"place": pl.UInt32, **_SAID}, orient="row")
    nothing = pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    hint, meant = (nothing.clone().scatter(table["place"], table[one]) for one in _SAID)
    return hint.alias(name), meant.alias(f"{name}_meant")


def _behind_prefix(value: str, _region: str | None) -> _Say:
    digits = re.sub("[^0-9]", "", value)
    prefix = "011" if digits.startswith("011") else "00"
    meant = _as_people_write_it("+" + digits.removeprefix(prefix))
    if meant is None:
        return None
    return f"{prefix} is the way abroad from some countries only; write the number with a plus: {meant}.", meant


def _with_ninth_digit(value: str, region: str | None) -> _Say:
    digits = re.sub("[^0-9]", "", value)
    found = _BRAZILIAN.fullmatch(digits)
    if found is None or not (region == "BR" or (digits.removeprefix("00").startswith("55") and len(digits) > 11)):
        return None
    meant = _as_people_write_it(f"+55{found[1]}9{found[2]}")
    return (f"Mobile numbers in Brazil have nine digits now; perhaps it is {meant}.", meant) if meant else None


def _without_old_prefix(value: str, region: str | None) -> _Say:
    digits = re.sub("[^0-9]", "", value)
    found = _MEXICAN.fullmatch(digits)
    if found is None or not (region == "MX" or (value.lstrip(" (").startswith(("+", "00")) and len(digits) > 12)):
        return None
    meant = _as_people_write_it(f"+52{found[1]}")
    return (
        (f"Mexico dials 1, 01, 044 and 045 before a number no more; perhaps it is {meant}.", meant) if meant else None
    )


def _as_people_write_it(number: str) -> str | None:
    """Return a number in international format, None unless it is valid."""
    read = verdict_on_plain(number, None)
    if read is not None and not read.valid:
        return None
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
