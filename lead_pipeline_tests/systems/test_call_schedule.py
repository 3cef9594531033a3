"""`call_schedule`, sentence by sentence: leads for a schedule or an offer of a pay-per-call platform."""

from datetime import timedelta

import pytest

from lead_pipeline.model.destination import Destination
from lead_pipeline_tests.systems.homes import counts, home_of

HEADER = ["caller_id", "email", "expires_in", "remote_ip", "traffic_source", "lead_priority", "zip"]


@pytest.fixture(scope="module")
def calls():
    with home_of("call_schedule") as system:
        yield system


def row(number, **changes):
    cells = {
        "caller_id": f"951555{100 + number:04}",
        "email": f"ana{number}@example.com",
        "expires_in": "48",
        "remote_ip": "192.0.2.1",
        "traffic_source": "radio",
        "lead_priority": "2",
        "zip": "02134",
    }
    return list((cells | changes).values())


# the phone column is literally `caller_id`, required


def test_a_file_without_caller_id_is_refused_with_the_column_that_is_near(calls):
    result = calls.imported(calls.profile(), ["callerid", "email"], ["9515550101", "a@example.com"])
    assert result.status == "quarantined"
    assert "'caller_id'" in result.message
    assert "Did you mean 'callerid'?" in result.message


def test_a_row_without_a_number_is_rejected(calls):
    result = calls.imported(calls.aimed("required"), HEADER, row(1), row(2, caller_id=""))
    assert calls.verdicts(result) == [("created", ()), ("rejected", ("phone_missing",))]


# email, expires_in (hours), remote_ip are lead fields; every other column becomes an attribute


def test_fields_and_attributes_of_a_lead(calls):
    profile = calls.aimed("fields")
    calls.imported(profile, [*HEADER, "Roof type"], [*row(1), "tiles"])
    ((phone, email, ip, life),) = calls.leads(profile, "phone", "email", "remote_ip", "expires_at - created_at")
    assert (phone, email, ip) == ("+19515550101", "ana1@example.com", "192.0.2.1")
    assert life == timedelta(hours=48)
    (attributes,) = calls.attributes(profile)
    assert attributes == {
        "traffic_source": "radio",
        "lead_priority": "2",
        "zip": "02134",
        "Roof type": "tiles",
        "buyers": "all",
        "sub_id": "none",
    }


COSTS = [
    ({"expires_in": "soon"}, ("rejected", ("number_invalid",))),
    ({"expires_in": "-1"}, ("rejected", ("number_out_of_range",))),
    ({"expires_in": ""}, ("created", ())),
    ({"email": "no address"}, ("created", ("email_invalid",))),
    ({"remote_ip": "1" * 46}, ("created", ("value_too_long",))),
]


def test_a_bad_lifetime_costs_the_lead_and_any_other_bad_value_itself_alone(calls):
    rows = [row(number, **changes) for number, (changes, _) in enumerate(COSTS)]
    result = calls.imported(calls.aimed("costs"), HEADER, *rows)
    assert calls.verdicts(result) == [verdict for _, verdict in COSTS]


# destination schedule or offer with a name, chosen in the profile or for one import


def test_an_import_can_be_aimed_at_an_offer(calls):
    profile = calls.profile().with_destination(Destination.parse("offer:solar"))
    calls.imported(profile, HEADER, row(1))
    assert calls.leads(profile, "destination_kind", "destination_name") == [("offer", "solar")]
    assert calls.stages.rows("select count(*) from enrollments where schedule = 'solar'") == [(0,)]


# default country for numbers written without +


@pytest.mark.parametrize(
    ("said", "number", "phone"),
    [
        ("", "(951) 555-0123", "+19515550123"),
        ("default_region: GB", "020 7946 0123", "+442079460123"),
        ("", "+44 20 7946 0123", "+442079460123"),
    ],
    ids=["US", "GB", "plus"],
)
def test_numbers_without_plus_are_of_the_profiles_country(calls, said, number, phone):
    profile = calls.aimed(f"country {number}", said)
    calls.imported(profile, HEADER, row(1, caller_id=number))
    assert calls.leads(profile, "phone") == [(phone,)]


# default attributes for rows that omit a value


def test_attributes_that_a_row_omits_have_defaults(calls):
    profile = calls.aimed("defaults")
    calls.imported(profile, HEADER, row(1, traffic_source="", lead_priority=" "), row(2))
    first, second = calls.attributes(profile)
    assert (first["traffic_source"], first["lead_priority"]) == ("unknown", "5")
    assert (second["traffic_source"], second["lead_priority"]) == ("radio", "2")


def test_lower_priority_is_called_sooner(calls):
    profile = calls.aimed("priorities")
    calls.imported(profile, HEADER, row(1, lead_priority="7"), row(2, lead_priority="1"), row(3, lead_priority=""))
    due = "select phone from enrollments where schedule = 'priorities' order by priority"
    assert calls.stages.rows(due) == [("+19515550102",), ("+19515550103",), ("+19515550101",)]


# duplicates judged by phone within the destination, or across all destinations


def test_a_number_of_the_same_schedule_is_a_duplicate_and_of_another_is_not(calls):
    here, there = calls.aimed("here"), calls.aimed("there")
    calls.imported(here, HEADER, row(31))
    again = calls.imported(here, HEADER, row(31, email="other@example.com", caller_id="+1 (951) 555-0131"))
    assert calls.verdicts(again) == [("duplicate", ("duplicate_existing",))]
    assert calls.verdicts(calls.imported(there, HEADER, row(31))) == [("created", ())]
    assert len({contact for (contact,) in calls.leads(here, "contact_id") + calls.leads(there, "contact_id")}) == 1


def test_with_the_company_as_scope_a_lead_anywhere_is_a_duplicate(calls):
    calls.imported(calls.aimed("first"), HEADER, row(41))
    result = calls.imported(calls.aimed("second", "scrub_scope: company"), HEADER, row(41), row(42))
    assert calls.verdicts(result) == [("duplicate", ("duplicate_existing",)), ("created", ())]


def test_of_several_rows_with_one_number_the_first_good_one_is_the_lead(calls):
    profile = calls.aimed("twice")
    rows = [row(1, expires_in="soon"), row(1, email="second@example.com"), row(1, email="third@example.com")]
    result = calls.imported(profile, HEADER, *rows)
    assert calls.verdicts(result) == [
        ("rejected", ("number_invalid",)),
        ("created", ()),
        ("duplicate", ("duplicate_in_file",)),
    ]
    assert calls.leads(profile, "email") == [("second@example.com",)]


# a number on the blocked list is suppressed


def test_blocked_and_opted_out_numbers_are_suppressed_and_not_rejected(calls):
    calls.stages.suppress(calls.text("phone,reason\n951-555-0151,complained\n"), "blocked")
    calls.stages.suppress(calls.text("(951) 555-0152\n"), "opted_out")
    calls.stages.suppress(calls.text("+19515550153\n"), "do_not_call")
    result = calls.imported(calls.aimed("suppressed"), HEADER, row(51), row(52), row(53), row(54))
    assert calls.verdicts(result) == [
        ("suppressed", ("blocked",)),
        ("suppressed", ("opted_out",)),
        ("suppressed", ("do_not_call",)),
        ("created", ()),
    ]


# look up or create the contact, create the lead, and, for a schedule, enroll it in the schedule's first action


def test_each_lead_of_a_schedule_is_enrolled_once_in_the_first_action(calls):
    profile = calls.aimed("enrolled")
    calls.imported(profile, HEADER, row(61), row(62))
    calls.imported(profile, HEADER, row(62), row(63))
    enrolled = "select phone, action, status from enrollments where schedule = 'enrolled' order by phone"
    assert calls.stages.rows(enrolled) == [(f"+195155501{number}", 1, "due") for number in (61, 62, 63)]


def test_a_contact_is_created_once_and_looked_up_after_that(calls):
    first = calls.imported(calls.aimed("contacts a"), HEADER, row(71))
    second = calls.imported(calls.aimed("contacts b"), HEADER, row(71), row(72))
    assert (first.contacts_created, second.contacts_created) == (1, 1)


def test_imported_again_under_another_name_it_changes_nothing(calls):
    profile = calls.aimed("again")
    file = calls.csv(HEADER, row(81), row(82))
    first = calls.stages.file(file, profile)
    copy = file.with_name("the same.csv")
    copy.write_bytes(file.read_bytes())
    again = calls.stages.file(copy, profile)
    assert (again.already_imported, again.import_id, counts(again)) == (True, first.import_id, {"created": 2})
    assert len(calls.leads(profile, "lead_id")) == 2
