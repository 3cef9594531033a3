"""Lets rows through that take their person off a list, where the profile says that rows may: an opt-in ends opt-outs.
Ending the entries, and what follows for enrollments, does not belong here.
"""

from typing import NamedTuple

import polars as pl

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import IDENTIFIER_KINDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SuppressionKind
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

#: The rows that nothing else speaks against, of people whose lead is there.
_LIFTED = """
    select s.row_number
    from suppressed s
    anti join (select h.row_number from suppression_hits h
               anti join named n on n.row_number = h.row_number and n.entry_id = h.entry_id) o using (row_number)
    join matched_contacts m on m.row_number = s.row_number
    semi join leads_here f on f.contact_id = m.contact_id
    semi join (select contact_id from contact_leads l where {where}) c on c.contact_id = m.contact_id
    where list_has_all($codes, s.codes)
"""


class EntriesToEnd(NamedTuple):
    """The entries that rows take off a list: its name, the only destination it holds for, `identifier_kind value
    reason`.
    """

    list_name: str
    destination: Destination | None
    entries: pl.DataFrame


def lift_suppressed_rows(workspace: Workspace, profile: ImportProfile, destination_id: int) -> None:
    """Take rows out of `suppressed` that only entries hit which they may end, and fill `lifted_entries` with these.

    The row has to name by itself what each entry names, and its person has to have a lead that the profile is about.
    Anything else that holds against the row, a rule about calls too, leaves all as it is.
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


def entries_to_end(workspace: Workspace, kind: SuppressionKind) -> list[EntriesToEnd]:
    """Return by list the entries of a kind that the rows in `managed_rows` end."""
    found = workspace.frame(
        """
        select distinct l.name as list_name, d.kind as destination_kind, d.name as destination_name, s.identifier_kind,
               s.value, null::varchar as reason
        from lifted_entries e semi join managed_rows using (row_number)
        join base.suppressions s on s.rowid = e.entry_id join base.suppression_lists l using (list_no)
        left join base.destinations d on d.destination_id = s.destination_id
        where e.kind = $kind
        order by all
        """,
        {"kind": kind},
    )
    lists = found.partition_by("list_name", "destination_kind", "destination_name", as_dict=True, maintain_order=True)
    return [
        EntriesToEnd(
            str(name),
            None if of_kind is None else Destination.model_validate({"kind": of_kind, "name": of_name}),
            entries.select("identifier_kind", "value", "reason"),
        )
        for (name, of_kind, of_name), entries in lists.items()
    ]
