"""The dry-run file: harmless in a spreadsheet, reasons and warnings distinguished, changes in words."""

import csv

import polars as pl
import pytest

from lead_pipeline.reporting.dry_run_file import DRY_RUN_COLUMNS, write_dry_run_file

SCHEMA = {
    "row_number": pl.Int64, "line_number": pl.Int64, "outcome": pl.String, "reason_codes": pl.List(pl.String),
    "warning_codes": pl.List(pl.String), "hints": pl.String, "lead_id": pl.Int64,
    "changes": pl.List(pl.Struct({"field": pl.String, "before": pl.String, "after": pl.String})),
    "leads": pl.List(
        pl.Struct({"lead_id": pl.Int64, "change": pl.String, "destination": pl.String, "to": pl.String})
    ),
}  # fmt: skip


def row(**changes):
    return dict.fromkeys(SCHEMA) | {"row_number": 1, "outcome": "created"} | changes


def written(tmp_path, *batches):
    path = tmp_path / "dry_run.csv"
    assert write_dry_run_file(path, [pl.DataFrame(rows, schema=SCHEMA) for rows in batches]) == sum(map(len, batches))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_without_reasons_or_changes_is_its_number_and_outcome(tmp_path):
    (found,) = written(tmp_path, [row(line_number=2)])
    assert tuple(found) == DRY_RUN_COLUMNS
    assert {name: cell for name, cell in found.items() if cell} == {
        "row_number": "1", "line_number": "2", "outcome": "created",
    }  # fmt: skip
    assert b'""' not in (tmp_path / "dry_run.csv").read_bytes()


def test_warnings_follow_the_reasons_and_both_have_guidance(tmp_path):
    (found,) = written(
        tmp_path, [row(reason_codes=["phone_missing"], warning_codes=["email_invalid"], hints="See it.")]
    )
    assert found["reasons"] == "phone_missing; email_invalid (warning)"
    assert found["guidance"].count(".") >= 3
    assert found["guidance"].endswith("See it.")


def test_changes_show_what_was_and_what_would_be(tmp_path):
    changes = [
        {"field": "city", "before": "Rome", "after": None},
        {"field": "notes", "before": None, "after": "a\nb; c"},
    ]
    (found,) = written(tmp_path, [row(outcome="updated", lead_id=7, changes=changes)])
    assert found["changes"] == "city: Rome -> (nothing); notes: (nothing) -> a\nb; c"
    assert found["lead_id"] == "7"


def test_what_becomes_of_leads_that_are_there_names_each_of_them(tmp_path):
    leads = [
        {"lead_id": 7, "change": "moved", "destination": "schedule:a", "to": "schedule:b"},
        {"lead_id": 9, "change": "stopped", "destination": "schedule:a", "to": None},
    ]
    (found,) = written(tmp_path, [row(leads=leads)])
    assert found["leads"] == "lead 7: moved from schedule:a to schedule:b; lead 9: stopped in schedule:a"


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@x", "\t=1", "'=1"])
def test_no_cell_starts_as_a_formula(tmp_path, evil):
    changes = [{"field": evil, "before": evil, "after": evil}]
    (found,) = written(tmp_path, [row(hints=evil, changes=changes)])
    assert found["guidance"] == f"'{evil.strip()}"
    assert found["changes"].startswith(f"'{evil}")


def test_batches_follow_one_another_and_none_at_all_leaves_the_header(tmp_path):
    assert [one["row_number"] for one in written(tmp_path, [row()], [], [row(row_number=2)])] == ["1", "2"]
    assert written(tmp_path) == []
