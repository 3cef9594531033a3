"""Finds every contact that a row names by anything in it, not only the one whose lead it would be: whoever may not be
contacted may not be under another identifier either. Which of them are on a list does not belong here.
"""

from lead_pipeline.model.suppression_kinds import SUPPRESSIONS_OF_PEOPLE
from lead_pipeline.screening.phone_equivalence import in_each_form
from lead_pipeline.store.workspace import Workspace

#: What is looked for: a phone under each of its forms; and of further phones the number that all forms share.
_SOUGHT = in_each_form(
    "(select *, case when row_number is null then key end as number from row_values)",
    *("row_number", "number", "kind", "value"),
)

#: The contacts that are known by an identifier, and those with a lead that has a phone, though it identifies nobody
#: there. An email that identifies nobody is shared often enough; a phone is who picks it up.
_KNOWN_BY = """
    select v.row_number, v.number, i.contact_id
    from sought v join found_identifiers i
        on i.key = v.key and i.kind = v.kind and (v.value is null or i.value = v.value)
"""
_WITH_PHONE = """
    select v.row_number, v.number, l.contact_id
    from sought v join base.leads l on v.kind = 'phone' and l.phone_key = v.key
"""


def find_people_of_rows(workspace: Workspace, *, rows_say_so: bool) -> None:
    """Fill `people_of_rows`: the contacts that the good rows name, by any form of any identifier in them; and those
    that their further phones (secondary contacts, attributes) belong to: of these the number is known, and not the row.

    Where no list is of people, and no row says of itself that its person may not be contacted (`rows_say_so`), these
    are the contacts of the rows alone.
    """
    of_rows = "select row_number, null::ubigint as number, contact_id from matched_contacts"
    if not rows_say_so and not _has_suppressions_of_people(workspace):
        workspace.run(f"create or replace temp table people_of_rows as {of_rows}")
        return
    sources = [of_rows, _KNOWN_BY]
    if _has_phones_that_identify_nobody(workspace):
        sources.append(_WITH_PHONE)
    workspace.run(
        f"create or replace temp table people_of_rows as with sought as ({_SOUGHT}) {' union '.join(sources)}"
    )


def _has_suppressions_of_people(workspace: Workspace) -> bool:
    return bool(
        workspace.rows(
            "select 1 from base.suppressions where ended_by is null and list_contains($kinds, kind) limit 1",
            {"kinds": list(SUPPRESSIONS_OF_PEOPLE)},
        )
    )


def _has_phones_that_identify_nobody(workspace: Workspace) -> bool:
    """Return whether people may be known by something else than the phones of their leads, or by nothing at all."""
    return bool(
        workspace.rows("select 1 from base.identifiers where kind <> 'phone' limit 1")
        or workspace.rows("select 1 from base.contacts anti join base.identifiers using (contact_id) limit 1")
    )
