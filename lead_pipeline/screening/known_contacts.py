"""Gathers what the store has of the contacts whose rows these are, with one look at each of its large tables; all that
is asked about these contacts afterwards is asked of the few rows here.
"""

from lead_pipeline.screening.candidates import KEY_OF, VALUE_OF
from lead_pipeline.screening.phone_equivalence import in_each_form, same_number_key
from lead_pipeline.store.workspace import Workspace

#: What is looked for in large tables: a phone under each of its forms, so that these keep the digits that they have.
_SOUGHT = in_each_form("row_values")


def find_identifiers(workspace: Workspace) -> None:
    """Fill `found_identifiers`: of the store's identifiers those that any row could hold, phones in any form."""
    workspace.run(
        f"""
        create or replace temp table found_identifiers as
        select kind, key, value, contact_id from base.identifiers semi join ({_SOUGHT}) s using (key)
        """  # noqa: S608  # a query of ours
    )


def gather_contacts(workspace: Workspace) -> None:
    """Fill `contact_leads`: all leads, of any destination, of the contacts in `matched_contacts` and `people_of_rows`;
    and `contact_values`: all that these contacts are known by, and all that their leads could be known by.
    """
    workspace.run(
        "create or replace temp table known_contacts as"
        " select contact_id from matched_contacts union select contact_id from people_of_rows"
    )
    workspace.run(
        """
        create or replace temp table contact_leads as
        select lead_id, contact_id, destination_id, status, updated_at, phone_key, email, external_id, cookie_id, social
        from base.leads semi join known_contacts using (contact_id)
        """
    )
    others = [kind for kind in KEY_OF if kind != "phone"]
    of_leads = " union all ".join(
        f"select contact_id, lead_id, '{kind}', {KEY_OF[kind].format(value=kind)},"  # noqa: S608  # ours
        f" {VALUE_OF[kind].format(value=kind)}, null from contact_leads where {kind} is not null"
        for kind in others
    )
    workspace.run(
        f"""
        create or replace temp table contact_values as
        with identifiers as (
            select contact_id, kind, key, value from base.identifiers semi join known_contacts using (contact_id)
        ), phones as (
            select contact_id, null::bigint as lead_id, key as digits from identifiers where kind = 'phone'
            union all
            select contact_id, lead_id, phone_key from contact_leads where phone_key is not null
        )
        select contact_id, lead_id, 'phone' as kind, {same_number_key("digits")} as key, null::varchar as value, digits
        from phones
        union all
        select contact_id, null, kind, key, value, null from identifiers where kind <> 'phone'
        union all
        {of_leads}
        """  # noqa: S608
    )
