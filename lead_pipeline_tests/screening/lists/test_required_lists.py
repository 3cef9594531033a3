"""Nothing is imported by a profile while a list that it requires is missing, too old, refused or much smaller."""

from datetime import timedelta

import pytest

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ScreeningError, UsageError
from lead_pipeline.screening.lists.list_trust import accept_list, note_delivery, note_refused_list
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.records import ListRecord, ListRefusal
from lead_pipeline_tests.screening.screened import NOW, Row, Screened, profile

A = "+12125550101"
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


def shrink(screened, *sizes, **facts):
    for size in sizes:
        screened.load("litigator", *people(size), name="courts", mode="replace", **facts)


def accept(screened, version, note="cleaned up"):
    accept_list(screened.store.workspace, "courts", version, note, NOW)


def test_what_a_list_loses_in_several_steps_is_added_up(screened):
    shrink(screened, 10, 7, 5)
    stopped(screened, "from 10 to 5 entries with version 3", name="courts", max_shrink=0.4)


@pytest.mark.parametrize("mode", ["add", "replace", "remove"])
def test_a_later_version_that_changes_little_does_not_hide_what_a_list_lost(screened, mode):
    shrink(screened, 10, 4)
    found = people(5) if mode == "replace" else people(1, first=900) if mode == "add" else people(1)
    screened.load("litigator", *found, name="courts", mode=mode)
    stopped(screened, "from 10 to [35]", name="courts", max_shrink=0.4)


def test_what_expires_is_not_lost(screened):
    until = [one | {"expires_at": NOW - DAY} for one in people(6, first=500)]
    screened.load("litigator", *people(4), *until, name="courts", at=NOW - 2 * DAY)
    screened.load("litigator", *people(3), name="courts", mode="replace", at=NOW)
    assert imported(screened, name="courts", max_shrink=0.3) == 1
    screened.store.workspace.run("delete from base.leads")
    stopped(screened, "from 4 to 3", name="courts", max_shrink=0.2)


def test_a_shrink_that_a_person_accepts_is_recorded_and_stops_nothing_until_the_next(screened):
    shrink(screened, 10, 4)
    with pytest.raises(UsageError, match="last version of the list 'courts' is 2"):
        accept(screened, 1)
    stopped(screened, "from 10 to 4", name="courts", max_shrink=0.4)
    accept(screened, 2)
    recorded = "select name, version, entries_trusted, entries_after, note from accepted_lists"
    assert screened.store.workspace.rows(recorded) == [("courts", 2, 10, 4, "cleaned up")]
    assert imported(screened, name="courts", max_shrink=0.4) == 1
    screened.store.workspace.run("delete from base.leads")
    shrink(screened, 2)
    stopped(screened, "from 4 to 2", name="courts", max_shrink=0.4)


def test_a_list_that_is_not_there_cannot_be_accepted(screened):
    shrink(screened, 3)
    with pytest.raises(UsageError, match="Did you mean 'courts'"):
        accept_list(screened.store.workspace, "court", 1, "", NOW)


def test_a_list_all_of_whose_entries_have_expired_stops(screened):
    screened.load("litigator", *(one | {"expires_at": NOW} for one in people(3)), name="courts", at=NOW - DAY)
    stopped(screened, "no entries in force", name="courts")


def refuse(screened, at, **which):
    refusal = ListRefusal("bad@0", "bad.csv", "unreadable", at, **which)
    note_refused_list(screened.store.workspace, refusal, NOW)
    note_refused_list(screened.store.workspace, refusal, NOW)
    assert screened.store.workspace.rows("select count(*) from refused_lists") == [(1,)]


COURTS = {"name": "courts", "kind": "litigator"}


@pytest.mark.parametrize(
    "which",
    [COURTS, COURTS | {"kind": "blocked"}, {}, COURTS | {"destination": Destination(kind="schedule", name="main")}],
    ids=["the list", "the name with another kind", "nobody knows which list", "this destination"],
)
@pytest.mark.parametrize("required", [{"name": "courts"}, {"kind": "litigator"}])
def test_every_refusal_that_may_be_of_the_list_stops_until_it_is_delivered(screened, which, required):
    screened.load("litigator", *people(2), name="courts", at=NOW - 2 * DAY)
    refuse(screened, NOW - DAY, **which)
    stopped(screened, "was refused when it came last.*bad@0", **required)
    screened.load("litigator", *people(3), name="courts", at=NOW)
    assert imported(screened, **required) == 1


@pytest.mark.parametrize(
    ("at", "which"),
    [
        (NOW - DAY, {"name": "others", "kind": "blocked"}),
        (NOW - DAY, COURTS | {"destination": Destination(kind="schedule", name="elsewhere")}),
        (NOW - 3 * DAY, COURTS),
    ],
    ids=["another list", "another destination", "an earlier delivery"],
)
@pytest.mark.parametrize("required", [{"name": "courts"}, {"kind": "litigator"}])
def test_a_refusal_of_something_else_stops_nothing(screened, at, which, required):
    screened.load("litigator", *people(2), name="courts", at=NOW - 2 * DAY)
    refuse(screened, at, **which)
    assert imported(screened, **required) == 1


def test_a_refused_list_of_the_kind_that_was_never_there_stops(screened):
    screened.load("litigator", *people(2), name="courts", at=NOW)
    refuse(screened, NOW - DAY, name="bars", kind="litigator")
    stopped(screened, "never loaded .'bars'.: it was refused as bad@0", kind="litigator")


@pytest.mark.parametrize("how", ["accepted", "delivered again"])
def test_a_refusal_is_settled_by_a_person_or_by_the_same_content_once_more(screened, how):
    screened.load("litigator", *people(2), name="courts", identity="x", at=NOW - 2 * DAY, delivery=NOW - 2 * DAY)
    refuse(screened, NOW - DAY, **COURTS)
    again = ListRecord("x@0", "x", "litigator", "x.csv", "0" * 64, name="courts", staged_at=NOW - 2 * DAY)
    note_delivery(screened.store.workspace, again)  # a retry of the first delivery is none
    stopped(screened, "was refused", name="courts")
    if how == "accepted":
        accept(screened, 1)
    else:
        again = ListRecord("x@0", "x", "litigator", "x.csv", "0" * 64, name="courts", staged_at=NOW)
        note_delivery(screened.store.workspace, again)
    assert imported(screened, name="courts") == 1


def test_a_list_of_the_same_content_is_as_new_as_its_last_delivery(screened):
    screened.load("litigator", *people(2), name="courts", identity="x", at=NOW - 9 * DAY)
    stopped(screened, "7 days are allowed", name="courts", max_age_days=7)
    accept(screened, 1)
    stopped(screened, "7 days are allowed", name="courts", max_age_days=7)
    note_delivery(
        screened.store.workspace,
        ListRecord("x@0", "x", "litigator", "x.csv", "0" * 64, name="courts", staged_at=NOW - 6 * DAY),
    )
    assert imported(screened, name="courts", max_age_days=7) == 1


def test_a_list_without_entries_stops(screened):
    screened.load("litigator", *people(2), name="courts")
    screened.load("litigator", *people(2), name="courts", mode="remove")
    stopped(screened, "no entries in force", name="courts")


@pytest.mark.parametrize(
    "wrong", [{}, {"name": "a", "kind": "blocked"}, {"kind": "block"}, {"name": "a", "max_shrink": 1}]
)
def test_a_requirement_says_which_list(wrong):
    with pytest.raises(ValueError, match="required_lists"):
        profile(required_lists=[wrong])
