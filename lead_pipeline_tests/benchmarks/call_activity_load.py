"""Loads a drop of N generated calls through the real loading step, and prints rows per second, CPU time and peak memory
of each repetition. Run it by hand: `python -m lead_pipeline_tests.benchmarks.call_activity_load --help`.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.staging import stage_activity
from lead_pipeline.importing.activity.loading_calls import load_activity
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.scrub.activity_settings import ActivitySettings
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore

_RESULTS = ("No Answer", "Busy", "Voicemail", "Not interested", "Wrong number", "Callback", "Sold")
_SPELLINGS = ("{}{}{}", "({}) {}-{}", "{}-{}-{}", "+1 {} {} {}")


def write_calls(path: Path, rows: int) -> None:
    """Write a log as dialers export it: spellings mixed, times of the United States, a faulty row in a thousand."""
    start = datetime(2026, 1, 2, 9, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        file.write("Call Date,Phone Number,Campaign,Call Result,Answered,Sold,Buyer,Attempts\n")
        for number in range(rows):
            person = number * 7919 % 7_000_000
            parts = f"{201 + person // 700_000:03}", "555", f"{person % 10_000:04}"
            phone = "12" if number % 1_000 == 999 else _SPELLINGS[number % len(_SPELLINGS)].format(*parts)
            when = start + timedelta(seconds=number * 3)
            result = _RESULTS[number % len(_RESULTS)]
            sold = "Sunny Ltd" if result == "Sold" else ""
            yes = "yes" if number % 3 else "no"
            file.write(f"{when:%m/%d/%Y %I:%M:%S %p},{phone},Solar,{result},{yes},{bool(sold)},{sold},{number % 3}\n")


def load(home: Path, file: Path) -> None:
    """Load the drop into a store, and print what it took in this process."""
    place = Home(home)
    place.prepare()
    said = ActivitySettings(region="US", timezone="America/New_York")
    manifest = stage_activity(place, file, said, now=utc_now())
    with DuckdbLeadStore.open(home) as store:
        started, before = time.perf_counter(), time.process_time()
        counts = load_activity(store, manifest, place, utc_now()).counts
        seconds, used = time.perf_counter() - started, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{counts.read:,} rows: {counts.added:,} calls added, {counts.rejected:,} rejected in {seconds:.1f} s "
        f"({counts.read / seconds:,.0f} rows/s), {used:.1f} s of CPU, peak {peak:,.0f} MB"
    )


def main() -> None:
    """Generate drops of each size and load each in a process of its own, so that its peak is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[500_000, 5_000_000])
    parser.add_argument("--folder", type=Path, default=None, help="where to work; default: a temporary folder")
    parser.add_argument("--load", type=Path, nargs=2, metavar=("HOME", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.load:
        load(*arguments.load)
        return
    folder = Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-", dir=arguments.folder))
    try:
        for rows in arguments.rows:
            file = folder / f"calls-{rows}.csv"
            write_calls(file, rows)
            here = [sys.executable, "-m", "lead_pipeline_tests.benchmarks.call_activity_load"]
            subprocess.run([*here, "--load", str(folder / f"home-{rows}"), str(file)], check=True)
            file.unlink()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
