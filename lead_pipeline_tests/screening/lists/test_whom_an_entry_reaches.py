"""An entry of people reaches the person by everything that is known of them, in every step that could let them through:
an import, a list that comes later, the view of who may be called. One of numbers reaches the number alone at import.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SUPPRESSION_KINDS, SUPPRESSIONS_OF_PEOPLE
from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.screening.test_bypass import ANA, BO, CY, bare, bring, by_email, outcomes, profile, reached
from lead_pipeline_tests.support import call_schedule

__all__ = ["bare"]

ELSEWHERE = {"destination": {"kind": "schedule", "name": "elsewhere"}}
of_each_kind = pytest.mark.parametrize("kind", SUPPRESSION_KINDS)


def is_of_people(kind):
    return kind in SUPPRESSIONS_OF_PEOPLE


def known_before(stages):
    """Ana is known by her email alone, and has a lead with her phone; nobody else has anything of hers."""
    bring(stages, f"phone,email\n{ANA},ana@example.com\n", by_email(), "before.csv")


@of_each_kind
def test_an_email_on_a_lead_that_identifies_nobody_there_suppresses_the_phone_of_the_same_person(bare, kind):
    bring(bare, f"phone,email\n{ANA},ana@example.com\n", name="before.csv")
    load(bare, "email\nana@example.com\n", kind=kind)
    bring(bare, f"phone,city\n{ANA},Rome\n{BO},Rome\n", profile(**ELSEWHERE), "later.csv")
    assert sorted(outcomes(bare)) == sorted(["created", "suppressed" if is_of_people(kind) else "created", "created"])
    assert reached(bare) == {BO}


@of_each_kind
def test_the_phone_of_a_lead_of_somebody_who_is_listed_by_email_is_not_imported_as_anybody_elses(bare, kind):
    known_before(bare)
    load(bare, "email\nana@example.com\n", kind=kind)
    bring(bare, f"phone,email\n{ANA},other@example.com\n{BO},\n", profile(**ELSEWHERE), "later.csv")
    rows = bare.rows("select outcome, reason_codes from row_outcomes where import_id like 'later%' order by row_number")
    hit = ("suppressed", [REASON_OF_SUPPRESSION[kind].value]) if is_of_people(kind) else ("created", [])
    assert rows == [hit, ("created", [])]
    assert reached(bare) == ({BO} if is_of_people(kind) else {ANA, BO})


@of_each_kind
def test_a_row_that_names_the_person_by_a_field_that_its_profile_identifies_nobody_by(bare, kind):
    known_before(bare)
    load(bare, f"phone\n{ANA}\n", kind=kind)
    bring(bare, f"phone,email\n{BO},Ana@Example.com\n{CY},\n", profile(**ELSEWHERE), "later.csv")
    assert outcomes(bare) == ["created", "suppressed" if is_of_people(kind) else "created", "created"]
    assert reached(bare) == ({CY} if is_of_people(kind) else {BO, CY})


def test_an_email_that_identifies_nobody_anywhere_makes_nobody_of_two_people_one(bare):
    """A placeholder that stands on many leads: Ana's block must not cost Bo."""
    bring(bare, f"phone,email\n{ANA},none@example.com\n", name="before.csv")
    load(bare, f"phone\n{ANA}\n", kind="blocked")
    bring(bare, f"phone,email\n{BO},none@example.com\n", name="later.csv")
    assert reached(bare) == {BO}


@pytest.mark.parametrize("pair", [("+541123456789", "+5491123456789"), ("+24107123456", "+24177123456")])
@pytest.mark.parametrize("turned", [False, True])
def test_a_person_is_known_by_another_form_of_their_number(bare, pair, turned):
    known, brought = reversed(pair) if turned else pair
    by = profile(aliases={"email": {"column": "alias"}})
    bring(bare, f"phone,alias\n{known},her@example.com\n", by, "before.csv")
    load(bare, "email\nher@example.com\n", kind="opted_out")
    bring(bare, f"phone\n{brought}\n", profile(**ELSEWHERE), "later.csv")
    assert outcomes(bare) == ["created", "suppressed"]
    assert reached(bare) == set()


@of_each_kind
def test_a_list_that_comes_later_ends_what_is_due_for_leads_with_a_phone_or_identifier_of_the_person(bare, kind):
    known_before(bare)
    by = profile(**ELSEWHERE)
    bring(bare, f"phone,email\n{ANA},other@example.com\n{BO},ana@example.com\n{CY},\n", by, "later.csv")
    assert reached(bare) == {ANA, BO, CY}
    loaded = load(bare, "email\nana@example.com\n", kind=kind)
    ended = {phone for (phone,) in bare.rows("select phone from enrollments where status = 'suppressed'")}
    assert ended == {ANA, BO}  # his lead has the listed email itself
    assert sum(one.leads for one in loaded.affected) == (3 if is_of_people(kind) else 2)
    left = bare.rows("select phone, schedule from enrollments where status = 'due' order by phone, schedule")
    assert left == ([] if is_of_people(kind) else [(ANA, "elsewhere")]) + [(CY, "elsewhere")]


@of_each_kind
@pytest.mark.parametrize("first", ["list", "file"])
def test_a_further_phone_of_somebody_who_is_listed_by_email(bare, kind, first):
    """Ana is another person's secondary contact and desk phone; the list has her email."""
    known_before(bare)
    by = call_schedule(secondary_contacts={"max": 2}, attributes={"desk": {"type": "phone"}}, **ELSEWHERE)
    steps = [
        lambda: load(bare, "email\nana@example.com\n", kind=kind),
        lambda: bring(
            bare, f"caller_id,secondary_phone_1,secondary_phone_2,desk\n{BO},{ANA},{CY},{ANA}\n", by, "b.csv"
        ),
    ]
    for step in steps if first == "list" else reversed(steps):
        step()
    desk = bare.rows("select attributes ->> 'desk' from leads where phone = ?", BO)
    assert desk == [(None if is_of_people(kind) else ANA,)]
    assert reached(bare) == ({BO, CY} if is_of_people(kind) else {ANA, BO, CY})


# Attributes of leads that are there already


@pytest.mark.parametrize("spelling", ["2125550101", "(212) 555-0101 x7", "+1 212 555 0101"])
def test_an_attribute_that_is_a_phone_is_taken_out_when_it_comes_onto_a_list_and_stays_known(bare, spelling):
    kept = {"plan": {"type": "text"}, "a/b~c": {"type": "phone"}, "desk": {"type": "phone"}}
    text = f"phone,desk,a/b~c,plan\n{BO},{ANA},{ANA},gold\n{CY},{BO},,\n"
    bring(bare, text, profile(attributes=kept, default_attributes={}))
    loaded = load(bare, f"phone\n{spelling}\n", kind="do_not_call")
    assert loaded.attributes_withheld == 2
    found = dict(bare.rows("select phone, attributes from leads"))
    assert json.loads(found[BO]) == {"plan": "gold"}
    assert json.loads(found[CY]) == {"desk": BO}
    withheld = bare.rows("select name, value, reason, list_id from withheld_attributes order by name")
    (list_id,) = bare.rows("select list_id from suppression_lists")[0]
    assert withheld == [("a/b~c", ANA, "do_not_call", list_id), ("desk", ANA, "do_not_call", list_id)]
    assert reached(bare) == {BO, CY}


def test_an_attribute_goes_whose_number_alone_is_left_and_one_that_is_text_stays(bare):
    by = profile(attributes={"desk": {"type": "phone"}, "alt": {"type": "text"}}, default_attributes={})
    bring(bare, f"phone,desk,alt\n{BO},{ANA},\n{CY},,{ANA}\n", by)
    load(bare, f"phone\n{ANA}\n", kind="blocked")
    assert bare.rows("select phone, attributes from leads order by phone") == [(BO, None), (CY, f'{{"alt":"{ANA}"}}')]


def test_a_list_of_one_destination_takes_attributes_out_of_its_leads_alone(bare):
    for name in ("main", "side"):
        by = profile(attributes={"desk": {"type": "phone"}}, destination={"kind": "schedule", "name": name})
        bring(bare, f"phone,desk,city\n{BO},{ANA},{name}\n", by, f"{name}.csv")
    load(bare, f"phone\n{ANA}\n", kind="blocked", destination="schedule:side")
    desks = bare.rows("select destination_name, attributes ->> 'desk' from leads order by 1")
    assert desks == [("main", ANA), ("side", None)]


# Destination, expiry, end: screening and the view at once


@pytest.mark.parametrize("kind", ["blocked", "do_not_call"])
def test_an_entry_of_one_destination_holds_there_alone_for_rows_leads_and_the_view(bare, kind):
    main, side = (profile(destination={"kind": "schedule", "name": name}) for name in ("main", "side"))
    bring(bare, f"phone,city\n{ANA},Bonn\n", main, "a.csv")
    bring(bare, f"phone,city\n{ANA},Rome\n", side, "b.csv")
    loaded = load(bare, f"phone\n{ANA}\n", kind=kind, destination="schedule:side")
    assert [one.destination for one in loaded.affected] == ["schedule:side"]
    assert callable_in(bare) == {(ANA, "main")}
    bare.store.workspace.run("update base.enrollments set status = 'due'")  # the view must not rest on the mark
    assert callable_in(bare) == {(ANA, "main")}
    third = profile(destination={"kind": "schedule", "name": "third"})
    for name, by in (("c.csv", third), ("d.csv", side)):
        bring(bare, f"phone,city\n{ANA},{name}\n", by, name)
    found = bare.rows("select import_id[:1], outcome from row_outcomes order by 1")
    assert found == [("a", "created"), ("b", "created"), ("c", "created"), ("d", "suppressed")]
    assert callable_in(bare) == {(ANA, "main"), (ANA, "third")}


def callable_in(stages):
    return set(stages.rows("select phone, destination_name from reachable_leads"))


@pytest.mark.parametrize("how", ["expired", "expires later", "removed", "replaced", "on another list"])
def test_an_entry_that_is_not_in_force_any_more_reaches_nobody_in_any_step(bare, how):
    today = datetime.now(UTC).date()
    until = {"expired": today - timedelta(days=3), "expires later": today + timedelta(days=3)}.get(how)
    bring(bare, f"phone,city\n{ANA},Bonn\n{CY},Bonn\n", profile(destination={"kind": "schedule", "name": "a"}), "a.csv")
    load(bare, f"phone\n{ANA}\n", kind="blocked", list_name="x", expires=until, name="first.csv")
    if how in ("removed", "on another list"):
        load(bare, f"phone\n{ANA}\n", kind="blocked", list_name="x", mode="remove", name="second.csv")
    if how == "on another list":
        load(bare, f"phone\n{ANA}\n", kind="blocked", list_name="y", name="third.csv")
    if how == "replaced":
        load(bare, f"phone\n{BO}\n", kind="blocked", list_name="x", mode="replace", name="second.csv")
    holds = how in ("expires later", "on another list")
    bare.store.workspace.run("update base.enrollments set status = 'due'")
    assert reached(bare) == ({CY} if holds else {ANA, CY})
    bring(bare, f"phone,city\n{ANA},Rome\n", profile(**ELSEWHERE), "b.csv")
    (outcome,) = bare.rows("select outcome from row_outcomes where import_id like 'b@%'")[0]
    assert outcome == ("suppressed" if holds else "created")
