"""Finds by what suppression lists name the leads in the temporary table `managed_leads`: values that they can be listed
by, the entries that name them, and what still stands against them. Changing lists does not belong here.
"""

from datetime import datetime
from typing import Any, NamedTuple

import polars as pl

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import IDENTIFIER_KINDS
from lead_pipeline.model.suppression_kinds import SuppressionKind
from lead_pipeline.screening.candidates import VALUE_OF
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.store.workspace import Workspace

_IN_FORCE = "s.ended_by is null and (s.expires_at is null or s.expires_at > $at)"

#: Entries `s` with the list that has them and the only destination that it holds for, null for all.
ENTRIES_BY_LIST = """
    select distinct l.name, d.kind as destination_kind, d.name as destination_name, s.identifier_kind, s.value,
           null::varchar as reason
    from base.suppressions s join base.suppression_lists l using (list_no)
    left join base.destinations d on d.destination_id = s.destination_id
"""

_OWN_VALUES = " union all ".join(
    f"select lead_id as of_lead, '{kind}' as kind, {VALUE_OF[kind].format(value=kind)} as value, true as is_own"  # noqa: S608
    f" from chosen where {kind} is not null"
    for kind in IDENTIFIER_KINDS
)

#: What the chosen leads can be named by: values of their own (`is_own`), and what their people are known by besides.
#: Phones by the number that all their forms share, all else by its value.
_KNOWN_BY = f"""
    create or replace temp table known_by as
    with chosen as (from base.leads semi join managed_leads using (lead_id)),
    held as (
        {_OWN_VALUES}
        union all
        select c.lead_id, i.kind, coalesce(i.value, '+' || i.key), false
        from base.identifiers i join chosen c using (contact_id)
    )
    select of_lead, kind, value, bool_or(is_own) as is_own,
           case when kind = 'phone' then {same_number_key("try_cast(value as ubigint)")} end as number
    from held group by all
"""  # noqa: S608  # expressions of ours


class ListToChange(NamedTuple):
    """A list that names chosen leads, the only destination it holds for, and its entries that do."""

    name: str
    destination: Destination | None
    entries: pl.DataFrame


def find_what_leads_are_known_by(workspace: Workspace) -> None:
    """Fill `known_by`: what the chosen leads and their people can be named by."""
    workspace.run(_KNOWN_BY)


def values_to_list(workspace: Workspace) -> tuple[pl.DataFrame, int]:
    """Return what the chosen leads themselves can be listed by (`identifier_kind`, `value`, `reason`), and how many of
    them have nothing of the kind.
    """
    entries = workspace.frame(
        "select distinct kind as identifier_kind, value, null::varchar as reason from known_by where is_own"
        " order by identifier_kind, value"
    )
    without = (
        "select count(*) from managed_leads m"
        " anti join (select of_lead from known_by where is_own) k on k.of_lead = m.lead_id"
    )
    return entries, int(workspace.one(without))


def entries_that_name_leads(workspace: Workspace, kind: SuppressionKind, at: datetime) -> list[ListToChange]:
    """Return by list the entries of a kind in force that name the chosen leads, or their people by another identifier.

    A domain or a prefix names others too, and is not among them.
    """
    found = workspace.frame(
        f"""
        {ENTRIES_BY_LIST}
        where s.kind = $kind and {_IN_FORCE} and {_NAMED}
        order by all
        """,  # conditions of ours
        {"kind": kind, "at": at},
    )
    return lists_to_change(found)


def lists_to_change(entries: pl.DataFrame) -> list[ListToChange]:
    """Return by list the entries of a frame with the columns of ENTRIES_BY_LIST."""
    lists = entries.partition_by("name", "destination_kind", "destination_name", as_dict=True, maintain_order=True)
    return [
        ListToChange(
            str(name),
            None if of_kind is None else Destination.model_validate({"kind": of_kind, "name": of_name}),
            of_list.select("identifier_kind", "value", "reason"),
        )
        for (name, of_kind, of_name), of_list in lists.items()
    ]


#: Whether an entry `s` is of something that the people of the chosen leads are known by.
_NAMED = f"""
    case when s.identifier_kind = 'phone'
         then {same_number_key("s.key")} in (select number from known_by where number is not null)
         else (s.identifier_kind, case when s.identifier_kind = 'email' then lower(s.value) else s.value end)
              in (select (kind, value) from known_by where kind <> 'phone') end
"""  # noqa: S608  # expressions of ours


def remaining_suppressions(workspace: Workspace, at: datetime) -> list[dict[str, Any]]:
    """Return why chosen leads may still not be contacted: by kind, list and destination, and how many leads these are.

    What holds although no entry names the lead or its person itself has no list: a domain, a prefix, somebody else with
    an identifier of theirs, or a row that said so.
    """
    return workspace.frame(
        f"""
        with chosen as (select lead_id, contact_id from base.leads semi join managed_leads using (lead_id)),
        holds as (
            select c.lead_id, s.kind, s.destination_id
            from base.suppressions_of_contacts s join chosen c using (contact_id)
            union
            select c.lead_id, n.kind, null from base.do_not_contact n join chosen c using (contact_id)
            where n.lifted_at is null
        ), named as (
            select distinct k.of_lead as lead_id, s.kind, s.destination_id, l.name
            from base.suppressions s join base.suppression_lists l using (list_no)
            join known_by k on case when s.identifier_kind = 'phone' then {same_number_key("s.key")} = k.number
                else s.identifier_kind = k.kind
                     and case when s.identifier_kind = 'email' then lower(s.value) else s.value end = k.value end
            where {_IN_FORCE}
        )
        select h.kind, n.name as list_name, d.kind || ':' || d.name as destination, count(distinct h.lead_id) as leads
        from holds h
        left join named n on n.lead_id = h.lead_id and n.kind = h.kind
            and n.destination_id is not distinct from h.destination_id
        left join base.destinations d on d.destination_id = h.destination_id
        group by all order by all
        """,  # noqa: S608  # conditions of ours
        {"at": at},
    ).to_dicts()
