"""A suppression list is loaded once; its entries are added to those there are."""

import pytest

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.records import ListCounts
from lead_pipeline_tests.screening.screened import Screened

A, B, C = "+12125550101", "+12125550102", "+12125550103"


@pytest.fixture
def screened(tmp_path):
    with DuckdbLeadStore.open(tmp_path) as store:
        yield Screened(store, tmp_path)


def entries(screened):
    return screened.store.workspace.rows("select kind, value from base.suppressions order by all")


def test_entries_are_added_once_however_often_the_list_names_them(screened):
    assert screened.suppress("blocked", A, B, A, rejected=2) == ListCounts(read=5, added=2, known=1, rejected=2)
    assert entries(screened) == [("blocked", A), ("blocked", B)]


def test_the_same_list_again_adds_nothing_and_says_so(screened):
    first = screened.suppress("blocked", A, B, identity="x")
    again = screened.suppress("blocked", A, B, C, identity="x")
    assert (again.read, again.added, again.known) == (first.read, first.added, first.known)
    assert again.loaded_before
    assert entries(screened) == [("blocked", A), ("blocked", B)]


def test_entries_of_an_earlier_list_are_known(screened):
    screened.suppress("blocked", A, B)
    assert screened.suppress("blocked", B, C) == ListCounts(read=2, added=1, known=1, rejected=0, version=2)


def test_an_entry_may_stand_on_lists_of_several_kinds(screened):
    screened.suppress("blocked", A)
    assert screened.suppress("opted_out", A).added == 1
    assert entries(screened) == [("blocked", A), ("opted_out", A)]


def test_a_list_without_a_usable_number_is_recorded(screened):
    assert screened.suppress("blocked", rejected=3) == ListCounts(read=3, added=0, known=0, rejected=3)
    assert entries(screened) == []
    assert screened.store.workspace.rows("select rows_read, rows_rejected from base.suppression_lists") == [(3, 3)]


def test_each_entry_names_its_list_and_the_view_shows_it(screened):
    screened.suppress("blocked", A, identity="first")
    screened.suppress("blocked", A, B, identity="second")
    assert screened.store.workspace.rows("select value, list_id from main.suppressions order by 1") == [
        (A, "first@0"),
        (B, "second@0"),
    ]
