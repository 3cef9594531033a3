"""Runs start at once while there is room; the rest wait in Dagster's queue."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline.orchestration.coordinator import EagerRunCoordinator, has_room
from lead_pipeline_tests.support import prepared_home, quick_folder


@pytest.fixture(scope="module")
def job():
    return build_definitions(Path("unused")).resolve_job_def("import_leads")


@pytest.fixture(scope="module")
def prepared():
    with quick_folder() as folder:
        yield prepared_home(folder / "home")


@pytest.fixture
def instance(prepared):
    """The instance as daemon and web server open it, with the settings that a new home starts with."""
    with dg.DagsterInstance.from_config(str(prepared.dagster)) as opened:
        yield opened
        for run in opened.get_runs():
            opened.delete_run(run.run_id)


def add_run(instance, job, status):
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("lead_pipeline"), "__repository__")
    origin = RemoteJobOrigin(repository, job.name)
    code = RepositoryPythonOrigin("python", ModuleCodePointer("lead_pipeline.definitions", "defs"))
    return instance.create_run_for_job(
        job, status=status, remote_job_origin=origin, job_code_origin=JobPythonOrigin(job.name, code)
    )


@pytest.mark.parametrize(
    ("statuses", "room"),
    [
        ([], True),
        (["STARTED"], True),
        (["STARTED", "STARTING"], False),
        (["STARTED", "QUEUED"], False),
        (["SUCCESS", "FAILURE", "CANCELED", "STARTED"], True),
        (["CANCELING", "QUEUED"], False),
    ],
    ids=str,
)
def test_there_is_room_for_two_runs(instance, job, statuses, room):
    for status in statuses:
        add_run(instance, job, dg.DagsterRunStatus(status))
    assert isinstance(instance.run_coordinator, EagerRunCoordinator)
    assert has_room(instance) is room


def test_a_run_that_has_room_is_launched_and_not_queued(instance, job):
    """Fails, too, when Dagster no longer says to a coordinator which instance it belongs to: then all is queued."""
    run = add_run(instance, job, dg.DagsterRunStatus.NOT_STARTED)
    with pytest.raises(Exception, match="workspace"):  # which the launcher needs, and a code server would give
        instance.run_coordinator.submit_run(dg.SubmitRunContext(run, workspace=None))


def test_a_run_without_room_waits_in_the_queue(instance, job):
    for _ in range(2):
        add_run(instance, job, dg.DagsterRunStatus.STARTED)
    run = add_run(instance, job, dg.DagsterRunStatus.NOT_STARTED)
    submitted = instance.run_coordinator.submit_run(dg.SubmitRunContext(run, workspace=None))
    assert submitted.status == dg.DagsterRunStatus.QUEUED


def test_limits_that_only_the_queue_counts_are_left_to_it(prepared, tmp_path):
    settings = (prepared.dagster / "dagster.yaml").read_text()
    for changed in (
        settings.replace("granularity: op", "granularity: run"),
        settings.replace("runs: {max_concurrent_runs: 2}", "runs: {tag_concurrency_limits: [{key: a, limit: 1}]}"),
    ):
        assert changed != settings
        (tmp_path / "dagster.yaml").write_text(changed)
        with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
            assert not has_room(opened)
