"""What an import would do to leads that are there stands in its dry run, row by row, and in its approval."""

import csv
import json
import shutil

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.model.errors import DestinationsError, ProfileError
from lead_pipeline.model.listings import ShownImport
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.reporting.summary import record_as_json
from lead_pipeline_tests.importing.managing.matched_world import ANA, BO, CY, MatchedWorld, changes_of, managing
from lead_pipeline_tests.support import dry_run_of, dump_store, quick_folder, staging

MATCHING = managing({"leads": "company", "schedule": "stop", "copy_to": "schedule:autumn"}, write_mode="upsert")
EXPIRING = managing({"expire_existing": True})


@pytest.fixture
def folder():
    with quick_folder() as folder:
        with staging(folder / "data") as stages:
            world = MatchedWorld(stages)
            world.bring(ANA, BO)
            world.bring(ANA, by=managing(into="schedule:other"))
        yield folder


def dry(folder, profile, *rows):
    file = folder / "dry.csv"
    file.write_text("\n".join(("phone", *rows, "")), encoding="utf-8")
    with staging(folder / "data") as stages:
        home = stages.home
    return dry_run_of(home, file, profile)


def leads_of_rows(folder, result):
    with (folder / "data" / result.dry_run_file).open(encoding="utf-8-sig", newline="") as file:
        return {int(row["row_number"]): row["leads"] for row in csv.DictReader(file)}


def test_a_dry_run_says_of_each_row_what_would_become_of_which_lead_and_keeps_nothing(folder):
    before = dump_store(folder / "data")
    result = dry(folder, MATCHING, ANA, CY, BO)
    assert leads_of_rows(folder, result) == {
        1: "lead 1: copied from schedule:main to schedule:autumn; lead 1: stopped in schedule:main; "
        "lead 3: stopped in schedule:other",
        2: "",
        3: "lead 2: copied from schedule:main to schedule:autumn; lead 2: stopped in schedule:main",
    }
    assert dump_store(folder / "data") == before


def test_a_dry_run_names_the_leads_that_would_expire(folder):
    result = dry(folder, EXPIRING, BO)
    assert leads_of_rows(folder, result) == {1: "lead 2: expired in schedule:main"}


def test_the_counts_are_those_of_the_import_right_after(folder):
    supposed = dry(folder, MATCHING, ANA, BO)
    with staging(folder / "data") as stages:
        done = MatchedWorld(stages, files=10).bring(ANA, BO, by=MATCHING)
    assert changes_of(supposed) == changes_of(done)
    assert [one for one in changes_of(done) if one[0] == "stopped"] == [
        ("stopped", "schedule:main", None, 2),
        ("stopped", "schedule:other", None, 1),
    ]


def test_an_approval_says_what_would_be_done_and_nothing_is_until_it_is_given(folder):
    with staging(folder / "data") as stages:
        world = MatchedWorld(stages, files=10)
        waiting = world.bring(BO, by=managing({"schedule": "stop"}, approval="manual"))
        assert waiting.status == ImportStatus.AWAITING_APPROVAL
        assert changes_of(waiting) == [("stopped", "schedule:main", None, 1)]
        assert world.statuses()[BO] == "due"
        done = stages.decide(waiting.import_id, "approved")
        assert changes_of(done) == changes_of(waiting)
        assert world.statuses()[BO] == "stopped"


def test_what_a_cancelled_import_would_have_done_is_not_done(folder):
    with staging(folder / "data") as stages:
        world = MatchedWorld(stages, files=10)
        waiting = world.bring(BO, by=managing({"expire_existing": True, "opt": "in"}, approval="manual"))
        stages.decide(waiting.import_id, "cancelled")
        assert world.events() == []


def wrong_file(folder):
    place = folder / "data" / "destinations"
    place.mkdir(exist_ok=True)
    (place / "main.yaml").write_text("kind: schedule\nname: main\nmax_attempts: many\n", encoding="utf-8")
    return place / "main.yaml"


def test_a_wrong_file_of_destinations_stops_imports_before_anything_is_written(folder):
    path = wrong_file(folder)
    before = dump_store(folder / "data")
    with staging(folder / "data") as stages, pytest.raises(DestinationsError) as stopped:
        MatchedWorld(stages, files=10).bring(CY)
    for part in ("main.yaml, line 3", "max_attempts", "destinations check"):
        assert part in str(stopped.value)
    assert dump_store(folder / "data") == before
    path.write_text("kind: schedule\nname: main\nmax_attempts: 4\n", encoding="utf-8")
    with staging(folder / "data") as stages:
        world = MatchedWorld(stages, files=11)
        world.bring(CY)
        assert stages.rows("select distinct max_attempts from enrollments where schedule = 'main'") == [(4,)]


def test_a_wrong_file_of_destinations_refuses_a_dry_run(folder):
    wrong_file(folder)
    with pytest.raises(ProfileError, match="line 3"):
        dry(folder, EXPIRING, BO)


def test_destinations_without_a_file_have_the_defaults(folder):
    with staging(folder / "data") as stages:
        world = MatchedWorld(stages, files=10)
        world.bring(BO, by=managing({"move_to": "schedule:nobody-wrote-of"}))
        assert stages.rows("select count(*) from base.destination_settings") == [(0,)]
        assert (BO, "nobody-wrote-of", "due") in world.enrollments()


def test_an_import_whose_result_was_removed_still_says_what_it_did(folder):
    with staging(folder / "data") as stages:
        done = MatchedWorld(stages, files=10).bring(ANA, BO, by=MATCHING)
    shutil.rmtree(folder / "data" / "reports" / done.import_id)
    shown = LeadPipeline(folder / "data").show(done.import_id)
    assert isinstance(shown, ShownImport)
    assert shown.lead_changes == done.lead_changes
    assert json.loads(json.dumps(record_as_json(shown)))["lead_changes"][0] == done.lead_changes[0].model_dump()
