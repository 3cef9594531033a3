"""How a moment may be written, as patterns whose groups are its parts: ISO 8601, and strftime codes with the names of a
locale. What is made of the parts does not belong here.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from lead_pipeline.model.errors import UsageError, listed
from lead_pipeline.normalizing.locales import TimeNames, time_names

_BLANK = r"[ \t\x{a0}\x{202f}\x{2009}]"
_OFFSET = r"[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?"

#: Code: the part that it writes, and how. The same as Python's strptime reads, but for %Z, which is UTC or nothing; %e
#: and codes with a hyphen (`%-d`) are those of C, for numbers without leading zeros.
_CODES: Mapping[str, tuple[str, str]] = {
    "d": ("day", "[0-9]{1,2}"),
    "e": ("day", "[0-9]{1,2}"),
    "m": ("month", "[0-9]{1,2}"),
    "Y": ("year", "[0-9]{4}"),
    "y": ("short_year", "[0-9]{2}"),
    "j": ("day_of_year", "[0-9]{1,3}"),
    "H": ("hour", "[0-9]{1,2}"),
    "I": ("hour_12", "[0-9]{1,2}"),
    "M": ("minute", "[0-9]{1,2}"),
    "S": ("second", "[0-9]{1,2}"),
    "f": ("fraction", "[0-9]{1,6}"),
    "z": ("offset", _OFFSET),
    "Z": ("offset", "UTC|GMT|Z"),
}
#: Codes that stand for several others.
_LONG_CODES: Mapping[str, str] = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y"}
#: Codes of names: the part, and which names.
_NAME_CODES: Mapping[str, tuple[str, str]] = {
    "b": ("month_name", "months"),
    "B": ("month_name", "months"),
    "h": ("month_name", "months"),
    "a": ("day_name", "days"),
    "A": ("day_name", "days"),
    "p": ("am_pm", "am_pm"),
}
_CODE = re.compile(r"%-?(.)|(\s+)|([^%\s]+)|(%)", re.DOTALL)

#: Parts that say the same as another.
_WHAT_IT_SAYS: Mapping[str, str] = {"short_year": "year", "month_name": "month", "hour_12": "hour"}


class TimeForm(NamedTuple):
    """A pattern with named groups, and what the names in it stand for."""

    pattern: str
    parts: frozenset[str]
    names: TimeNames | None


_TIME = (
    rf"(?:[Tt]|{_BLANK}+)(?P<hour>[0-9]{{2}}){{0}}(?P<minute>[0-9]{{2}})"
    rf"(?:{{0}}(?P<second>[0-9]{{2}})(?:[.,](?P<fraction>[0-9]{{1,9}}))?)?{_BLANK}?(?P<offset>{_OFFSET})?"
)
_DAY = "(?P<year>[0-9]{{4}}){0}(?P<month>[0-9]{{2}}){0}(?P<day>[0-9]{{2}})"

#: ISO 8601 calendar dates with or without a time, extended and basic; a blank for the T, as RFC 3339 allows.
ISO_FORMS: tuple[TimeForm, ...] = tuple(
    TimeForm(
        f"^{_DAY.format(hyphen)}(?:{_TIME.replace('{0}', colon)})?$",
        frozenset({"year", "month", "day", "hour", "minute", "second", "fraction", "offset"}),
        None,
    )
    for hyphen, colon in (("-", ":"), ("", ""))
)


@cache
def form_of(text: str, locale: str | None = None) -> TimeForm:
    """Return the pattern of a format in strftime codes.

    Blanks in it stand for any blanks, letters for themselves in either case, names for those of the locale (English
    without one) with or without a dot behind them.

    Raises:
        UsageError: it has a code that is not known, does not say which day, says a part twice, or the half of the day
            without an hour of it or the other way round; or there is no such locale.
    """
    names = time_names(locale)
    parts: list[str] = []
    pattern = "".join(_piece(code, parts, names, text) for code in _pieces(text))
    _check_parts(parts, text)
    return TimeForm(f"(?i)^{pattern}$", frozenset(parts), names)


def _check_parts(parts: Collection[str], text: str) -> None:
    said = frozenset(parts)
    twice = Counter(_WHAT_IT_SAYS.get(part, part) for part in parts).most_common(1)
    if twice and twice[0][1] > 1:
        raise UsageError(f"The format '{text}' says the {twice[0][0].replace('_', ' ')} twice; keep one of the two.")
    is_day = "day" in said and said & {"month", "month_name"}
    if not said & {"year", "short_year"} or not (is_day or "day_of_year" in said):
        raise UsageError(
            f"The format '{text}' does not contain day, month and year; write all three, such as %d.%m.%Y."
        )
    if ("am_pm" in said) != ("hour_12" in said):
        raise UsageError(f"The format '{text}' has %I or %p alone; write both, as %I:%M %p, or %H for hours up to 23.")


def _pieces(text: str) -> Iterator[re.Match[str]]:
    for code, long in _LONG_CODES.items():
        text = text.replace(f"%{code}", long)
    return _CODE.finditer(text)


def _piece(found: re.Match[str], parts: list[str], names: TimeNames, text: str) -> str:
    code, blanks, literal, _ = found.groups()
    if literal is not None:
        return re.escape(literal)
    if blanks is not None:
        return f"{_BLANK}+"
    if code == "%":
        return "%"
    if code in _CODES:
        part, form = _CODES[code]
    elif code in _NAME_CODES:
        part, which = _NAME_CODES[code]
        form = _any_of(getattr(names, which))
    else:
        known = listed((f"%{one}" for one in (*_CODES, *_NAME_CODES, *_LONG_CODES)), limit=30)
        raise UsageError(f"The format '{text}' has the code '{found[0]}', which is not known. The codes are {known}.")
    parts.append(part)
    return f"(?P<{part}>{form})"


def _any_of(names: Collection[str]) -> str:
    """Return a pattern for names: any letters where all names are such, for a list of names takes long to match."""
    if all(name.replace(".", "").isalpha() for name in names):
        return r"[\p{L}\p{M}.]+"
    return rf"(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})\.?"
