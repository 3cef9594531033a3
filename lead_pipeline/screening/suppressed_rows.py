"""Finds the rows of people who may not be contacted, and the codes that say why. What outcome follows does not belong
here.
"""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import (
    REASON_OF_SUPPRESSION,
    SUPPRESSIONS_OF_PEOPLE,
    WARNING_OF_LET_THROUGH,
)
from lead_pipeline.screening.lists.entries_of_rows import (
    COUNTS_FOR_ROW,
    find_entries_of_rows,
    find_rows_elsewhere,
)
from lead_pipeline.screening.lists.matching import (
    distinct_joins,
    joins_of_row_value,
)
from lead_pipeline.screening.lists.rows_that_say_so import hear_rows_that_say_so
from lead_pipeline.screening.scrub.list_hits import find_list_hits
from lead_pipeline.store.workspace import Workspace

#: The kinds of suppressions of people, under both names that `suppressed_people` may give them.
_OF_PEOPLE = [*SUPPRESSIONS_OF_PEOPLE, *(WARNING_OF_LET_THROUGH[kind].value for kind in SUPPRESSIONS_OF_PEOPLE)]

#: The tables as they are where no row is on a list, which is the usual case: to find that out once is far quicker than
#: to ask each question of nothing.
_NOBODY_IS_HIT = """
    create or replace temp table suppressed (row_number bigint, codes varchar[], hint varchar);
    create or replace temp table let_through (row_number bigint, codes varchar[], hint varchar);
"""


def require_all_suppressions(workspace: Workspace) -> None:
    """Raise ScreeningError unless every suppression that was ever loaded is still there."""
    totals = workspace.suppression_totals()
    if not totals.add_up:
        raise ScreeningError(
            f"The store holds {totals.held} suppressions but {totals.loaded} were loaded, and {totals.ended} ended but "
            f"lists ended {totals.ended_by_lists}: the lists cannot be trusted, so nothing is imported. Restore the "
            "store from a backup, or load the lists again into a new one."
        )


def mark_suppressed(
    workspace: Workspace,
    profile: ImportProfile,
    parts: Sequence[str],
    *,
    aliases: bool,
    destination_id: int,
    at: datetime,
    do_not_contact: pl.DataFrame | None = None,
) -> None:
    """Fill `suppressed`: the good rows that a suppression hits, and the codes of all that do; `list_hits`: by which
    entries of which lists; `let_through`: those that only suppressions hit whose rule the profile switches off; and
    `leads_of_rows_that_say_so`: the leads, in any destination, of people whose row says that itself.

    Entries count that are in force at that time, for the whole company or for the destination; for a row that would
    change a lead of another destination, those of that one too. Rows in `do_not_contact` (row_number, kind) say so
    themselves, and for every other row of their person. A row is on a list by any identifier in it, a field or an
    alias. An opt-out or another suppression of people is not of a number: it also holds for rows that name its contact
    by any other identifier, or by the phone of a lead of the contact; the listed value may be on any lead of it. Any
    entry, one of do-not-call too, holds for rows that would change a lead whose phone, email or contact is listed, for
    else an import could undo it by writing another number over the listed one. A rule that is off is about entries of
    lists; what a row says of itself counts all the same.
    """
    workspace.run(
        "create or replace temp table suppression_hits (row_number bigint, kind varchar, entry_id bigint,"
        " contact_id bigint, lead_id bigint, hint varchar)"
    )
    hear_rows_that_say_so(workspace, profile, parts, do_not_contact, aliases=aliases)
    updates = profile.when_known in ("update", "fill")
    find_rows_elsewhere(workspace, destination_id, updates=updates)
    find_entries_of_rows(workspace, profile.scrub.rules, destination_id, at)
    listed = {kind for (kind,) in workspace.rows("select distinct identifier_kind from suppressed_people")}
    _find_listed_contacts(workspace, listed)
    if listed:
        _hit_by_value(workspace, listed)
        _hit_by_contact(workspace, updates=updates)
        _leave_out_hits_elsewhere(workspace)
    _find_reached_numbers(workspace)
    if not find_list_hits(workspace):
        workspace.run_all(_NOBODY_IS_HIT)
        return
    workspace.run(
        """
        create or replace temp table suppressed as
        select row_number, codes, hint
        from (select row_number,
                     list_transform(list_sort(list(distinct list_position($kinds, kind))), lambda nth: $codes[nth])
                     as codes
              from suppression_hits where list_contains($kinds, kind) group by row_number)
        join (from list_hints where not lets_through) using (row_number)
        """,
        {"kinds": list(REASON_OF_SUPPRESSION), "codes": [code.value for code in REASON_OF_SUPPRESSION.values()]},
    )
    workspace.run(
        """
        create or replace temp table let_through as
        select row_number, codes, hint
        from (select row_number, list(distinct kind order by kind) as codes from suppression_hits
              anti join suppressed using (row_number) group by row_number)
        join list_hints using (row_number)
        """
    )


def _hit_by_value(workspace: Workspace, listed: set[str]) -> None:
    for join in distinct_joins(joins_of_row_value("r"), listed):
        workspace.run(
            f"""
            insert into suppression_hits by name
            select r.row_number, s.kind, s.entry_id from row_values r {join} where r.row_number is not null
            """  # noqa: S608  # expressions of ours
        )


def _find_listed_contacts(workspace: Workspace, listed: set[str]) -> None:
    """Fill `listed_values`: which contacts are on a list by an identifier (no lead), or by something in a lead that
    need not identify it.
    """
    workspace.run(
        "create or replace temp table listed_values (contact_id bigint, lead_id bigint, kind varchar, entry_id bigint)"
    )
    for join in distinct_joins(joins_of_row_value("v"), listed):
        workspace.run(
            f"insert into listed_values select v.contact_id, v.lead_id, s.kind, s.entry_id from contact_values v {join}"  # noqa: S608
        )


def _hit_by_contact(workspace: Workspace, *, updates: bool) -> None:
    """Hit the rows of whoever is listed by another identifier, or by a value of a lead, in any destination: of people
    in every way that a row names them, of numbers and addresses where the row would change the lead.
    """
    workspace.run(
        """
        insert into suppression_hits by name
        select m.row_number, v.kind, v.entry_id, case when v.lead_id is null then v.contact_id end as contact_id,
               v.lead_id
        from people_of_rows m join listed_values v using (contact_id)
        where m.row_number is not null and list_contains($of_people, v.kind)
        union all
        select m.row_number, v.kind, v.entry_id, case when v.lead_id is null then v.contact_id end, v.lead_id
        from matched_contacts m join leads_here h using (contact_id) join listed_values v using (contact_id)
        where $updates and not list_contains($of_people, v.kind) and coalesce(v.lead_id, h.lead_id) = h.lead_id
        """,
        {"of_people": _OF_PEOPLE, "updates": updates},
    )


def _find_reached_numbers(workspace: Workspace) -> None:
    """Fill `reached_numbers`: the further phones of rows that belong to somebody who may not be contacted at all,
    by a list or by another row of the file.
    """
    if not workspace.rows("select 1 from listed_values union all select 1 from values_that_say_so limit 1"):
        workspace.run("create or replace temp table reached_numbers (number ubigint, elsewhere integer)")
        return
    workspace.run(
        """
        create or replace temp table reached_numbers as
        select distinct m.number, s.elsewhere
        from people_of_rows m join listed_values v using (contact_id) join suppressed_people s using (entry_id)
        where m.number is not null and list_contains($of_people, v.kind)
        union
        select r.key as number, null as elsewhere
        from row_values r join values_that_say_so s on s.kind = 'phone' and s.key = r.key
        where r.row_number is null
        union
        select m.number, null from people_of_rows m join contacts_that_say_so c using (contact_id)
        where m.number is not null and list_contains($of_people, c.kind)
        """,
        {"of_people": _OF_PEOPLE},
    )


def _leave_out_hits_elsewhere(workspace: Workspace) -> None:
    """Leave out the hits of entries of another destination on rows that change nothing there."""
    workspace.run(
        f"""
        delete from suppression_hits using suppressed_people s
        where s.entry_id = suppression_hits.entry_id
          and not {COUNTS_FOR_ROW.format(elsewhere="s.elsewhere", row_number="suppression_hits.row_number")}
        """  # noqa: S608  # a condition of ours
    )
