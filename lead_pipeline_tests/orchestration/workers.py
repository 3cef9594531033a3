"""Hosts of a home that several share, as the docs set them up: their files of settings, and real workers of Celery."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from lead_pipeline.filing.home import Home

DOCS = Path(__file__).parents[2] / "docs" / "deploying" / "several-hosts"


def settings_of(home: Path, *, store: str, dagster: str, broker: str) -> dict[str, str]:
    """Return the environment that the docs want on each host."""
    return {
        "LEAD_PIPELINE_HOME": str(home),
        "DAGSTER_HOME": str(home / "dagster"),
        "LEAD_PIPELINE_STORE": store,
        "DAGSTER_PG_URL": dagster.replace("postgresql://", "postgresql+psycopg2://"),
        "LEAD_PIPELINE_BROKER": broker,
    }


def shared_home(home: Path) -> Path:
    """Make a home with the settings of the docs for its Dagster."""
    Home(home).prepare()
    shutil.copy(DOCS / "dagster.yaml", home / "dagster" / "dagster.yaml")
    return home


class Worker:
    """A worker, in a process group of its own, as its unit of systemd starts it."""

    def __init__(
        self,
        name: str,
        environment: Mapping[str, str],
        log: Path,
        *,
        prefix: tuple[str, ...] = (),
        concurrency: int = 1,
    ) -> None:
        folder = Path(sys.executable).parent
        command = [
            *prefix, str(folder / "dagster-celery"), "worker", "start", "-A", "dagster_celery.app", "-y",
            str(DOCS / "celery-worker.yaml"), "-n", name, "-i", "lead_pipeline.orchestration.serving.preloaded",
            "--", "--concurrency", str(concurrency),
        ]  # fmt: skip
        self.log = log
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                command, stdout=said, stderr=said, env=os.environ | environment | {"PATH": path}, start_new_session=True
            )

    def is_ready(self) -> bool:
        return " ready." in self.log.read_text()

    def kill(self) -> None:
        """End all of its processes at once, as when its host loses power."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
