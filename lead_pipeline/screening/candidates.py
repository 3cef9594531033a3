"""Finds whose row each row is: the identifiers it holds, the contact that the store knows by them, and which rows of
the file are of one person. What follows for the rows does not belong here.
"""

from collections.abc import Sequence

import polars as pl

from lead_pipeline.model.fields import ALIASES, IDENTIFIER_KINDS, IdentifierKind
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.identifier_conflicts import CONTACTS_FROM, HeldIdentifier, Keeping, resolve_conflicts
from lead_pipeline.store.workspace import Workspace

#: Phones are matched by the digits of their E.164 (at most 15, ITU-T E.164 section 6), whose plus is a sign to the
#: cast, and their value is not stored a second time. Everything else is matched by half an MD5, which is stable between
#: DuckDB versions where hash() is not; the values themselves are compared too. It is what md5_number_lower() returns,
#: which DuckDB 2.0 takes out of a text of 128 zeros and ones, five times as slowly.
_PHONE_KEY, _OTHER_KEY = "try_cast({value} as ubigint)", "(md5_number({value}) >> 64)::ubigint"

#: What distinguishes identifiers of all kinds.
_CODE = _OTHER_KEY.format(value="kind || ':' || coalesce(value, key::varchar)")

#: The text that an identifier is matched by, as an expression over its value. A mail server may distinguish mailboxes
#: by letter case (RFC 5321 section 2.4), but none does: ANA@example.com is Ana.
VALUE_OF: dict[str, str] = {kind: "lower({value})" if kind == "email" else "{value}" for kind in IDENTIFIER_KINDS}

#: The integer that an identifier is matched by, as an expression over its value.
KEY_OF: dict[str, str] = {
    kind: _PHONE_KEY if kind == "phone" else _OTHER_KEY.format(value=VALUE_OF[kind]) for kind in IDENTIFIER_KINDS
}

#: Rows are linked by identifiers and by the contact that the store knows them by. Chains are short; of a file with
#: longer ones than this, every row is looked at.
_ROUNDS = 6
_LINKED_ROWS = """
    create or replace temp table contested_rows as
    with linked as (select h.row_number, h.code from held_identifiers h semi join unsuppressed using (row_number))
    select distinct row_number
    from linked semi join (select code from linked semi join contested_rows using (row_number)) using (code)
    union
    select row_number from unsuppressed
    semi join (select contact_id from unsuppressed semi join contested_rows using (row_number)) using (contact_id)
"""
_EVERY_ROW = "create or replace temp table contested_rows as select row_number from unsuppressed"


def load_candidates(workspace: Workspace, profile: ImportProfile, parts: Sequence[str], *, aliases: bool) -> None:
    """Fill `candidates`, one line per row; and, where there are aliases, `held_identifiers`."""
    own = profile.identify_by
    workspace.run(
        f"""
        create or replace temp table candidates as
        select row_number, line_number,
               case when len(reasons) > 0 then reasons end as faults,
               case when len(warnings) > 0 then warnings end as warning_codes,
               hints,
               case when len(reasons) = 0 then {_kept_value(own)} end as value,
               case when len(reasons) = 0 then {KEY_OF[own].format(value=own)} end as key,
               key as person
        from read_parquet($parts)
        """,  # noqa: S608  # expressions of ours, see KEY_OF
        {"parts": list(parts)},
    )
    if aliases:
        _load_held_identifiers(workspace, own, parts)


def _kept_value(kind: IdentifierKind) -> str:
    return "null::varchar" if kind == "phone" else VALUE_OF[kind].format(value=kind)


def _load_held_identifiers(workspace: Workspace, own: IdentifierKind, parts: Sequence[str]) -> None:
    workspace.run(
        f"""
        create or replace temp table held_identifiers as
        with listed as (
            select row_number, $own as kind, key, value, false as is_alias from candidates where key is not null
            union all
            select row_number, alias.kind,
                   case alias.kind when 'phone' then {_PHONE_KEY.format(value="alias.value")}
                                   else {_OTHER_KEY.format(value="alias.value")} end as key,
                   case when alias.kind <> 'phone' then alias.value end as value, true as is_alias
            from (
                select row_number,
                       struct_pack(kind := one.kind, value := case one.kind when 'email'
                           then {VALUE_OF["email"].format(value="one.value")} else one.value end) as alias
                from (select row_number, unnest({ALIASES}) as one from read_parquet($parts) where len(reasons) = 0)
            )
        )
        select *, case when kind = $own then key::hugeint else -1 - {_CODE}::hugeint end as code
        from listed where key is not null
        """,  # noqa: S608  # expressions of ours, see KEY_OF
        {"own": own, "parts": list(parts)},
    )


def match_contacts(workspace: Workspace, profile: ImportProfile, *, aliases: bool) -> None:
    """Fill `matched_contacts`, the contact that a row's identifiers belong to; and `ambiguous_rows`, where these are
    several, all named.
    """
    if aliases:
        _match_by_all_identifiers(workspace)
        return
    workspace.run(
        """
        create or replace temp table matched_contacts as
        select c.row_number, i.contact_id, c.key
        from candidates c
        join found_identifiers i on i.kind = $kind and i.key = c.key and (c.value is null or i.value = c.value)
        """,
        {"kind": profile.identify_by},
    )
    workspace.run("create or replace temp table ambiguous_rows (row_number bigint, hint varchar)")


def _match_by_all_identifiers(workspace: Workspace) -> None:
    workspace.run(
        """
        create or replace temp table known_identifiers as
        select h.row_number, h.code, h.kind, h.is_alias, i.contact_id
        from held_identifiers h
        join found_identifiers i on i.kind = h.kind and i.key = h.key and (h.value is null or i.value = h.value)
        """
    )
    workspace.run(
        """
        create or replace temp table matched_contacts as
        select b.row_number, min(b.contact_id) as contact_id, any_value(c.key) as key
        from known_identifiers b join candidates c using (row_number)
        group by b.row_number having min(b.contact_id) = max(b.contact_id)
        """
    )
    workspace.run(
        """
        create or replace temp table ambiguous_rows as
        with named as (
            select row_number, contact_id, is_alias, kind,
                   row_number() over (partition by row_number order by is_alias, kind) as position
            from (select row_number, contact_id, min(is_alias) as is_alias, arg_min(kind, (is_alias, kind)) as kind
                  from known_identifiers anti join matched_contacts using (row_number) group by row_number, contact_id)
        )
        select row_number,
               string_agg((case when is_alias then 'alias ' else '' end) || kind
                          || (case when position = 1 then ' belongs' else '' end) || ' to contact ' || contact_id,
                          ', ' order by position) || '.' as hint
        from named group by row_number
        """
    )


def group_rows_by_person(workspace: Workspace, profile: ImportProfile, *, aliases: bool) -> None:
    """Complete `person` of `candidates`, and fill `duplicated_people`: the people whom several good rows are of.

    These are few, where a table of all people would be as long as the file. Whose a row is does not depend on whether
    the rows before it are in this file or were in an earlier one.
    """
    if aliases:
        _find_row_identifiers(workspace, profile)
        _resolve_conflicts(workspace, profile)
        _number_people_by_row_identifier(workspace)
    elif _somebody_has_two_keys(workspace):
        _number_people_by_key(workspace)
    workspace.run(
        """
        create or replace temp table duplicated_people as
        with good as (
            select row_number, person from candidates anti join ambiguous_rows using (row_number)
            where faults is null and person is not null
        )
        select person, min(row_number) as first_row,
               min(row_number) filter (suppressed.row_number is null) as first_unsuppressed_row,
               max(row_number) filter (suppressed.row_number is null) as last_unsuppressed_row,
               count(*) filter (suppressed.row_number is null) as unsuppressed_rows
        from good semi join (select person from good group by person having count(*) > 1) using (person)
        left join suppressed using (row_number) group by person
        """
    )


def _somebody_has_two_keys(workspace: Workspace) -> bool:
    """Return whether a contact is known by two identifiers of the file: aliases of earlier imports."""
    sql = "select 1 from matched_contacts group by contact_id having min(key) <> max(key) limit 1"
    return bool(workspace.rows(sql))


def _find_row_identifiers(workspace: Workspace, profile: ImportProfile) -> None:
    """Fill `row_identifier`: the code of what a row goes by, its own identifier or else its first alias."""
    if profile.rows_without_identifier == "reject":
        workspace.run(
            "create or replace temp table row_identifier as"
            " select row_number, key::hugeint as own_code from candidates where key is not null"
        )
        return
    workspace.run(
        """
        create or replace temp table row_identifier as
        select row_number, arg_min(code, (is_alias, list_position($kinds, kind))) as own_code
        from held_identifiers group by row_number
        """,
        {"kinds": list(IDENTIFIER_KINDS)},
    )


def _resolve_conflicts(workspace: Workspace, profile: ImportProfile) -> None:
    """Find whose the rows are that share identifiers which nobody has yet: that depends on the rows before them."""
    workspace.run(
        """
        create or replace temp table unsuppressed as
        select i.row_number, i.own_code, m.contact_id, h.lead_id is not null as has_lead
        from row_identifier i
        anti join ambiguous_rows using (row_number)
        anti join suppressed using (row_number)
        left join matched_contacts m using (row_number)
        left join leads_here h on h.contact_id = m.contact_id
        """
    )
    if not _find_contested_rows(workspace):
        return
    contested = workspace.stream(
        """
        select row_number, contact_id, has_lead, known.code is not null, h.code,
               (case when is_alias then 'alias ' else '' end) || kind
        from held_identifiers h join unsuppressed using (row_number) semi join contested_rows using (row_number)
        left join (select distinct code from known_identifiers) known using (code)
        order by row_number, is_alias, kind
        """
    )
    resolved = resolve_conflicts((HeldIdentifier(*row) for row in contested), Keeping.under(profile))
    _add(workspace, "ambiguous_rows", pl.DataFrame(resolved.refused, schema=["row_number", "hint"], orient="row"))
    _add(
        workspace, "matched_contacts", pl.DataFrame(resolved.joined, schema=["row_number", "contact_id"], orient="row")
    )
    _follow(workspace, pl.DataFrame(resolved.followed, schema=["row_number", "first_row"], orient="row"))


def _find_contested_rows(workspace: Workspace) -> bool:
    """Fill `contested_rows`: rows that share an identifier with a row which goes by another one or is of another
    contact, and all rows that are linked to these; return whether there are any.
    """
    workspace.run(
        """
        create or replace temp table contested_rows as
        select distinct row_number
        from held_identifiers semi join (
            select code
            from held_identifiers join unsuppressed using (row_number)
            anti join (select distinct code from known_identifiers) known using (code)
            group by code
            having min(own_code) <> max(own_code) or min(coalesce(contact_id, 0)) <> max(coalesce(contact_id, 0))
        ) using (code) semi join unsuppressed using (row_number)
        """
    )
    found, rounds = int(workspace.one("select count(*) from contested_rows")), 0
    while found:
        workspace.run(_EVERY_ROW if rounds == _ROUNDS else _LINKED_ROWS)
        before, found, rounds = found, int(workspace.one("select count(*) from contested_rows")), rounds + 1
        if found == before or rounds > _ROUNDS:
            return True
    return False


def _follow(workspace: Workspace, followers: pl.DataFrame) -> None:
    """Have rows go by the identifier that the first row of their person goes by."""
    if followers.is_empty():
        return
    with workspace.registered("followers", followers):
        workspace.run(
            """
            create or replace temp table row_identifier as
            select i.row_number, coalesce(first.own_code, i.own_code) as own_code
            from row_identifier i left join followers f using (row_number)
            left join row_identifier first on first.row_number = f.first_row
            """
        )


def _add(workspace: Workspace, table: str, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    with workspace.registered("resolved_rows", rows):
        workspace.run(f"insert into {table} by name from resolved_rows")


def _number_people_by_row_identifier(workspace: Workspace) -> None:
    """Give the rows of one person one number: that of the contact, else that of the identifier they go by."""
    workspace.run(
        f"""
        create or replace temp table candidates as
        select c.* replace (coalesce({CONTACTS_FROM}::hugeint + m.contact_id, i.own_code, c.key::hugeint) as person)
        from candidates c left join matched_contacts m using (row_number) left join row_identifier i using (row_number)
        """  # noqa: S608  # a number of ours
    )


def _number_people_by_key(workspace: Workspace) -> None:
    """Number people as above where rows have no aliases: each goes by its own identifier."""
    workspace.run(
        f"""
        create or replace temp table candidates as
        select c.* replace (coalesce({CONTACTS_FROM}::hugeint + m.contact_id, c.key::hugeint) as person)
        from candidates c left join matched_contacts m using (row_number)
        """  # noqa: S608  # a number of ours
    )
