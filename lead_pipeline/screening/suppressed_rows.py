"""Finds the rows of people who may not be contacted, and the codes that say why. What outcome follows does not belong
here.
"""

from datetime import datetime

import polars as pl

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import (
    REASON_OF_SUPPRESSION,
    SUPPRESSIONS_OF_PEOPLE,
    WARNING_OF_LET_THROUGH,
)
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.lists.entries_of_rows import find_entries_of_rows
from lead_pipeline.screening.lists.matching import (
    distinct_joins,
    joins_of_identifier,
    joins_of_row_value,
    joins_of_value,
)
from lead_pipeline.screening.scrub.list_hits import find_list_hits
from lead_pipeline.store.workspace import Workspace

#: The kinds of suppressions of people, under both names that `suppressed_people` may give them.
_OF_PEOPLE = [*SUPPRESSIONS_OF_PEOPLE, *(WARNING_OF_LET_THROUGH[kind].value for kind in SUPPRESSIONS_OF_PEOPLE)]


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
    *,
    destination_id: int,
    at: datetime,
    do_not_contact: pl.DataFrame | None = None,
) -> None:
    """Fill `suppressed`: the good rows that a suppression hits, and the codes of all that do; `list_hits`: by which
    entries of which lists; `let_through`: those that only suppressions hit whose rule the profile switches off; and
    `leads_of_rows_that_say_so`: the leads, in any destination, of people whose row says that itself.

    Entries count that are in force at that time, for the whole company or for the destination. Rows in
    `do_not_contact` (row_number, kind) say so themselves. A row is on a list by any identifier in it, a field or an
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
    workspace.run(
        "create or replace temp table leads_of_rows_that_say_so (row_number bigint, kind varchar, lead_id bigint)"
    )
    if do_not_contact is not None and not do_not_contact.is_empty():
        _hit_by_themselves(workspace, do_not_contact)
    find_entries_of_rows(workspace, profile.scrub.rules, destination_id, at)
    listed = {kind for (kind,) in workspace.rows("select distinct identifier_kind from suppressed_people")}
    if listed:
        _hit_by_value(workspace, listed)
        updates = profile.when_known in ("update", "fill")
        _hit_by_contact(workspace, listed, updates=updates)
        _hit_by_lead(workspace, listed, updates=updates)
    _find_reached_numbers(workspace, listed)
    find_list_hits(workspace)
    workspace.run(
        """
        create or replace temp table suppressed as
        select row_number, codes, hint
        from (select row_number,
                     list_transform(list_sort(list(distinct list_position($kinds, kind))), lambda nth: $codes[nth])
                     as codes
              from suppression_hits where list_contains($kinds, kind) group by row_number)
        left join (from list_hints where not lets_through) using (row_number)
        """,
        {"kinds": list(REASON_OF_SUPPRESSION), "codes": [code.value for code in REASON_OF_SUPPRESSION.values()]},
    )
    workspace.run(
        """
        create or replace temp table let_through as
        select row_number, codes, hint
        from (select row_number, list(distinct kind order by kind) as codes from suppression_hits
              anti join suppressed using (row_number) group by row_number)
        left join (from list_hints where lets_through) using (row_number)
        """
    )


def _hit_by_themselves(workspace: Workspace, do_not_contact: pl.DataFrame) -> None:
    with workspace.registered("rows_that_say_so", do_not_contact):
        workspace.run(
            "insert into leads_of_rows_that_say_so by name select distinct r.row_number, r.kind, l.lead_id"
            " from rows_that_say_so r join candidates c using (row_number) join matched_contacts m using (row_number)"
            " join contact_leads l using (contact_id) where c.faults is null and r.kind is not null"
        )
        workspace.run(
            """
            insert into suppression_hits by name
            select row_number, kind, due.hint
            from rows_that_say_so
            semi join (select row_number from candidates where faults is null) good using (row_number)
            left join (
                select row_number,
                       'Nothing is due any more for lead ' || string_agg(distinct lead_id, ', ') || '.' as hint
                from leads_of_rows_that_say_so
                semi join (select lead_id from base.enrollments where status = 'due') d using (lead_id)
                group by row_number
            ) due using (row_number)
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


def _hit_by_contact(workspace: Workspace, listed: set[str], *, updates: bool) -> None:
    """Hit the rows of whoever is known by a listed identifier: of people in every way that a row names them."""
    for join in distinct_joins(joins_of_identifier("i"), listed):
        workspace.run(
            f"""
            insert into suppression_hits by name
            select m.row_number, s.kind, s.entry_id, m.contact_id
            from people_of_rows m
            join contact_identifiers i using (contact_id)
            {join}
            where m.row_number is not null and list_contains($of_people, s.kind)
            union all
            select m.row_number, s.kind, s.entry_id, m.contact_id
            from matched_contacts m
            join contact_identifiers i using (contact_id)
            {join}
            where $updates and not list_contains($of_people, s.kind)
                and m.contact_id in (select contact_id from leads_here)
            """,  # noqa: S608  # expressions of ours
            {"of_people": _OF_PEOPLE, "updates": updates},
        )


def _hit_by_lead(workspace: Workspace, listed: set[str], *, updates: bool) -> None:
    """Hit the rows of whoever has a lead, in any destination, with something listed that need not identify it."""
    for kind in KEY_OF:
        for join in distinct_joins(joins_of_value(kind, f"l.{kind}"), listed):
            workspace.run(
                f"""
                insert into suppression_hits by name
                select m.row_number, s.kind, s.entry_id, l.lead_id
                from people_of_rows m
                join contact_leads l using (contact_id)
                {join}
                where m.row_number is not null and list_contains($of_people, s.kind)
                union all
                select m.row_number, s.kind, s.entry_id, l.lead_id
                from matched_contacts m
                join leads_here h using (contact_id)
                join contact_leads l using (lead_id)
                {join}
                where $updates and not list_contains($of_people, s.kind)
                """,  # noqa: S608  # names and expressions of ours
                {"of_people": _OF_PEOPLE, "updates": updates},
            )


def _find_reached_numbers(workspace: Workspace, listed: set[str]) -> None:
    """Fill `reached_numbers`: the further phones of rows that belong to somebody who may not be contacted at all."""
    joins = [("contact_identifiers i", join) for join in distinct_joins(joins_of_identifier("i"), listed)]
    for kind in KEY_OF:
        joins += [("contact_leads l", join) for join in distinct_joins(joins_of_value(kind, f"l.{kind}"), listed)]
    workspace.run("create or replace temp table reached_numbers (number ubigint)")
    for source, join in joins:
        workspace.run(
            f"""
            insert into reached_numbers
            select m.number from people_of_rows m join {source} using (contact_id) {join}
            where m.number is not null and list_contains($of_people, s.kind)
            """,  # noqa: S608  # names and expressions of ours
            {"of_people": _OF_PEOPLE},
        )
