"""Reads hostile files for a while: no unhandled exception, no hang, no unbounded memory, no row lost without a word.

Run: python -m lead_pipeline_tests.benchmarks.reading_fuzz [--seconds 600] [--engine ENGINE] [--seed N] [SEED_FILE ...]
Engines: `mutation` damages the seeds, and files named on the command line, at random; `hypothesis` makes files of every
kind from scratch; `atheris` (which has to be installed) is guided by which lines of the reader, of what it tries out in
Python, a file reaches. A finding is written beside the working folder as `finding-<n>`, and the run ends with exit 1.
"""

import argparse
import inspect
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from lead_pipeline_tests.reading.hostile import SEEDS, hostile_files, mutated, read_whole

MEGABYTES = 1024
SECONDS_A_FILE = 20
_LONGEST = 2**16


class TooLongError(Exception):
    """A file took longer than any of its size may."""


class Reader:
    """Reads one file after the other, counts what became of them and keeps those that it cannot cope with."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "staged"
        self.became, self.findings, self.longest = Counter[str](), 0, 0.0

    def read(self, content: bytes) -> None:
        """Read a file, within its time."""
        self._path.write_bytes(content)
        started = time.monotonic()
        signal.alarm(SECONDS_A_FILE)
        try:
            self.became[read_whole(self._path)] += 1
        except (Exception, TooLongError) as finding:  # noqa: BLE001  (this is what is looked for)
            self.findings += 1
            Path(f"finding-{self.findings}").write_bytes(content)
            print(f"finding-{self.findings}: {type(finding).__name__}: {str(finding)[:200]}", file=sys.stderr)
        finally:
            signal.alarm(0)
            self.longest = max(self.longest, time.monotonic() - started)

    def tell(self, engine: str) -> int:
        """Print the tally; return the exit code."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        files = self.became.total() + self.findings
        told = {"engine": engine, "files": files, "became": self.became, "findings": self.findings}
        print(json.dumps(told | {"peak_mb": peak, "longest_s": round(self.longest, 2)}), flush=True)
        return 1 if self.findings or peak > MEGABYTES else 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooLongError


def mutate(reader: Reader, seeds: Sequence[bytes], seconds: float, number: int) -> None:
    """Read damaged seeds."""
    chance, end = random.Random(number), time.monotonic() + seconds
    while time.monotonic() < end:
        reader.read(mutated(chance.choice(seeds), chance))


def generate(reader: Reader, _seeds: Sequence[bytes], seconds: float, number: int) -> None:
    """Read files that hypothesis makes, a thousand at a time."""
    end = time.monotonic() + seconds

    @settings(max_examples=1000, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(content=hostile_files())
    def read_some(content: bytes) -> None:
        if time.monotonic() < end:
            reader.read(content)

    while time.monotonic() < end:
        seeded(number)(read_some)()
        number += 1


def guide(reader: Reader, seeds: Sequence[bytes], seconds: float, number: int) -> None:
    """Read files that reach lines of the reader which no file before them reached; ends the process."""
    import atheris  # type: ignore[import-not-found,unused-ignore]

    for name in [name for name in sys.modules if name.startswith("lead_pipeline.reading")]:
        own = [one for one in vars(sys.modules[name]).values() if getattr(one, "__module__", "") == name]
        methods = [method for one in own if isinstance(one, type) for method in vars(one).values()]
        for function in (one for one in (*own, *methods) if inspect.isfunction(one)):
            atheris.instrument_func(function)
    with tempfile.TemporaryDirectory() as corpus:
        for place, seed in enumerate(seeds):
            (Path(corpus) / f"seed-{place}").write_bytes(seed)
        end = time.monotonic() + seconds

        def read(content: bytes) -> None:
            if time.monotonic() > end:
                os._exit(reader.tell("atheris"))  # SystemExit would be taken for a finding
            reader.read(content)

        atheris.Setup(
            [sys.argv[0], corpus, f"-seed={number}", f"-max_len={_LONGEST}", "-timeout=60", "-verbosity=0"], read
        )
        atheris.Fuzz()


ENGINES: dict[str, Callable[[Reader, Sequence[bytes], float, int], None]] = {
    "mutation": mutate, "hypothesis": generate, "atheris": guide,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Read until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--engine", choices=ENGINES, default="mutation")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    seeds = [*SEEDS, *(path.read_bytes()[:_LONGEST] for path in chosen.seeds)]
    signal.signal(signal.SIGALRM, _stop)
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        ENGINES[chosen.engine](reader, seeds, chosen.seconds, chosen.seed)
        sys.exit(reader.tell(chosen.engine))


if __name__ == "__main__":
    main()
