"""Finds every contact that a row names by anything in it, not only the one whose lead it would be: whoever may not be
contacted may not be under another identifier either. Which of them are on a list does not belong here.
"""

from collections.abc import Sequence

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import SUPPRESSIONS_OF_PEOPLE
from lead_pipeline.screening.candidates import KEY_OF, VALUE_OF
from lead_pipeline.screening.further_phones import further_phones
from lead_pipeline.screening.lead_columns import rows_of
from lead_pipeline.screening.lists.matching import key_of_value
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.store.workspace import Workspace

#: The contacts that are known by an identifier, and those with a lead that has a phone, though it identifies nobody
#: there. An email that identifies nobody is shared often enough; a phone is who picks it up.
_KNOWN_BY = """
    select v.row_number, v.number, i.contact_id
    from row_values v join base.identifiers i
        on i.kind = v.kind and {key} = v.key and (v.value is null or i.value = v.value)
"""
_WITH_PHONE = """
    select v.row_number, v.number, l.contact_id
    from row_values v join (select contact_id, {phone} as key from base.leads where phone is not null) l
        on v.kind = 'phone' and l.key = v.key
"""


def find_people_of_rows(workspace: Workspace, profile: ImportProfile, parts: Sequence[str], *, aliases: bool) -> None:
    """Fill `people_of_rows`: the contacts that the good rows name, by any form of any identifier in them; and those
    that their further phones (secondary contacts, attributes) belong to: of these the number is known, and not the row.

    Where no list is of people these are the contacts of the rows alone.
    """
    if not _has_suppressions_of_people(workspace):
        workspace.run(
            "create or replace temp table people_of_rows as"
            " select row_number, null::ubigint as number, contact_id from matched_contacts"
        )
        return
    _gather_values(workspace, profile, parts, aliases=aliases)
    key = f"case i.kind when 'phone' then {same_number_key('i.key')} else i.key end"
    sources = [
        "select row_number, null::ubigint as number, contact_id from matched_contacts",
        _KNOWN_BY.format(key=key),
    ]
    if workspace.rows("select 1 from base.identifiers where kind <> 'phone' limit 1"):
        sources.append(_WITH_PHONE.format(phone=key_of_value("phone", "phone")))  # else every phone identifies its lead
    workspace.run(f"create or replace temp table people_of_rows as {' union '.join(sources)}")


def _has_suppressions_of_people(workspace: Workspace) -> bool:
    return bool(
        workspace.rows(
            "select 1 from base.suppressions where ended_by is null and list_contains($kinds, kind) limit 1",
            {"kinds": list(SUPPRESSIONS_OF_PEOPLE)},
        )
    )


def _gather_values(workspace: Workspace, profile: ImportProfile, parts: Sequence[str], *, aliases: bool) -> None:
    """Fill `row_values`: every identifier in the rows, with the key that all its forms share."""
    rows = rows_of(workspace, parts)
    further = further_phones(profile, rows.columns)
    sources = [
        f"select row_number, null::ubigint as number, '{kind}' as kind, {key_of_value(kind, f'p.{kind}')} as key,"  # noqa: S608
        f" {_value_of(kind)} as value"
        f" from {rows.sql} p where len(p.reasons) = 0"
        for kind in KEY_OF
        if kind in profile.fields
    ]
    number = key_of_value("phone", "phone")
    sources += [
        f"select null, {number}, 'phone', {number}, null"  # noqa: S608  # expressions of ours
        f" from (select {one} as phone from {rows.sql} p where len(p.reasons) = 0)"
        for one in further.expressions
    ]
    if aliases:
        any_form = f"case kind when 'phone' then {same_number_key('key')} else key end"
        sources.append(
            f"select row_number, null, kind, {any_form}, value from held_identifiers where is_alias"  # noqa: S608
        )
    workspace.run(
        f"create or replace temp table row_values as select * from ({' union all '.join(sources)})"  # noqa: S608
        " where key is not null",
        rows.params | further.params,
    )


def _value_of(kind: str) -> str:
    return "null::varchar" if kind == "phone" else VALUE_OF[kind].format(value=f"p.{kind}")
