"""An import that a command began and did not see to its end is announced when it ends: by email, in its report, and
once in the next terminal.
"""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from lead_pipeline import LeadPipeline
from lead_pipeline.cli import main
from lead_pipeline.filing.life_cycle import note_request
from lead_pipeline.filing.locks import waiting_command
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.importing.submitting import begin_attempt
from lead_pipeline.notifying.outbox import pending_messages
from lead_pipeline_tests.support import call_schedule, quick_folder, staging, write_csv

GONE = "c0" * 16  # a command that nobody runs any more
PROBLEMS = {"email": ["ann@example.com"], "when": "problems"}


@pytest.fixture
def imports():
    with quick_folder() as folder, staging(folder / "home") as stages:
        yield stages


def staged(imports):
    path = write_csv(imports.home.root.parent / "fair.csv", ("caller_id", "name"), [("2125550101", "Quill")])
    return stage_import(imports.home, path, call_schedule(notify=PROBLEMS), now=datetime.now(UTC))


def commanded(imports, by):
    """Have a command ask for an import, and a service ask again."""
    manifest = note_request(imports.home, staged(imports), datetime.now(UTC), commanded_by=by)
    return note_request(imports.home, manifest, datetime.now(UTC))


def test_what_a_command_left_is_announced_when_a_service_completes_it(imports):
    result = imports.run(commanded(imports, GONE))
    assert "A command began this import and failed or was stopped; attempt 2 took it up." in result.notices
    (message,) = pending_messages(imports.home)
    assert message.subject.startswith("fair.csv: imported")
    (told,) = LeadPipeline(imports.home.root).news()
    assert told.endswith(f": fair.csv ({result.import_id}): The one row became a new lead.")
    assert LeadPipeline(imports.home.root).news() == ()


def test_it_is_told_once_by_whichever_command_comes_next_and_never_among_the_results(imports):
    imports.run(commanded(imports, GONE))
    shown = [CliRunner().invoke(main, ["--home", str(imports.home.root), "profiles"]) for _ in range(2)]
    assert "Completed since a command failed or was stopped: fair.csv" in shown[0].stderr
    assert "fair.csv" not in shown[0].stdout
    assert "fair.csv" not in shown[1].stderr


@pytest.mark.parametrize("is_commanded", [False, True])
def test_an_import_that_nobody_waits_for_in_vain_is_not_announced(imports, is_commanded):
    """Of two commands for one file, one runs the import and the other waits: both see what comes of it."""
    with waiting_command(imports.home) as command:
        result = imports.run(commanded(imports, command if is_commanded else ""))
    assert not [notice for notice in result.notices if "command" in notice]
    assert list(pending_messages(imports.home)) == []
    assert LeadPipeline(imports.home.root).news() == ()


def test_a_command_says_that_it_asked_and_content_that_comes_again_does_not_hide_it(imports):
    manifest = staged(imports)
    assert begin_attempt(imports.home, manifest, GONE) is None
    assert staged(imports).commanded_by == GONE
    assert note_request(imports.home, staged(imports), datetime.now(UTC)).commanded_by == GONE


def test_nothing_is_told_of_a_home_that_is_not_there(tmp_path):
    assert LeadPipeline(tmp_path / "none").news() == ()
