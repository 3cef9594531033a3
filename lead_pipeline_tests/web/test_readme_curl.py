"""The README's calls of the HTTP API do what it says, with curl itself and the real services."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lead_pipeline_tests.orchestration.serving import Ui
from lead_pipeline_tests.support import prepared_home, query, quick_folder
from lead_pipeline_tests.test_documentation import README, blocks

pytestmark = pytest.mark.skipif(
    shutil.which("curl") is None and not os.environ.get("CI"),
    reason="curl is not installed; CI installs it",
)

#: The README's example, of which two rows become leads.
ROWS = "caller_id,email\n(951) 555-0136,ana@example.com\n951-555-01,bo@example.com\n+44 20 7946 0123,cleo@example.com\n"


@pytest.fixture
def ui() -> Iterator[Ui]:
    with quick_folder() as folder:
        ui = Ui(prepared_home(folder / "home").root)
        try:
            ui.wait_until_ready()
            yield ui
        finally:
            ui.stop()


def readme_calls() -> list[str]:
    """Return the lines of the README that call curl."""
    text = README.read_text(encoding="utf-8")
    return [line for block in blocks(text, "console") for line in block.splitlines() if line.startswith("curl ")]


class Shell:
    """Calls lines of the README where its file lies, at the port that is served."""

    def __init__(self, folder: Path, ui: Ui) -> None:
        self._folder, self._ui, self._names = folder, ui, {}

    def say(self, name: str, value: str) -> None:
        """Put a value in the place of a name that the README has for it."""
        self._names[name] = value

    def call(self, line: str) -> dict[str, Any]:
        """Return the answer to a line; raises AssertionError for one that is a refusal."""
        assert "://127.0.0.1:3001/" in line
        line = line.replace("://127.0.0.1:3001/", f"://127.0.0.1:{self._ui.pages_port}/")
        for name, value in self._names.items():
            line = line.replace(name, value)
        command = [*shlex.split(line), "--silent", "--show-error", "--fail-with-body", "--max-time", "120"]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def test_the_calls_of_the_readme_import_a_file_and_a_lead(ui, tmp_path):
    (tmp_path / "leads.csv").write_text(ROWS)
    shell = Shell(tmp_path, ui)
    upload, start, ask, lead = readme_calls()

    preview = shell.call(upload)
    assert preview["headers"] == ["caller_id", "email"]
    shell.say("FILE_ID", preview["file_id"])
    shell.say("JOB_ID", shell.call(start)["job_id"])
    ui.wait_for("completed import", lambda: shell.call(ask)["status"] != "in_progress", pause=0.5)
    job = shell.call(ask)
    assert (job["status"], job["created_count"], job["failed_count"]) == ("completed", 2, 1)
    assert [(error["row"], error["code"]) for error in job["errors"]] == [(2, "phone_too_short")]

    answer = shell.call(lead)
    assert [one["outcome"] for one in answer["leads"]] == ["created"]
    phones = query(ui.home, "select phone from leads order by phone")
    assert phones == [("+19515550136",), ("+19515550137",), ("+442079460123",)]
