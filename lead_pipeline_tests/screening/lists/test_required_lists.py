"""Nothing is imported by a profile while a list that it requires is missing, too old, refused or much smaller."""

from datetime import timedelta

import pytest

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.screening.lists.suppression_lists import note_refused_list
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.records import ListRecord
from lead_pipeline_tests.screening.screened import NOW, Row, Screened, profile

A, B = "+12125550101", "+12125550109"
DAY = timedelta(days=1)


@pytest.fixture
def screened(tmp_path):
    with DuckdbLeadStore.open(tmp_path) as store:
        yield Screened(store, tmp_path)


def people(count, first=200):
    return [{"identifier_kind": "phone", "value": f"+1310555{first + n:04}"} for n in range(count)]


def imported(screened, **required):
    return screened.add([Row(A)], profile(required_lists=[required])).counts.created


def stopped(screened, told, **required):
    with pytest.raises(ScreeningError, match=told):
        imported(screened, **required)
    assert screened.store.workspace.rows("select count(*) from base.leads") == [(0,)]


@pytest.mark.parametrize("which", [{"name": "courts"}, {"kind": "litigator"}])
def test_a_list_that_is_missing_stops_and_one_that_is_there_does_not(screened, which):
    screened.load("blocked", *people(1), name="others")
    stopped(screened, "never loaded", **which)
    screened.load("litigator", *people(1), name="courts")
    assert imported(screened, **which) == 1


def test_a_list_of_another_destination_does_not_count(screened):
    side = profile(destination={"kind": "schedule", "name": "side"}).destination
    screened.load("litigator", *people(1), name="courts", destination=side)
    stopped(screened, "never loaded", name="courts")


@pytest.mark.parametrize(("age", "stops"), [(6.9, False), (7.1, True)])
def test_a_list_that_is_too_old_stops(screened, age, stops):
    screened.load("litigator", *people(1), name="courts", at=NOW - age * DAY)
    if stops:
        stopped(screened, "7 days are allowed", name="courts", max_age_days=7)
    else:
        assert imported(screened, name="courts", max_age_days=7) == 1


def test_removing_entries_does_not_make_a_list_newer(screened):
    screened.load("litigator", *people(3), name="courts", at=NOW - 9 * DAY)
    screened.load("litigator", *people(1), name="courts", mode="remove", at=NOW - DAY)
    stopped(screened, "7 days are allowed", name="courts", max_age_days=7)


@pytest.mark.parametrize(("left", "stops"), [(9, False), (8, False), (7, True), (1, True)])
def test_a_list_that_shrank_too_much_stops(screened, left, stops):
    screened.load("litigator", *people(10), name="courts", mode="replace")
    screened.load("litigator", *people(left), name="courts", mode="replace")
    if stops:
        stopped(screened, f"from 10 to {left}", name="courts", max_shrink=0.2)
        screened.load("litigator", *people(10), name="courts", mode="replace")
    assert imported(screened, name="courts", max_shrink=0.2) == 1


def test_a_list_without_entries_stops(screened):
    screened.load("litigator", *people(2), name="courts")
    screened.load("litigator", *people(2), name="courts", mode="remove")
    stopped(screened, "no entries in force", name="courts")


def test_a_version_that_was_refused_stops_until_another_is_loaded(screened):
    screened.load("litigator", *people(2), name="courts", at=NOW - 2 * DAY)
    other = ListRecord("other@0", "other", "blocked", "other.csv", "0" * 64, name="courts")
    note_refused_list(screened.store.workspace, other, "of another kind", NOW - DAY)
    assert imported(screened, name="courts") == 1
    screened.store.workspace.run("delete from base.leads")
    record = ListRecord("bad@0", "bad", "litigator", "bad.csv", "0" * 64, name="courts")
    note_refused_list(screened.store.workspace, record, "unreadable", NOW - DAY)
    stopped(screened, "was refused", name="courts")
    screened.load("litigator", *people(3), name="courts", at=NOW)
    assert screened.add([Row(B)], profile(required_lists=[{"name": "courts"}])).counts.created == 1


@pytest.mark.parametrize(
    "wrong", [{}, {"name": "a", "kind": "blocked"}, {"kind": "block"}, {"name": "a", "max_shrink": 1}]
)
def test_a_requirement_says_which_list(wrong):
    with pytest.raises(ValueError, match="required_lists"):
        profile(required_lists=[wrong])
