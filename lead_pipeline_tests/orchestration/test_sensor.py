import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from lead_pipeline.filing.life_cycle import count_run, note_request
from lead_pipeline.filing.locks import locked
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.importing.drops import inbox_watch, intake
from lead_pipeline.importing.drops.inbox_watch import WatchState, watch_inbox
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.liveness import STARTING_SECONDS, SUSPECT_SECONDS, fail_dead_runs
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.sensors import inbox_sensor
from lead_pipeline.orchestration.telling.tagging import import_tag
from lead_pipeline_tests.orchestration.watching import leads, recorded_run
from lead_pipeline_tests.support import query

TABLES = ("raw_leads", "mapped_leads", "normalized_leads", "imported_leads", "rejected_leads")
FIRST, LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def quarantined(home):
    """Return path, below it, and note of everything in quarantine."""
    return {
        path.relative_to(home.quarantine).as_posix().removesuffix(".reason.txt"): path.read_text()
        for path in home.quarantine.rglob("*.reason.txt")
    }


def test_a_complete_file_is_asked_for_once(watching):
    watching.drop("november.csv", leads(1))
    (request,) = watching.tick()
    (manifest,) = watching.waiting()
    assert request.partition_key == manifest.import_id
    assert request.tags["lead_pipeline/file"] == "n….csv"  # the names of files are names of people often enough
    assert request.tags["lead_pipeline/profile"] == "call_schedule"
    assert watching.instance.get_dynamic_partitions("imports") == [manifest.import_id]
    assert watching.tick() == []


def test_a_staged_file_is_staged_once_although_it_lies_in_the_inbox_until_imported(watching):
    path = watching.drop("a.csv", leads(1))
    watching.tick()
    for _ in range(3):
        assert watching.tick() == []
    assert [line for line in watching.said if "staged" in line] == [
        f"a.csv: staged as {watching.waiting()[0].import_id}"
    ]
    assert watching.waiting()[0].attempts == 1
    assert path.exists()


def test_the_requested_run_imports_archives_and_leaves_nothing_waiting(watching):
    path = watching.drop("a.csv", leads(1, rows=3))
    requests = watching.tick()
    (manifest,) = watching.waiting()
    assert [run.success for run in watching.execute(requests)] == [True]
    assert watching.status(manifest.identity) == "completed"
    assert not path.exists()
    assert (watching.home.archive / "call_schedule" / f"{manifest.import_id}.csv").read_text() == leads(1, rows=3)
    assert query(watching.home.root, "select count(*) from leads") == [(3,)]
    assert watching.waiting() == []
    assert watching.tick() == []
    assert not list((watching.home.staging / "parts").iterdir())
    assert not manifest.staged_file(watching.home).exists()


def test_files_deeper_in_a_profiles_folder_are_imported_and_can_take_values_from_its_name(watching):
    fields = {"source": {"type": "text", "from_folder": ".+"}, "notes": {"type": "text", "from_file_name": "([a-z]+)-"}}
    watching.profile("vendors", fields=fields)
    paths = [
        watching.drop("nov-1.csv", leads(1), folder="vendors/acme"),
        watching.drop("dec-1.csv", leads(2), folder="vendors/acme/2026"),
        watching.drop("jan-1.csv", leads(3), folder="vendors"),
    ]
    watching.execute(watching.tick())
    assert [path for path in paths if path.exists()] == []
    assert all(path.parent.is_dir() for path in paths)  # whoever drops there goes on to
    found = query(watching.home.root, "select source, notes from leads order by lead_id")
    assert sorted(found) == [("2026", "dec"), ("acme", "nov"), ("vendors", "jan")]
    assert watching.waiting() == []
    again = watching.drop("again.csv", leads(1), folder="vendors/other")
    assert watching.tick() == []
    assert not again.exists()


def test_a_folder_that_may_not_be_read_is_told_once_a_tick(watching, monkeypatch):
    watching.drop("a.csv", leads(1))
    watching.drop("b.csv", leads(2), folder="call_schedule/secret")
    really_scan = os.scandir

    def refuse(place):
        if os.fspath(place).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return really_scan(place)

    monkeypatch.setattr(os, "scandir", refuse)  # permission bits do not stop root
    assert len(watching.tick()) == 1
    assert len([line for line in watching.said if "secret" in line]) == 1


def test_nothing_is_asked_for_while_a_file_grows(watching, monkeypatch):
    path = watching.drop("a.csv", "caller_id\n")
    really_pass = watching.pass_time

    def grow(seconds):
        really_pass(seconds)
        with path.open("a") as file:
            file.write("2125550101\n")

    monkeypatch.setattr(watching, "pass_time", grow)
    assert watching.tick(seconds=10) == []
    monkeypatch.setattr(watching, "pass_time", really_pass)
    assert len(watching.tick()) == 1


def test_the_same_content_under_two_names_at_once_is_one_import_and_both_are_cleared(watching):
    paths = [watching.drop(name, leads(1)) for name in ("a.csv", "b.csv")]
    requests = watching.tick()
    assert len(requests) == 1
    watching.execute(requests)
    assert query(watching.home.root, "select count(*) from imports") == [(1,)]
    assert [path for path in paths if path.exists()] == []


def test_the_same_content_later_is_archived_with_a_note_and_not_imported_again(watching):
    watching.drop("a.csv", leads(1))
    watching.execute(watching.tick())
    again = watching.drop("again.csv", leads(1))
    assert watching.tick() == []
    assert not again.exists()
    (note,) = (watching.home.archive / "call_schedule").glob("*.reason.txt")
    assert "again.csv" in note.read_text()
    assert query(watching.home.root, "select count(*) from imports") == [(1,)]


def test_a_corrected_file_under_the_old_name_is_a_new_import(watching):
    watching.drop("a.csv", leads(1))
    watching.execute(watching.tick())
    watching.drop("a.csv", leads(2))
    watching.execute(watching.tick())
    ids = [row[0] for row in query(watching.home.root, "select import_id from imports order by import_id")]
    assert [one.split("@")[0] for one in ids] == ["a", "a"]
    assert len(set(ids)) == 2


def test_a_corrected_file_dropped_while_the_first_is_imported_survives_and_is_imported_too(watching):
    watching.drop("a.csv", leads(1)).chmod(0o600)
    requests = watching.tick()
    path = watching.home.inbox / "call_schedule" / "a.csv"
    path.unlink()
    watching.drop("a.csv", leads(2))
    watching.execute(requests)
    assert path.read_text() == leads(2)
    watching.execute(watching.tick())
    assert query(watching.home.root, "select count(*) from imports") == [(2,)]


REFUSED_BY_THE_SENSOR = {
    "unknown profile": ("call_shedule", "call_shedule", "Did you mean 'call_schedule'?"),
    "broken profile": ("solar", "solar", "solar.yaml, line 1"),
    "folder that no profile can be called": ("Größe & Co", "gr_e_co", "There is no profile"),
    "inbox root": ("", "inbox", "inbox/<profile>/"),
}


@pytest.mark.parametrize(("folder", "profile", "sentence"), REFUSED_BY_THE_SENSOR.values(), ids=REFUSED_BY_THE_SENSOR)
def test_a_file_that_no_profile_claims_has_a_run_a_failing_check_and_a_line_in_history(
    watching, folder, profile, sentence
):
    (watching.home.profiles / "solar.yaml").write_text("nmae: solar\n")
    path = watching.drop("leads.csv", leads(1), folder=folder)
    (request,) = watching.tick()
    import_id = request.partition_key
    assert request.tags["lead_pipeline/profile"] == profile
    (run,) = watching.execute([request])
    assert not path.exists()
    assert quarantined(watching.home).keys() == {f"{profile}/{import_id}.csv"}
    (note,) = quarantined(watching.home).values()
    assert (watching.home.quarantine / profile / f"{import_id}.csv").read_text() == leads(1)
    assert note.startswith("leads.csv\n")
    assert sentence in note
    ((status, of, said),) = query(watching.home.root, "select status, profile, message from imports")
    assert (status, of) == ("quarantined", profile)
    assert said in note
    (check,) = [one for one in run.get_asset_check_evaluations() if one.check_name == "file_accepted"]
    assert (check.passed, check.severity, check.partition) == (False, dg.AssetCheckSeverity.ERROR, import_id)
    assert check.description == f"file_profile_unusable: {said}"
    assert not run.success
    assert watching.tick(30.0) == []


def test_a_file_whose_profile_is_corrected_is_imported_when_it_is_dropped_again(watching):
    (watching.home.profiles / "solar.yaml").write_text("nmae: solar\n")
    watching.drop("leads.csv", leads(1), folder="solar")
    watching.execute(watching.tick())
    watching.profile("solar")
    watching.drop("leads.csv", leads(1), folder="solar")
    (run,) = watching.execute(watching.tick())
    assert run.success
    assert query(watching.home.root, "select status from imports") == [("completed",)]
    assert {one.partition for one in run.get_asset_check_evaluations() if one.passed}
    assert not [one for one in run.get_asset_check_evaluations() if not one.passed]


def test_links_and_pipes_are_quarantined_and_never_followed_or_waited_for(watching, tmp_path):
    (tmp_path / "secret.csv").write_text(leads(1))
    folder = watching.home.inbox / "call_schedule"
    folder.mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    os.mkfifo(folder / "pipe.csv")
    requests = watching.tick()
    assert list(folder.iterdir()) == []
    watching.execute(requests)
    assert all("Drop the file itself." in note for note in quarantined(watching.home).values())
    assert len(quarantined(watching.home)) == 2
    assert (tmp_path / "secret.csv").exists()
    assert query(watching.home.root, "select file_name, status from imports order by 1") == [
        ("link.csv", "quarantined"), ("pipe.csv", "quarantined"),
    ]  # fmt: skip
    assert watching.tick(30.0) == []


def test_a_file_without_read_permission_is_quarantined(watching, monkeypatch):
    watching.drop("a.csv", leads(1))
    really_open = os.open

    def refuse(path, *arguments, **options):
        if os.fspath(path).endswith("/a.csv"):
            raise PermissionError(13, "Permission denied")
        return really_open(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)  # permission bits do not stop root
    watching.execute(watching.tick())
    ((_, note),) = quarantined(watching.home).items()
    assert "permission to read it" in note


REFUSED_BY_THE_RUN = {
    "empty": (b"", "file_empty"),
    "header only": (b"caller_id,name\n", "file_empty"),
    "binary": (b"\x7fELF" + bytes(500), "file_type_unsupported"),
    "no phone column": (b"naem,state\na,b\n", "required_column_unmapped"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED_BY_THE_RUN.values(), ids=REFUSED_BY_THE_RUN)
def test_a_file_that_cannot_be_imported_ends_in_quarantine_and_nothing_of_its_run_looks_done(watching, content, code):
    watching.drop("a.csv", content)
    (run,) = watching.execute(watching.tick())
    assert not run.success
    (failed,) = [event for event in run.all_events if event.is_step_failure]
    assert failed.step_key == "import_report"
    assert code in failed.event_specific_data.user_failure_data.description
    assert not [event for event in run.all_events if event.is_step_materialization]
    passed = {check.check_name: check.description for check in run.get_asset_check_evaluations() if check.passed}
    assert passed.keys() == {"approved", "rows_accounted_for", "reasons_registered"}
    assert passed["rows_accounted_for"] == "Nothing of the file was imported, so no row is missing or doubled."
    observed, _ = [
        event.event_specific_data.asset_observation for event in run.all_events if event.is_asset_observation
    ]
    assert observed.metadata["status"].value == "quarantined"
    assert Path(observed.metadata["report"].value).exists()
    ((name, note),) = quarantined(watching.home).items()
    assert (watching.home.quarantine / name).read_bytes() == content
    assert note.startswith("a.csv\n\n")
    assert len(note) > 60
    assert watching.waiting() == []
    assert watching.tick() == []
    assert query(watching.home.root, "select status from imports") == [("quarantined",)]
    (check,) = [one for one in run.get_asset_check_evaluations() if one.check_name == "file_accepted"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert code in check.description


def test_up_to_eight_files_get_a_run_each(watching):
    for number in range(8):
        watching.drop(f"{number}.csv", leads(number))
    requests = watching.tick()
    assert len({request.partition_key for request in requests}) == 8


def test_nine_files_share_one_run_with_metadata_of_each_and_a_refused_one_hurts_nobody(watching):
    for number in range(8):
        watching.drop(f"{number}.csv", leads(number, rows=number + 1))
    watching.drop("bad.csv", "nothing,useful\n1,2\n")
    (request,) = watching.tick()
    assert request.partition_key is None
    manifests = watching.waiting()
    assert {request.tags[FIRST], request.tags[LAST]} <= {one.import_id for one in manifests}
    (run,) = watching.execute([request])
    assert not run.success  # it says so when everything else is done
    statuses = sorted(watching.status(one.identity) for one in manifests)
    assert statuses == ["completed"] * 8 + ["quarantined"]
    reports = {
        event.partition: event.step_materialization_data.materialization.metadata
        for event in run.all_events
        if event.is_step_materialization and event.asset_key == dg.AssetKey("import_report")
    }
    good = {one.import_id for one in manifests if one.file_name != "bad.csv"}
    (bad,) = {one.import_id for one in manifests} - good
    assert set(reports) == good
    for manifest in manifests:
        if manifest.import_id in good:
            assert reports[manifest.import_id]["rows_created"].value == int(manifest.file_name[0]) + 1
    for table in (*TABLES, "import_report"):
        assert watching.instance.get_materialized_partitions(dg.AssetKey(table)) == good
    checks = run.get_asset_check_evaluations()
    assert len(checks) == 6 * 9
    assert {check.partition for check in checks if not check.passed} == {bad}
    assert {check.check_name for check in checks if not check.passed} == {
        "file_accepted", "reject_rate", "layout_stable",
    }  # fmt: skip
    tags = watching.instance.get_run_by_id(run.run_id).tags
    assert tags["lead_pipeline/quarantined"] == tags["lead_pipeline/completed"] == "true"
    assert tags[import_tag(bad)] == "quarantined"


def test_a_range_holds_neighbours_only(watching):
    stored = [f"k{number:03d}" for number in range(30)]
    wanted = dict.fromkeys(set(stored) - {"k007", "k020"}, 100)
    groups = intake.group_for_runs(wanted, stored)
    assert [(one[0], one[-1], len(one)) for one in groups] == [
        ("k000", "k006", 7), ("k008", "k019", 12), ("k021", "k029", 9),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "bytes_each", "sizes"),
    [
        (9, 100, [9]), (25, 100, [25]), (26, 100, [13, 13]), (100, 100, [25] * 4), (101, 100, [26, 26, 26, 23]),
        (400, 100, [100] * 4), (800, 100, [200] * 4), (801, 100, [161] * 4 + [157]), (1000, 100, [200] * 5),
        (9, 0, [9]), (24, 80_000, [24]), (24, 100_000, [12, 12]), (24, 400_000, [6] * 4), (9, 10_000_000, [1] * 9),
        (80, 400_000, [20] * 4), (200, 400_000, [20] * 10), (1000, 400_000, [63] * 15 + [55]),
        (4000, 400_000, [200] * 20),
    ],
)  # fmt: skip
def test_a_few_ranges_share_the_files_each_with_enough_and_at_most_two_hundred(files, bytes_each, sizes):
    stored = [f"k{number:04d}" for number in range(files)]
    groups = intake.group_for_runs(dict.fromkeys(stored, bytes_each), stored)
    assert [key for group in groups for key in group] == stored
    assert [len(group) for group in groups] == sizes


def test_six_hundred_files_are_taken_in_bounded_ticks_and_few_runs(watching, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)  # what is tested is how many, not how durable
    for number in range(600):
        watching.drop(f"{number:04d}.csv", f"caller_id\n{2122000000 + number}\n")
    first = watching.tick()
    assert sum(int(request.tags["lead_pipeline/files"]) for request in first) == 400
    second = watching.tick()
    assert sum(int(request.tags["lead_pipeline/files"]) for request in second) == 200
    assert len(first) + len(second) == 8
    assert len(watching.waiting()) == 600
    assert watching.tick() == []


def test_staging_stops_when_its_time_is_over_and_goes_on_at_the_next_tick(watching, monkeypatch):
    for number in range(3):
        watching.drop(f"{number}.csv", leads(number))
    really_stage = intake.stage_import

    def slow(*arguments, **options):
        watching.pass_time(inbox_watch.STAGING_SECONDS)
        return really_stage(*arguments, **options)

    monkeypatch.setattr(intake, "stage_import", slow)
    watching.tick()
    assert len(watching.waiting()) == 2
    watching.tick()
    assert len(watching.waiting()) == 3


# The reconciler: staged files that the ledger does not know.


def test_a_daemon_that_dies_between_staging_and_asking_loses_nothing(watching, monkeypatch):
    watching.drop("a.csv", leads(1))

    def die(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(inbox_watch, "note_requests", die)
        with pytest.raises(KeyboardInterrupt):
            watching.tick()
    assert len(watching.waiting()) == 1
    watching.cursor = None
    assert len(watching.tick()) == 1


def test_a_run_that_never_comes_is_asked_for_again_after_growing_pauses(watching):
    watching.drop("a.csv", leads(1))
    (first,) = watching.tick()
    asked, started = [], watching.now
    while len(asked) < 3:
        requests = watching.tick(seconds=1)
        if requests:
            asked.append((watching.now - started).total_seconds())
            assert requests[0].partition_key == first.partition_key
            assert requests[0].run_key != first.run_key
        assert (watching.now - started).total_seconds() < 300
    pauses = [later - earlier for earlier, later in zip([0.0, *asked], asked, strict=False)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 9.0
    assert pauses[2] >= 39.0


@pytest.mark.parametrize("status", [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING])
def test_a_run_on_its_way_is_not_asked_for_again(watching, status):
    watching.drop("a.csv", leads(1))
    (request,) = watching.tick()
    run_id = recorded_run(watching, request.partition_key, status)
    watching.pass_time(3600)
    assert watching.tick() == []
    assert watching.instance.get_run_by_id(run_id).status == status


@pytest.mark.parametrize(
    "status", [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.CANCELING]
)
def test_a_run_that_died_on_its_way_does_not_hold_up_its_import(watching, status):
    """As when daemon and code server are killed between writing a run down and starting it."""
    watching.drop("a.csv", leads(1))
    (request,) = watching.tick()
    run_id = recorded_run(watching, request.partition_key, status)
    (again,) = watching.tick(seconds=STARTING_SECONDS + 15)
    assert watching.instance.get_run_by_id(run_id).status == DagsterRunStatus.FAILURE
    assert again.partition_key == request.partition_key


ELSEWHERE = "run_launcher: {module: somewhere, class: PodLauncher}\n"  # opened by nobody here


@pytest.mark.parametrize(
    ("settings", "is_dead"), [(ELSEWHERE, False), ("", True)], ids=["elsewhere", "on this machine"]
)
def test_whether_a_run_that_starts_elsewhere_takes_too_long_is_left_to_dagster(watching, settings, is_dead):
    """A pod waits for a node and its image; failed and asked for again every minute, its file would soon be set aside.
    The launcher is not opened: that of Kubernetes opens only where it may launch.
    """
    (watching.home.dagster / "dagster.yaml").write_text(settings)
    with dg.DagsterInstance.from_config(str(watching.home.dagster)) as instance:
        watching.instance = instance
        watching.drop("a.csv", leads(1))
        (request,) = watching.tick()
        run_id = recorded_run(watching, request.partition_key, DagsterRunStatus.STARTING)
        watching.tick(seconds=1)
        watching.pass_time(3600)
        assert len(watching.tick(seconds=1)) == is_dead
        if not is_dead:
            fail_dead_runs(watching.home, instance, Naming(watching.home.root))
        status = instance.get_run_by_id(run_id).status
        assert status == (DagsterRunStatus.FAILURE if is_dead else DagsterRunStatus.STARTING)


def test_an_import_that_a_living_process_holds_is_not_asked_for(watching):
    watching.drop("a.csv", leads(1))
    (request,) = watching.tick()
    watching.pass_time(3600)
    with locked(watching.home, request.partition_key):
        assert watching.tick() == []
    assert len(watching.tick(seconds=10)) == 1


def test_a_started_run_whose_process_died_is_failed_and_its_import_asked_for_again(watching):
    watching.drop("a.csv", leads(1))
    (request,) = watching.tick()
    run_id = recorded_run(watching, request.partition_key, DagsterRunStatus.STARTED)
    with locked(watching.home, request.partition_key):
        watching.pass_time(3600)
        watching.tick()
        assert watching.instance.get_run_by_id(run_id).status == DagsterRunStatus.STARTED
    watching.tick()
    assert watching.instance.get_run_by_id(run_id).status == DagsterRunStatus.STARTED
    (again,) = watching.tick(seconds=SUSPECT_SECONDS + 15)
    assert watching.instance.get_run_by_id(run_id).status == DagsterRunStatus.FAILURE
    assert again.partition_key == request.partition_key


def test_an_import_whose_runs_keep_dying_is_set_aside_with_a_note(watching):
    path = watching.drop("a.csv", leads(1))
    watching.tick()
    (manifest,) = watching.waiting()
    for _ in range(intake.MAX_ATTEMPTS - 1):
        count_run(watching.home, note_request(watching.home, watching.waiting()[0], watching.now))
    watching.home.store.touch()
    watching.pass_time(3600)
    assert watching.tick() == []
    assert watching.waiting() == []
    assert not path.exists()
    ((name, note),) = quarantined(watching.home).items()
    assert f"{intake.MAX_ATTEMPTS} times" in note
    assert "drop the file again" in note
    assert (watching.home.quarantine / name).read_text() == leads(1)
    assert not is_imported(watching.home, manifest.identity)
    watching.drop("a.csv", leads(1))
    assert len(watching.tick()) == 1


def test_a_file_staged_by_a_command_is_left_to_it_for_a_while(watching, tmp_path):
    (tmp_path / "a.csv").write_text(leads(1))
    profile = intake.load_profile("call_schedule", folder=None)
    manifest = intake.stage_import(watching.home, tmp_path / "a.csv", profile, now=watching.now)
    assert watching.tick() == []
    (request,) = watching.tick(seconds=30)
    assert request.partition_key == manifest.import_id


@pytest.mark.parametrize(
    "cursor", ["", "{", "17", '{"looks": {"seen": {}}}', '{"sightings": 3}', "ü", '{"suspects": {"x": "y"}}']
)
def test_a_cursor_that_cannot_be_read_costs_seconds_and_no_file(watching, cursor):
    assert WatchState.parse(cursor) == WatchState()
    watching.cursor = cursor
    watching.drop("a.csv", leads(1))
    assert len(watching.tick()) == 1


def test_a_lost_cursor_neither_stages_nor_asks_again(watching):
    watching.drop("a.csv", leads(1))
    watching.tick()
    watching.cursor = None
    assert watching.tick() == []
    assert watching.waiting()[0].attempts == 1


def test_a_damaged_manifest_stops_nobody_and_its_file_is_staged_again(watching):
    watching.drop("a.csv", leads(1))
    watching.tick()
    (manifest,) = watching.waiting()
    (watching.home.staging / "manifests" / f"{manifest.identity[:12]}.json").write_text("{")
    watching.drop("b.csv", leads(2))
    assert len(watching.tick() + watching.tick()) == 2
    assert {one.file_name for one in watching.waiting()} == {"a.csv", "b.csv"}


def test_a_damaged_receipt_costs_a_run_and_doubles_nothing(watching):
    watching.drop("a.csv", leads(1, rows=3))
    watching.execute(watching.tick())
    (receipt,) = (watching.home.staging / "receipts").iterdir()
    receipt.write_text("{")
    watching.drop("again.csv", leads(1, rows=3))
    (run,) = watching.execute(watching.tick())
    assert run.success
    assert query(watching.home.root, "select count(*) from leads") == [(3,)]
    assert query(watching.home.root, "select count(*) from imports") == [(1,)]


HOLD = "import duckdb, sys\ncon = duckdb.connect(sys.argv[1])\nprint('held', flush=True)\nsys.stdin.read()\n"


def test_the_sensor_never_opens_the_store(watching):
    watching.drop("known.csv", leads(1))
    watching.execute(watching.tick())
    command = [sys.executable, "-c", HOLD, str(watching.home.store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        watching.drop("again.csv", leads(1))
        watching.drop("new.csv", leads(2))
        watching.drop("lost.csv", leads(3), folder="nowhere")
        assert len(watching.tick()) == 2
        holder.communicate()


def test_the_sensor_that_dagster_ticks_is_this_one(watching, monkeypatch):
    monkeypatch.setattr(watch_inbox, "__kwdefaults__", watch_inbox.__kwdefaults__ | {"seconds": 0.0})
    home, sensor = HomeResource(root=str(watching.home.root)), inbox_sensor.define(Naming(watching.home.root))
    with dg.build_sensor_context(
        instance=watching.instance, cursor="garbage", resources={"home": home}, sensor_name=sensor.name
    ) as context:
        result = sensor(context)
    assert WatchState.parse(result.cursor) == WatchState()
    assert result.run_requests == []
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
