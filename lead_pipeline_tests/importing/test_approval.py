"""Imports that wait for a person: nothing is written before an approval, everything exactly once after it."""

import csv
import shutil

import dagster as dg
import pytest
from dagster import RunsFilter

from lead_pipeline.filing.decisions import waiting_imports
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.filing.receipts import find_receipt
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.orchestration.telling.tagging import WAITS, import_tag
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import call_schedule, query, quick_folder, staging, write_csv

HEADER = ("caller_id", "email", "expires_in", "state")
KNOWN, BLOCKED = "2125550100", "2125550199"
ROWS = [
    ("2125550101", "a@example.com", "24", "NY"),  # created
    ("2125550102", "", "", "CA"),  # created
    ("2125550101", "", "", "TX"),  # duplicate_in_file
    (KNOWN, "", "", "NY"),  # duplicate_existing
    (BLOCKED, "", "", "NY"),  # blocked
    ("12345", "", "", "NY"),  # phone_too_short
    ("", "", "", ""),  # row_blank
]
COUNTS = {"created": 2, "duplicate": 2, "suppressed": 1, "rejected": 1, "skipped": 1, "updated": 0, "unchanged": 0}
ASKED = {"approval": "manual"}


@pytest.fixture(scope="module")
def template():
    """A home with a blocked number and an earlier import."""
    with quick_folder() as folder:
        with staging(folder / "home") as stages:
            stages.suppress(write_csv(folder / "blocked.csv", ("phone",), [(BLOCKED,)]))
            stages.file(write_csv(folder / "known.csv", HEADER, [(KNOWN, "", "", "NY")]), call_schedule())
        yield folder / "home"


@pytest.fixture
def place():
    with quick_folder() as folder:
        yield folder


@pytest.fixture
def imports(place, template):
    shutil.copytree(template, place / "home")
    with staging(place / "home") as stages:
        yield stages


@pytest.fixture
def file(place):
    return write_csv(place / "list.csv", HEADER, ROWS)


def status_of(imports):
    return imports.rows(
        "select status, rows_read, rows_created, rows_rejected from imports where import_id like 'list%'"
    )


def outcomes(imports):
    return imports.rows(
        "select row_number, outcome, reason_codes from row_outcomes where import_id like 'list%' order by 1"
    )


def test_what_waits_is_judged_to_the_last_row_and_nothing_of_it_is_in_the_store(imports, file):
    result = imports.file(file, call_schedule(**ASKED))
    assert result.status == ImportStatus.AWAITING_APPROVAL
    assert result.counts.model_dump() == COUNTS
    assert result.rows_read == len(ROWS)
    assert "approval: manual" in result.message
    assert imports.rows("select count(*) from leads") == [(1,)]
    assert imports.rows("select count(*) from contacts") == [(1,)]
    assert outcomes(imports) == []
    assert status_of(imports) == [("awaiting_approval", 7, 0, 0)]  # what would be created is not counted as created
    assert not list(imports.home.tables.rglob("import_id=list*"))
    assert waiting_imports(imports.home) == [result.import_id]


def test_its_report_and_rejected_file_are_complete_before_anybody_decides(imports, file):
    result = imports.file(file, call_schedule(**ASKED))
    with (imports.home.root / result.rejected_file).open(encoding="utf-8-sig") as rejected:
        told = [(int(row["_row_number"]), row["_reasons"]) for row in csv.DictReader(rejected)]
    assert told == [(3, "duplicate_in_file"), (4, "duplicate_existing"), (5, "blocked"), (6, "phone_too_short")]
    page = (imports.home.root / result.report_file).read_text()
    assert f"approve {result.import_id}" in page
    assert f"cancel {result.import_id}" in page
    assert str(imports.home.root) in page


#: What an import leaves in the store, but for its number and times.
LEFT = (
    "select lead_id, contact_id, phone, email, attributes, import_id, row_number, expires_at - created_at from leads",
    "select contact_id, identifier_kind, identifier from contacts",
    "select schedule, action, status, phone, priority from enrollments",
    "select * from row_outcomes",
    "select * from rejected_leads",
    "select import_id, status, rows_read, rows_created, rows_duplicate, contacts_created, message from imports",
)


def test_an_approved_import_leaves_what_one_that_nobody_was_asked_about_leaves(imports, file, place, template):
    waiting = imports.file(file, call_schedule(**ASKED))
    result = imports.decide(waiting.import_id, "approved")
    assert (result.status, result.counts) == (ImportStatus.COMPLETED_WITH_REJECTS, waiting.counts)
    shutil.copytree(template, place / "unasked")
    with staging(place / "unasked") as unasked:
        unasked.file(file, call_schedule())
        for left in LEFT:
            assert sorted(map(repr, imports.rows(left))) == sorted(map(repr, unasked.rows(left)))
    assert len(outcomes(imports)) == len(ROWS)
    assert list(pending_manifests(imports.home)) == []
    assert (imports.home.archive / "call_schedule" / f"{result.import_id}.csv").read_bytes() == file.read_bytes()


def test_after_the_approval_the_rows_are_judged_again_because_the_store_may_have_changed(imports, file, place):
    waiting = imports.file(file, call_schedule(**ASKED))
    between = write_csv(place / "between.csv", HEADER, [("2125550102", "", "", "CA")])
    imports.file(between, call_schedule())
    result = imports.decide(waiting.import_id, "approved")
    assert (result.counts.created, result.counts.duplicate) == (1, 3)
    assert imports.rows("select count(*) from leads") == [(3,)]


def test_approved_twice_it_is_imported_once(imports, file):
    waiting = imports.file(file, call_schedule(**ASKED))
    imports.decide(waiting.import_id, "approved")
    again = imports.file(file, call_schedule(**ASKED))
    assert again.already_imported
    assert imports.rows("select count(*) from leads") == [(3,)]


def test_a_cancelled_import_leaves_the_store_as_it_was_and_its_file_in_quarantine(imports, file):
    waiting = imports.file(file, call_schedule(**ASKED))
    result = imports.decide(waiting.import_id, "cancelled")
    assert result.status == ImportStatus.CANCELLED
    assert imports.rows("select count(*) from leads") == [(1,)]
    assert status_of(imports) == [("cancelled", 7, 0, 0)]
    kept = imports.home.quarantine / "call_schedule" / f"{result.import_id}.csv"
    assert kept.read_bytes() == file.read_bytes()
    note = kept.with_name(f"{kept.name}.reason.txt").read_text()
    assert "cancelled" in note
    assert "start again" in note
    assert (imports.home.root / result.rejected_file).exists()  # what to correct
    assert find_receipt(imports.home, result.import_id).status == ImportStatus.CANCELLED
    assert list(pending_manifests(imports.home)) == []
    assert not (imports.home.staging / "parts" / result.import_id).exists()


def test_a_cancelled_content_imported_again_starts_anew_and_can_be_approved(imports, file):
    waiting = imports.file(file, call_schedule(**ASKED))
    imports.decide(waiting.import_id, "cancelled")
    again = imports.file(file, call_schedule(**ASKED))
    assert (again.import_id, again.status) == (waiting.import_id, ImportStatus.AWAITING_APPROVAL)
    assert status_of(imports) == [("awaiting_approval", 7, 0, 0)]  # what would be created is not counted as created
    assert imports.decide(again.import_id, "approved").status == ImportStatus.COMPLETED_WITH_REJECTS
    assert imports.rows("select count(*) from leads") == [(3,)]


def test_a_corrected_file_is_an_import_of_its_own_and_each_is_decided_by_itself(imports, file, place):
    first = imports.file(file, call_schedule(**ASKED))
    corrected = write_csv(place / "list.csv", HEADER, [*ROWS[:5], ("2125550105", "", "", "NY")])
    second = imports.file(corrected, call_schedule(**ASKED))
    assert first.import_id != second.import_id
    imports.decide(first.import_id, "cancelled")
    assert imports.decide(second.import_id, "approved").counts.rejected == 0
    assert sorted(row[0] for row in status_of(imports)) == ["cancelled", "completed"]


RATES = {"far below": (0.5, False), "just below": (0.15, False), "at it": (0.1, True), "above": (0.05, True)}


@pytest.mark.parametrize(("limit", "waits"), RATES.values(), ids=RATES)
def test_below_the_limit_nobody_is_asked(imports, place, limit, waits):
    rows = [(f"21255502{number:02d}", "", "", "NY") for number in range(9)]
    one_in_ten = write_csv(place / "list.csv", HEADER, [*rows, ("12345", "", "", "NY")])
    result = imports.file(one_in_ten, call_schedule(approval={"auto_below": limit}))
    assert (result.status == ImportStatus.AWAITING_APPROVAL) is waits
    assert imports.rows("select count(*) from leads") == [(1,) if waits else (10,)]
    assert ("10.0%" in result.message) is waits


def test_a_rejected_file_of_the_dry_run_does_not_outlive_an_import_that_left_nothing_out(imports, place):
    file = write_csv(place / "list.csv", HEADER, [(BLOCKED, "", "", "NY")])
    waiting = imports.file(file, call_schedule(**ASKED))
    assert waiting.rejected_file
    imports.store.workspace.run("delete from base.suppressions")
    imports.store.workspace.run("delete from base.suppression_lists")
    result = imports.decide(waiting.import_id, "approved")
    assert result.rejected_file is None
    assert not (imports.home.root / waiting.rejected_file).exists()


def test_an_import_that_is_committed_is_never_asked_about_again_whatever_was_lost(imports, file):
    """As a crash leaves it between the commit and the receipt, with the answer lost as well."""
    waiting = imports.file(file, call_schedule(**ASKED))
    imports.decide(waiting.import_id, "approved")
    for folder in ("receipts", "decisions"):
        for path in (imports.home.staging / folder).iterdir():
            path.unlink()
    again = imports.file(file, call_schedule(**ASKED))
    assert again.status == ImportStatus.COMPLETED_WITH_REJECTS
    assert imports.rows("select count(*) from leads") == [(3,)]


# The same through Dagster: runs, checks, the sensor, the jobs.


def dropped(watching, content):
    watching.profile("asked", approval="manual")
    path = watching.drop("a.csv", content, folder="asked")
    (run,) = watching.execute(watching.tick())
    (manifest,) = watching.waiting()
    return path, run, manifest.import_id


def test_the_run_of_an_import_that_waits_says_how_to_decide_materializes_nothing_and_quotes_no_row(watching):
    _, run, import_id = dropped(watching, leads(1, rows=3) + "12345,Quill\n")
    assert run.success
    assert not [event for event in run.all_events if event.is_step_materialization]
    found = {check.check_name: check for check in run.get_asset_check_evaluations()}
    assert found["file_accepted"].passed
    assert found["rows_accounted_for"].passed
    assert found["rows_accounted_for"].metadata["rows_in_ledger"].value == 4
    assert found["reject_rate"].severity is dg.AssetCheckSeverity.WARN
    assert (found["approved"].passed, found["approved"].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found["approved"].description.startswith("Waits for approval, nothing is imported.")
    observed, _ = [
        event.event_specific_data.asset_observation for event in run.all_events if event.is_asset_observation
    ]
    assert observed.partition == import_id
    metadata = {"observed": observed.metadata, "approved": found["approved"].metadata}
    assert metadata["observed"]["status"].value == metadata["approved"]["status"].value == "awaiting_approval"
    assert "rows_created" not in metadata["observed"]
    assert query(watching.home.root, "select status, rows_read, rows_created, rows_rejected from imports") == [
        ("awaiting_approval", 4, 0, 0)
    ]
    summary = metadata["observed"]["summary"].value
    assert metadata["approved"]["summary"].value
    assert f"lead-pipeline --home {watching.home.root} approve {import_id}" in summary
    assert "approve_import" in summary
    assert not [value for table in metadata.values() for value in table.values() if "Quill" in str(value)]


def test_nobody_asks_again_for_an_import_that_waits_and_its_file_stays_until_somebody_decides(watching):
    path, _, import_id = dropped(watching, leads(1))
    for _ in range(3):
        watching.cursor = None
        watching.pass_time(3600)
        assert watching.tick() == []
    assert path.exists()
    watching.drop("again.csv", leads(1), folder="asked")
    assert watching.tick() == []
    assert [one.import_id for one in watching.waiting()] == [import_id]
    assert [line for line in watching.said if "waits for approval" in line] == [
        f"again.csv: waits for approval as {import_id}"
    ]


def test_the_job_approves_and_the_sensor_asks_for_the_import_at_once(watching):
    path, _, import_id = dropped(watching, leads(1, rows=3))
    assert watching.launch("approve_import", import_id).success
    (request,) = watching.tick()
    assert request.partition_key == import_id
    (run,) = watching.execute([request])
    assert run.success
    assert query(watching.home.root, "select count(*) from leads") == [(3,)]
    assert not path.exists()
    assert watching.waiting() == []
    assert watching.instance.get_materialized_partitions(dg.AssetKey("imported_leads")) == {import_id}
    assert why_failed(watching.launch("approve_import", import_id)) == (
        f"Import {import_id} does not wait for approval: it is completed, and nothing was done. No import is waiting."
    )
    assert watching.tick() == []


def test_a_second_click_before_the_import_runs_changes_nothing(watching):
    _, _, import_id = dropped(watching, leads(1))
    assert watching.launch("approve_import", import_id).success
    assert watching.launch("approve_import", import_id).success
    assert "was approved before" in why_failed(watching.launch("cancel_import", import_id))
    assert len(watching.tick()) == 1


def test_the_job_cancels_and_the_sensor_has_the_file_put_away(watching):
    path, _, import_id = dropped(watching, leads(1, rows=3))
    assert watching.launch("cancel_import", import_id).success
    (run,) = watching.execute(watching.tick())
    assert run.success
    assert not path.exists()
    assert (watching.home.quarantine / "asked" / f"{import_id}.csv").exists()
    assert watching.instance.get_materialized_partitions(dg.AssetKey("imported_leads")) == set()
    assert query(watching.home.root, "select status from imports") == [("cancelled",)]
    assert watching.waiting() == []
    assert watching.tick() == []


def why_failed(run):
    """Return the sentence with which a run failed."""
    (told,) = [event.event_specific_data.user_failure_data for event in run.all_events if event.is_step_failure]
    return told.description


def test_a_job_that_decides_about_nothing_fails_with_a_sentence(watching):
    _, _, import_id = dropped(watching, leads(1))
    watching.instance.add_dynamic_partitions("imports", ["a@0123456789ab"])
    told = why_failed(watching.launch("approve_import", "a@0123456789ab"))
    assert f"Waiting for approval: {import_id}." in told


def test_some_files_of_a_run_wait_and_the_others_are_imported(watching):
    watching.profile("asked", approval={"auto_below": 0.5})
    for number in range(10):
        bad = "12345,x\n" * 3 if number in (3, 7) else ""
        watching.drop(f"{number}.csv", leads(number) + bad, folder="asked")
    (run,) = watching.execute(watching.tick())
    assert run.success
    assert query(watching.home.root, "select status, count(*) from imports group by 1 order by 1") == [
        ("awaiting_approval", 2), ("completed", 8),
    ]  # fmt: skip
    assert {one.file_name for one in watching.waiting()} == {"3.csv", "7.csv"}
    (record,) = watching.instance.get_runs()
    assert record.tags["lead_pipeline/status"] == "8 completed, 2 awaiting_approval"
    waiting = {one.import_id for one in watching.waiting()}
    found = {tag: value for tag, value in record.tags.items() if tag.startswith("lead_pipeline/")}
    assert found.pop("lead_pipeline/home")  # of which there may be several in a Dagster
    assert found == {
        "lead_pipeline/status": "8 completed, 2 awaiting_approval", "lead_pipeline/profile": "asked",
        "lead_pipeline/files": "10", "lead_pipeline/completed": "true", "lead_pipeline/awaiting_approval": "true",
        **{f"lead_pipeline/import.{one.replace('@', '.')}": "awaiting_approval" for one in waiting},
    }  # fmt: skip
    assert watching.instance.get_materialized_partitions(dg.AssetKey("raw_leads")).isdisjoint(waiting)


def test_the_tags_of_a_run_say_that_its_imports_wait_until_the_last_is_decided(watching):
    watching.profile("asked", approval="manual")
    for number in range(9):
        watching.drop(f"{number}.csv", leads(number), folder="asked")
    watching.execute(watching.tick())
    first = watching.instance.get_runs()[0].run_id

    def waits():
        return [run.run_id for run in watching.instance.get_runs(RunsFilter(tags={WAITS: "true"}))]

    ids = [one.import_id for one in watching.waiting()]
    for import_id in ids:
        assert waits() == [first]
        assert watching.launch("approve_import" if import_id != ids[3] else "cancel_import", import_id).success
        assert [run.success for run in watching.execute(watching.tick())] == [True]
    assert waits() == []
    tags = watching.instance.get_run_by_id(first).tags
    assert tags[WAITS] == "false"
    assert [tags[import_tag(one)] for one in ids] == ["completed"] * 3 + ["cancelled"] + ["completed"] * 5
    assert tags["lead_pipeline/status"] == "8 completed, 1 cancelled"
