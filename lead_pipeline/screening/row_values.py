"""Gathers what the rows of an import hold that somebody could be known or listed by, once, with the key that all forms
of it share. What the store has of them does not belong here.
"""

from collections.abc import Sequence

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.candidates import KEY_OF, VALUE_OF
from lead_pipeline.screening.further_phones import further_phones
from lead_pipeline.screening.lead_columns import rows_of
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.store.workspace import Workspace

_DIGITS = KEY_OF["phone"]


def gather_values(workspace: Workspace, profile: ImportProfile, parts: Sequence[str], *, aliases: bool) -> None:
    """Fill `row_values`: the identifiers in the good rows, aliases too; and their further phones, of which the row is
    not known (null), for they are other people's.
    """
    rows = rows_of(workspace, parts)
    further = further_phones(profile, rows.columns)
    good = f"from {rows.sql} p where len(p.reasons) = 0"
    phones = [
        f"select null::bigint as row_number, {_DIGITS.format(value='phone')} as digits"  # noqa: S608  # ours
        f" from (select {one} as phone {good}) where phone is not null"
        for one in further.expressions
    ]
    if "phone" in profile.fields:
        phones.append(f"select row_number, {_DIGITS.format(value='p.phone')} as digits {good} and p.phone is not null")
    others = [
        f"select row_number, '{kind}' as kind, {KEY_OF[kind].format(value=f'p.{kind}')} as key,"
        f" {VALUE_OF[kind].format(value=f'p.{kind}')} as value, null::ubigint as digits {good} and p.{kind} is not null"
        for kind in KEY_OF
        if kind in profile.fields and kind != "phone"
    ]
    if aliases:
        phones.append("select row_number, key as digits from held_identifiers where kind = 'phone' and is_alias")
        others.append(
            "select row_number, kind, key, value, null from held_identifiers where kind <> 'phone' and is_alias"
        )
    of_phones = (
        f"select row_number, 'phone' as kind, {same_number_key('digits')} as key, null::varchar as value, digits"  # noqa: S608
        f" from ({' union all '.join(phones)})"
    )
    sources = [of_phones] if phones else []
    workspace.run(
        f"create or replace temp table row_values as {' union all '.join([*sources, *others])}",
        rows.params | further.params,
    )
