"""Which time zones a person's clock may show, from all that is known: number, postal code, state, country. Whether it
is a time to call does not belong here.

A number says where it was given out, an address where somebody lives; people take numbers along. So both count, and a
call has to be legal in every zone that is found.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import phonenumbers
import polars as pl
from phonenumbers.timezone import UNKNOWN_TIMEZONE

from lead_pipeline.normalizing.phones.phone_facts import describe_phones
from lead_pipeline.normalizing.phones.plan.formatting import zones_of_calling_code
from lead_pipeline.normalizing.phones.regions import regions_named
from lead_pipeline.normalizing.time_zones.places import (
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


class _Found(NamedTuple):
    time_zones: list[str]
    evidence: list[str]
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
    numbers = people["phone"].unique().drop_nulls()
    facts = describe_phones(numbers, ("region", "time_zones")).with_columns(phone=numbers)
    rows = people.select("phone", *_PLACE).join(facts, on="phone", how="left", maintain_order="left")
    distinct = rows.select("region", "time_zones", *_PLACE).unique()
    countries = regions_named(distinct["country"], None)
    found = [
        _combined(region, zones or [], country, state, postal_code)
        for (region, zones, postal_code, state, _), country in zip(distinct.iter_rows(), countries, strict=True)
    ]
    answers = distinct.rename({"time_zones": "of_number"}).hstack(
        pl.DataFrame(found, schema=dict(SCHEMA), orient="row")
    )
    return (
        rows.rename({"time_zones": "of_number"})
        .join(answers, on=["region", "of_number", *_PLACE], how="left", nulls_equal=True, maintain_order="left")
        .select(SCHEMA.keys())
    )


def _combined(
    region: str | None, of_number: list[str], country: str | None, state: str | None, postal_code: str | None
) -> _Found:
    """Combine what number and address say.

    A number that only says its country (a toll-free one, most mobiles) gives way to an address within that country.
    """
    number = {zone for zone in of_number if zone != UNKNOWN_TIMEZONE and zone in available_zones()}
    address, known_by = _address(region, country, state, postal_code)
    if not address:
        return _Found(sorted(number), ["number"] if number else [], disagree=False)
    if not number:
        return _Found(sorted(address), known_by, disagree=False)
    apart = not _overlap(number, address)
    if not apart and (_says_country_only(region, of_number) or known_by == ["country"]):
        narrower = number if known_by == ["country"] and not _says_country_only(region, of_number) else address
        return _Found(sorted(narrower), ["number"] if narrower is number else known_by, disagree=False)
    return _Found(sorted(number | address), ["number", *known_by], disagree=apart)


def _address(
    region: str | None, country: str | None, state: str | None, postal_code: str | None
) -> tuple[set[str], list[str]]:
    """Return the zones of an address, and what they are known by. Without a country it is in that of the number."""
    for one in [country] if country else _countries_of_number(region):
        by_code = set(zones_of_postal_code(one, postal_code)) if postal_code else set()
        by_state = set(zones_of_state(one, state)) if state else set()
        if by_code and by_state and not by_code <= by_state:
            return by_code | by_state, ["postal_code", "state"]
        if by_code or by_state:
            return (by_code, ["postal_code"]) if by_code else (by_state, ["state"])
    return (set(zones_of_country(country)), ["country"]) if country else (set(), [])


def _countries_of_number(region: str | None) -> list[str]:
    if region is None:
        return []
    code = phonenumbers.country_code_for_region(region)
    others = _NORTH_AMERICA if code == _NORTH_AMERICAN_CODE else ()
    return [region, *(one for one in others if one != region)]


def _says_country_only(region: str | None, zones: list[str]) -> bool:
    code = phonenumbers.country_code_for_region(region) if region else 0
    return bool(code) and set(zones) == set(zones_of_calling_code(str(code)))


def _overlap(some: set[str], others: set[str]) -> bool:
    """Tell whether two sets have a zone in common, or zones whose clocks show the same in winter and in summer."""
    return bool({_clock(zone) for zone in some} & {_clock(zone) for zone in others})


@cache
def _clock(zone: str) -> tuple[timedelta | None, ...]:
    return tuple(datetime(_YEAR, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))
