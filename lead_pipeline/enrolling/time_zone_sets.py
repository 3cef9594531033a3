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
_LEADS_AT_ONCE = 100_000

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
    workspace.run("create or replace temp table zones_of_leads (lead_id bigint, time_zone_set integer)")
    sql, bound = _in_places(workspace, _WITHOUT_ZONES, places)
    workspace.run(f"create or replace temp table people_in_places as {sql}", bound)
    ((first, last, leads),) = workspace.rows("select min(lead_id), max(lead_id), count(*) from people_in_places")
    step = _LEADS_AT_ONCE if leads > _LEADS_AT_ONCE else last - first + 1
    for start in range(first, last + 1, step):
        people = workspace.frame(
            "from people_in_places where lead_id >= $start and lead_id < $end", {"start": start, "end": start + step}
        )
        with workspace.registered("zones_found", numbered_zones(workspace, people["lead_id"], *find(people))):
            workspace.run("insert into zones_of_leads select lead_id, time_zone_set from zones_found")
    workspace.run("drop table people_in_places")
    workspace.run(
        "update base.leads l set time_zone_set = z.time_zone_set from zones_of_leads z where l.lead_id = z.lead_id"
    )
    return int(leads)


def people_in_places(workspace: Workspace, people: People, places: FindPlaces) -> pl.DataFrame:
    """Return `lead_id`, `phone`, `postal_code`, `state` and `country` of people.

    A profile may have no field for a place, and keep the file's columns of it as attributes: then these say where
    somebody is.
    """
    return workspace.frame(*_in_places(workspace, people, places))


def numbered_zones(workspace: Workspace, leads: pl.Series, positions: pl.Series, answers: pl.DataFrame) -> pl.DataFrame:
    """Return `lead_id` and `time_zone_set` (Int32) of leads whose time zones were found; new sets are recorded."""
    numbers = _numbers_of(workspace, [(tuple(zones), tuple(said), differ) for zones, said, differ in answers.rows()])
    return pl.DataFrame({"lead_id": leads, "time_zone_set": pl.Series(numbers, dtype=pl.Int32)[positions]})


def _in_places(workspace: Workspace, people: People, places: FindPlaces) -> tuple[str, dict[str, Any]]:
    """Return the query of `people_in_places`, and what it binds."""
    names = _names_of_attributes(workspace, people) if people.names is None else people.names
    place, bound = _place(places(names))
    return f"select lead_id, phone, {place} from ({people.sql})", {**people.params, **bound}  # noqa: S608  # ours


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
