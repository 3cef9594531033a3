"""Imports N generated rows against M existing leads through the real command, and prints rows/s, peak memory and the
share of each stage beside a bare DuckDB load of the same file, and beside what people write by hand for it. Run it by
hand: `python -m lead_pipeline_tests.benchmarks.import_rows --help`.

`--mix` says what is in the list, see `mixes.py`; without it, it is the clean US list of earlier figures.
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
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from lead_pipeline.importing.committing import commit_import
from lead_pipeline.model.contracts import REASON_FIELDS_TYPE
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.records import ImportRecord
from lead_pipeline_tests.benchmarks.mixes import MIXES, write_mix
from lead_pipeline_tests.benchmarks.stages_at_work import Busy, Utilization

#: Area codes and exchanges of which every number is valid in phonenumbers' plan for the US.
_AREAS = pl.Series(
    ["212", "213", "305", "312", "404", "415", "503", "512", "602", "617", "702", "713", "801", "917", "951"]
)
_FORMATS = ("+1{a}{e}{l}", "({a}) {e}-{l}", "{a}-{e}-{l}", "{a}.{e}.{l}", "{a}{e}{l}", "1 {a} {e} {l}")


def phones(first: int, count: int) -> pl.DataFrame:
    """Return `count` different US numbers from number `first` on: area, exchange and line as text."""
    number = pl.int_range(first, first + count, eager=True)
    return pl.DataFrame(
        {
            "a": _AREAS.gather(number // 7_000_000 % _AREAS.len()),
            "e": (200 + number // 10_000 % 700).cast(pl.String),
            "l": (number % 10_000).cast(pl.String).str.zfill(4),
        }
    )


def write_file(path: Path, first: int, count: int) -> None:
    """Write a lead file of `count` rows, numbers in six notations, ten columns."""
    parts = phones(first, count).with_row_index("n")
    written = pl.coalesce(
        *(
            pl.when(pl.col("n") % len(_FORMATS) == place).then(
                pl.format(text.replace("{a}", "{}").replace("{e}", "{}").replace("{l}", "{}"), "a", "e", "l")
            )
            for place, text in enumerate(_FORMATS)
        )
    )
    n = pl.col("n").cast(pl.String)
    parts.select(
        caller_id=written,
        email=pl.lit("person") + n + "@example.com",
        expires_in=(pl.col("n") % 72 + 24).cast(pl.String),
        remote_ip=pl.format("203.0.{}.{}", pl.col("n") % 256, pl.col("n") // 256 % 256),
        first_name=pl.lit("Name") + (pl.col("n") % 977).cast(pl.String),
        last_name=pl.lit("Surname") + (pl.col("n") % 7919).cast(pl.String),
        zip=(pl.col("n") % 100_000).cast(pl.String).str.zfill(5),
        traffic_source=pl.lit("bench"),
        sub_id=pl.lit("aff-") + (pl.col("n") % 50).cast(pl.String),
        comments=pl.lit("call back, please"),
    ).write_csv(path)


def fill_store(home: Path, profile: ImportProfile, first: int, count: int) -> None:
    """Put `count` leads into the store, a million per import, through the store's own commit."""
    home.mkdir(parents=True, exist_ok=True)
    for start in range(0, count, 1_000_000):
        rows = min(1_000_000, count - start)
        part = home / "fill.parquet"
        empty = pl.lit([], dtype=pl.List(pl.String))
        phones(first + start, rows).with_row_index("n", offset=1).select(
            row_number=pl.col("n").cast(pl.Int64), line_number=pl.col("n").cast(pl.Int64) + 1,
            phone=pl.lit("+1") + pl.col("a") + pl.col("e") + pl.col("l"), email=pl.lit(None, dtype=pl.String),
            expires_in=pl.lit(None, dtype=pl.Int64), remote_ip=pl.lit(None, dtype=pl.String),
            attributes=pl.lit(None, dtype=pl.String), hints=pl.lit(None, dtype=pl.String),
            reasons=empty, warnings=empty, reason_fields=pl.lit(None, dtype=REASON_FIELDS_TYPE),
        ).write_parquet(part)  # fmt: skip
        identity = f"{start:064d}"
        record = ImportRecord(
            f"fill@{start:012d}", identity, "fill", "", profile.destination, "fill", identity, 1, datetime.now(UTC)
        )
        with DuckdbLeadStore.open(home) as store:
            commit_import(
                store,
                record,
                profile,
                StagedRows((str(part),), rows, frozenset(profile.rules), raw_rows=lambda _: ()),
                at=datetime.now(UTC),
            )
        part.unlink()


@dataclass(frozen=True)
class Run:
    """A command that ended: its seconds, those of processors, its peak memory in MB (VmHWM of the process itself), its
    output, and how busy it was in each stage of an import.
    """

    seconds: float
    processors: float
    peak: float
    output: str
    by_stage: Mapping[str, Busy]


def run_measured(command: list[str], home: Path = Path("none")) -> Run:
    """Run a command to its end; `home` is where it imports."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    # -X importtime and friends would distort; the kernel's own high-water mark is read just before the process ends.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    busy, peak = Utilization(home, process.pid), 0.0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        peak = max([peak, *(float(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))])
        busy.look()
        time.sleep(0.02)
    output = process.communicate()[0]
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, used, peak, output, busy.by_stage)


def bare_load(file: Path, folder: Path) -> float:
    """Return the seconds DuckDB alone takes to load the file into a table of text."""
    started = time.perf_counter()
    con = duckdb.connect(str(folder / "bare.duckdb"))
    con.execute("create table bare as select * from read_csv(?, all_varchar = true)", [str(file)])
    con.close()
    return time.perf_counter() - started


def process_start(home: Path) -> float:
    """Return the seconds that the command takes for a file of one row: loading, Dagster's instance, an empty run."""
    file = home.with_name("one.csv")
    write_file(file, 500, 1)
    return run_measured(
        [sys.executable, "-m", "lead_pipeline", "--home", str(home), "import", str(file), "--json"]
    ).seconds


def by_hand(file: Path, folder: Path) -> float:
    """Return the seconds of a script that asks phonenumbers and email-validator about each row, and loads the rest."""
    command = [sys.executable, "-m", "lead_pipeline_tests.benchmarks.import_by_hand", str(file), str(folder / "peer")]
    return run_measured(command).seconds


def main() -> None:
    """Generate, import, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--existing", type=int, default=1_000_000)
    parser.add_argument("--known-share", type=float, default=0.1, help="share of the rows that are leads already")
    parser.add_argument("--mix", choices=MIXES, help="what is in the list")
    parser.add_argument("--by-hand", action="store_true", help="also run a script that asks the libraries row by row")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-"))
    home, file = folder / "home", folder / "leads.csv"
    known = int(arguments.rows * arguments.known_share) if arguments.existing else 0
    first = arguments.existing - min(known, arguments.existing)
    if arguments.mix:
        write_mix(file, arguments.mix, arguments.rows, first=first)
    else:
        write_file(file, first, arguments.rows)
    if arguments.existing:
        fill_store(home, load_profile("call_schedule", folder=None), 0, arguments.existing)
    command = [sys.executable, "-m", "lead_pipeline", "--home", str(home), "import", str(file), "--json"]
    run = run_measured(command, home)
    seconds, result = run.seconds, json.loads(run.output)
    bare = bare_load(file, folder)
    timings = json.loads((home / "reports" / result["import_id"] / "result.json").read_text())["timings"]
    stages = {one["stage"]: one["seconds"] for one in timings}
    rest = sum(stages.values()) - stages["normalized_leads"]
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"file: {arguments.rows:,} rows, {file.stat().st_size / 1e6:.0f} MB; {arguments.existing:,} existing leads")
    counts = ", ".join(f"{result[f'rows_{name}']:,} {name}" for name in ("created", "duplicate", "rejected"))
    print(f"list: {arguments.mix or 'clean US list'}; outcome: {counts}")
    print(f"whole command: {seconds:.2f} s, {arguments.rows / seconds:,.0f} rows/s, peak memory {run.peak:,.0f} MB")
    for stage, spent in stages.items():
        print(f"  {stage:<18} {spent:6.2f} s  {spent / seconds:5.0%}")
    print(f"  {'start and report':<18} {seconds - sum(stages.values()):6.2f} s")
    cores = os.cpu_count() or 1
    print(
        f"processors: {run.processors:.1f} s, {run.processors / seconds / cores:.0%} of {cores} cores from start to end"
    )
    for stage, busy in run.by_stage.items():
        print(f"  {stage:<18} {busy.processors:6.2f} s  {busy.utilization:5.0%} in {busy.seconds:.2f} s")
    print(f"everything but normalizing: {rest:.2f} s; bare DuckDB load: {bare:.2f} s; ratio {rest / bare:.1f}")
    net = seconds - process_start(folder / "small")
    print(
        f"net of process start: {net:.2f} s, {arguments.rows / net:,.0f} rows/s, {net / bare:.1f} times the bare load"
    )
    if arguments.by_hand:
        peer = by_hand(file, folder)
        print(f"by hand: {peer:.1f} s, {arguments.rows / peer:,.0f} rows/s; {peer / net:.1f} times ours")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
