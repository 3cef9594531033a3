"""Finds the leads of the people on a list that is being loaded, and takes further phones of theirs that are
there already out of reach: secondary contacts and attributes. What follows for the leads does not belong here.
"""

from datetime import datetime

from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SUPPRESSIONS_OF_PEOPLE, SuppressionKind
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.lists.matching import (
    distinct_joins,
    joins_of_identifier,
    joins_of_lead,
    joins_of_value,
    key_of_all_forms,
    key_of_value,
)
from lead_pipeline.screening.phone_equivalence import may_have_old_form, old_form
from lead_pipeline.store.workspace import Workspace

_HERE = "(s.destination_id is null or s.destination_id = {destination})"


def find_listed_leads(workspace: Workspace, kind: SuppressionKind) -> None:
    """Fill the temporary table `listed_leads` (lead_id) for the people in `listed_people`; and `reached_people`, where
    the list is one of people: the entries that these are known by besides.

    These are the leads with a listed identifier, and all leads of a contact who is known by one; of suppressions of
    people also the other leads of the same contact, and of every contact with an identifier of theirs or with the phone
    of one of their leads. A list of one destination concerns the leads of that one, and those that are
    enrolled there besides.
    """
    _find_people(workspace, kind)
    listed = _kinds_in(workspace, "reached_people")
    _find_keys(workspace, "reached_people")
    hits = _hits_of_leads("reached_people", listed, "l.lead_id, l.contact_id, s.destination_id")
    known = _hits_of_identifiers("reached_people", listed)
    here = _here(workspace, "l.destination_id", "l.lead_id")
    # Tables, for of these DuckDB knows how few they are: all leads are asked for them, and not they for all leads.
    _fill(workspace, "hit_leads", _union(hits, "lead_id", "contact_id", "destination_id"))
    _fill(workspace, "hit_contacts", _union(known, "contact_id", "destination_id"))
    if kind in SUPPRESSIONS_OF_PEOPLE:
        workspace.run("insert into hit_contacts select distinct contact_id, destination_id from hit_leads")
    workspace.run(
        f"""
        create or replace temp table listed_leads as
        select l.lead_id from base.leads l join hit_leads s using (lead_id)
        where {here}
        union
        select l.lead_id from base.leads l join hit_contacts s on s.contact_id = l.contact_id
        where {here}
        """  # noqa: S608  # expressions of ours
    )


def _here(workspace: Workspace, destination: str, lead: str) -> str:
    """Return the condition that an entry `s` holds where a lead is, or is enrolled besides."""
    here = _HERE.format(destination=destination)
    if not workspace.rows("select 1 from list_terms where scope is not null"):
        return here
    enrolled = "select e.lead_id from base.enrollments e join list_terms t on e.destination_id = t.scope"
    return f"({here} or {lead} in ({enrolled}))"


def _fill(workspace: Workspace, table: str, query: str) -> None:
    workspace.run(f"create or replace temp table {table} as {query}")


def _find_people(workspace: Workspace, kind: SuppressionKind) -> None:
    """Fill `reached_people`: what is listed; where that is people, also what else they are known by."""
    workspace.run("create or replace temp table also_known as select * from listed_people limit 0")
    workspace.run("create or replace temp view reached_people as from listed_people union all by name from also_known")
    if kind not in SUPPRESSIONS_OF_PEOPLE:
        return
    listed = _kinds_in(workspace, "listed_people")
    _find_keys(workspace, "listed_people")
    found = _hits_of_leads("listed_people", listed, "l.contact_id, s.destination_id")
    found += _hits_of_identifiers("listed_people", listed)
    _fill(workspace, "hit_contacts", _union(found, "contact_id", "destination_id"))
    any_form = key_of_all_forms("key").replace("identifier_kind", "kind")
    workspace.run(
        f"""
        insert into also_known by name
        select i.kind as identifier_kind, coalesce(i.value, '+' || i.key) as value, {any_form} as key, p.destination_id
        from base.identifiers i join hit_contacts p using (contact_id)
        union
        select 'phone', l.phone, {key_of_value("phone", "l.phone")}, p.destination_id
        from base.leads l join hit_contacts p using (contact_id) where l.phone is not null
        """  # noqa: S608  # expressions of ours
    )


def _find_keys(workspace: Workspace, table: str) -> None:
    """Fill `keys_of_people`: what the people in a table are looked for by, phones under each form; and with these keys
    `leads_by_number` and `identifiers_by_key`, so that of large tables only few rows are compared in full.
    """
    workspace.run(
        f"""
        create or replace temp table keys_of_people as
        select key from {table}
        union all
        select {old_form("key")} from {table} where identifier_kind = 'phone' and {may_have_old_form("key")}
        """  # noqa: S608  # names and expressions of ours
    )
    leads = (
        "select lead_id, contact_id, destination_id, phone_key"
        " from base.leads l semi join keys_of_people k on k.key = l.phone_key"
    )
    identifiers = "select i.* from base.identifiers i semi join keys_of_people using (key)"
    _fill(workspace, "leads_by_number", leads)
    _fill(workspace, "identifiers_by_key", identifiers)


def _hits_of_leads(table: str, listed: set[str], columns: str) -> list[str]:
    """Return queries of the leads with a value that is in a table of people, or begins or ends like an entry in it."""
    return [
        f"select {columns} from {'leads_by_number' if kind == 'phone' else 'base.leads'} l {join}"  # noqa: S608  # ours
        for one in KEY_OF
        for kind, joins in joins_of_lead(one, "l", table).items()
        if kind in listed
        for join in joins
    ]


def _hits_of_identifiers(table: str, listed: set[str]) -> list[str]:
    """Return queries of the contacts who are known by what is in a table of people."""
    joins = joins_of_identifier("i", table)
    own = {kind: joins[kind] for kind in KEY_OF}
    of_many = {kind: some for kind, some in joins.items() if kind not in KEY_OF}
    sources = [("identifiers_by_key i", join) for join in distinct_joins(own, listed)]
    sources += [("base.identifiers i", join) for join in distinct_joins(of_many, listed)]
    return [f"select i.contact_id, s.destination_id from {source} {join}" for source, join in sources]  # noqa: S608


def suppress_secondary_contacts(workspace: Workspace, kind: SuppressionKind) -> int:
    """Mark the secondary contacts of earlier imports whose phone is among `reached_people`; return how many these are.

    Their leads are other people, or the same one under another number, and stay as they are: just as an import leaves
    a listed further number out, and keeps the row.
    """
    here = _here(workspace, "c.of_destination", "c.lead_id")
    hits = [
        "select c.lead_id, c.position, c.phone from (select c.*, l.destination_id as of_destination"  # noqa: S608
        f" from base.secondary_contacts c join base.leads l using (lead_id) where c.reason is null) c {join}"
        f" where {here}"
        for join in _phone_joins(workspace)
    ]
    marked = workspace.rows(
        f"""
        update base.secondary_contacts set reason = $reason
        where reason is null and (lead_id, position, phone) in ({_union(hits, "lead_id", "position", "phone")})
        """,  # noqa: S608  # expressions of ours
        {"reason": REASON_OF_SUPPRESSION[kind].value},
    )
    return int(marked[0][0])


def withhold_attributes(workspace: Workspace, kind: SuppressionKind, list_id: str, at: datetime) -> int:
    """Take the attributes of type phone that are among `reached_people` out of the leads of earlier imports, just as an
    import leaves them out; return how many these are. What they were stays known, in `base.withheld_attributes`.
    """
    joins = _phone_joins(workspace)
    if not joins or not workspace.rows("select 1 from base.phone_attributes limit 1"):
        return 0
    here = _here(workspace, "c.of_destination", "c.lead_id")
    found = " union ".join(
        f"select c.lead_id, c.name, c.phone from phones c {join} where {here}"  # noqa: S608  # expressions of ours
        for join in joins
    )
    workspace.run(
        f"""
        create or replace temp table listed_attributes as
        with phones as (
            select l.lead_id, n.name, l.destination_id as of_destination,
                   json_extract_string(l.attributes, '/' || replace(replace(n.name, '~', '~0'), '/', '~1')) as phone
            from base.leads l join base.phone_attributes n using (destination_id) where l.attributes is not null
        )
        {found}
        """  # noqa: S608  # expressions of ours
    )
    workspace.run(
        "insert into base.withheld_attributes by name select lead_id, name, phone as value, $reason as reason,"
        " (select max(list_no) from base.suppression_lists where list_id = $list_id) as list_no, $at as withheld_at"
        " from listed_attributes order by lead_id, name",
        {"reason": REASON_OF_SUPPRESSION[kind].value, "list_id": list_id, "at": at},
    )
    # Merge patch (RFC 7396) removes the members that the patch has as null.
    workspace.run(
        """
        update base.leads
        set attributes = nullif(json_merge_patch(attributes, p.patch)::varchar, '{}')
        from (select lead_id, json_group_object(name, null) as patch from listed_attributes group by lead_id) p
        where leads.lead_id = p.lead_id
        """
    )
    return int(workspace.one("select count(*) from listed_attributes"))


def _phone_joins(workspace: Workspace) -> tuple[str, ...]:
    """Return the joins of a further phone, `c.phone`, with what is listed."""
    listed = _kinds_in(workspace, "reached_people")
    return distinct_joins(joins_of_value("phone", "c.phone", "reached_people"), listed)


def _kinds_in(workspace: Workspace, table: str) -> set[str]:
    return {kind for (kind,) in workspace.rows(f"select distinct identifier_kind from {table}")}  # noqa: S608  # ours


def _union(selects: list[str], *columns: str) -> str:
    """Return the union of queries; of none, one without rows."""
    types = {"phone": "varchar", "destination_id": "integer"}
    none = ", ".join(f"null::{types.get(column, 'bigint')} as {column}" for column in columns)
    return " union ".join(selects) if selects else f"select {none} where false"
