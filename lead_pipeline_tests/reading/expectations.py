"""Everything that the sources of the corpora say of their files and that can be asked of ours: named checks, each of
one case for a file. The suite asks some of them, benchmarks/reading_corpora.py all.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import open_rows
from lead_pipeline.reading.row_reader import WHITESPACE
from lead_pipeline_tests.reading import duckdb_expectations
from lead_pipeline_tests.reading.corpora import (
    CORPORA,
    Table,
    files_of,
    json_lines,
    name_of,
    read_table,
    reasons_of,
    table_of,
    unified,
)

#: Whether a file is as its source says, and what was found.
Answer = tuple[bool, object]


class Case(NamedTuple):
    """One question: of which file (with what is asked of it after a `?`), and how to answer it."""

    file: str
    answer: Callable[[], Answer]


def csv_spectrum() -> Iterator[Case]:
    """SOURCE: csvs/X.csv parses to exactly json/X.json, all values strings, for LF and CRLF alike."""
    for path in files_of("csv-spectrum", "csvs/*.csv"):
        yield Case(name_of(path), partial(_spectrum, path))


def _spectrum(path: Path) -> Answer:
    stated = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
    stated = [stated] if isinstance(stated, dict) else stated
    expected = [{key: unified(value) for key, value in row.items()} for row in stated]
    found = read_table(path)
    return not isinstance(found, str) and _objects(found) == expected, found


def _objects(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table[0], map(unified, row), strict=False)) for row in table[1:]]


def sineemore() -> Iterator[Case]:
    """SOURCE: files equal json/X.json; bad-* must be an error, which for us is a reason on a row or a refusal."""
    for path in files_of("csv-test-data-sineemore", "csv/*.csv"):
        yield Case(name_of(path), partial(_sineemore, path))


def _sineemore(path: Path) -> Answer:
    if path.name.startswith("bad-"):
        reasons = reasons_of(path)
        return bool(reasons), reasons
    expected = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
    found = read_table(path)
    if isinstance(found, str):
        return False, found
    if not expected:
        return found[1:] == expected, found
    return (_objects(found) if isinstance(expected[0], dict) else found) == expected, found


def csvsniffer() -> Iterator[Case]:
    """SOURCE: the delimiter that people wrote down for each file."""
    for path, delimiter in sniffer_truths():
        yield Case(name_of(path), partial(_delimiter, path, delimiter))


def _delimiter(path: Path, delimiter: str) -> Answer:
    try:
        found = open_rows(path, may_be_empty=True).facts.delimiter
    except LeadPipelineError as refusal:
        found = type(refusal).__name__
    return found == delimiter, (found, delimiter)


def sniffer_truths() -> Iterator[tuple[Path, str]]:
    """Yield the files with the delimiter that people wrote down."""
    marks = {"comma": ",", "semicolon": ";", "tab": "\t", "vslash": "|", "space": " ", "colon": ":", "nsign": "#"}
    folder = CORPORA / "csvsniffer-dialects"
    places = [folder / "CSV", folder / "W3C-CSVW", CORPORA / "pollock-polluted" / "csv"]
    places.append(CORPORA / "pollock-survey-sample" / "csv")
    for annotations in sorted((folder / "ground_truth").glob("*.txt")):
        lines = annotations.read_text(encoding="utf-8").splitlines()
        for row in csv.DictReader([line for line in lines if not line.startswith("#")], delimiter="|"):
            path = next((place / row["file_name"] for place in places if (place / row["file_name"]).is_file()), None)
            if path is not None:
                yield path, marks.get(row["fields_delimiter"], row["fields_delimiter"])


def duckdb_rows() -> Iterator[Case]:
    """SOURCE: the rows, or their number, in DuckDB's own tests, with the options of each."""
    for expected in duckdb_expectations.expectations():
        name = name_of(duckdb_expectations.FOLDER / expected.file)
        yield Case(f"{name}?{expected.said}", partial(_duckdb_rows, expected))


def _duckdb_rows(expected: duckdb_expectations.Expectation) -> Answer:
    found = read_table(duckdb_expectations.FOLDER / expected.file, **expected.options)
    return isinstance(found, list) and duckdb_expectations.same(expected, found[1:]), found


def duckdb_rejects() -> Iterator[Case]:
    """SOURCE: the names of files under rejects/ say what is wrong with a row, and that must be on a row of ours."""
    wrong = {
        "unquoted": "quote_unclosed",
        "utf": "encoding_invalid",
        "less_col": "row_too_few_cells",
        "more_col": "row_too_many_cells",
        "unterminated": "quote_unclosed",
    }
    for path in files_of("duckdb-csv", "rejects/**/*.csv"):
        said = path.relative_to(CORPORA / "duckdb-csv" / "rejects").as_posix()
        for word, code in wrong.items():
            if word in said:
                yield Case(f"{name_of(path)}?{word}", partial(_has_reasons, path, {code}))


def _has_reasons(path: Path, codes: set[str]) -> Answer:
    reasons = reasons_of(path)
    return codes <= reasons, reasons


def csvkit() -> Iterator[Case]:
    """SOURCE: bad.csv has two bad rows, of 4 and 2 cells; the sheet `data` has the texts of sheetsxls_converted.csv."""
    yield Case("csvkit-examples/bad.csv", _csvkit_bad)
    for name in ("csvkit-examples/sheets.xls", "csvkit-examples/sheets.xlsx"):
        yield Case(f"{name}?sheet=data", partial(_csvkit_sheet, CORPORA / name))


def _csvkit_bad() -> Answer:
    frame = pl.concat(open_rows(CORPORA / "csvkit-examples" / "bad.csv").batches())
    bad = frame.filter(pl.col("reasons").list.len() > 0).select("line_number", pl.col("reasons").list.first()).rows()
    return bad == [(2, "row_too_many_cells"), (3, "row_too_few_cells")], bad


def _csvkit_sheet(path: Path) -> Answer:
    expected = read_table(path.with_name("sheetsxls_converted.csv"))
    found = read_table(path, sheet="data")
    return sorted(row[0] for row in found) == sorted(row[0] for row in expected), found


def frictionless() -> Iterator[Case]:
    """SOURCE: the names of the files say what is wrong with them (Frictionless error types)."""
    codes = {
        "blank-rows.csv": {"row_blank"},
        "defective-rows.csv": {"row_too_few_cells", "row_too_many_cells"},
        "issue-905/bad.csv": {"row_too_many_cells"},
    }
    names = {
        "blank-headers.csv": ["id", "column_2", "age"],
        "duplicate-headers.csv": ["id", "name", "id_2", "age", "id_3"],
        "duplicate-column.csv": ["A", "B", "B_2", "C"],
    }
    cells = {"issue-1009-comma.csv": "0123", "leading-zeros.csv": "01"}
    folder = CORPORA / "frictionless-data"
    asked: list[tuple[str, Callable[[], Answer]]] = [
        *((name, partial(_has_reasons, folder / name, expected)) for name, expected in codes.items()),
        *((name, partial(_has_names, folder / name, expected)) for name, expected in names.items()),
        *((name, partial(_has_cell, folder / name, expected)) for name, expected in cells.items()),
        ("issue-1066-largecellsize.csv", partial(_has_width, folder / "issue-1066-largecellsize.csv", 2)),
    ]
    yield from (Case(f"frictionless-data/{name}", ask) for name, ask in asked if (folder / name).is_file())


def _has_names(path: Path, names: list[str]) -> Answer:
    found = [column.name for column in open_rows(path, may_be_empty=True).columns]
    return found == names, found


def _has_cell(path: Path, text: str) -> Answer:
    cells = {cell for row in read_table(path, header=False) for cell in row}
    return text in cells, sorted(cells)[:20]


def _has_width(path: Path, width: int) -> Answer:
    table = read_table(path)
    return {len(row) for row in table} == {width}, table


def messytables() -> Iterator[Case]:
    """SOURCE (test_read.py): the header of weird_head_padding.csv has 11 cells; utf8bom.csv begins with a letter."""
    folder = CORPORA / "messytables-horror"
    yield Case(
        name_of(folder / "weird_head_padding.csv"), partial(_header, folder / "weird_head_padding.csv", 11, "1985")
    )
    yield Case(name_of(folder / "utf8bom.csv"), partial(_begins_with_a_letter, folder / "utf8bom.csv"))


def _header(path: Path, width: int, second: str) -> Answer:
    header = read_table(path)[0]
    return (len(header), header[1]) == (width, second), header


def _begins_with_a_letter(path: Path) -> Answer:
    header = read_table(path)[0]
    return header[0][:1].isalpha(), header


def words_in_encodings() -> Iterator[Case]:
    """SOURCE (PhpSpreadsheet): premiere.* have A1 `première` and C2 `sixième` in every encoding."""
    for path in files_of("phpspreadsheet-csv", "premiere.*"):
        yield Case(name_of(path), partial(_premiere, path))


def _premiere(path: Path) -> Answer:
    table = read_table(path)
    return isinstance(table, list) and (table[0][0], table[1][2]) == ("première", "sixième"), table


def same_tables() -> Iterator[Case]:
    """SOURCE: files that hold the same table with other line ends, encodings or formats."""
    groups = [
        files_of("agate-examples", "test_cr*.csv"),
        files_of("csv-parsers-misc", "univocity-parsers/csv/essential*.csv"),
        files_of("csv-parsers-misc", "univocity-parsers/tsv/essential*.tsv"),
        files_of("salesforce-dataloader-csv", "csvtext*.csv"),
        files_of("phpspreadsheet-csv", "linend.*.csv"),
        files_of("frictionless-data", "chunk2.csv*"),
    ]
    for stem in ("number_format", "number_format_russian", "text_and_numbers", "AutoFilter", "RkNumber", "outline"):
        workbooks = files_of("excel-sheetjs", f"{stem}.*")
        groups.append([path for path in workbooks if path.suffix in (".xls", ".xlsx", ".xlsb", ".xlsm")])
    for stem in (
        "geometry",
        "mtcars",
        "skipping",
        "type-me",
        "unnamed-duplicated-columns",
        "vietnamese-utf8",
        "clippy",
    ):
        groups.append(files_of("excel-readxl", f"{stem}.xls*"))
    for first, *others in filter(None, groups):
        yield from (Case(f"{name_of(path)}?as={first.name}", partial(_same, first, path)) for path in others)


def _same(first: Path, second: Path) -> Answer:
    ours, theirs = trimmed_table(first), trimmed_table(second)
    return ours == theirs, [pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]][:2]


@cache
def trimmed_table(path: Path) -> Table:
    """The table of a file without the empty cells and rows at its edges."""
    return trimmed(read_table(path))


def trimmed(table: Table | str) -> Table:
    """The table without the empty cells and rows at its edges, which a sheet has and an export may not have."""
    rows = [[table]] if isinstance(table, str) else [[unified(cell).strip() for cell in row] for row in table]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def sheetjs_exports() -> Iterator[Case]:
    """SOURCE: *.N.csv is the text of sheet N as Excel exports it."""
    for path in files_of("excel-sheetjs", "*.csv"):
        workbook, sheet, _ = path.name.rsplit(".", 2)
        if (path.parent / workbook).is_file():
            yield Case(name_of(path), partial(_export, path, path.parent / workbook, int(sheet) + 1))


def _export(export: Path, workbook: Path, sheet: int) -> Answer:
    text = export.read_text(encoding="utf-8-sig", errors="replace")
    found = trimmed(read_table(workbook, sheet=sheet, header_row=1))
    return found == trimmed(list(csv.reader(io.StringIO(text, newline="")))), found


def sheet_names() -> Iterator[Case]:
    """Second opinion: the names of sheets that other engines list for each workbook."""
    for facts in json_lines("reference-facts/excel_engine_facts.jsonl"):
        path = CORPORA / str(facts["file"])
        if facts.get("sheets") and path.is_file():
            yield Case(name_of(path), partial(_sheets, path, list(facts["sheets"])))


def _sheets(path: Path, names: list[str]) -> Answer:
    try:
        found = list(open_rows(path, may_be_empty=True).facts.sheets)
    except LeadPipelineError as refusal:
        return type(refusal).__name__ == "FileEmptyError", type(refusal).__name__
    return found == names, found


def refusals() -> Iterator[Case]:
    """SOURCE: files that must not be read, and how they are refused."""
    stated = {
        "excel-calamine/pass_protected.xlsx": "FileEncryptedError",
        "excel-calamine/pass_protected.xlsb": "FileEncryptedError",
        "excel-calamine/pass_protected.ods": "FileEncryptedError",
        "excel-roo/encrypted-letmein.ods": "FileEncryptedError",
        "excel-openpyxl/null_file.xlsx": "FileEmptyError",
        "excel-phpspreadsheet/XLS/oleloop.xls": "FileUnreadableError",
        "not-actually-csv/git-lfs-pointer_fr-en-annuaire-education.csv": "FileTypeUnsupportedError",
        "not-actually-csv/github_page_saved_as.xlsx": "FileTypeUnsupportedError",
        "phpspreadsheet-csv/empty.csv": "FileEmptyError",
        "frictionless-data/empty.csv": "FileEmptyError",
    }
    passwords = [*files_of("excel-sheetjs", "password_*.xls"), *files_of("excel-phpspreadsheet", "**/pwtest*.xls")]
    stated |= {name_of(path): "FileEncryptedError" for path in passwords}
    yield from (
        Case(name, partial(_is_refused, name, how)) for name, how in stated.items() if (CORPORA / name).is_file()
    )


def _is_refused(name: str, refusal: str) -> Answer:
    found = read_table(CORPORA / name)
    return found == refusal, found


def cells_of_workbooks() -> Iterator[Case]:
    """SOURCE: single cells that the tests of other projects name."""
    stated = [
        ("excel-phpspreadsheet/Ods/leading0.N2.ods", "0001235"),
        ("excel-phpspreadsheet/Ods/leading0.N2.ods", "-000012"),
        ("excel-roo/zero-padded-number.xlsx", "05010"),
        *((f"excel-calamine/date_1904.{kind}", "2021-01-01") for kind in ("xlsx", "xlsb", "xls")),
    ]
    for name, text in stated:
        if (CORPORA / name).is_file():
            yield Case(f"{name}?{text}", partial(_has_cell, CORPORA / name, text))
    floats = CORPORA / "excel-qsv" / "excel-large-floats.xlsx"
    if floats.is_file():
        yield Case(name_of(floats), partial(_has_no_exponents, floats))


def _has_no_exponents(path: Path) -> Answer:
    cells = [cell for row in read_table(path, header=False) for cell in row]
    return not any("E+" in cell or "e+" in cell for cell in cells), cells


def lead_facts() -> Iterator[Case]:
    """Rows and columns of real lists, counted by others."""
    file = CORPORA / "reference-facts" / "lead_file_facts.csv"
    for facts in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))):
        if (CORPORA / facts["file"]).is_file():
            yield Case(facts["file"], partial(_counts, facts["file"], int(facts["data_rows"]), int(facts["columns"])))


def _counts(name: str, rows: int, columns: int) -> Answer:
    reader = open_rows(CORPORA / name)
    counted = blank = 0
    for batch in reader.batches():
        counted += batch.height
        blank += int(batch["reasons"].list.contains("row_blank").sum())
    found = (counted - blank, len(reader.columns))
    return found == (rows, columns), found


def polluted_rows() -> Iterator[Case]:
    """SOURCE (Pollock): csv/X must load as clean/X; the named row is damaged, all others survive as they are."""
    for path in files_of("pollock-polluted", "csv/row_*.csv"):
        yield Case(name_of(path), partial(_only_one_row_suffers, path))


def _only_one_row_suffers(path: Path) -> Answer:
    with (path.parents[1] / "clean" / path.name).open(newline="", encoding="utf-8") as file:
        clean = list(csv.reader(file))
    reader = open_rows(path)
    frame = pl.concat(reader.batches())
    pairs = zip(table_of(reader), clean, strict=False)
    damaged = {place for place, (ours, theirs) in enumerate(pairs) if ours != theirs}
    flagged = set(frame.filter(pl.col("reasons").list.len() > 0)["row_number"])
    return len(flagged) == 1 and damaged <= flagged, (damaged, flagged)


def csv_module() -> Iterator[Case]:
    """Every sound text, given the dialect that was found: the cells and lines that Python's csv module reads."""
    csv.field_size_limit(2**30)
    for facts in json_lines("reference-facts/csv_engine_facts.jsonl"):
        name = str(facts["file"])
        path = CORPORA / name
        if "/afl/" not in name and not name.startswith(("phones-", "emails-", "headers-")) and path.is_file():
            yield Case(name_of(path), partial(_as_the_csv_module, path))


def _as_the_csv_module(path: Path) -> Answer:
    try:
        reader = open_rows(path)
    except LeadPipelineError as refusal:
        return True, type(refusal).__name__
    facts = reader.facts
    frame = pl.concat(reader.batches())
    damaged = set(frame["reasons"].explode().drop_nulls()) & {"quote_unclosed", "encoding_invalid"}
    if facts.packing or facts.escape or facts.padded or facts.trailing_delimiter or facts.format != "csv" or damaged:
        return True, "the csv module cannot be told the same"
    text = path.read_bytes().decode("utf-8-sig" if facts.encoding == "utf-8" else facts.encoding, "replace")
    text = text.removeprefix("\ufeff").replace("\0", "").rstrip("\x1a")
    quoting = csv.QUOTE_MINIMAL if facts.quote else csv.QUOTE_NONE
    reference = csv.reader(
        io.StringIO(text, newline=""), delimiter=facts.delimiter, quotechar=facts.quote or None, quoting=quoting
    )
    theirs, line = [], 0
    for row in reference:
        if any(cell.strip(WHITESPACE) for cell in row):
            theirs.append((line + 1, row))
        line = reference.line_num
    lines = frame.filter(~pl.col("reasons").list.contains("row_blank"))["line_number"]
    ours = list(zip(lines, table_of(reader)[1:], strict=True))
    theirs = theirs[len(theirs) - len(ours) :]
    return ours == theirs, [pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]][:2]


CHECKS: dict[str, Callable[[], Iterator[Case]]] = {
    "csv-spectrum": csv_spectrum,
    "sineemore": sineemore,
    "csvsniffer": csvsniffer,
    "duckdb-rows": duckdb_rows,
    "duckdb-rejects": duckdb_rejects,
    "csvkit": csvkit,
    "frictionless": frictionless,
    "messytables": messytables,
    "words-in-encodings": words_in_encodings,
    "same-tables": same_tables,
    "sheetjs-exports": sheetjs_exports,
    "sheet-names": sheet_names,
    "refusals": refusals,
    "cells-of-workbooks": cells_of_workbooks,
    "lead-facts": lead_facts,
    "polluted-rows": polluted_rows,
    "csv-module": csv_module,
}
