import datetime as dt
import io
import re
import shutil
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

import lead_pipeline
from lead_pipeline.model.errors import FileEmptyError, FileUnreadableError, UsageError
from lead_pipeline.reading import file_formats, open_rows
from lead_pipeline.reading.workbook import child_process
from lead_pipeline.reading.workbook.number_formats import (
    apply_display_prefix,
    display_prefix_of,
    infer_display_prefix,
)
from lead_pipeline_tests.reading.workbook.binary_workbooks import xls, xlsb


class Shown:
    """A cell with a value and the format that it is shown in."""

    def __init__(self, value, number_format):
        self.value, self.number_format = value, number_format


class Formula:
    """A cell with a formula and the value that was computed when the workbook was saved."""

    def __init__(self, text, value):
        self.text, self.value = text, value


def workbook(hidden=(), **sheets) -> bytes:
    """Return an .xlsx with the rows of each sheet, cell by cell; a cell of None does not exist."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                _write(book, sheet, row, column, cell)
        if name in hidden:
            sheet.hide()
    book.worksheets()[-1].activate()
    book.close()
    return packed.getvalue()


def _write(book, sheet, row, column, cell):
    match cell:
        case None:
            return
        case Shown():
            sheet.write(row, column, cell.value, book.add_format({"num_format": cell.number_format}))
        case Formula():
            sheet.write_formula(row, column, cell.text, None, cell.value)
        case bool():
            sheet.write_boolean(row, column, cell)
        case int() | float():
            sheet.write_number(row, column, cell)
        case _:
            sheet.write_string(row, column, cell)


CELLS = [
    pytest.param(19518761336, "19518761336", id="a-phone-as-number-has-no-tail-and-no-exponent"),
    pytest.param("007", "007", id="text-keeps-its-zeros"),
    pytest.param("+19518761336", "+19518761336", id="text-keeps-its-plus"),
    pytest.param(Shown(5010, "00000"), "05010", id="zeros-that-only-the-format-shows"),
    pytest.param(Shown(-12, "000000"), "-000012", id="zeros-after-a-minus"),
    pytest.param(Shown(951876133, "(000) 000-0000"), "0951876133", id="zeros-of-a-phone-format"),
    pytest.param(Shown(5010, "0"), "5010", id="a-format-that-shows-no-zeros"),
    pytest.param(0.1, "0.1", id="a-fraction"),
    pytest.param(0.1 + 0.2, "0.3", id="the-error-of-a-computed-fraction-is-not-seen"),
    pytest.param(2 / 3, "0.6666666666666666", id="a-fraction-without-end-keeps-its-digits"),
    pytest.param(1e-7, "0.0000001", id="a-small-fraction-has-no-exponent"),
    pytest.param(1.25e17, "125000000000000000", id="a-large-number-has-no-exponent"),
    pytest.param(Shown(dt.date(2026, 1, 2), "dd/mm/yyyy"), "2026-01-02", id="a-date-is-iso"),
    pytest.param(
        Shown(dt.datetime.fromisoformat("2026-01-02T13:05"), "dd/mm/yy hh:mm"),
        "2026-01-02 13:05:00",
        id="date-and-time",
    ),
    pytest.param(Shown(dt.time(9, 30), "hh:mm"), "09:30:00", id="a-time"),
    pytest.param(True, "true", id="a-boolean"),
    pytest.param(Formula("=1+1", 2), "2", id="a-formula-is-its-cached-value"),
    pytest.param("two\nlines", "two\nlines", id="a-line-break"),
    pytest.param(" x ", " x ", id="outer-blanks"),
]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """The text of each of CELLS, read from one workbook."""
    path = tmp_path_factory.mktemp("cells") / "staged"
    path.write_bytes(workbook(leads=[["name", "value"], *([case.id, case.values[0]] for case in CELLS)]))
    frame = pl.concat(open_rows(path).batches())
    assert frame["line_number"].null_count() == frame.height
    assert frame["reasons"].list.len().sum() == 0
    return dict(frame.select("name", "value").rows())


@pytest.mark.parametrize(("cell", "text"), CELLS)
def test_a_cell_is_the_text_that_it_means(texts, request, cell, text):
    assert texts[request.node.callspec.id] == text


def test_an_error_cell_is_a_reason_and_text_that_reads_like_one_is_not(read):
    errors = ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?"]
    rows = [[kind, cell] for error in errors for kind, cell in (("error", Formula("=X", error)), ("text", error))]
    frame = read(workbook(leads=[["kind", "value"], *rows]))
    assert frame["value"].to_list() == [error for error in errors for _ in range(2)]
    assert frame["reasons"].to_list() == [["spreadsheet_error"], []] * 5


def sheet_of(content: bytes, change) -> bytes:
    """Return the workbook with the XML of its sheet changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            xml = old.read(name)
            new.writestr(name, change(xml.decode()) if name.startswith("xl/worksheets/sheet") else xml)
    return packed.getvalue()


ANNOTATED = [["name", "zip", "ok"], ["Ana", Shown(5010, "00000"), 1], ["Bo", Formula("=NA()", "#N/A"), 2]]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda xml: xml.replace('"', "'"), id="single-quotes"),
        pytest.param(lambda xml: re.sub(r'<c r="(\w+)" (\w="\w+")', r'<c \2 r="\1"', xml), id="another-order"),
        pytest.param(lambda xml: re.sub(r'(<c [^>]*) t="e"', r"\1\n  t = 'e'", xml), id="whitespace"),
        pytest.param(lambda xml: re.sub(r'<(c|row) r="\w+"', r"<\1", xml), id="no-references"),
        pytest.param(
            lambda xml: re.sub(r"<(/?)(?=\w)", r"<\1x:", xml).replace("xmlns=", "xmlns:x="), id="names-with-a-prefix"
        ),
        pytest.param(lambda xml: xml.replace("<sheetData>", "<!-- <c t='e'> --><sheetData>"), id="a-comment"),
    ],
)
def test_errors_and_zeros_are_found_however_the_xml_is_written(opened, change):
    content = workbook(leads=ANNOTATED)
    changed = sheet_of(content, change)
    assert changed != sheet_of(content, str)
    reader = opened(changed)
    assert next(reader.batches()).select("zip", "reasons").rows() == [("05010", []), ("#N/A", ["spreadsheet_error"])]
    assert not any("It is not known" in note for note in reader.facts.notes)


def test_where_the_xml_of_a_sheet_does_not_parse_to_its_end_that_is_said_and_the_values_are_kept(opened):
    content = sheet_of(workbook(leads=ANNOTATED), lambda xml: xml.replace("</sheetData>", "</sheetData><a b=1/>"))
    reader = opened(content)
    assert next(reader.batches())["name"].to_list() == ["Ana", "Bo"]
    assert any("It is not known" in note for note in reader.facts.notes)


BOMB = "<!DOCTYPE bomb [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'>{}]>".format(
    "".join(f"<!ENTITY {name} '{f'&{before};' * 16}'>" for before, name in pairwise("abcdefgh"))
)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_entities_that_expand_without_end_cost_nothing_and_refuse_nothing(opened, part):
    def with_bomb(name, xml):
        root = {"xl/worksheets/sheet1.xml": "<worksheet", "xl/styles.xml": "<styleSheet"}[part]
        bombed = xml.replace(root, BOMB + root, 1)
        return re.sub(r"(</(worksheet|styleSheet)>)", r"<x>&h;</x>\1", bombed) if name == part else xml

    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(leads=ANNOTATED))) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, with_bomb(name, old.read(name).decode()))
    reader = opened(packed.getvalue())
    assert next(reader.batches())["name"].to_list() == ["Ana", "Bo"]
    assert any("It is not known" in note for note in reader.facts.notes)


def test_the_child_loads_what_it_needs_to_read_a_workbook_and_no_more():
    code = (
        "import sys; from lead_pipeline.reading.workbook import child, format_readers, xlsx_annotations; "
        "print(*{name.split('.')[0] for name in sys.modules} & {'polars', 'pydantic', 'numpy', 'dagster', 'duckdb'})"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.stdout.strip(), ended.returncode) == ("", 0)


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet><table:table table:name="leads">{rows}</table:table></office:spreadsheet>
</office:body></office:document-content>"""


def ods_cell(shown, kind="string", value="", extra=""):
    stated = value and f'office:value="{value}"'
    return f'<table:table-cell office:value-type="{kind}" {stated} {extra}><text:p>{shown}</text:p></table:table-cell>'


def test_an_ods_cell_keeps_the_zeros_that_it_shows_and_tells_its_error(read):
    rows = [
        ods_cell("name") + ods_cell("zip"),
        ods_cell("Ana") + ods_cell("05010", "float", "5010"),
        ods_cell("Bo") + ods_cell("-000012", "float", "-12"),
        ods_cell("Cy") + ods_cell("#N/A", "string", "", 'calcext:value-type="error" table:formula="of:=NA()"'),
        ods_cell("Di") + ods_cell("12", "float", "12"),
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        archive.writestr("content.xml", ODS.format(rows=body))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    frame = read(packed.getvalue())
    assert frame.select("zip", "reasons").rows() == [
        ("05010", []),
        ("-000012", []),
        ("#N/A", ["spreadsheet_error"]),
        ("12", []),
    ]


ODS_STYLES = """<?xml version="1.0"?><office:document-styles
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"><office:styles>
<number:number-style style:name="N2"><number:number number:decimal-places="0" number:min-integer-digits="5"/>
</number:number-style></office:styles></office:document-styles>"""


def test_an_ods_cell_keeps_the_zeros_of_its_style_where_its_text_does_not_have_them(read):
    style = '<style:style xmlns:style="{0}" style:name="ce1" style:family="table-cell" style:data-style-name="N2"/>'
    column = '<table:table-column table:number-columns-repeated="1"/><table:table-column {}/>'.format(
        'table:default-cell-style-name="ce1"'
    )
    rows = [ods_cell("name") + ods_cell("zip"), ods_cell("Ana") + ods_cell("12", "float", "12")]
    rows += [ods_cell("Bo") + ods_cell("1.5", "float", "1.5"), ods_cell("Cy") + ods_cell("123456", "float", "123456")]
    body = column + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = ODS.format(rows=body).replace(
        "<office:body>", style.format("urn:oasis:names:tc:opendocument:xmlns:style:1.0") + "<office:body>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("styles.xml", ODS_STYLES)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    assert read(packed.getvalue())["zip"].to_list() == ["00012", "1.5", "123456"]


BINARY_ROWS = [
    ["name", "phone", "zip"],
    ["Ana", 19518761336.0, (2134.0, "00000")],
    ["Bo", "#N/A", (-12.0, "000000")],
    ["Cy", None, (491701.0, '"+"0')],
    ["Di", 1.5, "#DIV/0!"],
    ["É", "007", "x"],
]


@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_a_cell_of_a_binary_workbook_keeps_the_zeros_that_it_shows_and_tells_its_error(opened, kind):
    reader = opened({"xls": xls, "xlsb": xlsb}[kind](BINARY_ROWS))
    frame = pl.concat(reader.batches())
    assert reader.facts.format == kind
    assert frame.select("name", "phone", "zip", "reasons").rows() == [
        ("Ana", "19518761336", "02134", []),
        ("Bo", "#N/A", "-000012", ["spreadsheet_error"]),
        ("Cy", "", "+491701", []),
        ("Di", "1.5", "#DIV/0!", ["spreadsheet_error"]),
        ("É", "007", "x", []),
    ]
    assert any("3 numbers have leading zeros" in note for note in reader.facts.notes)
    assert any("2 cells contain an error" in note for note in reader.facts.notes)


def changed_child(monkeypatch, tmp_path, module, old, new):
    """Have workbooks read by a child in which one line is another."""
    whole = shutil.copytree(Path(lead_pipeline.__file__).parent, tmp_path / "changed" / "lead_pipeline")
    code = whole / "reading" / "workbook" / f"{module}.py"
    assert old in code.read_text()
    code.write_text(code.read_text().replace(old, new))
    monkeypatch.setattr(child_process, "_PACKAGE_PARENT", str(whole.parent))


def test_what_cannot_be_found_out_of_an_xls_is_said(opened, monkeypatch, tmp_path):
    changed_child(monkeypatch, tmp_path, "format_readers", "xlrd.open_workbook(path", "xlrd.open_workbook(path + '?'")
    reader = opened(xls(BINARY_ROWS))
    assert any("It is not known" in note for note in reader.facts.notes)
    assert next(reader.batches())["zip"].to_list()[0] == "2134"


def test_an_xls_that_the_first_library_cannot_read_is_read_by_the_second(opened, monkeypatch, tmp_path):
    changed_child(monkeypatch, tmp_path, "format_readers", "from_path(path)", "from_path(path + '?')")
    frame = next(opened(xls(BINARY_ROWS)).batches())
    assert frame["zip"].to_list() == ["02134", "-000012", "+491701", "#DIV/0!", "x"]
    assert frame["phone"].to_list() == ["19518761336", "#N/A", "", "1.5", "007"]


def repacked_with(content: bytes, change, leave_out=()) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            if name not in leave_out:
                new.writestr(name, change(old.read(name)))
    return packed.getvalue()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_a_workbook_whose_xml_is_utf_16_is_read(read, encoding):
    content = repacked_with(
        workbook(leads=[["name"], ["José"]]), lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode(encoding)
    )
    assert read(content)["name"].to_list() == ["José"]


def test_the_header_is_found_below_thousands_of_empty_rows(opened):
    reader = opened(workbook(leads=[*[[]] * 3000, ["name", "age"], ["Ana", 30]]))
    assert (reader.facts.header_line, next(reader.batches())["name"].to_list()) == (3001, ["Ana"])


def test_row_numbers_are_those_of_the_sheet_counted_from_the_header(opened):
    rows = [["My leads"], [], ["name", "age"], ["Ana", 30], [], ["Bo", 31]]
    reader = opened(workbook(leads=rows))
    assert reader.facts.header_line == 3
    frame = pl.concat(reader.batches())
    assert frame.select("row_number", "name", "reasons").rows() == [
        (1, "Ana", []),
        (2, "", ["row_blank"]),
        (3, "Bo", []),
    ]


def test_a_table_that_does_not_begin_in_the_corner_keeps_its_columns(read):
    frame = read(workbook(leads=[[None, None], [None, "name", "age"], [None, "Ana", 30], [None, "Bo", 31]]))
    assert frame.select("name", "age").rows() == [("Ana", "30"), ("Bo", "31")]


SHEETS = {"notes": [], "secret": [["a"], ["1"]], "first": [["b"], ["2"]], "second": [["c"], ["3"]]}


@pytest.mark.parametrize(
    ("wanted", "column"),
    [(None, "b"), ("second", "c"), ("secret", "a"), (4, "c"), (2, "a")],
)
def test_the_sheet_is_the_one_asked_for_or_the_first_visible_with_a_value(opened, wanted, column):
    reader = opened(workbook(hidden=("secret",), **SHEETS), sheet=wanted)
    assert reader.columns[0].header == column
    assert reader.facts.sheets == tuple(SHEETS)


INSTRUCTIONS = [["How to fill in this list"], ["1. One person per row"], ["2. Phones with their area code"]]
PEOPLE = [["caller_id", "name"], ["2015550170", "Ida"], ["2015550171", "Jon"]]


def test_of_a_workbook_that_begins_with_instructions_it_is_said_which_sheet_was_read_and_which_others_there_are(opened):
    reader = opened(workbook(**{"Read me": INSTRUCTIONS, "People": PEOPLE}))
    said = "Only the sheet 'Read me' was read, not 'People'. To read another, write `reading: {sheet: NAME}` in the "
    assert (reader.facts.sheet, f"{said}profile." in reader.facts.notes) == ("Read me", True)
    assert next(opened(workbook(**{"Read me": INSTRUCTIONS, "People": PEOPLE}), sheet="People").batches()).height == 2


def test_a_sheet_of_one_line_is_refused_with_the_names_of_the_others(opened):
    with pytest.raises(FileEmptyError, match=r"sheet 'Read me' and no row .* read another sheet \('People'\) with"):
        opened(workbook(**{"Read me": INSTRUCTIONS[:1], "People": PEOPLE}))


def test_an_empty_sheet_that_was_asked_for_is_refused_by_name(opened):
    with pytest.raises(FileEmptyError, match="no value in sheet 'notes'"):
        opened(workbook(**SHEETS), sheet="notes")


@pytest.mark.parametrize("wanted", ["secnod", 9])
def test_a_sheet_that_does_not_exist_is_refused_with_those_that_do(opened, wanted):
    with pytest.raises(UsageError, match="Its sheets are notes, secret, first, second"):
        opened(workbook(**SHEETS), sheet=wanted)


def test_the_nearest_sheet_is_suggested(opened):
    with pytest.raises(UsageError, match="Did you mean 'second'"):
        opened(workbook(**SHEETS), sheet="secnod")


@pytest.mark.parametrize("rows", [[], [["name", "age"]]], ids=["nothing", "header-only"])
def test_a_workbook_without_rows_is_refused(opened, rows):
    with pytest.raises(FileEmptyError):
        opened(workbook(leads=rows))


def test_rows_come_in_batches_and_can_be_read_again(opened):
    reader = opened(workbook(leads=[["name", "n"], *([f"user {n}", n] for n in range(25))]))
    for _ in range(2):
        assert [batch.height for batch in reader.batches(10)] == [10, 10, 5]


def test_a_workbook_that_unpacks_to_too_much_is_refused(opened, monkeypatch):
    monkeypatch.setattr(file_formats, "_WORKBOOK_BYTES", 2**18)
    packed = io.BytesIO(workbook(leads=[["a"], ["1"]]))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", bytes(2**20))
    with pytest.raises(FileUnreadableError, match="unpacks to"):
        opened(packed.getvalue())


def test_a_child_that_dies_refuses_the_file_and_nothing_else(opened, monkeypatch, tmp_path):
    monkeypatch.setattr(child_process, "_CHILD", "import os; os.abort()")
    with pytest.raises(FileUnreadableError, match="limits of memory and time"):
        opened(workbook(leads=[["a"], ["1"]]))


def test_a_child_that_never_ends_is_stopped(opened, monkeypatch, tmp_path):
    monkeypatch.setattr(child_process, "_CHILD", "while True: pass")
    monkeypatch.setattr(child_process, "SECONDS", 0.2)
    with pytest.raises(FileUnreadableError, match="limits of memory and time"):
        opened(workbook(leads=[["a"], ["1"]]))


def test_rows_that_the_child_lost_refuse_the_file(opened, monkeypatch, tmp_path):
    changed_child(monkeypatch, tmp_path, "child", "enumerate(sheet.rows())", "enumerate(list(sheet.rows())[:-1])")
    with pytest.raises(FileUnreadableError, match="has 3 rows, but only 2 arrived"):
        opened(workbook(leads=[["a"], ["1"], ["2"]]))


@pytest.mark.parametrize(
    ("number_format", "before", "digits"),
    [
        ("00000", "", 5), ("000-00-0000", "", 9), ("(000) 000-0000", "", 10), ("00000;-00000", "", 5),
        ("[$-409]00000", "", 5), ("[Red]00000", "", 5), ("##000", "", 3), ("0####", "", 5), ("0 000 000", "", 7),
        ('"+"000000', "+", 6), ('"+"0', "+", 1), ("+#", "+", 0), ('"+49 "###', "+49", 0), ("\\00", "0", 1),
        ('"0"#', "0", 0), ('"(0)"##', "0", 0), ("\\0\\0000", "00", 3),
    ],
)  # fmt: skip
def test_what_a_format_shows_before_a_number(number_format, before, digits):
    assert display_prefix_of(number_format) == (before, digits)


@pytest.mark.parametrize(
    "number_format",
    [
        "0",
        "#",
        "0.00",
        "#,##0",
        "###-####",
        "General",
        "@",
        "yyyy-mm-dd",
        "",
        "0%",
        "0E+00",
        '"No. "0',
        '"Tel 1"0',
        "h:mm",
    ],
)
def test_a_format_that_shows_nothing_before_a_number(number_format):
    assert display_prefix_of(number_format) is None


@pytest.mark.parametrize(
    ("text", "shown", "cell"),
    [
        ("5010", ("", 5), "05010"), ("-12", ("", 6), "-000012"), ("123456", ("", 5), "123456"),
        ("1701", ("+49", 0), "+491701"), ("-5", ("+", 0), "-5"), ("1.5", ("", 5), "1.5"), ("", ("", 5), ""),
    ],
)  # fmt: skip
def test_a_whole_number_is_written_as_its_cell_shows_it(text, shown, cell):
    assert apply_display_prefix(text, shown) == cell


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("05010", "5010", ("", 5)), ("-000012", "-12", ("", 6)), ("030 1234", "301234", ("", 7)),
        ("+49 1701", "491701", ("+", 0)), ("5,010", "5010", None), ("5010", "5010", None), ("x", "5", None),
    ],
)  # fmt: skip
def test_what_a_cell_shows_before_its_number(text, value, shown):
    assert infer_display_prefix(text, value) == shown
