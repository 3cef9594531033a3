"""A list that arrives after the leads ends what is due for the people on it, in its own transaction."""

import pytest

from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.screening.screened import profile
from lead_pipeline_tests.support import call_schedule, quick_folder, staging


@pytest.fixture
def stages():
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield stages


def bring(stages, text, by=None):
    path = stages.home.root.parent / "calls.csv"
    path.write_text(text, encoding="utf-8")
    return stages.file(path, by or call_schedule())


def enrollments(stages):
    found = stages.rows("select phone, status, reason from enrollments")
    return {phone: (status, reason) for phone, status, reason in found}


def test_what_is_due_for_people_on_a_list_is_suppressed_with_the_reason(stages):
    result = bring(stages, "caller_id\n2125550101\n2125550102\n2125550103\n2125550104\n")
    loaded = load(stages, "phone\n2125550101\n2125550109\n")
    load(stages, "phone\n2125550102\n", kind="blocked")
    load(stages, "phone\n2125550103\n", kind="do_not_call")
    assert enrollments(stages) == {
        "+12125550101": ("suppressed", "opted_out"),
        "+12125550102": ("suppressed", "blocked"),
        "+12125550103": ("suppressed", "do_not_call"),
        "+12125550104": ("due", None),
    }
    (affected,) = loaded.affected
    assert (affected.import_id, affected.leads, affected.enrollments) == (result.import_id, 1, 1)


def test_an_email_on_a_list_ends_the_calls_to_that_person(stages):
    bring(stages, "phone,email\n+12125550101,Ana@example.com\n+12125550102,bo@example.com\n", profile())
    load(stages, "email\nana@EXAMPLE.com\n")
    assert [phone for phone, (status, _) in enrollments(stages).items() if status == "due"] == ["+12125550102"]


def test_an_old_form_ends_the_calls_to_todays_form_of_the_number(stages):
    bring(stages, "caller_id\n+52 55 4169 2288\n+55 11 98169-2288\n+54 9 11 4169 2288\n+52 55 4169 2277\n")
    load(stages, "phone\n+52 1 55 4169 2288\n+55 11 8169-2288\n+54 11 4169 2288\n")
    assert sorted(phone for phone, (status, _) in enrollments(stages).items() if status == "due") == ["+525541692277"]


def test_an_old_form_on_a_list_stops_todays_form_in_an_import(stages):
    load(stages, "phone\n+52 1 55 4169 2288\n+55 11 8169-2288\n+54 11 4169 2288\n+52 55 4169 2266\n")
    result = bring(stages, "caller_id\n+52 55 4169 2288\n+55 11 98169-2288\n+54 9 11 4169 2288\n+55 11 98169-2299\n")
    assert (result.counts.suppressed, result.counts.created) == (3, 1)


def test_a_landline_of_a_country_with_old_forms_is_itself_only(stages):
    load(stages, "phone\n+55 11 2169-2288\n+52 55 4169 2266\n")
    result = bring(stages, "caller_id\n+55 11 92169-2288\n+55 11 3169-2288\n+52 55 4169 2277\n")
    assert result.counts.suppressed == 0


def secondaries(stages):
    found = stages.rows("select phone, status, reason from main.secondary_contacts order by phone")
    return {phone: (status, reason) for phone, status, reason in found}


def test_secondary_contacts_that_were_there_before_a_list_are_suppressed_and_their_lead_stays_due(stages):
    by = call_schedule(
        secondary_contacts={"max": 2},
        fields={"phone": {"type": "phone", "column": "caller_id", "required": True, "multiple": "secondary"}},
    )
    bring(
        stages,
        "caller_id,secondary_phone_1,secondary_phone_2\n"
        "2125550101,2125550111,+55 11 98169-2288\n2125550102 / 2125550112,,\n2125550103,2125550113,\n",
        by,
    )
    loaded = load(stages, "phone\n2125550111\n+55 11 8169-2288\n", kind="do_not_call")
    assert (loaded.secondary_contacts, loaded.affected) == (2, ())
    assert load(stages, "phone\n2125550112\n2125550111\n").secondary_contacts == 1
    assert secondaries(stages) == {
        "+12125550111": ("suppressed", "do_not_call"),
        "+12125550112": ("suppressed", "opted_out"),
        "+12125550113": ("callable", None),
        "+5511981692288": ("suppressed", "do_not_call"),
    }
    assert {status for status, _ in enrollments(stages).values()} == {"due"}


def test_a_lead_whose_own_phone_is_listed_too_is_ended_by_it(stages):
    by = call_schedule(secondary_contacts={"max": 1})
    bring(stages, "caller_id,secondary_phone_1\n2125550101,2125550111\n", by)
    load(stages, "phone\n2125550111\n2125550101\n")
    assert enrollments(stages) == {"+12125550101": ("suppressed", "opted_out")}
    assert secondaries(stages) == {"+12125550111": ("suppressed", "opted_out")}
