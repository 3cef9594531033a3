"""A list that a real spreadsheet opened and saved, with all that it does to cells, is still known as the one it was."""

import shutil

import pytest

from lead_pipeline.importing.concluding import earlier_result
from lead_pipeline_tests.importing.sequels.corrected_files import csv_bytes, fair_home, read_sheet, written, xlsx_bytes
from lead_pipeline_tests.libreoffice import saved_by_libreoffice
from lead_pipeline_tests.support import call_schedule

HEADER = ("caller_id", "first_name", "zip", "joined", "price", "note")

#: Numbers with a plus, zeros before, dates and amounts: a spreadsheet makes numbers and dates of its own of them.
LIST = [
    [f"+1212555{100 + number:04d}", f"Ida{number}", f"0{2100 + number}", f"2024-03-{number:02d}", f"{number}.50", ""]
    for number in range(1, 13)
]
WRONG = {3: "call me", 8: "555-01"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_whole_list_that_a_spreadsheet_saved_is_recognised(kind):
    with fair_home() as home:
        spoilt = [[WRONG.get(number, cells[0]), *cells[1:]] for number, cells in enumerate(LIST, start=1)]
        folder = home.stages.home.root.parent
        first = home.drop(csv_bytes(HEADER, spoilt), call_schedule())
        assert (first.counts.created, first.counts.rejected) == (10, 2)
        half = [LIST[2] if number == 3 else cells for number, cells in enumerate(spoilt, start=1)]
        (saved,) = saved_by_libreoffice(written(folder / "half.csv", csv_bytes(HEADER, half)), folder / "saved", kind)
        assert saved.read_bytes() != (folder / "half.csv").read_bytes()
        second = home.drop(saved.read_bytes(), call_schedule(), name=f"half corrected.{kind}")
        assert (second.sequel.of, second.sequel.still_rejected) == (first.import_id, 1)
        assert [number for number, *_ in home.recovered(first)] == [3]
        assert earlier_result(home.stages.home, first.import_id).rows_recovered == 1


def test_a_rejected_workbook_that_a_spreadsheet_saved_is_recognised():
    with fair_home() as home:
        spoilt = [[WRONG.get(number, cells[0]), *cells[1:]] for number, cells in enumerate(LIST, start=1)]
        first = home.drop(csv_bytes(HEADER, spoilt), call_schedule())
        folder = home.stages.home.root.parent
        source = shutil.copy(home.stages.home.root / str(first.rejected_workbook), folder / "mine.xlsx")
        header, rows = read_sheet(source)
        rows[1][0] = LIST[7][0]
        written(folder / "corrected.xlsx", xlsx_bytes(header, rows))
        (saved,) = saved_by_libreoffice(folder / "corrected.xlsx", folder / "saved", "xlsx")
        second = home.drop(saved.read_bytes(), call_schedule(), name="corrected by hand.xlsx")
        assert (second.counts.created, second.counts.rejected) == (1, 1)
        assert (second.sequel.of, second.sequel.still_rejected) == (first.import_id, 1)
        assert [number for number, *_ in home.recovered(first)] == [8]
