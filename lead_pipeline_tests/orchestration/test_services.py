"""The real services: web server, daemon with the sensor, code server with its warm runs. One short tour."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import query, quick_folder

#: Long enough for a busy machine; a quiet one needs 15 seconds for all of it.
PATIENCE = 150


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, happened, process):
    until = time.monotonic() + PATIENCE
    while not happened():
        assert process.poll() is None, f"the services ended while waiting for {what}"
        assert time.monotonic() < until, f"no {what}"
        time.sleep(0.1)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals and process groups")
def test_a_file_dropped_into_the_inbox_of_a_running_ui_is_imported():
    with quick_folder() as folder:
        home, log = folder / "home", folder / "ui.log"
        command = [sys.executable, "-m", "lead_pipeline", "--home", str(home), "ui", "--port", str(free_port())]
        with log.open("wb") as output:
            ui = subprocess.Popen(
                command, stdout=output, stderr=output, cwd=Path(__file__).parents[2], start_new_session=True
            )
        try:
            wait_for("UI", lambda: b"Dagster UI" in log.read_bytes(), ui)
            path = home / "inbox" / "call_schedule" / "dropped.csv"
            path.write_text(leads(1, rows=3))
            wait_for("receipt", lambda: list((home / "staging/receipts").glob("*.json")), ui)
            wait_for("archive", lambda: not path.exists(), ui)
            assert query(home, "select count(*) from leads") == [(3,)]
        finally:
            ui.send_signal(signal.SIGTERM)
            try:
                ui.wait(30)
            finally:
                if ui.poll() is None:
                    os.killpg(ui.pid, signal.SIGKILL)
                    ui.wait()
