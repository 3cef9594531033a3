"""Existing leads expire, and new ones take their place: by the phone, or by phone and lead token."""

import pytest

from lead_pipeline_tests.importing.managing.matched_world import (
    ANA,
    BO,
    CY,
    FIELDS,
    changes_of,
    managing,
    matched_world,
)

EXPIRING = managing({"expire_existing": True})
FIELDS_OF_EMAIL = FIELDS | {"email": {"type": "email"}}
BY_EMAIL = managing(identify_by="email", fields=FIELDS_OF_EMAIL)
BY_TOKEN = managing({"expire_existing": {"token": "lead_token"}})


@pytest.fixture
def world():
    with matched_world() as world:
        yield world


def live(world):
    """Return phone and destination of leads that have not expired."""
    return world.stages.rows(
        "select phone, destination_name from leads where expires_at is null or expires_at > now() order by lead_id"
    )


def test_a_live_lead_with_the_phone_of_a_row_expires_and_the_row_becomes_a_new_lead(world):
    world.bring(ANA, BO)
    result = world.bring(ANA, CY, by=EXPIRING)
    assert (result.counts.created, result.counts.duplicate) == (2, 0)
    assert changes_of(result) == [("expired", "schedule:main", None, 1)]
    assert world.enrollments() == [
        (ANA, "main", "expired"),
        (BO, "main", "due"),
        (ANA, "main", "due"),
        (CY, "main", "due"),
    ]
    assert live(world) == [(BO, "main"), (ANA, "main"), (CY, "main")]


def test_the_new_lead_is_one_of_the_same_person(world):
    world.bring(ANA)
    world.bring(ANA, by=EXPIRING)
    assert world.stages.rows("select count(distinct contact_id), count(*) from leads") == [(1, 2)]


def test_leads_that_expired_before_make_no_row_a_duplicate_either(world):
    for _ in range(3):
        assert world.bring(ANA, by=EXPIRING).counts.created == 1
    assert live(world) == [(ANA, "main")]
    assert [status for *_, status in world.enrollments()] == ["expired", "expired", "due"]


def test_an_old_form_of_the_number_is_the_same_phone(world):
    old, new = "+24106123456", "+24166123456"
    world.bring(old)
    assert changes_of(world.bring(new, by=EXPIRING)) == [("expired", "schedule:main", None, 1)]


def test_leads_of_other_destinations_stay_live(world):
    world.bring(ANA, by=managing(into="schedule:other"))
    world.bring(ANA, by=EXPIRING)
    assert live(world) == [(ANA, "other"), (ANA, "main")]


def test_an_update_becomes_a_new_lead_as_well(world):
    world.bring(f"{ANA},Ana", header="phone,first_name")
    by = managing({"expire_existing": True}, write_mode="upsert")
    result = world.bring(f"{ANA},Anna", by=by, header="phone,first_name")
    assert (result.counts.created, result.counts.updated) == (1, 0)
    assert world.stages.rows("select first_name from leads order by lead_id") == [("Ana",), ("Anna",)]


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [((f"{ANA},soon",), "rejected"), ((f"{ANA},48",), "suppressed")],
    ids=["a rejected row", "a suppressed row"],
)
def test_a_row_that_becomes_no_lead_expires_nothing(world, rows, outcome):
    world.bring(ANA)
    if outcome == "suppressed":
        world.suppress("do_not_call", ANA)
    fields = managing().model_dump()["fields"] | {"expires_in": {"type": "integer"}}
    result = world.bring(*rows, by=managing({"expire_existing": True}, fields=fields), header="phone,expires_in")
    assert getattr(result.counts, outcome) == 1
    assert live(world) == [(ANA, "main")]


def test_of_two_rows_of_one_phone_the_first_expires_what_is_there_and_the_second_is_a_duplicate(world):
    world.bring(ANA)
    result = world.bring(ANA, ANA, by=EXPIRING)
    assert (result.counts.created, result.counts.duplicate) == (1, 1)
    assert live(world) == [(ANA, "main")]
    assert len(world.leads()) == 2


def test_rows_of_one_person_that_are_all_rejected_expire_nothing(world):
    world.bring(ANA)
    by = managing({"expire_existing": True}, duplicates_in_file="reject_all")
    assert world.bring(ANA, ANA, by=by).counts.rejected == 2
    assert live(world) == [(ANA, "main")]


def test_a_suppressed_lead_does_not_expire_and_its_row_is_a_duplicate(world):
    world.bring(ANA)
    world.suppress("blocked", ANA, name="ours")
    world.suppress("blocked", ANA, name="ours", mode="remove")
    result = world.bring(ANA, by=EXPIRING)
    assert result.counts.duplicate == 1
    assert world.statuses() == {ANA: "suppressed"}
    assert world.reachable() == set()


def test_whoever_said_so_in_a_file_is_not_made_due_by_a_new_lead(world):
    world.bring(ANA)
    world.bring(f"{ANA},yes", header="phone,do not call")
    assert world.statuses() == {ANA: "suppressed"}
    assert world.bring(ANA, by=EXPIRING).counts.duplicate == 1
    assert world.reachable() == set()


def test_whoever_said_so_while_nothing_was_due_for_them_is_not_made_due_either(world):
    world.bring(ANA, by=managing(management={"enroll": False}))
    world.bring(f"{ANA},yes", header="phone,do not call")
    assert world.bring(ANA, by=EXPIRING).counts.duplicate == 1
    assert world.reachable() == set()


def test_by_a_token_leads_with_the_same_token_and_phone_expire_in_any_destination(world):
    header = "phone,Lead Token"
    world.bring(
        f"{ANA},t1", by=managing({"expire_existing": {"token": "lead_token"}}, into="schedule:other"), header=header
    )
    world.bring(f"{ANA},t2", f"{BO},t1", by=BY_TOKEN, header=header)
    result = world.bring(
        f"{ANA},t1", by=managing({"expire_existing": {"token": "lead_token"}}, into="offer:roofs"), header=header
    )
    assert result.counts.created == 1
    assert changes_of(result) == [("expired", "schedule:other", None, 1)]
    assert live(world) == [(ANA, "main"), (BO, "main"), (ANA, "roofs")]


def test_by_a_token_a_row_with_another_one_or_none_is_a_duplicate_of_the_lead_here(world):
    header = "phone,lead_token"
    world.bring(f"{ANA},t1", by=BY_TOKEN, header=header)
    assert world.bring(f"{ANA},t2", by=BY_TOKEN, header=header).counts.duplicate == 1
    assert world.bring(f"{ANA},", by=BY_TOKEN, header=header).counts.duplicate == 1
    assert world.bring(f"{ANA},t1", by=BY_TOKEN, header=header).counts.created == 1
    assert live(world) == [(ANA, "main")]


def test_a_duplicate_of_a_lead_elsewhere_expires_nothing_here(world):
    world.bring(ANA)
    world.bring(ANA, by=managing(into="schedule:other"))
    result = world.bring(ANA, by=managing({"expire_existing": True}, scrub_scope="company"))
    assert result.counts.duplicate == 1
    assert live(world) == [(ANA, "main"), (ANA, "other")]


def test_a_lead_here_expires_where_rules_let_leads_elsewhere_pass(world):
    world.bring(ANA)
    world.bring(ANA, by=managing(into="schedule:other"))
    scrub = {"scope": "company", "rules": {"existing_lead": False}}
    result = world.bring(ANA, by=managing({"expire_existing": True}, scrub=scrub))
    assert result.counts.created == 1
    assert live(world) == [(ANA, "other"), (ANA, "main")]


def test_a_lead_that_is_only_enrolled_here_too_leaves_this_schedule_and_stays_in_its_own(world):
    world.bring(ANA, by=managing(into="schedule:other"))
    world.bring(ANA, by=managing({"add_to": "schedule:main"}, into="schedule:other"))
    assert world.bring(ANA, by=EXPIRING).counts.created == 1
    assert world.enrollments() == [(ANA, "main", "expired"), (ANA, "other", "due"), (ANA, "main", "due")]


def test_by_another_identifier_whoever_has_the_phone_expires(world):
    world.bring(f"{ANA},ana@example.com", by=BY_EMAIL, header="phone,email")
    by = managing({"expire_existing": True}, identify_by="email", fields=FIELDS_OF_EMAIL)
    result = world.bring(f"{ANA},bo@example.com", by=by, header="phone,email")
    assert result.counts.created == 1
    assert [status for *_, status in world.enrollments()] == ["expired", "due"]


def test_a_lead_of_the_person_with_another_phone_stays_and_the_row_is_a_duplicate(world):
    world.bring(f"{ANA},ana@example.com", by=BY_EMAIL, header="phone,email")
    by = managing({"expire_existing": True}, identify_by="email", fields=FIELDS_OF_EMAIL)
    result = world.bring(f"{BO},ana@example.com", by=by, header="phone,email")
    assert result.counts.duplicate == 1
    assert live(world) == [(ANA, "main")]


def test_the_phone_of_a_rejected_row_expires_nothing_for_another_row_of_the_person(world):
    world.bring(f"{ANA},ana@example.com", by=BY_EMAIL, header="phone,email")
    fields = FIELDS_OF_EMAIL | {"expires_in": {"type": "integer"}}
    by = managing({"expire_existing": True}, identify_by="email", fields=fields)
    rows = (f"{ANA},ana@example.com,soon", f"{BO},ana@example.com,48")
    result = world.bring(*rows, by=by, header="phone,email,expires_in")
    assert (result.counts.rejected, result.counts.duplicate) == (1, 1)
    assert live(world) == [(ANA, "main")]
