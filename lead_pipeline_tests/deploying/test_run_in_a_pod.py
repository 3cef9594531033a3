"""What the pod of a run does: Dagster's command in a process of its own, with the settings of the manifests, history
and leads on PostgreSQL, and nothing to write to but its volumes. It is told to stop as Kubernetes does.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from dagster._cli.api import ExecuteRunArgs

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.locks import is_locked
from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline_tests.deploying.manifests import dagster_settings, environment, import_origin
from lead_pipeline_tests.orchestration.serving import PATIENCE
from lead_pipeline_tests.orchestration.watching import Watching
from lead_pipeline_tests.postgres_server import database, server
from lead_pipeline_tests.support import quick_folder

ROWS = 6_000


@pytest.fixture
def cluster(monkeypatch):
    """Home, settings and databases as pods have them; the settings can only be read."""
    with quick_folder() as folder, database() as store, database(with_store=False) as history:
        home, settings = Home(folder / "home"), folder / "dagster"
        home.prepare()
        settings.mkdir()
        (settings / "dagster.yaml").write_text(dagster_settings().replace("/tmp/dagster", str(folder / "tmp")))
        settings.chmod(0o555)
        places = {
            "DAGSTER_HOME": str(settings),
            "LEAD_PIPELINE_HOME": str(home.root),
            "LEAD_PIPELINE_DAGSTER_HOME": str(settings),
            "LEAD_PIPELINE_STORE": store,
            "DAGSTER_PG_URL": history.replace("postgresql:", "postgresql+psycopg2:", 1),
            "HOME": str(folder),
        }
        assert set(places) == set(environment())
        for name, value in places.items():
            monkeypatch.setenv(name, value)
        with dg.DagsterInstance.get() as instance:
            yield Watching(home, instance), store.partition("@/")[2].partition("?")[0]


def recorded(watching, request):
    """Record the run that the watch of the inbox asked for, as the daemon does before its launcher makes a pod."""
    return watching.instance.create_run_for_job(
        build_definitions(watching.home.root).resolve_job_def("import_leads"),
        tags={"dagster/partition": request.partition_key, **request.tags},
        status=dg.DagsterRunStatus.STARTING,
        job_code_origin=import_origin(),
    )


class Pod:
    """The process of a run, with the arguments that the launcher gives its pod."""

    def __init__(self, watching, run, log: Path) -> None:
        arguments = ExecuteRunArgs(
            job_origin=run.job_code_origin, run_id=run.run_id, instance_ref=watching.instance.get_ref()
        ).get_command_args()
        program = Path(sys.executable).parent / arguments[0]
        with log.open("wb") as written:
            self.process = subprocess.Popen([str(program), *arguments[1:]], stdout=written, stderr=written)
        self.log = log

    def wait_for(self, happened) -> None:
        until = time.monotonic() + PATIENCE
        while not happened():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.002)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)


def status_of(watching, run):
    return watching.instance.get_run_by_id(run.run_id).status


def test_a_run_that_is_told_to_stop_ends_by_itself_and_its_import_is_asked_for_again_and_done_once(cluster, tmp_path):
    """Its pod is evicted, or its node drained. The launcher of Kubernetes opens in no process here: it would fail."""
    watching, name = cluster
    watching.drop("a.csv", "caller_id,name\n" + "".join(f"212555{row:04d},n{row}\n" for row in range(100, ROWS + 100)))
    (request,) = watching.tick()
    run = recorded(watching, request)
    pod = Pod(watching, run, tmp_path / "first.log")
    pod.wait_for(lambda: any((watching.home.staging / "parts").rglob("*.parquet")))
    pod.stop()
    assert status_of(watching, run) == dg.DagsterRunStatus.FAILURE, pod.log.read_text()
    assert "interrupted" in pod.log.read_text()
    assert not is_locked(watching.home, request.partition_key)
    assert server().psql("select count(*) from leads", name).split() == ["0"]

    watching.pass_time(20)
    (again,) = watching.tick(seconds=1)
    assert again.partition_key == request.partition_key
    second = recorded(watching, again)
    pod = Pod(watching, second, tmp_path / "second.log")
    pod.process.wait(PATIENCE)
    assert status_of(watching, second) == dg.DagsterRunStatus.SUCCESS, pod.log.read_text()
    assert server().psql("select count(*), count(distinct phone) from leads", name).split() == [f"{ROWS}|{ROWS}"]
    watching.pass_time(3600)
    assert watching.tick(seconds=1) == []
    assert [path.name for path in Path(os.environ["DAGSTER_HOME"]).iterdir()] == ["dagster.yaml"]
