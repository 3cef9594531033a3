"""Where people are, for the clock that counts when they are called: finds the time zones of leads that have none yet,
by number, fields and attributes. When somebody may be called does not belong here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from lead_pipeline.enrolling.time_zone_sets import People, assign_time_zones, numbered_zones, people_in_places
from lead_pipeline.filing.work_folder import map_in_order
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.normalizing.time_zones.zones_of_people import distinct_time_zones
from lead_pipeline.store.workspace import Workspace

_PLACES = ("postal_code", "state", "country")


def find_zones_of_leads(workspace: Workspace) -> int:
    """Give every lead that has none yet its time zones, inside a transaction of the caller's; return how many."""
    return assign_time_zones(workspace, distinct_time_zones, places_among)


def find_zones_of_people(
    workspace: Workspace, groups: Iterable[tuple[str, Mapping[str, Any]]], names: Sequence[str] | None
) -> Iterator[pl.DataFrame]:
    """Yield for each group of people what `screening.writing.FindZones` says, having looked at the next group already:
    its time zones are found while the caller writes the leads of this one.
    """
    people = (people_in_places(workspace, People(sql, params, names), places_among) for sql, params in groups)
    for these, (positions, answers) in map_in_order(_with_zones, people):
        yield numbered_zones(workspace, these["lead_id"], positions, answers)


def _with_zones(people: pl.DataFrame) -> tuple[pl.DataFrame, tuple[pl.Series, pl.DataFrame]]:
    return people, distinct_time_zones(people)


def places_among(names: Sequence[str]) -> dict[str, list[str]]:
    """Return which of the names of attributes are a postal code, a state and a country, as headers are understood.

    The surest comes first; a name that may be two of these is none, and so is the end of a ZIP+4.
    """
    found: dict[str, list[tuple[float, str]]] = {place: [] for place in _PLACES}
    for name in names:
        meaning = meaning_of(name)
        if len(meaning.meanings) == 1 and meaning.meanings[0] in found and not meaning.is_continuation:
            found[meaning.meanings[0]].append((-meaning.confidence, name))
    return {place: [name for _, name in sorted(named)] for place, named in found.items()}
