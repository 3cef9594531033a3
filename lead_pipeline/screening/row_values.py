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
    sources = _own_values(profile, good, aliases=aliases, phones=phones)
    workspace.run(
        f"create or replace temp table row_values as {' union all '.join(sources)}", rows.params | further.params
    )


def gather_values_of(
    workspace: Workspace, profile: ImportProfile, parts: Sequence[str], among: str, into: str, *, aliases: bool
) -> None:
    """Fill a temporary table `into` like `row_values` with the identifiers of the rows in the table `among`, of faulty
    rows too where they have a value that can be used.
    """
    rows = rows_of(workspace, parts)
    these = f"from {rows.sql} p where p.row_number in (select row_number from {among})"  # noqa: S608  # ours
    sources = _own_values(profile, these, aliases=aliases, phones=[])
    workspace.run(
        f"create or replace temp table {into} as select v.* from ({' union all '.join(sources)}) v"  # noqa: S608  # ours
        f" where row_number in (select row_number from {among})",
        rows.params,
    )


def _own_values(profile: ImportProfile, source: str, *, aliases: bool, phones: list[str]) -> list[str]:
    """Return selects of the identifiers in rows `p` of a source, besides `phones` (row_number, digits)."""
    if "phone" in profile.fields:
        phones = [
            *phones,
            f"select row_number, {_DIGITS.format(value='p.phone')} as digits {source} and p.phone is not null",
        ]
    others = [
        f"select row_number, '{kind}' as kind, {KEY_OF[kind].format(value=f'p.{kind}')} as key,"
        f" {VALUE_OF[kind].format(value=f'p.{kind}')} as value, null::ubigint as digits {source}"
        f" and p.{kind} is not null"
        for kind in KEY_OF
        if kind in profile.fields and kind != "phone"
    ]
    if aliases:
        phones = [*phones, "select row_number, key as digits from held_identifiers where kind = 'phone' and is_alias"]
        others.append(
            "select row_number, kind, key, value, null from held_identifiers where kind <> 'phone' and is_alias"
        )
    of_phones = (
        f"select row_number, 'phone' as kind, {same_number_key('digits')} as key, null::varchar as value, digits"  # noqa: S608
        f" from ({' union all '.join(phones)})"
    )
    return [of_phones, *others] if phones else others
