"""A Dagster project of somebody's own, made as `dg` makes one, and the real `dagster dev` over it."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lead_pipeline_tests.orchestration.serving import PATIENCE, free_port

PAGE = Path(__file__).parents[2] / "docs" / "dagster.md"

_PYPROJECT = """\
[project]
name = "acme"
version = "0.1.0"
requires-python = ">=3.11"

[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "acme"
registry_modules = ["acme.components.*"]
"""

_DEFINITIONS = """\
from pathlib import Path

import dagster as dg


@dg.definitions
def defs():
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
"""


def page_block(heading: str, language: str) -> str:
    """Return the first block of a language below a heading of the page about Dagster."""
    below = PAGE.read_text(encoding="utf-8").split(f"# {heading}\n", 1)[1]
    (block, *_) = re.findall(rf"^```{language}\n(.*?)^```", below, re.MULTILINE | re.DOTALL)
    return str(block)


class OwnProject:
    """A project in a folder, with a Dagster home beside it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "acme"
        self.dagster_home = folder / "dagster_home"
        self.dagster_home.mkdir(parents=True)
        package = self.root / "src" / "acme"
        for name in ("", "defs", "components"):
            (package / name).mkdir(parents=True, exist_ok=True)
            (package / name / "__init__.py").write_text("")
        (self.root / "pyproject.toml").write_text(_PYPROJECT)
        (package / "definitions.py").write_text(_DEFINITIONS)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DAGSTER", "LEAD_PIPELINE"))},
            "DAGSTER_HOME": str(self.dagster_home),
            "PYTHONPATH": str(self.root / "src"),
            "LEAD_PIPELINE_HOME": str(self.home),
        }

    @property
    def home(self) -> Path:
        """Return the home that the scaffolded YAML names."""
        return self.root / "data" / "leads"

    @property
    def yaml(self) -> Path:
        """Return the YAML of the component."""
        return self.root / "src" / "acme" / "defs" / "leads" / "defs.yaml"

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the environment's in the project."""
        program = [str(Path(sys.executable).parent / command[0]), *command[1:]]
        return subprocess.run(program, cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=300)


class Dev:
    """One `dagster dev` over the project and another location, in a process group of its own."""

    def __init__(self, project: OwnProject, other_location: str) -> None:
        self.project, self.port = project, free_port()
        (project.root / "src" / "downstream.py").write_text(other_location)
        workspace = project.root / "workspace.yaml"
        workspace.write_text(
            "load_from:\n"
            "  - python_module: {module_name: acme.definitions, location_name: acme}\n"
            "  - python_module: {module_name: downstream, location_name: downstream}\n"
        )
        self.log = project.root / "dev.log"
        command = [str(Path(sys.executable).parent / "dagster"), "dev", "-w", str(workspace), "-p", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "-h", "127.0.0.1"], cwd=project.root, env=project.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def graphql(self, query: str, **variables: object) -> Any:
        """Return the answer to a question, as the UI asks."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def wait_for(self, what: str, happened: Callable[[], object]) -> None:
        """Wait until something has happened; raises AssertionError with the log when it does not."""
        until = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):  # it does not listen yet
                if happened():
                    return
            assert self.process.poll() is None, self.log.read_text()[-5000:]
            assert time.monotonic() < until, f"no {what}: {self.log.read_text()[-5000:]}"
            time.sleep(0.5)

    def stop(self) -> None:
        """End it and its processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
