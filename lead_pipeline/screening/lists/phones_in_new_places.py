"""Takes further phones of leads out of reach that have come to another destination, where a list of that destination
alone has them: the secondary contacts and attributes that the list would have found had the leads been there when it
came. Whether the leads themselves may be called is asked where they are enrolled.
"""

from datetime import datetime

from lead_pipeline.screening.lists.listed_leads import (
    find_listed_leads,
    suppress_secondary_contacts,
    withhold_attributes,
)
from lead_pipeline.screening.lists.matching import key_of_all_forms
from lead_pipeline.store.workspace import Workspace

_LISTS = """
    select distinct l.kind, l.list_id
    from base.suppressions s join base.suppression_lists l using (list_no)
    where s.destination_id = $to and s.ended_by is null and (s.expires_at is null or s.expires_at > $at)
    order by l.kind, l.list_id
"""


def suppress_phones_in_new_places(workspace: Workspace, to: int, at: datetime) -> None:
    """Mark secondary contacts, and withhold attributes of type phone, of leads that came to the destination `to`."""
    if not _have_further_phones(workspace, to):
        return
    for kind, list_id in workspace.rows(_LISTS, {"to": to, "at": at}):
        _list_again(workspace, list_id, to, at)
        find_listed_leads(workspace, kind)
        suppress_secondary_contacts(workspace, kind)
        withhold_attributes(workspace, kind, list_id, at)


def _have_further_phones(workspace: Workspace, to: int) -> bool:
    found = workspace.rows(
        """
        select 1 from (
            select 1 from base.phone_attributes where destination_id = $to
            union all
            select 1 from base.secondary_contacts c join base.leads l using (lead_id)
            where c.reason is null and (l.destination_id = $to or exists (
                select 1 from base.enrollments e where e.lead_id = c.lead_id and e.destination_id = $to))
        ) limit 1
        """,
        {"to": to},
    )
    return bool(found)


def _list_again(workspace: Workspace, list_id: str, to: int, at: datetime) -> None:
    """Make `listed_people` and `list_terms` as they are when a list is being loaded."""
    workspace.run(
        f"""
        create or replace temp table entries_there as
        select s.identifier_kind, s.value, {key_of_all_forms("s.key")} as key, s.destination_id
        from base.suppressions s join base.suppression_lists l using (list_no)
        where l.list_id = $list_id and s.destination_id = $to and s.ended_by is null
          and (s.expires_at is null or s.expires_at > $at)
        """,  # noqa: S608  # an expression of ours
        {"list_id": list_id, "to": to, "at": at},
    )
    workspace.run("create or replace temp view listed_people as from entries_there")
    workspace.run(
        "create or replace temp table list_terms as select $at::timestamptz as loaded_at, $to::integer as scope",
        {"at": at, "to": to},
    )
