"""The real services: web server, daemon with the sensor, code server with its warm runs. One tour, with a power cut."""

import os
import shutil
import subprocess

import pytest

from lead_pipeline.orchestration.serving import services
from lead_pipeline.orchestration.serving.guard import ADDRESSES
from lead_pipeline.orchestration.serving.service import WEB_SERVER
from lead_pipeline_tests.orchestration.serving import Ui, drop, left_behind, receipts, unfinished_runs
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import call_schedule, prepared_home, staging

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and process groups")


@pytest.fixture
def home(folder):
    prepared_home(folder / "home")
    (folder / "home" / "inbox" / "call_schedule").mkdir(exist_ok=True)
    return folder / "home"


def test_everything_dies_midway_and_what_was_dropped_is_imported_exactly_once_after_the_next_start(home, folder):
    """And when only the command dies, its services do not go on forever: nobody could stop them. Runs are forked from a
    warm process; this fails when a release of Dagster starts them in another way.
    """
    files = [folder / "a.csv", folder / "b.csv", folder / "c.csv"]
    for number, file in enumerate(files):
        file.write_text(leads(number, rows=3))
    shutil.copytree(home, folder / "undisturbed")
    with staging(folder / "undisturbed") as imports:
        for file in files:
            imports.file(file, call_schedule())

    ui = Ui(home)
    try:
        ui.wait_until_ready()
        drop(home, files)
        ui.wait_for("import under way", lambda: any((home / "staging" / "parts").iterdir()), pause=0.005)
        commands = ui.commands()
        assert sum("multiprocessing.forkserver" in command for command in commands) >= 2, commands  # it, and a fork
        assert not any("multiprocessing.spawn" in command for command in commands), commands
    finally:
        ui.kill()
    assert not ui.members()
    assert len(receipts(home)) < len(files)

    ui = Ui(home)
    try:
        ui.wait_for("receipts", lambda: len(receipts(home)) == len(files))
        ui.wait_for("end of all runs", lambda: not unfinished_runs(home), pause=0.5)
        ui.kill_parent()
        ui.wait_for_end()
    finally:
        ui.kill()
    assert left_behind(home) == left_behind(folder / "undisturbed")


def test_a_module_of_the_folder_it_is_started_in_does_not_stand_in_for_one_of_the_web_server(tmp_path):
    for name in ("gql", "graphene", "uvicorn", "polars"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('mine')")
    settings = {"LEAD_PIPELINE_HOME": str(tmp_path), ADDRESSES: "localhost:3000"}
    command = services.command_of(WEB_SERVER, "--version")
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=os.environ | settings)
    assert (ended.returncode, "version" in ended.stdout) == (0, True), ended.stderr
