"""A file is what its bytes say; where its name says otherwise, a sentence tells so."""

import gzip

import pytest

from lead_pipeline.reading import open_rows
from lead_pipeline_tests.reading.test_packed import zipped
from lead_pipeline_tests.reading.workbook.test_workbook_file import workbook

TEXT = b"phone,name\n2125550101,Ann\n"


BOOK = workbook(Leads=[["phone", "name"], ["2125550101", "Ann"]])

OTHERWISE = {
    "text named .xls": ("leads.xls", TEXT, "The file is named .xls, but it is delimited text, and"),
    "text named .XLSX": ("LEADS.XLSX", TEXT, "The file is named .xlsx, but it is delimited text, and"),
    "workbook named .csv": ("leads.csv", BOOK, "The file is named .csv, but it is a workbook (.xlsx), and"),
    "new workbook, old name": ("leads.xls", BOOK, "The file is named .xls, but it is a workbook (.xlsx), and"),
    "zip named .csv": (
        "a.csv",
        zipped(leads=TEXT),
        "The file is named .csv, but it is delimited text in a zip archive, and",
    ),
    "text named .gz": ("leads.csv.gz", TEXT, "The file is named .gz, but it is delimited text, and"),
    "zipped workbook": ("a.txt", zipped(leads=BOOK), "named .txt, but it is a workbook (.xlsx) in a zip archive, and"),
}
AS_NAMED = {
    "csv": ("leads.csv", TEXT),
    "txt": ("leads.txt", TEXT),
    "no ending": ("leads", TEXT),
    "an ending that says nothing": ("leads.2026", TEXT),
    "gzip": ("leads.csv.gz", gzip.compress(TEXT)),
    "zip": ("leads.zip", zipped(leads=TEXT)),
    "xlsx": ("leads.xlsx", BOOK),
}


def notes_of(tmp_path, name, content):
    path = tmp_path / "staged"
    path.write_bytes(content)
    reader = open_rows(path, file_name=name)
    assert [row[2:4] for batch in reader.batches() for row in batch.iter_rows()] == [("2125550101", "Ann")]
    return reader.facts.notes


@pytest.mark.parametrize(("name", "content", "sentence"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_file_that_is_not_what_its_name_says_is_read_as_what_it_is_and_says_so(tmp_path, name, content, sentence):
    (first, *_) = notes_of(tmp_path, name, content)
    assert sentence in first
    assert first.endswith("was read as such.")


@pytest.mark.parametrize(("name", "content"), AS_NAMED.values(), ids=AS_NAMED)
def test_a_file_that_is_what_its_name_says_needs_no_word(tmp_path, name, content):
    assert not any("is named" in note for note in notes_of(tmp_path, name, content))
