"""The real services of `lead-pipeline ui` over a home: started, stopped, killed; and what imports left there, however
they were numbered and in whatever order they came.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg
import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline_tests.support import dump_home, query

#: Long enough for a busy machine; a quiet one needs some seconds for each thing that is waited for.
PATIENCE = 240

_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Ui:
    """One `lead-pipeline ui`, in a process group of its own."""

    def __init__(self, home: Path, *options: str, port: int | None = None) -> None:
        self.home = home
        self.port, self.pages_port = port or free_port(), free_port()
        self._log = home.with_name(f"{home.name}.{free_port()}.log")
        ports = ["--port", str(self.port), "--pages-port", str(self.pages_port)]
        command = [sys.executable, "-m", "lead_pipeline", "--home", str(home), "ui", *ports, *options]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=Path(__file__).parents[2], start_new_session=True
            )

    def said(self) -> str:
        """Return what it printed."""
        return self._log.read_text()

    def wait_until_ready(self) -> None:
        """Wait for its address to be printed."""
        self.wait_for("UI", lambda: "Dagster UI" in self.said())

    def wait_for(
        self, what: str, happened: Callable[[], bool], pause: float = 0.05, patience: float = PATIENCE
    ) -> None:
        """Wait until something has happened; raises AssertionError when it does not, or the services end."""
        until = time.monotonic() + patience
        while not happened():
            if self.process.poll() is not None:
                raise AssertionError(f"the services ended while waiting for {what}: {self.said()}")
            if time.monotonic() > until:
                raise AssertionError(f"no {what}: {self.said()}")
            time.sleep(pause)

    def members(self) -> list[int]:
        """Return the processes of its group that live."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(group) == self.process.pid and state != "Z":
                found.append(int(folder.name))
        return found

    def commands(self) -> list[str]:
        """Return the command lines of its processes that live."""
        found = []
        for member in self.members():
            with contextlib.suppress(OSError):
                found.append(Path(f"/proc/{member}/cmdline").read_text().replace("\0", " "))
        return found

    def wait_for_end(self) -> None:
        """Wait until none of its processes lives; raises AssertionError when one goes on."""
        until = time.monotonic() + PATIENCE
        while living := self.members():
            assert time.monotonic() < until, f"{living} go on: {self.said()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """End all of its processes at once, as a power cut of them would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self.wait_for_end()

    def kill_parent(self) -> None:
        """End the command alone."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> None:
        """End it as Ctrl-C in another terminal would; what does not end is killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


def receipts(home: Path) -> list[Path]:
    """Return the receipts there are."""
    return sorted((home / "staging" / "receipts").glob("*.json"))


def drop(home: Path, files: Sequence[Path], profile: str = "call_schedule") -> None:
    """Copy files into the inbox, each whole at once."""
    for file in files:
        unfinished = home / "inbox" / profile / f".{file.name}.tmp"
        unfinished.write_bytes(file.read_bytes())
        unfinished.rename(unfinished.with_name(file.name))


def unfinished_runs(home: Path) -> list[str]:
    """Return the status of each run that has not ended."""
    instance = open_instance(Home(home))
    try:
        return [run.status.value for run in instance.get_runs() if run.status not in _ENDED]
    finally:
        instance.dispose()


def left_behind(home: Path) -> dict[str, object]:
    """Return what imports left for people, without the numbers of leads and contacts, and what must not be left."""
    rows = query(
        home,
        "select i.file_name, o.row_number, o.line_number, o.outcome, o.reason_codes, l.phone, l.email, l.attributes,"
        " l.destination_name, (select count(*) from enrollments e where e.lead_id = l.lead_id)"
        " from row_outcomes o join imports i using (import_id) left join leads l using (lead_id) order by 1, 2",
    )
    numbers = query(
        home,
        "select (select count(*) from leads), (select count(distinct lead_id) from leads),"
        " (select count(distinct contact_id) from leads), (select count(*) from contacts),"
        " (select count(*) from enrollments), (select count(*) from imports)",
    )
    whole = dump_home(home)
    return {
        "rows": rows,
        "numbers": numbers,
        "tables": {
            path.relative_to(home).as_posix(): pl.read_parquet(path, glob=False, hive_partitioning=False)
            .select(pl.exclude("lead_id", "contact_id", "created_at", "updated_at", "expires_at"))
            .sort("row_number")
            .rows()
            for path in sorted((home / "tables").rglob("[!.]*.parquet"))
        },
        "parts": [path.name for path in (home / "staging" / "parts").iterdir()],
        "copies": [path.name for path in (home / "staging").iterdir() if path.is_file() and path.name[0] != "."],
        **{name: found for name, found in whole.items() if name not in ("store", "tables")},
    }
