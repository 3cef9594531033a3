"""What people see of the same rows in both stores: each view of PostgreSQL against that of a workspace filled of it."""

import contextlib
import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

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
    with store._there.reading("a test"):
        there = store._there.rows(f"select * from public.{view}")
    return tuple(sorted(repr([plain(one) for one in row]) for row in rows) for rows in (here, there))


def views_of(store) -> list[str]:
    with store._there.reading("a test"):
        return [view for (view,) in store._there.rows(_VIEWS)]


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
    opened.workspace.run("delete from base.suppressions where value = '+12125550005'")
    assert seen_in_both(opened, "callable_leads") == ([], [])
