"""The systems' samples through the real job, held against what was planted in them; dry runs before say the same."""

import csv
import io
from collections import Counter

import polars as pl
import pytest

from lead_pipeline.drafting.suggest import suggest_profile
from lead_pipeline.filing.decisions import decide
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.profiles import load_profile
from lead_pipeline_tests.make_samples import SAMPLES
from lead_pipeline_tests.make_system_samples import PROFILES, system_samples
from lead_pipeline_tests.support import importing, query, quick_folder
from lead_pipeline_tests.systems.homes import dry_run_of

PLANTED = {sample.name: sample for sample in system_samples()}


@pytest.fixture(scope="module")
def here():
    with quick_folder() as folder, importing(folder) as place:
        yield place


@pytest.mark.parametrize("name", PLANTED)
def test_the_committed_file_is_what_the_script_writes(name):
    hint = "run: python -m lead_pipeline_tests.make_system_samples"
    assert (SAMPLES / name).read_bytes() == PLANTED[name].as_bytes(), hint


@pytest.mark.parametrize("name", PLANTED)
def test_another_csv_reader_finds_the_planted_cells(name):
    sample = PLANTED[name]
    text = io.StringIO((SAMPLES / name).read_bytes().decode("utf-8-sig"), newline="")
    header, *rows = [row for row in csv.reader(text, strict=True) if row]
    assert tuple(header) == sample.columns
    planted = [row for row in sample.rows if row.text is None]
    assert rows == [[row.cells.get(column, "") for column in sample.columns] for row in planted]


def test_the_samples_are_of_a_size_to_look_through_and_have_every_kind_of_trouble():
    assert all(25 <= len(sample.rows) <= 60 for sample in PLANTED.values())
    planted = Counter(reason for sample in PLANTED.values() for row in sample.rows for reason in row.reasons)
    assert len(planted) >= 25
    outcomes = {row.outcome for sample in PLANTED.values() for row in sample.rows}
    assert outcomes == {"created", "updated", "unchanged", "duplicate", "rejected", "skipped"}


#: Tests run in any order, on several workers.
COMES_AFTER = {"identity-contacts-june.csv": "identity-contacts.csv"}


@pytest.mark.parametrize("name", PLANTED)
def test_the_sample_becomes_what_was_planted_in_it_and_what_the_dry_run_said(name, here):
    """The second list of contacts comes after the first, which is imported once whoever comes first."""
    profile, planted = load_profile(PROFILES[name], folder=None), PLANTED[name].rows
    if name in COMES_AFTER:
        here.file(SAMPLES / COMES_AFTER[name], profile)
    tried = dry_run_of(here.home, SAMPLES / name, profile)
    result = here.file(SAMPLES / name, profile)
    if profile.approval == "manual":
        assert result.status == "awaiting_approval"
        answered = decide(here.home, result.import_id, "approved", utc_now())
        result = here.launcher.carry_out(answered, lambda _step, _rows, _progress: None)
    outcomes = {outcome: rows for outcome, rows in result.counts.model_dump().items() if rows}
    assert outcomes == Counter(row.outcome for row in planted)
    assert result.rows_read == len(planted)
    assert (tried.counts, tried.reasons) == (result.counts, result.reasons)
    found = query(
        here.home.root,
        "select outcome, list_sort(list_concat(reason_codes, warning_codes)) from row_outcomes where import_id = ?"
        " order by row_number",
        result.import_id,
    )
    assert found == [(row.outcome, sorted(row.reasons)) for row in planted]


@pytest.mark.parametrize("name", PLANTED)
def test_a_draft_for_the_sample_needs_nothing_that_its_profile_does_not_say(name):
    sample = PLANTED[name]
    frame_rows = [[row.cells.get(column, "") for column in sample.columns] for row in sample.rows]
    frame = pl.DataFrame(frame_rows, schema=dict.fromkeys(sample.columns, pl.String), orient="row")
    draft = suggest_profile("draft", frame.columns, frame, extends=PROFILES[name])
    said = [line for line in draft.splitlines() if line and not line.lstrip().startswith("#")]
    assert "required: false" not in draft
    assert said[:2] == ["name: draft", f"extends: {PROFILES[name]}"]
