import pytest

from lead_pipeline.drafting.draft import draft_profile
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline_tests.reading.workbook.test_workbook_file import INSTRUCTIONS, PEOPLE, workbook


def test_where_the_sheet_that_was_read_gives_no_draft_the_others_are_named(tmp_path):
    (file := tmp_path / "people.xlsx").write_bytes(workbook(**{"Read me": INSTRUCTIONS, "People": PEOPLE}))
    with pytest.raises(RequiredColumnUnmappedError, match="Only the sheet 'Read me' was read, not 'People'"):
        draft_profile(file)
