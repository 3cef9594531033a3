"""A sheet is read as a person sees it: merged cells count for all their rows, a header may take two rows, and rows that
nobody sees are read and mentioned.
"""

import io
import zipfile

import pytest
import xlsxwriter

from lead_pipeline_tests.reading.workbook.binary_workbooks import xls, xlsb
from lead_pipeline_tests.reading.workbook.test_workbook_file import ODS, ods_cell, workbook

HEADER = ["company", "name", "phone"]
PEOPLE = [
    ["Alder Mills", "Ida", 2015550160.0],
    [None, "Jon", 2015550161.0],
    [None, "Kim", 2015550162.0],
    ["Birch Ltd", "Lou", 2015550163.0],
]
SEEN = ["Alder Mills"] * 3 + ["Birch Ltd"]


def xlsx(rows, *, hidden=(), merges=()) -> bytes:
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True})
    sheet = book.add_worksheet("leads")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                sheet.write(row, column, cell)
    for first_row, last_row, first_column, last_column in merges:
        sheet.merge_range(first_row, first_column, last_row, last_column, "")
        sheet.write(first_row, first_column, rows[first_row][first_column])
    for row in hidden:
        sheet.set_row(row, None, None, {"hidden": True})
    book.close()
    return packed.getvalue()


def ods(rows, *, hidden=(), merges=()) -> bytes:
    spans = {(first, column): last - first + 1 for first, last, column, _ in merges}
    covered = {(row, column) for first, last, column, _ in merges for row in range(first + 1, last + 1)}

    def cell(row: int, column: int, value: object) -> str:
        if (row, column) in covered:
            return "<table:covered-table-cell/>"
        if value is None:
            return "<table:table-cell/>"
        extra = f'table:number-rows-spanned="{spans[row, column]}"' if (row, column) in spans else ""
        if isinstance(value, float):
            return ods_cell(f"{value:.0f}", "float", f"{value:.0f}", extra)
        return ods_cell(value, extra=extra)

    def line(row: int, cells: list) -> str:
        seen = ' table:visibility="filter"' if row in hidden else ""
        texts = "".join(cell(row, column, value) for column, value in enumerate(cells))
        return f"<table:table-row{seen}>{texts}</table:table-row>"

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows="".join(line(*numbered) for numbered in enumerate(rows))))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return packed.getvalue()


KINDS = {"xlsx": xlsx, "ods": ods, "xls": xls, "xlsb": xlsb}
each_kind = pytest.mark.parametrize("kind", KINDS)


@each_kind
def test_every_row_of_a_merged_cell_has_its_value_and_that_is_said(opened, kind):
    reader = opened(KINDS[kind]([HEADER, *PEOPLE], merges=[(1, 3, 0, 0)]))
    frame = next(reader.batches())
    assert frame["company"].to_list() == SEEN
    assert frame["name"].to_list() == ["Ida", "Jon", "Kim", "Lou"]
    assert "2 cells have the value of the merged cell that reaches over them." in reader.facts.notes


@each_kind
def test_empty_cells_that_are_not_merged_remain_empty(opened, kind):
    reader = opened(KINDS[kind]([HEADER, *PEOPLE]))
    assert next(reader.batches())["company"].to_list() == ["Alder Mills", "", "", "Birch Ltd"]
    assert not [note for note in reader.facts.notes if "merged" in note or "hidden" in note]


@each_kind
def test_rows_that_are_hidden_are_read_and_mentioned(opened, kind):
    reader = opened(KINDS[kind]([HEADER, *PEOPLE], hidden=[2, 4]))
    assert next(reader.batches())["name"].to_list() == ["Ida", "Jon", "Kim", "Lou"]
    assert "2 rows are hidden or filtered out in the sheet; they were read like all others." in reader.facts.notes


def test_a_merged_number_remains_a_number_and_an_otherwise_empty_row_remains_blank(opened):
    rows = [["rate", "name"], [1.5, "Ida"], [None, "Jon"], [None, None], ["2", "Kim"]]
    frame = next(opened(xlsx(rows, merges=[(1, 3, 0, 0)])).batches())
    assert frame["rate"].to_list() == ["1.5", "1.5", "", "2"]
    assert frame["cell_types"].to_list() == ["nt", "nt", None, None]
    assert frame["reasons"].to_list() == [[], [], ["row_blank"], []]


def test_cells_that_are_merged_sideways_remain_one(opened):
    rows = [["a", "b", "c"], ["Ida", None, "x"], ["Jon", "y", "z"]]
    frame = next(opened(xlsx(rows, merges=[(1, 1, 0, 1)])).batches())
    assert frame.select("a", "b", "c").rows() == [("Ida", "", "x"), ("Jon", "y", "z")]


def test_merges_and_hidden_rows_of_titles_and_header_are_not_mentioned(opened):
    rows = [["Spring fair", None, None], [None, None, "internal"], HEADER, *PEOPLE[:1]]
    reader = opened(xlsx(rows, merges=[(0, 1, 0, 0)], hidden=[1]))
    assert next(reader.batches())["name"].to_list() == ["Ida"]
    assert not [note for note in reader.facts.notes if "merged" in note or "hidden" in note]


TWO_ROWS = {
    "gaps below": [["Name", "Town", "Phone", None, "Mail"], [None, None, "Cell", "Desk", None]],
    "the same names below": [["Mother", None, "Father", None, None], ["Name", "Cell", "Name", "Cell", "Mail"]],
    "nothing above the last": [["Name", "Town", "Phone", None, None], [None, None, "Cell", "Desk", "Mail"]],
}


@pytest.mark.parametrize("header", TWO_ROWS.values(), ids=TWO_ROWS)
def test_a_header_of_two_rows_is_that_of_the_same_table_as_text(opened, header):
    rows = [["Ida", f"201-555-017{n}", "Jon", f"201-555-018{n}", f"ida{n}@example.com"] for n in range(4)]
    if header[1][2] == "Cell":
        rows = [["Ida", "Troy", f"201-555-017{n}", f"201-555-018{n}", f"ida{n}@example.com"] for n in range(4)]
    table = [*header, *rows]
    read = []
    for content in (
        "".join(",".join(cell or "" for cell in row) + "\n" for row in table).encode(),
        workbook(leads=table),
    ):
        reader = opened(content)
        names = [column.name for column in reader.columns]
        read.append((names, next(reader.batches()).select(names).rows()))
    as_text, as_sheet = read
    assert as_sheet == as_text
    assert as_sheet[1] == [tuple(row) for row in rows]


def test_a_title_of_two_cells_above_a_header_is_no_part_of_it(opened):
    rows = [["Exported", "2026-11-20"], ["Name", "Town", "Phone", "Mail"]]
    rows += [["Ida", "Troy", f"201-555-017{n}", f"ida{n}@example.com"] for n in range(4)]
    assert [column.name for column in opened(workbook(leads=rows)).columns] == rows[1]
