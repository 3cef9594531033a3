"""Rows that were imported although something about them is odd have a file; dropped back, it imports nobody again."""

import csv
from pathlib import Path

import pytest

from lead_pipeline.cli.import_views import locations
from lead_pipeline.model.fields import WARNED_FILE_COLUMNS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.reporting.summary import markdown_summary, result_as_json
from lead_pipeline_tests.support import Stages

ROWS = """phone,Mail,note
212 555 0101,ana@example.com,
212 555 0102,eve@gmial.com,=1+1
212 555 0103,not an address,
12,eve@gmial.com,
"""


def profile(**changes: object) -> ImportProfile:
    base = {
        "name": "fair",
        "destination": {"kind": "list", "name": "fair"},
        "default_region": "US",
        "fields": {
            "phone": {"type": "phone", "required": True},
            "email": {"type": "email", "on_invalid": "blank", "column": "Mail"},
        },
    }
    return ImportProfile.model_validate(base | changes)


def imported(stages: Stages, text: str = ROWS, **changes: object):
    (file := stages.home.root / "fair.csv").write_text(text, encoding="utf-8")
    return stages.file(file, profile(**changes))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_it_has_the_original_cells_with_warnings_guidance_and_suggestions(stages):
    result = imported(stages)
    assert (result.counts.created, result.counts.rejected) == (3, 1)
    typo, bad = rows_of(stages.home.root / result.warned_file)
    assert list(typo) == ["phone", "Mail", "note", *WARNED_FILE_COLUMNS]
    assert (typo["phone"], typo["note"], typo["_row_number"], typo["_outcome"]) == (
        "212 555 0102",
        "'=1+1",
        "2",
        "created",
    )
    assert "email_domain_typo" in typo["_warnings"].split("; ")
    assert typo["_suggested"] == "Mail: eve@gmail.com"
    assert "Check the part after the @" in typo["_guidance"]
    assert (bad["Mail"], bad["_warnings"], bad["_suggested"]) == ("not an address", "email_invalid", "")


def test_without_warnings_there_is_none_and_one_of_an_earlier_attempt_goes(stages):
    result = imported(stages, "phone,Mail\n212 555 0101,ana@example.com\n12,eve@gmial.com\n")
    assert result.warned_file is None
    assert sorted(path.name for path in stages.home.reports.rglob("*.csv")) == ["rejected.csv"]


def test_while_an_import_waits_nothing_was_imported_with_warnings(stages):
    waiting = imported(stages, approval="manual")
    assert (waiting.warned_file, waiting.rejected_workbook is None) == (None, False)
    done = stages.decide(waiting.import_id, "approved")
    assert len(rows_of(stages.home.root / done.warned_file)) == 2


@pytest.mark.parametrize("write_mode", ["create_only", "upsert"])
def test_dropped_back_its_rows_are_the_leads_that_they_are(stages, write_mode):
    first = imported(stages, write_mode=write_mode)
    before = stages.rows("select phone, email, attributes from leads order by 1")
    again = stages.file(stages.home.root / first.warned_file, profile(write_mode=write_mode))
    assert again.rows_read == 2
    assert (again.counts.duplicate, again.counts.unchanged) == ((2, 0) if write_mode == "create_only" else (0, 2))
    assert stages.rows("select phone, email, attributes from leads order by 1") == before
    assert again.file.ignored == ()
    assert again.layout_changes == ()


def test_a_value_corrected_in_it_updates_the_lead_where_the_profile_updates(stages):
    first = imported(stages, write_mode="upsert")
    path = stages.home.root / first.warned_file
    (fixed := stages.home.root / "fixed.csv").write_bytes(
        path.read_bytes().replace(b"not an address", b"cy@example.com")
    )
    assert stages.file(fixed, profile(write_mode="upsert")).counts.updated == 1
    assert stages.rows("select email from leads where phone = '+12125550103'") == [("cy@example.com",)]


def test_rows_that_only_another_row_or_lead_is_odd_about_are_in_it_too(stages):
    imported(stages, "phone,Mail,first_name\n212 555 0101,ana@example.com,Ana\n")
    fields = profile().model_dump()["fields"] | {"first_name": {"type": "text"}}
    (file := stages.home.root / "second.csv").write_text("phone,first_name\n212 555 0101,Bertram\n")
    named = profile(fields=fields, write_mode="upsert")
    stages.file(file, named)
    (third := stages.home.root / "third.csv").write_text("phone,first_name\n212 555 0101,Zoe\n")
    result = stages.file(third, named)
    (row,) = rows_of(stages.home.root / result.warned_file)
    assert (row["first_name"], row["_outcome"], row["_warnings"]) == ("Zoe", "updated", "match_name_differs")
    assert "Bertram" in row["_guidance"]


def test_json_markdown_and_terminal_name_it(stages):
    result = imported(stages)
    assert result_as_json(result, stages.home.root)["warned_file"] == str(stages.home.root / result.warned_file)
    assert result.warned_file in markdown_summary(result)
    assert [line for line in locations(result, stages.home.root) if line.endswith("warned.csv")]


def test_a_column_that_is_called_as_one_of_ours_is_there_as_well(stages):
    result = imported(stages, "phone,Mail,_warnings\n212 555 0102,eve@gmial.com,theirs\n")
    (row,) = rows_of(stages.home.root / result.warned_file)
    assert row["'_warnings"] == "theirs"
    again = stages.file(stages.home.root / result.warned_file, profile(write_mode="upsert"))
    assert again.counts.unchanged == 1
    assert stages.rows("select attributes from leads") == [('{"_warnings":"theirs"}',)]
