"""The runs that load lists and calls show in the UI what came of them, and whom a late opt-out takes out of reach; no
value of a row is in it.
"""

import json

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.orchestration.activity.activity_asset import load_call_activity
from lead_pipeline.orchestration.jobs import import_leads, load_suppressions
from lead_pipeline_tests.support import call_schedule, importing, quick_folder, write_csv

ANA, BO, CY = "+12125550101", "+12125550102", "+12125550103"


def metadata(instance, job, asset):
    (run,) = instance.get_runs(filters=None)[:1]
    assert run.job_name == job
    events = [event for event in instance.all_logs(run.run_id) if event.is_dagster_event]
    found = [event.dagster_event for event in events if event.dagster_event.is_step_materialization]
    (made,) = [event for event in found if event.asset_key.path == [asset]]
    values = made.step_materialization_data.materialization.metadata
    return {name: value.value for name, value in values.items()}


@pytest.fixture(scope="module")
def loaded():
    """A home with leads of two imports, calls, and then an opt-out: what both runs left in the event log."""
    with quick_folder() as folder, importing(folder / "data") as home:
        for name, people in (("first", [ANA, BO]), ("second", [CY])):
            home.file(write_csv(folder / f"{name}.csv", ["caller_id"], [[one] for one in people]), call_schedule())
        calls = folder / "calls.csv"
        calls.write_text(f"phone,disposition,time\n{ANA},Said-Something,2026-01-02T10:00Z\n12,x,\n")
        home.launcher.load_activity(home.launcher.stage_activity(calls, {}))
        activity = metadata(home.launcher.instance, load_call_activity.name, "call_activity")
        (folder / "out.csv").write_text(f"phone\n{ANA}\n{CY}\n")
        shown = CliRunner().invoke(
            main, ["--home", str(home.home.root), "suppress", str(folder / "out.csv"), "--kind", "opted_out", "--json"]
        )
        lists = metadata(home.launcher.instance, load_suppressions.name, "suppressions")
        reports = "".join(path.read_text() for path in home.home.reports.rglob("report.md"))
        again = write_csv(folder / "again.csv", ["caller_id"], [[ANA], [BO], [CY], ["+12125550104"]])
        home.file(again, call_schedule())
        imported = metadata(home.launcher.instance, import_leads.name, "import_report")
        yield activity, lists, json.loads(shown.output), reports, imported


def test_a_late_opt_out_lists_who_is_out_of_reach_by_import_and_destination_everywhere(loaded):
    _, lists, as_json, reports, _ = loaded
    found = [(one["destination"], one["leads"], one["enrollments"]) for one in as_json["affected"]]
    assert found == [("schedule:main", 1, 1)] * 2
    assert lists["affected"] == as_json["affected"]
    for one in as_json["affected"]:
        line = f"| {one['import_id']} | schedule:main | 1 | 1 |"
        assert line in lists["summary"]
        assert line in reports


def test_a_drop_of_calls_shows_its_report(loaded):
    activity, _, _, reports, _ = loaded
    assert activity["summary"] in reports
    assert (activity["calls_added"], activity["rows_rejected"], activity["reasons"]) == (
        1,
        1,
        {"phone_country_unknown": 1},
    )
    assert activity["columns"] == {"disposition": "disposition", "happened_at": "time", "phone": "phone"}


def test_a_run_of_leads_shows_by_which_rules_rows_were_left_out(loaded):
    imported = loaded[-1]
    assert [record.data for record in imported["left_out"].records] == [
        {"rule": "Lead already exists (existing_lead)", "rows it hits": 3, "left out here": 3, "only this rule": 1,
         "rows left": 1},
        {"rule": "Has opted out (opted_out)", "rows it hits": 2, "left out here": 0, "only this rule": 0,
         "rows left": 1},
    ]  # fmt: skip
    assert (imported["left_out_existing_lead"], imported["left_out_opted_out"]) == (3, 2)


def test_no_value_of_a_row_is_in_the_event_log(loaded):
    activity, lists, _, _, _ = loaded
    for text in (json.dumps(activity, default=str), json.dumps(lists, default=str)):
        for value in ("5550101", "5550103", "Said-Something"):
            assert value not in text
