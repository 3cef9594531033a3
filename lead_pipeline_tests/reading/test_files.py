"""A file is what its bytes say; where its name says otherwise, a sentence tells so."""

import gzip
import io
import zipfile

import pytest
import xlsxwriter

from lead_pipeline.reading import open_rows

TEXT = b"phone,name\n2125550101,Ann\n"


def workbook() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["phone", "name"])
        sheet.write_row(1, 0, ["2125550101", "Ann"])
    return content.getvalue()


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("leads.csv", content)
    return packed.getvalue()


OTHERWISE = {
    "text named .xls": ("leads.xls", TEXT, "The file is named .xls, but it is delimited text, and"),
    "text named .XLSX": ("LEADS.XLSX", TEXT, "The file is named .xlsx, but it is delimited text, and"),
    "workbook named .csv": ("leads.csv", workbook(), "The file is named .csv, but it is a workbook (.xlsx), and"),
    "new workbook, old name": ("leads.xls", workbook(), "The file is named .xls, but it is a workbook (.xlsx), and"),
    "zip named .csv": ("a.csv", zipped(TEXT), "The file is named .csv, but it is delimited text in a zip archive, and"),
    "text named .gz": ("leads.csv.gz", TEXT, "The file is named .gz, but it is delimited text, and"),
    "zipped workbook": ("a.txt", zipped(workbook()), "named .txt, but it is a workbook (.xlsx) in a zip archive, and"),
}
AS_NAMED = {
    "csv": ("leads.csv", TEXT),
    "txt": ("leads.txt", TEXT),
    "no ending": ("leads", TEXT),
    "an ending that says nothing": ("leads.2026", TEXT),
    "gzip": ("leads.csv.gz", gzip.compress(TEXT)),
    "zip": ("leads.zip", zipped(TEXT)),
    "xlsx": ("leads.xlsx", workbook()),
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
    assert first.endswith("was read as that.")


@pytest.mark.parametrize(("name", "content"), AS_NAMED.values(), ids=AS_NAMED)
def test_a_file_that_is_what_its_name_says_needs_no_word(tmp_path, name, content):
    assert not any("is named" in note for note in notes_of(tmp_path, name, content))
