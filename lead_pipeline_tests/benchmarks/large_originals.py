"""Stages and archives one large file as the inbox does, and prints how many bytes that reads and writes, as a share of
the file, and how long it takes beside `cp` and `sha256sum`. Run it by hand:
`python -m lead_pipeline_tests.benchmarks.large_originals --help`.
"""

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lead_pipeline.filing.archive import archive_import
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.loader import load_profile

_MEGABYTE = 1 << 20


def bytes_passed() -> dict[str, int]:
    """Return what this process and its ended children have read and written through system calls (proc_pid_io(5))."""
    lines = (line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return {name: int(number) for name, number in lines if name in ("rchar", "wchar")}


def used(disk: Path) -> int:
    """Return the bytes that are used on a file system: shared blocks count once."""
    os.sync()
    return shutil.disk_usage(disk).used


def measure(what: str, size: int, disk: Path, work: Callable[[], object]) -> None:
    """Do it, and print what it took."""
    passed, before = bytes_passed(), used(disk)
    processor, started = _processor(), time.perf_counter()
    work()
    seconds, cpu = time.perf_counter() - started, _processor() - processor
    now = bytes_passed()
    read, written = ((now[name] - passed[name]) / size for name in ("rchar", "wchar"))
    more = (used(disk) - before) / size
    print(f"{what:<28} {seconds:6.1f} s {cpu:6.1f} s of processor   read {read:4.2f}  written {written:4.2f}"
          f"  disk {more:+5.2f} times the file")  # fmt: skip


def _processor() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main() -> None:
    """Write a file, stage it, archive it, and do by hand what that does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2048)
    parser.add_argument("--folder", type=Path, help="on which file system; of the temporary folder by default")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    size = arguments.megabytes * _MEGABYTE
    profile = load_profile("call_schedule", folder=None)
    print(f"{arguments.megabytes} MB; in {os.cpu_count()} cores")
    for _ in range(arguments.runs):
        folder = Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-", dir=arguments.folder))
        compare(folder, size, profile)
        shutil.rmtree(folder)


def compare(folder: Path, size: int, profile: ImportProfile) -> None:
    """Do with one file what is done by hand, and what we do."""
    home = Home(folder / "home")
    home.prepare()
    original, by_hand = home.inbox / "call_schedule" / "list.csv", folder / "by-hand.csv"
    write_file(original, size)
    copying = ["sh", "-c", 'cp "$0" "$1" && sync "$1"', original, by_hand]
    measure("by hand: cp, sync", size, folder, lambda: subprocess.run(copying, check=True))
    hashing = ["sha256sum", by_hand]
    measure("by hand: sha256sum", size, folder, lambda: subprocess.run(hashing, check=True, stdout=subprocess.DEVNULL))
    by_hand.unlink()
    staged = []

    def stage() -> None:
        staged.append(stage_import(home, original, profile, now=datetime.now(UTC), from_inbox=True))

    measure("ours: staged, both digests", size, folder, stage)
    measure("ours: archived", size, folder, lambda: archive_import(home, staged[0]))
    assert not original.exists()


def write_file(path: Path, size: int) -> None:
    """Write a list of leads of so many bytes."""
    path.parent.mkdir(exist_ok=True)
    block = (b"caller_id,email,name\n" + b"2125550101,person@example.com,n\n" * (_MEGABYTE // 32))[:_MEGABYTE]
    with path.open("wb") as file:
        for _ in range(size // _MEGABYTE):
            file.write(block)
        os.fsync(file.fileno())


if __name__ == "__main__":
    main()
