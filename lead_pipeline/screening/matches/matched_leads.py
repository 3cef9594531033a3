"""Finds the leads that were there already of the people whom the rows of an import name. What becomes of them does not
belong here.
"""

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.screening.matches.replaced_leads import IS_HERE
from lead_pipeline.screening.matches.rows_of_changes import choose_leads
from lead_pipeline.store.workspace import Workspace


def find_matched_leads(workspace: Workspace, profile: ImportProfile, destination_id: int) -> int:
    """Fill `managed_rows` and `managed_leads` with the leads of people whom a row matches; return how many these are.

    A row matches when its lead is there: it is updated, unchanged, or a duplicate of it. Where leads of the whole
    company count, so does a row of somebody with leads in other destinations that becomes a new lead. A rejected or
    suppressed row matches nobody.
    """
    company = profile.lead_management.on_match.leads == "company"
    where = "" if company else f"where {IS_HERE.format(it='l')}"
    workspace.run(
        f"""
        create or replace temp table managed_rows as
        select d.row_number, l.lead_id
        from (select row_number, known_contact as contact_id from decided_rows
              where known_contact is not null
                and (outcome in ('updated', 'unchanged') or ($company and outcome = 'created')
                     or (outcome = 'duplicate' and list_contains(reason_codes, $existing)))) d
        join contact_leads l using (contact_id)
        {where}
        """,  # noqa: S608  # a condition of ours
        {"existing": Reason.DUPLICATE_EXISTING.value, "company": company}
        | ({} if company else {"here": destination_id}),
    )
    return choose_leads(workspace)
