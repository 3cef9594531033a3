"""What a row changes of the lead that is there already, and that a lead which stays as it is stays untouched."""

from datetime import timedelta

import pytest

from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import START, everything, profile

ANA, P, Q = "ana@example.com", "+12125550101", "+12125550102"


def row(email=ANA, **values):
    return Row({"email": email, **values})


def after(written, there, here, by, supplied=None):
    """Return the outcome of a row for the lead that another one made, and the lead."""
    written.add([there], by)
    entry = written.add([here], by, supplied)
    return written.ledger(entry)[0][0], written.leads()[1]


#: What is there, what the row says: what is kept, by rule. All four rules at once, each on a field and an attribute.
RULES = {
    ("Ana", "Bo"): {"if_new_not_empty": "Bo", "if_existing_empty": "Ana", "always": "Bo", "never": "Ana"},
    ("Ana", None): {"if_new_not_empty": "Ana", "if_existing_empty": "Ana", "always": None, "never": "Ana"},
    (None, "Bo"): {"if_new_not_empty": "Bo", "if_existing_empty": "Bo", "always": "Bo", "never": None},
    (None, None): {"if_new_not_empty": None, "if_existing_empty": None, "always": None, "never": None},
    ("Ana", "Ana"): {"if_new_not_empty": "Ana", "if_existing_empty": "Ana", "always": "Ana", "never": "Ana"},
}
FIELDS = {"if_new_not_empty": "first_name", "if_existing_empty": "status", "always": "company", "never": "external_id"}


def by_rules(**changes):
    return profile(
        rules={field: {"update_rule": rule} for rule, field in FIELDS.items()},
        attributes={rule: {"type": "text", "update_rule": rule} for rule in FIELDS},
        **changes,
    )


def said(person, values):
    """Return a row that says these values, by rule, in fields and attributes."""
    attributes = {rule: value for rule, value in values.items() if value is not None}
    return Row(
        {"email": f"{person}@example.com"} | {FIELDS[rule]: value for rule, value in values.items()}, {}, attributes
    )


def kept(lead):
    return {rule: (lead.get(field), lead["attributes"].get(rule)) for rule, field in FIELDS.items()}


@pytest.mark.parametrize("on_duplicate", ["update", "fill"])
def test_fields_and_attributes_follow_their_update_rules(written, on_duplicate):
    """`fill` writes only where there is nothing, and nothing that is never to be written."""
    by = by_rules(on_duplicate=on_duplicate)
    written.add([said(n, dict.fromkeys(FIELDS, there)) for n, (there, _here) in enumerate(RULES)], by)
    entry = written.add([said(n, dict.fromkeys(FIELDS, here)) for n, (_there, here) in enumerate(RULES)], by)
    outcomes = [outcome for outcome, _reasons, _lead in written.ledger(entry)]
    for outcome, lead, ((there, here), ruled) in zip(outcomes, written.leads().values(), RULES.items(), strict=True):
        filled = {rule: there if rule == "never" else there or here for rule in FIELDS}
        expected = filled if on_duplicate == "fill" else ruled
        assert kept(lead) == {rule: (value, value) for rule, value in expected.items()}
        assert outcome == ("unchanged" if set(expected.values()) == {there} else "updated")


def test_what_the_file_does_not_supply_is_left_alone(written):
    by = profile(rules={name: {"update_rule": "always"} for name in ("first_name", "city", "phone")})
    there = Row({"email": ANA, "first_name": "Ana", "city": "Bonn", "phone": P}, attributes={"k": "1"})
    outcome, lead = after(written, there, row(city="Rome"), by, frozenset({"email", "city"}))
    assert outcome == "updated"
    assert (lead["first_name"], lead["city"], lead["phone"], lead["attributes"]) == ("Ana", "Rome", P, {"k": "1"})


def test_a_row_of_which_a_bad_value_was_dropped_clears_nothing(written):
    by = profile(
        rules={"first_name": {"update_rule": "always"}}, attributes={"grade": {"type": "text", "update_rule": "always"}}
    )
    there = Row({"email": ANA, "first_name": "Ana"}, attributes={"grade": "A"})
    assert after(written, there, Row({"email": ANA}, warnings=("number_invalid",)), by)[0] == "unchanged"
    outcome, lead = after(written, there, Row({"email": ANA}, warnings=("email_disposable",)), by)
    assert outcome == "updated"
    assert ("first_name" in lead, lead["attributes"]) == (False, {})


def test_a_default_says_what_an_empty_cell_means_and_overwrites_nothing(written):
    by = profile(
        rules={"lead_score": {"default": "0"}},
        attributes={"grade": {"type": "text", "default": "B"}},
        default_attributes={"source": "none"},
    )
    there = Row({"email": ANA, "city": "Bonn", "lead_score": 7}, attributes={"grade": "A", "source": "web"})
    empty = Row({"email": ANA, "city": "unknown", "lead_score": 0}, attributes={"grade": "B", "source": "none"})
    outcome, lead = after(written, there, empty, by)
    assert (outcome, lead["city"], lead["lead_score"]) == ("unchanged", "Bonn", 7.0)
    assert lead["attributes"] == {"grade": "A", "source": "web"}
    outcome, lead = after(
        written, Row({"email": "bo@example.com"}), Row({"email": "bo@example.com"} | empty.values), by
    )
    assert written.leads()[1]["city"] == "Bonn"


def test_a_default_fills(written):
    by = profile(default_attributes={"source": "none"})
    outcome, lead = after(written, row(), Row({"email": ANA, "city": "unknown"}, attributes={"source": "none"}), by)
    assert (outcome, lead["city"], lead["attributes"]) == ("updated", "unknown", {"source": "none"})


def in_pairs(written, cases, name, by):
    """Import the first of each pair and then the second; return the leads and whether they changed."""
    for place in (0, 1):
        people = [
            Row({"email": f"{n}@example.com"} | ({name: case[place]} if name == "tags" else {}))
            for n, case in enumerate(cases)
        ]
        for person, case in zip(people, cases, strict=True):
            person.attributes = case[place] if name == "attributes" else {}
        entry = written.add(people, by)
    return list(written.leads().values()), [outcome == "updated" for outcome, _reasons, _lead in written.ledger(entry)]


@pytest.mark.parametrize("rule", ["always", "if_new_not_empty"])
def test_tags_are_added_and_never_removed(written, rule):
    cases = [
        (["vip"], ["cold"], ["vip", "cold"]),
        (["vip"], ["VIP", "cold", "Cold"], ["vip", "cold"]),
        (None, ["vip", "vip"], ["vip"]),
        (["vip"], None, ["vip"]),
        (["vip"], ["vip"], ["vip"]),
    ]
    leads, changed = in_pairs(written, cases, "tags", profile(rules={"tags": {"update_rule": rule}}))
    assert [lead["tags"] for lead in leads] == [both for _there, _here, both in cases]
    assert changed == [there != both for there, _here, both in cases]


def test_attributes_are_put_together_key_by_key(written):
    cases = [
        ({"a": "1", "b": "2"}, {"b": "3", "c": "4"}, {"a": "1", "b": "3", "c": "4"}),
        ({"a": "1"}, {}, {"a": "1"}),
        ({}, {"a": "1"}, {"a": "1"}),
        ({"a": "1"}, {"a": ""}, {"a": "1"}),
        ({"a": "1"}, {"a": None}, {"a": "1"}),
        ({"a": "x null y"}, {"b": "null", "c": 'say ""'}, {"a": "x null y", "b": "null", "c": 'say ""'}),
        ({'q"/~\\': "1", "é": "ü"}, {'q"/~\\': "2"}, {'q"/~\\': "2", "é": "ü"}),
        ({"n": 1, "t": ["a", "b"], "y": True}, {"n": 2, "t": ["a"], "y": False}, {"n": 2, "t": ["a"], "y": False}),
        ({"a": {"b": "x"}}, {"b": "x"}, {"a": {"b": "x"}, "b": "x"}),
        ({"a": "1", "b": "\u001f"}, {"b": "\u001f", "a": "1"}, {"a": "1", "b": "\u001f"}),
    ]
    leads, changed = in_pairs(written, cases, "attributes", profile())
    assert [lead["attributes"] for lead in leads] == [together for _there, _here, together in cases]
    assert changed == [there != together for there, _here, together in cases]


def test_every_name_of_an_attribute_can_have_rules(written):
    names = ["a/b", "c~d", 'e"f', "g.h", "$.i", "ü", "*", "'"]
    never = {name: {"type": "text", "update_rule": "never"} for name in names}
    by = profile(attributes=never | {f"{name}2": {"type": "text", "default": "x"} for name in names})
    there, here = ({f"{name}{two}": value for name in names for two, value in values} for values in (
        (("", "1"), ("2", "y")), (("", "2"), ("2", "x")),
    ))  # fmt: skip
    _outcome, lead = after(written, Row({"email": ANA}, attributes=there), Row({"email": ANA}, attributes=here), by)
    assert lead["attributes"] == there


def test_an_expiry_counts_from_the_import_that_says_it(written):
    outcome, lead = after(written, row(expires_in=24), row(expires_in=24), profile())
    assert (outcome, lead["expires_at"]) == ("updated", START + timedelta(hours=2 + 24))


def test_a_lead_may_live_longer_than_the_calendar(written):
    by = profile(rules={"expires_in": {"type": "decimal"}})
    _outcome, lead = after(written, row(expires_in=9e15), row(expires_in=1.5), by)
    assert lead["expires_at"] == START + timedelta(hours=2 + 1.5)
    lives_for_ever = row("bo@example.com", expires_in=9e15)
    written.add([lives_for_ever], by)
    assert "expires_at" not in written.leads()[2]


@pytest.mark.parametrize(
    ("phone", "facts", "kept"),
    [
        (Q, {"phone_type": "voip", "phone_extension": None}, {"phone_type": "voip"}),
        (P, {"phone_type": None, "phone_extension": "9"}, {"phone_type": "mobile", "phone_extension": "9"}),
        (None, {}, {"phone_type": "mobile", "phone_extension": "7"}),
    ],
)
def test_what_is_derived_from_a_phone_goes_with_it(written, phone, facts, kept):
    there = Row({"email": ANA, "phone": P}, {"phone_type": "mobile", "phone_extension": "7"})
    _outcome, lead = after(written, there, Row({"email": ANA, "phone": phone}, facts), profile())
    assert {name: value for name, value in lead.items() if name.startswith("phone_")} == kept


def test_a_new_phone_leaves_no_fact_of_the_old_one_behind_in_a_profile_that_derives_none(written):
    written.add([Row({"email": ANA, "phone": P}, {"phone_type": "mobile"})], profile())
    written.add([row(phone=Q)], profile(rules={"phone": {"derive": []}}))
    assert "phone_type" not in written.leads()[1]


def test_further_contacts_are_replaced_as_a_whole_and_kept_when_a_row_has_none(written):
    by = profile(secondary_contacts={"max": 2})
    rows = [
        Row({"email": ANA, "phone": P}, secondaries=(("+12125550110", '{"role":"x"}'), ("+12125550111", None))),
        Row({"email": ANA}),
        Row({"email": ANA}, secondaries=(("+12125550110", '{"role":"x"}'), ("+12125550111", None))),
        Row({"email": ANA}, secondaries=(("+12125550111", None),)),
    ]
    assert [written.ledger(written.add([one], by))[0][0] for one in rows] == [
        "created",
        "unchanged",
        "unchanged",
        "updated",
    ]
    further = written.store.workspace.rows(
        "select lead_id, position, phone, attributes, import_id from secondary_contacts"
    )
    assert further == [(1, 1, "+12125550111", None, "import-4@0")]


def test_further_contacts_are_filled_in_only_where_there_are_none(written):
    by = profile(secondary_contacts={"max": 2}, on_duplicate="fill")
    for phone in ("+12125550110", "+12125550111"):
        written.add([Row({"email": ANA, "phone": P}, secondaries=((phone, None),))], by)
    assert written.store.workspace.rows("select position, phone from secondary_contacts") == [(1, "+12125550110")]


def test_a_lead_that_nothing_changes_keeps_its_times_and_its_version(written):
    there = Row({"email": ANA, "first_name": "Ana", "tags": ["vip"], "lead_score": 3}, attributes={"a": "1"})
    written.add([there], profile())
    before = written.dump()["leads"]
    entry = written.add([there, row("bo@example.com")], profile())
    assert written.ledger(entry) == [("unchanged", (), 1), ("created", (), 2)]
    assert before[0] in written.dump()["leads"]


def test_a_changed_lead_keeps_its_number_and_birth_and_says_who_changed_it(written):
    written.add([row("bo@example.com"), row(first_name="Ana", company="Acme")], profile())
    written.add([row(first_name="Anna")], profile())
    first, second = written.leads().values()
    assert (second["import_id"], second["row_number"], second["created_at"]) == ("import-1@0", 2, first["created_at"])
    assert (second["updated_import_id"], second["updated_at"]) == ("import-2@0", START + timedelta(hours=2))
    assert (second["first_name"], second["company"]) == ("Anna", "Acme")
    assert written.one("select count(*) from base.leads") == 2


def test_a_new_alias_alone_is_an_update(written):
    by = profile(aliases={"social": {}})
    written.add([row()], by)
    again = Row({"email": ANA}, aliases=(("social", "@ana"),))
    assert [written.ledger(written.add([again], by))[0][0] for _ in range(2)] == ["updated", "unchanged"]
    assert written.leads()[1]["updated_import_id"] == "import-2@0"


def test_only_new_leads_of_a_schedule_are_enrolled(written):
    by = profile(destination={"kind": "schedule", "name": "main"})
    written.add([row()], by)
    written.add([row(city="Bonn"), row("bo@example.com")], by)
    assert written.store.workspace.rows("select lead_id, action from base.enrollments order by 1") == [(1, 1), (2, 1)]


@pytest.mark.parametrize(
    ("write_mode", "on_duplicate", "known", "unknown"),
    [
        ("create_only", None, ("duplicate", ("duplicate_existing",)), ("created", ())),
        ("create_only", "skip", ("duplicate", ("duplicate_existing",)), ("created", ())),
        ("create_only", "reject", ("rejected", ("duplicate_existing_refused",)), ("created", ())),
        ("update_only", None, ("updated", ()), ("rejected", ("match_missing",))),
        ("update_only", "fill", ("updated", ()), ("rejected", ("match_missing",))),
        ("upsert", None, ("updated", ()), ("created", ())),
        ("upsert", "fill", ("updated", ()), ("created", ())),
        ("upsert", "skip", ("duplicate", ("duplicate_existing",)), ("created", ())),
        ("upsert", "reject", ("rejected", ("duplicate_existing_refused",)), ("created", ())),
    ],
)
def test_the_modes_say_which_rows_are_written(written, write_mode, on_duplicate, known, unknown):
    written.add([row()], profile())
    by = profile(write_mode=write_mode, on_duplicate=on_duplicate)
    entry = written.add([row(first_name="Ana"), row("bo@example.com")], by)
    new = 2 if unknown[0] == "created" else None
    assert written.ledger(entry) == [(*known, 1), (*unknown, new)]
    assert ("first_name" in written.leads()[1]) is (known[0] == "updated")


def test_a_lead_elsewhere_is_updated_where_the_scope_is_the_company_and_that_of_the_destination_first(written):
    elsewhere = profile(destination={"kind": "offer", "name": "solar"})
    company = profile(scrub_scope="company")
    written.add([row()], elsewhere)
    assert written.ledger(written.add([row(city="Bonn")], company)) == [("updated", (), 1)]
    written.add([row()], profile())
    assert written.ledger(written.add([row(city="Rome")], company)) == [("updated", (), 2)]
    assert [lead["city"] for lead in written.leads().values()] == ["Bonn", "Rome"]


def test_where_only_another_destination_has_a_lead_the_contact_gets_a_second_one(written):
    written.add([row()], profile(destination={"kind": "offer", "name": "solar"}))
    assert written.ledger(written.add([row()], profile())) == [("created", (), 2)]
    assert written.one("select count(distinct contact_id) from base.leads") == 1
    update_only = profile(destination={"kind": "list", "name": "x"}, write_mode="update_only")
    assert written.ledger(written.add([row()], update_only)) == [("rejected", ("match_missing",), None)]


def test_everything_of_the_profile_is_supplied_by_a_file_with_all_columns():
    assert {"email", "attribute.x", "alias.phone", "attributes"} <= everything(
        profile(attributes={"x": {"type": "text"}}, aliases={"phone": {}})
    )


def test_the_digits_beside_a_phone_are_those_of_the_phone_whoever_wrote_it(written):
    """A list that comes late looks for its numbers among these digits."""

    def kept():
        return written.store.workspace.rows("select phone, phone_key from base.leads order by lead_id")

    by = profile()
    written.add([row(phone=P), row("bo@example.com")], by)
    assert kept() == [(P, 12125550101), (None, None)]
    written.add([row(phone=Q), row("bo@example.com", city="Bonn")], by)
    assert kept() == [(Q, 12125550102), (None, None)]
    written.add([row(city="Ulm"), row("bo@example.com", phone=P)], by)
    assert kept() == [(Q, 12125550102), (P, 12125550101)]
