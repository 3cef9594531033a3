"""A suppressed row names every list that hit it, with entry and date; against what the lists say themselves."""

from datetime import UTC, date, datetime

import pytest

from lead_pipeline_tests.screening.screened import NOW, Row, Screened, profile
from lead_pipeline_tests.screening.written import empty

ANA, BO = "+12125550101", "+12125550102"
COLUMNS = (
    "row_number, rule, reason_code, list_name, list_version, matched_kind, matched, matched_on::varchar,"
    " lead_id, matches"
)


@pytest.fixture
def screened(open_store, tmp_path):
    return Screened(empty(open_store), open_store.home)


def hits(screened, entry):
    sql = f"select {COLUMNS} from main.scrub_hits where import_id = ? order by row_number, rule, list_name"
    return screened.store.workspace.rows(sql, [entry.import_id])


def hints(screened, entry):
    sql = "select hints from base.row_outcomes where import_no = ? order by row_number"
    return [hint for (hint,) in screened.store.workspace.rows(sql, [entry.import_no])]


def phone(value, **facts):
    return {"identifier_kind": "phone", "value": value, **facts}


def test_every_list_of_every_kind_that_hits_is_kept_with_its_entry_and_date(screened):
    screened.load("opted_out", phone(ANA, listed_on=date(2026, 2, 1)), name="mail")
    screened.load("opted_out", phone(ANA), phone(BO), name="web")
    screened.load("blocked", {"identifier_kind": "domain", "value": "example.com"})
    screened.load("blocked", {"identifier_kind": "prefix", "value": "1212"}, name="codes")
    entry = screened.add([Row(ANA, "ana@example.com"), Row("+13125550103", "cy@example.org")], profile())
    day = "2026-11-20"
    assert hits(screened, entry) == [
        (1, "blocked", "blocked", "blocked", 1, "domain", "example.com", day, None, 1),
        (1, "blocked", "blocked", "codes", 1, "prefix", "1212", day, None, 1),
        (1, "opted_out", "opted_out", "mail", 1, "phone", ANA, "2026-02-01", None, 1),
        (1, "opted_out", "opted_out", "web", 1, "phone", ANA, day, None, 1),
    ]
    assert hints(screened, entry) == [
        f"opted_out: the list 'mail' (version 1, loaded {day}) has phone {ANA}, listed 2026-02-01. "
        f"opted_out: the list 'web' (version 1, loaded {day}) has phone {ANA}. "
        f"blocked: the list 'blocked' (version 1, loaded {day}) has domain example.com. "
        f"blocked: the list 'codes' (version 1, loaded {day}) has prefix +1212.",
        None,
    ]


def test_it_is_the_version_that_brought_the_entry_which_is_named(screened):
    screened.load("blocked", phone(ANA), name="courts")
    screened.load("blocked", phone(BO), name="courts")
    entry = screened.add([Row(ANA), Row(BO)], profile())
    assert [(row[0], row[4]) for row in hits(screened, entry)] == [(1, 1), (2, 2)]


def test_an_expiry_is_told_and_several_entries_of_one_list_are_counted(screened):
    until = datetime(2026, 12, 24, 12, tzinfo=UTC)
    email = {"identifier_kind": "email", "value": "ana@example.com"}
    screened.load("complaint", phone(ANA, expires_at=until), email, name="desk")
    entry = screened.add([Row(ANA, "ana@example.com"), Row(ANA[:-1] + "9"), Row(ANA)], profile())
    has = "complaint: the list 'desk' (version 1, loaded 2026-11-20) has"
    assert hints(screened, entry) == [
        f"{has} email ana@example.com, and 1 more of this person.", None, f"{has} phone {ANA}, until 2026-12-24."
    ]  # fmt: skip
    assert [row[-1] for row in hits(screened, entry)] == [2, 1]


def test_a_lead_that_is_there_is_named_with_its_date_and_import(screened):
    first = screened.add([Row(ANA)], profile())
    screened.load("blocked", phone(ANA))
    entry = screened.add([Row(ANA)], profile())
    found = hits(screened, entry)
    assert [(row[1], row[7], row[8]) for row in found] == [
        ("blocked", "2026-11-20", None), ("existing_lead", "2026-11-20", 1)
    ]  # fmt: skip
    sql = "select lead_import_id from main.scrub_hits where import_id = ? and rule = 'existing_lead'"
    assert screened.store.workspace.rows(sql, [entry.import_id]) == [(first.import_id,)]


def test_a_suppression_of_which_an_earlier_release_kept_nothing_is_told_by_the_ledger(screened):
    screened.suppress("blocked", ANA)
    entry = screened.add([Row(ANA)], profile())
    screened.store.workspace.run("delete from base.scrub_hits")
    assert [row[1:4] for row in hits(screened, entry)] == [("blocked", "blocked", None)]


def test_of_rows_that_are_not_suppressed_nothing_is_kept(screened):
    screened.suppress("blocked", ANA)
    screened.add([Row(ANA, reasons=("number_invalid",)), Row(BO)], profile())
    assert screened.store.workspace.rows("select count(*) from base.scrub_hits") == [(0,)]
    assert NOW.date() == date(2026, 11, 20)
