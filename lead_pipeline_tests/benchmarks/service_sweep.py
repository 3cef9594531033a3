"""Kills everything that `lead-pipeline ui` is made of at random moments while it imports dropped files, starts it
again, and compares what is left with an undisturbed import. Run it by hand:
`python -m lead_pipeline_tests.benchmarks.service_sweep`.
"""

import argparse
import random
import shutil
import sys
import time
from pathlib import Path

from lead_pipeline_tests.orchestration.serving import Ui, drop, left_behind, receipts, unfinished_runs
from lead_pipeline_tests.support import call_schedule, importing, quick_folder, staging, write_csv

_HEADER = ("caller_id", "email", "expires_in", "state")
_BLOCKED = "2125550199"


def prepare(folder: Path, count: int, rows: int) -> tuple[Path, list[Path]]:
    """Return a home with a blocked number, and files with rows of every outcome that share no lead."""
    template = folder / "template"
    with staging(template) as imports:
        imports.suppress(write_csv(folder / "blocked.csv", ("phone",), [(_BLOCKED,)]))
    with importing(template):
        pass
    (template / "inbox" / "call_schedule").mkdir(exist_ok=True)
    files = []
    for number in range(count):
        good = [(f"212{200 + number:03d}{row:04d}", f"p{row}@example.com", "24", "NY") for row in range(rows)]
        bad = [good[0], ("12345", "", "", "NY"), (_BLOCKED, "", "", "NY"), ("", "", "", "")]
        files.append(write_csv(folder / f"list-{number:03d}.csv", _HEADER, [*good, *bad]))
    return template, files


def trial(template: Path, files: list[Path], home: Path, moments: list[float]) -> tuple[dict[str, object], float]:
    """Import with the services killed at these moments, in seconds after the drop or the start; return what is left."""
    shutil.copytree(template, home)
    drop_at = 0
    for place, moment in enumerate(moments):
        ui = Ui(home)
        if place == drop_at:
            ui.wait_until_ready()
            drop(home, files)
        time.sleep(moment)
        ui.kill()
    began, ui = time.monotonic(), Ui(home)
    try:
        ui.wait_until_ready()
        ui.wait_for("receipts", lambda: len(receipts(home)) == len(files))
        ui.wait_for("end of all runs", lambda: not unfinished_runs(home), pause=1)
        took = time.monotonic() - began
    finally:
        ui.stop()
    return left_behind(home), took


def sweep(trials: int, count: int, rows: int, seed: int, keep: Path | None) -> int:
    """Run the sweep; return how many homes differed."""
    chance, wrong, killed = random.Random(seed), 0, 0
    with quick_folder() as folder:
        template, files = prepare(folder, count, rows)
        shutil.copytree(template, folder / "undisturbed")
        with staging(folder / "undisturbed") as imports:
            for file in files:
                imports.file(file, call_schedule())
        expected = left_behind(folder / "undisturbed")
        for number in range(trials):
            # Two seconds go by before a file is complete; what happens then is what matters most.
            moments = [
                chance.uniform(1.8, 6.0),
                *(chance.uniform(0.5, 12.0) for _ in range(chance.choice((0, 0, 1, 2)))),
            ]
            killed += len(moments)
            told = ", ".join(f"{moment:.2f}" for moment in moments)
            try:
                found, took = trial(template, files, folder / "home", moments)
            except AssertionError as error:
                found, took = {"error": str(error)}, 0.0
            differs = [name for name in expected if found.get(name) != expected[name]]
            wrong += bool(differs)
            print(
                f"{number + 1}: killed after {told} s, whole again after {took:.1f} s; {differs or 'same'}", flush=True
            )
            if differs:
                print(found.get("error") or {name: found[name] for name in differs}, unfinished_runs(folder / "home"))
                if keep:
                    shutil.copytree(folder / "home", keep / f"seed-{seed}-trial-{number + 1}", dirs_exist_ok=True)
            shutil.rmtree(folder / "home")
    print(f"{killed} kills of all services in {trials} trials with {count} files of {rows} rows, {wrong} wrong")
    return wrong


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trials", type=int, default=20)
    arguments.add_argument("--files", type=int, default=4, help="more than eight are imported by runs over ranges")
    arguments.add_argument("--rows", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, help="folder for the homes that differ")
    given = arguments.parse_args()
    sys.exit(sweep(given.trials, given.files, given.rows, given.seed, given.keep) > 0)
