"""The bundled samples through the real job, held against what was planted in them; and the demo that shows it."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

from lead_pipeline.filing.staging import stage_list
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.reporting.row_files.added_texts import guidance_for
from lead_pipeline_tests.make_samples import MESSY_COLUMNS, SAMPLES, all_samples
from lead_pipeline_tests.reference_importer import judge_phone
from lead_pipeline_tests.samples_expected import BLOCKED_NUMBERS, EXPECTED_IMPORTS, EXPECTED_LEADS
from lead_pipeline_tests.support import Importing, call_schedule, dump_store, importing, query, quick_folder

PLANTED = {sample.name: sample for sample in all_samples()}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def test_the_samples_become_what_was_planted_in_them():
    with quick_folder() as folder, importing(folder) as here:
        loaded = here.launcher.load_list(
            stage_list(here.home, SAMPLES / "blocked-numbers.csv", "blocked", "US", now=utc_now())
        )
        assert loaded["rows_read"] == loaded["rows_added"] == BLOCKED_NUMBERS
        for name, expected in EXPECTED_IMPORTS.items():
            result = here.file(SAMPLES / name, call_schedule())
            assert result.rows_read == expected.rows_read
            assert {key: rows for key, rows in result.counts.model_dump().items() if rows} == expected.outcomes
            assert {reason.code: reason.count for reason in result.reasons} == expected.reasons
            assert_every_row(here, name, result.import_id)
            if name == "messy-purchased-list.csv":
                assert_corrected_file_has_its_rows(here.home.root / str(result.rejected_file))
        before = dump_store(folder)
        again = here.file(renamed(SAMPLES / "messy-purchased-list.csv", folder), call_schedule())
        assert again.already_imported
        assert dump_store(folder) == before
        assert_leads(folder)


def renamed(file: Path, folder: Path) -> Path:
    copy = folder / "the same under another name.csv"
    copy.write_bytes(file.read_bytes())
    return copy


def assert_every_row(here: Importing, name: str, import_id: str) -> None:
    """Each row has the outcome planted for it, and stands on the line on which it was written."""
    sample = PLANTED[name]
    found = query(
        here.home.root,
        "select line_number, outcome, list_concat(reason_codes, warning_codes) from row_outcomes where import_id = ?"
        " order by row_number",
        import_id,
    )
    assert [(line, outcome) for line, outcome, _ in found] == [
        (line, row.outcome) for line, row in zip(sample.line_numbers(), sample.rows, strict=True)
    ]
    assert [sorted(codes) for *_, codes in found] == [sorted(row.reasons) for row in sample.rows]


def assert_corrected_file_has_its_rows(rejected_file: Path) -> None:
    """What comes back as the second step of the demo is this very file, but for the cells that were corrected."""
    corrected, all_rows = read(SAMPLES / "messy-corrected.csv"), read(rejected_file)
    rejected = [row for row in all_rows if row["_outcome"] == "rejected"]
    assert [name for name in rejected[0] if name != "_suggested"] == list(corrected[0])  # one of an earlier release
    frame = ("_row_number", "_line_number", "_outcome", "_reasons")
    assert [[row[name] for name in frame] for row in rejected] == [[row[name] for name in frame] for row in corrected]
    # The sample has the guidance of an earlier release; what is said of each reason now comes first, then any hint.
    assert all(row["_guidance"].startswith(guidance_for(row["_reasons"])) for row in rejected)
    damaged = {"row_too_many_cells", "row_too_few_cells", "quote_unclosed", "encoding_invalid"}
    untouched = set(MESSY_COLUMNS) - {"caller_id", "expires_in"}
    for before, after in zip(rejected, corrected, strict=True):
        if damaged.isdisjoint(before["_reasons"].split("; ")):
            assert {name: before[name] for name in untouched} == {name: after[name] for name in untouched}


def assert_leads(home: Path) -> None:
    """The leads are the good rows: their numbers, zips with leading zeros, and each enrolled in the schedule."""
    created = [row for name in EXPECTED_IMPORTS for row in PLANTED[name].rows if row.outcome == "created"]
    leads = query(home, "select phone, attributes ->> 'zip', attributes ->> 'first_name' from leads order by lead_id")
    assert len(leads) == EXPECTED_LEADS == len(created)
    assert leads == [
        (judge_phone(row.cells["caller_id"].strip(), "US")[0], row.cells["zip"], row.cells["first_name"])
        for row in created
    ]
    assert query(home, "select count(distinct lead_id) from enrollments where status = 'due'") == [(EXPECTED_LEADS,)]


def test_the_demo_prints_what_became_of_the_samples_and_where_to_look():
    with quick_folder() as folder:
        home = folder / "demo"
        ended = subprocess.run(
            [sys.executable, "-m", "lead_pipeline", "demo", "--home", str(home)],
            capture_output=True, text=True, timeout=300, check=False,
            env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
        )  # fmt: skip
        assert (ended.returncode, ended.stderr) == (0, "")
        shown = ended.stdout
        for name, expected in EXPECTED_IMPORTS.items():
            assert name in shown
            for outcome, rows in expected.outcomes.items():
                assert re.search(rf"\b{rows}\b.*\b{outcome}\b|\b{outcome}\b.*\b{rows}\b", shown), (name, outcome)
        assert str(home) in shown
        places = {
            place.name: place
            for text in re.findall(r"[\w./@-]+\.(?:csv|html|duckdb)", shown)
            if (place := Path(text) if text.startswith("/") else home / text).exists()
        }
        assert {"rejected.csv", "report.html", "leads.duckdb"} <= set(places)
        assert query(home, "select count(*) from leads") == [(EXPECTED_LEADS,)]
