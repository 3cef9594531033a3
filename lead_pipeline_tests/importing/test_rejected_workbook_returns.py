"""The rejected workbook of an import through LibreOffice and back: no cell changes, only rows to correct come back."""

import csv
import errno
import zipfile
from pathlib import Path

import polars as pl
import pytest

from lead_pipeline.cli.import_views import locations
from lead_pipeline.mapping.columns import map_columns
from lead_pipeline.model.errors import FileEmptyError
from lead_pipeline.model.formula_injection import restored, restored_header
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.reading import open_rows, read_rows
from lead_pipeline.reporting.report import report_as_html
from lead_pipeline.reporting.row_files import rejected_workbook
from lead_pipeline.reporting.summary import markdown_summary, result_as_json
from lead_pipeline_tests.libreoffice import CSV, XLSX, saved_by_libreoffice
from lead_pipeline_tests.reading.workbook.test_workbook_file import workbook
from lead_pipeline_tests.support import Stages

#: What spreadsheets damage, in columns of a list: each cell has to come back as it is, byte by byte.
CELLS = {
    "leading zeros": "02134", "a plus": "+4930123456", "a long number": "12345678901234567890", "a date": "2026-01-02",
    "half a date": "1/2", "an exponent": "1E5", "a formula": "=1+1", "a harmless formula": "'=1+1", "at": "@SUM(A1)",
    "a link": '=HYPERLINK("https://example.com","x")', "minus": "-2+3", "quotes": 'say "hi", ""', "comma": "a,b;c|d",
    "a line break": "two\nlines", "a CR": "two\rlines", "tabs": "\ttwo\ttabs\t", "spaces": "  a  b ",
    "CJK": "東京 중국",
    "emoji": "👍🏽👨‍👩‍👧", "RTL": "שלום abc عربي", "combining": "e\u0301", "controls": "a\x01b\x07\x1f", "VT": "a\x0bb",
    "like an escape": "_x000D_", "and another": "a_x0041_b", "near an escape": "_x000\x01", "markup": "<b>&amp;]]></b>",
    "true": "TRUE", "an error": "#N/A", "a URL": "https://example.com/?a=1&b=2", "a mark": "\ufeffa", "C1": "a\x85b",
    "separators": "a\u2028b", "zero width": "\u200ba", "an apostrophe": "'", "a percentage": "5 %",
    "money": "1.234,50 €",
    "very long": "long " * 6_000, "a byte": "\\xe9", "like ours": "x",
}  # fmt: skip
HEADERS = [*list(CELLS)[:-1], "_suggested"]


def profile(**changes: object) -> ImportProfile:
    base = {
        "name": "fair",
        "destination": {"kind": "list", "name": "fair"},
        "default_region": "US",
        "fields": {"phone": {"type": "phone", "required": True}, "lead_score": {"type": "integer", "column": "score"}},
    }
    return ImportProfile.model_validate(base | changes)


def messy(stages: Stages, rows: int = 2) -> Path:
    file = stages.home.root / "messy.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, quoting=csv.QUOTE_ALL)
        writer.writerow(["phone", *HEADERS])
        writer.writerows([[f"{number}", *CELLS.values()] for number in range(rows)])
    return file


def original_cells(file: Path) -> list[dict[str, str]]:
    """Cells of a file by the header that they had, without what we added."""
    reader = open_rows(file)
    rows = pl.concat(reader.batches())
    mapping = map_columns([column.name for column in reader.columns], profile())
    theirs = [column for column in reader.columns if column.name not in mapping.ignored]
    headers = {column.name: restored_header(column.header) for column in theirs}
    cells = rows.select(restored(pl.col(column.name)).alias(headers[column.name]) for column in theirs)
    return cells.rows(named=True)


def test_every_cell_survives_libreoffice_byte_by_byte(stages, tmp_path):
    result = stages.file(messy(stages), profile())
    assert (result.counts.rejected, result.notices) == (2, ())
    written = [{"phone": f"{number}"} | dict(zip(HEADERS, CELLS.values(), strict=True)) for number in range(2)]
    workbook = stages.home.root / result.rejected_workbook
    assert original_cells(workbook) == written
    for saved in saved_by_libreoffice(workbook, tmp_path, XLSX, CSV):
        assert original_cells(saved) == written, saved.name


LIST = """phone,score,city
02134,1,Bonn
212 555 0101,much,Köln
212 555 0102,2,Ulm
212 555 0102,2,Ulm
0044 20 7946 0123,3,Kiel
212 555 0103,4,Trier
"""


@pytest.fixture
def imported(stages):
    (file := stages.home.root / "list.csv").write_text(LIST, encoding="utf-8")
    blocked = stages.home.root / "blocked.csv"
    blocked.write_text("phone\n2125550103\n")
    stages.suppress(blocked, "blocked")
    return stages.file(file, profile())


FIXES = {"02134": "212 555 0111", "much": "7", "0044 20 7946 0123": "+44 20 7946 0123"}


def corrected(workbook: Path, folder: Path) -> Path:
    """Correct cells of the first sheet as a person would, all else as it is: notes, colours, the other sheets."""
    again = folder / "corrected.xlsx"
    with zipfile.ZipFile(workbook) as before, zipfile.ZipFile(again, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            for wrong, right in FIXES.items() if name == "xl/worksheets/sheet1.xml" else ():
                assert content.count(f">{wrong}</t>".encode()) == 1
                content = content.replace(f">{wrong}</t>".encode(), f">{right}</t>".encode())
            after.writestr(name, content)
    return again


def test_dropped_back_the_corrected_rows_become_leads_and_the_others_are_nobodys(stages, imported, tmp_path):
    assert (imported.counts.created, imported.counts.rejected, imported.counts.suppressed) == (1, 3, 1)
    workbook = corrected(stages.home.root / imported.rejected_workbook, tmp_path)
    (saved,) = saved_by_libreoffice(workbook, tmp_path / "saved", XLSX)
    result = stages.file(saved, profile())
    assert (result.rows_read, result.counts.created) == (3, 3)
    assert result.file.notes == ()  # no sheet is said to be lost, no cell to be odd
    assert (result.file.sheet, result.file.ignored) == ("Rejected rows", ())
    leads = stages.rows("select phone, lead_score, attributes from leads order by lead_id")
    assert leads == [
        ("+12125550102", 2, '{"city":"Ulm"}'),
        ("+12125550111", 1, '{"city":"Bonn"}'),
        ("+12125550101", 7, '{"city":"Köln"}'),
        ("+442079460123", 3, '{"city":"Kiel"}'),
    ]


def test_a_workbook_of_nothing_but_duplicates_has_no_row_to_drop_back(stages):
    (file := stages.home.root / "twice.csv").write_text("phone\n2125550101\n2125550101\n")
    result = stages.file(file, profile())
    with pytest.raises(FileEmptyError, match="no row below it"):
        open_rows(stages.home.root / result.rejected_workbook)
    others = pl.concat(read_rows(stages.home.root / result.rejected_workbook, sheet="Duplicates and suppressed"))
    assert others["_reasons"].to_list() == ["duplicate_in_file"]


def test_rows_to_correct_come_first_the_rejected_ones_before_those_of_which_nothing_is_kept(stages):
    (file := stages.home.root / "kept.csv").write_text("phone,score\ncall me,\n2125550102,1\n2125550101,much\n")
    fields = {
        "phone": {"type": "phone", "on_invalid": "blank"},
        "lead_score": {"type": "integer", "column": "score"},
    }
    result = stages.file(file, profile(fields=fields, rows_without_identifier="create"))
    rows = pl.concat(read_rows(stages.home.root / result.rejected_workbook))
    assert rows.select("_row_number", "_outcome").rows() == [("3", "rejected"), ("1", "skipped")]


def test_reports_json_terminal_and_run_name_the_workbook(stages, imported):
    shown = result_as_json(imported, stages.home.root)
    assert shown["rejected_workbook"] == str(stages.home.root / imported.rejected_workbook)
    assert Path(shown["rejected_workbook"]).name == "rejected.xlsx"
    assert imported.rejected_workbook in markdown_summary(imported)
    assert [line for line in locations(imported, stages.home.root) if line.endswith("rejected.xlsx")]
    assert 'href="rejected.xlsx"' in report_as_html(imported)


def test_what_the_workbook_leaves_out_is_said_in_the_result_and_stands_in_the_csv(stages):
    (file := stages.home.root / "long.csv").write_text(f"phone,notes\n12,{'x' * 33_000}\n13,short\n")
    result = stages.file(file, profile())
    (said,) = result.notices
    assert said.startswith("1 row that was left out is not in the rejected workbook")
    assert said in report_as_html(result)
    assert "x" * 33_000 in (stages.home.root / result.rejected_file).read_text(encoding="utf-8-sig")
    assert pl.concat(read_rows(stages.home.root / result.rejected_workbook))["phone"].to_list() == ["13"]


def test_a_full_disk_leaves_no_half_workbook_and_the_import_can_be_concluded_later(stages, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    (file := stages.home.root / "list.csv").write_text(LIST, encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(rejected_workbook, "rows_as_xml", full)
        with pytest.raises(OSError, match="No space"):
            stages.file(file, profile())
    (folder,) = stages.home.reports.iterdir()
    # Report and result come with the commit, rows of pages with rejected.csv; of the workbook there is nothing.
    left = {"rejected.csv", "left_out.parquet", "report.html", "result.json"}
    assert {one.name for one in folder.iterdir()} == left
    again = stages.file(file, profile())
    assert (again.counts.created, again.counts.rejected) == (2, 3)
    assert (stages.home.root / again.rejected_workbook).exists()


@pytest.mark.parametrize(
    ("reading", "list_"),
    [
        ({"delimiter": ";"}, "phone;score\n12;1\n"),
        ({"quote": "'"}, "phone,score\n'12','1'\n"),
        ({"encoding": "cp1252"}, "phone,score\n12 \u00e9,1\n"),
        ({"header_row": 3}, "a title\n\nphone,score\n12,1\n"),
        ({"header": False}, "12,1\n13,2\n"),
        ({"sheet": 2}, None),
    ],
    ids=str,
)
def test_what_a_profile_says_of_its_files_is_not_true_of_those_that_come_back(stages, reading, list_):
    file = stages.home.root / "list.csv"
    if list_ is None:
        file.write_bytes(workbook(notes=[["nothing"]], leads=[["phone", "score"], ["12", "1"]]))
    else:
        file.write_bytes(list_.encode("cp1252"))
    fields = {"phone": {"type": "phone", "required": True}, "lead_score": {"type": "integer", "column": "score"}}
    if "header" in reading:
        fields = {
            "phone": {"type": "phone", "column": "column_1"},
            "lead_score": {"type": "integer", "column": "column_2"},
        }
    described = profile(reading=reading, fields=fields)
    first = stages.file(file, described)
    assert first.counts.rejected == first.rows_read > 0
    for returned in (first.rejected_file, first.rejected_workbook):
        again = stages.file(stages.home.root / returned, described)
        assert (again.message, again.rows_read, again.counts.rejected) == ("", first.rows_read, first.rows_read)
        assert [one.code for one in again.reasons] == [one.code for one in first.reasons]
