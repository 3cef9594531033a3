"""Screens the rows of one import against the store and each other, step by step. Writes only temporary tables."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.candidates import group_rows_by_person, load_candidates, match_contacts
from lead_pipeline.screening.known_contacts import find_identifiers, gather_contacts
from lead_pipeline.screening.lists.required_lists import require_lists
from lead_pipeline.screening.matches.lifted_rows import lift_suppressed_rows
from lead_pipeline.screening.matches.replaced_leads import find_replaced_leads
from lead_pipeline.screening.outcomes_of_rows import decide_outcomes, find_leads_here
from lead_pipeline.screening.people_of_rows import find_people_of_rows
from lead_pipeline.screening.row_values import gather_values
from lead_pipeline.screening.scrub.scrubbed_rows import mark_scrubbed
from lead_pipeline.screening.suppressed_rows import mark_suppressed, require_all_suppressions
from lead_pipeline.store.workspace import Workspace


def screen(
    workspace: Workspace,
    profile: ImportProfile,
    parts: Sequence[str],
    destination_id: int,
    *,
    at: datetime,
    aliases: bool,
    do_not_contact: pl.DataFrame | None = None,
) -> None:
    """Fill the temporary table `decided_rows`: one line per row of the normalized `parts`.

    `aliases` says whether rows may have any: a file may have none of the columns that the profile knows.

    Raises: ScreeningError when the suppressions or the records of calls in the store are fewer than were recorded, or a
    list that the profile requires cannot be relied on (screening fails closed).
    """
    said = None if do_not_contact is None or do_not_contact.is_empty() else do_not_contact
    require_all_suppressions(workspace)
    require_lists(workspace, profile.required_lists, destination_id, at)
    load_candidates(workspace, profile, parts, aliases=aliases)
    gather_values(workspace, profile, parts, aliases=aliases)
    find_identifiers(workspace)
    match_contacts(workspace, profile, aliases=aliases)
    find_people_of_rows(workspace, rows_say_so=said is not None)
    gather_contacts(workspace)
    find_replaced_leads(workspace, profile, parts, destination_id)
    find_leads_here(workspace, profile, destination_id, at)
    mark_suppressed(
        workspace,
        profile,
        parts,
        aliases=aliases,
        destination_id=destination_id,
        at=at,
        do_not_contact=said,
    )
    mark_scrubbed(workspace, profile, destination_id, at)
    lift_suppressed_rows(workspace, profile, destination_id)
    group_rows_by_person(workspace, profile, aliases=aliases)
    decide_outcomes(workspace, profile)
