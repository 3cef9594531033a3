"""Imports lists of 1,000,000 rows into stores of different sizes, in turns, and prints what each took and how the
medians compare: what an import costs may hardly grow with what is there already. Run it by hand:
`python -m lead_pipeline_tests.benchmarks.into_large_stores --help`.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from lead_pipeline_tests.benchmarks.import_rows import Run, bare_load, run_measured
from lead_pipeline_tests.benchmarks.large_store import Sizes, make_store
from lead_pipeline_tests.benchmarks.mixes import MIXES, write_mix

_MILLION = 1_000_000
_SUPPRESSED = 10  # an entry of a list for so many leads


def main() -> None:
    """Make the stores, import into them, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 100], help="how many leads are there")
    parser.add_argument("--rows", type=int, default=_MILLION, help="of each list")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--mix", choices=MIXES, default="typical", help="what is in the lists")
    parser.add_argument("--folder", type=Path, help="where to work: 100 million leads take 12 GB")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lead-pipeline-bench-", dir=arguments.folder) as name:
        homes = {millions: Path(name) / f"home-{millions}" for millions in arguments.millions}
        for millions, home in homes.items():
            _fill(home, millions)
        runs: dict[int, list[Run]] = {millions: [] for millions in homes}
        for number in range(arguments.runs):
            file = Path(name) / f"list-{number}.csv"
            write_mix(file, arguments.mix, arguments.rows, seed=1000 + number, first=number * arguments.rows)
            loaded = bare_load(file, Path(name))
            (Path(name) / "bare.duckdb").unlink()
            for millions, home in homes.items():
                run = _import(home, file)
                runs[millions].append(run)
                print(
                    f"into {millions:>4} M leads: {run.seconds:6.1f} s, processors {run.processors:6.1f} s, peak "
                    f"memory {run.peak:5,.0f} MB; bare DuckDB load {loaded:.1f} s",
                    flush=True,
                )
            file.unlink()
        _compare(runs)


def _fill(home: Path, millions: int) -> None:
    started, leads = time.perf_counter(), millions * _MILLION
    make_store(home, Sizes(rows=0, leads=leads, suppressions=leads // _SUPPRESSED, calls=0))
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e9
    print(f"store of {millions} M leads: {size:.1f} GB, made in {time.perf_counter() - started:.0f} s", flush=True)


def _import(home: Path, file: Path) -> Run:
    return run_measured(
        [sys.executable, "-m", "lead_pipeline", "--home", str(home), "import", str(file), "--json"], home
    )


def _compare(runs: dict[int, list[Run]]) -> None:
    seconds, processors = (
        {millions: statistics.median(getattr(run, what) for run in done) for millions, done in runs.items()}
        for what in ("seconds", "processors")
    )
    first = min(runs)
    for millions in sorted(runs):
        print(
            f"median into {millions:>4} M leads: {seconds[millions]:.1f} s, processors {processors[millions]:.1f} s: "
            f"{seconds[millions] / seconds[first]:.2f} and {processors[millions] / processors[first]:.2f} times that "
            f"into {first} M"
        )


if __name__ == "__main__":
    main()
