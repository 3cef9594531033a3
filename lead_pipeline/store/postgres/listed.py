"""Fills a workspace with what a version of a suppression list can touch: whoever is named by its entries, whoever
shares something with them, whose further phones these are, and the entries that the list has. Where entries name many
(a domain, the beginning of a number), that is everybody.
"""

from lead_pipeline.store.postgres.filling import FilledWorkspace
from lead_pipeline.store.postgres.touched import EVERY_FORM, KEY_OF_OTHER, KEY_OF_PHONE, fetch_people
from lead_pipeline.store.records import ListKeys

#: Kinds of identifiers that are looked for where nobody says of which kind a value is.
_KINDS = ("phone", "email", "external_id", "cookie_id", "social")

#: Values that could be a domain or the beginning of a number.
_MAY_NAME_MANY = "not starts_with(value, '+') and (starts_with(value, '@') or not contains(value, '@'))"

_LEADS_HERE = """
    create temp table leads_here (lead_id bigint primary key) on commit drop;
    insert into leads_here
    select l.lead_id from base.leads l join touched using (contact_id)
    union
    select c.lead_id from base.secondary_contacts c join listed_keys k on c.phone = '+' || k.key
    union
    select l.lead_id from base.leads l
    where l.attributes is not null and l.destination_id in (select destination_id from base.phone_attributes);
    analyze leads_here;
"""

#: Whoever has a lead with a listed email, or the like, that need not identify them.
_BY_VALUES = " ".join(
    f"union select l.contact_id from base.leads l join listed_values v on v.kind = '{kind}' and {value} = v.value"  # noqa: S608
    for kind, value in (("email", "lower(l.email)"), *((kind, f"l.{kind}") for kind in _KINDS[2:]))
)


def fetch_listed(workspace: FilledWorkspace, keys: ListKeys) -> bool:
    """Fill what the entries can touch; return whether that can be told. Leaves the temporary table `leads_here`, of all
    leads that are there.
    """
    con, there = workspace.connection, workspace.there
    con.execute("create temp table entries_named (kind varchar, value varchar)")
    for part in keys.parts:
        con.execute("insert into entries_named select identifier_kind, value from read_parquet(?)", [part])
    for kind in _KINDS:
        con.execute("insert into entries_named select ?, unnest(?::varchar[])", [kind, keys.values.to_list()])
    many = f"select 1 from entries_named where kind in ('domain', 'prefix') or ({_MAY_NAME_MANY} and not ?) limit 1"  # noqa: S608
    if con.execute(many, [bool(keys.parts)]).fetchall():
        con.execute("drop table entries_named")
        return False
    there.run("create temp table listed_values (kind text not null, value text not null) on commit drop")
    values = con.sql(
        "select distinct kind, case kind when 'email' then lower(value) else value end as value from entries_named"
        " where kind <> 'phone' and value is not null"
    )
    there.copy_in("listed_values", values.to_arrow_reader(), temporary=True)
    named = (
        f"select kind, case kind when 'phone' then {KEY_OF_PHONE.format(value='value')}"  # noqa: S608  # ours
        f" when 'email' then {KEY_OF_OTHER.format(value='lower(value)')} else {KEY_OF_OTHER.format(value='value')} end"
        " as key, true as identifies from entries_named"
    )
    fetch_people(workspace, EVERY_FORM.format(source=f"({named})"), more=_BY_VALUES)
    con.execute("drop table entries_named")
    there.run(_LEADS_HERE)
    there.run("drop table listed_values")
    untouched = "contact_id not in (select contact_id from touched)"
    workspace.fetch("leads", f"lead_id in (select lead_id from leads_here) and {untouched}")  # noqa: S608  # ours
    name = "'" + keys.list_name.replace("'", "''") + "'"
    of_list = (
        "select o.key from base.suppressions o join base.suppression_lists l using (list_no)"  # noqa: S608  # quoted
        f" where l.name = {name}"
    )
    workspace.fetch("suppressions", f"key in (select key from listed_keys union {of_list})")  # noqa: S608  # ours
    return True
