"""Which time zones a person's clock may show, from all that is known: number, postal code, state, country. Whether it
is a time to call does not belong here.

A number says where it was given out, an address where somebody lives; people take numbers along. So both count, and a
call has to be legal in every zone that is found.
"""

from collections.abc import Hashable, Iterable, Mapping, Set
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import phonenumbers
import polars as pl
from phonenumbers.timezone import UNKNOWN_TIMEZONE

from lead_pipeline.normalizing.phones.phone_facts import describe_phones
from lead_pipeline.normalizing.phones.plan.formatting import zones_of_calling_code
from lead_pipeline.normalizing.phones.regions import regions_named
from lead_pipeline.normalizing.time_zones.zones_of_places import (
    available_zones,
    zones_of_country,
    zones_of_postal_code,
    zones_of_state,
)

#: What a zone may be known by, in the order in which it is told.
EVIDENCE = ("number", "postal_code", "state", "country")

SCHEMA: Mapping[str, pl.DataType] = {
    "time_zones": pl.List(pl.String()), "evidence": pl.List(pl.String()), "disagree": pl.Boolean()
}  # fmt: skip

#: Countries of the North American Numbering Plan that people move between with their numbers.
_NORTH_AMERICA = ("US", "CA")
_NORTH_AMERICAN_CODE = 1

#: Any year will do: it only decides whether a disagreement is worth telling.
_YEAR = 2026

_PLACE = ("postal_code", "state", "country")


_Value = TypeVar("_Value", bound=Hashable)


class _Found(NamedTuple):
    time_zones: tuple[str, ...]
    evidence: tuple[str, ...]
    disagree: bool


def find_time_zones(people: pl.DataFrame) -> pl.DataFrame:
    """Return the time zones of people, one row each, in order.

    Args:
        people: `phone` (E.164), `postal_code`, `state` and `country` (as written), all String or null.

    Returns:
        `time_zones` (List(String), IANA names in alphabetical order; empty where nothing is known), `evidence`
        (List(String), those of EVIDENCE that counted) and `disagree` (Boolean): no clock of the number's shows what one
        of the address's does.
    """
    positions, answers = distinct_time_zones(people)
    return answers[positions]


def distinct_time_zones(people: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Return the answers of `find_time_zones` that there are, few beside the people, and of each person the position of
    theirs (UInt32).
    """
    facts = describe_phones(people["phone"], ("region", "time_zones"))
    of_number = facts.with_columns(pl.col("time_zones").list.join(" "))
    number, numbers = _numbered(of_number)
    # Without a country the place is in that of the number; with one it is the same place whatever the number.
    near = pl.when(people["country"].is_null()).then(facts["region"])
    place, places = _numbered(people.select(near.alias("near"), *_PLACE))
    countries = regions_named(places["country"], None)
    address, addresses = _distinct(
        _address(near, country, state, postal_code)
        for (near, postal_code, state, _), country in zip(places.iter_rows(), countries, strict=True)
    )
    pair, pairs = _numbered(pl.DataFrame({"number": number, "address": address[place]}))
    known = [(region, (zones or "").split()) for region, zones in numbers.iter_rows()]
    answer, answers = _distinct(_combined(*known[number], *addresses[address]) for number, address in pairs.iter_rows())
    return answer[pair], pl.DataFrame([tuple(map(_listed, one)) for one in answers], schema=dict(SCHEMA), orient="row")


def _numbered(rows: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Return of each row the position of its values among the different ones, and those."""
    different = rows.unique()
    positions = different.with_row_index("position")
    found = rows.join(positions, on=rows.columns, how="left", nulls_equal=True, maintain_order="left")
    return found["position"], different


def _distinct(values: Iterable[_Value]) -> tuple[pl.Series, list[_Value]]:
    """Return of each value its position among the different ones, and those."""
    different: dict[_Value, int] = {}
    positions = pl.Series([different.setdefault(value, len(different)) for value in values], dtype=pl.UInt32)
    return positions, list(different)


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _combined(region: str | None, of_number: list[str], address: frozenset[str], known_by: tuple[str, ...]) -> _Found:
    """Combine what number and address say.

    A number that only says its country (a toll-free one, most mobiles) gives way to an address within that country.
    """
    number = {zone for zone in of_number if zone != UNKNOWN_TIMEZONE and zone in available_zones()}
    if not address:
        return _found(number, ["number"] if number else [])
    if not number:
        return _found(address, known_by)
    apart = not _overlap(number, address)
    if not apart and (_says_country_only(region, of_number) or known_by == ("country",)):
        narrower = known_by == ("country",) and not _says_country_only(region, of_number)
        return _found(number, ["number"]) if narrower else _found(address, known_by)
    return _found(number | address, ["number", *known_by], disagree=apart)


def _found(zones: Iterable[str], evidence: Iterable[str], *, disagree: bool = False) -> _Found:
    return _Found(tuple(sorted(zones)), tuple(evidence), disagree)


def _address(
    region: str | None, country: str | None, state: str | None, postal_code: str | None
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the zones of an address, and what they are known by. Without a country it is in that of the number."""
    for one in [country] if country else _countries_of_number(region):
        by_code = frozenset(zones_of_postal_code(one, postal_code)) if postal_code else frozenset()
        by_state = frozenset(_zones_of_state(one, state)) if state else frozenset()
        if by_code and by_state and not by_code <= by_state:
            return by_code | by_state, ("postal_code", "state")
        if by_code or by_state:
            return (by_code, ("postal_code",)) if by_code else (by_state, ("state",))
    return (frozenset(zones_of_country(country)), ("country",)) if country else (frozenset(), ())


@lru_cache(maxsize=4096)
def _zones_of_state(country: str, state: str) -> tuple[str, ...]:
    return zones_of_state(country, state)


@cache
def _countries_of_number(region: str | None) -> list[str]:
    if region is None:
        return []
    code = phonenumbers.country_code_for_region(region)
    others = _NORTH_AMERICA if code == _NORTH_AMERICAN_CODE else ()
    return [region, *(one for one in others if one != region)]


def _says_country_only(region: str | None, zones: list[str]) -> bool:
    code = phonenumbers.country_code_for_region(region) if region else 0
    return bool(code) and set(zones) == set(zones_of_calling_code(str(code)))


def _overlap(some: Set[str], others: Set[str]) -> bool:
    """Tell whether two sets have a zone in common, or zones whose clocks show the same in winter and in summer."""
    return bool({_clock(zone) for zone in some} & {_clock(zone) for zone in others})


@cache
def _clock(zone: str) -> tuple[timedelta | None, ...]:
    return tuple(datetime(_YEAR, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))
