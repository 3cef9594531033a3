"""What `lead_management:` says of the new leads of an import: enrollment, attempts, expiry, defaults, data for all."""

import json

import pytest

from lead_pipeline_tests.importing.managing.matched_world import ANA, BO, FIELDS, managing, matched_world


@pytest.fixture
def world():
    with matched_world() as world:
        yield world


def attributes(world):
    """Return the attributes of each lead."""
    return [json.loads(text or "{}") for (text,) in world.stages.rows("select attributes from leads order by lead_id")]


def hours(world):
    """Return how many hours each lead lives, None for ever."""
    found = world.stages.rows("select epoch(expires_at - created_at) / 3600 from leads order by lead_id")
    return [each and round(each, 6) for (each,) in found]


def test_leads_are_loaded_without_being_enrolled(world):
    result = world.bring(ANA, by=managing(management={"enroll": False}))
    assert result.counts.created == 1
    assert world.enrollments() == []


def test_leads_that_are_not_enrolled_may_start_those_that_are_there(world):
    world.bring(ANA)
    world.bring(ANA, by=managing({"schedule": "stop"}))
    world.bring(ANA, BO, by=managing({"schedule": "start"}, management={"enroll": False}))
    assert world.enrollments() == [(ANA, "main", "due")]


def test_the_profile_limits_the_attempts_of_its_new_leads(world):
    world.bring(ANA)
    world.bring(ANA, BO, by=managing(management={"max_attempts": 3}))
    assert world.stages.rows("select phone, max_attempts from enrollments order by phone") == [(ANA, None), (BO, 3)]


@pytest.mark.parametrize(("said", "lives"), [("48h", 48), ("36", 36), ("3 days", 72), ("30m", 0.5)])
def test_leads_whose_rows_do_not_say_it_expire_after_a_time(world, said, lives):
    by = managing(management={"expires_after": said})
    world.bring(f"{ANA},", f"{BO},6", by=by, header="phone,expires_in")
    assert hours(world) == [lives, 6]


def test_leads_of_a_file_without_the_column_expire_as_well(world):
    world.bring(ANA, by=managing(management={"expires_after": "48h"}))
    assert hours(world) == [48]


def test_an_expiry_that_cannot_be_read_is_none_of_its_own(world):
    fields = FIELDS | {"expires_in": {"type": "integer", "on_invalid": "blank"}}
    world.bring(
        f"{ANA},soon", by=managing(management={"expires_after": "48h"}, fields=fields), header="phone,expires_in"
    )
    assert hours(world) == [48]


def test_an_update_without_an_expiry_leaves_the_one_that_is_there_and_fills_a_missing_one(world):
    world.bring(f"{ANA},6", by=managing(fields=FIELDS | {"expires_in": {"type": "integer"}}), header="phone,expires_in")
    world.bring(BO)
    world.bring(ANA, BO, by=managing(management={"expires_after": "48h"}, write_mode="upsert"))
    assert hours(world)[0] == 6
    assert hours(world)[1] is not None


def test_additional_data_comes_before_rows_and_rows_before_defaults(world):
    by = managing(
        management={
            "additional_data": {"campaign": "nov", "sub_id": "all"},
            "defaults": {"lead_priority": "3", "buyers": "few", "sub_id": "none"},
        },
        default_attributes={"buyers": "all", "traffic_source": "unknown", "Campaign": "none"},
    )
    world.bring(f"{ANA},oct,9,", f"{BO},,,Sunny", by=by, header="phone,CAMPAIGN,Lead Priority,Buyers")
    assert attributes(world) == [
        {"campaign": "nov", "sub_id": "all", "lead_priority": "9", "buyers": "few", "traffic_source": "unknown"},
        {"campaign": "nov", "sub_id": "all", "lead_priority": "3", "buyers": "Sunny", "traffic_source": "unknown"},
    ]


def test_the_default_of_the_priority_is_what_the_dialer_sorts_by(world):
    world.bring(
        f"{ANA},", f"{BO},1", by=managing(management={"defaults": {"lead_priority": 7}}), header="phone,lead_priority"
    )
    assert world.stages.rows("select phone, priority from enrollments order by priority") == [(BO, 1.0), (ANA, 7.0)]


def test_additional_data_is_kept_although_other_columns_are_not(world):
    by = managing(management={"additional_data": {"campaign": "nov"}}, other_columns="ignore")
    world.bring(f"{ANA},x", by=by, header="phone,other")
    assert attributes(world) == [{"campaign": "nov"}]


def test_additional_data_is_put_on_leads_that_rows_update_and_defaults_only_fill(world):
    by = managing(write_mode="upsert")
    world.bring(f"{ANA},oct,9", by=by, header="phone,campaign,lead_priority")
    given = {"additional_data": {"campaign": "nov"}, "defaults": {"lead_priority": 3, "buyers": "all"}}
    result = world.bring(ANA, by=managing(management=given, write_mode="upsert"))
    assert result.counts.updated == 1
    assert attributes(world) == [{"campaign": "nov", "lead_priority": "9", "buyers": "all"}]


def test_rows_of_one_person_that_are_merged_have_the_additional_data_too(world):
    given = {"additional_data": {"campaign": "nov"}, "defaults": {"buyers": "all"}}
    by = managing(management=given, duplicates_in_file="merge")
    world.bring(f"{ANA},few", f"{ANA},", by=by, header="phone,buyers")
    assert attributes(world) == [{"campaign": "nov", "buyers": "few"}]


def test_a_row_of_which_nothing_is_left_but_what_the_profile_gives_is_skipped(world):
    by = managing(
        management={"additional_data": {"campaign": "nov"}, "defaults": {"buyers": "all"}, "expires_after": 48},
        fields={"phone": {"type": "phone", "on_invalid": "blank"}},
        rows_without_identifier="create",
    )
    assert world.bring("1234,x", by=by, header="phone,campaign").counts.skipped == 1


def test_a_file_is_read_by_what_is_required_of_its_rows(world):
    required = {"line_types": ["mobile"], "time_zone": "known", "consent": "there"}
    by = managing(management={"require": required})
    result = world.bring(
        "+44 7911 123456,2026-01-02T03:04:05Z",
        "+44 20 7946 0958,",
        "+881 6 1234 5678,2026-01-02T03:04:05Z",
        "12,",
        by=by,
        header="phone,consent_at",
    )
    reasons = world.stages.rows("select reason_codes from row_outcomes order by row_number")
    assert [codes for (codes,) in reasons] == [
        [],
        ["line_type_not_allowed", "consent_not_there"],
        ["time_zone_unknown"],
        ["phone_too_short", "consent_not_there"],
    ]
    assert result.counts.created == 1


@pytest.mark.parametrize("text", ["", "not-a-day"], ids=["no consent", "one that is blanked"])
def test_a_consent_that_is_not_kept_is_not_there(world, text):
    fields = FIELDS | {"consent_at": {"type": "datetime", "on_invalid": "blank"}}
    by = managing(management={"require": {"consent": "there"}}, fields=fields)
    assert world.bring(f"{ANA},{text}", by=by, header="phone,consent_at").counts.rejected == 1


def test_a_row_without_any_number_has_none_of_the_required_kind(world):
    fields = {"email": {"type": "email"}, "phone": {"type": "phone", "on_invalid": "blank"}}
    by = managing(management={"require": {"line_types": ["mobile"]}}, fields=fields, identify_by="email")
    result = world.bring("ana@example.com,", "bo@example.com,12", by=by, header="email,phone")
    assert result.counts.rejected == 2


@pytest.mark.parametrize(
    "more", [{}, {"attributes": {"Country": {"type": "text"}}}, {"fields": FIELDS | {"country": {"type": "text"}}}]
)
def test_an_attribute_may_say_where_somebody_is(world, more):
    by = managing(management={"require": {"time_zone": "known"}}, **more)
    result = world.bring("+881 6 1234 5678,Germany", "+881 6 1234 5679,", by=by, header="phone,Country")
    assert (result.counts.created, result.counts.rejected) == (1, 1)
