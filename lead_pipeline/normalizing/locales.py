"""How people of a language and country write numbers, months and days: what CLDR (Babel) says. What is read with it
does not belong here.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from babel import Locale

from lead_pipeline.normalizing.known_names import checked_locale

#: Blanks that separate thousands: where a locale has one of them, people and programs write any of them.
_BLANKS = " \u00a0\u202f\u2009"
_APOSTROPHES = "'\u2019\u02bc"

#: What says in which direction the text runs; stands before signs in Arabic, Hebrew and Persian.
_DIRECTION_MARKS = ("\u200e", "\u200f", "\u061c")

#: The digit zero of numbering systems that are the first choice of some locale (CLDR `numberingSystems`).
_ZEROS = {"arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "deva": 0x966, "mymr": 0x1040, "tibt": 0xF20}


class Separators(NamedTuple):
    """The decimal sign, and the signs that part thousands, of one numbering system."""

    decimal: str
    group: str


class NumberSymbols(NamedTuple):
    """How a locale writes numbers: separators per numbering system, its own digits and marks with what they are read
    as, sizes of the groups (the last one, and the others).
    """

    separators: tuple[Separators, ...]
    digits: Mapping[str, str]
    grouping: tuple[int, int]


class TimeNames(NamedTuple):
    """Names in lower case with what they stand for: months from 1, days (which say nothing), am and pm."""

    months: Mapping[str, int]
    days: Mapping[str, int]
    am_pm: Mapping[str, int]


def _locale(name: str | None) -> Locale:
    return Locale.parse(checked_locale(name) if name else "en")


@cache
def number_symbols(name: str) -> NumberSymbols:
    """Return how the locale writes numbers; raises UsageError when there is no such locale."""
    locale = _locale(name)
    own = locale.default_numbering_system
    systems = [locale.number_symbols.get(system) or {} for system in dict.fromkeys((own, "latn"))]
    separators = [_separators(symbols) for symbols in systems if symbols.get("decimal") and symbols.get("group")]
    zero = _ZEROS.get(own)
    digits = {} if zero is None else {chr(zero + digit): str(digit) for digit in range(10)}
    if locale.text_direction == "rtl":
        digits |= dict.fromkeys(_DIRECTION_MARKS, "")
    grouping: tuple[int, int] = locale.decimal_formats[None].grouping
    return NumberSymbols(tuple(dict.fromkeys(separators)), digits, grouping)


def _separators(symbols: Mapping[str, str]) -> Separators:
    group = symbols["group"]
    alike = next((family for family in (_BLANKS, _APOSTROPHES) if group in family), group)
    return Separators(symbols["decimal"], alike)


@cache
def time_names(name: str | None) -> TimeNames:
    """Return what the locale calls months, days and am and pm, English without one.

    Names are folded as `folded` folds them, without a dot at their end. Raises UsageError when there is no such locale.
    """
    locale = _locale(name)
    months = _numbered(locale.months, 0)
    am_pm = {"am": 0, "pm": 12, "a.m": 0, "p.m": 12, "a. m": 0, "p. m": 12}
    for width in ("wide", "abbreviated"):
        for marker, hours in (("am", 0), ("pm", 12)):
            called = locale.day_periods.get("format", {}).get(width, {}).get(marker)
            am_pm |= dict.fromkeys(_spellings([called] if called else []), hours)
    return TimeNames(months, _numbered(locale.days, 1), am_pm)


def _numbered(names: Mapping[str, Mapping[str, Mapping[int, str]]], more: int) -> dict[str, int]:
    numbered: dict[str, int] = {}
    for context in ("stand-alone", "format"):
        for width in ("abbreviated", "wide"):
            for number, called in names[context][width].items():
                numbered |= dict.fromkeys(_spellings([called]), number + more)
    return numbered


def _spellings(names: Iterable[str]) -> Iterator[str]:
    """Yield a name in lower case, also as it is when it was in capitals before: Turkish has an i without a dot."""
    for name in names:
        yield from {folded(name), folded(name.upper())}


def folded(name: str) -> str:
    """Return a name in lower case without outer blanks and a dot at its end."""
    return name.strip().lower().removesuffix(".").strip()
