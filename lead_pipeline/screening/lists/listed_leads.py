"""Finds the leads of the people on a list that is being loaded, and marks the secondary contacts who are on it. What
follows for the leads does not belong here.
"""

from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SUPPRESSIONS_OF_PEOPLE, SuppressionKind
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.lists.matching import distinct_joins, joins_of_identifier, joins_of_value
from lead_pipeline.store.workspace import Workspace


def find_listed_leads(workspace: Workspace, kind: SuppressionKind) -> None:
    """Fill the temporary table `listed_leads` (lead_id) for the people in `listed_people`.

    These are the leads with a listed identifier, and all leads of a contact who is known by one; of suppressions of
    people also the other leads of the same contact. A list of one destination concerns the leads of that one only.
    """
    listed = _listed(workspace)
    hits = [
        f"select l.lead_id, l.contact_id, s.destination_id from base.leads l {join}"  # noqa: S608  # ours
        for one in KEY_OF
        for join in distinct_joins(joins_of_value(one, f"l.{one}", "listed_people"), listed)
    ]
    known = [
        f"select i.contact_id, s.destination_id from base.identifiers i {join}"  # noqa: S608  # ours
        for join in distinct_joins(joins_of_identifier("i", "listed_people"), listed)
    ]
    workspace.run(
        f"""
        create or replace temp table listed_leads as
        with hit as ({_union(hits, "lead_id", "contact_id", "destination_id")}),
        people as (
            {_union(known, "contact_id", "destination_id")}
            union
            select contact_id, destination_id from hit where $of_people
        )
        select l.lead_id from base.leads l semi join hit h
            on h.lead_id = l.lead_id and (h.destination_id is null or h.destination_id = l.destination_id)
        union
        select l.lead_id from base.leads l semi join people p
            on p.contact_id = l.contact_id and (p.destination_id is null or p.destination_id = l.destination_id)
        """,  # noqa: S608  # expressions of ours
        {"of_people": kind in SUPPRESSIONS_OF_PEOPLE},
    )


def suppress_secondary_contacts(workspace: Workspace, kind: SuppressionKind) -> int:
    """Mark the secondary contacts of earlier imports whose phone is among `listed_people`; return how many these are.

    Their leads are other people, or the same one under another number, and stay as they are: just as an import leaves
    a listed further number out, and keeps the row.
    """
    joins = distinct_joins(joins_of_value("phone", "c.phone", "listed_people"), _listed(workspace))
    hits = [
        "select c.lead_id, c.position, c.phone from (select c.*, l.destination_id as of_destination"  # noqa: S608
        f" from base.secondary_contacts c join base.leads l using (lead_id) where c.reason is null) c {join}"
        " where s.destination_id is null or s.destination_id = c.of_destination"
        for join in joins
    ]
    marked = workspace.rows(
        f"""
        update base.secondary_contacts set reason = $reason
        where reason is null and (lead_id, position, phone) in ({_union(hits, "lead_id", "position", "phone")})
        """,  # noqa: S608  # expressions of ours
        {"reason": REASON_OF_SUPPRESSION[kind].value},
    )
    return int(marked[0][0])


def _listed(workspace: Workspace) -> set[str]:
    return {kind for (kind,) in workspace.rows("select distinct identifier_kind from listed_people")}


def _union(selects: list[str], *columns: str) -> str:
    """Return the union of queries; of none, one without rows."""
    types = {"phone": "varchar", "destination_id": "integer"}
    none = ", ".join(f"null::{types.get(column, 'bigint')} as {column}" for column in columns)
    return " union ".join(selects) if selects else f"select {none} where false"
