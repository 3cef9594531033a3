"""Imports N generated rows through the real command, and prints what it takes of memory and disk, stage by stage, and
what remains of it in the home. Run it by hand: `python import_memory.py --help`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lead_pipeline_tests.benchmarks.import_rows import write_file
from lead_pipeline_tests.benchmarks.stages_at_work import stage_of

_SECONDS = 0.1


@dataclass
class Peak:
    """The most that a stage took: MB of memory of the process itself, MB below the home, and where these lie."""

    memory: float = 0.0
    disk: float = 0.0
    where: dict[str, float] = field(default_factory=dict)


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files there are; they may be gone a moment later."""
    for root, _, names in os.walk(folder):
        yield from (Path(root, name) for name in names)


def sizes(home: Path) -> dict[str, float]:
    """Return the MB that lie below a home, by folder."""
    found: dict[str, float] = defaultdict(float)
    for path in files_below(home):
        try:
            blocks = path.stat().st_blocks
        except OSError:
            continue
        parts = path.relative_to(home).parts
        # staging/parts/<import>/<table>/<part>: the table says most
        name = parts[3].strip(".").removesuffix(".tmp") if parts[:2] == ("staging", "parts") else parts[0]
        found["staging copy" if name == "staging" else name] += blocks * 512 / 1e6
    return found


def memory_of(pid: int) -> float:
    """Return the MB that a process holds, mapped files not counted."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("RssAnon"))


def watched(command: list[str], home: Path) -> tuple[dict[str, Peak], str, float]:
    """Run a command; return its peaks by stage, its output and its seconds."""
    peaks: dict[str, Peak] = defaultdict(Peak)
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while process.poll() is None:
        peak, memory, found = peaks[stage_of(home)], memory_of(process.pid), sizes(home)
        peak.memory = max(peak.memory, memory)
        if sum(found.values()) > peak.disk:
            peak.disk, peak.where = sum(found.values()), found
        time.sleep(_SECONDS)
    output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return peaks, output, time.perf_counter() - started


def main() -> None:
    """Generate, import, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None, help="where to work; default: a temporary folder")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-", dir=arguments.folder))
    home, file = folder / "home", folder / "leads.csv"
    write_file(file, 0, arguments.rows)
    size = file.stat().st_size / 1e6
    command = [sys.executable, "-m", "lead_pipeline", "--home", str(home), "import", str(file), "--json"]
    peaks, output, seconds = watched(command, home)
    created = json.loads(output)["rows_created"]
    print(f"file: {arguments.rows:,} rows, {size:,.0f} MB; {created:,} leads created in {seconds:.1f} s")
    for stage, peak in peaks.items():
        where = ", ".join(f"{name} {mb:,.0f}" for name, mb in sorted(peak.where.items(), key=lambda one: -one[1])[:6])
        print(f"  {stage:<18} memory {peak.memory:6,.0f} MB, disk {peak.disk:6,.0f} MB ({where})")
    most = max(peak.disk for peak in peaks.values())
    print(f"peak: memory {max(peak.memory for peak in peaks.values()):,.0f} MB, disk {most / size:.1f} times the file")
    left = sizes(home)
    print(f"remains: {sum(left.values()):,.0f} MB ({', '.join(f'{name} {mb:,.1f}' for name, mb in left.items())})")
    dagster = list(files_below(home / "dagster"))
    print(f"Dagster keeps {len(dagster)} files, {sum(path.stat().st_size for path in dagster) / 1e6:.2f} MB")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
