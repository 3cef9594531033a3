"""What recognising sequels takes of an import, in seconds of the processor: of a list that has nothing to do with the
earlier ones of its source, of one that has most of their people again, and of one that was corrected.

    python -m lead_pipeline_tests.benchmarks.recognised_sequels --rows 300000
"""

import argparse
import contextlib
import csv
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from lead_pipeline.importing import committing, steps
from lead_pipeline.store import ledger
from lead_pipeline_tests.support import Stages, call_schedule, quick_folder, staging

HEADER = ("caller_id", "first_name", "last_name", "email", "city", "age", "origin", "note", "a", "b", "c", "d")
AREAS = (201, 212, 305, 312, 404, 415, 503, 602, 650, 713)
EXCHANGES = [number for number in range(220, 1000) if number % 100 != 11]

#: What an import does for it: inside its transaction, counting it, and telling the first import.
STEPS = (
    (committing, "find_sequel"),
    (committing, "find_sequels_before"),
    (ledger, "count_sequel"),
    (steps, "publish_recoveries"),
)


def phone(number: int) -> str:
    """Return one of some seventy million valid numbers."""
    exchange, area = (
        EXCHANGES[number // 10_000 % len(EXCHANGES)],
        AREAS[number // 10_000 // len(EXCHANGES) % len(AREAS)],
    )
    return f"+1{area}{exchange}{number % 10_000:04d}"


def rows(start: int, count: int) -> Iterator[list[str]]:
    """Yield people, of whom one in twenty has no phone that is one."""
    drawn = random.Random(start)
    for number in range(start, start + count):
        called = "12345" if drawn.random() < 0.05 else phone(number)
        name = [f"First {number}", f"Last {number % 5000}", f"person{number}@example.com", "Oslo"]
        yield [called, *name, str(number % 90), "web", "x" * 10, "A", "B", "C", "D"]


def corrected(start: int, count: int) -> Iterator[list[str]]:
    """Yield the same people, every other of the wrong phones set right."""
    for number, cells in enumerate(rows(start, count)):
        yield [phone(30_000_000 + number), *cells[1:]] if cells[0] == "12345" and number % 2 else cells


def others(start: int, count: int) -> Iterator[list[str]]:
    """Yield the same people, one in fifty of whom is somebody else."""
    somebody = rows(20_000_000, count)
    yield from (next(somebody) if number % 50 == 7 else cells for number, cells in enumerate(rows(start, count)))


@contextlib.contextmanager
def measured(spent: dict[str, float]) -> Iterator[None]:
    """Add up the processor's seconds of each step."""

    def timed(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: object, **named: object) -> Any:  # whatever the step returns
            began = time.process_time()
            try:
                return step(*given, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + time.process_time() - began

        return run

    with contextlib.ExitStack() as patched:
        for module, name in STEPS:
            patched.enter_context(mock.patch.object(module, name, timed(name, getattr(module, name))))
        yield


def run(stages: Stages, name: str, people: Iterator[list[str]]) -> None:
    """Import people and print what it took."""
    path = Path(stages.home.root.parent / f"{name}.csv")
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *people])
    spent: dict[str, float] = {}
    with measured(spent):
        began = time.process_time()
        result = stages.file(path, call_schedule())
        whole = time.process_time() - began
    path.unlink()
    of_it = sum(spent.values())
    print(
        f"{name}: {result.rows_read:,} rows, {whole:.1f} s of the processor, {of_it:.2f} s ({of_it / whole:.1%}) for"
        f" sequels; recovered {result.sequel.rows_recovered:,}, still rejected {result.sequel.still_rejected:,}",
        flush=True,
    )


def main() -> None:
    """Import three lists of different people, and two of these again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    count = parser.parse_args().rows
    with quick_folder() as folder, staging(folder / "home") as stages:
        for number, name in enumerate(("first", "second", "third")):
            run(stages, name, rows(number * count, count))
        run(stages, "first, one in fifty is somebody else", others(0, count))
        run(stages, "second, half of its rejects corrected", corrected(count, count))


if __name__ == "__main__":
    main()
