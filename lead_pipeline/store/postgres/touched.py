"""Finds the people that the rows of an import or the entries of a list can touch, and fills a workspace with them:
whoever is known by anything in these, whoever shares something with them, and the entries of lists that name any of
them. What else is read does not belong here.
"""

from lead_pipeline.model.fields import SECONDARY_CONTACTS, SECONDARY_PHONES, IdentifierKind, member_pointer
from lead_pipeline.store.postgres.filling import FilledWorkspace
from lead_pipeline.store.postgres.stored_tables import Column
from lead_pipeline.store.records import ImportKeys

#: The integers that identifiers are matched by, as screening has them (a test compares the two).
KEY_OF_PHONE = "try_cast({value} as ubigint)"
KEY_OF_OTHER = "(md5_number({value}) >> 64)::ubigint"

#: How far it goes from the rows: to the people whom they name, and to whoever shares an identifier with these, since an
#: entry of people counts for them too.
_STEPS = 2

#: What is known of the people in the workspace; what identifies nobody is looked for on lists alone.
_HELD = """
    select 'phone' as kind, digits as key, true as identifies from base.numbers_of_contacts
    union
    select kind, key, identifies from base.other_keys_of_contacts
"""

#: A phone under each of its forms.
EVERY_FORM = """
    with held as (from {source}), numbers as (
        select distinct base.same_number_key(key) as number from held where kind = 'phone'
    )
    select kind, key, identifies from held where key is not null
    union select 'phone', number, true from numbers where number is not null
    union select 'phone', base.older_number_key(number), true from numbers
    where base.older_number_key(number) is not null
"""

_KEY = Column("key", "UBIGINT")

_TOUCHED = """
    create temp table sought (kind text not null, key bigint not null) on commit drop;
    create temp table listed_keys (key bigint not null) on commit drop;
    create temp table touched (contact_id bigint primary key) on commit drop;
    create temp table fresh (contact_id bigint primary key) on commit drop;
"""

#: By identifiers; and by the phones of leads. `{more}` is where else somebody may be found. In the order of contacts,
#: as their rows lie in the tables: so each page of these is looked at once.
_FIND_FRESH = """
    truncate fresh;
    insert into fresh
    select contact_id from (
        select i.contact_id from base.identifiers i join sought s on i.kind = s.kind and i.key = s.key
        union
        select l.contact_id from base.leads l join sought s on s.kind = 'phone' and l.phone_key = s.key
        {more}
    ) found where not exists (select 1 from touched t where t.contact_id = found.contact_id)
    order by contact_id;
    insert into touched select contact_id from fresh;
    analyze fresh;
    truncate sought;
"""

#: What those who were found are known by besides, where that is looked for in the leads of others too.
_THEIR_VALUES = """
    insert into listed_values
    select i.kind, i.value from base.identifiers i join fresh using (contact_id) where i.kind <> 'phone'
"""


def fetch_touched(workspace: FilledWorkspace, keys: ImportKeys) -> None:
    """Fill identifiers, leads and suppressions with what an import can touch.

    In PostgreSQL it leaves the temporary tables `touched` (contact_id: of the people) and `listed_keys` (key: of all
    that they and the rows hold, phones under each of their forms), for what else is asked about them.
    """
    fetch_people(workspace, _keys_of_rows(workspace, keys))
    _fetch_witnesses(workspace)
    workspace.fetch("leads", "time_zone_set is null and contact_id not in (select contact_id from touched)")
    workspace.fetch("suppressions", "key in (select key from listed_keys)")
    workspace.fetch(
        "suppressions",
        "identifier_kind in ('domain', 'prefix')"
        " and not exists (select 1 from listed_keys k where k.key = suppressions.key)",
    )


def fetch_people(workspace: FilledWorkspace, held: str, more: str = "") -> None:
    """Fill identifiers and leads with the people whom what is held (a query) names, and whoever shares something with
    them; leaves `touched` and `listed_keys`. `more` finds contacts by the values in `listed_values` (kind, value).
    """
    there, con = workspace.there, workspace.connection
    there.run(_TOUCHED)
    con.execute("create temp table keys_sent (kind varchar, key ubigint)")
    con.execute("create temp table keys_listed (key ubigint)")
    con.execute(f"create temp table keys_held as {held}")
    for _step in range(_STEPS):
        _send_keys(workspace)
        there.run(_FIND_FRESH.format(more=more))
        if more:
            there.run(_THEIR_VALUES)
        ((found,),) = there.rows("select count(*) from fresh")
        if not found:
            break
        for table in ("identifiers", "leads"):
            workspace.fetch(table, "contact_id in (select contact_id from fresh)")
        con.execute(f"create or replace temp table keys_held as {EVERY_FORM.format(source=f'({_HELD})')}")
    _send_keys(workspace)
    there.run("drop table fresh; analyze touched; analyze listed_keys")
    for table in ("keys_sent", "keys_listed", "keys_held"):
        con.execute(f"drop table {table}")


#: Of each version of a list the entry that holds longest, which says whether the list has any in force.
_LONGEST_OF_LISTS = """
    select e.stored_no from base.suppression_lists l cross join lateral (
        select s.stored_no from base.suppressions s where s.list_no = l.list_no and s.ended_by is null
        order by s.expires_at desc nulls first limit 1) e
"""

_FIRST_OF_PEOPLE = """
    select min(stored_no) from base.suppressions
    where ended_by is null and kind in ('opted_out', 'blocked', 'litigator', 'complaint')
"""


def _fetch_witnesses(workspace: FilledWorkspace) -> None:
    """Fill an entry of people, one of each list, and an identifier that is no phone, where the store has any: screening
    asks whether it does.
    """
    entries = (
        f"stored_no in ({_LONGEST_OF_LISTS} union {_FIRST_OF_PEOPLE})"  # noqa: S608  # ours
        " and identifier_kind not in ('domain', 'prefix')"
        " and not exists (select 1 from listed_keys k where k.key = suppressions.key)"
    )
    workspace.fetch("suppressions", entries)
    workspace.fetch(
        "identifiers",
        "(kind, key, contact_id) in ((select kind, key, contact_id from base.identifiers where kind < 'phone' limit 1)"
        " union all (select kind, key, contact_id from base.identifiers where kind > 'phone' limit 1))"
        " and contact_id not in (select contact_id from touched)",
    )


def _send_keys(workspace: FilledWorkspace) -> None:
    """Send the keys in `keys_held` that were not sent yet."""
    con = workspace.connection
    con.execute(
        "create or replace temp table keys_new as select distinct kind, key from keys_held where identifies"
        " except from keys_sent"
    )
    sent = f"select kind, {_KEY.sent} as key from keys_new order by kind, key"  # noqa: S608  # ours; as indexes are
    workspace.there.copy_in("sought", con.sql(sent).to_arrow_reader(), temporary=True)
    con.execute("insert into keys_sent from keys_new")
    con.execute("create or replace temp table keys_new as select distinct key from keys_held except from keys_listed")
    sent = f"select {_KEY.sent} as key from keys_new order by key"  # noqa: S608  # ours
    workspace.there.copy_in("listed_keys", con.sql(sent).to_arrow_reader(), temporary=True)
    con.execute("insert into keys_listed from keys_new")
    con.execute("drop table keys_new")
    workspace.there.run("analyze sought")


def _keys_of_rows(workspace: FilledWorkspace, keys: ImportKeys) -> str:
    """Return the query of what the rows hold, faulty ones too: such a row may say of itself that nobody may call."""
    parts = ", ".join("'" + part.replace("'", "''") + "'" for part in keys.parts)
    rows = f"read_parquet([{parts}])"
    columns = set(workspace.columns(f"select * from {rows}"))  # noqa: S608  # paths of ours
    found = [_own(kind, rows) for kind in keys.kinds if kind in columns]
    if keys.has_aliases and "aliases" in columns:
        aliases = f"(select unnest(aliases) as one from {rows})"  # noqa: S608
        found.append(
            f"select one.kind, case one.kind when 'phone' then {KEY_OF_PHONE.format(value='one.value')}"  # noqa: S608
            f" when 'email' then {KEY_OF_OTHER.format(value='lower(one.value)')}"
            f" else {KEY_OF_OTHER.format(value='one.value')} end from {aliases}"
        )
    found += [
        f"select 'phone', {KEY_OF_PHONE.format(value='phone')} from (select {phone} as phone from {rows})"  # noqa: S608
        for phone in _further_phones(keys, columns)
    ]
    every = " union all ".join(found or ["select null::varchar, null::ubigint"])
    return EVERY_FORM.format(source=f"(select kind, key, true as identifies from ({every}) v (kind, key))")  # noqa: S608


def _own(kind: IdentifierKind, rows: str) -> str:
    value = {"phone": "phone", "email": "lower(email)"}.get(kind, kind)
    key = (KEY_OF_PHONE if kind == "phone" else KEY_OF_OTHER).format(value=value)
    return f"select '{kind}', {key} from {rows} where {kind} is not null"  # noqa: S608  # names of ours


def _further_phones(keys: ImportKeys, columns: set[str]) -> list[str]:
    """Return expressions of the phones of other people in a row."""
    found = ["unnest(secondary_phones)"] if SECONDARY_PHONES in columns else []
    if SECONDARY_CONTACTS in columns:
        found.append("unnest(list_transform(secondary_contacts, lambda one: one.phone))")
    if "attributes" in columns:
        pointers = ("'" + member_pointer(name).replace("'", "''") + "'" for name in keys.phone_attributes)
        found += [f"json_extract_string(attributes, {pointer})" for pointer in pointers]
    return found
