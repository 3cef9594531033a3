"""`activity` loads calls in a recorded run; `scrub` shows whom rules leave out, and keeps nothing."""

import json

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline_tests.support import dump_store

PROFILE = """\
name: solar
extends: call_schedule
scrub:
  scope: company
  lookback_days: 30
  rules:
    dialed: true
    dispositions: [wrong number]
    area_codes: ["+1312"]
"""
CALLS = """\
phone,disposition,call time
212-555-0101,Busy,2026-01-01
212-555-0102,Wrong Number,
"""
LEADS = "caller_id\n(212) 555-0101\n(212) 555-0102\n(312) 555-0103\n(212) 555-0104\n"


@pytest.fixture
def home(tmp_path):
    leads = LeadPipeline(tmp_path / "data")
    leads.home.prepare()
    (leads.home.profiles / "solar.yaml").write_text(PROFILE)
    (tmp_path / "calls.csv").write_text(CALLS)
    (tmp_path / "leads.csv").write_text(LEADS)
    return leads.home.root


def run(home, *arguments):
    return CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)])


def test_calls_are_loaded_and_whom_they_leave_out_is_shown_and_imported_alike(home):
    said = ["--region", "US", "--timezone", "UTC"]
    loaded = run(home, "activity", home.parent / "calls.csv", *said, "--json")
    assert loaded.exit_code == 0, loaded.output
    facts = json.loads(loaded.output)
    assert (facts["rows_read"], facts["calls_added"], facts["rows_rejected"]) == (2, 2, 0)
    assert facts["columns"] == {"phone": "phone", "disposition": "disposition", "happened_at": "call time"}
    again = run(home, "activity", home.parent / "calls.csv", *said)
    assert "Loaded before, nothing done." in again.output

    before, reports = dump_store(home), sorted((home / "reports").rglob("*"))
    every = ["--scope", "company", "--lookback-days", "all", "--lookback-days", "30"]
    shown = run(home, "scrub", home.parent / "leads.csv", "--profile", "solar", *every, "--json")
    assert shown.exit_code == 0, shown.output
    whole, recent = map(json.loads, shown.output.splitlines())
    numbers = [(one["rule"], one["rows"], one["first"], one["only"]) for one in whole["waterfall"]["rules"]]
    assert numbers == [("dialed", 2, 2, 1), ("dispositions", 1, 0, 0), ("area_codes", 1, 1, 1)]
    assert whole["waterfall"]["overlaps"] == [{"rules": ["dialed", "dispositions"], "rows": 1}]
    assert (whole["lookback_days"], recent["lookback_days"], recent["waterfall"]["rows"]) == ("all", 30, 2)
    aside = run(home, "scrub", home.parent / "leads.csv", "--profile", "solar", "--without", "dialed", "--json")
    assert json.loads(aside.output)["waterfall"]["rows"] == 2
    text = run(home, "scrub", home.parent / "leads.csv", "--profile", "solar")
    said = "Leads and calls of the whole company, of the last 30 days: 2 rows of 4 would be left out"
    assert said in text.output
    assert (dump_store(home), sorted((home / "reports").rglob("*"))) == (before, reports)

    imported = json.loads(run(home, "import", home.parent / "leads.csv", "--profile", "solar", "--json").output)
    assert imported["waterfall"] == recent["waterfall"]
    assert imported["rows_suppressed"] == 2
    report = (home / imported["report_file"]).read_text()
    assert "Left out by rule" in report


def test_the_rejected_file_names_the_lead_that_is_there_the_entry_and_the_call(home):
    run(home, "activity", home.parent / "calls.csv", "--region", "US", "--timezone", "UTC")
    (home.parent / "first.csv").write_text("caller_id\n(212) 555-0104\n(212) 555-0102\n")
    first = json.loads(run(home, "import", home.parent / "first.csv", "--json").output)
    (home.parent / "stop.csv").write_text("phone,date\n2125550104,2026-01-05\n")
    run(home, "suppress", home.parent / "stop.csv", "--kind", "complaint", "--list", "desk")
    again = json.loads(run(home, "import", home.parent / "leads.csv", "--profile", "solar", "--json").output)
    lines = (home / again["rejected_file"]).read_text(encoding="utf-8-sig").splitlines()
    created = f"was created on {first['started_at'][:10]} by {first['import_id']}."
    (stopped,) = [line for line in lines if "0104" in line.split(",")[0]]
    assert "complaint: the list 'desk' (version 1, loaded" in stopped
    assert "has phone +12125550104, listed 2026-01-05." in stopped
    assert f"Lead 1 in schedule:main {created}" in stopped
    (wrong,) = [line for line in lines if "0102" in line.split(",")[0]]
    assert "prior_disposition: one call, the result was Wrong Number at a time that nobody noted (row 2 of" in wrong
    assert f"Lead 2 in schedule:main {created}" in wrong


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--without", "dialled"], "Did you mean 'dialed'?"),
        (["--lookback-days", "0"], "Write a number of days from 1, or all."),
        (["--lookback-days", "soon"], "Write a number of days from 1, or all."),
    ],
)
def test_what_does_not_exist_is_named(home, arguments, complaint):
    refused = run(home, "scrub", home.parent / "leads.csv", "--profile", "solar", *arguments)
    assert refused.exit_code == 2
    assert complaint in refused.output


def test_a_drop_that_is_refused_ends_with_2_and_one_with_bad_rows_with_3(home):
    (home.parent / "empty.csv").write_text("name\nAna\n")
    refused = run(home, "activity", home.parent / "empty.csv")
    assert refused.exit_code == 2, refused.output
    assert "says whom the calls were to" in refused.output
    (home.parent / "bad.csv").write_text("phone\n12\n" + "2125550101\n" * 5)
    partly = run(home, "activity", home.parent / "bad.csv", "--region", "US")
    assert partly.exit_code == 3
    assert "No scrub rule knows of these rows: line 2." in partly.output


OFF = """\
name: lenient
extends: call_schedule
scrub:
  rules:
    opted_out: off
    do_not_call: {countries: [US, CA]}
"""


def test_a_profile_that_switches_rules_off_says_so_wherever_it_is_used(home):
    """In the check of the profile, before an import, and of it; and nobody whom it lets through is callable."""
    (home / "profiles" / "lenient.yaml").write_text(OFF)
    checked = run(home, "profiles", "check", "lenient")
    assert checked.exit_code == 0
    assert checked.stdout == "lenient: OK\n"
    warning = (
        "The scrub rule opted_out is off, and do-not-call entries of other countries than US, CA leave nobody out: "
        "people whom that lets through are imported, nobody is enrolled for them, and they are never callable."
    )
    assert checked.stderr == f"lenient: warning: {warning}\n"
    (home.parent / "out.csv").write_text("phone\n2125550101\n2125550102\n")
    (home.parent / "dnc.csv").write_text("phone,country\n2125550104,United Kingdom\n3125550103,usa\n")
    assert run(home, "suppress", home.parent / "out.csv", "--kind", "opted_out").exit_code == 0
    assert run(home, "suppress", home.parent / "dnc.csv", "--kind", "do_not_call").exit_code == 0

    shown = run(home, "scrub", home.parent / "leads.csv", "--profile", "lenient")
    assert "The profile switches opted_out off: 2 rows would be imported, and never be callable." in shown.output
    as_json = run(
        home, "scrub", home.parent / "leads.csv", "--profile", "lenient", "--json", "--without", "do_not_call"
    )
    found = json.loads(as_json.output)["waterfall"]
    assert found["let_through"] == [{"rule": "opted_out", "rows": 2}, {"rule": "do_not_call", "rows": 1}]
    assert found["rows"] == 0

    imported = json.loads(run(home, "import", home.parent / "leads.csv", "--profile", "lenient", "--json").output)
    assert (imported["rows_created"], imported["rows_suppressed"]) == (3, 1)
    assert imported["notices"] == [
        f"{warning} In this file: 2 rows on lists of opted_out, 1 row on lists of do_not_call."
    ]
    assert warning in (home / imported["report_file"]).read_text()
    with LeadPipeline(home) as leads:
        assert leads.query("select count(*) from reachable_leads").frame.item() == 0
        assert leads.query("select count(*) from enrollments").frame.item() == 0


def test_a_profile_with_every_rule_on_is_checked_without_a_word(home):
    checked = run(home, "profiles", "check", "solar", "call_schedule")
    assert checked.stderr == ""
