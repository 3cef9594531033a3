"""What calls that a drop reports do to enrollments: attempts, the next action, and when a lead is done."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import polars as pl
import pytest

from lead_pipeline.enrolling.reported_calls import advance_enrollments
from lead_pipeline.enrolling.settings_of_destinations import keep_settings
from lead_pipeline.model.lead_management.destination_settings import Action, DestinationSettings
from lead_pipeline.screening.scrub.activity_records import CALLS_SCHEMA, add_activity
from lead_pipeline.store.records import ActivityRecord
from lead_pipeline_tests.enrolling.managed_world import AT, HOUR, ROOFS, SOLAR

DAY = 24 * HOUR
PHONE = "+12125550001"
ACTIONS = (Action(do="call"), Action(do="call", after=HOUR), Action(do="sms", after=2 * HOUR), Action(do="call"))


def said(world, **settings):
    given = {"actions": ACTIONS} | settings
    keep_settings(world.workspace, [DestinationSettings(kind="schedule", name="solar", **given)], AT)


def call(**values: Any) -> dict[str, Any]:
    """A call to the phone of lead 1, without its lead."""
    return {"phone": PHONE, "lead_id": None, "destination": None, "buyer": None, "disposition": None, "dialed": True,
            "connected": False, "converted": False, "attempts": None, "happened_at": AT} | values  # fmt: skip


def report(world, *calls, identity=None, at=AT + DAY):
    """Load a drop of calls, and return what it advanced."""
    rows = [{"row_number": number} | one for number, one in enumerate(calls, 1)]
    drops = world.workspace.one("select count(*) from base.activity_drops")
    record = ActivityRecord(f"d{drops}", identity or f"drop-{drops}", "calls.csv", "")
    with world.workspace.transaction("loading calls"):
        frame = pl.DataFrame(rows, schema=CALLS_SCHEMA)
        counts = add_activity(world.workspace, record, frame, rows_read=len(rows), rows_rejected=0, at=at)
        found = () if counts.loaded_before else advance_enrollments(world.workspace, record.identity, at)
    return [(one.change, one.destination, one.leads) for one in found]


def states(world):
    return world.enrollments("status", "action", "attempts", "due_at", "reason")


def test_a_call_is_an_attempt_and_the_next_action_is_due_after_its_delay(world):
    said(world)
    world.lead(1)
    assert report(world, call()) == [("advanced", "schedule:solar", 1)]
    assert states(world) == [(1, SOLAR, "due", 2, 1, AT + HOUR, None)]
    assert world.events() == [(1, SOLAR, "advanced", "due", "due", "activity", 1)]


def test_messages_do_actions_and_are_no_attempts(world):
    said(world)
    world.lead(1, action=3, attempts=2)
    report(world, call(disposition="SMS delivered", attempts=1))
    assert states(world) == [(1, SOLAR, "due", 4, 2, AT, None)]


def test_a_call_that_came_to_us_changes_nothing(world):
    said(world)
    world.lead(1)
    assert report(world, call(dialed=False)) == []
    assert states(world) == [(1, SOLAR, "due", 1, 0, AT - HOUR, None)]


def test_after_the_last_action_a_lead_is_done(world):
    said(world)
    world.lead(1, action=4, attempts=2)
    assert report(world, call()) == [("completed", "schedule:solar", 1)]
    assert states(world)[0][2:5] == ("completed", 4, 3)
    assert states(world)[0][-1] == "last_action_done"
    assert world.reachable() == set()


@pytest.mark.parametrize(
    ("completed_by", "one", "reason"),
    [
        (("converted",), {"converted": True}, "converted"),
        (("converted",), {"converted": True, "dialed": False}, "converted"),
        (("Sale ",), {"disposition": " SALE"}, "disposition"),
        (("Sale ",), {"disposition": "sale", "dialed": False}, "disposition"),
        (("sale",), {"converted": True}, None),
        (("converted",), {"disposition": "sale"}, None),
    ],
)
def test_a_lead_is_done_when_it_converted_or_ended_as_its_destination_says(world, completed_by, one, reason):
    said(world, completed_by=completed_by)
    world.lead(1)
    report(world, call(**one))
    assert (states(world)[0][2], states(world)[0][-1]) == ("due" if reason is None else "completed", reason)


@pytest.mark.parametrize(("of_profile", "of_settings"), [(3, None), (None, 3), (3, 9)])
def test_a_lead_that_was_called_as_often_as_allowed_is_done(world, of_profile, of_settings):
    said(world, max_attempts=of_settings)
    world.lead(1, max_attempts=of_profile)
    report(world, call(attempts=2))
    assert states(world)[0][2:5:2] == ("due", 2)
    report(world, call(happened_at=AT + HOUR))
    assert states(world)[0][2:5:2] == ("completed", 3)
    assert states(world)[0][-1] == "max_attempts_reached"


def test_without_actions_the_one_that_there_is_stays_due_until_the_lead_is_done(world):
    world.lead(1)
    report(world, call())
    assert states(world) == [(1, SOLAR, "due", 1, 1, AT - HOUR, None)]
    report(world, call(happened_at=AT + HOUR, converted=True))
    assert states(world)[0][2] == "completed"


def test_a_call_counts_for_every_enrollment_of_the_phone_or_lead_unless_it_says_where(world):
    said(world, actions=())
    world.lead(1)
    world.enroll(1, destination=ROOFS)
    world.lead(2, phone=PHONE, destination=ROOFS)
    world.lead(3)

    def tried():
        return [attempts for *_, attempts in world.enrollments("attempts")]

    report(world, call())
    assert tried() == [1, 1, 1, 0]
    report(world, call(destination="Schedule:ROOFS", happened_at=AT + HOUR))
    assert tried() == [1, 2, 2, 0]
    report(world, call(destination="solar", happened_at=AT + 2 * HOUR))
    assert tried() == [2, 2, 2, 0]
    report(world, call(destination="a name of the dialer", happened_at=AT + 3 * HOUR))
    assert tried() == [2, 2, 2, 0]
    report(world, call(lead_id=1, happened_at=AT + 4 * HOUR))
    assert tried() == [3, 3, 2, 0]
    report(world, call(lead_id=1, destination="solar", happened_at=AT + 5 * HOUR))
    assert tried() == [4, 3, 2, 0]
    report(world, call(lead_id=1, destination="a name of the dialer", happened_at=AT + 6 * HOUR))
    assert tried() == [5, 4, 2, 0]


@pytest.mark.parametrize(
    ("of_lead", "of_call"), [("+525541692288", "+5215541692288"), ("+5215541692288", "+525541692288")]
)
def test_a_number_is_the_same_in_its_old_form(world, of_lead, of_call):
    said(world)
    world.lead(1, phone=of_lead)
    report(world, call(phone=of_call))
    assert states(world)[0][4] == 1


def test_calls_from_before_the_start_do_not_count(world):
    said(world)
    world.lead(1, started_at=AT)
    report(world, call(happened_at=AT - timedelta(seconds=1)))
    assert states(world)[0][4] == 0
    world.change("restart", 1, at=AT + 2 * HOUR)
    report(world, call(happened_at=AT + HOUR))
    assert states(world)[0][4] == 0
    report(world, call(happened_at=None))
    assert states(world)[0][4] == 1


def test_the_same_calls_count_once(world):
    said(world)
    world.lead(1)
    report(world, call(), call(), identity="same")
    report(world, call(), call(), identity="same")
    report(world, call(), call(happened_at=AT + HOUR))
    assert states(world)[0][4] == 2


@pytest.mark.parametrize("status", ["completed", "expired", "suppressed"])
def test_what_has_ended_is_not_changed_by_late_reports(world, status):
    said(world)
    world.lead(1, status, reason="blocked")
    before = states(world)
    assert report(world, call(converted=True)) == []
    assert (states(world), world.events()) == (before, [])


def test_what_is_stopped_counts_calls_and_stays_stopped_until_it_is_done(world):
    said(world)
    world.lead(1, "stopped")
    report(world, call())
    assert states(world)[0][2:5] == ("stopped", 2, 1)
    report(world, call(happened_at=AT + HOUR, converted=True))
    assert states(world)[0][2] == "completed"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whatever_order_calls_are_reported_the_same_comes_of_them(world, order):
    said(world)
    world.lead(1)
    calls = [call(happened_at=AT), call(happened_at=AT + HOUR, attempts=2), call(happened_at=AT + 3 * HOUR)]
    for number in order:
        report(world, calls[number])
    assert states(world) == [(1, SOLAR, "due", 4, 4, AT + 3 * HOUR, None)]
    assert world.enrollments("reported_at") == [(1, SOLAR, AT + 3 * HOUR)]
