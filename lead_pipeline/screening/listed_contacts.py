"""Takes the phones of people who may not be contacted out of rows that are imported for somebody else: secondary
contacts, further numbers of a cell, attributes that are phones. Rows whose own phone is listed do not belong here.
"""

import json
from collections.abc import Iterable

from lead_pipeline.model.fields import SECONDARY_CONTACTS, SECONDARY_PHONES
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline.screening.further_phones import further_phones
from lead_pipeline.screening.lead_columns import RowSource
from lead_pipeline.screening.lists.entries_of_rows import COUNTS_FOR_ROW
from lead_pipeline.screening.lists.matching import distinct_joins, joins_of_value, key_of_value
from lead_pipeline.store.workspace import Workspace


def without_listed_contacts(workspace: Workspace, profile: ImportProfile, rows: RowSource) -> RowSource:
    """Return the rows without further phones that are listed, or of people who may not be contacted; warn of these in
    `decided_rows`.
    """
    phones = further_phones(profile, rows.columns)
    listed = {kind for (kind,) in workspace.rows("select distinct identifier_kind from suppressed_people")}
    joins = distinct_joins(joins_of_value("phone", "c.phone"), listed)
    if not phones.expressions or not (listed or workspace.rows("select 1 from reached_numbers limit 1")):
        return rows
    sources = (f"select p.row_number, {one} as phone from {rows.sql} p" for one in phones.expressions)  # noqa: S608
    of_people = f"join reached_numbers s on s.number = {key_of_value('phone', 'c.phone')}"
    counts = COUNTS_FOR_ROW.format(elsewhere="s.elsewhere", row_number="c.row_number")
    found = " union ".join(
        f"select c.row_number, c.phone from further_phones c {join} where {counts}"  # noqa: S608  # expressions of ours
        for join in (*joins, of_people)
    )
    workspace.run(
        f"""
        create or replace temp table listed_contacts as
        with further_phones as ({" union all ".join(sources)})
        select row_number, list(distinct phone) as phones from ({found}) group by row_number
        """,  # noqa: S608  # names and expressions of ours
        rows.params | phones.params,
    )
    if not workspace.rows("select 1 from listed_contacts limit 1"):
        return rows
    _warn(workspace)
    members = {f"{pointer}_member": f"{json.dumps(name)}:null" for pointer, name in phones.attributes.items()}
    return RowSource(_without(rows, phones.attributes), rows.params | phones.params | members, rows.columns)


def note_phone_attributes(workspace: Workspace, profile: ImportProfile, destination_id: int) -> None:
    """Note which attributes of a destination's leads are phones, for lists that come later; also of the destinations
    whose leads the rows change.
    """
    for name, rule in profile.attributes.items():
        if isinstance(rule, PhoneRule):
            workspace.run(
                """
                insert into base.phone_attributes by name
                with written as (
                    select $destination_id::integer as destination_id union select destination_id from rows_elsewhere
                )
                select destination_id, $name as name
                from written anti join (select destination_id from base.phone_attributes where name = $name) noted
                using (destination_id)
                """,
                {"destination_id": destination_id, "name": name},
            )


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
