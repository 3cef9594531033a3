"""Keys are half an MD5: two values may share one, and are two people all the same. Planted, for nobody finds a pair."""

import hashlib

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.enrolling.enrollments import suppress_enrollments
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.lists.listed_leads import find_listed_leads
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import profile

ANA, BO = "ana@example.com", "bo@example.com"
PLAIN, WITH_ALIASES = profile(), profile(aliases={"external_id": {}, "social": {}, "email": {}})


def give_the_key_of(store, value, table, by_value):
    """Have an entry of that table share the key of another value."""
    store.store.workspace.run(f"update base.{table} set key = md5_number_lower(?) where value = ?", [value, by_value])
    assert store.one(f"select count(*) from base.{table} where key = md5_number_lower('{value}')") == 1


@pytest.mark.parametrize("by", [PLAIN, WITH_ALIASES], ids=["plain", "aliases"])
def test_a_contact_under_an_equal_key_is_somebody_else(written, by):
    written.add([Row({"email": BO})], by)
    give_the_key_of(written, ANA, "identifiers", BO)
    entry = written.add([Row({"email": ANA})], by)
    assert written.ledger(entry) == [("created", (), 2)]
    assert written.one("select count(distinct contact_id) from base.leads") == 2


def test_an_alias_under_an_equal_key_is_somebody_elses(written):
    written.add([Row({"email": BO}, aliases=(("social", "@bo"),))], WITH_ALIASES)
    give_the_key_of(written, "@ana", "identifiers", "@bo")
    entry = written.add([Row({"email": ANA}, aliases=(("social", "@ana"),))], WITH_ALIASES)
    assert written.ledger(entry) == [("created", (), 2)]


@pytest.mark.parametrize("kind", ["phone", "email"])
def test_an_identifier_of_another_kind_with_an_equal_key_is_somebody_elses(written, kind):
    """An external id may look like the digits of a phone, and its key may be theirs."""
    by = profile("external_id")
    written.add([Row({"external_id": "7"})], by)
    written.store.workspace.run(f"update base.identifiers set kind = '{kind}', value = '7'")
    entry = written.add([Row({"external_id": "7"})], by)
    assert [outcome for outcome, _, _ in written.ledger(entry)] == ["created"]


@pytest.mark.parametrize("kind", ["opted_out", "blocked", "do_not_call"])
def test_an_entry_under_an_equal_key_suppresses_nobody_else(written, kind):
    """By the row's own email, by an alias, by the contact, and by the lead that would change."""
    written.suppress(kind, BO)
    give_the_key_of(written, ANA, "suppressions", BO)
    by_id = profile("external_id", aliases={"email": {}})
    elsewhere = profile("external_id", aliases={"email": {}}, destination={"kind": "list", "name": "x"})
    entries = [
        written.add([Row({"email": ANA})], PLAIN),
        written.add([Row({"external_id": "1"}, aliases=(("email", ANA),))], elsewhere),
        written.add([Row({"email": ANA, "city": "Rome"})], PLAIN),
        written.add([Row({"external_id": "2", "email": ANA})], by_id),
        written.add([Row({"external_id": "2", "city": "Rome"})], by_id),
    ]
    assert [outcome for entry in entries for outcome, _, _ in written.ledger(entry)] == [
        "created", "created", "updated", "created", "updated",
    ]  # fmt: skip


def test_an_entry_of_another_kind_of_identifier_suppresses_nobody_with_the_same_text(written):
    """An external id with the text, and thus the key, of a listed email; a phone with the digits as key."""
    written.suppress("blocked", ANA)
    by = profile("external_id", aliases={"social": {}})
    entry = written.add([Row({"external_id": ANA}, aliases=(("social", ANA),))], by)
    assert written.ledger(entry) == [("created", (), 1)]


@pytest.mark.parametrize("open_store", ["duckdb"], indirect=True)  # asks for what loading the list left in a session
def test_a_list_that_comes_later_ends_nothing_of_somebody_under_an_equal_key(written):
    by = profile(destination={"kind": "schedule", "name": "main"})
    written.add([Row({"email": ANA}), Row({"email": BO})], by)
    written.store.workspace.run("update base.identifiers set key = md5_number_lower(?)", [BO])
    written.suppress("opted_out", BO)
    find_listed_leads(written.store.workspace, "opted_out")
    suppress_enrollments(written.store.workspace, "opted_out", written.now)
    ended = written.store.workspace.rows("select lead_id, status, ended_at from base.enrollments order by lead_id")
    assert ended == [(1, "due", None), (2, "suppressed", written.now)]


@given(value=st.text(min_size=1))
def test_keys_of_texts_are_the_second_half_of_their_md5_for_ever(value):
    """Stores keep them: whatever DuckDB offers for it, another half would find nobody."""
    (found,) = duckdb.execute(f"select {KEY_OF['external_id'].format(value='$value')}", {"value": value}).fetchone()
    assert found == int.from_bytes(hashlib.md5(value.encode(), usedforsecurity=False).digest()[8:], "little")
