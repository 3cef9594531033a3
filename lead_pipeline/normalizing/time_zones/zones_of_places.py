"""Tables of places and the time zones that their clocks may show. Phone numbers do not belong here.

Countries come from CLDR (Babel), ZIP codes, states and postal codes of countries with several zones from data/.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import available_timezones

from babel.core import get_global

_ZIP = re.compile(r"([0-9]{5})(?:[ -]?[0-9]{4})?")
#: A ZIP code of the north-east that lost its zeros in a spreadsheet has no other reading than with them.
_SHORT_ZIP = re.compile(r"[0-9]{3,4}")
_ZIP_DIGITS = 5


@cache
def zones_of_country(country: str) -> tuple[str, ...]:
    """Return the zones of a country (ISO 3166-1), in alphabetical order; none for what is no country."""
    return tuple(sorted(_known(get_global("territory_zones").get(country, ()))))


def zones_of_state(country: str, state: str) -> tuple[str, ...]:
    """Return the zones of a state or province, by its code, `US-NY` or a name, whatever its case and accents."""
    text = _folded(state)
    code = text.removeprefix(f"{country} ")
    states = _states().get(country, {})
    return states.get(code, states.get(text, ()))


def zones_of_postal_code(country: str, postal_code: str) -> tuple[str, ...]:
    """Return the zones of a postal code of the United States, Canada, Australia or Brazil; none for any other."""
    code = postal_code.strip().upper()
    if country == "US":
        zip_code = _ZIP.fullmatch(code)
        five = zip_code[1] if zip_code else code.zfill(_ZIP_DIGITS) if _SHORT_ZIP.fullmatch(code) else ""
        return _united_states().of_zip_codes.get(five, ())
    beginnings = _postal_beginnings().get(country, {})
    return next((beginnings[code[:length]] for length in (3, 2, 1) if code[:length] in beginnings), ())


@cache
def _states() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Zones by country and folded code or name of a state."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for country, code, zones, *names in _lines("state_time_zones.txt"):
        for name in (code, *names):
            found[country][_folded(name)] = tuple(sorted(zones.split()))
    for code, zones_of_us in _united_states().of_states.items():
        for name in (code, _NAMES_OF_US_STATES.get(code, code)):
            found["US"][_folded(name)] = tuple(sorted(zones_of_us))
    return found


class _UnitedStates(NamedTuple):
    of_zip_codes: Mapping[str, tuple[str, ...]]
    of_states: Mapping[str, set[str]]


@cache
def _united_states() -> _UnitedStates:
    """The zone of each ZIP code of a place, and the zones of each state; the armed forces' are in the whole world."""
    of_zip_codes: dict[str, tuple[str, ...]] = {}
    of_states: dict[str, set[str]] = defaultdict(set)
    for state, zone, codes in _lines("us_zip_codes.txt"):
        if zone in available_zones():
            of_states[state].add(zone)
            of_zip_codes.update(dict.fromkeys(_zip_codes(codes), (zone,)))
    return _UnitedStates(of_zip_codes, of_states)


def _zip_codes(ranges: str) -> Iterator[str]:
    """Yield the codes of `10001-10003 10005`."""
    for ends in ranges.split():
        first, _, last = ends.partition("-")
        for code in range(int(first), int(last or first) + 1):
            yield f"{code:05d}"


@cache
def _postal_beginnings() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for country, beginning, states in _lines("postal_time_zones.txt"):
        zones = {zone for state in states.split() for zone in zones_of_state(country, state)}
        found[country][beginning] = tuple(sorted(zones))
    return found


def _lines(name: str) -> Iterator[list[str]]:
    text = (files("lead_pipeline.normalizing") / "data" / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield [part.strip() for part in line.split("|")]


def _known(zones: object) -> set[str]:
    return {zone for zone in zones if zone in available_zones()} if isinstance(zones, list | tuple) else set()


@cache
def available_zones() -> frozenset[str]:
    """Return every name of a zone that this machine can tell the time in."""
    return frozenset(available_timezones())


def _folded(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", name.upper()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", bare).split())


_NAMES_OF_US_STATES = {
    "AK": "Alaska", "AL": "Alabama", "AR": "Arkansas", "AS": "American Samoa", "AZ": "Arizona", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DC": "District of Columbia", "DE": "Delaware", "FL": "Florida",
    "GA": "Georgia", "GU": "Guam", "HI": "Hawaii", "IA": "Iowa", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana",
    "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "MA": "Massachusetts", "MD": "Maryland", "ME": "Maine",
    "MI": "Michigan", "MN": "Minnesota", "MO": "Missouri", "MP": "Northern Mariana Islands", "MS": "Mississippi",
    "MT": "Montana", "NC": "North Carolina", "ND": "North Dakota", "NE": "Nebraska", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NV": "Nevada", "NY": "New York", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VA": "Virginia", "VI": "Virgin Islands",
    "VT": "Vermont", "WA": "Washington", "WI": "Wisconsin", "WV": "West Virginia", "WY": "Wyoming",
}  # fmt: skip
