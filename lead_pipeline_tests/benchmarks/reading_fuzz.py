"""Reads mutated files for a while: no unhandled exception, no hang, no unbounded memory, no row lost without a word.

Run: python -m lead_pipeline_tests.benchmarks.reading_fuzz [--seconds 600] [--seed N] [SEED_FILE ...]
Plain seeded mutation, because the parsers underneath are compiled and show no coverage to a guided fuzzer. A finding is
written beside the script's working folder as `finding-<n>` and the run ends with exit 1.
"""

import argparse
import json
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import open_rows

SEEDS = (
    b'name,phone\nAna,+19518761336\nBo,"x, y"\n',
    b'a;b;c\r\n1;"2\r\nx";3\r\n"4";5;"6""7"\r\n',
    "näme\tphöne\nJosé\t1\n".encode("utf-16"),
    "名前,電話\n佐藤,1\n".encode("cp932"),
    b"sep=|\na|b\n1|2\n",
    b"a,b\r1,2\r3,4\r",
    b"# title\n\na,b,\n1,2,\n3,4,\n",
    b"{\x00}\x1f\x8b\x08\x00PK\x03\x04\xd0\xcf\x11\xe0",
)
PIECES = (
    b'"',
    b"'",
    b",",
    b";",
    b"\n",
    b"\r",
    b"\r\n",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\",
    b'""',
    b"\t",
    b"\xe9",
)
MEGABYTES = 1024
SECONDS_A_FILE = 20


class TooLongError(Exception):
    """A file took longer than any of its size may."""


def mutated(seed: bytes, chance: random.Random) -> bytes:
    data = bytearray(seed * chance.choice((1, 1, 1, 3, 40)))
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[place:place] = chance.choice(PIECES) * chance.choice((1, 1, 2, 300))
            case 1:
                del data[place : place + chance.randint(1, 8)]
            case 2:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 3:
                data[place:place] = data[place : place + chance.randint(1, 40)]
            case _:
                data[place:place] = chance.choice(PIECES)
    return bytes(data)


def read(path: Path) -> str:
    try:
        numbers = [number for batch in open_rows(path).batches() for number in batch["row_number"]]
    except LeadPipelineError as refusal:
        return type(refusal).__name__
    assert numbers == list(range(1, len(numbers) + 1)), "rows are not numbered one by one"
    return "table"


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooLongError


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    chance = random.Random(chosen.seed)
    seeds = [*SEEDS, *(path.read_bytes()[: 2**16] for path in chosen.seeds)]
    became, findings = Counter[str](), 0
    signal.signal(signal.SIGALRM, _stop)
    end = time.monotonic() + chosen.seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "staged"
        while time.monotonic() < end:
            data = mutated(chance.choice(seeds), chance)
            path.write_bytes(data)
            signal.alarm(SECONDS_A_FILE)
            try:
                became[read(path)] += 1
            except (Exception, TooLongError) as finding:  # noqa: BLE001  (this is what is looked for)
                findings += 1
                Path(f"finding-{findings}").write_bytes(data)
                print(f"finding-{findings}: {type(finding).__name__}: {str(finding)[:200]}", file=sys.stderr)
            finally:
                signal.alarm(0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"files": became.total() + findings, "became": became, "findings": findings, "peak_mb": peak}))
    sys.exit(1 if findings or peak > MEGABYTES else 0)


if __name__ == "__main__":
    main()
