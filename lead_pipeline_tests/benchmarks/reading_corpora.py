"""Reads every file of the corpora, whatever it is, and asks of it all that its source says: what becomes of the files
(a table, a refusal, or a crash), and which answers differ, held against the table of divergences.

Run: python -m lead_pipeline_tests.benchmarks.reading_corpora [--sniffers] [CHECK ...]
Exit 1 when a file crashed or took too long, when an answer differs that is not in the table, or one is in it that does
not differ any more. `--sniffers` counts the delimiters that DuckDB's sniff_csv and Python's Sniffer find in the files
of which people wrote them down, beside ours.
"""

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import open_rows
from lead_pipeline_tests.reading.corpora import divergences, every_file, name_of
from lead_pipeline_tests.reading.expectations import CHECKS, sniffer_truths

SECONDS = 60


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checks", nargs="*", choices=[[], "every-file", *CHECKS], help="all of them by default")
    parser.add_argument("--sniffers", action="store_true")
    chosen = parser.parse_args(arguments)
    wrong: list[str] = []
    if not chosen.checks or "every-file" in chosen.checks:
        wrong += read_every_file()
    for check in chosen.checks or CHECKS:
        wrong += ask(check) if check in CHECKS else []
    if chosen.sniffers:
        count_sniffers()
    print(json.dumps({"wrong": wrong}, indent=1))
    sys.exit(1 if wrong else 0)


def read_every_file() -> list[str]:
    became, wrong, slowest = Counter[str](), [], (0.0, "")
    for path in every_file():
        name = name_of(path)
        started = time.perf_counter()
        try:
            rows = sum(batch.height for batch in open_rows(path).batches())
            became["table" if rows else "table without rows"] += 1
        except LeadPipelineError as refusal:
            became[type(refusal).__name__] += 1
        except BaseException as crash:  # noqa: BLE001  (this is what is looked for)
            became["crash"] += 1
            wrong.append(f"{name}: {type(crash).__name__}")
        seconds = time.perf_counter() - started
        slowest = max(slowest, (round(seconds, 1), name))
        wrong += [f"{name}: {seconds:.0f} s"] if seconds > SECONDS else []
    print(json.dumps({"files": became.total(), "became": became, "slowest": slowest}), flush=True)
    return wrong


def ask(check: str) -> list[str]:
    """Ask all questions of a check, and return what is not as the table says."""
    listed = {file for named, file in divergences() if named == check}
    asked, differing, crashed = set(), set(), []
    for case in CHECKS[check]():
        asked.add(case.file)
        try:
            as_expected, _ = case.answer()
        except Exception as crash:  # noqa: BLE001  (this is what is looked for)
            crashed.append(f"{check}: {case.file}: {type(crash).__name__}")
            continue
        if not as_expected:
            differing.add(case.file)
    print(json.dumps({"check": check, "as_expected": len(asked) - len(differing), "of": len(asked)}), flush=True)
    new = [f"{check}: {file} differs and is not in the table" for file in sorted(differing - listed)]
    gone = [f"{check}: {file} is in the table and does not differ" for file in sorted(listed - differing)]
    return crashed + new + gone


def count_sniffers() -> None:
    def of_duckdb(path: Path) -> str:
        with duckdb.connect() as connection:
            query = "select delimiter from sniff_csv($path)"
            return str(connection.sql(query, params={"path": str(path)}).fetchall()[0][0])

    def of_python(path: Path) -> str:
        return csv.Sniffer().sniff(path.read_text(encoding="utf-8", errors="replace")[: 2**16]).delimiter

    def of_ours(path: Path) -> str:
        return open_rows(path, may_be_empty=True).facts.delimiter

    sniffers: dict[str, Callable[[Path], str]] = {
        "lead_pipeline": of_ours,
        "duckdb": of_duckdb,
        "csv.Sniffer": of_python,
    }
    found = Counter[str]()
    truths = list(sniffer_truths())
    for path, delimiter in truths:
        for name, sniff in sniffers.items():
            try:
                found[name] += sniff(path) == delimiter
            except Exception:  # noqa: BLE001  (a sniffer under comparison may fail in any way)
                continue
    print(json.dumps({"files": len(truths), "delimiter_found": found}), flush=True)


if __name__ == "__main__":
    main()
