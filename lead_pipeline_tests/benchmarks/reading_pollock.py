"""Scores this project's reader on Pollock's polluted files as its authors do, beside Polars', DuckDB's and pandas' own.

Run: python -m lead_pipeline_tests.benchmarks.reading_pollock FOLDER [FOLDER ...] (each with csv/, clean/, parameters/).
Needs pandas, which the project does not. Per file: success, and precision, recall and F1 of header, records and cells
against the clean twin, as sets with multiplicity (Vitagliano et al., "Pollock: A Data Loading Benchmark", 2023, section
4, and the evaluation beside it: header and records of normalized cells, cells as they stand, the header's among them;
an error scores nothing, but for the one that says that a file is empty). Printed are

- `simple`: the mean over the files at hand of the sum of these ten measures, 10 for a perfect reader;
- `weighted`: the same with the weights that the authors give to files by how often their pollution occurs;
- `all_files`: the mean of `simple` over the 2,289 files of the whole benchmark, estimated from the files at hand of
  each kind (most are one damaged row of many, so that most readers score high; published scores are of this sort).

`_told` readers are given quote, escape, preamble and more from the parameters of each file, as the authors do.
"""

import argparse
import csv
import json
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from lead_pipeline.reading import open_rows

Table = list[list[str]]
MEASURES = ("header", "record", "cell")

#: Kinds of files of which there is one for every row or cell: how many, and the weight of each (pollock_weights.json).
KINDS = {
    "row_less_sep": (672, 0.36775106082036774),
    "row_more_sep": (756, 0.36775106082036774),
    "row_extra_quote": (756, 0.009259259259259259),
    "row_field_delimiter": (84, 0.14285714285714285),
}

#: The weights of the others; a file that is not among them counts once.
WEIGHTS = {
    "file_no_payload": 15, "file_no_trailing_newline": 184, "file_double_trailing_newline": 5, "file_no_header": 470,
    "file_header_multirow_2": 47, "file_header_multirow_3": 47, "file_preamble": 282, "file_multitable_same": 188 / 3,
    "file_multitable_more": 188 / 3, "file_multitable_less": 188 / 3, "file_header_only": 3, "file_one_data_row": 4,
    "file_record_delimiter_0xD": 7, "file_record_delimiter_0xA": 1691, "file_field_delimiter_0x9": 4,
    "file_field_delimiter_0x3B": 834, "file_field_delimiter_0x20": 4, "file_field_delimiter_0x2C_0x20": 101,
    "file_quotation_char_0x27": 11, "file_escape_char_0x5C": 1, "file_escape_char_0x00": 7,
}  # fmt: skip


def of_this_project(path: Path, _: dict[str, Any]) -> Table:
    reader = open_rows(path, may_be_empty=True)
    rows: Table = [[column.header for column in reader.columns]]
    for batch in reader.batches():
        cells = batch.select(batch.columns[2:-2]).rows()
        for row, reasons, extra in zip(cells, batch["reasons"].to_list(), batch["extra_cells"].to_list(), strict=True):
            if reasons != ["row_blank"]:  # a skipped row is not loaded
                rows.append([cell for cell in row if cell is not None] + (extra or []))
    return rows


def of_polars(path: Path, _: dict[str, Any]) -> Table:
    frame = pl.read_csv(path, infer_schema=False, glob=False)
    return [frame.columns, *([cell or "" for cell in row] for row in frame.rows())]


def of_duckdb(path: Path, _: dict[str, Any]) -> Table:
    return _by_duckdb(path, {"all_varchar": True})


def of_duckdb_lenient(path: Path, _: dict[str, Any]) -> Table:
    """DuckDB told to take whatever comes, as the authors run it without parameters (`duckdbauto`)."""
    lenient = {"strict_mode": False, "null_padding": True, "ignore_errors": True}
    return _by_duckdb(path, {"all_varchar": True, **lenient})


def of_duckdb_told(path: Path, told: dict[str, Any]) -> Table:
    """DuckDB with the parameters of the file (`duckdbparse`)."""
    names = told["column_names"] or [f"col_{place}" for place in range(max(1, told["n_columns"]))]
    options = {
        "delim": told["delimiter"] or ",", "quote": told["quotechar"] or '"', "escape": told["escapechar"] or '"',
        "skip": told["preamble_lines"] + told["header_lines"], "header": False, "auto_detect": False,
        "strict_mode": False, "null_padding": True, "ignore_errors": True,
        "columns": {name.strip(): "VARCHAR" for name in names},
    }  # fmt: skip
    return _by_duckdb(path, options)


def _by_duckdb(path: Path, options: dict[str, Any]) -> Table:
    with duckdb.connect() as connection:
        named = ", ".join(f"{name}=${name}" for name in options)
        relation = connection.sql(f"from read_csv($path, {named})", params={"path": str(path), **options})
        header = list(relation.columns)
        return [header, *(["" if cell is None else str(cell) for cell in row] for row in relation.fetchall())]


def of_pandas(path: Path, _: dict[str, Any]) -> Table:
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return [list(map(str, frame.columns)), *frame.to_numpy().tolist()]


def of_pandas_told(path: Path, told: dict[str, Any]) -> Table:
    """What the authors tell pandas: encoding, quote, escape, line end and preamble; bad lines are skipped."""
    import pandas as pd

    quote, escape = told["quotechar"] or '"', told["escapechar"] or '"'
    options: dict[str, Any] = {"encoding": told["encoding"], "quotechar": quote[0], "doublequote": quote == escape}
    if quote != escape:
        options["escapechar"] = escape[0]
    if told["row_delimiter"] not in ("\r\n", ""):
        options["lineterminator"] = told["row_delimiter"][0]
    if told["preamble_lines"]:
        options["skiprows"] = told["preamble_lines"]
    frame = pd.read_csv(path, dtype=object, on_bad_lines="skip", engine="c", keep_default_na=False, **options)
    return [list(map(str, frame.columns)), *([str(cell) for cell in row] for row in frame.to_numpy().tolist())]


#: How ours, pandas and Polars say that a file is empty: nothing is loaded, and nothing went wrong.
SAY_EMPTY = ("FileEmptyError", "EmptyDataError", "NoDataError")

READERS: dict[str, Callable[[Path, dict[str, Any]], Table]] = {
    "lead_pipeline": of_this_project,
    "duckdb": of_duckdb,
    "duckdb_lenient": of_duckdb_lenient,
    "duckdb_told": of_duckdb_told,
    "pandas": of_pandas,
    "pandas_told": of_pandas_told,
    "polars": of_polars,
}


def normalized(cell: str) -> str:
    """The authors' normalization, without times and prices: no reader here writes those otherwise than they stand."""
    from dateutil import parser

    text = cell.strip()
    if not text:
        return cell
    if text.lower() in ("true", "false"):
        return str(int(text.lower() == "true"))
    for number in (int, float):
        try:
            return str(number(text))
        except (ValueError, OverflowError):
            continue
    try:
        with warnings.catch_warnings(action="ignore"):
            return str(parser.parse(text)) if re.search(r"\d", text) and len(text) < 40 else cell.lower()
    except (ValueError, OverflowError, TypeError):
        return cell.lower()


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
        "record": Counter("".join(map(normalized, row)) for row in rows),
        "cell": Counter(cell for row in table for cell in row),
    }


def clean_table(folder: Path, name: str) -> Table:
    with (folder / "clean" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def parameters_of(folder: Path, name: str) -> dict[str, Any]:
    told = json.loads((folder / "parameters" / f"{name}_parameters.json").read_text(encoding="utf-8"))
    return told | {name: int(told.get(name) or 0) for name in ("header_lines", "preamble_lines", "n_columns")}


def score(read: Callable[[], Table], expected: Table) -> tuple[float, dict[str, float]]:
    try:
        loaded = read()
    except Exception as error:  # noqa: BLE001  (a reader under comparison may fail in any way)
        if type(error).__name__ not in SAY_EMPTY:
            return 0.0, dict.fromkeys(MEASURES, 0.0)
        loaded = []
    if not expected:
        return 10.0, dict.fromkeys(MEASURES, 1.0)
    theirs, ours = counters(expected), counters(loaded)
    results = {measure: measures_of(theirs[measure], ours[measure]) for measure in MEASURES}
    return 1.0 + sum(map(sum, results.values())), {measure: result[2] for measure, result in results.items()}


def kind_of(name: str) -> str:
    return next((kind for kind in KINDS if name.startswith(kind)), name.removesuffix(".csv"))


def summary(scores: dict[str, float]) -> dict[str, float]:
    weights = {name: KINDS[kind][1] if (kind := kind_of(name)) in KINDS else WEIGHTS.get(kind, 1) for name in scores}
    by_kind: dict[str, list[float]] = defaultdict(list)
    for name, value in scores.items():
        by_kind[kind_of(name)].append(value)
    files = {kind: KINDS[kind][0] if kind in KINDS else len(values) for kind, values in by_kind.items()}
    means = {kind: sum(values) / len(values) for kind, values in by_kind.items()}
    return {
        "simple": round(sum(scores.values()) / len(scores), 3),
        "weighted": round(sum(scores[name] * weights[name] for name in scores) / sum(weights.values()), 3),
        "all_files": round(sum(means[kind] * number for kind, number in files.items()) / sum(files.values()), 3),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--worst", type=int, default=0, help="show so many of the files with the lowest scores")
    parser.add_argument("--readers", nargs="*", default=list(READERS))
    chosen = parser.parse_args(arguments)
    for folder in chosen.folders:
        for reader in chosen.readers:
            scores = {}
            for path in sorted((folder / "csv").iterdir()):
                told = parameters_of(folder, path.name)
                scores[path.name] = score(
                    lambda path=path, told=told, reader=reader: READERS[reader](path, told),
                    clean_table(folder, path.name),
                )
            f1 = {measure: sum(parts[measure] for _, parts in scores.values()) / len(scores) for measure in MEASURES}
            found = summary({name: value for name, (value, _) in scores.items()})
            rounded = {measure: round(value, 3) for measure, value in f1.items()}
            print(json.dumps({"folder": folder.name, "files": len(scores), "reader": reader, **found, "f1": rounded}))
            for name, (value, parts) in sorted(scores.items(), key=lambda item: item[1][0])[: chosen.worst]:
                print(f"   {value:6.3f} {name} {parts}")


if __name__ == "__main__":
    main()
