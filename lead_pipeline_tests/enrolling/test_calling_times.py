"""Who may be called when, by the clocks where people are: windows, time zones, what is not known, and until when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lead_pipeline.enrolling.settings_of_destinations import keep_settings
from lead_pipeline.importing.managing.time_zones_of_leads import find_zones_of_leads
from lead_pipeline.model.lead_management.destination_settings import (
    MINUTES_OF_A_DAY,
    Action,
    CallingWindow,
    DestinationSettings,
)
from lead_pipeline_tests.enrolling.managed_world import AT, HOUR
from lead_pipeline_tests.enrolling.test_calling_clock import EVERY_DAY, may_be_called

NEW_YORK, LOS_ANGELES, TOLL_FREE, UNKNOWN = "+12125550187", "+12135550187", "+18005550187", "+88213555018"


def said(world, **settings):
    given = DestinationSettings(kind="schedule", name="solar", **settings)
    keep_settings(world.workspace, [given], AT)


def zones(world):
    find_zones_of_leads(world.workspace)


def times(world, *columns):
    return world.workspace.rows(f"select lead_id, {', '.join(columns)} from main.calling_times order by lead_id")


def callable_at(world, at):
    world.turn_clock(at)
    found = {lead for (lead,) in world.workspace.rows("select lead_id from main.callable_leads")}
    some = world.workspace.rows("select lead_id from main.callable_among((select list(lead_id) from base.leads))")
    told = {lead for lead, verdict in times(world, "verdict") if verdict == "callable"}
    assert found == told == {lead for (lead,) in some}
    return found


def at(day, hour, minute=0, month=1):
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


def due(**values):
    return {"due_at": at(1, 0), **values}


def test_people_are_called_from_8_to_21_of_their_own_clock(world):
    world.lead(1, phone=NEW_YORK, **due())
    world.lead(2, phone=LOS_ANGELES, **due())
    zones(world)
    assert callable_at(world, at(5, 12, 59)) == set()
    assert callable_at(world, at(5, 13)) == {1}
    assert callable_at(world, at(5, 16)) == {1, 2}
    assert callable_at(world, at(6, 1, 59)) == {1, 2}
    assert callable_at(world, at(6, 2)) == {2}
    assert times(world, "verdict", "next_at", "callable_until", "time_zones", "local_times") == [
        (1, "outside_window", at(6, 13), None, ["America/New_York"], ["Tue 21:00"]),
        (2, "callable", at(6, 2), at(6, 5), ["America/Los_Angeles"], ["Tue 18:00"]),
    ]


def test_a_number_that_travelled_is_called_when_it_is_day_in_both_places(world):
    world.lead(1, phone=NEW_YORK, postal_code="94105", **due())
    zones(world)
    assert callable_at(world, at(5, 15, 59)) == set()
    assert callable_at(world, at(5, 16)) == {1}
    assert times(world, "time_zone_evidence", "time_zones_disagree", "callable_until") == [
        (1, ["number", "postal_code"], True, at(6, 2))
    ]


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        ({"attributes": '{"Zip Code":"94105"}'}, ["number", "postal_code"]),
        ({"attributes": '{"STATE":"CA"}'}, ["number", "state"]),
        ({"attributes": '{"a/b~c":"x","Postleitzahl":"94105","Land":"USA"}'}, ["number", "postal_code"]),
        ({"attributes": '{"zip":"10001"}', "postal_code": "94105"}, ["number", "postal_code"]),  # the field comes first
        ({"attributes": '{"zip":"94105"}', "postal_code": " "}, ["number", "postal_code"]),
        ({"attributes": '{"zip4":"94105","state of health":"CA"}'}, None),
        ({"attributes": '{"region":"CA"}'}, None),  # a country as well
    ],
)
def test_attributes_say_where_somebody_is_where_no_field_does(world, values, evidence):
    world.lead(1, phone=NEW_YORK, **due(**values))
    zones(world)
    ((zones_found, said_by),) = world.workspace.rows(
        "select time_zones, evidence from base.time_zone_sets semi join base.leads using (time_zone_set)"
    )
    both = ["America/Los_Angeles", "America/New_York"]
    assert (zones_found, said_by) == ((both, evidence) if evidence else (["America/New_York"], ["number"]))


def test_nobody_calls_a_person_of_unknown_zone_unless_a_clock_is_assumed(world):
    world.lead(1, phone=UNKNOWN, **due())
    zones(world)
    assert callable_at(world, at(5, 18)) == set()
    assert times(world, "verdict", "next_at", "time_zones") == [(1, "time_zone_unknown", None, [])]
    said(world, unknown_time_zone="America/New_York")
    assert callable_at(world, at(5, 18)) == {1}
    assert times(world, "verdict", "time_zones", "time_zone_evidence") == [
        (1, "callable", ["America/New_York"], ["destination"])
    ]


def test_a_lead_that_was_not_asked_about_yet_waits_like_one_of_unknown_zone(world):
    world.lead(1, phone=NEW_YORK, **due())
    assert callable_at(world, at(5, 18)) == set()
    assert times(world, "verdict") == [(1, "time_zone_unknown")]


def test_each_destination_has_its_own_window(world):
    said(world, calling_window=CallingWindow(opens=600, closes=720, days=("tue",)))
    world.lead(1, phone=NEW_YORK, **due())
    world.lead(2, phone=NEW_YORK, destination=2, **due())
    zones(world)
    assert callable_at(world, at(4, 16)) == {2}  # a Monday, 11 o'clock
    assert times(world, "next_at")[0] == (1, at(5, 15))
    assert callable_at(world, at(5, 15)) == {1, 2}
    assert callable_at(world, at(5, 17)) == {2}


def test_the_clock_is_put_forward_and_back(world):
    world.lead(1, phone=NEW_YORK, **due())
    world.lead(2, phone="+16025550187", **due())  # Arizona keeps its clocks as they are
    zones(world)
    assert callable_at(world, datetime(2027, 3, 13, 12, 30, tzinfo=UTC)) == set()
    assert callable_at(world, datetime(2027, 3, 14, 12, 0, tzinfo=UTC)) == {1}
    assert callable_at(world, datetime(2027, 3, 14, 14, 59, tzinfo=UTC)) == {1}
    assert callable_at(world, datetime(2027, 3, 14, 15, 0, tzinfo=UTC)) == {1, 2}
    assert callable_at(world, datetime(2027, 11, 7, 12, 59, tzinfo=UTC)) == set()
    assert callable_at(world, datetime(2027, 11, 7, 13, 0, tzinfo=UTC)) == {1}


@pytest.mark.parametrize(
    ("zone", "asked", "closes"),
    [
        ("America/New_York", datetime(2027, 11, 7, 4, 10, tzinfo=UTC), 90),  # 1:30 comes twice
        ("America/New_York", datetime(2027, 11, 7, 6, 10, tzinfo=UTC), 90),
        ("America/New_York", datetime(2027, 3, 14, 5, 30, tzinfo=UTC), 150),  # 2:30 does not come
        ("America/New_York", datetime(2027, 3, 14, 5, 30, tzinfo=UTC), 130),
        ("Australia/Lord_Howe", datetime(2027, 4, 3, 13, 30, tzinfo=UTC), 105),  # half an hour comes twice
        ("Australia/Lord_Howe", datetime(2027, 10, 2, 14, 0, tzinfo=UTC), 140),  # half an hour is left out
        ("Asia/Kathmandu", datetime(2027, 6, 1, 9, 0, tzinfo=UTC), 1260),
        ("Europe/London", datetime(2027, 6, 1, 12, 0, tzinfo=UTC), 1440),
    ],
)  # fmt: skip
def test_a_call_may_last_until_the_first_minute_outside_the_window(world, zone, asked, closes):
    assert may_be_called([zone], asked, 0, closes, EVERY_DAY)
    until = asked
    while may_be_called([zone], until, 0, closes, EVERY_DAY):
        until += timedelta(minutes=1)
        if closes == MINUTES_OF_A_DAY and until.astimezone(ZoneInfo(zone)).hour == 0:
            break  # the next day's window is another one
    said(world, unknown_time_zone=zone, calling_window=CallingWindow(opens=0, closes=closes))
    world.lead(1, phone=UNKNOWN, **due())
    zones(world)
    assert callable_at(world, asked) == {1}
    assert times(world, "callable_until") == [(1, until)]


def test_the_action_that_is_due_has_its_kind(world):
    said(world, actions=(Action(do="call"), Action(do="sms", after=HOUR)))
    world.lead(1, phone=NEW_YORK, action=2, **due())
    world.lead(2, phone=NEW_YORK, destination=2, action=2, **due())
    world.lead(3, phone=NEW_YORK, action=3, **due())
    zones(world)
    world.turn_clock(at(5, 18))
    assert world.workspace.rows("select lead_id, action, action_kind from main.callable_leads order by 1") == [
        (1, 2, "sms"), (2, 2, "call"),
    ]  # fmt: skip


def test_whoever_waits_or_has_expired_is_not_called(world):
    world.lead(1, phone=NEW_YORK, due_at=at(5, 19))
    world.lead(2, phone=NEW_YORK, expires_at=at(5, 19), **due())
    zones(world)
    assert callable_at(world, at(5, 18)) == {2}
    assert callable_at(world, at(5, 19)) == {1}


def test_whoever_is_on_a_list_is_not_called_whatever_the_clock_says(world):
    world.lead(1, phone=NEW_YORK, **due())
    zones(world)
    world.list_entry("do_not_call", NEW_YORK)
    assert callable_at(world, at(5, 18)) == set()
    assert times(world, "verdict") == []
