"""Imports files of 1, 3, 10, 30 and, when asked to, 100 million rows of one mix, each into a new home, and prints
seconds, rows/s and peak memory beside the bare DuckDB load of the same file. What was measured is kept in docs/ with a
picture of it, so that lengths can be measured one by one:
`python -m lead_pipeline_tests.benchmarks.straight_line --help`.
"""

import argparse
import json
import math
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lead_pipeline_tests.benchmarks.import_rows import bare_load, run_measured
from lead_pipeline_tests.benchmarks.mixes import MIXES, write_mix

DOCS = Path(__file__).parents[2] / "docs"
MILLION = 1_000_000
_MILLIONS = (1, 3, 10, 30)


@dataclass(frozen=True)
class Measured:
    """An import of a file: what it took, and what the bare DuckDB load of the same file took."""

    millions: float
    megabytes: float
    seconds: float
    processors: float  # seconds of processors
    memory: float  # MB at its peak
    bare_seconds: float

    @property
    def line(self) -> str:
        """Return what is printed of it."""
        rate = self.millions * MILLION / self.seconds
        return (
            f"{self.millions:>5g} M rows, {self.megabytes:>6,.0f} MB: {self.seconds:7.1f} s, {rate:>7,.0f} rows/s, "
            f"processors {self.processors:.1f} s, peak memory {self.memory:>5,.0f} MB; "
            f"bare DuckDB load {self.bare_seconds:6.1f} s, {self.seconds / self.bare_seconds:.1f} times that"
        )


def measure(millions: float, mix: str, folder: Path) -> Measured:
    """Generate a file and import it into a new home; both are removed."""
    with tempfile.TemporaryDirectory(prefix="lead-pipeline-bench-", dir=folder) as name:
        file, home = Path(name) / "leads.csv", Path(name) / "home"
        write_mix(file, mix, int(millions * MILLION))
        command = [sys.executable, "-m", "lead_pipeline", "--home", str(home), "import", str(file), "--json"]
        run = run_measured(command, home)
        shutil.rmtree(home)
        loaded = bare_load(file, Path(name))
        return Measured(millions, file.stat().st_size / 1e6, run.seconds, run.processors, run.peak, loaded)


def kept(path: Path, where: str) -> list[Measured]:
    """Return what was measured on this machine before; figures of several machines are no curve."""
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return [Measured(**one) for one in found.get("measured", ())] if found.get("where") == where else []


def picture(measured: Sequence[Measured], title: str) -> str:
    """Return an SVG of seconds over millions of rows, both axes logarithmic: what grows in proportion is parallel to
    the dotted line, which begins at the shortest file.
    """
    width, height, left, right, top, bottom = 720, 440, 70, 150, 50, 60
    rows = [one.millions for one in measured]
    times = [value for one in measured for value in (one.seconds, one.bare_seconds)]
    in_proportion = measured[0].seconds * rows[-1] / rows[0]
    x0, x1 = math.log10(rows[0]) - 0.1, math.log10(rows[-1]) + 0.1
    y0, y1 = math.floor(math.log10(min(times))), math.ceil(math.log10(max(*times, in_proportion)))

    def at(millions: float, seconds: float) -> tuple[float, float]:
        x = left + (math.log10(millions) - x0) / (x1 - x0) * (width - left - right)
        y = height - bottom - (math.log10(seconds) - y0) / (y1 - y0) * (height - top - bottom)
        return round(x, 1), round(y, 1)

    def line(points: Sequence[tuple[float, float]], colour: str, more: str = "") -> str:
        text = " ".join(f"{x},{y}" for x, y in points)
        return f'<polyline points="{text}" fill="none" stroke="{colour}" stroke-width="2"{more}/>'

    def words(x: float, y: float, text: str, more: str = "") -> str:
        return f'<text x="{x}" y="{y}"{more}>{text}</text>'

    centred, to_the_left = ' text-anchor="middle"', ' text-anchor="end"'
    imported = [at(one.millions, one.seconds) for one in measured]
    loaded = [at(one.millions, one.bare_seconds) for one in measured]
    dotted = [imported[0], at(rows[-1], in_proportion)]
    drawn = [words(left, 24, title, ' font-weight="bold"')]
    for power in range(y0, y1 + 1):
        _, y = at(rows[0], 10**power)
        drawn.append(f'<line x1="{left}" y1="{y}" x2="{width - right}" y2="{y}" stroke="#ddd"/>')
        drawn.append(words(left - 8, y + 4, f"{10**power:g} s", to_the_left))
    for one, (x, y) in zip(measured, imported, strict=True):
        drawn.append(words(x, height - bottom + 20, f"{one.millions:g}", centred))
        drawn.append(f'<circle cx="{x}" cy="{y}" r="4" fill="#1f5fa8"/>')
        drawn.append(words(x, y - 10, f"{one.seconds:,.0f} s, {one.memory:,.0f} MB", centred))
    for one, (x, y) in zip(measured, loaded, strict=True):
        drawn.append(f'<circle cx="{x}" cy="{y}" r="4" fill="#777"/>')
        drawn.append(words(x, y + 18, f"{one.bare_seconds:,.1f} s", centred))
    drawn.append(words((left + width - right) / 2, height - 12, "million rows in one file", centred))
    drawn += [line(imported, "#1f5fa8"), line(loaded, "#777"), line(dotted, "#b55", ' stroke-dasharray="3 5"')]
    for (x, y), text in ((imported[-1], "import"), (loaded[-1], "bare DuckDB load"), (dotted[-1], "in proportion")):
        drawn.append(words(x + 12, y + (16 if text == "in proportion" else 4), text))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
        + f' font-size="12">\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def main() -> None:
    """Measure, print, keep and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, nargs="+", default=_MILLIONS, help="how many rows, 1 3 10 30")
    parser.add_argument("--hundred", action="store_true", help="also 100 million rows: the file has 7 GB")
    parser.add_argument("--mix", choices=MIXES, default="typical", help="what is in the lists")
    parser.add_argument("--folder", type=Path, default=None, help="where to work; default: the folder for such files")
    parser.add_argument("--kept", type=Path, default=DOCS / "straight-line.json", help="figures; the picture is beside")
    arguments = parser.parse_args()
    where = f"{arguments.mix} lists; {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(where)
    measured = {one.millions: one for one in kept(arguments.kept, where)}
    for millions in [*arguments.millions, *([100.0] if arguments.hundred else [])]:
        measured[millions] = measure(millions, arguments.mix, arguments.folder)
        print(measured[millions].line, flush=True)
        found = [measured[one] for one in sorted(measured)]
        figures = {"where": where, "measured": [asdict(one) for one in found]}
        arguments.kept.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        title = f"Seconds and peak memory of one import, {where}"
        arguments.kept.with_suffix(".svg").write_text(picture(found, title), encoding="utf-8")


if __name__ == "__main__":
    main()
