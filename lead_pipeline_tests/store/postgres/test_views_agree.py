"""What people see of the same rows in both stores: each view of PostgreSQL against that of a workspace filled of it."""

import contextlib
import json
import math
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from lead_pipeline.screening.phone_equivalence import old_form
from lead_pipeline.store.postgres.touched import KEY_OF_OTHER
from lead_pipeline_tests.enrolling.managed_world import AT, ROOFS, SOLAR, ManagedWorld
from lead_pipeline_tests.screening.histories.playing import Play
from lead_pipeline_tests.screening.written import Written

_VIEWS = "select viewname from pg_views where schemaname = 'public' order by 1"
_CLOCK = "create or replace function base.asked_at() returns timestamptz language sql stable as"


def turn_both_clocks(store, at: datetime) -> None:
    store.workspace.run(f"create or replace macro base.asked_at() as timestamptz '{at.isoformat()}'")
    with store._there.upgrading("turning the clock", store._settings, store._on_wait):
        store._there.run(f"{_CLOCK} 'select timestamptz ''{at.isoformat()}'''")


def plain(value: Any) -> Any:
    """Return a value as it is compared: nested ones as JSON without what is null, times as moments."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {name: moment(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def moment(value: Any) -> Any:
    """Return a time in a nested value as such: there it is a text."""
    if isinstance(value, str) and value[:2] == "20" and ":" in value:
        value = datetime.fromisoformat(value)
    return plain(value)


def seen_in_both(store, view: str) -> tuple[list[str], list[str]]:
    here = store.workspace.frame(f"select * from main.{view}").rows()
    return shown(here), shown(asked_there(store, f"select * from public.{view}"))


def asked_there(store, sql: str) -> list[tuple[Any, ...]]:
    with store._there.reading("a test"):
        return store._there.rows(sql)


def shown(rows: list[tuple[Any, ...]]) -> list[str]:
    return sorted(repr([plain(one) for one in row]) for row in rows)


def views_of(store) -> list[str]:
    return [view for (view,) in asked_there(store, _VIEWS)]


#: What is asked about some leads, and the view that says the same of all.
SOME = {
    "reachable_among": "reachable_leads",
    "callable_among": "callable_leads",
    "calling_times_among": "calling_times",
}


def require_the_same_of_some(store, seed: int) -> int:
    """Ask about all leads, each alone, and some; return how many of them were reachable when asked alone."""
    leads = [lead for (lead,) in store.workspace.rows("select lead_id from base.leads order by lead_id")]
    choice = Random(seed)
    groups = [[], leads, *(choice.sample(leads, len(leads) // 2) for _ in range(3)), [10**9, *leads[:1] * 2]]
    for function, view in SOME.items():
        every = {row[0]: row for row in asked_there(store, f"select * from public.{view}")}
        for group in groups:
            listed = f"[{', '.join(map(str, group))}]"
            there = asked_there(store, f"select * from public.{function}(array{listed}::bigint[])")
            assert shown(there) == shown([row for lead, row in every.items() if lead in group]), function
            assert shown(there) == shown(store.workspace.frame(f"select * from main.{function}({listed})").rows())
    alone = "select l.lead_id from base.leads l, lateral public.reachable_among(array[l.lead_id]) r"
    reached = asked_there(store, alone)
    assert sorted(reached) == sorted(asked_there(store, "select lead_id from public.reachable_leads"))
    return len(reached)


def require_the_same(store) -> set[str]:
    """Return which views had any rows."""
    filled = set()
    for view in views_of(store):
        here, there = seen_in_both(store, view)
        assert there == here, view
        filled |= {view} if here else set()
    return filled


def test_after_histories_of_many_people_both_stores_show_the_same(opened):
    opened.empty()
    played = Play(Written(opened, opened.home), 5, circles=25)
    played.run(steps=8)
    turn_both_clocks(opened, played.written.now)
    seen = require_the_same(opened)
    assert seen >= {"leads", "contacts", "rejected_leads", "row_outcomes", "scrub_hits", "differing_values", "consents",
                    "suppressions", "suppression_history", "suppression_lists", "call_activity", "imports",
                    "companies", "tags", "enrollments"}  # fmt: skip


def insert_circle(world: ManagedWorld, number: int, random: Random) -> list[tuple[str, str, str]]:
    """Put few people in who share much with one another and nothing with anybody else; return what may be listed."""
    mexico, brazil = (f"+5255{number:08}", f"+52155{number:08}"), (f"+5511981{number:06}", f"+551181{number:06}")
    phones = [f"+1212{number:03}0101", *random.choice((mexico, brazil))]
    emails = [f"ana@circle{number}.example", f"ANA@circle{number}.example", f"bo@sub.circle{number}.example"]
    others = {"external_id": f"a{number}", "cookie_id": f"c{number}", "social": f"@{number}"}
    contacts = [number * 3 + one for one in range(3)]

    def some(values: list[str]) -> str | None:
        return random.choice([None, *values])

    for nth in range(random.randint(1, 5)):
        held = {kind: some([value]) for kind, value in others.items()}
        world.lead(number * 5 + nth, contact_id=random.choice(contacts), phone=some(phones), email=some(emails),
                   due_at=AT - timedelta(minutes=1), time_zone_set=random.randint(0, 3), **held)  # fmt: skip
    every = [("phone", one) for one in phones] + [("email", one.lower()) for one in emails[1:]] + [*others.items()]
    for kind, value in random.sample(every, random.randint(0, 4)):
        key = (
            int(value[1:])
            if kind == "phone"
            else world.workspace.one(f"select {KEY_OF_OTHER.format(value='?')}", [value])
        )
        world.insert("identifiers", kind=kind, key=key, value=None if kind == "phone" else value,
                     contact_id=random.choice(contacts), import_no=1)  # fmt: skip
    many = [("domain", f"circle{number}.example"), ("prefix", f"1212{number:03}"), ("prefix", f"5255{number:08}")]
    kinds = ["blocked", "opted_out", "do_not_call", "reassigned"]
    return [(random.choice(kinds), *random.choice(every + many)) for _ in range(random.choice((0, 1, 1, 2)))]


def insert_entries(world: ManagedWorld, entries: list[tuple[str, str, str]]) -> None:
    world.insert("suppression_lists", list_no=1, list_id="list", identity="l", kind="blocked", file_name="l",
                 file_sha256="", rows_read=0, rows_added=len(entries), rows_known=0, rows_rejected=0, loaded_at=AT,
                 name="l", version=1)  # fmt: skip
    for kind, of, value in entries:
        key = (
            int(value[1:])
            if of == "phone"
            else world.workspace.one(f"select {KEY_OF_OTHER.format(value='?')}", [value])
        )
        world.insert("suppressions", kind=kind, identifier_kind=of, key=key, value=value, list_no=1, added_at=AT)


@pytest.mark.parametrize("seed", [1, 2])
def test_both_stores_say_the_same_of_some_leads_as_of_all_whatever_people_share(opened, seed):
    world, random = ManagedWorld(opened), Random(seed)
    turn_both_clocks(opened, AT)
    with opened.workspace.transaction("a world"):
        for number, zones in ZONES.items():
            world.insert("time_zone_sets", time_zone_set=number, time_zones=zones, evidence=["number"], disagree=False)
        insert_entries(world, [entry for number in range(100, 180) for entry in insert_circle(world, number, random)])
    ((leads, reachable),) = asked_there(
        opened, "select count(*), (select count(*) from public.reachable_leads) from base.leads where phone is not null"
    )
    assert require_the_same_of_some(opened, seed) == reachable
    assert leads * 0.2 < reachable < leads * 0.8


#: Where people are: one zone, several in which a call has to be legal, and nowhere.
ZONES = {1: ["America/New_York"], 2: ["America/New_York", "America/Los_Angeles"], 3: ["Pacific/Honolulu", "Asia/Tokyo"]}

#: A winter day, both changes of the clocks in New York, the middle of a night.
MOMENTS = [
    AT,
    datetime(2026, 3, 8, 6, 59, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    AT + timedelta(hours=14),
]


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_both_stores_show_the_same_people_as_callable_at_the_same_times(opened, at):
    world = ManagedWorld(opened)
    turn_both_clocks(opened, at)
    with opened.workspace.transaction("a world"):
        for number, zones in ZONES.items():
            world.insert("time_zone_sets", time_zone_set=number, time_zones=zones, evidence=["number"], disagree=False)
        world.insert("destination_settings", destination_id=ROOFS, opens=600, closes=1020, days=[1, 2, 3, 4, 5, 7],
                     assumed_zone_set=1, max_attempts=3, fingerprint="", set_at=AT,
                     actions=[{"do": "call", "after_seconds": 0}, {"do": "sms", "after_seconds": 60}])  # fmt: skip
        for lead in range(1, 17):
            world.lead(lead, destination=SOLAR if lead % 2 else ROOFS, time_zone_set=lead % 4, action=1 + lead % 3,
                       due_at=at - timedelta(minutes=1), attempts=lead % 5,
                       attributes='{"lead_priority":"2.5"}')  # fmt: skip
        world.lead(17, phone=None, time_zone_set=1)
        world.lead(18, phone="+12125550018", phone_key=12125550099, time_zone_set=1)
        world.insert("identifiers", kind="phone", key=12125550003, contact_id=40, import_no=1)
        world.lead(40, phone="+12125550040", time_zone_set=1, due_at=at - timedelta(minutes=1))
        world.list_entry("opted_out", "+12125550003")
        world.list_entry("do_not_call", "+12125550005")
        world.list_entry("blocked", "+12125550006", destination=SOLAR)
        world.list_entry("blocked", "+12125550008", destination=ROOFS)
    world.change("stop", 1, at=at)
    world.change("copy", 7, to=ROOFS, at=at)
    seen = require_the_same(opened)
    assert seen >= {"reachable_leads", "calling_times", "enrollment_events"}
    assert require_the_same_of_some(opened, 1) > 0
    opened.workspace.run("delete from base.suppressions where value = '+12125550005'")
    assert seen_in_both(opened, "callable_leads") == ([], [])
    assert asked_there(opened, "select * from public.reachable_among(array(select lead_id from base.leads))") == []


#: Numbers at and around the edges of the plans that changed, and some within.
NUMBERS = [
    edge + by
    for edge in (22500000000, 22540000000, 22599999999, 2250107000000, 2250507000000, 2250747000000, 22920000000,
                 2290120000000, 24101000000, 24107999999, 24111000000, 24162000000, 24177000000, 5710000000,
                 5789999999, 576010000000, 576089999999, 520000000000, 529999999999, 5210000000000, 5219999999999,
                 540000000000, 5490000000000, 550000000000, 551160000000, 559999999999, 5500000000000, 5511959999999,
                 5511960000000, 5599999999999, 12125550101)
    for by in (-2, -1, 0, 1, 2, 123456)
]  # fmt: skip


def test_numbers_and_values_have_the_same_keys_in_both_stores(opened):
    numbers = ", ".join(map(str, NUMBERS))
    here = opened.workspace.rows(f"select base.same_number_key(n), {old_form('n')} from (select unnest([{numbers}]) n)")
    there = "select base.same_number_key(n), base.older_number_key(n) from unnest(array[{}]::bigint[]) n"
    assert asked_there(opened, there.format(numbers)) == here
    values = ["ana@example.com", "", "ä€😀", "x" * 200, *map(str, range(50))]
    keys = [opened.workspace.one(f"select {KEY_OF_OTHER.format(value='?')}", [value]) for value in values]
    quoted = ", ".join(f"'{value}'" for value in values)
    found = asked_there(opened, f"select base.key_of_value(v) from unnest(array[{quoted}]) with ordinality as o (v, n)")
    assert [key % 2**64 for (key,) in found] == keys
