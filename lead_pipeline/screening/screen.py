"""Judges the rows of one import against the store and each other, step by step. Writes only temporary tables; what is
kept is written by committing.py, in the same transaction.
"""

from collections.abc import Sequence

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.candidates import match_contacts, stage_rows, tell_people_apart
from lead_pipeline.screening.outcomes_of_rows import find_leads_here, judge_rows
from lead_pipeline.screening.suppressed_rows import mark_suppressed, require_whole_suppressions
from lead_pipeline.store.duckdb.lead_store import LeadStore


def screen(
    store: LeadStore, profile: ImportProfile, parts: Sequence[str], destination_id: int, *, aliases: bool
) -> None:
    """Fill the temporary table `verdicts`: one line per row of the normalized `parts`, see `judge_rows`.

    `aliases` says whether rows may have any: a file may have none of the columns that the profile knows.

    Raises: ScreeningError when the suppressions in the store are fewer than were recorded (screening fails closed).
    """
    require_whole_suppressions(store)
    stage_rows(store, profile, parts, aliases=aliases)
    match_contacts(store, profile, aliases=aliases)
    find_leads_here(store, profile, destination_id)
    mark_suppressed(store, profile, parts, aliases=aliases)
    tell_people_apart(store, profile, aliases=aliases)
    judge_rows(store, profile)
