"""Which countries the names and codes in addresses belong to: states and provinces, cities, postal codes. Facts only;
what they say about a file is not decided here.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

_BETWEEN_NAMES = re.compile(r"[,/]| - ")
_ACCENTS = re.compile("[\u0300-\u036f]")
_NOT_LETTERS = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i"})


def folded_place(text: str) -> str:
    """Return what is compared: the words of a name without case, accents and punctuation."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)))
    return _NOT_LETTERS.sub(" ", plain).strip()


@cache
def subdivisions(kind: Literal["codes", "names"]) -> Mapping[str, frozenset[str]]:
    """Return the folded codes or names of the states, provinces or counties of each country that has them listed."""
    listed = (line.split(" ", 2) for line in _lines("subdivisions.txt"))
    return {region: _folded(names.split("|")) for region, what, names in listed if what == kind}


@cache
def postal_patterns(kind: Literal["own", "shared"]) -> Mapping[str, str]:
    """Return the pattern of each country's postal codes: those that nearly nobody else has, or any."""
    listed = (line.split(" ", 2) for line in _lines("postal_codes.txt"))
    return {region: rf"(?i)^(?:{pattern})$" for what, region, pattern in listed if what == kind}


@cache
def header_words() -> Mapping[str, frozenset[str]]:
    """Return the words in column names that belong to a country: word, countries."""
    found: dict[str, set[str]] = {}
    for line in _lines("header_words.txt"):
        region, _, words = line.partition(" ")
        for word in words.split("|"):
            found.setdefault(word, set()).add(region)
    return {word: frozenset(regions) for word, regions in found.items()}


def countries_of_cities(names: Collection[str]) -> dict[str, int]:
    """Return how many of some folded names are cities of each country, by the area codes of phonenumbers' geocoder."""
    found: dict[str, set[str]] = {}
    for region, name in _cities():
        if name in names:
            found.setdefault(region, set()).add(name)
    return {region: len(cities) for region, cities in found.items()}


@cache
def _cities() -> frozenset[tuple[str, str]]:
    from phonenumbers.geodata import GEOCODE_DATA  # takes most of a second, and few need it

    described = {(_calling_code(prefix[:3]), text) for prefix, texts in GEOCODE_DATA.items() for text in texts.values()}
    return frozenset(found for code, text in described for found in _named(code, text))


def _named(calling_code: int, text: str) -> Iterator[tuple[str, str]]:
    """Yield country and name of each place in a description such as `Jersey City, NJ`."""
    names = [folded_place(part) for part in _BETWEEN_NAMES.split(text)]
    region = COUNTRY_CODE_TO_REGION_CODE[calling_code][0]
    if calling_code == 1 and (names[-1] in subdivisions("codes")["CA"] or names[-1] in subdivisions("names")["CA"]):
        region = "CA"
    yield from ((region, name) for name in names if len(name) > 2)


@cache
def _calling_code(prefix: str) -> int:
    return next(int(prefix[:end]) for end in (1, 2, 3) if int(prefix[:end]) in COUNTRY_CODE_TO_REGION_CODE)


def _folded(names: Collection[str]) -> frozenset[str]:
    return frozenset(folded_place(name) for name in names)


def _lines(name: str) -> Iterator[str]:
    text = (files("lead_pipeline.drafting") / "data" / name).read_text(encoding="utf-8")
    yield from (line for line in text.splitlines() if line and not line.startswith("#"))
