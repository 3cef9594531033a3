"""Rejected rows are corrected where they are looked at: what would become of them is said at once, nothing is lost, and
what is handed in counts as recovered in the first import.
"""

import csv
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.model.errors import ImportNotFoundError, UsageError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.workbench.corrections import BulkCorrection
from lead_pipeline_tests.support import Stages, quick_folder, staging

FIELDS = {
    "phone": {"type": "phone", "column": "Tel", "required": True},
    "email": {"type": "email", "on_invalid": "blank"},
    "expires_in": {"type": "integer", "min": 0},
}
HEADER = ["Tel", "Email", "expires in", "City"]


def profile(**changes: object) -> ImportProfile:
    base = {
        "name": "solar",
        "destination": {"kind": "schedule", "name": "solar"},
        "default_region": "US",
        "fields": FIELDS | {"expires_in": FIELDS["expires_in"] | {"column": "expires in"}},
    }
    return ImportProfile.model_validate(base | changes)


def file_of(folder: Path, rows: list[list[str]], name: str = "spring list.csv", header: list[str] = HEADER) -> Path:
    with (path := folder / name).open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([header, *rows])
    return path


BAD = [
    ["+12125550100", "ann@example.com", "48", "Dover"],
    ["0044 20 7946 0123", "bea@example.com", "48", "Leeds"],
    ["0044 20 7946 0124", "cas@example.com", "24", "Leeds"],
    ["", "dan@example.com", "24", "Troy"],
    ["+12125550105", "eve@example.com", "soon", 'The "Old" Town\nEast'],
    ["+12125550106", "fay@example.com", "later", "Troy"],
    ["030 1234567", "gus@example.com", "1", "Berlin"],
]


@pytest.fixture(scope="module")
def kept() -> Iterator[tuple[Path, str]]:
    with quick_folder() as folder:
        with staging(folder / "kept") as stages:
            result = stages.file(file_of(stages.home.root, BAD), profile())
        assert (result.counts.created, result.counts.rejected) == (1, 6)
        yield folder / "kept", result.import_id


@pytest.fixture
def imported(kept: tuple[Path, str]) -> Iterator[tuple[Stages, LeadPipeline, str]]:
    with quick_folder() as folder:
        shutil.copytree(kept[0], folder, dirs_exist_ok=True)
        with staging(folder) as stages:
            yield stages, LeadPipeline(folder), kept[1]


def handed_in_and_imported(stages: Stages, leads: LeadPipeline, import_id: str):
    handed = leads.hand_in_corrections(import_id)
    (manifest,) = [one for one in pending_manifests(stages.home) if one.import_id == handed.import_id]
    return handed, stages.run(manifest)


def test_who_asks_for_an_import_that_there_is_not_is_told_so(imported):
    _, leads, _ = imported
    with pytest.raises(ImportNotFoundError, match="no import 'nobody@000000000000'"):
        leads.corrections("nobody@000000000000")


def test_an_import_that_rejected_nothing_has_nothing_to_fix(stages):
    result = stages.file(file_of(stages.home.root, BAD[:1]), profile())
    with pytest.raises(UsageError, match="nothing to fix"):
        LeadPipeline(stages.home.root).corrections(result.import_id)


@pytest.mark.parametrize(
    ("row", "cells", "said"),
    [
        (1, {"Tel": "1"}, "not one to fix"),
        (99, {"Tel": "1"}, "not one to fix"),
        (2, {"Tell": "1"}, "Did you mean 'Tel'"),
    ],
    ids=["imported", "no-row", "no-column"],
)
def test_what_cannot_be_corrected_is_refused_and_nothing_is_kept(imported, row, cells, said):
    _, leads, import_id = imported
    with pytest.raises(UsageError, match=said):
        leads.correct_row(import_id, row, cells)
    assert leads.corrections(import_id).steps == ()


def test_nothing_can_be_handed_in_before_a_row_is_good(imported):
    _, leads, import_id = imported
    leads.correct_row(import_id, 5, {"expires in": "never"})
    with pytest.raises(UsageError, match="No changed row"):
        leads.hand_in_corrections(import_id)
    assert leads.corrections(import_id).wrong == 1


def test_a_row_says_at_once_what_would_become_of_it(imported):
    _, leads, import_id = imported
    before = leads.rows_to_correct(import_id)
    assert [row.row_number for row in before.rows] == [2, 3, 4, 5, 6, 7]
    assert before.rows[0].verdict.suggestions == {"Tel": "+44 20 7946 0123"}
    (reason,) = before.rows[3].verdict.reasons
    assert (reason.code, reason.column) == ("number_invalid", "expires in")
    wrong = leads.correct_row(import_id, 5, {"expires in": "-1"})
    assert (wrong.verdict.prospect, wrong.verdict.reasons[0].code) == ("rejected", "number_out_of_range")
    good = leads.correct_row(import_id, 5, {"expires in": "12"})
    assert good.verdict.prospect == "good"
    assert good.original[2] == "soon"


def test_of_two_rows_of_one_person_the_second_is_said_to_repeat_the_first(imported):
    _, leads, import_id = imported
    leads.correct_row(import_id, 4, {"Tel": "(212) 555-0177"})
    again = leads.correct_row(import_id, 7, {"Tel": "+1 212 555 0177"})
    assert again.verdict.prospect == "repeated"
    assert leads.corrections(import_id).good == 1


def test_what_was_changed_is_on_the_disk_for_its_owner_alone_and_another_process_finds_it(imported):
    stages, leads, import_id = imported
    leads.correct_row(import_id, 5, {"expires in": "12"})
    kept = list((stages.home.staging / "corrections").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    other = LeadPipeline(stages.home.root).rows_to_correct(import_id, shown="changed")
    assert [(row.row_number, row.cells[2], row.changed) for row in other.rows] == [(5, "12", ("expires in",))]


def test_undo_takes_back_one_step_after_the_other(imported):
    _, leads, import_id = imported
    leads.correct_row(import_id, 5, {"expires in": "12"})
    leads.correct_rows(import_id, BulkCorrection(action="clear", code="number_invalid", column="expires in"))
    assert leads.undo_correction(import_id) == "Emptied 1 cell of 'expires in'"
    (row,) = leads.rows_to_correct(import_id, shown="changed").rows
    assert row.cells[2] == "12"
    leads.undo_correction(import_id)
    with pytest.raises(UsageError, match="nothing to undo"):
        leads.undo_correction(import_id)


def bulk(leads, import_id, **said):
    rule = BulkCorrection(**said)
    seen = leads.correct_rows(import_id, rule, preview=True)
    assert leads.corrections(import_id).steps == ()
    assert leads.correct_rows(import_id, rule) == seen
    changed = leads.rows_to_correct(import_id, shown="changed")
    return seen, {row.row_number: row.cells for row in changed.rows}


def test_suggestions_are_taken_for_all_rows_of_a_reason(imported):
    _, leads, import_id = imported
    seen, rows = bulk(leads, import_id, action="suggestion", code="phone_too_long", column="Tel")
    assert (seen.changed, seen.good) == (2, 2)
    assert {row: cells[0] for row, cells in rows.items()} == {2: "+44 20 7946 0123", 3: "+44 20 7946 0124"}
    assert (seen.examples[0].before, seen.examples[0].after) == ("0044 20 7946 0123", "+44 20 7946 0123")


def test_numbers_are_given_their_country(imported):
    _, leads, import_id = imported
    seen, rows = bulk(leads, import_id, action="country", column="Tel", country="de")
    assert rows[7][0] == "+49301234567"
    assert seen.title.endswith("as numbers of DE")


@pytest.mark.parametrize(
    ("said", "row", "column", "text"),
    [
        ({"action": "replace", "column": "Tel", "find": "0044 ", "text": "+44"}, 2, 0, "+4420 7946 0123"),
        ({"action": "fill", "column": "Tel", "text": "+12125550199"}, 4, 0, "+12125550199"),
        ({"action": "clear", "column": "expires in", "code": "number_invalid"}, 6, 2, ""),
    ],
    ids=["replace", "fill", "clear"],
)
def test_a_rule_changes_the_cells_it_is_about_and_no_others(imported, said, row, column, text):
    _, leads, import_id = imported
    _, rows = bulk(leads, import_id, **said)
    assert rows[row][column] == text
    for number, cells in rows.items():
        others = [cell for index, cell in enumerate(cells) if index != column]
        assert others == [cell for index, cell in enumerate(BAD[number - 1]) if index != column]


def test_plus_is_put_only_before_what_can_be_a_number_with_its_country(stages):
    rows = [["44 20 7946 0123", "", "", ""], ["030 1234567", "", "", ""], ["call me", "", "", ""]]
    result = stages.file(file_of(stages.home.root, rows), profile())
    leads = LeadPipeline(stages.home.root)
    seen, changed = bulk(leads, result.import_id, action="plus", column="Tel")
    assert {row: cells[0] for row, cells in changed.items()} == {1: "+44 20 7946 0123"}
    assert seen.good == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"action": "replace", "column": "Tel"}, "which text"),
        ({"action": "fill", "column": "Tel", "text": " "}, "filled with"),
        ({"action": "country", "column": "Tel", "country": "XX"}, "XX"),
        ({"action": "country", "column": "Tel"}, "two letters"),
        ({"action": "clear", "column": "Tell"}, "Did you mean 'Tel'"),
    ],
)
def test_a_rule_that_says_too_little_is_refused(imported, said, sentence):
    _, leads, import_id = imported
    with pytest.raises(UsageError, match=sentence):
        leads.correct_rows(import_id, BulkCorrection(**said))
    assert leads.corrections(import_id).steps == ()


def test_what_is_handed_in_becomes_leads_and_counts_as_recovered(imported):
    stages, leads, import_id = imported
    leads.correct_rows(import_id, BulkCorrection(action="suggestion", code="phone_too_long", column="Tel"))
    leads.correct_row(import_id, 5, {"expires in": "12"})
    leads.correct_row(import_id, 6, {"expires in": "still wrong"})
    handed, result = handed_in_and_imported(stages, leads, import_id)
    assert (handed.rows, result.rows_read, result.counts.created) == (3, 3, 3)
    assert result.file.file_name == "spring list corrected.csv"
    assert (result.profile, result.destination) == ("solar", "schedule:solar")
    assert leads.show(import_id).recovered_by == {handed.import_id: 3}
    assert [(row.row_number, row.cells[2]) for row in leads.rows_to_correct(import_id, shown="all").rows] == [
        (4, "24"), (6, "still wrong"), (7, "1")
    ]  # fmt: skip
    state = leads.corrections(import_id)
    assert (state.rejected, state.recovered, state.wrong, state.handed_in) == (3, 3, 1, {handed.import_id: 3})
    ((city,),) = stages.rows("select attributes->>'City' from leads where phone = '+12125550105'")
    assert city == 'The "Old" Town\nEast'


def test_what_is_left_is_handed_in_as_a_second_file(imported):
    stages, leads, import_id = imported
    leads.correct_row(import_id, 5, {"expires in": "12"})
    first, _ = handed_in_and_imported(stages, leads, import_id)
    leads.correct_row(import_id, 6, {"expires in": "7"})
    second, result = handed_in_and_imported(stages, leads, import_id)
    assert result.file.file_name == "spring list corrected 2.csv"
    assert leads.show(import_id).recovered_by == {first.import_id: 1, second.import_id: 1}


def test_a_row_with_too_many_cells_is_settled_by_taking_it_as_it_is(stages):
    path = stages.home.root / "wide.csv"
    path.write_text("Tel,Email,expires in,City\n+12125550101,a@example.com,1,Troy,more\n+12125550102,b@example.com,2\n")
    result = stages.file(path, profile())
    assert result.counts.rejected == 2
    leads = LeadPipeline(stages.home.root)
    (wide, narrow) = leads.rows_to_correct(result.import_id).rows
    assert wide.extra_cells == ("more",)
    assert narrow.cells[3] is None
    seen = leads.correct_rows(result.import_id, BulkCorrection(action="take", code="row_too_many_cells"))
    assert (seen.changed, seen.good) == (1, 1)
    _, again = handed_in_and_imported(stages, leads, result.import_id)
    assert again.counts.created == 1


def test_a_row_whose_bytes_are_still_no_letters_stays_rejected_until_they_are(stages):
    path = stages.home.root / "bytes.csv"
    path.write_bytes(
        b"Tel,Email,expires in,City\n"
        + "".join(f"+121255501{n:02},a{n}@example.com,1,Zürich\n" for n in range(30)).encode()
        + b"+12125550177,z@example.com,1,Z\xfcrich\n"
    )
    result = stages.file(path, profile(reading={"encoding": "utf-8"}))
    assert [reason.code for reason in result.reasons] == ["encoding_invalid"]
    leads = LeadPipeline(stages.home.root)
    taken = leads.correct_row(result.import_id, 31, {})
    assert taken.verdict.prospect == "rejected"
    assert leads.correct_row(result.import_id, 31, {"City": "Zürich"}).verdict.prospect == "good"


@pytest.mark.parametrize(
    "reading", [{"header": False}, {"delimiter": ";", "encoding": "cp1252"}], ids=["headless", "cp1252"]
)
def test_the_corrected_file_is_read_as_it_was_written_whatever_the_profile_says_of_the_original(stages, reading):
    path, delimiter = stages.home.root / "odd.csv", reading.get("delimiter", ",")
    rows = [["+12125550101", "1", "Köln"], ["+12125550102", "soon", "Bonn; East"]]
    lines = rows if reading.get("header") is False else [["column_1", "column_2", "column_3"], *rows]
    with path.open("w", encoding=reading.get("encoding", "utf-8"), newline="") as opened:
        csv.writer(opened, delimiter=delimiter).writerows(lines)
    fields = {
        "phone": {"type": "phone", "column": "column_1", "required": True},
        "expires_in": {"type": "integer", "column": "column_2"},
    }
    result = stages.file(path, profile(reading=reading, fields=fields))
    assert (result.counts.created, result.counts.rejected) == (1, 1)
    leads = LeadPipeline(stages.home.root)
    leads.correct_row(result.import_id, 2, {"column_2": "3", "column_3": "Łódź"})
    _, again = handed_in_and_imported(stages, leads, result.import_id)
    assert again.counts.created == 1
    ((city,),) = stages.rows("select attributes->>'column_3' from leads where phone = '+12125550102'")
    assert city == "Łódź"


def test_rows_of_an_import_of_an_earlier_release_are_read_from_the_archive(imported):
    stages, leads, import_id = imported
    new = leads.rows_to_correct(import_id)
    (stages.home.reports / import_id / "left_out.parquet").unlink()
    assert leads.rows_to_correct(import_id) == new


def test_a_rejected_file_that_came_back_can_be_fixed_as_well(stages):
    first = stages.file(file_of(stages.home.root, BAD), profile())
    back = stages.file(stages.home.root / first.rejected_file, profile())
    leads = LeadPipeline(stages.home.root)
    page = leads.rows_to_correct(back.import_id)
    assert page.columns == tuple(HEADER)
    assert page.rows[0].cells[0] == "0044 20 7946 0123"
    leads.correct_row(back.import_id, page.rows[3].row_number, {"expires in": "5"})
    _, again = handed_in_and_imported(stages, leads, back.import_id)
    assert again.counts.created == 1


def test_a_crash_says_nothing_of_the_rows(imported, monkeypatch):
    from lead_pipeline.importing.correcting import correcting_rows
    from lead_pipeline.model.errors import LeadPipelineError

    def crash(*_: object) -> None:
        raise ValueError("eve@example.com")

    _, leads, import_id = imported
    monkeypatch.setattr(correcting_rows, "judge_rows", crash)
    with pytest.raises(LeadPipelineError) as raised:
        leads.corrections(import_id)
    assert "eve@example.com" not in str(raised.value)
    assert raised.value.__context__ is None
