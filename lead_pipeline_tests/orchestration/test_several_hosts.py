"""A home that several hosts share: runs are handed to workers of Celery over Redis, Dagster's history and the leads are
in PostgreSQL. The settings are those that the docs give.
"""

import contextlib
import fcntl
import os
import re
import threading
from functools import partial

import dagster as dg
import psycopg2
import pytest
import yaml
from dagster._daemon.types import DaemonHeartbeat
from dagster_celery.cli import get_validated_config
from dagster_celery.launcher import CeleryRunLauncher

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.locks import try_acquire
from lead_pipeline.importing.drops.intake import MAX_ATTEMPTS
from lead_pipeline.model.errors import DiskError, LeadPipelineError
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.orchestration.instances.locks_across_hosts import being_the_front, require_locks_across_hosts
from lead_pipeline.orchestration.instances.needed_settings import missing_settings
from lead_pipeline.orchestration.liveness import STARTING_SECONDS, SUSPECT_SECONDS
from lead_pipeline_tests.orchestration.serving import Ui, drop, free_port, receipts, unfinished_runs
from lead_pipeline_tests.orchestration.watching import Watching, leads, recorded_run
from lead_pipeline_tests.orchestration.workers import DOCS, Worker, settings_of, shared_home
from lead_pipeline_tests.postgres_server import database
from lead_pipeline_tests.redis_server import Redis, redis_program

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and process groups")


@pytest.fixture
def shared(folder, monkeypatch):
    """A home as the docs set it up; and the environment of each host."""
    redis_program()
    home = shared_home(folder / "home")
    (home / "inbox" / "call_schedule").mkdir(exist_ok=True)
    with database() as store, database(with_store=False) as dagster:
        redis = Redis(folder / "redis", free_port())
        try:
            environment = settings_of(home, store=store, dagster=dagster, broker=redis.address)
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            yield home, environment
        finally:
            redis.stop()


def runs_of(home):
    instance = open_instance(Home(home))
    try:
        return instance.get_runs()
    finally:
        instance.dispose()


def test_dropped_files_are_imported_by_whichever_worker_there_is_and_wait_while_there_is_none(shared, folder):
    home, environment = shared
    files = [folder / f"{name}.csv" for name in "ab"]
    for number, file in enumerate(files):
        file.write_text(leads(number, rows=3))
    first, second = Worker("first", environment, folder / "first.log"), None
    ui = Ui(home)
    try:
        ui.wait_until_ready()
        drop(home, files[:1])
        ui.wait_for("import", lambda: len(receipts(home)) == 1)
        ui.wait_for("end of the run", lambda: not unfinished_runs(home), pause=0.5)
        first.kill()
        drop(home, files[1:])
        ui.wait_for("run at the broker", lambda: unfinished_runs(home) == ["STARTING"], pause=0.2)
        second = Worker("second", environment, folder / "second.log")
        ui.wait_for("import", lambda: len(receipts(home)) == 2)
        ui.wait_for("end of the run", lambda: not unfinished_runs(home), pause=0.5)
    finally:
        ui.kill()
        first.kill()
        if second:
            second.kill()
    by_worker = {
        name: [run.run_id in (folder / f"{name}.log").read_text() for run in reversed(runs_of(home))]
        for name in ("first", "second")
    }
    assert by_worker == {"first": [True, False], "second": [False, True]}
    assert {run.status for run in runs_of(home)} == {dg.DagsterRunStatus.SUCCESS}
    with contextlib.closing(psycopg2.connect(environment["LEAD_PIPELINE_STORE"])) as con, con.cursor() as cursor:
        cursor.execute("select file_name, status, rows_created from imports order by 1")
        assert cursor.fetchall() == [("a.csv", "completed", 3), ("b.csv", "completed", 3)]
        cursor.execute("select count(*), count(distinct phone) from leads")
        assert cursor.fetchall() == [(6, 6)]


def test_a_history_whose_tables_another_process_is_making_is_opened_when_all_are_there(shared):
    home, environment = shared
    open_instance(Home(home)).dispose()
    with contextlib.closing(psycopg2.connect(environment["DAGSTER_PG_URL"].replace("+psycopg2", ""))) as con:
        con.autocommit = True
        with con.cursor() as cursor:
            cursor.execute("alter table dynamic_partitions rename to not_made_yet")
            made = threading.Timer(0.7, cursor.execute, ["alter table not_made_yet rename to dynamic_partitions"])
            made.start()
            instance = open_instance(Home(home))
            try:
                assert instance.get_dynamic_partitions("leads") == []
            finally:
                made.join()
                instance.dispose()


@pytest.fixture
def watching(folder, monkeypatch):
    """The watch of a home whose runs go to a broker, with a history of its own in files."""
    home = Home(folder / "home")
    home.prepare()
    settings = yaml.safe_load((DOCS / "dagster.yaml").read_text())
    del settings["storage"]
    (home.dagster / "dagster.yaml").write_text(yaml.safe_dump(settings))
    monkeypatch.setenv("LEAD_PIPELINE_BROKER", "redis://127.0.0.1:1/0")
    with open_instance(home) as instance:
        yield Watching(home, instance)


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING])
def test_a_run_that_waits_at_the_broker_is_left_to_dagsters_own_time_limit(watching, status):
    watching.drop("a.csv", leads(1))
    (request,) = watching.tick()
    run_id = recorded_run(watching, request.partition_key, status)
    assert watching.tick(seconds=STARTING_SECONDS + 15) == []
    assert watching.instance.get_run_by_id(run_id).status == status
    watching.instance.report_run_failed(watching.instance.get_run_by_id(run_id), "as Dagster's run monitoring does")
    (again,) = watching.tick()
    assert again.partition_key == request.partition_key


def test_a_run_whose_worker_died_is_asked_for_again(watching):
    watching.drop("a.csv", leads(1))
    (request,) = watching.tick()
    run_id = recorded_run(watching, request.partition_key, dg.DagsterRunStatus.STARTED)
    (again,) = watching.tick(seconds=SUSPECT_SECONDS + 15)
    assert watching.instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.FAILURE
    assert again.partition_key == request.partition_key


def test_a_file_that_no_worker_takes_up_for_days_is_never_given_up(watching):
    path = watching.drop("a.csv", leads(1))
    for _ in range(MAX_ATTEMPTS + 2):
        (request,) = watching.tick()
        run_id = recorded_run(watching, request.partition_key, dg.DagsterRunStatus.STARTING)
        watching.instance.report_run_failed(watching.instance.get_run_by_id(run_id), "nobody took it up")
        watching.pass_time(3600)
    assert path.exists()
    assert [manifest.attempts for manifest in watching.waiting()] == [MAX_ATTEMPTS + 2]


def test_the_settings_of_the_docs_are_all_that_imports_need(watching, monkeypatch):
    """A limit of the pool is for the embedded store; on PostgreSQL imports queue at its own lock."""
    naming = Naming(watching.home.root)
    with dg.DagsterInstance.from_config(str(watching.home.dagster)) as instance:  # as the daemon opens it
        monkeypatch.setenv("LEAD_PIPELINE_STORE", "postgresql://leads@db.example.com/leads")
        assert missing_settings(instance, naming) == []
        monkeypatch.delenv("LEAD_PIPELINE_STORE")
        (missing,) = missing_settings(instance, naming)
    assert "default_limit: 1" in missing


def test_the_docs_name_the_same_broker_to_both_sides_and_one_process_for_each_run(monkeypatch):
    monkeypatch.setenv("LEAD_PIPELINE_BROKER", "redis://broker.example.com:6379/0")
    worker = get_validated_config(str(DOCS / "celery-worker.yaml"))
    launcher = CeleryRunLauncher(**yaml.safe_load((DOCS / "dagster.yaml").read_text())["run_launcher"]["config"] | {
        "broker": worker["broker"], "backend": worker["backend"], "default_queue": "dagster"})  # fmt: skip
    assert (worker["broker"], worker["backend"]) == ("redis://broker.example.com:6379/0",) * 2
    assert worker["config_source"]["worker_max_tasks_per_child"] == 1
    unknown = set(worker["config_source"]) - set(launcher.celery.conf)
    assert not unknown, "settings that Celery does not have"


def test_environment_and_units_of_the_docs_name_what_the_settings_ask_for():
    given = dict(
        line.split("=", 1) for line in (DOCS / "environment").read_text().splitlines() if not line.startswith("#")
    )
    asked = set(re.findall(r"\{env: (\w+)\}", "".join(path.read_text() for path in DOCS.glob("*.yaml"))))
    assert asked <= set(given)
    assert given["DAGSTER_HOME"] == f"{given['LEAD_PIPELINE_HOME']}/dagster"
    for unit in DOCS.glob("*.service"):
        assert "EnvironmentFile=/etc/lead-pipeline/environment" in unit.read_text()


def test_a_home_whose_database_is_not_there_stops_the_command_with_a_sentence(folder, monkeypatch):
    home = shared_home(folder / "home")
    environment = settings_of(
        home, store="", dagster="postgresql://u:secret@127.0.0.1:1/dagster", broker="redis://127.0.0.1:1/0"
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("dagster_postgres.utils.time.sleep", lambda _seconds: None)
    with pytest.raises(LeadPipelineError, match="The home's Dagster cannot be opened") as refused:
        open_instance(Home(home))
    assert "secret" not in str(refused.value)
    monkeypatch.delenv("LEAD_PIPELINE_BROKER")
    monkeypatch.delenv("DAGSTER_PG_URL")
    with pytest.raises(LeadPipelineError, match="environment variables that they name"):
        open_instance(Home(home))


# Locks of the shared folder: tried by every run, with the lock that the front holds.


class Hosts:
    """A front that holds its lock in another process of this machine, and a worker here; time is ours."""

    def __init__(self, watching):
        self.home, self.instance, self.waited = watching.home, watching.instance, 0

    def beat(self, at):
        self.instance.add_daemon_heartbeat(DaemonHeartbeat(at, "SENSOR", "front", []))

    def look(self, *, beats=()):
        def sleep(_seconds):
            self.waited += 1
            if self.waited in beats:
                self.beat(1000.0 + self.waited)

        require_locks_across_hosts(self.home, self.instance, sleep)


@pytest.fixture
def two(watching):
    made = Hosts(watching)
    made.beat(1000.0)
    return made


def test_a_front_whose_lock_is_seen_delays_no_run(two):
    with being_the_front(two.home):
        two.look()
    two.look()  # it has ended, and left nothing
    assert two.waited == 0


def test_on_a_folder_whose_locks_exclude_nobody_every_run_is_refused(two, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", lambda _descriptor, _operation: None)
    with being_the_front(two.home):
        for beat in (30, 50):
            with pytest.raises(DiskError, match="exclude nobody"):
                two.look(beats=[beat])
            assert two.waited == beat


def test_a_front_that_was_killed_delays_one_run(two):
    (two.home.staging / "locks" / "front.lock").touch()
    two.look()
    assert two.waited == 50
    two.look()
    assert two.waited == 50


def test_a_front_that_comes_back_while_a_run_looks_is_no_folder_without_locks(two):
    """A service manager starts it again within seconds; were its lock held by the run, every later run were refused."""
    (two.home.staging / "locks" / "front.lock").touch()
    with contextlib.ExitStack() as front:

        def sleep(_seconds):
            front.enter_context(being_the_front(two.home))
            two.beat(1005.0)

        require_locks_across_hosts(two.home, two.instance, sleep)
        two.look()
        assert two.waited == 0
        assert try_acquire(two.home, "front") is None
    assert not (two.home.staging / "locks" / "front.lock").exists()


def test_a_run_on_such_a_folder_fails_with_the_sentence_and_touches_nothing(two, watching, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", lambda _descriptor, _operation: None)
    quickly = partial(require_locks_across_hosts, sleep=lambda _seconds: two.beat(2000.0))
    monkeypatch.setattr("lead_pipeline.orchestration.resources.require_locks_across_hosts", quickly)
    watching.drop("a.csv", leads(1))
    requests = watching.tick()
    before = sorted(path.name for path in watching.home.staging.rglob("*"))
    with being_the_front(two.home):
        (ended,) = watching.execute(requests)
        assert (two.home.staging / "locks" / "front.lock").exists()
    assert not ended.success
    assert "exclude nobody" in str([event.event_specific_data for event in ended.all_events if event.is_failure])
    assert sorted(path.name for path in watching.home.staging.rglob("*")) == before
