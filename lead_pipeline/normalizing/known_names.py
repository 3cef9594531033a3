"""What a profile may declare about values and only the libraries know: locales and time zones. Each check
returns what it was given, or says what is wrong with it; what else a rule declares is checked where it is
read.
"""

from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_locale_identifier
from babel.localedata import locale_identifiers

from lead_pipeline.model.errors import UsageError, did_you_mean

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
