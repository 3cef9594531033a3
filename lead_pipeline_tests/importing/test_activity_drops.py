"""What is dropped into inbox/call_activity is loaded once when it is complete, and put away."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster import DagsterRun

from lead_pipeline.filing import late_bytes
from lead_pipeline.filing.activity.activity_manifests import count_activity_run, pending_activity
from lead_pipeline.filing.inbox import ACTIVITY_FOLDER, Sightings, list_drops
from lead_pipeline.importing.activity.activity_drops import watch_activity
from lead_pipeline.importing.drops.inbox_watch import _look
from lead_pipeline.importing.drops.late_arrivals import stage_late_arrivals
from lead_pipeline.importing.engine import Engine
from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.orchestration.activity import activity_sensor as sensor_module
from lead_pipeline.orchestration.activity.activity_asset import call_activity_partitions
from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.liveness import drops_with_a_run
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline_tests.support import prepared_home, query

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CALLS = "phone,disposition\n+12125550101,Busy\n"


def heard(_waited, _holder):
    return None


class Inbox:
    """A home, and the watch of its call activity at times of one's own."""

    def __init__(self, root):
        self.home, self.now, self.remembered = prepared_home(root), NOW, None
        self.engine = Engine(self.home)

    def drop(self, name, text=CALLS):
        path = self.home.inbox / ACTIVITY_FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def watch(self, seconds=0.0):
        self.now += timedelta(seconds=seconds)
        runs, self.remembered = watch_activity(self.home, self.remembered, self.now)
        return runs

    def settled(self):
        return [*self.watch(), *self.watch(2.5)]

    def load(self, run):
        return self.engine.load_activity(run.drop_id, heard)

    def calls(self):
        return query(self.home.root, "select count(*) from call_activity")[0][0]

    def files(self, folder):
        return sorted(path.name for path in (self.home.root / folder).rglob("*") if path.is_file())


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path / "data")


def test_a_drop_whose_run_has_not_ended_is_not_asked_for_again(inbox):
    inbox.drop("calls.csv")
    (run,) = inbox.settled()
    naming = Naming(inbox.home.root)
    with dg.DagsterInstance.ephemeral() as instance:
        starting = DagsterRun(
            "load_call_activity",
            status=dg.DagsterRunStatus.STARTING,
            tags={"dagster/partition": run.drop_id, **naming.run_tags},
        )
        instance.add_run(starting)
        waiting = drops_with_a_run(instance, naming)
        assert watch_activity(inbox.home, inbox.remembered, inbox.now + timedelta(minutes=5), waiting)[0] == []
        instance.report_run_failed(starting)
        assert drops_with_a_run(instance, naming) == set()
    (again,) = inbox.watch(300)
    assert (again.drop_id, again.key != run.key) == (run.drop_id, True)


def test_a_complete_file_is_loaded_by_one_run_and_archived(inbox):
    path = inbox.drop("calls.csv")
    assert inbox.watch() == []
    (run,) = inbox.watch(2.5)
    assert inbox.watch(2.5) == []
    assert inbox.load(run)["calls_added"] == 1
    assert not path.exists()
    assert inbox.files("archive") == [f"{run.drop_id}.csv"]
    assert inbox.watch(1000) == []


def test_a_file_that_still_grows_is_not_taken(inbox):
    inbox.drop("calls.csv")
    inbox.watch()
    inbox.drop("calls.csv", CALLS + "+12125550102,Sold\n")
    assert inbox.watch(2.5) == []


def test_a_file_that_grew_after_it_was_taken_is_loaded_whole_and_not_in_half(inbox):
    path = inbox.drop("calls.csv")
    (run,) = inbox.settled()
    with path.open("a") as file:
        file.write("+12125550102,Sold\n")
    with pytest.raises(LeadPipelineError, match="had only paused"):
        inbox.load(run)
    (whole,) = inbox.settled()
    assert inbox.load(whole)["calls_added"] == 2
    assert (inbox.calls(), inbox.files("inbox")) == (2, [])


def test_the_same_content_again_under_any_name_changes_nothing_and_is_cleared(inbox):
    inbox.drop("one.csv")
    (run,) = inbox.settled()
    inbox.load(run)
    inbox.drop("two.csv")
    inbox.drop("three.csv")
    (again,) = inbox.settled()
    assert inbox.load(again)["loaded_before"]
    assert (inbox.calls(), inbox.files("inbox")) == (1, [])


def test_a_file_that_cannot_be_trusted_goes_to_quarantine_with_the_reason(inbox):
    inbox.drop("calls.csv", "name\nAna\n")
    (run,) = inbox.settled()
    with pytest.raises(LeadPipelineError, match="says whom the calls were to"):
        inbox.load(run)
    assert inbox.files("inbox") == []
    assert inbox.files("quarantine") == [f"{run.drop_id}.csv", f"{run.drop_id}.csv.reason.txt"]
    assert inbox.watch(1000) == []


def test_the_folder_is_there_with_the_home(inbox):
    assert (inbox.home.inbox / ACTIVITY_FOLDER).is_dir()


def test_what_the_home_says_of_all_drops_and_of_a_folder_holds(inbox):
    (inbox.home.root / "call_activity.yaml").write_text(
        "defaults: {region: US, timezone: America/New_York}\n"
        "folders:\n  paris: {region: FR, timezone: Europe/Paris, buyer: Sunny, columns: {phone: numéro}}\n"
    )
    inbox.drop("us.csv", "phone,time\n2125550101,03/04/2026 12:00\n")
    (inbox.home.inbox / ACTIVITY_FOLDER / "paris" / "2026").mkdir(parents=True)
    inbox.drop("paris/2026/fr.csv", "Numéro,time\n01 99 00 01 01,03/04/2026 12:00\n")
    for run in inbox.settled():
        inbox.load(run)
    found = query(inbox.home.root, "select phone, buyer, happened_at from call_activity order by phone")
    assert found == [
        ("+12125550101", None, datetime(2026, 3, 4, 17, tzinfo=UTC)),
        ("+33199000101", "Sunny", datetime(2026, 4, 3, 10, tzinfo=UTC)),
    ]
    reports = [path.read_text() for path in inbox.home.reports.rglob("report.md")]
    assert sum("| calls added | 1 |" in text for text in reports) == 2


@pytest.mark.parametrize(
    ("folder", "settings", "told"),
    [
        ("", "defaults: {region: XX}\n", "There is no region 'XX'"),
        ("", "defaults: {timezone: New York}\n", "Did you mean 'America/New_York'"),
        ("", "defaults: {time_zone: UTC}\n", "Did you mean 'timezone'"),
        ("", "defaults: {dates: first}\n", "dates:"),
        ("", "default: {region: US}\n", "line 1: there is no 'default' here. Did you mean 'defaults'"),
        ("", "defaults: US\n", "line 1: 'defaults' needs keys"),
        ("", "defaults: {columns: {fone: x}}\n", "Did you mean 'phone'"),
        ("", "defaults: {destination: solar}\n", "kind:name"),
        ("vicidail", "folders: {vicidial: {region: US}}\n", "Did you mean 'vicidial'"),
        ("new", None, "Name the folder under `folders:`"),
    ],
)
def test_a_file_of_which_the_settings_are_wrong_is_put_aside_with_the_reason(inbox, folder, settings, told):
    if settings:
        (inbox.home.root / "call_activity.yaml").write_text(settings)
    (inbox.home.inbox / ACTIVITY_FOLDER / folder).mkdir(exist_ok=True)
    inbox.drop(f"{folder}/calls.csv" if folder else "calls.csv")
    assert inbox.settled() == []
    (note,) = inbox.home.quarantine.rglob("*.reason.txt")
    assert told in note.read_text()


def test_a_file_that_asks_for_a_setting_goes_to_quarantine_with_the_question(inbox):
    inbox.drop("calls.csv", "phone\n2125550101\n")
    (run,) = inbox.settled()
    with pytest.raises(LeadPipelineError, match=r"of which country numbers without \+ are .* in call_activity.yaml"):
        inbox.load(run)
    assert any(name.endswith(".reason.txt") for name in inbox.files("quarantine"))
    assert inbox.files("reports") == ["rejected.csv"]


def test_a_link_is_put_aside(inbox):
    inbox.drop("calls.csv").rename(inbox.home.root / "elsewhere.csv")
    (inbox.home.inbox / ACTIVITY_FOLDER / "link.csv").symlink_to(inbox.home.root / "elsewhere.csv")
    assert inbox.settled() == []
    assert any(name.endswith(".reason.txt") for name in inbox.files("quarantine"))


def test_a_run_that_died_is_asked_for_again_with_growing_pauses_and_then_the_file_is_set_aside(inbox):
    inbox.drop("calls.csv")
    assert len(inbox.settled()) == 1
    assert [len(inbox.watch(seconds)) for seconds in (10, 11, 20, 21)] == [0, 1, 0, 1]
    assert [len(inbox.watch(601)) for _ in range(20)] == [1] * 20  # none of these runs was ever taken up
    assert not any(name.endswith(".reason.txt") for name in inbox.files("quarantine"))
    (drop,) = pending_activity(inbox.home)
    died = 0
    while inbox.watch(601):
        count_activity_run(inbox.home, drop.drop_id)
        died += 1
    assert died == 8 - 1
    assert any(name.endswith(".reason.txt") for name in inbox.files("quarantine"))


def test_a_run_that_comes_twice_loads_once(inbox):
    inbox.drop("calls.csv")
    (run,) = inbox.settled()
    inbox.load(run)
    assert inbox.load(run)["loaded_before"]
    assert inbox.calls() == 1


def test_the_watch_of_leads_passes_over_call_activity(inbox):
    inbox.drop("calls.csv")
    drops = list_drops(inbox.home)
    before = Sightings().after(drops, 0.0)
    assert [drop.folder for drop in drops] == [ACTIVITY_FOLDER]
    assert _look(inbox.home, before, 100.0, print)[1] == []


def test_the_sensor_requests_a_run_that_loads_the_drop(inbox, monkeypatch):
    inbox.drop("calls.csv")
    with dg.DagsterInstance.ephemeral() as instance:
        cursor = None
        for seconds in (0, 3):
            monkeypatch.setattr(sensor_module, "utc_now", lambda seconds=seconds: NOW + timedelta(seconds=seconds))
            home = HomeResource(root=str(inbox.home.root))
            with dg.build_sensor_context(instance=instance, cursor=cursor, resources={"home": home}) as context:
                told = sensor_module.activity_sensor.define(Naming(inbox.home.root))(context)
            cursor = told.cursor
        (request,) = told.run_requests
        assert instance.get_dynamic_partitions(str(call_activity_partitions.name)) == [request.partition_key]
        job = build_definitions(inbox.home.root).resolve_job_def("load_call_activity")
        assert job.execute_in_process(instance=instance, partition_key=request.partition_key).success
    assert (inbox.calls(), inbox.files("inbox")) == (1, [])


def test_bytes_of_calls_that_arrive_after_they_were_loaded_are_loaded_with_the_rest(inbox, monkeypatch):
    path = inbox.drop("late.csv")
    (run,) = inbox.settled()
    with path.open("ab", buffering=0) as writer, monkeypatch.context() as patch:
        patch.setattr(late_bytes, "is_open_for_writing", lambda _descriptor: False)  # as on a network drive
        inbox.load(run)
        assert not path.exists()
        writer.write(b"+12125550102,Busy\n")
    (said,) = stage_late_arrivals(inbox.home, inbox.now)
    assert "still being uploaded when it was loaded as" in said
    assert path.read_text() == f"{CALLS}+12125550102,Busy\n"
    (run,) = inbox.settled()
    inbox.load(run)
    assert query(inbox.home.root, "select count(distinct phone) from call_activity") == [(2,)]
    assert not path.exists()
    assert list(stage_late_arrivals(inbox.home, inbox.now)) == []


def test_a_file_that_went_on_growing_after_it_was_loaded_comes_back_whole(inbox):
    path = inbox.drop("calls.csv", "phone,time\n+12125550101,2026-01-02T10:00Z\n")
    (run,) = inbox.settled()
    with path.open("rb+"):  # its writer has paused, and still has it
        assert inbox.load(run)["calls_added"] == 1
        assert path.exists()
    with path.open("a") as file:
        file.write("+12125550102,2026-01-02T11:00Z\n")
    (whole,) = inbox.settled()
    assert inbox.load(whole)["calls_added"] == 1
    assert (inbox.calls(), inbox.files("inbox")) == (2, [])
