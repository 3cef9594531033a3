"""One history: where commands record their runs when a Dagster of somebody's own has the home."""

import json
import os
import shutil
import time

import dagster as dg
import pytest
import yaml
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import LeadPipelineError, UsageError
from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.instance import instance_settings, open_other_instance
from lead_pipeline.orchestration.instances.chosen_instance import (
    AT_WORK_SECONDS,
    ChosenInstance,
    choose_instance,
    location_at_work,
    note_instance,
)
from lead_pipeline.orchestration.instances.needed_settings import missing_settings, skip_reason
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.sensors import inbox_sensor
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline_tests.orchestration.serving import free_port
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import prepared_home


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("DAGSTER_HOME", "LEAD_PIPELINE_DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(folder):
    return prepared_home(folder / "home")


@pytest.fixture
def other(folder, home):
    """The folder of an instance that is somebody's own, with its tables made."""
    shutil.copytree(home.dagster, folder / "theirs")
    (folder / "theirs" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return folder / "theirs"


def tick(home, other, key_prefix=()):
    """Have the sensor of a location in another Dagster look once, as its daemon does."""
    sensor = inbox_sensor.define(Naming(home.root, key_prefix))
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        resource = HomeResource(root=str(home.root), key_prefix=key_prefix)
        name = "__".join((*key_prefix, "home"))
        with dg.build_sensor_context(instance=instance, resources={name: resource}, sensor_name=sensor.name) as context:
            return sensor(context)


@pytest.fixture
def _short_ticks(monkeypatch):
    from lead_pipeline.importing.drops.inbox_watch import watch_inbox

    monkeypatch.setattr(watch_inbox, "__kwdefaults__", watch_inbox.__kwdefaults__ | {"seconds": 0.0})


def runs_in(folder):
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        return {(run.job_name, run.status.value) for run in instance.get_runs()}


@pytest.mark.usefixtures("_short_ticks")
def test_commands_record_their_runs_where_the_location_is_loaded_and_under_its_names(folder, home, other):
    tick(home, other, ("crm",))
    file = folder / "a.csv"
    file.write_text(leads(1))
    blocked = folder / "blocked.csv"
    blocked.write_text("phone\n2125550199\n")
    runner = CliRunner()
    arguments = ["--home", str(home.root)]
    imported = runner.invoke(main, [*arguments, "import", str(file), "--json"], catch_exceptions=False)
    assert imported.exit_code == 0, imported.output
    assert imported.stderr.splitlines() == [f"Recorded in the Dagster at {other}, which has this home."]
    assert json.loads(imported.stdout)["rows_created"] == 1
    listed = runner.invoke(main, [*arguments, "suppress", str(blocked), "--kind", "blocked"], catch_exceptions=False)
    assert listed.exit_code == 0, listed.output
    assert runs_in(other) == {("crm__import_leads", "SUCCESS"), ("crm__load_suppressions", "SUCCESS")}
    assert runs_in(home.dagster) == set()
    assert LeadPipeline(home.root).history()[0].file_name == "a.csv"


def test_without_another_dagster_the_home_keeps_its_own_history_whatever_dagster_home_is(home, other, monkeypatch):
    """DAGSTER_HOME alone says nothing: people have it set for whatever else they do."""
    monkeypatch.setenv("DAGSTER_HOME", str(other))
    assert choose_instance(home) == ChosenInstance()


def test_neither_its_own_instance_nor_one_that_does_not_last_is_taken_for_another(home, monkeypatch):
    with dg.DagsterInstance.local_temp(str(home.dagster)) as own, dg.DagsterInstance.ephemeral() as passing:
        monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
        for instance in (own, passing, None):
            note_instance(Naming(home.root), instance)
    assert choose_instance(home) == ChosenInstance()


def test_a_dagster_that_keeps_its_artifacts_elsewhere_is_known_by_the_folder_of_its_settings(
    folder, home, other, monkeypatch
):
    kept = {"module": "dagster._core.storage.root", "class": "LocalArtifactStorage"}
    settings = {"local_artifact_storage": {**kept, "config": {"base_dir": str(folder / "artifacts")}}}
    (other / "dagster.yaml").write_text(yaml.safe_dump(settings))
    monkeypatch.setenv("DAGSTER_HOME", str(other))
    with dg.DagsterInstance.get() as instance:
        assert instance.root_directory == str(folder / "artifacts")
        note_instance(Naming(home.root), instance)
    assert choose_instance(home).dagster_home == other


def test_the_environment_says_where_whatever_is_known(folder, home, other, monkeypatch):
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        note_instance(Naming(home.root, ("crm",)), instance)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("LEAD_PIPELINE_DAGSTER_HOME", "own")
    assert choose_instance(home) == ChosenInstance()
    monkeypatch.setenv("LEAD_PIPELINE_DAGSTER_HOME", str(home.dagster))
    assert choose_instance(home) == ChosenInstance()
    monkeypatch.setenv("LEAD_PIPELINE_DAGSTER_HOME", str(elsewhere))
    chosen = choose_instance(home)
    assert (chosen.dagster_home, chosen.key_prefix) == (elsewhere, ("crm",))
    monkeypatch.setenv("LEAD_PIPELINE_DAGSTER_HOME", str(folder / "nowhere"))
    with pytest.raises(UsageError, match="is not a folder"):
        choose_instance(home)


def test_a_dagster_that_cannot_be_seen_from_here_is_said_and_once_it_is_gone_forgotten(home, other):
    """Such as one in a container, which has the home under the same path and its own folder not."""
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        note_instance(Naming(home.root), instance)
    shutil.rmtree(other)
    for _ in range(2):
        chosen = choose_instance(home)
        assert chosen.dagster_home is None
        assert f"The Dagster at {other}, which had this home, cannot be seen from here" in chosen.sentence
        assert "LEAD_PIPELINE_DAGSTER_HOME" in chosen.sentence
    long_ago = time.time() - AT_WORK_SECONDS - 1
    os.utime(home.dagster / "location.json", (long_ago, long_ago))
    assert choose_instance(home).sentence
    assert choose_instance(home) == ChosenInstance()


def test_a_dagster_that_cannot_be_opened_stops_the_command_with_a_sentence_and_nothing_is_done(folder, home, other):
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        note_instance(Naming(home.root), instance)
    storage = {"storage": {"postgres": {"postgres_url": {"env": "NO_SUCH_VARIABLE_SECRET"}}}}
    (other / "dagster.yaml").write_text(yaml.safe_dump(storage))
    file = folder / "a.csv"
    file.write_text(leads(1))
    ended = CliRunner().invoke(main, ["--home", str(home.root), "import", str(file)])
    assert ended.exit_code == 1
    assert f"The Dagster at {other}, which has this home, cannot be opened from here" in ended.stderr
    assert "LEAD_PIPELINE_DAGSTER_HOME=own" in ended.stderr
    assert "Traceback" not in ended.output
    assert LeadPipeline(home.root).history() == ()


def test_an_instance_that_limits_its_queue_in_the_older_way_can_be_opened(other):
    (other / "dagster.yaml").write_text("run_queue: {max_concurrent_runs: 3}\n")
    with open_other_instance(other) as instance:
        assert instance.get_runs() == []


def test_an_instance_that_is_damaged_is_named_without_what_its_settings_say(other):
    (other / "dagster.yaml").write_text("run_storage: {module: nowhere_secret, class: X, config: {}}\n")
    with pytest.raises(LeadPipelineError, match="cannot be opened from here") as refused:
        open_other_instance(other)
    assert "secret" not in str(refused.value)


# The UI.


def test_the_ui_does_not_watch_an_inbox_that_another_dagster_watches(home, other):
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        note_instance(Naming(home.root), instance)
    assert location_at_work(home) == str(other)
    ended = CliRunner().invoke(main, ["--home", str(home.root), "ui", "--port", str(free_port())])
    assert ended.exit_code == 2
    assert f"The Dagster at {other} is at work on this home" in ended.stderr
    assert "switch its sensors off" in ended.stderr


def test_a_location_that_looked_long_ago_is_not_at_work_and_its_next_look_is_noticed(home, other):
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        note_instance(Naming(home.root), instance)
        long_ago = time.time() - AT_WORK_SECONDS - 1
        os.utime(home.dagster / "location.json", (long_ago, long_ago))
        assert location_at_work(home) is None
        assert choose_instance(home).dagster_home == other  # its history goes on, whether it runs now or not
        note_instance(Naming(home.root), instance)
    assert location_at_work(home) == str(other)


# Settings.


def lines():
    return CliRunner().invoke(main, ["dagster-settings"], catch_exceptions=False).output


def missing_with(folder, settings):
    (folder / "dagster.yaml").write_text(yaml.safe_dump(settings))
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        return missing_settings(instance, Naming(folder))


def test_with_the_lines_that_the_command_prints_and_with_our_own_settings_nothing_is_missing(other):
    for text in (lines(), instance_settings()):
        assert missing_with(other, yaml.safe_load(text)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("concurrency", "pools", "granularity"), None),
        (("concurrency", "pools", "granularity"), "run"),
        (("concurrency", "pools", "default_limit"), None),
        (("concurrency", "pools", "default_limit"), 3),
        (("run_monitoring", "enabled"), False),
        (("run_monitoring", "free_slots_after_run_end_seconds"), None),
        (("sensors", "use_threads"), False),
    ],
    ids=lambda given: ".".join(given) if isinstance(given, tuple) else str(given),
)
def test_a_setting_that_is_missing_or_otherwise_is_named_with_its_line(other, path, value):
    settings = yaml.safe_load(lines())
    *above, last = path
    inner = settings
    for name in above:
        inner = inner[name]
    inner.pop(last)
    if value is not None:
        inner[last] = value
    (line,) = missing_with(other, settings)
    assert line.startswith(path[0])
    assert last in line
    with_line = yaml.safe_load(lines())
    with_line[path[0]] |= yaml.safe_load(line)[path[0]]
    assert missing_with(other, with_line) == []


def test_a_limit_that_was_set_for_the_pool_alone_is_enough(other):
    settings = yaml.safe_load(lines())
    del settings["concurrency"]["pools"]["default_limit"]
    (other / "dagster.yaml").write_text(yaml.safe_dump(settings))
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        instance.event_log_storage.set_concurrency_slots("crm__lead_store", 1)
        assert missing_settings(instance, Naming(other, ("crm",))) == []
        assert len(missing_settings(instance, Naming(other))) == 1


@pytest.mark.usefixtures("_short_ticks")
def test_the_tick_of_a_location_says_what_is_missing_and_requests_runs_nevertheless(home, other):
    result = tick(home, other)
    assert "dagster.yaml lacks lines that imports need: concurrency" in result.skip_reason.skip_message
    assert "free_slots_after_run_end_seconds: 5" in result.skip_reason.skip_message
    assert "\n" not in result.skip_reason.skip_message
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        assert skip_reason(instance, Naming(home.root), [dg.RunRequest("x")]) is None
        (other / "dagster.yaml").write_text(lines())
    assert tick(home, other).skip_reason is None


def test_a_job_that_is_launched_leaves_word_too(home, other):
    """Where the sensors are off, a run that somebody starts in the UI is how the location is known."""
    job = build_definitions(home.root, sensors=False).resolve_job_def("import_leads")
    with dg.DagsterInstance.local_temp(str(other)) as instance:
        instance.add_dynamic_partitions("imports", ["x@0123456789ab"])
        job.execute_in_process(instance=instance, partition_key="x@0123456789ab", raise_on_error=False)
    assert choose_instance(Home(home.root)).dagster_home == other
