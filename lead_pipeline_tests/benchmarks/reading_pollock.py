"""Scores this project's reader on Pollock's polluted files as its authors do, beside Polars', DuckDB's and pandas' own.

Run: python -m lead_pipeline_tests.benchmarks.reading_pollock FOLDER [FOLDER ...] (each with csv/, clean/, parameters/).
Per file: success, and precision, recall and F1 of header, records and cells against the clean twin, as sets with
multiplicity (Vitagliano et al., "Pollock: A Data Loading Benchmark", 2023, section 4). The score of a reader is the
mean over the files of the sum of these ten measures: 10 is a perfect reader.
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import polars as pl

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import open_rows

Table = list[list[str]]
MEASURES = ("header", "record", "cell")


def of_this_project(path: Path) -> Table:
    reader = open_rows(path)
    header = [column.header for column in reader.columns]
    rows: Table = [header]
    for batch in reader.batches():
        cells = batch.select(batch.columns[2:-2]).rows()
        for row, reasons, extra in zip(cells, batch["reasons"].to_list(), batch["extra_cells"].to_list(), strict=True):
            if reasons != ["row_blank"]:  # a skipped row is not loaded
                rows.append([cell for cell in row if cell is not None] + (extra or []))
    return rows


def of_polars(path: Path) -> Table:
    frame = pl.read_csv(path, infer_schema=False, glob=False)
    return [frame.columns, *([cell or "" for cell in row] for row in frame.rows())]


def of_duckdb(path: Path) -> Table:
    with duckdb.connect() as connection:
        relation = connection.sql("from read_csv($path, all_varchar=true)", params={"path": str(path)})
        header = list(relation.columns)
        return [header, *([cell or "" for cell in row] for row in relation.fetchall())]


def of_duckdb_lenient(path: Path) -> Table:
    """DuckDB told to take whatever comes, the settings its own documentation gives for faulty files."""
    with duckdb.connect() as connection:
        query = "from read_csv($path, all_varchar=true, strict_mode=false, null_padding=true, ignore_errors=true)"
        relation = connection.sql(query, params={"path": str(path)})
        header = list(relation.columns)
        return [header, *([cell or "" for cell in row] for row in relation.fetchall())]


def of_pandas(path: Path) -> Table:
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return [list(map(str, frame.columns)), *frame.values.tolist()]


READERS: dict[str, Callable[[Path], Table]] = {
    "lead_pipeline": of_this_project,
    "duckdb": of_duckdb,
    "duckdb_lenient": of_duckdb_lenient,
    "pandas": of_pandas,
    "polars": of_polars,
}


def normalized(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def measures_of(expected: Counter[str], loaded: Counter[str]) -> tuple[float, float, float]:
    if not expected:
        return 1.0, 1.0, 1.0
    common = (expected & loaded).total()
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / expected.total(), common / loaded.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def counters(table: Table) -> dict[str, Counter[str]]:
    header, rows = (table[0], table[1:]) if table else ([], [])
    return {
        "header": Counter(map(normalized, header)),
        "record": Counter("".join(normalized(cell) or "null" for cell in row) for row in rows),
        "cell": Counter(normalized(cell) for row in rows for cell in row),
    }


def clean_table(folder: Path, name: str) -> Table:
    with (folder / "clean" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def score(read: Callable[[Path], Table], path: Path, expected: Table) -> tuple[float, dict[str, float]]:
    try:
        loaded = read(path)
    except LeadPipelineError:
        if expected:
            return 0.0, dict.fromkeys(MEASURES, 0.0)
        loaded = []  # a file without rows is refused as one, which is what there is to say about it
    except Exception:  # noqa: BLE001  (a reader under comparison may fail in any way)
        return 0.0, dict.fromkeys(MEASURES, 0.0)
    theirs, ours = counters(expected), counters(loaded)
    results = {measure: measures_of(theirs[measure], ours[measure]) for measure in MEASURES}
    return 1.0 + sum(map(sum, results.values())), {measure: result[2] for measure, result in results.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--worst", type=int, default=0, help="show so many of the files with the lowest scores")
    parser.add_argument("--readers", nargs="*", default=list(READERS))
    chosen = parser.parse_args(arguments)
    for folder in chosen.folders:
        for reader in chosen.readers:
            scores = {}
            for path in sorted((folder / "csv").iterdir()):
                scores[path.name] = score(READERS[reader], path, clean_table(folder, path.name))
            total = sum(value for value, _ in scores.values()) / len(scores)
            f1 = {measure: sum(parts[measure] for _, parts in scores.values()) / len(scores) for measure in MEASURES}
            rounded = {measure: round(value, 3) for measure, value in f1.items()}
            print(json.dumps({"folder": folder.name, "reader": reader, "of_10": round(total, 3), "f1": rounded}))
            for name, (value, parts) in sorted(scores.items(), key=lambda item: item[1][0])[: chosen.worst]:
                print(f"   {value:6.3f} {name} {parts}")


if __name__ == "__main__":
    main()
