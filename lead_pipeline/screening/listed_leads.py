"""Finds the leads of the people on a list that is being loaded, and marks the secondary contacts who are on it. What
follows for the leads does not belong here.
"""

from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SUPPRESSIONS_OF_PEOPLE, SuppressionKind
from lead_pipeline.screening.candidates import KEY_OF, VALUE_OF
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.store.workspace import Workspace


def find_listed_leads(workspace: Workspace, kind: SuppressionKind) -> None:
    """Fill the temporary table `listed_leads` (lead_id) for the people in `listed_people`.

    These are the leads whose phone or email is listed, and all leads of a contact who is known by a listed identifier;
    of an opt-out or a block, which are of a person, also the other leads of the same contact.
    """
    workspace.run(
        f"""
        create or replace temp table listed_leads as
        with hit as (
            select l.lead_id, l.contact_id from base.leads l
            join listed_people s on s.identifier_kind = 'phone'
                and s.key = {same_number_key(KEY_OF["phone"].format(value="l.phone"))}
            union
            select l.lead_id, l.contact_id from base.leads l
            join listed_people s
                on s.identifier_kind = 'email' and s.value = {VALUE_OF["email"].format(value="l.email")}
        ),
        people as (
            select i.contact_id from base.identifiers i
            join listed_people s on s.identifier_kind = i.kind and (i.value is null or s.value = i.value)
                and s.key = case i.kind when 'phone' then {same_number_key("i.key")} else i.key end
            union
            select contact_id from hit where $of_people
        )
        select lead_id from hit union select lead_id from base.leads semi join people using (contact_id)
        """,  # noqa: S608  # expressions of ours
        {"of_people": kind in SUPPRESSIONS_OF_PEOPLE},
    )


def suppress_secondary_contacts(workspace: Workspace, kind: SuppressionKind) -> int:
    """Mark the secondary contacts of earlier imports whose phone is among `listed_people`; return how many these are.

    Their leads are other people, or the same one under another number, and stay as they are: just as an import leaves
    a listed further number out, and keeps the row.
    """
    marked = workspace.rows(
        f"""
        update base.secondary_contacts set reason = $reason
        where reason is null and {same_number_key(KEY_OF["phone"].format(value="phone"))} in (
            select key from listed_people where identifier_kind = 'phone')
        """,  # noqa: S608  # an expression of ours
        {"reason": REASON_OF_SUPPRESSION[kind].value},
    )
    return int(marked[0][0])
