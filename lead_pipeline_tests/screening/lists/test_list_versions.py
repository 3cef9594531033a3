"""What each version of a list changes, and what of it holds when: told by a slow list of plain dictionaries."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ListRefusedError, ScreeningError
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.screened import NOW, Row, Screened, profile

A, B, C, D = "+12125550101", "+12125550102", "+13105550103", "+525541692288"
DAY = timedelta(days=1)
MAIN, SIDE = Destination(kind="schedule", name="main"), Destination(kind="schedule", name="side")


@pytest.fixture
def screened(tmp_path):
    with DuckdbLeadStore.open(tmp_path) as store:
        yield Screened(store, tmp_path)


def phone(value, **facts):
    return {"identifier_kind": "phone", "value": value, **facts}


def in_force(screened):
    rows = screened.store.workspace.rows("select value from base.suppressions where ended_by is null order by 1")
    return [value for (value,) in rows]


def outcomes(screened, rows, by=None):
    entry = screened.add(rows, by or profile())
    return [(outcome, reasons) for _, outcome, reasons, _ in screened.ledger(entry)]


def test_a_list_that_replaces_ends_what_it_no_longer_has_and_keeps_it_known(screened):
    screened.load("litigator", phone(A), phone(B), name="courts", mode="replace")
    counts = screened.load("litigator", phone(B), phone(C), name="courts", mode="replace")
    assert (counts.added, counts.known, counts.ended, counts.version) == (1, 1, 1, 2)
    assert in_force(screened) == [B, C]
    history = "select value, list_version, ended_by_list_id from suppression_history order by value"
    assert screened.store.workspace.rows(history) == [(A, 1, "list-2@0"), (B, 1, None), (C, 2, None)]


def test_a_list_that_replaces_and_has_rows_that_could_not_be_read_ends_no_entry_that_may_be_one_of_these(screened):
    soon = NOW + DAY
    screened.load("litigator", phone(A), phone(B), phone(C), name="courts", mode="replace")
    counts = screened.load(
        "litigator", phone(B), phone(C, expires_at=soon), phone(D), name="courts", mode="replace", rejected=1
    )
    assert (counts.added, counts.ended, counts.kept, counts.rejected) == (2, 1, 1, 1)  # C ends, and is there until soon
    assert in_force(screened) == [A, B, C, D]
    whole = screened.load("litigator", phone(B), name="courts", mode="replace")
    assert (whole.ended, whole.kept) == (3, 0)
    assert in_force(screened) == [B]


def test_rows_that_could_not_be_read_keep_no_entry_from_being_removed_or_added(screened):
    screened.load("opted_out", phone(A), phone(B), name="web")
    assert screened.load("opted_out", phone(A), name="web", mode="remove", rejected=1).kept == 0
    assert in_force(screened) == [B]
    assert screened.load("opted_out", phone(C), name="web", rejected=1).kept == 0
    assert in_force(screened) == [B, C]


def test_a_list_that_removes_ends_its_own_entries_by_any_form_and_no_other_lists(screened):
    screened.load("opted_out", phone(A), phone(D), name="web")
    screened.load("opted_out", phone(A), name="desk")
    counts = screened.load("opted_out", phone("+5215541692288"), phone(A), phone(C), name="web", mode="remove")
    assert (counts.added, counts.ended, counts.known) == (0, 2, 1)
    assert in_force(screened) == [A]
    rows = "select row_number, outcome from suppression_rows where version = 2 order by 1"
    assert screened.store.workspace.rows(rows) == [(1, "removed"), (2, "removed"), (3, "not_listed")]


def test_every_row_of_a_list_has_an_outcome(screened):
    screened.load("blocked", phone(A))
    screened.load("blocked", phone(A), phone(B), phone(B))
    rows = "select row_number, outcome, reason_codes from suppression_rows where version = 2 order by 1"
    assert screened.store.workspace.rows(rows) == [(1, "known", []), (2, "added", []), (3, "known", [])]


def test_content_comes_back_as_a_version_after_another_undid_it_but_a_retry_does_not(screened):
    first, again, third = NOW, NOW + DAY, NOW + 2 * DAY
    screened.load("blocked", phone(A), identity="x", name="n", mode="replace", delivery=first)
    screened.load("blocked", phone(B), identity="y", name="n", mode="replace", delivery=again)
    late = screened.load("blocked", phone(A), identity="x", name="n", mode="replace", delivery=first)
    assert late.loaded_before
    assert in_force(screened) == [B]
    back = screened.load("blocked", phone(A), identity="x", name="n", mode="replace", delivery=third)
    assert (back.loaded_before, back.version) == (False, 3)
    assert in_force(screened) == [A]


def test_a_version_of_another_kind_or_scope_is_refused(screened):
    screened.load("blocked", phone(A), name="n")
    with pytest.raises(ListRefusedError, match="has its kind and scope"):
        screened.load("complaint", phone(B), name="n")
    with pytest.raises(ListRefusedError, match="has its kind and scope"):
        screened.load("blocked", phone(B), name="n", destination=MAIN)
    assert in_force(screened) == [A]


def test_a_longer_expiry_wins_where_entries_are_added_and_the_last_where_they_are_replaced(screened):
    screened.load("blocked", phone(A, expires_at=NOW + 9 * DAY), name="n")
    assert screened.load("blocked", phone(A, expires_at=NOW + DAY), name="n").known == 1
    assert screened.load("blocked", phone(A), name="n").added == 1
    assert screened.load("blocked", phone(A, expires_at=NOW + DAY), name="n").known == 1
    screened.load("blocked", phone(A, expires_at=NOW + DAY), name="n", mode="replace")
    sql = "select expires_at from base.suppressions where ended_by is null"
    assert screened.store.workspace.rows(sql) == [(NOW + DAY,)]


@pytest.mark.parametrize(
    ("facts", "hit"),
    [({"expires_at": NOW}, False), ({"expires_at": NOW - DAY}, False), ({"expires_at": NOW + DAY}, True), ({}, True)],
)
def test_an_expired_entry_does_not_suppress(screened, facts, hit):
    screened.load("blocked", phone(A, **facts))
    assert outcomes(screened, [Row(A)]) == [("suppressed", ("blocked",)) if hit else ("created", ())]


def test_a_list_of_one_destination_suppresses_there_alone(screened):
    screened.load("do_not_call", phone(A), destination=SIDE)
    assert outcomes(screened, [Row(A)]) == [("created", ())]
    side = profile(name="side", destination={"kind": "schedule", "name": "side"})
    assert outcomes(screened, [Row(A), Row(B)], side) == [("suppressed", ("do_not_call",)), ("created", ())]


@pytest.mark.parametrize(
    ("entry", "hit"),
    [
        (("domain", "example.com"), ["ana@example.com", "Bo@EXAMPLE.com"]),
        (("domain", "sub.example.com"), ["cy@sub.example.com"]),
        (("email", "ana@example.com"), ["ana@example.com"]),
    ],
)
def test_a_domain_is_that_of_the_email_without_its_subdomains(screened, entry, hit):
    screened.load("blocked", dict(zip(("identifier_kind", "value"), entry, strict=True)))
    emails = ["ana@example.com", "Bo@EXAMPLE.com", "cy@sub.example.com", "di@notexample.com", None]
    by = profile(fields={"phone": {"type": "phone"}, "email": {"type": "email"}, "expires_in": {"type": "integer"}})
    found = outcomes(screened, [Row(f"+1212555010{n}", email) for n, email in enumerate(emails)], by)
    assert [email for email, (outcome, _) in zip(emails, found, strict=True) if outcome == "suppressed"] == hit


@pytest.mark.parametrize(
    ("prefix", "hit"),
    [("1212", [A, B]), ("1", [A, B, C]), ("12125550102", [B]), ("5255", [D]), ("52155", []), ("212", [])],
)
def test_a_prefix_is_what_a_number_begins_with_behind_the_plus(screened, prefix, hit):
    screened.load("blocked", {"identifier_kind": "prefix", "value": prefix})
    found = outcomes(screened, [Row(one) for one in (A, B, C, D)])
    assert [one for one, (outcome, _) in zip((A, B, C, D), found, strict=True) if outcome == "suppressed"] == hit


@pytest.mark.parametrize("kind", ["litigator", "reassigned", "complaint"])
def test_each_kind_gives_its_own_reason(screened, kind):
    screened.load(kind, phone(A))
    assert outcomes(screened, [Row(A)]) == [("suppressed", (kind,))]


@pytest.mark.parametrize(
    "harm",
    [
        "delete from base.suppressions where ended_by is not null",
        "update base.suppressions set ended_by = 2 where ended_by is null",
        "update base.suppressions set ended_by = null",
    ],
)
def test_nothing_is_imported_where_entries_went_or_ended_that_no_list_ended(screened, harm):
    screened.load("blocked", phone(A), phone(B), name="n")
    screened.load("blocked", phone(B), name="n", mode="remove")
    screened.store.workspace.run(harm)
    with pytest.raises(ScreeningError):
        screened.add([Row(C)], profile())


@pytest.mark.parametrize("seed", range(12))
def test_random_versions_end_as_a_slow_reference_says(screened, seed):
    dice, now = random.Random(seed), datetime(2026, 11, 1, tzinfo=UTC)
    people = [f"+1212555{n:04}" for n in range(8)]
    reference: dict[str, dict[str, datetime | None]] = {"x": {}, "y": {}}
    never = datetime.max.replace(tzinfo=UTC)
    for step in range(14):
        name, mode = dice.choice("xy"), dice.choice(["add", "add", "replace", "remove"])
        chosen = {one: dice.choice([None, NOW + dice.choice([-1, 2, 4]) * DAY]) for one in dice.sample(people, 4)}
        screened.load(
            "blocked", *(phone(one, expires_at=until) for one, until in chosen.items()),
            name=name, mode=mode, at=now, delivery=now + step * DAY,
        )  # fmt: skip
        held = reference[name]
        if mode == "replace":
            held.clear()
        for one, until in chosen.items():
            if mode == "remove":
                held.pop(one, None)
            elif one not in held or (held[one] or never) < (until or never):
                held[one] = until
    stopped = {one for held in reference.values() for one, until in held.items() if until is None or until > NOW}
    found = outcomes(screened, [Row(one) for one in people])
    assert {one for one, (outcome, _) in zip(people, found, strict=True) if outcome == "suppressed"} == stopped
