"""Finds whose row each row is: the identifiers it holds, the contact that the store knows by them, and which rows of
the file are of one person. What follows for the rows is judged in verdicts.py; who is suppressed, in suppressed.py.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from lead_pipeline.model.fields import ALIASES, IDENTIFIER_KINDS, IdentifierKind
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.identifier_conflicts import CONTACTS_FROM, Claim, settle_claims
from lead_pipeline.store.duckdb.lead_store import LeadStore

#: Phones are matched by the digits of their E.164 (at most 15, ITU-T E.164 section 6), whose plus is a sign to the
#: cast, and their value is not stored a second time. Everything else is matched by half an MD5, which is stable between
#: DuckDB versions where hash() is not; the values themselves are compared too.
_PHONE_KEY, _OTHER_KEY = "try_cast({value} as ubigint)", "md5_number_lower({value})"

#: The text that an identifier is matched by, as an expression over its value. A mail server may tell mailboxes apart by
#: letter case (RFC 5321 section 2.4), but none does: ANA@example.com is Ana.
VALUE_OF: dict[str, str] = {kind: "lower({value})" if kind == "email" else "{value}" for kind in IDENTIFIER_KINDS}

#: The integer that an identifier is matched by, as an expression over its value.
KEY_OF: dict[str, str] = {
    kind: _PHONE_KEY if kind == "phone" else _OTHER_KEY.format(value=VALUE_OF[kind]) for kind in IDENTIFIER_KINDS
}

#: How many contended identifiers are fetched at a time.
_AT_ONCE = 10_000


def stage_rows(store: LeadStore, profile: ImportProfile, parts: Sequence[str], *, aliases: bool) -> None:
    """Fill `candidates`, one line per row; and, where there are aliases, `held`, one per identifier of the good rows.

    `candidates`: row_number, line_number, faults and warning_codes (null for none), hints, value and key of the row's
    own identifier (null in a faulty row and in one without), person (equal in rows of one person).
    `held`: row_number, kind, key, value, is_alias, code (one number that tells identifiers of all kinds apart).
    """
    own = profile.identify_by
    store.run(
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
        _stage_held(store, own, parts)


def _kept_value(kind: IdentifierKind) -> str:
    return "null::varchar" if kind == "phone" else VALUE_OF[kind].format(value=kind)


def _stage_held(store: LeadStore, own: IdentifierKind, parts: Sequence[str]) -> None:
    store.run(
        f"""
        create or replace temp table held as
        with told as (
            select row_number, $own as kind, key, value, false as is_alias from candidates where key is not null
            union all
            select row_number, alias.kind,
                   case alias.kind when 'phone' then {_PHONE_KEY.format(value="alias.value")}
                                   else {_OTHER_KEY.format(value="alias.value")} end as key,
                   case when alias.kind <> 'phone' then alias.value end as value, true as is_alias
            from (
                select row_number,
                       struct_pack(kind := told.kind, value := case told.kind when 'email'
                           then {VALUE_OF["email"].format(value="told.value")} else told.value end) as alias
                from (select row_number, unnest({ALIASES}) as told from read_parquet($parts) where len(reasons) = 0)
            )
        )
        select *, case when kind = $own then key::hugeint
                       else -1 - md5_number_lower(kind || ':' || coalesce(value, key::varchar))::hugeint end as code
        from told where key is not null
        """,  # noqa: S608  # expressions of ours, see KEY_OF
        {"own": own, "parts": list(parts)},
    )


def match_contacts(store: LeadStore, profile: ImportProfile, *, aliases: bool) -> None:
    """Fill `matched` (row_number, contact_id, key), the contact that a row's identifiers belong to, and `ambiguous`
    (row_number, hint), the rows whose identifiers belong to several contacts, all named.
    """
    if aliases:
        _match_by_all_identifiers(store)
        return
    store.run(
        """
        create or replace temp table matched as
        select c.row_number, i.contact_id, c.key
        from candidates c
        join base.identifiers i on i.kind = $kind and i.key = c.key and (c.value is null or i.value = c.value)
        """,
        {"kind": profile.identify_by},
    )
    store.run("create or replace temp table ambiguous (row_number bigint, hint varchar)")


def _match_by_all_identifiers(store: LeadStore) -> None:
    store.run(
        """
        create or replace temp table belongs as
        select h.row_number, h.code, h.kind, h.is_alias, i.contact_id
        from held h
        join base.identifiers i on i.kind = h.kind and i.key = h.key and (h.value is null or i.value = h.value)
        """
    )
    store.run(
        """
        create or replace temp table matched as
        select b.row_number, min(b.contact_id) as contact_id, any_value(c.key) as key
        from belongs b join candidates c using (row_number)
        group by b.row_number having min(b.contact_id) = max(b.contact_id)
        """
    )
    store.run(
        """
        create or replace temp table ambiguous as
        with named as (
            select row_number, contact_id, is_alias, kind,
                   row_number() over (partition by row_number order by is_alias, kind) as place
            from (select row_number, contact_id, min(is_alias) as is_alias, arg_min(kind, (is_alias, kind)) as kind
                  from belongs anti join matched using (row_number) group by row_number, contact_id)
        )
        select row_number,
               string_agg((case when is_alias then 'alias ' else '' end) || kind
                          || (case when place = 1 then ' belongs' else '' end) || ' to contact ' || contact_id,
                          ', ' order by place) || '.' as hint
        from named group by row_number
        """
    )


def tell_people_apart(store: LeadStore, profile: ImportProfile, *, aliases: bool) -> None:
    """Settle `person` of `candidates`, and fill `repeats`: the people whom several good rows are of.

    `repeats`: person, first_row, and of the rows that are not suppressed first_clear_row, last_clear_row, clear_rows.
    They are few, where a table of all people would be as long as the file. Rows with different identifiers of their
    own that share another one are `ambiguous` but for the first, unless the store knows both by one contact.
    """
    if aliases:
        _lead_rows(store, profile)
        _settle_contended(store)
        _number_people(store, "coalesce(l.leader, c.key::hugeint)")
    elif _somebody_has_two_keys(store):
        _number_people(store, "c.key::hugeint")
    store.run(
        """
        create or replace temp table repeats as
        select person, min(row_number) as first_row,
               min(row_number) filter (suppressed.row_number is null) as first_clear_row,
               max(row_number) filter (suppressed.row_number is null) as last_clear_row,
               count(*) filter (suppressed.row_number is null) as clear_rows
        from candidates left join suppressed using (row_number) anti join ambiguous using (row_number)
        where faults is null and person is not null group by person having count(*) > 1
        """
    )


def _somebody_has_two_keys(store: LeadStore) -> bool:
    """Return whether a contact is known by two identifiers of the file: aliases of earlier imports."""
    sql = "select 1 from matched group by contact_id having min(key) <> max(key) limit 1"
    return bool(store.rows(sql))


def _lead_rows(store: LeadStore, profile: ImportProfile) -> None:
    """Fill `leaders` (row_number, leader): the code of what a row goes by, its own identifier or its first alias."""
    if profile.rows_without_identifier == "reject":
        store.run(
            "create or replace temp table leaders as"
            " select row_number, key::hugeint as leader from candidates where key is not null"
        )
        return
    store.run(
        """
        create or replace temp table leaders as
        select row_number, arg_min(code, (is_alias, list_position($kinds, kind))) as leader
        from held group by row_number
        """,
        {"kinds": list(IDENTIFIER_KINDS)},
    )


def _settle_contended(store: LeadStore) -> None:
    """Find the identifiers that nobody has yet and that rows of several people hold; the first row gets each."""
    store.run(
        """
        create or replace temp table clear as
        select l.row_number, l.leader, m.contact_id
        from leaders l
        anti join ambiguous using (row_number)
        anti join suppressed using (row_number)
        left join matched m using (row_number)
        """
    )
    store.run(
        """
        create or replace temp table contended as
        select code
        from held join clear using (row_number) anti join (select distinct code from belongs) known using (code)
        group by code
        having min(leader) <> max(leader) or min(coalesce(contact_id, 0)) <> max(coalesce(contact_id, 0))
        """
    )
    settled = settle_claims(_contending(store))
    _add(store, "ambiguous", pl.DataFrame(settled.refused, schema=["row_number", "hint"], orient="row"))
    _add(store, "matched", pl.DataFrame(settled.joined, schema=["row_number", "contact_id"], orient="row"))


def _contending(store: LeadStore) -> Iterator[Claim]:
    """Yield the contended identifiers, in the order of the rows that hold them, without keeping all of them."""
    found = store.con.execute(
        """
        select row_number, contact_id, leader, code, (case when is_alias then 'alias ' else '' end) || kind
        from held join clear using (row_number) semi join contended using (code)
        order by row_number, is_alias, kind
        """
    )
    while rows := found.fetchmany(_AT_ONCE):
        yield from (Claim(*row) for row in rows)


def _add(store: LeadStore, table: str, frame: pl.DataFrame) -> None:
    if frame.is_empty():
        return
    store.con.register("settled", frame.to_arrow())
    store.run(f"insert into {table} by name from settled")
    store.con.unregister("settled")


def _number_people(store: LeadStore, leader: str) -> None:
    """Give the rows of one person one number: that of the contact, else that of the identifier they go by."""
    led = "left join leaders l using (row_number)" if "l.leader" in leader else ""
    store.run(
        f"""
        create or replace temp table candidates as
        select c.* replace (coalesce({CONTACTS_FROM}::hugeint + m.contact_id, {leader}) as person)
        from candidates c left join matched m using (row_number) {led}
        """  # noqa: S608  # names of ours
    )
