"""A profile may switch the rule of a kind of suppressions off: such rows are imported, with a warning, and never
callable.
"""

from datetime import timedelta

import polars as pl
import pytest

from lead_pipeline.model.scrub.scrub_rules import ScrubRules
from lead_pipeline.model.suppression_kinds import (
    REASON_OF_SUPPRESSION,
    SUPPRESSION_KINDS,
    WARNING_OF_LET_THROUGH,
)
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, add_suppressions
from lead_pipeline.store.records import ListKeys, ListRecord
from lead_pipeline_tests.screening.row_by_row import Row
from lead_pipeline_tests.screening.written import profile

P, Q, R, FRENCH = "+12125550101", "+12125550102", "+12125550103", "+33612345678"
SCHEDULE = {"kind": "schedule", "name": "solar"}


def scheduled(write_mode="create_only", *, aliases=False, **rules):
    """Return a profile whose leads are enrolled."""
    said = {"scrub": {"rules": rules}} if rules else {}
    also = {"aliases": {"phone": {}}} if aliases else {}
    return profile(destination=SCHEDULE, write_mode=write_mode, **said, **also)


def person(name, phone=None, **values):
    return Row({"email": f"{name}@example.com", "phone": phone, **values})


def fates(written, entry):
    return [(outcome, reasons) for outcome, reasons, _lead in written.ledger(entry)]


def warnings(written, entry):
    sql = "select warning_codes from base.row_outcomes where import_no = ? order by row_number"
    return [tuple(codes or ()) for (codes,) in written.store.workspace.rows(sql, [entry.import_no])]


def enrolled(written):
    return written.store.workspace.rows("select lead_id, status, reason from base.enrollments order by lead_id")


def callable_phones(written):
    return {phone for (phone,) in written.store.workspace.rows("select phone from reachable_leads")}


def load(written, *entries, kind="do_not_call", until=None):
    """Load a list whose entries have a country or none."""
    written.lists += 1
    frame = pl.DataFrame(
        {
            "identifier_kind": ["phone"] * len(entries),
            "value": [value for value, _ in entries],
            "reason": [None] * len(entries),
            "country": [country for _, country in entries],
            "expires_at": [until] * len(entries),
        },
        schema=ENTRIES_SCHEMA | {"country": pl.String, "expires_at": pl.Datetime("us", "UTC")},
    )
    record = ListRecord(f"list-{written.lists}@0", f"list-{written.lists}", kind, "list.csv", "0" * 64)
    keys = ListKeys(record.identity, kind, frame["value"], record.list_name)
    with written.store.writing(keys, "loading a list") as workspace:
        add_suppressions(workspace, record, frame, rows_read=len(entries), rows_rejected=0, at=written.now)


@pytest.mark.parametrize("kind", SUPPRESSION_KINDS)
def test_whom_a_rule_lets_through_is_a_lead_that_nobody_is_enrolled_for(written, kind):
    written.suppress(kind, P)
    entry = written.add([person("ana", P), person("bo", Q)], scheduled(**{kind: False}))
    assert fates(written, entry) == [("created", ()), ("created", ())]
    assert warnings(written, entry) == [(WARNING_OF_LET_THROUGH[kind].value,), ()]
    assert enrolled(written) == [(2, "due", None)]
    assert callable_phones(written) == {Q}


@pytest.mark.parametrize("kind", SUPPRESSION_KINDS)
def test_every_rule_is_on_unless_it_is_switched_off(written, kind):
    others = {other: False for other in SUPPRESSION_KINDS if other != kind}
    assert getattr(ScrubRules(), kind) is True
    written.suppress(kind, P)
    entry = written.add([person("ana", P)], scheduled(**others))
    assert fates(written, entry) == [("suppressed", (REASON_OF_SUPPRESSION[kind].value,))]
    assert warnings(written, entry) == [()]


def test_a_row_that_two_lists_have_is_left_out_by_the_one_whose_rule_is_on(written):
    written.suppress("opted_out", P)
    written.suppress("blocked", P)
    entry = written.add([person("ana", P)], scheduled(opted_out=False))
    assert fates(written, entry) == [("suppressed", ("blocked",))]
    assert warnings(written, entry) == [()]


def test_the_row_says_which_entry_of_which_list_was_let_through(written):
    written.suppress("opted_out", P)
    entry = written.add([person("ana", P), person("bo", Q)], scheduled(opted_out=False))
    hint, none = written.hints(entry)
    assert hint.startswith("opted_out_let_through: the list 'opted_out' (version 1, loaded 2026-11-20) has phone +1212")
    assert none is None
    assert written.one("select count(*) from scrub_hits") == 0


def test_a_row_that_is_left_out_says_nothing_of_entries_whose_rule_is_off(written):
    written.suppress("opted_out", P)
    written.suppress("blocked", P)
    (hint,) = written.hints(written.add([person("ana", P)], scheduled(opted_out=False)))
    assert hint.startswith("blocked: the list")
    assert "opted_out" not in hint
    assert written.store.workspace.rows("select rule from scrub_hits") == [("blocked",)]


def test_an_entry_that_ends_later_does_not_make_the_lead_callable(written):
    written.suppress("opted_out", P)
    written.add([person("ana", P)], scheduled(opted_out=False))
    written.store.workspace.run("update base.suppressions set expires_at = now() - interval 1 day")
    assert written.one("select count(*) from suppressions") == 0
    assert callable_phones(written) == set()


@pytest.mark.parametrize("way", ["alias", "identifier", "email"])
def test_somebody_who_is_listed_by_another_identifier_is_not_enrolled_either(written, way):
    by = scheduled(aliases=True, opted_out=False)
    if way == "identifier":
        known = profile(aliases={"phone": {}}, destination={"kind": "list", "name": "x"})
        written.add([Row({"email": "ana@example.com"}, aliases=(("phone", P),))], known)
    written.suppress("opted_out", *([P] if way != "email" else ["ana@example.com"]))
    row = Row({"email": "ana@example.com", "phone": Q}, aliases=(("phone", P),) if way == "alias" else ())
    entry = written.add([row], by)
    assert fates(written, entry) == [("created", ())]
    assert warnings(written, entry) == [("opted_out_let_through",)]
    assert enrolled(written) == []


def test_an_update_by_such_a_row_ends_what_is_due(written):
    written.add([person("ana", P)], scheduled("upsert"))
    assert enrolled(written) == [(1, "due", None)]
    load(written, (Q, None))
    entry = written.add([person("ana", Q)], scheduled("upsert", do_not_call=False))
    assert fates(written, entry) == [("updated", ())]
    assert enrolled(written) == [(1, "suppressed", "do_not_call")]
    assert callable_phones(written) == set()


def test_a_row_that_changes_nothing_ends_what_is_due(written):
    written.add([person("ana", P)], scheduled("upsert"))
    load(written, (P, None))
    entry = written.add([person("ana", P)], scheduled("upsert", do_not_call=False))
    assert fates(written, entry) == [("unchanged", ())]
    assert enrolled(written) == [(1, "suppressed", "do_not_call")]


def test_a_lead_that_such_a_row_was_merged_into_is_not_enrolled(written):
    written.suppress("opted_out", Q)
    by = scheduled(opted_out=False).model_copy(update={"duplicates_in_file": "merge"})
    entry = written.add([person("ana", P), person("ana", Q), person("bo", R)], by)
    assert fates(written, entry) == [("created", ()), ("duplicate", ("duplicate_merged",)), ("created", ())]
    assert "opted_out_let_through" in warnings(written, entry)[1]
    assert enrolled(written) == [(2, "due", None)]


def test_a_row_that_was_not_imported_says_nothing_of_the_one_that_was(written):
    """The first row of the person is imported; the second, which is listed, is a duplicate."""
    written.suppress("do_not_call", Q)
    entry = written.add([person("ana", P), person("ana", Q)], scheduled(do_not_call=False))
    assert fates(written, entry) == [("created", ()), ("duplicate", ("duplicate_in_file",))]
    assert warnings(written, entry) == [(), ()]
    assert enrolled(written) == [(1, "due", None)]
    assert "let_through" not in "".join(hint or "" for hint in written.hints(entry))


def test_another_scrub_rule_still_leaves_such_a_row_out(written):
    written.suppress("opted_out", P)
    entry = written.add([person("ana", P)], scheduled(opted_out=False, area_codes=["+1212"]))
    assert fates(written, entry) == [("suppressed", ("area_code_listed",))]
    assert warnings(written, entry) == [()]


def test_a_listed_number_never_becomes_a_secondary_contact_whatever_is_off(written):
    written.suppress("do_not_call", Q)
    by = scheduled(do_not_call=False).model_copy(update={"secondary_contacts": None})
    by = by.model_validate(by.model_dump() | {"secondary_contacts": {"max": 2}})
    entry = written.add([Row({"email": "ana@example.com", "phone": P}, secondaries=((Q, None), (R, None)))], by)
    assert warnings(written, entry) == [("secondary_phone_suppressed",)]
    assert written.store.workspace.rows("select phone from base.secondary_contacts") == [(R,)]


@pytest.mark.parametrize(
    ("country", "number", "outcome"),
    [
        ("US", P, "suppressed"),
        ("CA", P, "suppressed"),
        ("GB", P, "created"),
        (None, P, "suppressed"),
        (None, FRENCH, "suppressed"),  # what country the number has is not asked
        ("US", FRENCH, "suppressed"),
        ("FR", FRENCH, "created"),
    ],
)
def test_do_not_call_entries_count_by_the_country_that_they_say(written, country, number, outcome):
    load(written, (number, country))
    entry = written.add([person("ana", number)], scheduled(do_not_call={"countries": ["US", "CA"]}))
    reasons = ("do_not_call",) if outcome == "suppressed" else ()
    assert fates(written, entry) == [(outcome, reasons)]
    assert enrolled(written) == []
    assert callable_phones(written) == set()


def test_countries_limit_do_not_call_alone(written):
    load(written, (P, "GB"), kind="blocked")
    entry = written.add([person("ana", P)], scheduled(do_not_call={"countries": ["US"]}))
    assert fates(written, entry) == [("suppressed", ("blocked",))]


@pytest.mark.parametrize(
    "versions",
    [
        [[(P, "GB")], [(P, "US")]],
        [[(P, "US")], [(P, "GB")]],
        [[(P, "GB")], [(P, None)]],
        [[(P, None)], [(P, "GB")]],
        [[(P, "GB"), (P, "US")]],
        [[(P, "GB"), (P, None)]],
        [[(P, "GB")], [(P, "FR")]],  # fails closed: such an entry counts everywhere
    ],
    ids=str,
)
def test_of_entries_of_several_countries_one_that_counts_is_enough(written, versions):
    """All are versions of one list, to which each adds."""
    for entries in versions:
        load(written, *entries)
    entry = written.add([person("ana", P)], scheduled(do_not_call={"countries": ["US"]}))
    assert fates(written, entry) == [("suppressed", ("do_not_call",))]


def test_an_entry_that_comes_again_under_another_country_holds_as_long_as_either_says(written):
    for country, days in (("GB", 9), ("US", 3)):
        load(written, (P, country), until=written.now + timedelta(days=days))
    found = written.store.workspace.rows("select country, expires_at from base.suppressions where ended_by is null")
    assert found == [(None, written.now + timedelta(days=9))]


def test_a_dry_run_says_the_same(written):
    written.suppress("opted_out", P)
    by = scheduled(opted_out=False)
    assert written.ledger_of_dry_run([person("ana", P)], by) == [("created", ())]
    assert enrolled(written) == []


def test_the_time_of_the_end_of_what_was_due_is_kept(written):
    written.add([person("ana", P)], scheduled("upsert"))
    load(written, (P, None))
    written.add([person("ana", P)], scheduled("upsert", do_not_call=False))
    assert written.one("select ended_at from base.enrollments") == written.now
