"""Gives leads the number of the time zones that the clocks of their people may show: there are few hundred different
answers beside the leads. How an answer is found does not belong here.
"""

from collections.abc import Callable, Sequence

import polars as pl

from lead_pipeline.store.workspace import Workspace

#: Given `phone`, `postal_code`, `state` and `country` of people: the position of each one's answer among the different
#: ones, and these (`time_zones`, `evidence`, `disagree`).
FindTimeZones = Callable[[pl.DataFrame], tuple[pl.Series, pl.DataFrame]]

#: How many leads are in memory at a time.
_LEADS_AT_ONCE = 250_000

_Answer = tuple[tuple[str, ...], tuple[str, ...], bool]


def assign_time_zones(workspace: Workspace, find: FindTimeZones) -> int:
    """Give every lead that has no number of a set of time zones its own, inside a transaction of the caller's; return
    how many these were: new ones, those that an import changed, and all of a store from before there were such numbers.
    """
    ((first, last, leads),) = workspace.rows(
        "select min(lead_id), max(lead_id), count(*) from base.leads where time_zone_set is null"
    )
    if not leads:
        return 0
    workspace.run("create or replace temp table zones_of_leads (lead_id bigint, time_zone_set integer)")
    step = _LEADS_AT_ONCE if leads > _LEADS_AT_ONCE else last - first + 1
    for start in range(first, last + 1, step):
        _find(workspace, find, start, start + step)
    workspace.run(
        "update base.leads l set time_zone_set = z.time_zone_set from zones_of_leads z where l.lead_id = z.lead_id"
    )
    return int(leads)


def _find(workspace: Workspace, find: FindTimeZones, start: int, end: int) -> None:
    people = workspace.frame(
        "select lead_id, phone, postal_code, state, country from base.leads"
        " where time_zone_set is null and lead_id >= $start and lead_id < $end",
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
    for answer in answers:
        if answer not in known:
            known[answer] = max(known.values()) + 1
            zones, evidence, disagree = answer
            workspace.run(
                "insert into base.time_zone_sets values (?, ?, ?, ?)",
                [known[answer], list(zones), list(evidence), disagree],
            )
    return [known[answer] for answer in answers]
