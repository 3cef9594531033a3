"""A workbook of which only the page with instructions was read is refused, and whoever is told is told that."""

from lead_pipeline.reporting.report import report_as_html
from lead_pipeline_tests.reading.workbook.test_workbook_file import INSTRUCTIONS, PEOPLE, workbook
from lead_pipeline_tests.support import call_schedule

SAID = "Only the sheet 'Read me' was read, not 'People'."


def test_it_is_refused_and_the_result_says_which_sheets_there_are(stages):
    file = stages.home.root / "people.xlsx"
    file.write_bytes(workbook(**{"Read me": INSTRUCTIONS, "People": PEOPLE}))
    result = stages.file(file, call_schedule())
    assert result.status == "quarantined"
    assert any(SAID in note for note in result.file.notes)
    assert "Only the sheet" in report_as_html(result)


def test_it_is_read_when_the_profile_names_the_sheet(stages):
    file = stages.home.root / "people.xlsx"
    file.write_bytes(workbook(**{"Read me": INSTRUCTIONS, "People": PEOPLE}))
    assert stages.file(file, call_schedule(reading={"sheet": "People"})).counts.created == 2
