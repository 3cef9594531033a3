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
