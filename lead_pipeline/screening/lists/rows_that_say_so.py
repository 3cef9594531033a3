"""Hears the rows of a file that say of themselves that their person may not be contacted: for themselves, for every
other row of the person, and for the person's leads. Which rows say so is found when columns are mapped.
"""

from collections.abc import Sequence

import polars as pl

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import SUPPRESSIONS_OF_PEOPLE
from lead_pipeline.screening.phone_equivalence import in_each_form
from lead_pipeline.screening.row_values import gather_values_of
from lead_pipeline.store.workspace import Workspace

#: The tables as they are where no row says so.
_NONE_SAYS_SO = """
    create or replace temp table values_that_say_so
        (row_number bigint, kind varchar, key ubigint, value varchar, digits ubigint);
    create or replace temp table contacts_that_say_so (row_number bigint, kind varchar, contact_id bigint);
    create or replace temp table leads_of_rows_that_say_so (row_number bigint, kind varchar, lead_id bigint);
"""


def hear_rows_that_say_so(
    workspace: Workspace,
    profile: ImportProfile,
    parts: Sequence[str],
    do_not_contact: pl.DataFrame | None,
    *,
    aliases: bool,
) -> None:
    """Add to `suppression_hits` the good rows in `do_not_contact` (`row_number`, `kind`), and those that share an
    identifier with such a row, or of an opt-out and the like its contact; and fill `values_that_say_so`, what such rows
    hold, `contacts_that_say_so` and `leads_of_rows_that_say_so`.

    A faulty row is heard as well: what is wrong with its email says nothing about its phone.
    """
    if do_not_contact is None:
        workspace.run_all(_NONE_SAYS_SO)
        return
    with workspace.registered("rows_as_read", do_not_contact.select("row_number", "kind").unique()):
        workspace.run(
            "create or replace temp table rows_that_say_so as select * from rows_as_read where kind is not null"
        )
    gather_values_of(workspace, profile, parts, "rows_that_say_so", "values_that_say_so", aliases=aliases)
    _find_contacts(workspace)
    _find_leads(workspace)
    _hit_themselves(workspace)
    _hit_others(workspace)


def _find_contacts(workspace: Workspace) -> None:
    """Fill `contacts_that_say_so`: whom the rows that say so name by anything in them, as far as the store knows."""
    workspace.run(
        f"""
        create or replace temp table contacts_that_say_so as
        with sought as ({in_each_form("values_that_say_so", "row_number", "kind", "value")})
        select r.row_number, r.kind, m.contact_id
        from rows_that_say_so r join matched_contacts m using (row_number)
        union
        select r.row_number, r.kind, i.contact_id
        from rows_that_say_so r join sought v using (row_number)
        join base.identifiers i on i.key = v.key and i.kind = v.kind and (v.value is null or i.value = v.value)
        union
        select r.row_number, r.kind, l.contact_id
        from rows_that_say_so r join sought v using (row_number)
        join base.leads l on v.kind = 'phone' and l.phone_key = v.key
        """  # noqa: S608  # expressions of ours
    )


def _find_leads(workspace: Workspace) -> None:
    workspace.run(
        "create or replace temp table leads_of_rows_that_say_so as select distinct c.row_number, c.kind, l.lead_id"
        " from contacts_that_say_so c join base.leads l using (contact_id)"
    )


def _hit_themselves(workspace: Workspace) -> None:
    workspace.run(
        """
        insert into suppression_hits by name
        select row_number, kind, 'the row says so itself.' || coalesce(' ' || due.hint, '') as hint
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


def _hit_others(workspace: Workspace) -> None:
    workspace.run(
        """
        insert into suppression_hits by name
        select o.row_number, o.kind, 'row ' || min(o.said_by) || ', of the same person, says so.' as hint
        from (
            select v.row_number, r.kind, r.row_number as said_by
            from rows_that_say_so r join values_that_say_so s using (row_number)
            join row_values v on v.kind = s.kind and v.key = s.key and v.value is not distinct from s.value
            union all
            select p.row_number, c.kind, c.row_number
            from contacts_that_say_so c join people_of_rows p using (contact_id)
            where list_contains($of_people, c.kind)
        ) o
        anti join rows_that_say_so r on r.row_number = o.row_number and r.kind = o.kind
        where o.row_number is not null
        group by o.row_number, o.kind
        """,
        {"of_people": list(SUPPRESSIONS_OF_PEOPLE)},
    )
