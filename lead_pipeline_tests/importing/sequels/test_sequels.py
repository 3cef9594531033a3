"""A corrected file is recognised as the sequel of its import by what is in it, and the first import shows what came of
its rows; whatever is guessed, every row fares as it would have anyway.
"""

import pytest

from lead_pipeline.importing.concluding import earlier_result
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.reporting.summary import result_as_json
from lead_pipeline.reporting.wording import sentences_to_notice
from lead_pipeline.screening.sequels import recognizing
from lead_pipeline_tests.importing.sequels.corrected_files import (
    HEADER,
    csv_bytes,
    fair,
    fair_home,
    person,
    read_sheet,
    xlsx_bytes,
)
from lead_pipeline_tests.systems.homes import counts

#: Of twenty people, three have an address that is none, and one a status that the profile does not know.
BAD = {4: {"email": "person4(at)example"}, 9: {"email": "none"}, 13: {"email": "person13@"}, 17: {"status": "warm"}}
LIST = [person(number, **BAD.get(number, {})) for number in range(1, 21)]
RIGHT = [person(number) for number in range(1, 21)]


@pytest.fixture
def home():
    with fair_home() as fresh:
        yield fresh


def told(home, first):
    """Return what the first import shows by now."""
    return earlier_result(home.stages.home, first.import_id)


def test_a_rejected_file_that_was_corrected_recovers_rows_of_its_import(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    assert counts(first) == {"created": 16, "rejected": 4}
    fixed = {4: {"email": "person4@example.com"}, 17: {"status": "cold"}}
    second = home.drop(home.corrected(first, fixed), name="mine.csv")
    assert counts(second) == {"created": 2, "rejected": 2}
    assert (second.sequel.of, second.sequel.rows_recovered, second.sequel.still_rejected) == (first.import_id, 2, 2)
    assert home.recovered(first) == [(4, second.import_id, 1), (17, second.import_id, 4)]
    shown = told(home, first)
    assert (shown.rows_recovered, shown.recovered_by) == (2, {second.import_id: 2})
    assert shown.counts == first.counts
    assert f"2 rows of this import became leads later, corrected in {second.import_id}." in sentences_to_notice(shown)
    assert second.import_id in (home.stages.home.root / str(shown.report_file)).read_text()


def test_a_rejected_workbook_that_was_corrected_recovers_rows_of_its_import(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    assert first.rejected_workbook is not None
    header, rows = read_sheet(home.stages.home.root / first.rejected_workbook)
    (cells,) = [cells for cells in rows if cells[header.index("_row_number")] == "9"]
    cells[header.index("email")] = "person9@example.com"
    second = home.drop(xlsx_bytes(header, rows), name="rejected.xlsx")
    assert counts(second) == {"created": 1, "rejected": 3}
    assert (second.sequel.of, second.sequel.still_rejected) == (first.import_id, 3)
    assert home.recovered(first) == [(9, second.import_id, rows.index(cells) + 1)]


#: What a person may do with a list on the way: header and rows become bytes.
WAYS = {
    "as it was": csv_bytes,
    "columns in another order": lambda header, rows: csv_bytes(
        header[::-1], [cells[::-1] for cells in rows]
    ),
    "semicolons": lambda header, rows: csv_bytes(header, rows, delimiter=";"),
    "UTF-16": lambda header, rows: csv_bytes(header, rows, encoding="utf-16", delimiter="\t"),
    "a workbook": xlsx_bytes,
    "headers spelled otherwise": lambda header, rows: csv_bytes([name.upper() for name in header], rows),
    "rows sorted": lambda header, rows: csv_bytes(header, sorted(rows, key=lambda cells: cells[1])),
    "a row deleted above": lambda header, rows: csv_bytes(header, rows[1:]),
    "a row added above": lambda header, rows: csv_bytes(header, [person(77), *rows]),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_file_that_was_corrected_is_recognised_however_it_was_saved(home, way):
    first = home.drop(csv_bytes(HEADER, LIST))
    corrected = [RIGHT[number - 1] if number in (4, 17) else cells for number, cells in enumerate(LIST, start=1)]
    second = home.drop(WAYS[way](HEADER, corrected), name=f"again{'.xlsx' if way == 'a workbook' else '.txt'}")
    assert second.sequel.of == first.import_id
    assert [number for number, *_ in home.recovered(first)] == [4, 17]
    assert second.sequel.still_rejected == 2
    assert told(home, first).rows_recovered == 2


def test_rows_that_are_as_they_were_make_no_noise(home):
    """Nothing is judged twice: not in the reject rate, and what is a lead already is not in the rejected file."""
    first = home.drop(csv_bytes(HEADER, LIST))
    corrected = [RIGHT[3] if number == 4 else cells for number, cells in enumerate(LIST, start=1)]
    second = home.drop(csv_bytes(HEADER, corrected))
    assert counts(second) == {"created": 1, "duplicate": 16, "rejected": 3}
    assert (first.reject_rate, second.reject_rate) == (0.2, 0.0)
    assert second.sequel.known == 16
    header, rows = home.rejected_file(second)
    assert [cells[header.index("_row_number")] for cells in rows] == ["9", "13", "17"]
    assert "3 rows are still as they were" in second.notices[0]


def test_nothing_is_left_in_the_rejected_file_when_everything_was_corrected(home):
    home.drop(csv_bytes(HEADER, LIST))
    second = home.drop(csv_bytes(HEADER, RIGHT))
    assert (counts(second), second.rejected_file) == ({"created": 4, "duplicate": 16}, None)
    assert second.status == ImportStatus.COMPLETED


def test_a_new_mistake_is_judged_as_one(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    second = home.drop(home.corrected(first, {4: {"email": "person4@"}, 9: {"email": "person9@example.com"}}))
    assert counts(second) == {"created": 1, "rejected": 3}
    assert second.sequel.still_rejected == 2
    assert second.reject_rate == 0.5  # of the two rows that were changed


def test_few_changes_to_a_rejected_file_need_no_approval(home):
    by = fair(approval={"auto_below": 0.3})
    first = home.drop(csv_bytes(HEADER, LIST), by)
    second = home.drop(home.corrected(first, {4: {"email": "person4@example.com"}}), by)
    assert second.status == ImportStatus.COMPLETED_WITH_REJECTS


def test_a_row_that_a_list_names_by_now_is_suppressed_though_it_was_corrected(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    blocked = home.stages.home.root.parent / "blocked.csv"
    blocked.write_text("email\nperson4@example.com\n")
    home.stages.suppress(blocked)
    fixed = {4: {"email": "person4@example.com"}, 9: {"email": "person9@example.com"}}
    second = home.drop(home.corrected(first, fixed))
    assert counts(second) == {"created": 1, "rejected": 2, "suppressed": 1}
    assert [number for number, *_ in home.recovered(first)] == [9]
    header, rows = home.rejected_file(second)
    assert "person4@example.com" in [cells[header.index("email")] for cells in rows]


def test_a_chain_of_corrections_leads_to_the_first_import(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    second = home.drop(home.corrected(first, {4: {"email": "person4@example.com"}}))
    third = home.drop(home.corrected(second, {1: {"email": "x"}, 2: {"email": "person9@example.com"}}))
    # of the second rejected file: its own numbers, and the row that it recovered is not in it any more
    assert third.sequel.of == first.import_id
    assert [number for number, *_ in home.recovered(first)] == [4, 9]
    assert home.recovered(second) == []
    assert told(home, first).recovered_by == {second.import_id: 1, third.import_id: 1}


def test_a_row_that_is_corrected_twice_is_recovered_once(home):
    by = fair(write_mode="upsert", on_duplicate="update")
    first = home.drop(csv_bytes(HEADER, LIST), by)
    second = home.drop(home.corrected(first, {4: {"email": "person4@example.com"}}), by)
    third = home.drop(home.corrected(first, {4: {"email": "person4@example.com", "city": "Rome"}}), by)
    assert (counts(second)["created"], counts(third)["updated"]) == (1, 1)
    assert (third.sequel.of, third.sequel.rows_recovered) == (first.import_id, 0)
    assert home.recovered(first) == [(4, second.import_id, 1)]


def test_of_two_imports_with_the_same_faults_the_one_with_these_rows_is_meant(home):
    other = [person(number + 100, **BAD.get(number, {})) for number in range(1, 21)]
    first = home.drop(csv_bytes(HEADER, LIST))
    later = home.drop(csv_bytes(HEADER, other))
    fixed = {number: {"email": f"person{number}@example.com"} for number in (4, 9, 13)}
    second = home.drop(home.corrected(first, fixed))
    assert second.sequel.of == first.import_id
    third = home.drop(home.corrected(later, {4: {"email": "person104@example.com"}}))
    assert third.sequel.of == later.import_id


def test_another_list_with_many_of_the_same_people_is_no_sequel(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    people = [*RIGHT[:3], *RIGHT[4:8], *RIGHT[14:16], *RIGHT[18:20], RIGHT[10], LIST[8], *map(person, range(60, 67))]
    month = home.drop(csv_bytes(HEADER, people))
    assert counts(month) == {"created": 7, "duplicate": 12, "rejected": 1}
    assert (month.sequel.of, month.notices, month.reject_rate) == (None, (), 0.05)
    assert told(home, first).rows_recovered == 0
    assert month.rejected_file is not None


@pytest.mark.parametrize(
    ("changes", "created"),
    [({"name": "market"}, 4), ({"destination": {"kind": "workspace", "name": "other"}}, 20)],
    ids=["another profile", "another destination"],
)
def test_a_file_under_another_profile_or_for_another_destination_is_no_sequel(home, changes, created):
    home.drop(csv_bytes(HEADER, LIST))
    second = home.drop(csv_bytes(HEADER, RIGHT), fair(**changes))
    assert (second.sequel.of, second.counts.created) == (None, created)


def test_a_profile_may_change_between_a_file_and_its_sequel(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    wider = fair().model_dump(mode="json")["fields"]
    wider["status"]["options"] = ["new", "cold", "warm"]
    second = home.drop(home.corrected(first, {4: {"email": "person4@example.com"}}), fair(fields=wider))
    assert counts(second) == {"created": 2, "rejected": 2}
    assert [number for number, *_ in home.recovered(first)] == [4, 17]


def test_columns_that_are_all_wrong_and_set_right_are_recognised_by_the_others(home):
    bad = [person(number, email=f"person{number}") for number in range(1, 9)]
    first = home.drop(csv_bytes(HEADER, bad))
    assert counts(first) == {"rejected": 8}
    second = home.drop(csv_bytes(HEADER, [person(number) for number in range(1, 9)]))
    assert (second.sequel.of, told(home, first).rows_recovered) == (first.import_id, 8)


def test_a_list_of_one_column_is_recognised_by_the_rows_between(home):
    by = fair(fields={"email": {"type": "email", "required": True}}, other_columns="attributes")
    rows = [[f"person{number}@example.com"] for number in range(1, 11)]
    first = home.drop(
        csv_bytes(["email"], [["nobody"] if number == 6 else one for number, one in enumerate(rows, 1)]), by
    )
    second = home.drop(csv_bytes(["email"], rows), by)
    assert (counts(second), second.sequel.of) == ({"created": 1, "duplicate": 9}, first.import_id)
    assert home.recovered(first) == [(6, second.import_id, 6)]


def test_a_file_that_is_too_large_to_compare_is_imported_like_any_other(home, monkeypatch):
    home.drop(csv_bytes(HEADER, LIST))
    monkeypatch.setattr(recognizing, "_COMPARED", 15)
    second = home.drop(csv_bytes(HEADER, RIGHT))
    assert (counts(second), second.sequel.of) == ({"created": 4, "duplicate": 16}, None)


def test_added_columns_that_a_person_took_out_are_not_needed(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    rows = [RIGHT[3], RIGHT[8], LIST[12], LIST[16]]
    second = home.drop(csv_bytes(HEADER, rows))
    assert (second.sequel.of, second.sequel.still_rejected) == (first.import_id, 2)
    assert [number for number, *_ in home.recovered(first)] == [4, 9]


@pytest.mark.parametrize("answer", [None, "cancelled"])
def test_an_import_that_imported_nothing_has_no_sequel(home, answer):
    by = fair(approval="manual")
    first = home.drop(csv_bytes(HEADER, LIST), by)
    assert first.status == ImportStatus.AWAITING_APPROVAL
    if answer:
        home.stages.decide(first.import_id, answer)
    second = home.drop(home.corrected(first, {4: {"email": "person4@example.com"}}), fair())
    assert (second.sequel.of, counts(second)) == (None, {"created": 1, "rejected": 3})


def test_an_import_that_waited_while_it_was_corrected_shows_what_was_recovered_once_it_is_approved(home):
    by = fair(approval="manual")
    first = home.drop(csv_bytes(HEADER, LIST), by)
    second = home.drop(home.corrected(first, {4: {"email": "person4@example.com"}}))
    assert second.sequel.of is None
    approved = home.stages.decide(first.import_id, "approved")
    assert counts(approved) == {"created": 16, "rejected": 4}
    assert home.recovered(first) == [(4, second.import_id, 1)]
    assert approved.recovered_by == {second.import_id: 1}
    later = told(home, second)
    assert (later.sequel.of, later.sequel.rows_recovered, later.sequel.still_rejected) == (first.import_id, 1, 3)
    assert later.notices[0].startswith(f"A sequel of {first.import_id}: 1 of the rows")
    assert first.import_id in (home.stages.home.root / str(later.report_file)).read_text()


def test_a_sequel_that_waits_says_what_would_become_of_the_rows(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    by = fair(approval="manual")
    second = home.drop(home.corrected(first, {4: {"email": "person4@example.com"}}), by)
    assert second.status == ImportStatus.AWAITING_APPROVAL
    assert "1 of the rows that it left out would become a lead" in second.notices[0]
    assert told(home, first).rows_recovered == 0
    done = home.stages.decide(second.import_id, "approved")
    assert "1 of the rows that it left out became a lead" in done.notices[0]
    assert told(home, first).rows_recovered == 1


def test_what_a_sequel_recovered_is_taken_back_when_it_is_reverted_or_the_lead_is_erased(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    fixed = {4: {"email": "person4@example.com"}, 9: {"email": "person9@example.com"}}
    second = home.drop(home.corrected(first, fixed))
    assert len(home.recovered(first)) == 2
    home.stages.store.workspace.run("delete from base.leads where email = 'person4@example.com'")
    assert [number for number, *_ in home.recovered(first)] == [9]
    home.stages.store.workspace.run(
        "update base.imports set status = 'reverted' where import_id = ?", [second.import_id]
    )
    assert home.recovered(first) == []
    third = home.drop(home.corrected(first, fixed | {13: {"email": "person13@example.com"}}))
    assert [(number, by) for number, by, _ in home.recovered(first)] == [(4, third.import_id), (13, third.import_id)]


def test_the_ledger_says_the_same_as_results(home):
    first = home.drop(csv_bytes(HEADER, LIST))
    second = home.drop(home.corrected(first, {4: {"email": "person4@example.com"}}))
    ledger = {one["import_id"]: one for one in home.stages.store.list_imports(5)}
    for result in (told(home, first), second):
        said, line = result_as_json(result), ledger[result.import_id]
        assert {key: said[key] for key in ("sequel_of", "rows_recovered", "rows_still_rejected")} == {
            key: line[key] for key in ("sequel_of", "rows_recovered", "rows_still_rejected")
        }
    assert result_as_json(second)["rows_recovered_here"] == 1
    assert result_as_json(told(home, first))["recovered_by"] == {second.import_id: 1}


def test_what_is_said_of_a_sequel_survives_a_crash_after_its_commit(home, monkeypatch):
    from lead_pipeline.importing import concluding

    first = home.drop(csv_bytes(HEADER, LIST))
    content = home.corrected(first, {4: {"email": "person4@example.com"}})

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(concluding, "tell_first_imports", crash)
        with pytest.raises(KeyboardInterrupt):
            home.drop(content, name="crashed.csv")
    assert told(home, first).rows_recovered == 1  # whoever asks is told, though nothing was written anew
    second = home.drop(content, name="crashed.csv")
    assert (second.sequel.of, second.already_imported) == (first.import_id, False)
    assert home.recovered(first) == [(4, second.import_id, 1)]
    report = home.stages.home.root / str(told(home, first).report_file)
    assert second.import_id in report.read_text()
