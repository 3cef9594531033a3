"""Loads a suppression list of N numbers, one per line, as a drop does, and beside it bare DuckDB: `read_csv`
and an insert into a plain table. Prints seconds, processor seconds, numbers per second and peak memory of each.
Run it by hand: `python -m lead_pipeline_tests.benchmarks.list_load --help`.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.lists.list_settings_given import settings_given
from lead_pipeline.importing.lists.suppression_list import load_list
from lead_pipeline.importing.submitting import submit_list
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore

#: What the lines of a list look like: digits alone; as lists come, with other forms, repeats and what is no number.
MIXES = ("bare", "messy")

_AREAS = pl.Series(["212", "213", "305", "312", "404", "415", "503", "512", "602", "617", "702", "713", "801", "917"])
_FORMS = ("{}{}{}", "+1{}{}{}", "({}) {}-{}", "{}-{}-{}", "1{}{}{}", "{}.{}.{}")


def write_list(path: Path, lines: int, mix: str) -> None:
    """Write a list of US numbers in a random order; one in 200 of the messy ones is no number, one in 50 a repeat."""
    with path.open("wb") as file:
        for first in range(0, lines, 1_000_000):
            index = pl.int_range(first, min(lines, first + 1_000_000), eager=True)
            number = (index - index % 50 // 49 * 7) * 982_451_653 % 97_999_993 if mix == "messy" else index
            number = number if mix == "messy" else number * 982_451_653 % 97_999_993
            cells = pl.DataFrame(
                {
                    "index": index,
                    "area": _AREAS.gather(number // 7_000_000),
                    "exchange": (200 + number // 10_000 % 700).cast(pl.String),
                    "line": (number % 10_000).cast(pl.String).str.zfill(4),
                }
            )
            forms = [pl.format(form, "area", "exchange", "line") for form in _FORMS]
            if mix == "bare":
                written = forms[0]
            else:
                chosen = pl.col("index") % 20
                written = pl.coalesce(
                    pl.when(pl.col("index") % 200 == 101).then(pl.lit("n/a")),
                    *(pl.when(chosen == place + 15).then(form) for place, form in enumerate(forms[1:])),
                    forms[0],
                )
            cells.select(written).write_csv(file, include_header=False)


def run_load(folder: Path, file: Path) -> dict[str, float]:
    """Load the list into a new store."""
    home = Home(folder / "home")
    home.prepare()
    with DuckdbLeadStore.open(home.root) as store:
        manifest = submit_list(home, file, settings_given("do_not_call", "US", {}))
        wall, spent = time.perf_counter(), time.process_time()
        loaded = load_list(store, manifest, home, datetime.now(UTC))
        figures = {"seconds": time.perf_counter() - wall, "processor": time.process_time() - spent}
    counts = loaded.counts
    return figures | {"read": counts.read, "added": counts.added, "known": counts.known, "rejected": counts.rejected}


def run_bare(folder: Path, file: Path) -> dict[str, float]:
    """Read the same file into a table of text, once each."""
    con = duckdb.connect(str(folder / "bare.duckdb"))
    wall, spent = time.perf_counter(), time.process_time()
    con.execute(
        "create table list as select distinct column0 as value from read_csv(?, header = false, all_varchar = true,"
        " delim = '\t')",
        [str(file)],
    )
    con.execute("checkpoint")
    figures = {"seconds": time.perf_counter() - wall, "processor": time.process_time() - spent}
    con.close()
    return figures


def main() -> None:
    """Write the list, load it, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--mix", choices=MIXES, action="append", help="default: both")
    parser.add_argument("--part-of-a-run", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part_of_a_run:
        what, *paths = arguments.part_of_a_run
        figures = {"load": run_load, "bare": run_bare}[what](*map(Path, paths))
        print(json.dumps(figures | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, ", end="")
    print(f"duckdb {duckdb.__version__}; load {os.getloadavg()[0]:.1f}; {datetime.now(UTC):%Y-%m-%d}")
    for mix in arguments.mix or MIXES:
        folder = Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-"))
        write_list(folder / "list.txt", arguments.lines, mix)
        for what in ("bare", "load"):
            command = [sys.executable, "-m", "lead_pipeline_tests.benchmarks.list_load", "--part-of-a-run", what]
            done = subprocess.run([*command, str(folder), str(folder / "list.txt")], stdout=subprocess.PIPE, check=True)
            figures = json.loads(done.stdout.splitlines()[-1])
            rate = arguments.lines / figures["seconds"]
            print(f"{mix}, {what}: {rate:,.0f} lines/s; " + json.dumps(figures))
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
