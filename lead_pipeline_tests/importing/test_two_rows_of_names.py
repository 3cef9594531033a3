"""The rejected file of a list with two rows of names has one, under which its columns are found again."""

import csv

import pytest

from lead_pipeline_tests.reading.workbook.test_workbook_file import workbook
from lead_pipeline_tests.support import call_schedule

TABLE = [
    ["Person", None, "Reached by", None],
    ["first_name", "last_name", "caller_id", "email"],
    ["Ida", "Alder", "2015550180", "ida@example.com"],
    ["Jon", "Birch", "nobody", "jon@example.com"],
    ["Kim", "Cedar", "2015550182", "kim@example.com"],
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_it_goes_round(stages, kind):
    as_text = "".join(",".join(cell or "" for cell in row) + "\n" for row in TABLE).encode()
    (file := stages.home.root / f"people.{kind}").write_bytes(as_text if kind == "csv" else workbook(leads=TABLE))
    result = stages.file(file, call_schedule())
    assert (result.counts.created, result.counts.rejected) == (2, 1)
    with (stages.home.root / result.rejected_file).open(encoding="utf-8-sig", newline="") as opened:
        header, row = csv.reader(opened)
    assert header[:4] == TABLE[1]
    row[2] = "2015550181"
    with (again := stages.home.root / "fixed.csv").open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([header, row])
    assert stages.file(again, call_schedule()).counts.created == 1
