"""A column of the lead file that says who may not be contacted is heard, or a person is asked."""

import pytest

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline_tests.support import call_schedule, quick_folder, staging


@pytest.fixture
def stages():
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield stages


def bring(stages, header, values, **changes):
    lines = [f"{2125550101 + index},{value}" for index, value in enumerate(values)]
    path = stages.home.root.parent / "leads.csv"
    path.write_text("\n".join([f"caller_id,{header}", *lines]) + "\n", encoding="utf-8")
    return stages.file(path, call_schedule(**changes))


@pytest.mark.parametrize(
    ("header", "values", "code"),
    [
        ("Do Not Contact", ["TRUE", "no", "1", ""], "do_not_call"),
        ("DNC", ["x", "", "Y", ""], "do_not_call"),
        ("do_not_call", ["yes", "no", "yes", "n/a"], "do_not_call"),
        ("Opted Out", ["true", "false", "Yes", "0"], "opted_out"),
        ("Unsubscribed at", ["2026-01-05", "", "5.1.2026 10:00", ""], "opted_out"),
        ("Nicht anrufen", ["ja", "nein", "Ja", "nein"], "do_not_call"),
        ("Ne pas appeler", ["oui", "non", "oui", ""], "do_not_call"),
        ("No llamar", ["sí", "no", "si", "no"], "do_not_call"),
        ("Não ligar", ["sim", "não", "sim", "não"], "do_not_call"),
        ("Marketing consent", ["no", "yes", "0", ""], "opted_out"),
        ("Einwilligung", ["nein", "ja", "nein", "2026-01-05"], "opted_out"),
        ("DoNotCall__c", ["true", "false", "1", "0"], "do_not_call"),
        ("Phone 1 DNC", ["Y", "N", "Yes - by letter", "N"], "do_not_call"),
        ("Mobile do not call", ["on list", "clear", "Listed", "not listed"], "do_not_call"),
        ("TPS registered", ["registered", "not registered", "Y", ""], "do_not_call"),
        ("Bitte nicht mehr anrufen", ["ja", "nein", "x", ""], "do_not_call"),
        ("Registro delle opposizioni", ["sì", "no", "sì", "no"], "do_not_call"),
        ("勿扰", ["是", "否", "是", ""], "do_not_call"),
        ("Unsubscribed From All Emails", ["TRUE", "FALSE", "TRUE", ""], "opted_out"),
        ("Opt-out date", ["Jan 5 2026", "0000-00-00", "46027.4", "0000-00-00 00:00:00"], "opted_out"),
        ("Accepts Marketing", ["no", "yes", "FALSE", "true"], "opted_out"),
        ("consent_to_call", ["no", "https://example.com/terms", "withdrawn", "By signing up I agree."], "opted_out"),
        ("May we contact you?", ["No.", "Yes!", "n", "y"], "opted_out"),
        ("Согласие", ["нет", "да", "нет", "да"], "opted_out"),
        ("수신거부", ["예", "아니오", "예", "아니오"], "opted_out"),
        ("Blocked", ["yes", "no", "1", ""], "blocked"),
        ("Lead Status", ["DNC", "Open", "Do Not Call", "no"], "do_not_call"),
        ("Subscription status", ["Unsubscribed", "subscribed", "opted out", "cancelled"], "opted_out"),
    ],
)
def test_rows_that_say_so_are_suppressed(stages, header, values, code):
    result = bring(stages, header, values)
    assert (result.status, result.counts.created, result.counts.suppressed) == ("completed", 2, 2)
    assert {(one.code, one.count) for one in result.reasons} == {(code, 2)}
    assert stages.rows("select count(*) from enrollments") == [(2,)]


def test_where_nobody_can_tell_a_person_is_asked_and_no_value_is_told(stages):
    result = bring(stages, "Do not call", ["maybe later", "no"])
    assert result.status == "awaiting_approval"
    assert "'Do not call'" in result.message
    assert "maybe" not in result.message
    assert stages.rows("select count(*) from leads") == [(0,)]


def test_a_day_of_consent_that_cannot_be_read_is_no_refusal(stages):
    result = bring(stages, "consent_at", ["14. March", "2026-03-14T09:30:00", "no"])
    assert (result.status, result.counts.created, result.counts.suppressed) == ("completed", 2, 1)


def test_the_profile_overrules_what_is_recognized(stages):
    assert bring(stages, "DNC", ["yes", "no"], do_not_contact_column="ignore").counts.created == 2


def test_the_profile_names_a_column_by_any_name(stages):
    assert bring(stages, "Stop it", ["yes", "no"], do_not_contact_column="stop_it").counts.suppressed == 1


def test_a_file_without_the_column_that_the_profile_names_waits(stages):
    assert bring(stages, "city", ["Bonn"], do_not_contact_column="Stop").status == "awaiting_approval"


@pytest.mark.parametrize(
    "header",
    [
        "Call back",
        "Consent text",
        "Contact",
        "Status",
        "Data",
        "Permission",
        "No. of calls",
        "Opt-in source",
        "Opted out of fax",
    ],
)
def test_other_columns_mean_nothing_of_the_kind(stages, header):
    assert bring(stages, header, ["no", "yes"]).counts.created == 2


def test_a_state_that_a_profile_names_is_read_as_yes_or_no(stages):
    assert bring(stages, "Stop status", ["yes", "no"], do_not_contact_column="Stop status").counts.suppressed == 1


def test_nothing_stays_due_for_leads_of_earlier_imports_whose_row_says_so(stages):
    bring(stages, "city", ["Bonn", "Rome", "Oslo"])
    result = bring(stages, "DNC", ["yes", "no"])
    assert (result.counts.suppressed, result.counts.duplicate) == (1, 1)
    assert stages.rows("select status, reason from enrollments order by lead_id") == [
        ("suppressed", "do_not_call"), ("due", None), ("due", None),
    ]  # fmt: skip
    hints = stages.rows("select hints from row_outcomes where outcome = 'suppressed'")
    assert "Nothing is due any more for lead 1." in str(hints)


@pytest.mark.parametrize(("header", "kind"), [("DNC", "do_not_call"), ("Opted out", "opted_out")])
def test_whoever_said_so_is_not_due_by_a_later_file_that_does_not(stages, header, kind):
    bring(stages, "city", ["Bonn", "Rome"])
    bring(stages, header, ["yes", "no"])
    elsewhere = {"kind": "schedule", "name": "second"}
    assert bring(stages, "city", ["Oslo", "Oslo"], destination=elsewhere).counts.created == 2
    assert stages.rows("select status, reason from enrollments where schedule = 'second' order by lead_id") == [
        ("suppressed", kind), ("due", None),
    ]  # fmt: skip


def bring_text(stages, text, name="leads.csv", **changes):
    path = stages.home.root.parent / name
    path.write_text(text, encoding="utf-8")
    return stages.file(path, call_schedule(**changes))


@pytest.mark.parametrize("kind", ["DNC", "Opted out"])
@pytest.mark.parametrize("first", [True, False])
def test_a_row_that_says_so_speaks_for_every_row_of_its_person(stages, kind, first):
    rows = ["(212) 555-0101,yes", "+1 212 555 0101,no"]
    text = "\n".join([f"caller_id,{kind}", *(rows if first else reversed(rows)), "212-555-0102,no"]) + "\n"
    result = bring_text(stages, text)
    assert (result.counts.created, result.counts.suppressed, result.counts.duplicate) == (1, 2, 0)
    assert stages.rows("select phone from leads") == [("+12125550102",)]
    said = [hints for (hints,) in stages.rows("select hints from rejected_leads order by row_number")]
    by, other = (0, 1) if first else (1, 0)
    assert "the row says so itself." in said[by]
    assert f"row {by + 1}, of the same person, says so." in said[other]


def test_a_faulty_row_is_heard_as_well(stages):
    bring_text(stages, "caller_id,city\n2125550103,Rome\n", "before.csv")
    result = bring_text(
        stages, "caller_id,expires_in,Opted out\n2125550101,soon,yes\n2125550101,24,no\n2125550103,never,yes\n"
    )
    assert (result.counts.created, result.counts.suppressed, result.counts.rejected) == (0, 1, 2)
    assert stages.rows("select status, reason from enrollments") == [("suppressed", "opted_out")]


def test_an_opt_out_in_a_row_holds_for_rows_that_name_the_contact_otherwise(stages):
    keys = {"name": "crm", "destination": {"kind": "list", "name": "all"}, "identify_by": "email",
               "fields": {"email": {"type": "email", "required": True}, "phone": {"type": "phone"}},
               "aliases": {"email": {"column": "other email"}}, "default_region": "US"}  # fmt: skip
    profile = ImportProfile.model_validate(keys)
    before = stages.home.root.parent / "before.csv"
    before.write_text("email,other email\nann@example.com,ann@work.example\n", encoding="utf-8")
    stages.file(before, profile)
    path = stages.home.root.parent / "leads.csv"
    path.write_text(
        "email,other email,Opted out\nann@example.com,,yes\nann@work.example,,no\nbo@example.com,,no\n",
        encoding="utf-8",
    )
    result = stages.file(path, profile)
    assert (result.counts.created, result.counts.suppressed) == (1, 2)


def test_a_number_that_a_row_says_may_not_be_called_is_no_further_number_of_another(stages):
    profile = call_schedule(secondary_contacts={"max": 1, "phone_column": "phone {n}"})
    path = stages.home.root.parent / "leads.csv"
    path.write_text("caller_id,phone 1,DNC\n2125550101,,yes\n2125550102,2125550101,no\n", encoding="utf-8")
    result = stages.file(path, profile)
    assert (result.counts.created, result.counts.suppressed) == (1, 1)
    assert stages.rows("select count(*) from secondary_contacts") == [(0,)]
