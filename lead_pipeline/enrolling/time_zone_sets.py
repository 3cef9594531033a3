"""Gives leads the number of the time zones that the clocks of their people may show: there are few hundred different
answers beside the leads. How an answer is found, and which attribute is a place, does not belong here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lead_pipeline.model.fields import member_pointer
from lead_pipeline.store.workspace import Workspace

#: Given `phone`, `postal_code`, `state` and `country` of people: the position of each one's answer among the different
#: ones, and these (`time_zones`, `evidence`, `disagree`).
FindTimeZones = Callable[[pl.DataFrame], tuple[pl.Series, pl.DataFrame]]

#: Given names of attributes: those that are a `postal_code`, `state` or `country`, in the order in which they count.
FindPlaces = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]

_PLACE = ("postal_code", "state", "country")

#: How many leads are in memory at a time.
_LEADS_AT_ONCE = 250_000

_Answer = tuple[tuple[str, ...], tuple[str, ...], bool]


@dataclass(frozen=True, slots=True)
class People:
    """Whose time zones are looked for: a query for `lead_id`, `phone`, `postal_code`, `state`, `country` and
    `attributes` (a JSON object), and what it binds. `names` are those that the attributes may have; None where only the
    attributes themselves say it.
    """

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)
    names: Sequence[str] | None = None


_WITHOUT_ZONES = People(
    "select lead_id, phone, postal_code, state, country, attributes from base.leads where time_zone_set is null"
)


def assign_time_zones(workspace: Workspace, find: FindTimeZones, places: FindPlaces) -> int:
    """Give every lead that has no number of a set of time zones its own, inside a transaction of the caller's; return
    how many these were: those that an import changed, and all of a store from before there were such numbers.
    """
    if not workspace.one("select exists (from base.leads where time_zone_set is null)"):
        return 0
    leads = find_time_zones(workspace, _WITHOUT_ZONES, find, places)
    workspace.run(
        "update base.leads l set time_zone_set = z.time_zone_set from zones_of_leads z where l.lead_id = z.lead_id"
    )
    return leads


def find_time_zones(workspace: Workspace, people: People, find: FindTimeZones, places: FindPlaces) -> int:
    """Fill `zones_of_leads` with `lead_id` and `time_zone_set` of the people; return how many they are.

    A profile may have no field for a place, and keep the file's columns of it as attributes: then these say where
    somebody is.
    """
    workspace.run("create or replace temp table zones_of_leads (lead_id bigint, time_zone_set integer)")
    names = _names_of_attributes(workspace, people) if people.names is None else people.names
    place, bound = _place(places(names))
    workspace.run(
        f"create or replace temp table people_in_places as select lead_id, phone, {place} from ({people.sql})",  # noqa: S608  # names of standard fields
        {**people.params, **bound},
    )
    ((first, last, leads),) = workspace.rows("select min(lead_id), max(lead_id), count(*) from people_in_places")
    step = _LEADS_AT_ONCE if leads > _LEADS_AT_ONCE else last - first + 1 if leads else 1
    for start in range(first, last + 1, step) if leads else ():
        _find(workspace, find, start, start + step)
    workspace.run("drop table people_in_places")
    return int(leads)


def _names_of_attributes(workspace: Workspace, people: People) -> list[str]:
    found = workspace.rows(
        f"select distinct unnest(json_keys(attributes)) as name from ({people.sql}) where attributes is not null"  # noqa: S608  # a query of ours
        " order by name",
        dict(people.params),
    )
    return [name for (name,) in found]


def _place(names: Mapping[str, Sequence[str]]) -> tuple[str, dict[str, Any]]:
    """Return the expressions of where somebody is, and what these bind: the field, else the first attribute of it."""
    columns, bound = [], {}
    for place in _PLACE:
        sources = [f"nullif(trim({place}), '')"]
        for number, name in enumerate(names.get(place, ())):
            bound[f"{place}_{number}"] = member_pointer(name)
            sources.append(f"nullif(trim(json_extract_string(attributes, ${place}_{number})), '')")
        columns.append(f"coalesce({', '.join(sources)}) as {place}")
    return ", ".join(columns), bound


def _find(workspace: Workspace, find: FindTimeZones, start: int, end: int) -> None:
    people = workspace.frame(
        "select lead_id, phone, postal_code, state, country from people_in_places"
        " where lead_id >= $start and lead_id < $end",
        {"start": start, "end": end},
    )
    if people.is_empty():
        return
    positions, answers = find(people.drop("lead_id"))
    numbers = _numbers_of(workspace, [(tuple(zones), tuple(said), differ) for zones, said, differ in answers.rows()])
    found = people.select("lead_id", time_zone_set=pl.Series(numbers, dtype=pl.Int32)[positions])
    with workspace.registered("zones_found", found):
        workspace.run("insert into zones_of_leads select lead_id, time_zone_set from zones_found")


def number_of_time_zone(workspace: Workspace, zone: str) -> int:
    """Return the number of the time zone that a destination assumes where nothing says where somebody is."""
    return _numbers_of(workspace, [((zone,), ("destination",), False)])[0]


def _numbers_of(workspace: Workspace, answers: Sequence[_Answer]) -> list[int]:
    """Return the numbers of answers; those that are new are recorded."""
    found = workspace.rows("select time_zone_set, time_zones, evidence, disagree from base.time_zone_sets")
    known: dict[_Answer, int] = {((), (), False): 0}
    known |= {(tuple(zones), tuple(evidence), disagree): number for number, zones, evidence, disagree in found}
    for answer in sorted(set(answers)):  # in an order of its own, so that equal imports leave equal stores
        if answer not in known:
            known[answer] = max(known.values()) + 1
            zones, evidence, disagree = answer
            workspace.run(
                "insert into base.time_zone_sets values (?, ?, ?, ?)",
                [known[answer], list(zones), list(evidence), disagree],
            )
    return [known[answer] for answer in answers]
