import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from lead_pipeline.model.errors import FileUnreadableError, UsageError
from lead_pipeline.model.outcomes import ImportStatus, Outcome
from lead_pipeline.model.reasons import REASONS
from lead_pipeline.model.results import RowCounts
from lead_pipeline.reporting.charts import as_data_uri, outcome_chart
from lead_pipeline.reporting.summary import (
    failure_as_json,
    markdown_summary,
    metadata_numbers,
    result_as_json,
    summary_line,
)
from lead_pipeline_tests.reporting.results import STARTED, clean, file_facts, finished, refused

#: DESIGN section 6: what checks outside the repo call.
CONTRACT = {
    "import_id", "status", "profile", "file_name", "file_sha256", "rows_read", "rows_created", "rows_updated",
    "rows_unchanged", "rows_duplicate", "rows_suppressed", "rows_rejected", "rows_skipped", "reasons", "rejected_file",
    "report_file",
}  # fmt: skip


def test_numbers_are_numbers_and_add_up():
    numbers = metadata_numbers(finished())
    assert numbers == {
        "rows_read": 321, "rows_created": 240, "rows_updated": 0, "rows_unchanged": 0, "rows_duplicate": 29,
        "rows_suppressed": 12, "rows_rejected": 34, "rows_skipped": 6, "contacts_created": 238,
        "reject_rate": round(34 / 321, 6), "seconds": 2.0, "rows_per_second": 160.5,
    }  # fmt: skip
    assert numbers["rows_read"] == sum(numbers[f"rows_{outcome}"] for outcome in Outcome)


def test_rows_that_were_never_counted_are_not_called_zero():
    numbers = metadata_numbers(refused())
    assert "rows_read" not in numbers
    assert numbers["rows_per_second"] == 0.0
    assert numbers["reject_rate"] == 0.0


def test_an_import_that_took_no_measurable_time_has_no_rate():
    assert metadata_numbers(finished(ended_at=STARTED))["rows_per_second"] == 0.0


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (finished(), "321 rows read: 240 created, 29 duplicate, 12 suppressed, 34 rejected, 6 skipped."),
        (clean(1), "1 row read: 1 created."),
        (clean(2000), "2,000 rows read: 2,000 created."),
        (finished(rows_read=0, counts=RowCounts()), "0 rows read."),
        (
            clean().model_copy(update={"already_imported": True}),
            "Imported before, nothing done. 240 rows read: 240 created.",
        ),
        (
            refused("a\nb.csv has no rows. Export it again."),
            r"The file was refused and nothing was imported. a\x0ab.csv has no rows. Export it again.",
        ),
        (
            finished(status=ImportStatus.FAILED, message="The disk is full; free some space."),
            "The import failed and nothing was kept; it can be run again. The disk is full; free some space.",
        ),
    ],
)
def test_one_line_says_what_became_of_the_rows(result, line):
    assert summary_line(result) == line


@pytest.mark.parametrize("result", [finished(), clean(), refused()], ids=["finished", "clean", "refused"])
def test_json_has_the_names_of_the_contract_and_survives_a_round_trip(result):
    shown = result_as_json(result)
    assert shown.keys() >= CONTRACT
    assert json.loads(json.dumps(shown)) == shown


def test_json_says_what_the_result_says():
    shown = result_as_json(finished())
    assert shown["status"] == "completed_with_rejects"
    assert shown["destination"] == "schedule:solar"
    assert shown["rows_read"] == 321
    assert [shown[f"rows_{outcome}"] for outcome in Outcome] == [240, 0, 0, 29, 12, 34, 6]
    assert shown["reasons"][1] == {
        "code": "phone_missing", "outcome": "rejected", "count": 20, "title": "Phone is missing",
        "first_rows": [3, 8], "first_lines": [4, 10], "columns": {"caller_id": 20},
    }  # fmt: skip
    assert shown["started_at"] == "2026-03-20T09:30:00+00:00"
    assert shown["seconds"] == 2.0
    assert shown["already_imported"] is False


def test_json_of_a_refused_file_says_why_and_that_nothing_was_counted():
    shown = result_as_json(refused())
    assert shown["rows_read"] is None
    assert shown["rows_created"] == 0
    assert shown["message"] == "messy.csv has no column 'caller_id'. Rename one."
    assert shown["reasons"][0]["code"] == "required_column_unmapped"
    assert shown["rejected_file"] is None


def test_json_gives_full_paths_when_it_is_given_the_home():
    below = result_as_json(finished())
    assert below["report_file"] == "reports/messy@3fa9c1d2e0b7/report.html"
    full = result_as_json(finished(), Path("/srv/leads"))
    assert full["report_file"] == "/srv/leads/reports/messy@3fa9c1d2e0b7/report.html"
    assert result_as_json(clean(), Path("/srv/leads"))["rejected_file"] is None


def test_a_file_name_that_is_not_utf8_can_be_printed_as_json():
    result = finished(file=file_facts(file_name="leads-\udce9.csv"))
    json.dumps(result_as_json(result), ensure_ascii=False).encode()


def rows_of_table(markdown):
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_markdown_has_sentence_chart_equation_and_reasons():
    markdown = markdown_summary(finished())
    assert markdown.startswith("**`messy.csv`** 240 of 321 rows became new leads.")
    assert f"({as_data_uri(outcome_chart(finished()))})" in markdown
    assert (
        "321 rows read = 240 created + 0 updated + 0 unchanged + 29 duplicate + 12 suppressed + 34 rejected + 6 skipped"
        in markdown
    )
    header, _, *rows = rows_of_table(markdown)
    assert header == ["Reason", "Column", "Outcome", "Rows", "First lines", "What to do"]
    assert len(rows) == len(finished().reasons)
    assert rows[1] == [
        "Phone is missing", r"caller\_id", "rejected", "20", "4, 10",
        "Fill in the phone number; the lead cannot be called without it.",
    ]  # fmt: skip


def test_markdown_of_a_refused_file_says_why_and_shows_no_chart_or_table():
    markdown = markdown_summary(refused("leads.csv is empty. Export it again."))
    assert "> leads.csv is empty. Export it again." in markdown
    assert "![" not in markdown
    assert rows_of_table(markdown) == []


def test_markdown_counts_rows_where_there_are_no_lines():
    reasons = tuple(found.model_copy(update={"first_lines": ()}) for found in finished().reasons)
    assert rows_of_table(markdown_summary(finished(reasons=reasons)))[3][4] == "3, 8"


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>.csv",
        "](javascript:alert(1)).csv",
        "``` a `` b `.csv",
        "`.csv",
        "a\n\n# Heading\n| a | b |\n.csv",
        "![x](https://example.com/x.png)",
    ],
)
def test_hostile_names_and_messages_stay_text_in_markdown(name):
    result = refused(f"{name} is empty.", file=file_facts(file_name=name))
    first, quoted, *_ = markdown_summary(result).split("\n\n")
    fence = re.match(r"\*\*(`+)", first).group(1)
    inside = first.removeprefix(f"**{fence}").split(f"{fence}** ")[0]
    assert not re.search(rf"(?<!`){fence}(?!`)", inside), "a code span ends at the first fence of its own length"
    assert quoted.startswith("> ")
    assert "\n" not in first + quoted
    assert not re.search(r"(?<!\\)[<\[\]`*_|#!]", quoted[2:])


@pytest.mark.parametrize("reason", REASONS)
def test_no_title_or_guidance_breaks_a_table(reason):
    assert not re.search(r"[|\n<]", REASONS[reason].title + REASONS[reason].guidance)


def test_seconds_come_from_start_and_end():
    assert result_as_json(finished(ended_at=STARTED + timedelta(milliseconds=1234)))["seconds"] == 1.234


def test_a_file_that_could_not_be_tried_has_the_same_names():
    shown = failure_as_json("a\nb.csv", "call_schedule", FileUnreadableError("a.csv does not exist."))
    assert shown.keys() >= CONTRACT
    assert (shown["status"], shown["rows_read"], shown["message"]) == ("failed", None, "a.csv does not exist.")
    assert shown["reasons"] == [{"code": "file_unreadable", "outcome": "file", "count": 1, "columns": {}}]
    assert failure_as_json("a.csv", "x", UsageError("No such profile."))["reasons"] == []
