"""A row is hit by entries for itself, for its contact and for the lead that it would change, of its destination and of
that lead's; and says which of these it was.
"""

import pytest

from lead_pipeline.model.destination import Destination
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.histories.lists_by_hand import Named
from lead_pipeline_tests.screening.histories.playing import load_list
from lead_pipeline_tests.screening.written import profile

P, Q, R, S = "+12125550101", "+12125550102", "+12125550103", "+12125550104"
MAIN, SOLAR = {"kind": "schedule", "name": "main"}, {"kind": "schedule", "name": "solar"}


def person(name, phone=None, aliases=(), **values):
    return Row({"email": f"{name}@example.com", "phone": phone, **values}, aliases=aliases)


def of_company(destination=MAIN, **rules):
    """Return a profile that changes leads of every destination."""
    return profile(destination=destination, scrub={"scope": "company", "rules": rules})


def block(written, *phones, destination=None, kind="blocked"):
    name = f"{kind} {destination}"
    load_list(written, [Named(("phone", phone)) for phone in phones], name=name, kind=kind, destination=destination)


def fates(written, entry):
    return [(outcome, reasons) for outcome, reasons, _lead in written.ledger(entry)]


@pytest.mark.parametrize("kind", ["opted_out", "do_not_call"])
def test_of_another_identifier_of_the_contact_the_row_says_that_it_is_one(written, kind):
    by = profile(aliases={"phone": {}})
    written.add([person("ana", aliases=(("phone", P),))], by)
    written.suppress(kind, P)
    entry = written.add([person("ana", Q)], by)
    assert fates(written, entry) == [("suppressed", (kind,))]
    assert written.hints(entry) == [
        f"{kind}: the list '{kind}' (version 1, loaded 2026-11-20) has phone {P}, another identifier of contact 1."
    ]
    assert written.store.workspace.rows("select lead_id, matched from base.scrub_hits") == [(None, P)]


@pytest.mark.parametrize("kind", ["opted_out", "do_not_call"])
def test_of_a_value_of_a_lead_the_row_says_which_lead_has_it(written, kind):
    written.add([person("bo", R), person("ana", P)], profile())
    written.suppress(kind, P)
    entry = written.add([person("ana", Q)], profile())
    assert fates(written, entry) == [("suppressed", (kind,))]
    assert written.hints(entry) == [
        f"{kind}: the list '{kind}' (version 1, loaded 2026-11-20) has phone {P}, which is that of lead 2."
    ]
    assert written.store.workspace.rows("select lead_id, matched from base.scrub_hits") == [(2, P)]


def test_of_several_the_entry_for_the_row_itself_is_named(written):
    written.add([person("ana", P)], profile())
    written.suppress("opted_out", P, Q)
    entry = written.add([person("ana", Q)], profile())
    assert written.hints(entry) == [
        f"opted_out: the list 'opted_out' (version 1, loaded 2026-11-20) has phone {Q}, and 1 more of this person."
    ]


def test_a_number_of_another_lead_of_the_person_does_not_keep_this_one_from_being_changed(written):
    written.add([person("ana", P)], profile(destination=MAIN))
    written.add([person("ana", Q)], profile(destination=SOLAR))
    written.suppress("do_not_call", P)
    assert fates(written, written.add([person("ana", R)], profile(destination=SOLAR))) == [("updated", ())]
    assert fates(written, written.add([person("ana", S)], profile(destination=MAIN))) == [
        ("suppressed", ("do_not_call",))
    ]


def test_an_entry_of_another_destination_counts_for_the_row_that_changes_a_lead_there_alone(written):
    written.add([person("ana", P), person("di", S)], profile(destination=SOLAR))
    block(written, P, Q, destination=Destination(**SOLAR))
    block(written, R)
    rows = [person("ana", P), person("bo", Q), person("cy", R), person("di", S)]
    assert fates(written, written.add(rows, of_company())) == [
        ("suppressed", ("blocked",)), ("created", ()), ("suppressed", ("blocked",)), ("unchanged", ())
    ]  # fmt: skip


def test_an_entry_of_another_destination_does_not_count_for_a_row_that_changes_nothing(written):
    written.add([person("ana", P)], profile(destination=SOLAR))
    block(written, P, destination=Destination(**SOLAR))
    by = profile(destination=MAIN, write_mode="create_only", on_duplicate="skip", scrub={"scope": "company"})
    assert fates(written, written.add([person("ana", P)], by)) == [("duplicate", ("duplicate_existing",))]


def test_whoever_has_the_phone_of_a_listed_lead_is_on_the_list_though_nobody_in_the_store_has_an_identifier(written):
    by = profile(rows_without_identifier="create")
    written.add([Row({"phone": P, "external_id": "7"})], by)
    assert written.one("select count(*) from base.identifiers") == 0
    load_list(written, [Named(("external_id", "7"))], name="opted_out", kind="opted_out")
    assert fates(written, written.add([person("bo", P), person("cy", Q)], by)) == [
        ("suppressed", ("opted_out",)), ("created", ())
    ]  # fmt: skip


def test_of_a_row_that_was_hit_before_nothing_is_left_for_the_next_import(written):
    written.suppress("blocked", P)
    assert fates(written, written.add([person("ana", P)], profile())) == [("suppressed", ("blocked",))]
    assert fates(written, written.add([person("bo", Q)], profile())) == [("created", ())]
    let_through = profile(scrub={"rules": {"blocked": False}}, destination=MAIN)
    written.add([person("cy", P)], let_through)
    written.add([person("di", R)], let_through)
    found = written.store.workspace.rows("select lead_id, status from base.enrollments order by lead_id")
    assert found == [(3, "due")]


def test_nor_is_a_further_phone_of_the_next_import_taken_out(written):
    by = profile(secondary_contacts={"max": 1})
    written.add([person("bo", Q)], profile())
    written.suppress("blocked", "bo@example.com")
    row = person("ana", P)
    row.secondaries = ((Q, None),)
    written.add([row], by)
    assert written.one("select count(*) from base.secondary_contacts") == 0
    written.store.workspace.run("delete from base.suppressions")
    written.store.workspace.run("delete from base.suppression_lists")
    other = person("cy", R)
    other.secondaries = ((Q, None),)
    written.add([other], by)
    assert written.store.workspace.rows("select phone from base.secondary_contacts") == [(Q,)]
