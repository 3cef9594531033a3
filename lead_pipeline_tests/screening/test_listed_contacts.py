"""A listed number gets into no lead by a side door, and no lead that has one changes."""

import pytest

from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import profile

A, B, C = "+12125550101", "+12125550102", "+12125550103"
WARNED = ["secondary_phone_suppressed"]


def warnings(store):
    return store.store.workspace.rows("select warning_codes from base.row_outcomes order by import_no, row_number")


@pytest.mark.parametrize("kind", ["opted_out", "blocked", "do_not_call"])
def test_a_listed_number_does_not_become_a_secondary_contact(written, kind):
    written.suppress(kind, B)
    by = profile(secondary_contacts={"max": 3})
    rows = [Row({"email": "ana@example.com"}, secondaries=((B, None), (C, None))), Row({"email": "bo@example.com"})]
    assert [outcome for outcome, _, _ in written.ledger(written.add(rows, by))] == ["created", "created"]
    assert written.store.workspace.rows("select position, phone from secondary_contacts") == [(1, C)]
    assert warnings(written) == [(WARNED,), (None,)]


def test_an_old_form_of_a_listed_number_is_no_way_in_either(written):
    written.suppress("opted_out", "+551181692288")
    rows = [Row({"email": "ana@example.com"}, secondaries=(("+5511981692288", None),))]
    written.add(rows, profile(secondary_contacts={"max": 3}))
    assert written.store.workspace.rows("select phone from secondary_contacts") == []


def test_a_listed_number_does_not_become_an_attribute_that_is_a_phone(written):
    written.suppress("do_not_call", B)
    by = profile(attributes={'it\'s a "line"': {"type": "phone"}, "desk": {"type": "phone"}})
    kept = {"desk": C, 'it\'s a "line"': B, "note": B}
    written.add([Row({"email": "ana@example.com"}, attributes=kept), Row({"email": "bo@example.com"})], by)
    assert [lead["attributes"] for lead in written.leads().values()] == [{"desk": C, "note": B}, {}]
    assert warnings(written) == [(WARNED,), (None,)]


def test_an_update_brings_no_listed_number_and_keeps_what_was_there(written):
    by = profile(secondary_contacts={"max": 3})
    written.add([Row({"email": "ana@example.com"}, secondaries=((C, None),))], by)
    written.suppress("blocked", B)
    written.add([Row({"email": "ana@example.com", "city": "Rome"}, secondaries=((B, None),))], by)
    assert written.store.workspace.rows("select phone from secondary_contacts") == [(C,)]
    assert written.leads()[1]["city"] == "Rome"


def test_an_alias_on_a_list_suppresses_the_row(written):
    written.suppress("do_not_call", B)
    entry = written.add([Row({"email": "ana@example.com"}, aliases=(("phone", B),))], profile(aliases={"phone": {}}))
    assert written.ledger(entry) == [("suppressed", ("do_not_call",), None)]


@pytest.mark.parametrize("mode", ["upsert", "update_only"])
@pytest.mark.parametrize("kind", ["opted_out", "blocked", "do_not_call"])
def test_a_lead_whose_phone_is_listed_does_not_change_by_its_email(written, mode, kind):
    written.add([Row({"email": "ana@example.com", "phone": A, "city": "Bonn"})], profile())
    written.suppress(kind, A)
    entry = written.add([Row({"email": "ana@example.com", "phone": B, "city": "Rome"})], profile(write_mode=mode))
    assert written.ledger(entry) == [("suppressed", (kind,), 1)]
    assert (written.leads()[1]["phone"], written.leads()[1]["city"]) == (A, "Bonn")


def test_an_alias_that_is_an_email_on_a_list_suppresses_the_row(written):
    written.suppress("do_not_call", "ana@example.com")
    row = Row({"external_id": "1"}, aliases=(("email", "Ana@Example.com"),))
    entry = written.add([row], profile("external_id", aliases={"email": {}}))
    assert written.ledger(entry) == [("suppressed", ("do_not_call",), None)]


@pytest.mark.parametrize("listed", [B, "ana@example.com"])
@pytest.mark.parametrize("kind", ["opted_out", "blocked"])
def test_an_opt_out_or_block_reaches_a_person_by_the_identifiers_that_the_row_does_not_have(written, kind, listed):
    by = profile("external_id", aliases={"email": {}, "phone": {}})
    written.add([Row({"external_id": "1"}, aliases=(("email", "ana@example.com"), ("phone", B)))], by)
    written.suppress(kind, listed)
    elsewhere = profile("external_id", write_mode="create_only", destination={"kind": "list", "name": "x"})
    assert written.ledger(written.add([Row({"external_id": "1"})], elsewhere)) == [("suppressed", (kind,), None)]
    assert written.ledger(written.add([Row({"external_id": "2"})], elsewhere)) == [("created", (), 2)]


def test_a_do_not_call_entry_of_another_identifier_leaves_a_new_lead_elsewhere(written):
    by = profile("external_id", aliases={"phone": {}})
    written.add([Row({"external_id": "1"}, aliases=(("phone", B),))], by)
    written.suppress("do_not_call", B)
    elsewhere = profile("external_id", write_mode="create_only", destination={"kind": "list", "name": "x"})
    assert written.ledger(written.add([Row({"external_id": "1"})], elsewhere)) == [("created", (), 2)]


def test_a_row_says_which_entry_of_which_list_it_is_and_where_it_does_not_hold_that_itself(written):
    by = profile("external_id", aliases={"phone": {}})
    written.add([Row({"external_id": "1", "phone": A}, aliases=(("phone", B),))], by)
    written.suppress("opted_out", B)
    own, others = Row({"external_id": "1", "phone": B}), Row({"external_id": "1"})
    out = f"opted_out: the list 'opted_out' (version 1, loaded 2026-11-20) has phone {B}"
    assert written.hints(written.add([own], by)) == [f"{out}."]
    assert written.hints(written.add([others], by)) == [f"{out}, another identifier of contact 1."]
    written.suppress("blocked", A)
    blocked = f"blocked: the list 'blocked' (version 1, loaded 2026-11-20) has phone {A}, which is that of lead 1."
    assert written.hints(written.add([others], by)) == [f"{out}, another identifier of contact 1. {blocked}"]


def test_a_row_says_that_the_number_of_its_lead_is_listed(written):
    by = profile("external_id")
    written.add([Row({"external_id": "1", "phone": A})], by)
    written.suppress("do_not_call", A)
    has = f"do_not_call: the list 'do_not_call' (version 1, loaded 2026-11-20) has phone {A}, which is that of lead 1."
    assert written.hints(written.add([Row({"external_id": "1"})], by)) == [has]
