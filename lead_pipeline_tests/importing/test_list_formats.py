"""A suppression list may be any file that can be read: the same people are on it whatever its format, and a file that
names nobody is refused in each.
"""

import gzip
import zipfile

import pytest
import xlsxwriter

from lead_pipeline.filing.staging import stage_list
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.lists.suppression_list import load_list
from lead_pipeline.model.errors import FileRefusedError, ListRefusedError
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline_tests.support import quick_folder, staging

NUMBERS = ["2125550101", "(212) 555-0102", "+12125550103"]
PEOPLE = {"+12125550101", "+12125550102", "+12125550103"}
WIDE = [["id", "Home phone", "Mobile", "Date"]]
WIDE += [[f"31055501{n:02d}", number, "646555014" + str(n), "2026-03-01"] for n, number in enumerate(NUMBERS)]
LONG = [["phone"], *([number] for number in NUMBERS)]


def csv(rows, delimiter=","):
    return "".join(delimiter.join(row) + "\n" for row in rows).encode()


def workbook(path, rows, *, numbers=False):
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": numbers})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


def zipped(path, content):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("list.csv", content)


#: How a table is written under each name.
FORMATS = {
    "list.csv": lambda path, rows: path.write_bytes(csv(rows)),
    "bom.csv": lambda path, rows: path.write_bytes(b"\xef\xbb\xbf" + csv(rows)),
    "list.tsv": lambda path, rows: path.write_bytes(csv(rows, "\t")),
    "semicolons.csv": lambda path, rows: path.write_bytes(csv(rows, ";")),
    "crlf.csv": lambda path, rows: path.write_bytes(csv(rows).replace(b"\n", b"\r\n")),
    "list.txt": lambda path, rows: path.write_bytes(csv(rows)),
    "utf-16.csv": lambda path, rows: path.write_bytes(csv(rows).decode().encode("utf-16")),
    "list.csv.gz": lambda path, rows: path.write_bytes(gzip.compress(csv(rows))),
    "list.zip": lambda path, rows: zipped(path, csv(rows)),
    "list.xlsx": workbook,
    "numbers.xlsx": lambda path, rows: workbook(path, rows, numbers=True),
}
in_each_format = pytest.mark.parametrize("name", FORMATS)


@pytest.fixture
def stages():
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield stages


def load(stages, name, rows, **said):
    path = stages.home.root.parent / name
    FORMATS[name](path, rows)
    settings = ListSettings(kind="blocked", **said)
    manifest = stage_list(stages.home, path, "blocked", "US", now=utc_now(), settings=settings)
    return load_list(stages.store, manifest, stages.home, utc_now())


def listed(stages):
    return {value for (value,) in stages.rows("select value from suppressions")}


@in_each_format
@pytest.mark.parametrize("header", [True, False])
def test_one_number_per_line_with_and_without_a_header(stages, name, header):
    loaded = load(stages, name, LONG if header else LONG[1:])
    assert listed(stages) == PEOPLE
    assert (loaded.counts.read, loaded.counts.rejected) == (3, 0)


@in_each_format
def test_both_columns_of_phones_are_loaded_and_no_id(stages, name):
    load(stages, name, WIDE)
    assert listed(stages) == PEOPLE | {"+16465550140", "+16465550141", "+16465550142"}


@in_each_format
@pytest.mark.parametrize(
    "rows",
    [[["phone"]], [["phone", "email"]], [["id"], ["3105550101"], ["3105550102"]], [["name"], ["Ana Roe"], ["Bo Lee"]],
     [["phone"], *([f"x{n}"] for n in range(5)), ["2125550101"]]],
    ids=["header only", "two headers only", "ids only", "no column", "most of it unreadable"],
)  # fmt: skip
def test_what_names_nobody_is_refused_whole(stages, name, rows):
    with pytest.raises((FileRefusedError, ListRefusedError)):
        load(stages, name, rows)
    assert listed(stages) == set()


@in_each_format
def test_every_row_has_an_outcome_and_what_cannot_be_read_is_in_the_rejected_file(stages, name):
    loaded = load(stages, name, [*LONG, ["not a number"], ["2125550101"]])
    outcomes = stages.rows("select outcome, reason_codes from suppression_rows order by row_number")
    assert [outcome for outcome, _ in outcomes] == ["added", "added", "added", "rejected", "known"]
    assert outcomes[3][1] == ["phone_not_a_number"]
    assert "not a number" in (stages.home.root / loaded.rejected_file).read_text()


@in_each_format
def test_an_expiry_that_cannot_be_read_holds_on_and_is_reported(stages, name):
    rows = [["phone", "expires"], [NUMBERS[0], "01/02/2020"], [NUMBERS[1], "2020-02-01"], [NUMBERS[2], "2099-02-01"]]
    loaded = load(stages, name, rows, expires="2020-01-01")
    assert listed(stages) == {"+12125550101", "+12125550103"}
    assert loaded.counts.rejected == 1
