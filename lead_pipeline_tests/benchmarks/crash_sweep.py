"""Kills N imports at random moments of their work, some of the re-runs too, runs each again and compares what is left
with an undisturbed import; prints the tally. Run it by hand: `python -m lead_pipeline_tests.benchmarks.crash_sweep`.
"""

import argparse
import random
import shutil
import sys
import time
from pathlib import Path

from lead_pipeline_tests.orchestration.crashing import Crasher
from lead_pipeline_tests.support import call_schedule, dump_home, importing, quick_folder, staging, write_csv


def prepare(folder: Path, rows: int) -> tuple[Path, Path]:
    """Return a home with an earlier import, and a file that shares half of its leads."""
    home, header = folder / "template", ("caller_id", "state")
    numbers = [(f"21255{n:05d}", "NY") for n in range(20_000, 20_000 + rows)]
    file = write_csv(folder / "list.csv", header, [*numbers, numbers[0], ("12", "bad")])
    with staging(home) as imports:
        imports.file(write_csv(folder / "known.csv", header, numbers[: rows // 2]), call_schedule())
    with importing(home):
        pass
    return home, file


def sweep(kills: int, rows: int, seed: int) -> int:
    """Run the sweep; return how many homes differed."""
    chance, killed, wrong, started = random.Random(seed), 0, 0, time.monotonic()
    with quick_folder() as folder, Crasher.started() as crasher:
        template, file = prepare(folder, rows)
        shutil.copytree(template, folder / "undisturbed")
        longest = crasher.attempt(folder / "undisturbed", file).cpu
        expected = dump_home(folder / "undisturbed")
        trials = 0
        while killed < kills:
            trials += 1
            home = folder / "home"
            shutil.copytree(template, home)
            moments = [chance.uniform(0.01, longest) for _ in range(chance.choice((1, 1, 2, 3)))]
            killed += sum(crasher.attempt(home, file, seconds=moment).killed for moment in moments)
            said = crasher.attempt(home, file).said
            if dump_home(home) != expected:
                wrong += 1
                print(f"seed {seed}, trial {trials}: killed after {moments} s of work, then '{said}': differs")
            shutil.rmtree(home)
    print(f"{killed} kills in {trials} imports of {rows} rows, {wrong} wrong, {time.monotonic() - started:.0f} s")
    return wrong


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--rows", type=int, default=2_000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    sys.exit(sweep(given.kills, given.rows, given.seed) > 0)
