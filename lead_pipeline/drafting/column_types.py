"""Which type the values of a column clearly have: yes or no, numbers, days, moments, a few options. A draft proposes it
as a comment, for a rule may reject rows; the values are read as in an import.

The evidence carries counts, formats and codes, never a value of the file (personal data).
"""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.rules import BooleanRule, DateRule, DatetimeRule, DecimalRule, IntegerRule
from lead_pipeline.normalizing.choices import normalize_booleans
from lead_pipeline.normalizing.dates.moments import normalize_dates, normalize_datetimes
from lead_pipeline.normalizing.numbers import normalize_decimals, normalize_integers

#: Fewer values show nothing; and a list of options shows in this many rows, each option in several of them.
_FEWEST_VALUES = 5
_FEWEST_FOR_OPTIONS = 20
_MOST_OPTIONS = 12
_ROWS_PER_OPTION = 5
_SAMPLED = 1_000

_WORDS = (("ja", "nein"), ("oui", "non"), ("sí", "no"), ("si", "no"), ("sim", "não"), ("ja", "nee"), ("tak", "nie"))
_LOCALES = ("en_US", "de", "fr", "de_CH")
_UNITS = ("$", "€", "£", "USD", "EUR", "GBP", "CHF", "%")
#: What all values look like: the formats that may be behind it. Only these are tried, for reading takes its time.
_DAYS = {
    r"^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2,4}": ("%d.%m.%Y", "%d.%m.%y"),
    r"^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}": ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y"),
    r"^[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}": ("%d-%m-%Y", "%m-%d-%Y"),
    r"^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}": ("%Y/%m/%d",),
    r"^[0-9]{1,2} [a-z]{3,9}\.? [0-9]{4}": ("%d %B %Y",),
    r"^[0-9]{1,2}-[a-z]{3,9}-[0-9]{4}": ("%d-%B-%Y",),
    r"^[a-z]{3,9}\.? [0-9]{1,2}, [0-9]{4}": ("%B %d, %Y",),
}
_TIMES = {
    r"[0-9]:[0-9]{2}$": "%H:%M",
    r"[0-9]:[0-9]{2}:[0-9]{2}$": "%H:%M:%S",
    r"[0-9]:[0-9]{2} [ap]\.?m\.?$": "%I:%M %p",
    r"[0-9]:[0-9]{2}:[0-9]{2} [ap]\.?m\.?$": "%I:%M:%S %p",
}

#: What numbers and days of ISO 8601 begin with, and other columns mostly lack; and what digits an identifier has.
_ISO_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_NUMBER = r"^[-+(]?[^0-9a-z]*[0-9][0-9.,'\s]*[^0-9]*$"
_ID = r"^[+-]?(0[0-9]+|[0-9]{10,})$"


class ColumnType(NamedTuple):
    """The keys of the rule that fits, what speaks for it, and whether a person has to choose or complete something."""

    keys: Mapping[str, object]
    evidence: str
    needs_confirmation: bool = False

    @property
    def is_number(self) -> bool:
        """Return whether the values are numbers."""
        return self.keys["type"] in ("integer", "decimal")


def column_type(values: pl.Series) -> ColumnType | None:
    """Return the type that all sampled values have, None when they have none but text, or are too few to tell."""
    filled = values.str.strip_chars()
    filled = filled.filter((filled != "").fill_null(value=False))
    spread = (pl.int_range(_SAMPLED, eager=True) * filled.len()) // _SAMPLED
    sampled = filled[spread] if filled.len() > _SAMPLED else filled
    if sampled.len() < _FEWEST_VALUES:
        return None
    distinct = sampled.unique(maintain_order=True)
    looked_at = f"all of {sampled.len():,} values"
    found = _boolean(distinct) or _number(distinct) or _day(distinct) or _moment(distinct)
    if found is not None:
        return found._replace(evidence=f"{looked_at} {found.evidence}")
    return _options(sampled, distinct)


def _boolean(values: pl.Series) -> ColumnType | None:
    if values.len() > 4:
        return None
    for true, false in (("", ""), *_WORDS):
        words: dict[str, object] = {"true_words": [true], "false_words": [false]} if true else {}
        if _fits(normalize_booleans(values, BooleanRule.model_validate(words))):
            return ColumnType({"type": "boolean", **words}, "say yes or no")
    return None


def _number(values: pl.Series) -> ColumnType | None:
    """Propose a number: with no zeros that a number would lose, and not so long that it names somebody."""
    if not _all(values, _NUMBER) or values.str.contains(_ID).any():
        return None
    if _fits(normalize_integers(values, IntegerRule())):
        is_day = _fits(normalize_dates(values, DateRule()))
        return None if is_day else ColumnType({"type": "integer"}, "are whole numbers")
    if _fits(normalize_decimals(values, DecimalRule())):
        return ColumnType({"type": "decimal"}, "are numbers")
    units = [unit for unit in _UNITS if values.str.contains(unit, literal=True).any()]
    read = {}
    for locale in _LOCALES:
        verdicts = normalize_decimals(values, DecimalRule(locale=locale, units=tuple(units)))
        if _fits(verdicts):
            read[locale] = verdicts["value"]
    return _number_of(read, units)


def _number_of(read: Mapping[str, pl.Series], units: list[str]) -> ColumnType | None:
    """Take the locale that reads the values; two that read them differently are for a person to choose from."""
    if not read:
        return None
    first, *others = read
    unlike = [locale for locale in others if not read[locale].equals(read[first])]
    keys: dict[str, object] = {"type": "decimal", "locale": first} | ({"units": units} if units else {})
    if unlike:
        return ColumnType(
            keys, f"are numbers, written as in {first} or as in {' or '.join(unlike)}", needs_confirmation=True
        )
    return ColumnType(keys, f"are numbers as they are written in {first}")


def _day(values: pl.Series) -> ColumnType | None:
    if _all(values, f"{_ISO_DAY}$") and _fits(normalize_dates(values, DateRule())):
        return ColumnType({"type": "date"}, "are days as ISO 8601 writes them")
    forms = [form for form in _forms(values, _DAYS) if _fits(normalize_dates(values, DateRule(formats=(form,))))]
    return _of_forms("date", "days", forms)


def _moment(values: pl.Series) -> ColumnType | None:
    if _all(values, _ISO_DAY) and _fits(normalize_datetimes(values, DatetimeRule())):
        return ColumnType({"type": "datetime"}, "are moments as ISO 8601 writes them")
    times = [time for ending, time in _TIMES.items() if _all(values, ending)]
    forms = [f"{day} {time}" for day in _forms(values, _DAYS) for time in times]
    fitting = [form for form in forms if _fits(normalize_datetimes(values, DatetimeRule(formats=(form,))))]
    return _of_forms("datetime", "moments", fitting)


def _forms(values: pl.Series, formats: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [form for look, forms in formats.items() if _all(values, look) for form in forms]


def _of_forms(kind: str, what: str, forms: list[str]) -> ColumnType | None:
    if not forms:
        return None
    also = f" or {' or '.join(forms[1:])}" if len(forms) > 1 else ""
    return ColumnType({"type": kind, "formats": [forms[0]]}, f"are {what}, written {forms[0]}{also}", bool(also))


def _options(sampled: pl.Series, distinct: pl.Series) -> ColumnType | None:
    several = 1 < distinct.len() <= _MOST_OPTIONS and distinct.len() * _ROWS_PER_OPTION <= sampled.len()
    if sampled.len() < _FEWEST_FOR_OPTIONS or not several:
        return None
    evidence = f"only {distinct.len()} different values in {sampled.len():,}: write them between the brackets"
    return ColumnType({"type": "option", "options": []}, evidence, needs_confirmation=True)


def _all(values: pl.Series, pattern: str) -> bool:
    return bool(values.str.contains(f"(?i){pattern}").all())


def _fits(verdicts: pl.DataFrame) -> bool:
    return verdicts["reason"].null_count() == verdicts.height
