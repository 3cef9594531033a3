"""Gathers what the store has of the contacts whose rows these are, with one look at each of its large tables; all that
is asked about these contacts afterwards is asked of the few rows here.
"""

from lead_pipeline.store.workspace import Workspace


def gather_contacts(workspace: Workspace) -> None:
    """Fill `contact_identifiers` and `contact_leads`: all that the contacts in `matched_contacts` and `people_of_rows`
    are known by, and all their leads, of any destination.
    """
    workspace.run(
        "create or replace temp table known_contacts as"
        " select contact_id from matched_contacts union select contact_id from people_of_rows"
    )
    workspace.run(
        """
        create or replace temp table contact_identifiers as
        select contact_id, kind, key, value from base.identifiers semi join known_contacts using (contact_id)
        """
    )
    workspace.run(
        """
        create or replace temp table contact_leads as
        select lead_id, contact_id, destination_id, status, updated_at, phone, email, external_id, cookie_id, social
        from base.leads semi join known_contacts using (contact_id)
        """
    )
