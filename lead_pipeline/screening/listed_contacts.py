"""Takes the phones of people who may not be contacted out of rows that are imported for somebody else: secondary
contacts, further numbers of a cell, attributes that are phones. Rows whose own phone is listed do not belong here.
"""

import json
from collections.abc import Iterable

from lead_pipeline.model.fields import SECONDARY_CONTACTS, SECONDARY_PHONES
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline.screening.lead_columns import RowSource
from lead_pipeline.screening.lists.matching import distinct_joins, joins_of_value
from lead_pipeline.store.workspace import Workspace


def without_listed_contacts(workspace: Workspace, profile: ImportProfile, rows: RowSource) -> RowSource:
    """Return the rows without further phones that are listed, and warn of these in `decided_rows`."""
    phones = [f"unnest(p.{SECONDARY_PHONES})"] if SECONDARY_PHONES in rows.columns else []
    if SECONDARY_CONTACTS in rows.columns:
        phones.append(f"unnest(list_transform(p.{SECONDARY_CONTACTS}, lambda one: one.phone))")
    attributes = _phone_attributes(profile) if "attributes" in rows.columns else {}
    phones += [f"json_extract_string(p.attributes, ${pointer})" for pointer in attributes]
    listed = {kind for (kind,) in workspace.rows("select distinct identifier_kind from suppressed_people")}
    joins = distinct_joins(joins_of_value("phone", "c.phone"), listed)
    if not phones or not joins:
        return rows
    pointers = {pointer: "/" + name.replace("~", "~0").replace("/", "~1") for pointer, name in attributes.items()}
    further = " union all ".join(f"select p.row_number, {one} as phone from {rows.sql} p" for one in phones)  # noqa: S608
    found = " union ".join(f"select c.row_number, c.phone from further_phones c {join}" for join in joins)  # noqa: S608
    workspace.run(
        f"""
        create or replace temp table listed_contacts as
        with further_phones as ({further})
        select row_number, list(distinct phone) as phones from ({found}) group by row_number
        """,  # noqa: S608  # names and expressions of ours
        rows.params | pointers,
    )
    if not workspace.rows("select 1 from listed_contacts limit 1"):
        return rows
    _warn(workspace)
    members = {f"{pointer}_member": f"{json.dumps(name)}:null" for pointer, name in attributes.items()}
    return RowSource(_without(rows, attributes), rows.params | pointers | members, rows.columns)


def _phone_attributes(profile: ImportProfile) -> dict[str, str]:
    names = [name for name, rule in profile.attributes.items() if isinstance(rule, PhoneRule)]
    return {f"phone_at_{index}": name for index, name in enumerate(names)}


def _warn(workspace: Workspace) -> None:
    # Made again in order, for an update would move the rows, and leads are numbered in the order of this table.
    workspace.run(
        """
        create or replace temp table decided_rows as
        select d.* replace (
            case when x.row_number is not null and d.outcome in ('created', 'updated', 'duplicate')
                 then list_append(coalesce(d.warning_codes, []), $code) else d.warning_codes end as warning_codes)
        from decided_rows d left join listed_contacts x using (row_number)
        order by d.row_number
        """,
        {"code": Reason.SECONDARY_PHONE_SUPPRESSED.value},
    )


def _without(rows: RowSource, attributes: Iterable[str]) -> str:
    """Return the source of the rows, whose columns with listed phones are replaced."""
    listed = "list_contains(coalesce(x.phones, []), {it})"
    replaced = [
        f"list_filter(p.{column}, lambda one: not {listed.format(it=it)}) as {column}"
        for column, it in ((SECONDARY_PHONES, "one"), (SECONDARY_CONTACTS, "one.phone"))
        if column in rows.columns
    ]
    pointers = list(attributes)
    if pointers:
        # Merge patch (RFC 7396) removes the members that the patch has as null.
        members = ", ".join(
            f"case when {listed.format(it=f'json_extract_string(p.attributes, ${pointer})')} then ${pointer}_member end"
            for pointer in pointers
        )
        patch = f"'{{' || concat_ws(',', {members}) || '}}'"
        merged = f"nullif(json_merge_patch(p.attributes, {patch})::varchar, '{{}}')"
        replaced.append(f"case when x.phones is null then p.attributes else {merged} end as attributes")
    return (
        f"(select p.* replace ({', '.join(replaced)})"  # noqa: S608  # names of ours
        f" from {rows.sql} p left join listed_contacts x using (row_number))"
    )
