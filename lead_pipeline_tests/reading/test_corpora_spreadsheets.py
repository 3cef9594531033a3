"""Workbooks of public projects, and every other file of the corpora: a table or a refusal, never a crash."""

import csv
import io

import pytest

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import ReadingOptions, open_rows
from lead_pipeline_tests.reading.corpora import CORPORA, every_file, files_of, name_of, read_table

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the corpora folder is not beside the repository (../shared/corpora)"
)

WORKBOOKS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".xlsx.zip")


def trimmed(table):
    """The table without the empty cells and rows at its edges, which a sheet has and an export may not have."""
    rows = [[cell.strip() for cell in row] for row in table]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def oracles():
    for path in files_of("excel-sheetjs", "*.csv")[:4]:
        workbook, sheet, _ = path.name.rsplit(".", 2)
        if (path.parent / workbook).is_file():
            yield pytest.param(path.parent / workbook, int(sheet) + 1, path, id=path.name)


@pytest.mark.parametrize(("workbook", "sheet", "export"), list(oracles()))
def test_a_sheet_has_the_texts_that_excel_exports(workbook, sheet, export):
    text = export.read_text(encoding="utf-8-sig", errors="replace")
    expected = list(csv.reader(io.StringIO(text, newline="")))
    assert trimmed(read_table(workbook, sheet=sheet, header_row=1)) == trimmed(expected)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("excel-calamine/pass_protected.xlsx", "FileEncryptedError"),
        ("excel-calamine/pass_protected.xlsb", "FileEncryptedError"),
        ("excel-calamine/pass_protected.ods", "FileEncryptedError"),
        ("excel-sheetjs/password_2002_40_basecrypto.xls", "FileEncryptedError"),
        ("not-actually-csv/git-lfs-pointer_fr-en-annuaire-education.csv", "FileTypeUnsupportedError"),
        ("not-actually-csv/github_page_saved_as.xlsx", "FileTypeUnsupportedError"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_what_it_is(name, refusal):
    assert read_table(CORPORA / name) == refusal


def test_a_1904_workbook_has_its_dates_shifted():
    first = read_table(CORPORA / "excel-calamine" / "date_1904.xlsx", header=False)
    assert first[1][0] == "2021-01-01"


def delimited_files():
    return [path for path in every_file() if not path.name.endswith(WORKBOOKS) and path.stat().st_size < 64 * 2**10]


def test_texts_end_in_a_table_or_a_refusal():
    """One small file in twelve; benchmarks/reading_corpora.py reads all of them, large ones and workbooks too."""
    files = delimited_files()[::12]
    assert len(files) > 50
    for path in files:
        try:
            rows = sum(batch.height for batch in open_rows(path, options=ReadingOptions()).batches())
        except LeadPipelineError as refusal:
            rows = len(str(refusal))
        assert rows > 0, name_of(path)
