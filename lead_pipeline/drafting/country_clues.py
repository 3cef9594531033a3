"""What a file says about the country of its phone numbers besides the numbers: names of states and cities, postal
codes, domains, the language of its headers, currencies. Each clue names countries, how much it weighs, and says itself
in a sentence; which country follows from them all is not decided here. No sentence carries a value (personal data).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

import polars as pl
from babel.core import get_global
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from lead_pipeline.drafting.places import (
    countries_of_cities,
    folded_place,
    header_words,
    postal_patterns,
    subdivisions,
)
from lead_pipeline.drafting.yaml_text import percent
from lead_pipeline.mapping.header_spelling import spelling_of
from lead_pipeline.mapping.headers import HeaderMeaning, meaning_of
from lead_pipeline.model.errors import listed

_ROWS = 2_000
_VALUES = 300
#: Fewer different values of a column show nothing.
_FEWEST = 3
_FEW_CODES = 5
_MANY_CITIES = 8
_MOST = 0.8
#: Country domains that are sold as if they were of no country, and one that is of none.
_NO_COUNTRY = frozenset(
    ("io", "co", "me", "tv", "ai", "ly", "fm", "cc", "ws", "to", "gg", "am", "la", "nu", "sh", "vc", "eu", "im", "st")
)
_DOMAIN = r"(?i)(?:@|//|^www\.)[^\s/@]*\.([a-z]{2})(?:[/:?#]|$)"
_OTHER_CODES = {"uk": "GB"}
_CURRENCIES = {"£": ("GB",), "₹": ("IN",), "R$": ("BR",), "zł": ("PL",), "Kč": ("CZ",), "CHF": ("CH",), "₺": ("TR",)}
#: Words for `street` in addresses, by language.
_STREETS = {
    "en": r"\b(street|st|avenue|ave|road|rd|blvd|lane|ln|drive|dr|hwy|pkwy)\b",
    "de": r"(stra(ß|ss)e|str\.|weg|platz|allee|gasse)\b",
    "fr": r"\b(rue|avenue|boulevard|chemin|impasse)\b",
    "es": r"\b(calle|avenida|avda|av|c/|paseo|carrera|cra)\b",
    "pt": r"\b(rua|avenida|travessa|alameda|rodovia)\b",
    "it": r"\b(via|viale|piazza|corso|vicolo)\b",
    "nl": r"(straat|laan|weg|plein|gracht|kade)\b",
    "pl": r"\b(ul|aleja|al|plac)\b",
}
#: The place at the end of an address line, behind a comma or a postal code.
_PLACE_AT_END = r"(?:^|[,;]|\b[0-9]{4,5}\s)\s*([^,;0-9]{3,40})$"


class Clue(NamedTuple):
    """What one kind of evidence says."""

    weight: float
    #: From 0 to 1, how much it speaks for each country; `others` for those that are not among them.
    support: Mapping[str, float]
    sentence: str
    others: float = 0.0

    def points(self, region: str) -> float:
        """Return what it adds to a country."""
        return self.weight * self.support.get(region, self.others)


def clues_beside_numbers(columns: Sequence[str], sample: pl.DataFrame) -> list[Clue]:
    """Return what the columns of a file say, the most telling kinds first."""
    sample = sample.gather_every(max(sample.height // _ROWS, 1)).head(_ROWS)
    kinds = [(column, meaning_of(column)) for column in columns if column in sample.columns]
    found: list[Clue | None] = [
        _states(kinds, sample),
        *_postal_codes(kinds, sample),
        _cities(kinds, sample),
        _domains(columns, sample),
        _language(kinds, sample),
        _registers(columns),
        _currency(columns, sample),
    ]
    return [clue for clue in found if clue is not None]


def _values(sample: pl.DataFrame, column: str) -> pl.Series:
    """Return some different values of a column."""
    values = sample[column].str.strip_chars().unique(maintain_order=True)
    values = values.filter((values != "").fill_null(value=False))
    return values.gather_every(max(values.len() // _VALUES, 1)).head(_VALUES)


def _kinds(kinds: Iterable[tuple[str, HeaderMeaning]], *wanted: str, unknown: bool) -> list[str]:
    """Return the columns whose header means one of these, and those whose header means nothing that is known."""
    return [c for c, m in kinds if set(m.meanings) & set(wanted) or (unknown and not m.meanings)]


def _states(kinds: Sequence[tuple[str, HeaderMeaning]], sample: pl.DataFrame) -> Clue | None:
    """Find the column whose values are states or provinces of a country."""
    named = _kinds(kinds, "state", "county", unknown=False)
    found = [_states_in(column, sample, is_named=True) for column in named]
    if not any(found):
        others = [column for column in _kinds(kinds, "city", unknown=True) if column not in named]
        found = [_states_in(column, sample, is_named=False) for column in others]
    return max(
        (clue for clue in found if clue), key=lambda clue: clue.weight * max(clue.support.values()), default=None
    )


def _states_in(column: str, sample: pl.DataFrame, *, is_named: bool) -> Clue | None:
    """Look the values up; a few codes of two letters prove nothing where the header does not say what they are."""
    places = {folded_place(value) for value in _values(sample, column)} - {""}
    shares = _shares(places, ("codes", "names") if is_named or len(places) >= _FEW_CODES else ("names",))
    top = max(shares.values(), default=0.0)
    if top < (0.5 if is_named else _MOST):
        return None
    regions = {region: share for region, share in shares.items() if share >= top / 2}
    sentence = f"{percent(top)} of the values of '{column}' are states or provinces of {_named(regions, top)}"
    return Clue(3.0 if is_named or len(places) >= _FEWEST else 1.5, regions, sentence)


def _shares(places: Collection[str], kinds: Sequence[Literal["codes", "names"]]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for kind in kinds:
        for region, known in subdivisions(kind).items():
            share = sum(place in known for place in places) / len(places) if places else 0.0
            shares[region] = min(shares.get(region, 0.0) + share, 1.0)
    return shares


def _postal_codes(kinds: Sequence[tuple[str, HeaderMeaning]], sample: pl.DataFrame) -> Iterator[Clue | None]:
    """Look for postal codes that only one country writes so; common ones speak against those that write others."""
    for column in _kinds(kinds, "postal_code", unknown=True):
        values = _values(sample, column)
        if values.is_empty():
            continue
        shares = {region: _share(values, pattern) for region, pattern in postal_patterns("own").items()}
        region = max(shares, key=lambda one: shares[one])
        # a few codes with +4 show it, for most people leave the four digits out
        if shares[region] >= (0.1 if region == "US" else 0.5):
            sentence = f"'{column}' holds postal codes as only {region} writes them"
            yield Clue(3.0, {region: 1.0}, sentence, others=-0.5)
            return
        if "postal_code" in meaning_of(column).meanings:
            fitting = {one: _share(values, pattern) for one, pattern in postal_patterns("shared").items()}
            unlike = {one: -1.0 for one, share in fitting.items() if share < 0.5}
            yield Clue(2.0, unlike, "") if unlike else None
            return


def _share(values: pl.Series, pattern: str) -> float:
    share = values.str.contains(pattern).mean()
    return share if isinstance(share, float) else 0.0


def _cities(kinds: Sequence[tuple[str, HeaderMeaning]], sample: pl.DataFrame) -> Clue | None:
    """Look the cities up, those at the end of address lines too."""
    names: set[str] = set()
    for column in _kinds(kinds, "city", unknown=False):
        names |= {folded_place(value) for value in _values(sample, column)}
    for column in _kinds(kinds, "street", unknown=False):
        ends = _values(sample, column).str.strip_chars().str.extract(_PLACE_AT_END).drop_nulls()
        names |= {folded_place(value) for value in ends}
    names -= {""}
    counts = countries_of_cities(names) if len(names) >= _FEWEST else {}
    top = max(counts.values(), default=0)
    if top < max(_FEWEST, len(names) * 0.25):
        return None
    regions = {region: count / top for region, count in counts.items() if count >= top / 4}
    first = max(regions, key=lambda region: regions[region])
    weight = 3.0 if len(names) >= _MANY_CITIES and top >= 0.6 * len(names) else 2.0
    return Clue(weight, regions, f"{top:,} of {len(names):,} names of places are in {first}")


def _domains(columns: Sequence[str], sample: pl.DataFrame) -> Clue | None:
    """Count the country domains of emails and web addresses."""
    endings: Counter[str] = Counter()
    for column in columns:
        if column in sample.columns:
            endings.update(_values(sample, column).str.extract(_DOMAIN).drop_nulls().str.to_lowercase())
    of = {_OTHER_CODES.get(e, e.upper()): n for e, n in endings.items() if e not in _NO_COUNTRY}
    total, top = sum(of.values()), max(of.values(), default=0)
    if top < _FEWEST or top < _MOST * total:
        return None
    region = max(of, key=lambda one: of[one])
    return Clue(2.5, {region: 1.0}, f"{top:,} emails or web addresses are below .{_domain_of(region)}")


def _domain_of(region: str) -> str:
    return "uk" if region == "GB" else region.lower()


def _language(kinds: Sequence[tuple[str, HeaderMeaning]], sample: pl.DataFrame) -> Clue | None:
    """Tell the language by the headers that only few languages have, else by the words for streets."""
    spoken = Counter(
        language for _, meaning in kinds if 0 < len(languages := _languages(meaning)) <= 3 for language in languages
    )
    streets = _street_language(kinds, sample)
    if streets:
        spoken[streets] += 2
    if not spoken:
        return None
    top = max(spoken.values())
    first = {language for language, count in spoken.items() if count == top}
    first = first - {"en"} or first  # English words stand in headers of every language
    if len(first) > 3:
        return None
    regions = {region: 1.0 for language in first for region in _where_spoken(language)}
    is_clear = first.isdisjoint({"en"}) and top > 1
    weight = 0.5 if "en" in first else 2.0 if len(first) == 1 and is_clear and _has_one_home(*first) else 1.0
    words = "headers and streets" if streets in first else "headers"
    return Clue(weight, regions, f"the {words} are in {listed(sorted(first))}", others=-1.5 if is_clear else 0.0)


def _languages(meaning: HeaderMeaning) -> list[str]:
    return [language for language in meaning.language.split(", ") if language]


def _street_language(kinds: Sequence[tuple[str, HeaderMeaning]], sample: pl.DataFrame) -> str | None:
    for column in _kinds(kinds, "street", unknown=False):
        values = _values(sample, column)
        if values.len() < _FEWEST:
            continue
        shares = {language: _share(values, f"(?i){words}") for language, words in _STREETS.items()}
        best = max(shares, key=lambda language: shares[language])
        if shares[best] >= 0.5:
            return best
    return None


@cache
def _has_one_home(language: str) -> bool:
    """Return whether most people speak a language in one country only, tiny ones left aside."""
    homes = {
        territory
        for territory, languages in get_global("territory_languages").items()
        if territory in _where_spoken(language) - _TINY and languages[language]["population_percent"] >= 50
    }
    return len(homes) == 1


_TINY = {"AD", "LI", "MC", "SM"}
#: Without the islands that share the calling code of a larger country.
_COUNTRIES = frozenset(regions[0] for regions in COUNTRY_CODE_TO_REGION_CODE.values()) | {"CA"}


@cache
def _where_spoken(language: str) -> frozenset[str]:
    """Return the countries where a language is official for everybody, as CLDR has it."""
    return frozenset(
        territory
        for territory, languages in get_global("territory_languages").items()
        if territory in _COUNTRIES
        and (spoken := languages.get(language))
        and spoken["official_status"] in ("official", "de_facto_official")
        and spoken["population_percent"] >= 5
    )


def _registers(columns: Sequence[str]) -> Clue | None:
    """Look for words in headers that one country has, such as those of its registers."""
    known = header_words()
    regions: Counter[str] = Counter()
    for column in columns:
        words = set(spelling_of(column).words) | {re.sub(r"\W", "", column.casefold())}
        for region in set().union(*(known.get(word, frozenset()) for word in words)):
            regions[region] += 1
    if not regions:
        return None
    top = max(regions.values())
    first = sorted(region for region, count in regions.items() if count == top)
    weight = 1.5 if len(first) == 1 else 0.5
    return Clue(weight, dict.fromkeys(first, 1.0), f"words in the headers are of {listed(first)}")


def _currency(columns: Sequence[str], sample: pl.DataFrame) -> Clue | None:
    for column in columns:
        if column not in sample.columns:
            continue
        values = _values(sample, column)
        for sign, regions in _CURRENCIES.items():
            if (
                values.len() >= _FEWEST
                and _share(values, rf"^{re.escape(sign)} ?[0-9]|[0-9] ?{re.escape(sign)}$") > 0.5
            ):
                return Clue(1.0, dict.fromkeys(regions, 1.0), f"the amounts are in {sign}")
    return None


def _named(regions: Mapping[str, float], top: float) -> str:
    return " or ".join(sorted(region for region, share in regions.items() if share == top))
