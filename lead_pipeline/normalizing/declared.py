"""What a profile may declare about values and only the libraries know: locales, time zones, formats of dates, patterns.
Each check returns what it was given, or says what is wrong with it; reading values by it belongs in values.py.
"""

import datetime as dt
import re
from functools import cache
from zoneinfo import available_timezones

import polars as pl
from babel import Locale, UnknownLocaleError
from babel.core import get_locale_identifier
from babel.localedata import locale_identifiers

from lead_pipeline.model.errors import UsageError, did_you_mean

#: A moment whose parts are all different, so that none can be taken for another.
_MOMENT = dt.datetime(2026, 11, 23, 14, 5, 59, tzinfo=dt.UTC)
#: Names of systems' own files beside the zones of the world.
_NO_ZONES = frozenset({"Factory", "localtime"})
#: An abbreviation such as PST is near to others that mean something else.
_SHORTEST = 4


def checked_locale(name: str) -> str:
    """Return `name` unchanged when Babel knows that locale.

    Raises:
        UsageError: there is no such locale; the sentence names the nearest one.
    """
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        known = locale_identifiers()
        near = (
            _respelled(name)
            or _language_named(name)
            or next((one for one in known if name.startswith(f"{one}_")), None)
        )
        hint = f" Did you mean '{near}'?" if near else did_you_mean(name, known)
        raise UsageError(
            f"There is no locale '{name}'.{hint} A locale is a language, with a country or without, as in en_US or de."
        ) from None
    return name


def checked_time_zone(name: str) -> str:
    """Return `name` unchanged when it is a time zone of the IANA database.

    Raises:
        UsageError: there is no such time zone; the sentence names the nearest one.
    """
    zones = _time_zones()
    if name in zones:
        return name
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
    city = next((zone for city, zone in cities.items() if city.casefold() == _underscored(name)), None)
    hint = f" Did you mean '{city}'?" if city else did_you_mean(name, zones if len(name) > _SHORTEST else ())
    raise UsageError(
        f"There is no time zone '{name}'.{hint} A time zone is a region and a city, such as America/New_York, or UTC."
    )


def checked_format(form: str, *, with_time: bool) -> str:
    """Return the strftime format unchanged when a day written in it can be read back from it.

    `with_time`: it is for moments; without, what it says of the time of day is read and dropped.

    Raises:
        UsageError: polars cannot read it, or it leaves part of the day out.
    """
    if "%f" in form:
        raise UsageError(f"'{form}' has %f, which counts in billionths of a second; write %.f behind %S, as in %S%.f.")
    if "%Z" in form:
        raise UsageError(
            f"'{form}' has %Z, but names of time zones are not read; write %z, the offset, or leave it out."
        )
    try:
        written = pl.Series([_MOMENT]).dt.strftime(form)
        found = written.str.strptime(pl.Datetime("us") if with_time else pl.Date, form, strict=False).item()
    except pl.exceptions.ComputeError:
        found = None
    if found is None:
        what = "a moment" if with_time else "a day"
        raise UsageError(
            f"'{form}' cannot be read as {what}; write strftime codes, such as "
            f"{'%d.%m.%Y %H:%M' if with_time else '%d.%m.%Y or %d %B %Y'}."
        )
    if (found.year, found.month, found.day) != (_MOMENT.year, _MOMENT.month, _MOMENT.day):
        raise UsageError(f"'{form}' does not tell day, month and year; write all three, such as %d.%m.%Y.")
    return form


def checked_pattern(pattern: str) -> str:
    """Return the regular expression unchanged when polars can match whole values with it.

    Raises:
        UsageError: it cannot, such as where it repeats thousands of times.
    """
    try:
        pl.Series([""]).str.contains(f"^(?:{pattern})$")
    except pl.exceptions.ComputeError as error:
        raise UsageError(
            f"'{_shortened(pattern)}' cannot be matched against values ({_cause(str(error))}); write it with the signs "
            "that all engines share, and with fewer repetitions."
        ) from None
    return pattern


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


def _respelled(name: str) -> str | None:
    """Return the locale as Babel spells it: `de_DE` for `de-DE`."""
    try:
        return get_locale_identifier(_parts(Locale.parse(name, sep="-")))
    except (UnknownLocaleError, ValueError):
        return None


def _parts(locale: Locale) -> tuple[str, str | None, str | None, str | None]:
    return (locale.language, locale.territory, locale.script, locale.variant)


def _language_named(name: str) -> str | None:
    """Return the locale of a language that is named in English: `de` for `German`."""
    wanted, english = name.strip().casefold(), Locale("en").languages
    code = next((code for code, called in english.items() if called.casefold() == wanted), None)
    return code if code in locale_identifiers() else None


def _underscored(name: str) -> str:
    return "_".join(name.casefold().split())


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _cause(told: str) -> str:
    """Return what the engine says in one line: it draws the pattern over several."""
    found = re.search(r"error: ([^\n]+)\s*\n\nThis error occurred|error: ([^\n.]+)\.?\s*$|(exceeds size limit)", told)
    return next((part.strip(" .") for part in found.groups() if part), "not understood") if found else "not understood"
