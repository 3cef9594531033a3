"""Lets rows through that take their person off a list, where the profile says that rows may: an opt-in ends opt-outs.
Ending the entries, and what follows for enrollments, does not belong here.
"""

from lead_pipeline.model.fields import IDENTIFIER_KINDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SuppressionKind
from lead_pipeline.screening.lists.entries_of_leads import ENTRIES_BY_LIST, ListToChange, lists_to_change
from lead_pipeline.screening.matches.replaced_leads import IS_HERE
from lead_pipeline.store.workspace import Workspace

_NONE = "create or replace temp table lifted_entries (row_number bigint, entry_id bigint, kind varchar)"

#: The hits `h` of entries that name an identifier in the row itself; a domain or a prefix names others too.
_NAMED = """
    select distinct h.row_number, h.entry_id, h.kind
    from suppression_hits h join suppressed_people s using (entry_id)
    where h.contact_id is null and h.lead_id is null and list_contains($kinds, h.kind)
      and list_contains($identifiers, s.identifier_kind) and ($company or s.elsewhere is null)
"""

#: The rows that nothing else speaks against, of people whose lead is there, and that name nobody else by anything.
_LIFTED = """
    select s.row_number
    from suppressed s
    anti join (select h.row_number from suppression_hits h
               anti join named n on n.row_number = h.row_number and n.entry_id = h.entry_id) o using (row_number)
    join matched_contacts m on m.row_number = s.row_number
    anti join people_of_rows p on p.row_number = s.row_number and p.contact_id <> m.contact_id
    semi join leads_here f on f.contact_id = m.contact_id
    semi join (select contact_id from contact_leads l where {where}) c on c.contact_id = m.contact_id
    where list_has_all($codes, s.codes)
"""


def lift_suppressed_rows(workspace: Workspace, profile: ImportProfile, destination_id: int) -> None:
    """Take rows out of `suppressed` that only entries hit which they may end, and fill `lifted_entries` with these.

    The row has to name by itself what each entry names, and nobody but its person, who has to have a lead that the
    profile is about: nobody opts in for somebody else. Anything else that holds against the row, a rule about calls
    too, leaves all as it is.
    """
    on_match = profile.lead_management.on_match
    if not on_match.lifts or not workspace.rows("select 1 from suppressed limit 1"):
        workspace.run(_NONE)
        return
    company = on_match.leads == "company"
    where = "true" if company else IS_HERE.format(it="l")
    workspace.run(
        f"""
        create or replace temp table lifted_entries as
        with named as ({_NAMED}), lifted as ({_LIFTED.format(where=where)})
        select row_number, entry_id, kind from named semi join lifted using (row_number)
        """,  # noqa: S608  # queries of ours
        {
            "kinds": list(on_match.lifts),
            "codes": [REASON_OF_SUPPRESSION[kind].value for kind in on_match.lifts],
            "identifiers": list(IDENTIFIER_KINDS),
            "company": company,
        }
        | ({} if company else {"here": destination_id}),
    )
    workspace.run("delete from suppressed where row_number in (select row_number from lifted_entries)")


def entries_to_end(workspace: Workspace, kind: SuppressionKind) -> list[ListToChange]:
    """Return by list the entries of a kind that the rows in `managed_rows` end."""
    found = workspace.frame(
        f"""
        {ENTRIES_BY_LIST}
        where s.rowid in (select entry_id from lifted_entries semi join managed_rows using (row_number)
                          where kind = $kind)
        order by all
        """,  # noqa: S608  # a query of ours
        {"kind": kind},
    )
    return lists_to_change(found)
