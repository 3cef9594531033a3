"""Counts the leads of each destination, and its enrollments by status. What its file says does not belong here."""

from typing import NamedTuple

from lead_pipeline.store.workspace import Workspace


class LeadsOfDestination(NamedTuple):
    """How many leads a destination has, and how many enrollments by status."""

    leads: int
    enrollments: dict[str, int]


def count_leads(workspace: Workspace) -> dict[str, LeadsOfDestination]:
    """Return the counts of every destination that the store knows, by `kind:name`."""
    leads = workspace.rows(
        "select d.kind || ':' || d.name as destination, count(l.lead_id)"
        " from base.destinations d left join base.leads l using (destination_id) group by all order by destination"
    )
    enrolled = workspace.rows(
        "select destination_kind || ':' || schedule, status, count(*) from main.enrollments group by all order by all"
    )
    found = {destination: LeadsOfDestination(number, {}) for destination, number in leads}
    for destination, status, number in enrolled:
        found[destination].enrollments[status] = number
    return found


def known_destinations(workspace: Workspace) -> list[str]:
    """Return the destinations that the store knows, as `kind:name`, in alphabetical order."""
    return [name for (name,) in workspace.rows("select kind || ':' || name as name from base.destinations order by 1")]
