"""The rejected workbook, looked at as XML and read back: every cell a text, the faulty ones marked, nothing run."""

import io
import re
import stat
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, REJECTED_SHEETS
from lead_pipeline.model.formula_injection import restored_text
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.reading import open_rows, read_rows
from lead_pipeline.reporting.row_files import rejected_workbook, sheet_xml
from lead_pipeline.reporting.row_files.rejected_workbook import LeftOutRows, RowsOfSheet, write_rejected_workbook
from lead_pipeline.reporting.row_files.workbook_frame import ReasonLine

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COLUMNS = [("cell 0", "phone"), ("cell 1", "Mail")]
SUPPLYING = {"phone": ("cell 0",), "email": ("cell 1",)}
OURS = [name for name in REJECTED_FILE_COLUMNS if name != "_extra_cells"]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def batch(rows, *, reasons=(), about=(), suggestions=(), outcome="rejected", extra=None):
    """Rows of cells; all of them have the same reasons, and codes about fields, and suggestions for fields."""
    some = len(rows)
    said = [{"code": code, "field": field, "column": field} for code, field in about]
    meant = [{"field": field, "value": value} for field, value in suggestions]
    lists = {
        "reasons": pl.List(pl.String),
        "extra_cells": pl.List(pl.String),
        "reason_columns": pl.List(pl.Struct({"code": pl.String, "field": pl.String, "column": pl.String})),
        "suggestions": pl.List(pl.Struct({"field": pl.String, "value": pl.String})),
    }
    data = {f"cell {place}": [row[place] for row in rows] for place in range(len(rows[0]))}
    data |= {
        "row_number": list(range(1, some + 1)),
        "line_number": list(range(2, some + 2)),
        "outcome": [outcome] * some,
        "reasons": [list(reasons)] * some,
        "extra_cells": [extra] * some,
        "reason_columns": [said or None] * some,
        "suggestions": [meant or None] * some,
    }
    texts = {name: pl.String for name in data if name.startswith("cell") or name == "outcome"}
    return pl.DataFrame(data, schema_overrides=texts | lists)


def write(path, *frames, others=(), columns=COLUMNS, supplying=SUPPLYING, reasons=(), wide=False, counts=None):
    sheets = [RowsOfSheet(sum(frame.height for frame in sheet), list(sheet)) for sheet in (frames, others)]
    if counts:
        sheets = [RowsOfSheet(count, sheet.batches) for count, sheet in zip(counts, sheets, strict=True)]
    return write_rejected_workbook(path, LeftOutRows(columns, supplying, *sheets, list(reasons), wide, AT))


def parts(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def cells(sheet):
    """Cells of the XML of a sheet: reference: (type, style, text)."""
    found = {}
    for cell in ElementTree.fromstring(sheet).iter(f"{MAIN}c"):
        text = "".join(one.text or "" for one in cell.iter(f"{MAIN}t"))
        found[cell.get("r")] = (cell.get("t"), cell.get("s"), text)
    return found


def read_back(path):
    reader = open_rows(path)
    return reader, pl.concat(reader.batches())


def fills(path):
    """Colour of the fill of each style."""
    styles = ElementTree.fromstring(parts(path)["xl/styles.xml"])
    colours = [fill.find(f".//{MAIN}fgColor") for fill in styles.find(f"{MAIN}fills")]
    shown = ["" if colour is None else colour.get("rgb") for colour in colours]
    return {str(index): shown[int(xf.get("fillId"))] for index, xf in enumerate(styles.find(f"{MAIN}cellXfs"))}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rejected.xlsx"


HOSTILE = [
    "02134", "+4930123456", "1E5", "=1+1", "'=1+1", "@SUM(A1)", '=HYPERLINK("https://example.com","x")', "-2+3", "true",
    "https://example.com", "ana@example.com", "2026-01-02", "1/2", "12345678901234567890", "#N/A", "a\r\nb", "a\rb",
    "\ta", " a ", "\n", "_x000D_", "_x0041", "a_x0041_b", "_x000\x01", "\x01\x1f", "a&<b>]]>\"'", "中文", "😀", "שלום",
    "x" * 32_767, "\ufeff", "e\u0301", "\u2028", "''", "\\xe9",
]  # fmt: skip


def test_every_cell_is_a_text_and_comes_back_as_it_was(path):
    assert write(path, batch([[cell, "x"] for cell in HOSTILE])) == ()
    _, rows = read_back(path)
    assert [restored_text(cell) for cell in rows["phone"]] == HOSTILE
    assert rows["cell_types"].null_count() == rows.height  # no number, date or truth value among them
    sheet = parts(path)["xl/worksheets/sheet1.xml"]
    assert {kind for kind, _, _ in cells(sheet).values()} == {"inlineStr"}


def test_nothing_is_run_and_nothing_leads_anywhere(path):
    write(path, batch([[cell, "x"] for cell in HOSTILE]), others=[batch([[cell, "x"] for cell in HOSTILE])])
    whole = parts(path)
    assert not [name for name in whole if "externalLink" in name or "connection" in name.lower()]
    for name, content in whole.items():
        assert not re.search(rb"<f[ />]|<hyperlink|TargetMode=\"External\"|<oleObject|ddeLink", content), name


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff"), min_size=1, max_size=6)
        | st.sampled_from(["_x000D_", "_x", "x0041_", "\r", "\n", "'=", "=1", " "]),
        min_size=1,
        max_size=60,
    )
)
@example(["_x0041_x0042_", "_x005F_", "_", "_x00", "\r\n"])
@settings(max_examples=6, deadline=None)
def test_whatever_cells_hold_they_come_back_or_are_said_to_be_missing(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("book") / "rejected.xlsx"
    remarks = write(path, batch([[f"{index} ", text] for index, text in enumerate(texts)]))
    _, rows = read_back(path)
    back = {int(key): restored_text(cell) for key, cell in rows.select("phone", "Mail").iter_rows()}
    assert back == {index: text for index, text in enumerate(texts) if index in back}
    assert bool(remarks) == (len(back) < len(texts))
    assert all(re.search("_x[0-9A-Fa-f]{4}_x", texts[index]) for index in range(len(texts)) if index not in back)


def test_what_is_typed_over_a_cell_stays_text_also_where_there_is_no_cell(path):
    write(path, batch([["", "x"]]))
    whole = parts(path)
    sheet = ElementTree.fromstring(whole["xl/worksheets/sheet1.xml"])
    styles = ElementTree.fromstring(whole["xl/styles.xml"])
    formats = [xf.get("numFmtId") for xf in styles.find(f"{MAIN}cellXfs")]
    columns = [(int(one.get("min")), int(one.get("max")), one.get("style")) for one in sheet.iter(f"{MAIN}col")]
    assert {number for first, last, _ in columns for number in range(first, last + 1)} == set(range(1, 9))
    used = {style for *_, style in columns} | {
        style for _, style, _ in cells(whole["xl/worksheets/sheet1.xml"]).values()
    }
    assert {formats[int(style)] for style in used} == {"49"}  # ECMA-376, 18.8.30: @
    assert "A2" not in cells(whole["xl/worksheets/sheet1.xml"])


def test_the_sheets_their_header_and_their_filter(path):
    reasons = [ReasonLine("Phone is too short", "phone_too_short", "phone", "rejected", 2, "Check it.")]
    write(path, batch([["1", "a"], ["2", "b"]]), others=[batch([["3", "c"]], outcome="duplicate")], reasons=reasons)
    whole = parts(path)
    names = [one.get("name") for one in ElementTree.fromstring(whole["xl/workbook.xml"]).iter(f"{MAIN}sheet")]
    assert names == list(REJECTED_SHEETS)
    for number, last in ((1, 3), (3, 2)):
        sheet = ElementTree.fromstring(whole[f"xl/worksheets/sheet{number}.xml"])
        pane = next(sheet.iter(f"{MAIN}pane"))
        assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
        assert sheet.find(f"{MAIN}autoFilter").get("ref") == f"A1:H{last}"
    header = [text for ref, (_, _, text) in cells(whole["xl/worksheets/sheet1.xml"]).items() if ref.endswith("1")]
    assert header == ["phone", "Mail", *OURS]
    reader, rows = read_back(path)
    assert (reader.facts.sheet, rows["phone"].to_list()) == ("Rejected rows", ["1", "2"])
    others = pl.concat(read_rows(path, sheet="Duplicates and suppressed"))
    assert others["phone"].to_list() == ["3"]
    table = pl.concat(read_rows(path, sheet="Reasons"))
    assert table.select("Reason", "Code", "Column", "Outcome", "Rows", "What to do").row(0) == (
        "Phone is too short", "phone_too_short", "phone", "rejected", "2", "Check it.",
    )  # fmt: skip


def test_without_duplicates_there_is_no_sheet_of_them_and_without_rows_a_header(path):
    write(path)
    names = [one.get("name") for one in ElementTree.fromstring(parts(path)["xl/workbook.xml"]).iter(f"{MAIN}sheet")]
    assert names == list(REJECTED_SHEETS[:2])
    assert "A1" in cells(parts(path)["xl/worksheets/sheet1.xml"])


def test_faulty_cells_are_red_odd_ones_amber_and_a_fault_of_no_cell_is_marked_at_its_reasons(path):
    faulty = batch(
        [["12", "eve@gmial.com"], ["", "x"]],
        reasons=["phone_too_short"],
        about=[("phone_too_short", "phone"), ("email_domain_typo", "email")],
    )
    write(path, faulty, batch([["1", "a"]], reasons=["row_too_few_cells"]), batch([["2", "b"]], reasons=[]))
    colours, found = fills(path), cells(parts(path)["xl/worksheets/sheet1.xml"])
    red, amber = "FFFFC7CE", "FFFFEB9C"
    assert {ref: colours[style] for ref, (_, style, _) in found.items() if colours[style] in (red, amber)} == {
        "A2": red, "B2": amber, "A3": red, "B3": amber, "F4": red,
    }  # fmt: skip
    assert found["A3"][2] == ""


def notes(path):
    comments = ElementTree.fromstring(parts(path)["xl/comments1.xml"])
    every = comments.iter(f"{MAIN}comment")
    return {one.get("ref"): "".join(text.text or "" for text in one.iter(f"{MAIN}t")) for one in every}


def test_a_marked_cell_has_a_note_with_reason_guidance_and_suggestion(path):
    faulty = batch(
        [["0044 20 7946 0123", "x"]],
        reasons=["phone_too_long"],
        about=[("phone_too_long", "phone")],
        suggestions=[("phone", "+44 20 7946 0123"), ("email", "=x\x01")],
    )
    write(path, faulty)
    info = REASONS[Reason.PHONE_TOO_LONG]
    assert notes(path)["A2"] == f"{info.title}. {info.guidance}\nSuggested: +44 20 7946 0123"
    assert cells(parts(path)["xl/worksheets/sheet1.xml"])["H2"][2].startswith("phone: +44 20 7946 0123; Mail: =x")
    assert "B2" not in notes(path)  # nothing is wrong there
    assert "one further down" in notes(path)["C1"]  # what _row_number counts


def test_too_many_rows_and_notes_are_left_out_and_said(path, monkeypatch):
    monkeypatch.setattr(rejected_workbook, "MAX_ROWS", 3)
    monkeypatch.setattr(rejected_workbook, "MAX_NOTES", 2)
    many = batch(
        [[str(index), "x"] for index in range(5)], reasons=["phone_too_short"], about=[("phone_too_short", "phone")]
    )
    remarks = write(path, many, others=[many])
    assert [one for one in remarks if "4 rows that were left out are not in the rejected workbook" in one]
    assert [one for one in remarks if "Only the first 2 marked cells" in one]
    _, rows = read_back(path)
    assert rows["phone"].to_list() == ["0", "1", "2"]
    assert [ref for ref in notes(path) if ref.startswith("A")] == ["A2", "A3"]
    said = pl.concat(read_rows(path, sheet="Reasons"))["Reason"].to_list()
    assert [one for one in said if one in remarks] == list(remarks)


@pytest.mark.parametrize(("limit", "value"), [("MAX_CELLS", 24), ("MAX_BYTES", 1)])
def test_cells_and_bytes_are_limited_too(path, monkeypatch, limit, value):
    monkeypatch.setattr(rejected_workbook, limit, value)
    monkeypatch.setattr(rejected_workbook, "_SLICE_CELLS", 8)
    (remark,) = write(path, batch([[str(index), "x"] for index in range(5)]))
    _, rows = read_back(path)
    assert rows.height == {"MAX_CELLS": 3, "MAX_BYTES": 1}[limit]
    assert remark.startswith(f"{5 - rows.height} rows")


@pytest.mark.parametrize("cell", ["x" * 32_768, "😀" * 16_384, "a\0b", "\ufffe", "\uffff", "_x0041_x0042_"], ids=len)
def test_a_row_that_a_spreadsheet_cannot_hold_is_left_out_and_said(path, cell):
    (remark,) = write(path, batch([["1", cell], ["2", "x"]]))
    assert remark.startswith("1 row that was left out is not in the rejected workbook")
    assert "rejected.csv" in remark
    assert read_back(path)[1]["phone"].to_list() == ["2"]


def test_emoji_count_twice_and_letters_once_as_in_excel():
    frame = pl.DataFrame({"cell": ["ä" * 32_767, "ä" * 32_768, "😀" * 16_383 + "x"]})
    assert sheet_xml.fits_in_cells(frame).to_list() == [True, False, True]


def test_more_columns_than_a_sheet_has_give_no_workbook(path):
    many = [(f"cell {index}", f"c{index}") for index in range(sheet_xml.MAX_COLUMNS)]
    assert write(path, columns=many) is None
    assert not path.exists()


def test_extra_cells_have_a_column_where_there_are_some(path):
    write(path, batch([["1", "a"]], extra=["=x", None, "y"]), wide=True)
    found = cells(parts(path)["xl/worksheets/sheet1.xml"])
    assert (found["I1"][2], found["I2"][2]) == ("_extra_cells", "=x | y")


def test_the_same_rows_give_the_same_bytes_for_nobody_else_to_read(path):
    rows = batch([["1", "a"]], reasons=["phone_too_short"], about=[("phone_too_short", "phone")])
    write(path, rows)
    first = path.read_bytes()
    write(path, rows)
    assert path.read_bytes() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failure_on_the_way_leaves_the_older_workbook(path):
    path.write_bytes(b"older")

    def failing():
        yield batch([["1", "a"]])
        raise OSError("no space left on device")

    rows = LeftOutRows(COLUMNS, SUPPLYING, RowsOfSheet(2, failing()), RowsOfSheet(0, []), [], False, AT)
    with pytest.raises(OSError, match="no space"):
        write_rejected_workbook(path, rows)
    assert path.read_bytes() == b"older"
    assert [entry.name for entry in path.parent.iterdir()] == ["rejected.xlsx"]


def test_columns_and_apostrophes_of_an_earlier_file_of_ours_are_not_repeated(path):
    headers = ["phone", "'_suggested", "'=note", *REJECTED_FILE_COLUMNS]
    columns = [(f"cell {index}", header) for index, header in enumerate(headers)]
    row = ["12", "theirs", "'=1+1", "7", "8", "rejected", "phone_too_short", "old", "old", "left over"]
    write(path, batch([row], reasons=["phone_too_short"]), columns=columns, supplying={}, wide=True)
    found = cells(parts(path)["xl/worksheets/sheet1.xml"])
    header = [text for ref, (_, _, text) in found.items() if ref.endswith("1") and len(ref) == 2]
    assert header == ["phone", "'_suggested", "'=note", *REJECTED_FILE_COLUMNS]
    assert [found[ref][2] for ref in ("A2", "B2", "C2", "D2", "J2")] == ["12", "theirs", "=1+1", "1", "left over"]


@pytest.mark.parametrize(("position", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")])
def test_cells_are_in_the_columns_that_excel_calls_so(position, letters):
    row = pl.DataFrame({f"cell {index}": ["x"] for index in range(position + 1)})
    found = sheet_xml.rows_as_xml(row, 7, 1, {}).decode()
    assert f'<c r="{letters}7"' in found
    assert found.count("<c ") == position + 1


def test_programs_that_guess_types_know_it_for_a_workbook(path):
    write(path, batch([["1", "a"]]))
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert len(set(archive.namelist())) == len(archive.namelist())
