"""Takes chosen people onto the list of those who may not be contacted, or off it again, because somebody decided so.
Which leads are meant is chosen before.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lead_pipeline.enrolling.history import Cause
from lead_pipeline.enrolling.reopening import reopen_enrollments
from lead_pipeline.importing.lists.entries_by_decision import write_decided_version
from lead_pipeline.importing.lists.written_version import WrittenVersion
from lead_pipeline.model.lead_management.command_results import RemainingSuppression, WrittenList
from lead_pipeline.screening.lists.entries_of_leads import (
    entries_that_name_leads,
    find_what_leads_are_known_by,
    remaining_suppressions,
    values_to_list,
)
from lead_pipeline.store.workspace import Workspace

#: What people decide of a person themselves. What others say of somebody (do-not-call, litigators, …) nobody here ends.
DecidedKind = Literal["blocked", "opted_out"]


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision about people: the lists that were written, and what still stands against them."""

    lists: tuple[WrittenList, ...] = ()
    leads_without_identifier: int = 0
    remaining: tuple[RemainingSuppression, ...] = ()


def contact_no_more(workspace: Workspace, kind: DecidedKind, decided_by: str, at: datetime) -> Decided:
    """Put the leads in `managed_leads` on the company's list of that kind, by every identifier that they have, with all
    that a loaded list does.
    """
    find_what_leads_are_known_by(workspace)
    entries, without = values_to_list(workspace)
    if entries.is_empty():
        return Decided(leads_without_identifier=without)
    name, written = write_decided_version(workspace, kind, "add", entries, decided_by=decided_by, at=at)
    return Decided((_written(name, written),), without)


def contact_again(workspace: Workspace, kind: DecidedKind, cause: Cause, decided_by: str) -> Decided:
    """End the entries of that kind that name the leads in `managed_leads`, on whichever list, and stop what was
    suppressed for that reason alone: nobody becomes due. Entries of other kinds stay, and are named.
    """
    find_what_leads_are_known_by(workspace)
    lists = []
    for one in entries_that_name_leads(workspace, kind, cause.at):
        name, written = write_decided_version(
            workspace,
            kind,
            "remove",
            one.entries,
            decided_by=decided_by,
            at=cause.at,
            name=one.name,
            destination=one.destination,
        )
        lists.append(_written(name, written))
    reopen_enrollments(workspace, kind, cause)
    remaining = remaining_suppressions(workspace, cause.at)
    return Decided(tuple(lists), remaining=tuple(RemainingSuppression.model_validate(one) for one in remaining))


def _written(name: str, written: WrittenVersion) -> WrittenList:
    counts = written.counts
    return WrittenList(list_name=name, version=counts.version, entries_added=counts.added, entries_ended=counts.ended)
