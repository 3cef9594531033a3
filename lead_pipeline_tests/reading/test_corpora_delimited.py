"""Delimited files of public projects, each against what its own source says of it."""

import csv
import io
import json

import polars as pl
import pytest

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import open_rows
from lead_pipeline.reading.rows import BLANK_CHARACTERS
from lead_pipeline_tests.reading.corpora import (
    CORPORA,
    compare,
    divergences,
    files_of,
    json_lines,
    name_of,
    read_table,
    reasons_of,
    table_of,
    unified,
)

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the corpora folder is not beside the repository (../shared/corpora)"
)


def by_name(path):
    return name_of(path)


def rows_as_objects(table):
    return [dict(zip(table[0], map(unified, row), strict=False)) for row in table[1:]]


@pytest.mark.parametrize("path", files_of("csv-spectrum", "csvs/*.csv"), ids=by_name)
def test_csv_spectrum_is_read_cell_by_cell(path):
    expected = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
    expected = [expected] if isinstance(expected, dict) else expected
    expected = [{key: unified(value) for key, value in row.items()} for row in expected]
    found = read_table(path)
    as_expected = not isinstance(found, str) and rows_as_objects(found) == expected
    compare("csv-spectrum", path, as_expected, found)


@pytest.mark.parametrize("path", files_of("csv-test-data-sineemore", "csv/*.csv"), ids=by_name)
def test_sineemore_is_read_cell_by_cell_and_its_bad_files_are_reported(path):
    if path.name.startswith("bad-"):
        found = reasons_of(path)
        compare("sineemore", path, bool(found), found)
        return
    expected = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
    found = read_table(path)
    if not isinstance(found, str) and expected and isinstance(expected[0], dict):
        found = rows_as_objects(found)
    compare("sineemore", path, found == expected, found)


def ground_truth():
    marks = {"comma": ",", "semicolon": ";", "tab": "\t", "vslash": "|", "space": " ", "colon": ":", "nsign": "#"}
    folder = CORPORA / "csvsniffer-dialects"
    for annotations in sorted((folder / "ground_truth").glob("*.txt")):
        lines = annotations.read_text(encoding="utf-8").splitlines()
        for row in csv.DictReader([line for line in lines if not line.startswith("#")], delimiter="|"):
            places = [folder / "CSV", folder / "W3C-CSVW", CORPORA / "pollock-polluted" / "csv"]
            places.append(CORPORA / "pollock-survey-sample" / "csv")
            path = next((place / row["file_name"] for place in places if (place / row["file_name"]).is_file()), None)
            if path is not None:
                yield path, marks.get(row["fields_delimiter"], row["fields_delimiter"])


def test_the_delimiter_is_found_in_more_files_than_any_published_sniffer_finds_it():
    """Published: CSVsniffer 90 %, python's Sniffer 84 %, DuckDB 81 %, CleverCSV 79 %."""
    truths = list(ground_truth())
    wrong = []
    for path, delimiter in truths:
        try:
            found = open_rows(path).facts.delimiter
        except LeadPipelineError as refusal:
            found = type(refusal).__name__
        compare("csvsniffer", path, found == delimiter, (found, delimiter))
        wrong += [path.name] if found != delimiter else []
    assert len(wrong) / len(truths) < 0.05


def lead_facts():
    file = CORPORA / "reference-facts" / "lead_file_facts.csv"
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))) if file.is_file() else []


@pytest.mark.parametrize("facts", lead_facts(), ids=lambda facts: facts["file"])
def test_lead_lists_have_the_rows_and_columns_that_were_counted_independently(facts):
    path = CORPORA / facts["file"]
    if path.stat().st_size > 30 * 2**20:
        pytest.skip("too large for the quick suite")
    reader = open_rows(path)
    batches = list(reader.batches())
    blank = sum(int(batch["reasons"].list.contains("row_blank").sum()) for batch in batches)
    found = (sum(batch.height for batch in batches) - blank, len(reader.columns))
    compare("lead-facts", path, found == (int(facts["data_rows"]), int(facts["columns"])), found)


@pytest.mark.parametrize("name", ["premiere.win1252.csv", "premiere.utf16lebom.csv", "premiere.utf32be.csv"])
def test_phpspreadsheet_encodings_give_the_same_words(name):
    first, *rest = read_table(CORPORA / "phpspreadsheet-csv" / name)
    assert first[0] == "première"
    assert rest[0][2] == "sixième"


def test_agate_line_ends_are_the_same_table():
    tables = [read_table(path) for path in files_of("agate-examples", "test_cr*.csv")]
    assert len(tables) > 1
    assert all(table == tables[0] for table in tables)
    assert len(tables[0]) > 1


def test_messytables_header_stands_below_the_padding():
    table = read_table(CORPORA / "messytables-horror" / "weird_head_padding.csv")
    assert (len(table[0]), table[0][1]) == (11, "1985")


def polluted_rows():
    return files_of("pollock-polluted", "csv/row_*.csv")


@pytest.mark.parametrize("path", polluted_rows(), ids=by_name)
def test_a_polluted_row_is_the_only_one_that_suffers(path):
    """SOURCE: csv/X must load as clean/X; the named row is damaged, all others must survive as they are."""
    with (path.parents[1] / "clean" / path.name).open(newline="", encoding="utf-8") as file:
        clean = list(csv.reader(file))
    reader = open_rows(path)
    frame = pl.concat(reader.batches())
    found = table_of(reader)
    damaged = [place for place, (ours, theirs) in enumerate(zip(found, clean, strict=True)) if ours != theirs]
    flagged = frame.filter(pl.col("reasons").list.len() > 0)["row_number"].to_list()
    assert len(flagged) == 1
    assert set(damaged) <= set(flagged)


#: The quick suite takes one file in so many; benchmarks/reading_corpora.py reads them all.
ONE_IN = 6


def differential():
    facts = json_lines("reference-facts/csv_engine_facts.jsonl") if CORPORA.is_dir() else []
    names = [fact["file"] for fact in facts if "/afl/" not in fact["file"] and fact["bytes"] < 2**18]
    names = [name for name in names if not name.startswith(("phones-", "emails-", "headers-"))]
    return [CORPORA / name for name in names[::ONE_IN]]


def test_every_sound_file_is_read_as_the_csv_module_reads_it():
    """Given the encoding and the dialect that were found: all cells of all files whose quotes are not damaged."""
    csv.field_size_limit(2**30)
    compared = 0
    for path in differential():
        try:
            reader = open_rows(path)
        except LeadPipelineError:
            continue
        facts = reader.facts
        frame = pl.concat(reader.batches())
        damaged = set(frame["reasons"].explode().drop_nulls()) & {"quote_unclosed", "encoding_invalid"}
        if facts.packing or facts.escape or facts.padded or facts.trailing_delimiter or damaged:
            continue
        text = path.read_bytes().decode("utf-8-sig" if facts.encoding == "utf-8" else facts.encoding, "replace")
        text = text.replace("\0", "").rstrip("\x1a")
        quoting = csv.QUOTE_MINIMAL if facts.quote else csv.QUOTE_NONE
        reference = csv.reader(
            io.StringIO(text, newline=""), delimiter=facts.delimiter, quotechar=facts.quote or None, quoting=quoting
        )
        theirs = [row for row in reference if any(cell.strip(BLANK_CHARACTERS) for cell in row)]
        ours = table_of(reader)[1:]
        compare("csv-module", path, ours == theirs[len(theirs) - len(ours) :], read_table(path))
        compared += 1
    assert compared > 50


def test_the_table_of_divergences_names_files_that_exist_with_a_reason():
    for (check, name), reason in divergences().items():
        assert (CORPORA / name).is_file(), f"{check}: {name} is not in the corpora"
        assert len(reason) > 20
