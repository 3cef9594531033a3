"""What an import does to leads that are there of the people whom its rows name: which rows match, which leads are
meant, and what the import says of it.
"""

import pytest

from lead_pipeline.model.lead_management.leads_changed import LeadsChanged
from lead_pipeline_tests.importing.managing.matched_world import ANA, BO, CY, changes_of, managing, matched_world


@pytest.fixture
def world():
    with matched_world() as world:
        yield world


def test_nothing_happens_to_leads_that_are_there_unless_the_profile_says_so(world):
    world.bring(ANA)
    assert changes_of(world.bring(ANA, BO)) == []
    assert world.events() == []
    assert world.statuses() == {ANA: "due", BO: "due"}


@pytest.mark.parametrize("writing", [{}, {"write_mode": "upsert"}, {"on_duplicate": "fill", "write_mode": "upsert"}])
def test_what_is_due_for_a_lead_whose_row_comes_again_is_stopped(world, writing):
    world.bring(f"{ANA},Ana", f"{BO},Bo", header="phone,first_name")
    by = managing({"schedule": "stop"}, **writing)
    result = world.bring(f"{ANA},Anna", f"{CY},Cy", by=by, header="phone,first_name")
    assert world.statuses() == {ANA: "stopped", BO: "due", CY: "due"}
    assert changes_of(result) == [("stopped", "schedule:main", None, 1)]
    assert world.events() == [(1, "stopped", "due", "stopped", "import")]


def test_an_unchanged_row_matches_as_well(world):
    world.bring(ANA)
    result = world.bring(ANA, by=managing({"schedule": "stop"}, write_mode="upsert"))
    assert result.counts.unchanged == 1
    assert world.statuses() == {ANA: "stopped"}


def test_what_was_stopped_starts_and_restarts_when_its_row_comes_again(world):
    world.bring(ANA)
    world.bring(ANA, by=managing({"schedule": "stop"}))
    assert changes_of(world.bring(ANA, by=managing({"schedule": "start"}))) == [("started", "schedule:main", None, 1)]
    assert changes_of(world.bring(ANA, by=managing({"schedule": "restart"}))) == [
        ("restarted", "schedule:main", None, 1)
    ]
    assert world.reachable() == {(ANA, "main")}


@pytest.mark.parametrize(
    ("row", "why"),
    [("+1 212 555 01", "rejected"), (f"{ANA},not-a-date", "rejected"), (ANA, "suppressed")],
    ids=["an invalid phone", "another bad value", "on a list"],
)
def test_a_rejected_or_suppressed_row_matches_nobody(world, row, why):
    world.bring(ANA)
    if why == "suppressed":
        world.suppress("do_not_call", ANA)
    fields = managing().model_dump()["fields"] | {"expires_in": {"type": "integer"}}
    by = managing({"schedule": "stop", "move_to": "schedule:other", "leads": "company"}, fields=fields)
    result = world.bring(row if "," in row else f"{row},", by=by, header="phone,expires_in")
    assert getattr(result.counts, why) == 1
    assert changes_of(result) == []
    assert world.leads() == [(ANA, "schedule:main")]


def test_a_row_that_is_rejected_because_its_lead_exists_matches_nobody(world):
    world.bring(ANA)
    by = managing({"schedule": "stop", "leads": "company"}, on_duplicate="reject")
    assert changes_of(world.bring(ANA, by=by)) == []
    assert world.statuses() == {ANA: "due"}


def test_only_leads_of_this_destination_are_meant_unless_those_of_the_company_are(world):
    world.bring(ANA)
    world.bring(ANA, by=managing(into="schedule:other"))
    world.bring(ANA, by=managing({"schedule": "stop"}))
    assert world.enrollments() == [(ANA, "main", "stopped"), (ANA, "other", "due")]
    world.bring(ANA, by=managing({"schedule": "stop", "leads": "company"}))
    assert world.enrollments() == [(ANA, "main", "stopped"), (ANA, "other", "stopped")]


def test_a_new_lead_here_stops_those_elsewhere_where_leads_of_the_company_are_meant(world):
    world.bring(ANA, by=managing(into="schedule:other"))
    result = world.bring(ANA, BO, by=managing({"schedule": "stop", "leads": "company"}))
    assert result.counts.created == 2
    assert world.enrollments() == [(ANA, "other", "stopped"), (ANA, "main", "due"), (BO, "main", "due")]
    assert changes_of(result) == [("stopped", "schedule:other", None, 1)]


def test_a_lead_that_is_enrolled_here_as_well_is_stopped_here_alone(world):
    world.bring(ANA, by=managing(into="schedule:other"))
    world.bring(ANA, by=managing({"add_to": "schedule:main"}, into="schedule:other"))
    world.bring(ANA, by=managing({"schedule": "stop"}))
    statuses = [(schedule, status) for _, schedule, status in world.enrollments()]
    assert ("other", "due") in statuses
    assert ("main", "stopped") in statuses
    assert ("main", "due") not in statuses


def test_leads_move_are_added_and_copied_to_other_destinations(world):
    world.bring(ANA)
    moved = world.bring(ANA, by=managing({"move_to": "schedule:autumn"}))
    assert world.leads() == [(ANA, "schedule:autumn")]
    assert changes_of(moved) == [("moved", "schedule:main", "schedule:autumn", 1)]
    by = managing({"add_to": "schedule:winter", "copy_to": "offer:roofs"}, into="schedule:autumn")
    assert changes_of(world.bring(ANA, by=by)) == [
        ("added", "schedule:autumn", "schedule:winter", 1),
        ("copied", "schedule:autumn", "offer:roofs", 1),
    ]
    assert world.leads() == [(ANA, "schedule:autumn"), (ANA, "offer:roofs")]
    assert world.enrollments() == [(ANA, "autumn", "due"), (ANA, "winter", "due")]


def test_what_is_in_the_target_already_is_left_alone(world):
    world.bring(ANA)
    by = managing({"add_to": "schedule:winter"})
    world.bring(ANA, by=by)
    assert changes_of(world.bring(ANA, by=by)) == []


def test_two_rows_of_one_person_change_a_lead_once(world):
    world.bring(ANA)
    result = world.bring(ANA, ANA, by=managing({"copy_to": "schedule:winter"}))
    assert changes_of(result) == [("copied", "schedule:main", "schedule:winter", 1)]
    assert len(world.leads()) == 2


def test_an_import_says_what_it_did_as_long_as_its_result_is_there(world):
    world.bring(ANA, BO)
    result = world.bring(ANA, BO, by=managing({"schedule": "stop"}))
    assert result.lead_changes == (LeadsChanged(change="stopped", destination="schedule:main", leads=2),)


def test_a_lead_of_a_destination_without_a_schedule_is_not_started(world):
    world.bring(ANA, by=managing(into="offer:roofs"))
    assert changes_of(world.bring(ANA, by=managing({"schedule": "restart"}, into="offer:roofs"))) == []
    assert world.enrollments() == []
