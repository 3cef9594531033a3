"""Measures reading against Polars' own reader on the same clean file, in turns, and a workbook of a million rows.

Run: python -m lead_pipeline_tests.benchmarks.reading_speed [--rows N] [--workbook-rows N] [--gigabytes G]
Prints JSON lines: rows/s of both, their ratio, milliseconds to open a small file, peak memory (VmHWM of a process of
its own, because ru_maxrss is inherited across exec; workbooks are opened in a child of that process).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from lead_pipeline.reading import open_rows

HEADER = "caller_id,email,first_name,last_name,city,state,postal_code,source,amount,notes"
STYLES = ("plain", "some_quotes", "all_quotes")


def lines_of(rows: int, style: str) -> Iterator[str]:
    yield HEADER + "\n"
    for n in range(rows):
        city = '"Riverside, East"' if style == "some_quotes" else "Riverside"
        cells = [f"+1951{n % 10**7:07d}", f"user{n}@example.com", f"First{n % 997}", f"Last{n % 1009}", city, "CA"]
        cells += [f"{n % 100_000:05d}", "web", f"{n % 1000}.50", f"note {n}"]
        yield ",".join(f'"{cell}"' for cell in cells) + "\n" if style == "all_quotes" else ",".join(cells) + "\n"


def seconds_of_ours(path: Path) -> float:
    started = time.perf_counter()
    for batch in open_rows(path).batches():
        batch.height  # noqa: B018  (handed on and dropped, as the pipeline does after writing it)
    return time.perf_counter() - started


def seconds_of_polars(path: Path) -> float:
    started = time.perf_counter()
    pl.read_csv(path, infer_schema=False, glob=False)
    return time.perf_counter() - started


def measure_csv(folder: Path, rows: int) -> None:
    for style in STYLES:
        path = folder / style
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lines_of(rows, style))
        turns = [(seconds_of_polars(path), seconds_of_ours(path)) for _ in range(7)]
        theirs, ours = (statistics.median(column) for column in zip(*turns, strict=True))
        best = [min(column) for column in zip(*turns, strict=True)]
        print(
            json.dumps(
                {
                    "file": style,
                    "rows": rows,
                    "polars_rows_per_s": round(rows / theirs),
                    "ours_rows_per_s": round(rows / ours),
                    "ratio": round(theirs / ours, 2),
                    "ratio_of_best": round(best[0] / best[1], 2),
                }
            )
        )
        path.unlink()


def measure_opening(folder: Path) -> None:
    path = folder / "small"
    path.write_text("".join(lines_of(500, "some_quotes")), encoding="utf-8")
    open_rows(path)
    times = []
    for _ in range(15):
        started = time.process_time()
        open_rows(path)
        times.append(time.process_time() - started)
    print(json.dumps({"file": "500 rows", "opening_ms_of_processor": round(statistics.median(times) * 1000, 1)}))


PEAK = """
import resource, sys
from pathlib import Path
from lead_pipeline.reading import open_rows
rows = sum(batch.height for batch in open_rows(Path(sys.argv[1])).batches())
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(rows, int(peak.split()[1]) // 1024, children // 1024)
"""


def measure_peak(path: Path, label: str) -> None:
    started = time.perf_counter()
    told = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True).stdout
    rows, megabytes, of_child = map(int, told.split())
    seconds = time.perf_counter() - started
    print(
        json.dumps(
            {
                "file": label,
                "rows": rows,
                "seconds": round(seconds, 1),
                "peak_mb": megabytes,
                "peak_mb_of_child": of_child,
            }
        )
    )


def measure_large(folder: Path, gigabytes: float) -> None:
    path = folder / "large"
    block = "".join(lines_of(200_000, "plain")).split("\n", 1)[1]
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        while file.tell() < gigabytes * 1e9:
            file.write(block)
    measure_peak(path, f"{gigabytes} GB csv")
    path.unlink()


def measure_workbook(folder: Path, rows: int) -> None:
    import xlsxwriter

    path = folder / "book.xlsx"
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("leads")
    for row, line in enumerate(lines_of(rows - 1, "plain")):
        sheet.write_row(row, 0, line.rstrip("\n").split(","))
    book.close()
    measure_peak(path, f"{rows} x 10 xlsx")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workbook-rows", type=int, default=0)
    parser.add_argument("--gigabytes", type=float, default=0)
    chosen = parser.parse_args(arguments)
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0], "polars": pl.__version__}))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure_opening(folder)
        if chosen.rows:
            measure_csv(folder, chosen.rows)
        if chosen.gigabytes:
            measure_large(folder, chosen.gigabytes)
        if chosen.workbook_rows:
            measure_workbook(folder, chosen.workbook_rows)


if __name__ == "__main__":
    main()
