"""What becomes of enrollments that somebody stops, starts, restarts, expires, moves, adds or copies, and that nobody
becomes due by any of it who may not be contacted.
"""

from datetime import timedelta

import pytest

from lead_pipeline.enrolling.changes import change_enrollments
from lead_pipeline.enrolling.reopening import reopen_enrollments
from lead_pipeline.model.errors import ScreeningError, UsageError
from lead_pipeline_tests.enrolling.managed_world import ARCHIVE, AT, HOUR, PARTICIPLES, ROOFS, SOLAR

PHONE = "+12125550001"


def test_only_what_is_due_is_stopped(world):
    for lead_id, status in enumerate(("due", "stopped", "completed", "expired", "suppressed"), 1):
        world.lead(lead_id, status)
    assert world.change("stop", 1, 2, 3, 4, 5) == [("stopped", "schedule:solar", 1, 4)]
    assert [status for *_, status in world.enrollments("status")] == [
        "stopped", "stopped", "completed", "expired", "suppressed",
    ]  # fmt: skip
    assert world.events() == [(1, SOLAR, "stopped", "due", "stopped", "command", 1)]


def test_a_stopped_lead_starts_where_it_was_at_the_later_of_now_and_when_it_was_due(world):
    world.lead(1, "stopped", action=3, attempts=2, due_at=AT - HOUR, ended_at=AT - HOUR)
    world.lead(2, "stopped", action=2, attempts=1, due_at=AT + HOUR, ended_at=AT - HOUR)
    world.lead(3, "completed")
    assert world.change("start", 1, 2, 3) == [("started", "schedule:solar", 2, 1)]
    assert world.enrollments("status", "action", "attempts", "due_at", "ended_at")[:2] == [
        (1, SOLAR, "due", 3, 2, AT, None),
        (2, SOLAR, "due", 2, 1, AT + HOUR, None),
    ]


@pytest.mark.parametrize("status", ["due", "stopped", "completed", "expired"])
def test_a_lead_restarts_from_the_beginning_whatever_it_was(world, status):
    world.lead(1, status, action=4, attempts=7, due_at=AT + HOUR, ended_at=AT, reason="max_attempts_reached")
    world.change("restart", 1)
    assert world.enrollments("status", "action", "attempts", "due_at", "ended_at", "reason", "started_at") == [
        (1, SOLAR, "due", 1, 0, AT, None, None, AT)
    ]
    assert world.reachable() == {(1, "solar")}


def test_a_lead_that_restarts_is_not_expired_any_more(world):
    world.lead(1, "expired", expires_at=AT - HOUR)
    world.lead(2, "due", expires_at=AT + HOUR)
    world.change("restart", 1, 2)
    assert world.reachable() == {(1, "solar"), (2, "solar")}
    assert world.workspace.rows("select lead_id, expires_at from base.leads order by 1") == [(1, None), (2, AT + HOUR)]


def test_what_is_live_expires_and_its_lead_with_it(world):
    world.lead(1, "due")
    world.lead(2, "stopped", expires_at=AT + HOUR)
    world.lead(3, "completed", expires_at=AT - HOUR)
    world.lead(4, None, destination=ARCHIVE)
    changes = world.change("expire", 1, 2, 3, 4)
    assert changes == [("expired", "list:archive", 1, 0), ("expired", "schedule:solar", 2, 1)]
    assert [status for *_, status in world.enrollments("status")] == ["expired", "expired", "completed"]
    assert world.workspace.rows("select lead_id, expires_at from base.leads order by 1") == [
        (1, AT), (2, AT), (3, AT - HOUR), (4, AT),
    ]  # fmt: skip


def test_a_lead_that_is_still_due_elsewhere_does_not_expire_with_one_of_its_enrollments(world):
    world.lead(1, "due")
    world.enroll(1, destination=ROOFS)
    world.change("expire", 1, in_destination=SOLAR)
    assert (world.status_of(1), world.status_of(1, ROOFS)) == ("expired", "due")
    assert world.reachable() == {(1, "roofs")}
    world.change("expire", 1, in_destination=ROOFS)
    assert world.workspace.rows("select expires_at from base.leads") == [(AT,)]


def test_in_one_destination_nothing_changes_in_another(world):
    world.lead(1, "due")
    world.enroll(1, destination=ROOFS)
    world.lead(2, "due", destination=ROOFS)
    assert world.change("stop", 1, 2, in_destination=ROOFS) == [("stopped", "schedule:roofs", 2, 0)]
    assert (world.status_of(1), world.status_of(1, ROOFS), world.status_of(2, ROOFS)) == ("due", "stopped", "stopped")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("due", "due"),
        ("stopped", "stopped"),
        ("completed", "due"),
        ("expired", "expired"),
        ("suppressed", "suppressed"),
    ],
)
def test_a_lead_that_moves_begins_in_the_new_schedule_and_keeps_that_it_is_stopped(world, before, after):
    reason = "blocked" if before == "suppressed" else None
    world.lead(1, before, action=3, attempts=2, reason=reason)
    assert world.change("move", 1, to=ROOFS) == [("moved", "schedule:solar", 1, 0)]
    begun = (3, 2) if before == "suppressed" else (1, 0)
    assert world.enrollments("status", "action", "attempts", "reason") == [(1, ROOFS, after, *begun, reason)]
    assert world.workspace.rows("select destination_id from base.leads") == [(ROOFS,)]
    assert world.events() == [(1, ROOFS, "moved", before, after, "command", 1)]


def test_only_schedules_enroll(world):
    world.lead(1, "due")
    world.lead(2, "suppressed", reason="blocked")
    world.lead(3, None, destination=ARCHIVE)
    world.change("move", 1, 2, to=ARCHIVE)
    world.change("copy", 3, to=ROOFS)
    assert world.enrollments("status") == [(2, ARCHIVE, "suppressed"), (4, ROOFS, "due")]
    world.change("move", 1, 2, to=ROOFS)
    assert world.enrollments("status") == [(1, ROOFS, "due"), (2, ROOFS, "suppressed"), (4, ROOFS, "due")]
    with pytest.raises(UsageError, match="Leads are added to schedules, and this is a list"):
        world.change("add", 1, to=ARCHIVE)
    with pytest.raises(UsageError, match="It is not said where to move the leads to"):
        world.change("move", 1)


def test_a_copy_has_all_values_and_is_a_lead_of_its_own(world):
    world.lead(1, "stopped", first_name="Ana", attributes='{"a":"1"}', tags=["x"], expires_at=AT + HOUR)
    world.insert("secondary_contacts", lead_id=1, position=1, phone="+12125550999", import_no=1, reason="blocked")
    world.insert("phone_attributes", destination_id=SOLAR, name="mobile")
    world.insert("tags", tag_id=1, destination_id=SOLAR, name="x", import_no=1, created_at=AT)
    world.workspace.run("update base.counters set value = 1 where name = 'tag_id'")
    assert world.change("copy", 1, to=ROOFS) == [("copied", "schedule:solar", 1, 0)]
    assert world.workspace.rows(
        "select lead_id, contact_id, destination_id, first_name, attributes, tags, expires_at, copied_from"
        " from base.leads where lead_id = 2"
    ) == [(2, 1, ROOFS, "Ana", '{"a":"1"}', ["x"], AT + HOUR, 1)]
    assert world.workspace.rows("select position, phone, reason from base.secondary_contacts where lead_id = 2") == [
        (1, "+12125550999", "blocked")
    ]
    assert (world.status_of(1), world.status_of(2, ROOFS)) == ("stopped", "due")
    assert world.workspace.rows("select name from base.phone_attributes where destination_id = ?", [ROOFS]) == [
        ("mobile",)
    ]
    assert world.workspace.rows("select destination_id, name from base.tags order by 1") == [(SOLAR, "x"), (ROOFS, "x")]


@pytest.mark.parametrize("verb", ["move", "add", "copy"])
def test_nobody_goes_where_they_are_already(world, verb):
    """By the lead itself, by an enrollment there, or by another lead of the person; and of one person one lead goes."""
    world.lead(1, "due", destination=ROOFS)
    world.lead(2, "due")
    world.enroll(2, "completed", destination=ROOFS)
    world.lead(3, "due")
    world.lead(4, "stopped", destination=ROOFS, contact_id=3)
    world.lead(5, "due")
    world.lead(6, "due", contact_id=5)
    world.lead(7, "due")
    world.lead(8, "expired", destination=ROOFS, contact_id=7, expires_at=AT - HOUR)
    found = world.change(verb, 1, 2, 3, 5, 6, 7, to=ROOFS)
    made = PARTICIPLES[verb]
    assert found == [(made, "schedule:roofs", 0, 1), (made, "schedule:solar", 2, 3)]
    of_contacts = world.workspace.rows(
        "select l.contact_id from base.enrollments e join base.leads l using (lead_id)"
        " where e.destination_id = ? and e.status = 'due' order by 1", [ROOFS]
    )  # fmt: skip
    assert of_contacts == [(1,), (5,), (7,)]
    before = world.enrollments()
    assert sum(leads for _, _, leads, _ in world.change(verb, 1, 2, 3, 5, 6, 7, to=ROOFS)) == 0
    assert world.enrollments() == before


def test_the_first_action_of_the_new_schedule_is_due_after_its_delay(world):
    world.insert("destination_settings", destination_id=ROOFS, opens=0, closes=1440, days=[1], fingerprint="",
                 set_at=AT, actions=[{"do": "call", "after_seconds": 7200}])  # fmt: skip
    world.lead(1, "due")
    world.lead(2, "due")
    world.lead(3, "due")
    world.change("move", 1, to=ROOFS)
    world.change("add", 2, to=ROOFS)
    world.change("copy", 3, to=ROOFS)
    there = [due for _, destination, due in world.enrollments("due_at") if destination == ROOFS]
    assert there == [AT + 2 * HOUR] * 3


#: Everything that may make somebody due, by what the enrollment is before.
MAKES_DUE = [("start", "stopped"), ("restart", "stopped"), ("restart", "completed"), ("restart", "due"),
             ("restart", "expired"), ("move", "due"), ("move", "completed"), ("add", "due"), ("copy", "due"),
             ("move", None), ("add", None), ("copy", None)]  # fmt: skip
makes_due = pytest.mark.parametrize(("verb", "status"), MAKES_DUE)


def going(verb):
    return {"to": ROOFS} if verb in ("move", "add", "copy") else {}


def not_due(world) -> bool:
    """Tell whether nothing is due that was changed: `add` and `copy` leave what was there."""
    return not world.workspace.rows(
        "select 1 from base.enrollment_events x join base.enrollments e on e.lead_id = x.lead_id"
        " and e.destination_id = x.destination_id where e.status in ('due', 'stopped')"
    )


@makes_due
@pytest.mark.parametrize("elsewhere", [False, True])
def test_whoever_is_on_a_list_is_suppressed_instead(world, verb, status, elsewhere):
    """`elsewhere`: the listed phone is that of another lead of the person."""
    world.lead(1, status, phone="+12125550777" if elsewhere else PHONE)
    if elsewhere:
        world.lead(9, None, destination=ARCHIVE, contact_id=1, phone=PHONE)
    world.list_entry("complaint", PHONE)
    world.change(verb, 1, **going(verb))
    assert not_due(world)
    assert {after for _, _, _, _, after, *_ in world.events()} == {"suppressed"}
    assert not world.reachable()
    reasons = {reason for *_, status, reason in world.enrollments("status", "reason") if status == "suppressed"}
    assert reasons == {"complaint"}


@makes_due
def test_a_list_of_one_destination_suppresses_there_only(world, verb, status):
    where, other = (ROOFS, SOLAR) if going(verb) else (SOLAR, ROOFS)
    world.lead(1, status)
    world.list_entry("blocked", PHONE, destination=other)
    world.lead(2, status)
    world.list_entry("blocked", "+12125550002", destination=where)
    world.change(verb, 1, 2, **going(verb))
    found = dict(world.workspace.rows(
        "select l.contact_id, e.status from base.enrollments e join base.leads l using (lead_id)"
        " where e.destination_id = ?", [where],
    ))  # fmt: skip
    assert found == {1: "due", 2: "suppressed"}


@makes_due
def test_whoever_said_so_in_a_row_is_suppressed_in_every_destination(world, verb, status):
    world.lead(1, status)
    world.insert("do_not_contact", contact_id=1, kind="opted_out", import_no=1, row_number=1, said_at=AT)
    world.change(verb, 1, **going(verb))
    assert not_due(world)
    assert not {lead for lead, _ in world.reachable()} - ({1} if verb in ("add", "copy") else set())


@makes_due
def test_nobody_becomes_due_while_entries_are_missing(world, verb, status):
    world.lead(1, status)
    world.list_entry("blocked", "+442079460000")
    world.workspace.run("delete from base.suppressions")
    before = world.enrollments()
    with pytest.raises(ScreeningError, match="The store holds 0 suppressions but 1 were loaded"):
        world.change(verb, 1, **going(verb))
    assert (world.enrollments(), world.events()) == (before, [])


@pytest.mark.parametrize("verb", ["stop", "start", "restart", "expire", "move", "add", "copy"])
def test_nothing_leaves_the_status_suppressed(world, verb):
    world.lead(1, "suppressed", reason="do_not_call", action=2, attempts=1, ended_at=AT - HOUR)
    world.change(verb, 1, **going(verb))
    statuses = {status for lead_id, _, status in world.enrollments("status") if lead_id == 1}
    assert "suppressed" in statuses
    assert statuses <= ({"suppressed", "due"} if verb == "add" else {"suppressed"})


@pytest.mark.parametrize("kind", ["blocked", "opted_out"])
def test_who_may_be_contacted_again_is_stopped_and_only_then_started(world, kind):
    world.lead(1, "suppressed", reason=kind, action=2, attempts=1)
    world.lead(2, None, destination=ARCHIVE)
    world.insert("do_not_contact", contact_id=1, kind=kind, import_no=1, row_number=1, said_at=AT)
    world.list_entry(kind, PHONE)
    assert reopen(world, kind, 1, 2) == [("reopened", "schedule:solar", 0, 1)]
    world.end_entries(kind)
    assert reopen(world, kind, 1, 2) == [("reopened", "schedule:solar", 1, 0)]
    assert world.enrollments("status", "action", "reason") == [(1, SOLAR, "stopped", 2, None)]
    assert not world.reachable()
    world.change("start", 1)
    assert world.reachable() == {(1, "solar")}
    assert [change for _, _, change, *_ in world.events()] == ["reopened", "started"]


def reopen(world, kind, *leads):
    with world.workspace.transaction("reopening"):
        world.manage(leads)
        reopen_enrollments(world.workspace, kind, world.cause())
        meant = world.workspace.rows('select lead_id, "before".destination_id from suppressed_enrollments')
        return world.counted(set(meant), "reopened")


@pytest.mark.parametrize(
    "other", ["a list of another kind", "a row of another kind", "a second list", "another reason"]
)
def test_what_else_holds_against_a_person_keeps_them_suppressed(world, other):
    world.lead(1, "suppressed", reason="litigator" if other == "another reason" else "opted_out")
    if other == "a list of another kind":
        world.list_entry("do_not_call", PHONE)
    if other == "a second list":
        world.list_entry("opted_out", PHONE)
    if other == "a row of another kind":
        world.insert("do_not_contact", contact_id=1, kind="do_not_call", import_no=1, row_number=1, said_at=AT)
    reopen(world, "opted_out", 1)
    assert world.status_of(1) == "suppressed"


def test_an_entry_that_expires_makes_nobody_due(world):
    world.lead(1, "stopped")
    world.list_entry("opted_out", PHONE, expires_at=AT + HOUR)
    world.change("start", 1)
    world.turn_clock(AT + 2 * HOUR)
    assert (world.status_of(1), world.reachable()) == ("suppressed", set())
    world.change("start", 1, at=AT + 2 * HOUR)
    world.change("restart", 1, at=AT + 2 * HOUR)
    assert (world.status_of(1), world.reachable()) == ("suppressed", set())


def test_changes_of_one_transaction_add_up_and_those_of_another_do_not(world):
    world.lead(1, "due")
    world.lead(2, "stopped")
    with world.workspace.transaction("managing"):
        world.manage([1, 2])
        change_enrollments(world.workspace, "stop", world.cause())
        change_enrollments(world.workspace, "start", world.cause(), in_destination=SOLAR)
        rows = world.workspace.rows("select lead_id, change from enrollment_changes order by all")
    assert rows == [(1, "started"), (1, "stopped"), (2, "started")]
    with world.workspace.transaction("managing"):
        world.manage([1])
        change_enrollments(world.workspace, "stop", world.cause())
        assert world.workspace.rows("select lead_id, change from enrollment_changes") == [(1, "stopped")]


def test_the_state_before_a_change_can_be_written_back(world):
    world.lead(1, "due", action=2, attempts=3, due_at=AT + HOUR, expires_at=AT + 5 * HOUR)
    before = world.enrollments("status", "action", "attempts", "due_at", "reason", "ended_at", "started_at")
    world.change("expire", 1, at=AT + timedelta(minutes=1))
    ((state,),) = world.workspace.rows('select "before" from base.enrollment_events')
    assert (1, state["destination_id"], *(state[name] for name in (
        "status", "action", "attempts", "due_at", "reason", "ended_at", "started_at"))) == before[0]  # fmt: skip
    assert state["expires_at"] == AT + 5 * HOUR


def test_waiting_and_expired_are_told_by_the_clock(world):
    world.lead(1, "due", due_at=AT + HOUR, expires_at=AT + 3 * HOUR)
    world.lead(2, "stopped", expires_at=AT + 3 * HOUR)

    def told(at):
        world.turn_clock(at)
        return world.workspace.rows("select status from main.enrollments order by lead_id")

    assert told(AT) == [("waiting",), ("stopped",)]
    assert told(AT + HOUR) == [("due",), ("stopped",)]
    assert told(AT + 3 * HOUR) == [("expired",), ("expired",)]


@pytest.mark.parametrize(
    ("of_profile", "of_settings", "left"), [(None, None, 9), (3, None, 0), (None, 3, 0), (5, 3, 2)]
)
def test_whoever_was_called_too_often_is_not_reachable(world, of_profile, of_settings, left):
    world.insert("destination_settings", destination_id=SOLAR, opens=0, closes=1440, days=[1], fingerprint="",
                 set_at=AT, actions=[], max_attempts=of_settings)  # fmt: skip
    world.lead(1, "due", attempts=3, max_attempts=of_profile)
    assert world.reachable() == ({(1, "solar")} if left else set())
