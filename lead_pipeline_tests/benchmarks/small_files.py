"""What a small file costs when many are imported by one run: milliseconds of processor and by the clock, by stage, of
files that are staged and imported in this process. Run it by hand:
`python -m lead_pipeline_tests.benchmarks.small_files --help`.
"""

import argparse
import functools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.engine import Engine
from lead_pipeline.model.results import ImportResult
from lead_pipeline.orchestration.launching import Launcher, opened_launcher
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline_tests.benchmarks.dropped_to_imported import leads

#: The steps of the engine; what is spent outside of them, and not on staging, is Dagster's.
_STEPS = ("read_files", "map_leads", "normalize_leads", "commit", "check", "report")

#: So many files are imported first, which load and compile what all others use.
_FIRST = 3


class Clocks:
    """Seconds of processor and by the clock, by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, tuple[float, float]] = {}

    @contextmanager
    def running(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        processor, clock = time.process_time(), time.perf_counter()
        yield
        before = self.spent.get(stage, (0.0, 0.0))
        self.spent[stage] = (
            before[0] + time.process_time() - processor,
            before[1] + time.perf_counter() - clock,
        )

    def watch(self, step: str) -> None:
        """Have a step of the engine timed from now on."""
        timed: Callable[..., Any] = getattr(Engine, step)

        @functools.wraps(timed)
        def wrapped(*arguments: Any, **named: Any) -> Any:  # whatever the step takes and gives
            with self.running(step):
                return timed(*arguments, **named)

        setattr(Engine, step, wrapped)


def import_files(launcher: Launcher, folder: Path, numbers: range, rows: int, clocks: Clocks) -> None:
    """Stage files of valid numbers, and import them by one run."""
    profile = load_profile("call_schedule", folder=launcher.home.profiles)
    manifests = []
    for number in numbers:
        file = folder / f"list-{number}.csv"
        file.write_text(leads(number, rows))
        with clocks.running("stage"):
            manifests.append(launcher.stage(file, profile))
    with clocks.running("whole run"):
        results = launcher.import_together(manifests)
    assert all(isinstance(one, ImportResult) and one.counts.created == rows for one in results)


def main() -> None:
    """Import and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--rows", type=int, default=10)
    arguments = parser.parse_args()
    folder, clocks = Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-")), Clocks()
    for step in _STEPS:
        clocks.watch(step)
    try:
        with opened_launcher(Home(folder / "home"), 60.0, print) as launcher:
            import_files(launcher, folder, range(arguments.files, arguments.files + _FIRST), arguments.rows, clocks)
            clocks.spent.clear()
            import_files(launcher, folder, range(arguments.files), arguments.rows, clocks)
    finally:
        shutil.rmtree(folder)
    whole = clocks.spent.pop("whole run")
    of_dagster = tuple(whole[each] - sum(clocks.spent[step][each] for step in _STEPS) for each in (0, 1))
    print(f"milliseconds for each of {arguments.files} files of {arguments.rows} rows: of processor, by the clock")
    stages = clocks.spent | {"Dagster": of_dagster}
    for stage, (processor, clock) in [*stages.items(), ("all", _sum(stages.values()))]:
        print(f"{stage:<16} {1000 * processor / arguments.files:7.1f} {1000 * clock / arguments.files:7.1f}")


def _sum(spent: Any) -> tuple[float, float]:  # pairs
    processor, clock = zip(*spent, strict=True)
    return sum(processor), sum(clock)


if __name__ == "__main__":
    main()
