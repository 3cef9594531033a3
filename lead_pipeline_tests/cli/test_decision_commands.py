"""The command where nothing is imported at once: imports that wait for a person, and dry runs."""

import json

import pytest

from lead_pipeline_tests.cli.test_commands import CLEAN, CONTRACT, MIXED, objects, place, run, write
from lead_pipeline_tests.support import query

__all__ = ["place"]  # fixtures


@pytest.fixture
def asked(place):
    """The arguments that import a file under a profile whose imports a person approves."""
    document = {"extends": "call_schedule", "name": "asked", "approval": "manual"}
    (place / "data/profiles/asked.yaml").write_text(json.dumps(document))
    return lambda path: ("import", path, "--profile", "asked")


def waiting(place, asked, name="mixed.csv", content=MIXED):
    (one,) = objects(run(*asked(write(place, name, content)), "--json"))
    return one


def test_an_import_that_waits_ends_with_0_and_says_with_which_commands_to_decide(place, asked):
    one = waiting(place, asked)
    assert set(one) >= CONTRACT
    assert one["status"] == "awaiting_approval"
    assert (one["rows_created"], one["rows_rejected"]) == (1, 1)
    assert one["commands"] == {
        answer: f"lead-pipeline --home {place / 'data'} {answer} {one['import_id']}" for answer in ("approve", "cancel")
    }
    shown = run("show", one["import_id"]).stdout
    for command in one["commands"].values():
        assert command in shown
    assert query(place / "data", "select count(*) from leads") == [(0,)]


def test_the_commands_that_are_shown_decide(place, asked):
    one = waiting(place, asked)
    command = one["commands"]["approve"].split()[1:]
    (done,) = objects(run(*command, "--json"))
    assert (done["status"], done["rows_created"], done["already_imported"]) == ("completed_with_rejects", 1, False)
    assert query(place / "data", "select phone from leads") == [("+12125550103",)]
    again = run(*command)
    assert "imported before" in " ".join(again.stdout.split())


def test_cancelled_it_is_listed_as_such_and_can_be_imported_again(place, asked):
    one = waiting(place, asked)
    (done,) = objects(run("cancel", one["import_id"], "--json"))
    assert (done["status"], done["commands"]) == ("cancelled", {})
    assert objects(run("history", "--json"))[0]["status"] == "cancelled"
    assert "was cancelled" in " ".join(run("cancel", one["import_id"]).stdout.split())
    assert waiting(place, asked, "again.csv")["import_id"] == one["import_id"]


def test_those_that_wait_are_in_the_history(place, asked):
    one = waiting(place, asked)
    (line,) = objects(run("history", "--json"))
    assert (line["import_id"], line["status"], line["rows_read"]) == (one["import_id"], "awaiting_approval", 4)
    assert "awaiting_approval" in run("history").stdout


def test_a_decision_about_nothing_is_refused_with_a_sentence(place, asked):
    one = waiting(place, asked)
    nearly = one["import_id"][:-1] + ("0" if one["import_id"][-1] != "0" else "1")
    for command in ("approve", "cancel"):
        told = run(command, nearly, code=2).stderr
        assert f"Did you mean '{one['import_id']}'?" in told
        assert "Traceback" not in told
    run("approve", one["import_id"])
    assert "can no longer be cancelled" in run("cancel", one["import_id"], code=2).stderr


def test_a_home_that_does_not_exist_is_not_made_by_a_decision(place):
    assert "No import is waiting" in run("--home", "nowhere", "approve", "a@0123456789ab", code=2).stderr
    assert not (place / "nowhere").exists()


def test_an_approved_file_that_can_no_longer_be_read_is_refused_with_2(place, asked, monkeypatch):
    from lead_pipeline.importing import steps
    from lead_pipeline.model.errors import FileUnreadableError

    one = waiting(place, asked)

    def refuse(*_arguments, **_named):
        raise FileUnreadableError("The disk lost it.")

    monkeypatch.setattr(steps, "open_rows", refuse)
    (done,) = objects(run("approve", one["import_id"], "--json", code=2))
    assert done["status"] == "quarantined"


def test_a_dry_run_prints_the_contract_and_where_its_file_is_and_the_import_after_it_agrees(place):
    path = write(place, "mixed.csv", MIXED)
    (said,) = objects(run("import", path, "--dry-run", "--json"))
    assert set(said) >= CONTRACT | {"dry_run", "dry_run_file"}
    assert said["dry_run"] is True
    assert (place / "data/reports" / said["import_id"] / "dry_run.csv").samefile(said["dry_run_file"])
    assert not (place / "data/leads.duckdb").exists()
    assert "Nothing was imported yet" in run("history").stdout
    (done,) = objects(run("import", path, "--json"))
    assert done["dry_run"] is False
    same = [key for key in CONTRACT if key not in ("rejected_file", "report_file")]
    assert {key: said[key] for key in same} == {key: done[key] for key in same}


def test_a_dry_run_shows_counts_reasons_and_the_file_and_follows_the_rules_of_exit_codes(place):
    path = write(place, "mixed.csv", MIXED)
    shown = run("import", path, "--dry-run").stdout
    assert "Dry run: nothing was kept." in " ".join(shown.split())
    assert "phone_too_short" in shown
    assert "dry_run.csv" in shown
    run("import", path, "--dry-run", "--fail-on-rejects", code=3)
    assert "There is no file" in run("import", place / "missing.csv", "--dry-run", code=2).stderr
    (refused,) = objects(run("import", write(place, "bad.csv", "colour\nred\n"), "--dry-run", "--json", code=2))
    assert (refused["status"], refused["dry_run"], refused["dry_run_file"]) == ("quarantined", True, None)
    assert not list((place / "data/quarantine").iterdir())


def test_a_dry_run_for_another_destination_is_of_that_import(place):
    path = write(place, "clean.csv", CLEAN)
    (said,) = objects(run("import", path, "--destination", "offer:solar", "--dry-run", "--json"))
    (done,) = objects(run("import", path, "--destination", "offer:solar", "--json"))
    assert (said["import_id"], said["destination"]) == (done["import_id"], "offer:solar")


def test_several_files_are_dry_run_one_by_one_each_against_the_store_as_it_is(place):
    files = [write(place, "a.csv", CLEAN), write(place, "b.csv", CLEAN + "2125550199,Eve\n")]
    assert [one["rows_created"] for one in objects(run("import", *files, "--dry-run", "--json"))] == [2, 3]
