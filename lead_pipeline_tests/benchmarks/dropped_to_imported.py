"""Drops files, one after the other, into the inbox of a running `lead-pipeline ui` and prints how long each step takes
from the drop to the commit and to the receipt; with `--at-once`, all of them in one moment, until the last receipt,
with the memory of the processes and how fast pages answer meanwhile, beside what Dagster alone costs for as many.
Run it by hand: `python dropped_to_imported.py --help`.
"""

import argparse
import contextlib
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import httpx

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.receipts import Receipt
from lead_pipeline.importing.drops.intake import RANGE_FILES
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.benchmarks.bare_dagster import seconds_of_bare_run
from lead_pipeline_tests.orchestration.serving import Ui

_PATIENCE = 3600.0
_BETWEEN_LOOKS = 1.0

#: Pages that are asked for meanwhile: whether of Dagster, their path, and what is posted.
_RUNS = {"query": "{ runsOrError(limit: 25) { ... on Runs { results { id status } } } }"}
_PAGES: dict[str, tuple[bool, str, dict[str, str] | None]] = {
    "Dagster's runs, by GraphQL": (True, "/graphql", _RUNS),
    "the workbench's first page": (False, "/", None),
}

#: What has happened when: the names of Dagster's events, and two files of ours.
_STEPS = {
    "asked for": "complete: same size and time of change over 2 s, seen at the next glance, staged, run asked for",
    "created": "the daemon has the sensor's answer and writes the run down",
    "launched": "the code server is asked to start it: at once, or when the queue has room",
    "started": "the code server has forked a process, and its run begins",
    "committed": "read, mapped, normalized, screened, committed and published",
    "receipt": "report, archive, receipt: nothing is left to do",
}


def leads(number: int, rows: int) -> str:
    """Return a CSV file of valid numbers that no other `number` has."""
    area = ("212", "213", "305", "312", "404")[number // 700 % 5]
    lines = (f"{area}{200 + number % 700:03d}{row:04d},person{row}@example.com,n{row}" for row in range(rows))
    return "caller_id,email,name\n" + "".join(f"{line}\n" for line in lines)


def drop(ui: Ui, home: Home, number: int, rows: int) -> tuple[str, float]:
    """Drop a file whole, wait for its receipt, and return its import id and when it was dropped (since 1970)."""
    receipts = home.staging / "receipts"
    before = set(receipts.glob("*.json"))
    file = home.inbox / "call_schedule" / f"list-{number}.csv"
    (home.staging / "dropping").write_text(leads(number, rows))
    dropped = time.time()
    (home.staging / "dropping").rename(file)
    ui.wait_for("receipt", lambda: bool(set(receipts.glob("*.json")) - before), pause=0.01)
    (receipt,) = set(receipts.glob("*.json")) - before
    return Receipt.model_validate_json(receipt.read_text()).manifest.import_id, dropped


def timeline(home: Home, instance: dg.DagsterInstance, import_id: str) -> dict[str, float]:
    """Return when each step had happened."""
    (record,) = instance.get_run_records(dg.RunsFilter(tags={"dagster/partition": import_id}))
    kinds = {
        dg.DagsterEventType.PIPELINE_STARTING: "launched",
        dg.DagsterEventType.PIPELINE_START: "started",
    }
    events = instance.get_records_for_run(record.dagster_run.run_id, of_type=set(kinds)).records
    happened = {
        kinds[event.event_log_entry.dagster_event.event_type]: event.event_log_entry.timestamp for event in events
    }
    receipt = home.staging / "receipts" / f"{import_id.rpartition('@')[2]}.json"
    manifest = Receipt.model_validate_json(receipt.read_text()).manifest
    table = home.tables / "imported_leads" / f"import_id={import_id}" / "part-00000.parquet"
    happened |= {
        "created": record.create_timestamp.timestamp(),
        "asked for": manifest.requested_at.timestamp(),
        "committed": table.stat().st_mtime,
        "receipt": receipt.stat().st_mtime,
    }
    return {step: happened[step] for step in _STEPS}


def drop_at_once(ui: Ui, home: Home, files: int, rows: int) -> None:
    """Drop files in one moment; print how long it took until all were imported, in how many runs, and what is there."""
    waiting = home.staging / "dropping"
    waiting.mkdir()
    for number in range(files):
        (waiting / f"list-{number}.csv").write_text(leads(number, rows))
    receipts = home.staging / "receipts"
    started = time.monotonic()
    for file in sorted(waiting.iterdir()):
        file.rename(home.inbox / "call_schedule" / file.name)
    looks = Looks(ui, lambda: sum(1 for _ in receipts.glob("*.json")))
    ui.wait_for("receipts", lambda: looks.look() == files, pause=_BETWEEN_LOOKS, patience=_PATIENCE)
    seconds = time.monotonic() - started
    ui.stop()
    instance = open_instance(home)
    runs = instance.get_runs_count()
    instance.dispose()
    with DuckdbLeadStore.open(home.root, read_only=True) as store:
        found = store.workspace.rows("select (select count(*) from imports), (select count(*) from leads)")[0]
    left = sum(1 for _ in (home.inbox / "call_schedule").iterdir())
    print(f"{files} files of {rows} rows at once: {seconds:.0f} s, {runs} runs; {found[0]} imports, {found[1]} leads")
    print(f"{left} files left in the inbox, {sum(1 for _ in home.quarantine.iterdir())} in quarantine")
    looks.tell(files)
    bare, processor = seconds_of_bare_run(min(files, RANGE_FILES))
    share = files / min(files, RANGE_FILES)
    print(f"Dagster alone, as many partitions and assets: {bare * share:.0f} s, {processor * share:.0f} s of processor")


class Looks:
    """What is seen of the services now and then: memory of each process, and how fast their pages answer."""

    def __init__(self, ui: Ui, imported: Callable[[], int]) -> None:
        self._ui, self._imported = ui, imported
        self._seen: list[tuple[int, float, float, dict[str, float]]] = []

    def look(self) -> int:
        """Look once, and return how many files are imported."""
        imported, memory = self._imported(), [_megabytes(member) for member in self._ui.members()]
        self._seen.append((imported, max(memory), sum(memory), {name: self._seconds(name) for name in _PAGES}))
        return imported

    def _seconds(self, name: str) -> float:
        of_dagster, path, body = _PAGES[name]
        address = f"http://127.0.0.1:{self._ui.port if of_dagster else self._ui.pages_port}{path}"
        started = time.perf_counter()
        answer = httpx.post(address, json=body, timeout=60) if body else httpx.get(address, timeout=60)
        answer.raise_for_status()
        return time.perf_counter() - started

    def tell(self, files: int) -> None:
        """Print what was seen."""
        for share in (0.1, 0.5, 1.0):
            imported, largest, together, _ = next(one for one in self._seen if one[0] >= share * files)
            print(f"{imported:>6} imported: the largest process {largest:.0f} MB, all together {together:.0f} MB")
        for name in _PAGES:
            times = sorted(seconds[name] for *_, seconds in self._seen)
            print(f"{name}: median {statistics.median(times):.2f} s, longest {times[-1]:.2f} s, of {len(times)}")


def _megabytes(process: int) -> float:
    """Return the memory that a process alone uses, and its share of what it has from where it was forked."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Start the services, drop, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--at-once", action="store_true", help="drop all files in one moment")
    parser.add_argument("--pause", type=float, default=2.3, help="seconds between a receipt and the next drop")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-"))
    home = Home(folder / "home")
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    if arguments.at_once:
        ui = Ui(home.root)
        try:
            ui.wait_until_ready()
            drop_at_once(ui, home, arguments.files, arguments.rows)
        finally:
            ui.stop()
        shutil.rmtree(folder)
        return
    print(f"{arguments.rows} rows a file; seconds since the drop")
    print("".join(f"{step:>11}" for step in _STEPS))
    ui = Ui(home.root)
    try:
        ui.wait_until_ready()
        dropped = []
        for number in range(arguments.files):
            dropped.append(drop(ui, home, number, arguments.rows))
            time.sleep(arguments.pause)
    finally:
        ui.stop()
    instance = open_instance(home)
    since = []
    for import_id, at in dropped:
        since.append({step: when - at for step, when in timeline(home, instance, import_id).items()})
        print("".join(f"{seconds:11.2f}" for seconds in since[-1].values()))
    instance.dispose()
    print("median")
    print("".join(f"{statistics.median(one[step] for one in since):11.2f}" for step in _STEPS))
    for step, what in _STEPS.items():
        print(f"{step:<10} {what}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
