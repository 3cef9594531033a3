"""A large store for benchmarks, generated set by set with the real schema and sums that add up: people of four
countries with old forms of numbers, leads of several destinations, lists of every kind with ended and expired entries,
and calls. What is measured in it does not belong here.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from lead_pipeline.model.suppression_kinds import SUPPRESSION_KINDS
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.lists.matching import KEY_OF_ENTRY
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline.store.workspace import Workspace

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

_MILLION = 1_000_000
_LISTS = 40
_DESTINATIONS = 5

#: Numbers in an order that has nothing to do with `n`; each step is a bijection, so that people differ.
_SPREAD = "(({n})::bigint * 982451653)"
_US = f"10000000000 + 2000000000 + {_SPREAD} % 7999999937"
_MEXICO = f"520000000000 + 2000000000 + {_SPREAD} % 7999999937"
_BRAZIL = f"5500000000000 + (11 + {_SPREAD} % 2680000000 // 40000000) * 1000000000 + 960000000 + {_SPREAD} % 40000000"
_GERMANY = f"4900000000000 + 15000000000 + {_SPREAD} % 999999937"


class Sizes(NamedTuple):
    """How much there is of everything."""

    rows: int
    leads: int
    suppressions: int
    calls: int

    @property
    def contacts(self) -> int:
        """Return how many people the leads are of: one in ten leads is somebody's second."""
        return self.leads - self.leads // 10


def digits_of(person: str) -> str:
    """Return the expression of the digits of a person's number."""
    plans = {5: _US, 6: _MEXICO, 7: _BRAZIL, 9: _GERMANY}
    whens = " ".join(f"when ({person}) % 10 <= {last} then {plan.format(n=person)}" for last, plan in plans.items())
    return f"(case {whens} end)::ubigint"


def older(digits: str) -> str:
    """Return the expression of a number in the form that it had years ago, where it had another."""
    return (
        f"(case when {digits} between 520000000000 and 529999999999 then 5210000000000 + {digits} % 10000000000"
        f" when {digits} between 5500000000000 and 5599999999999 then 550000000000"
        f" + {digits} // 1000000000 % 100 * 100000000 + {digits} % 100000000 else {digits} end)::ubigint"
    )


def email_of(person: str) -> str:
    """Return the expression of a person's address."""
    return f"('person' || ({person}) || '@mail' || ({person}) % 4999 || '.example')"


def make_store(home: Path, sizes: Sizes) -> None:
    """Fill a new store."""
    home.mkdir(parents=True, exist_ok=True)
    with DuckdbLeadStore.open(home, settings=StoreSettings(memory_limit="3GB")) as store:
        workspace = store.workspace
        with workspace.transaction("filling"):
            for number in range(_DESTINATIONS):
                workspace.run("insert into base.destinations values (?, 'schedule', ?)", [number + 1, f"s{number}"])
            counters = {"destination_id": _DESTINATIONS, "contact_id": sizes.contacts, "lead_id": sizes.leads}
            for counter, value in (counters | {"import_no": -(-sizes.leads // _MILLION)}).items():
                workspace.reserve(counter, value)
        for first in range(0, sizes.leads, _MILLION):
            with workspace.transaction("filling"):
                _add_leads(workspace, sizes, first, min(sizes.leads, first + _MILLION))
        for number in range(_LISTS):
            with workspace.transaction("filling"):
                _add_list(workspace, sizes, number)
        for first in range(0, sizes.calls, _MILLION):
            with workspace.transaction("filling"):
                _add_calls(workspace, sizes, first, min(sizes.calls, first + _MILLION))


def _add_leads(workspace: Workspace, sizes: Sizes, first: int, end: int) -> None:
    """Add what one import of so many leads leaves; lead n is of person n % contacts."""
    number = first // _MILLION + 1
    some = {"first": first, "end": end, "contacts": sizes.contacts}
    every = "from (select i as n, i % $contacts as p from range($first, $end) r(i))"
    new = f"{every} where n < $contacts"
    stamp = f"{number} as import_no, timestamptz '{NOW}' - to_days((n % 700)::integer + 1) as created_at"
    workspace.run(f"insert into base.contacts by name select p + 1 as contact_id, {stamp} {new}", some)
    for kind, key, value, share in (
        ("phone", digits_of("p"), "null", "true"),
        ("email", KEY_OF["email"].format(value=email_of("p")), email_of("p"), "p % 3 = 0"),
        ("external_id", KEY_OF["external_id"].format(value="('crm-' || p)"), "'crm-' || p", "p % 10 = 4"),
    ):
        workspace.run(
            f"insert into base.identifiers by name select '{kind}' as kind, {key} as key, {value} as value,"
            f" p + 1 as contact_id, {number} as import_no {new} and {share}",
            some,
        )
    destination = f"(n // 7 + case when n < $contacts then 0 else 1 end) % {_DESTINATIONS} + 1"
    # Of time zones it was found that nothing says them; the next import would look for those that nobody looked for.
    workspace.run(
        f"""
        insert into base.leads by name
        select n + 1 as lead_id, p + 1 as contact_id, {destination} as destination_id, '+' || {digits_of("p")} as phone,
               {digits_of("p")} as phone_key,
               case when p % 3 = 0 then {email_of("p")} end as email, 'Name' || hash(p) % 977 as first_name,
               'Surname' || hash(p + 1) % 7919 as last_name, 'City' || hash(p + 2) % 900 as city,
               ['new', 'contacted', 'Won', 'lost'][(hash(n) % 4 + 1)::integer] as status,
               '{{"sub_id":"aff-' || hash(p) % 5000 || '"}}' as attributes, {stamp}, n % {_MILLION} + 1 as row_number,
               created_at as updated_at, 0 as time_zone_set {every}
        """,
        some,
    )
    workspace.run(
        f"insert into base.row_outcomes by name select {number} as import_no, n % {_MILLION} + 1 as row_number,"
        f" n % {_MILLION} + 2 as line_number, 'created'::base.outcome as outcome, n + 1 as lead_id {every}",
        some,
    )
    workspace.run(
        f"insert into base.enrollments by name select n + 1 as lead_id, {destination} as destination_id, 1 as action,"
        f" 'due' as status, timestamptz '{NOW}' - to_days(30) as due_at, {number} as import_no {every}",
        some,
    )
    workspace.run(
        f"insert into base.secondary_contacts by name select n + 1 as lead_id, 1 as position,"
        f" '+' || {digits_of('n * 31 + 7')} as phone, {number} as import_no {every} where n % 10 = 3",
        some,
    )
    _record_import(workspace, number, end - first)


def _record_import(workspace: Workspace, number: int, rows: int) -> None:
    nothing = ", ".join(
        f"0 as rows_{name}" for name in ("updated", "unchanged", "duplicate", "suppressed", "rejected", "skipped")
    )
    workspace.run(
        f"insert into base.imports by name select {number} as import_no, 'made-{number}@0' as import_id,"
        f" 'made-{number}' as identity, 'completed' as status, 'made' as profile, '' as profile_fingerprint,"
        f" 1 as destination_id, 'made.csv' as file_name, '{number:064}' as file_sha256, 1 as file_bytes,"
        f" {rows} as rows_read, {rows} as rows_created, {nothing}, {rows} as contacts_created,"
        f" 0 as suppressions_known, '' as message, timestamptz '{NOW}' as started_at,"
        f" timestamptz '{NOW}' as committed_at"
    )


def _add_list(workspace: Workspace, sizes: Sizes, number: int) -> None:
    """Add a list: of ten entries one is of a person whom leads are of, and one in twenty has ended.

    Two lists hold for one destination; the last one ended entries of all.
    """
    share = sizes.suppressions // _LISTS
    first, end = share * number, sizes.suppressions if number == _LISTS - 1 else share * (number + 1)
    kind = tuple(SUPPRESSION_KINDS)[number % len(SUPPRESSION_KINDS)]
    workspace.run(
        f"""
        create or replace temp table made_entries as
        select case when i % 100000 = 17 then 'prefix' when i % 1000 = 19 then 'domain' when i % 100 < 78 then 'phone'
                    when i % 100 < 97 then 'email' else 'external_id' end as identifier_kind,
               case identifier_kind when 'prefix' then '1' || (200 + i // 100000 % 800)
                   when 'domain' then 'spam' || i || '.example'
                   when 'phone' then '+' || case when i % 2 = 0 then {older(digits_of("p"))} else {digits_of("p")} end
                   when 'email' then {email_of("p")} else 'crm-' || p end as value, i
        from (select i, case when i % 10 = 1 then (i * 7919) % $contacts else $leads + i * 3 end as p
              from range($first, $end) r(i))
        """,
        {"first": first, "end": end, "contacts": sizes.contacts, "leads": sizes.leads},
    )
    workspace.run(
        f"""
        insert into base.suppressions by name
        select '{kind}' as kind, identifier_kind, {KEY_OF_ENTRY} as key, value,
               {"2" if number in (7, 17) else "null"}::integer as destination_id, {number + 1} as list_no,
               timestamptz '{NOW}' - to_days(100) as added_at,
               case i % 20 when 3 then timestamptz '{NOW}' - to_days(9) when 4 then timestamptz '{NOW}' + to_days(900)
               end as expires_at, case when i % 20 = 5 then {_LISTS} end as ended_by,
               case when i % 20 = 5 then timestamptz '{NOW}' - to_days(1) end as ended_at
        from made_entries order by identifier_kind, value
        """
    )
    workspace.run(
        "insert into base.suppression_lists by name select $number as list_no, 'made-' || $number as list_id,"
        " 'made-' || $number as identity, $kind as kind, 'made.csv' as file_name, '0' as file_sha256,"
        " $rows as rows_read, $rows as rows_added, 0 as rows_known, 0 as rows_rejected, $at as loaded_at,"
        " 'made-' || $number as name, 1 as version, 'add' as mode, $destination::integer as destination_id,"
        " case when $number = $lists then (select count(ended_by) from base.suppressions) else 0 end as rows_ended",
        {"number": number + 1, "kind": kind, "rows": end - first, "at": NOW, "lists": _LISTS,
         "destination": 2 if number in (7, 17) else None},
    )  # fmt: skip


def _add_calls(workspace: Workspace, sizes: Sizes, first: int, end: int) -> None:
    """Add a drop of calls, six in ten to people whom leads are of, in the order of time."""
    number = first // _MILLION + 1
    workspace.run(
        f"""
        insert into base.call_activity by name
        with made as (
            select i, i % 10 < 6 as known, case when known then (i * 7919) % $leads end as n,
                   (case when known then n % $contacts else $leads + hash(i) % (2 * $leads) end)::bigint as p
            from range($first, $end) r(i)
        )
        select {number} as drop_no, i - $first + 1 as row_number,
               case when i % 50 = 7 and known then null
                    when i % 2 = 0 then {digits_of("p")} else {older(digits_of("p"))} end as phone_key,
               case when known and i % 3 > 0 then n + 1 end as lead_id,
               case when known and i % 3 > 0 then p + 1 end as contact_id,
               [null, 'schedule:s0', 'S1', 'schedule:s2', 's3'][i % 5 + 1] as destination,
               case when i % 50 = 1
                    then ['Buyer 3', 'BUYER_3', 'buyer-4', 'Other', null][(hash(i) % 5)::bigint + 1] end as buyer,
               ['No Answer', 'NO_ANSWER', 'busy', 'wrong-number', 'Sale', 'DNC', null, 'voicemail'][
                   (hash(i) % 8)::bigint + 1] as disposition,
               i % 25 <> 0 as dialed, i % 25 <> 0 and i % 3 = 0 as connected, i % 50 = 1 as converted,
               case when i % 4 = 0 then (hash(i) % 3)::integer end as attempts,
               case when i % 100 > 0 then timestamptz '{NOW}' - to_seconds((($calls - i) * 63072000.0 / $calls)) end
                   as happened_at
        from made
        where phone_key is not null or lead_id is not null
        """,
        {"first": first, "end": end, "leads": sizes.leads, "contacts": sizes.contacts, "calls": sizes.calls},
    )
    workspace.run(
        "insert into base.activity_drops select $number, 'drop-' || $number, 'drop-' || $number, 'made.csv', '0',"
        " $rows, (select count(*) from base.call_activity where drop_no = $number), 0, 0, $at",
        {"number": number, "rows": end - first, "at": NOW},
    )


def write_part(path: Path, sizes: Sizes, *, aliases: bool) -> None:
    """Write rows as normalizing leaves them: three in ten are of people who are there, some are rejected already, some
    come twice, and some numbers are in an old form.
    """
    alias = (
        f", [{{'kind': 'email', 'value': {email_of('p')}}}, {{'kind': 'external_id', 'value': 'crm-' || p}}] as aliases"
        if aliases
        else ""
    )
    con = duckdb.connect()
    con.execute(
        f"""
        copy (
            select i + 1 as row_number, i + 2 as line_number,
                   '+' || case when i % 5 = 0 then {older(digits_of("p"))} else {digits_of("p")} end as phone,
                   case when i % 2 = 0 then {email_of("p")} end as email, 'Name' || hash(p) % 977 as first_name,
                   'Surname' || hash(p) % 7919 as last_name, 'City' || hash(p) % 900 as city,
                   '{{"sub_id":"aff-' || hash(p) % 500 || '"}}' as attributes, null::varchar as hints,
                   case when i % 40 = 9 then ['phone_not_valid'] else [] end::varchar[] as reasons,
                   []::varchar[] as warnings,
                   case when i % 40 = 9 then [{{'code': 'phone_not_valid', 'field': 'phone'}}] end
                       as reason_fields{alias}
            from (select i, case when i % 50 = 3 and i > 0 then i - 3 else i end as one,
                         case when one % 10 < 3 then (one * 48611) % $contacts
                              else $leads + hash(one) % (3 * $leads) end as person, person::bigint as p
                  from range($rows) r(i))
            order by row_number
        ) to '{path}' (compression zstd)
        """,
        {"rows": sizes.rows, "leads": sizes.leads, "contacts": sizes.contacts},
    )
    con.close()
