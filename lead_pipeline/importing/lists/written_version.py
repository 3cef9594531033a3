"""Writes a version of a suppression list, with all that follows for leads that are there, inside a transaction of the
caller's. Reading a list does not belong here.
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from lead_pipeline.enrolling.enrollments import AffectedLeads, suppress_enrollments
from lead_pipeline.model.suppression_kinds import SuppressionKind
from lead_pipeline.screening.lists.list_trust import note_delivery
from lead_pipeline.screening.lists.listed_leads import (
    find_listed_leads,
    suppress_secondary_contacts,
    withhold_attributes,
)
from lead_pipeline.screening.lists.suppression_lists import ListParts, add_suppressions
from lead_pipeline.store.records import ListCounts, ListRecord
from lead_pipeline.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class WrittenVersion:
    """What came of a version of a list: its counts, and the leads, secondary contacts and attributes it concerns."""

    counts: ListCounts
    affected: tuple[AffectedLeads, ...] = ()
    secondary_contacts: int = 0
    attributes_withheld: int = 0


def write_version(
    workspace: Workspace,
    record: ListRecord,
    kind: SuppressionKind,
    entries: pl.DataFrame | ListParts,
    *,
    rows_read: int,
    rows_rejected: int = 0,
    at: datetime,
) -> WrittenVersion:
    """Load a version of a list, end the enrollments of the people on it, and take further phones of theirs out of
    reach. Every way in which an entry comes into the store goes through here. A version that somebody else has loaded
    since it was looked for changes nothing twice.

    Raises: ListRefusedError when a list of that name has another kind or another scope.
    """
    counts = add_suppressions(workspace, record, entries, rows_read=rows_read, rows_rejected=rows_rejected, at=at)
    if counts.loaded_before:
        note_delivery(workspace, record)
        return WrittenVersion(counts)
    find_listed_leads(workspace, kind)
    return WrittenVersion(
        counts,
        affected=suppress_enrollments(workspace, kind, at),
        secondary_contacts=suppress_secondary_contacts(workspace, kind),
        attributes_withheld=withhold_attributes(workspace, kind, record.list_id, at),
    )
