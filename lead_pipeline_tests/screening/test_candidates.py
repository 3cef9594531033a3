"""Whose row it is: by its own identifier and by aliases, against the store and within the file."""

import pytest

from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import profile

P, Q, R = "+12125550101", "+12125550102", "+12125550103"
BY = profile(aliases={"phone": {}, "external_id": {}, "social": {}, "email": {}})
CREATED, AMBIGUOUS = ("created", ()), ("rejected", ("match_ambiguous",))


def row(email: str | None, *aliases: tuple[str, str], **values: object) -> Row:
    address = None if email is None else f"{email}@example.com"
    return Row({"email": address, **values}, aliases=aliases)


def phone(value: str) -> tuple[str, str]:
    return "phone", value


def verdicts(written, entry):
    return [(outcome, reasons) for outcome, reasons, _lead in written.ledger(entry)]


def identifiers(written):
    """Return the identifiers of each contact, contacts in the order of their first."""
    found = {}
    for kind, value, contact in written.store.workspace.rows(
        "select kind, coalesce(value, '+' || key), contact_id from base.identifiers order by contact_id, 1, 2"
    ):
        found.setdefault(contact, set()).add((kind, value))
    return list(found.values())


def test_aliases_become_identifiers_of_the_new_contact(written):
    written.add([row("ana", phone(P), ("social", "@ana")), row("bo")], BY)
    assert identifiers(written) == [
        {("email", "ana@example.com"), ("phone", P), ("social", "@ana")},
        {("email", "bo@example.com")},
    ]


def test_a_row_is_of_the_contact_that_one_of_its_aliases_is_of(written):
    written.add([row("ana", phone(P))], BY)
    entry = written.add([row("ana.b", phone(P), first_name="Ana")], BY)
    assert written.ledger(entry) == [("updated", (), 1)]
    assert written.leads()[1]["email"] == "ana.b@example.com"
    assert identifiers(written) == [{("email", "ana@example.com"), ("email", "ana.b@example.com"), ("phone", P)}]


@pytest.mark.parametrize(
    ("ambiguous", "hint"),
    [
        (row("ana", phone(Q)), "email belongs to contact 1, alias phone to contact 2."),
        (row("new", phone(P), ("social", "@bo")), "alias phone belongs to contact 1, alias social to contact 2."),
        (row("ana", ("email", "bo@example.com")), "email belongs to contact 1, alias email to contact 2."),
        (
            row("ana", phone(Q), ("external_id", "c")),
            "email belongs to contact 1, alias external_id to contact 3, alias phone to contact 2.",
        ),
    ],
)
def test_a_row_of_several_contacts_is_ambiguous_and_names_them(written, ambiguous, hint):
    written.add([row("ana", phone(P)), row("bo", phone(Q), ("social", "@bo")), row("cy", ("external_id", "c"))], BY)
    before = written.dump()
    entry = written.add([ambiguous], BY)
    assert written.ledger(entry) == [(*AMBIGUOUS, None)]
    assert written.hints(entry) == [hint]
    after = written.dump()
    assert [after[table] for table in ("leads", "contacts", "identifiers")] == [
        before[table] for table in ("leads", "contacts", "identifiers")
    ]


def test_a_hint_about_the_contacts_stands_behind_what_the_row_was_told_before(written):
    written.add([row("ana", phone(P)), row("bo", phone(Q))], BY)
    entry = written.add([row("ana", phone(Q))], BY, hints=["email: Perhaps anna@example.com was meant."])
    assert written.hints(entry) == [
        "email: Perhaps anna@example.com was meant. email belongs to contact 1, alias phone to contact 2."
    ]


MERGING = profile(aliases={"phone": {}, "external_id": {}, "social": {}, "email": {}}, duplicates_in_file="merge")
MERGED = ("duplicate", ("duplicate_merged",))


def test_a_row_that_goes_by_an_alias_of_an_earlier_row_is_of_the_same_person(written):
    entry = written.add([row("ana", ("email", "ana.b@example.com")), row("ana.b", city="Bonn")], MERGING)
    assert written.ledger(entry) == [("created", (), 1), (*MERGED, 1)]
    assert written.leads()[1]["city"] == "Bonn"
    assert identifiers(written) == [{("email", "ana@example.com"), ("email", "ana.b@example.com")}]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)], ids=str)
def test_rows_that_are_linked_by_aliases_in_any_order_are_one_person_unless_two_have_begun(written, order):
    chain = [row("ana", phone(P)), row("bo", phone(P)), row("bo", phone(Q))]
    entry = written.add([chain[place] for place in order], MERGING)
    assert [outcome for outcome, _ in verdicts(written, entry)] == ["created", "duplicate", "duplicate"]
    assert len(identifiers(written)) == 1


def test_a_row_between_two_people_of_the_file_is_ambiguous_and_costs_no_other(written):
    begun = [row("ana", phone(P)), row("bo", phone(Q))]
    between = row("new", phone(P), ("external_id", "y"), ("email", "bo@example.com"))
    entry = written.add([*begun, between, row("ana"), row("bo"), row("new")], MERGING)
    assert verdicts(written, entry) == [CREATED, CREATED, AMBIGUOUS, MERGED, MERGED, CREATED]
    assert written.hints(entry)[2] == "alias email belongs to row 2 of this file, alias phone to row 1 of this file."
    assert all(("external_id", "y") not in one for one in identifiers(written))


def test_where_the_first_row_of_a_person_is_imported_the_others_leave_no_identifier(written):
    entry = written.add([row("ana", phone(P)), row("bo", phone(P)), row("bo", city="Rome")], BY)
    assert verdicts(written, entry) == [CREATED, ("duplicate", ("duplicate_in_file",)), CREATED]
    assert identifiers(written) == [{("email", "ana@example.com"), ("phone", P)}, {("email", "bo@example.com")}]


def test_of_a_chain_longer_than_links_are_followed_every_row_is_looked_at(written):
    links = [row(f"p{n}", ("email", f"p{n + 1}@example.com")) for n in range(40)]
    entry = written.add([*links, row("other")], MERGING)
    assert (entry.counts.created, entry.counts.duplicate) == (2, 39)


def test_rows_with_different_identifiers_that_the_store_knows_by_one_contact_are_one_person(written):
    written.add([row("ana", ("email", "ana.b@example.com"))], BY)
    entry = written.add([row("ana", phone(P)), row("ana.b", phone(P), city="Bonn")], BY)
    assert written.ledger(entry) == [("updated", (), 1), ("duplicate", ("duplicate_in_file",), 1)]


def test_they_are_one_person_also_to_a_file_without_aliases(written):
    written.add([row("ana", ("email", "ana.b@example.com"))], BY)
    entry = written.add([row("ana.b", city="Rome"), row("ana", city="Bonn")], profile(duplicates_in_file="merge"))
    assert written.ledger(entry) == [("updated", (), 1), ("duplicate", ("duplicate_merged",), 1)]
    assert written.leads()[1]["city"] == "Bonn"


def test_a_row_follows_an_earlier_one_with_the_same_identifier_to_its_contact(written):
    written.add([row("ana", phone(P))], BY)
    entry = written.add([row("new", phone(P)), row("new"), row("new", phone(Q))], BY)
    assert [verdict[0] for verdict in verdicts(written, entry)] == ["updated", "duplicate", "duplicate"]
    assert {lead for _outcome, _reasons, lead in written.ledger(entry)} == {1}


def test_a_row_that_gives_somebody_new_of_this_file_to_a_known_contact_is_ambiguous(written):
    written.add([row("ana", phone(P))], BY)
    entry = written.add([row("new"), row("new", phone(P))], BY)
    assert verdicts(written, entry) == [CREATED, AMBIGUOUS]
    assert written.hints(entry)[1] == "email belongs to row 1 of this file, alias phone to contact 1."


def test_neither_a_rejected_nor_a_suppressed_row_claims_anything(written):
    written.suppress("blocked", R)
    rejected = Row({"email": "x@example.com"}, aliases=(phone(P),), reasons=("number_invalid",))
    suppressed = row("y", phone(R), ("social", "@s"))
    entry = written.add([rejected, suppressed, row("z", phone(P), ("social", "@s"))], BY)
    assert verdicts(written, entry) == [("rejected", ("number_invalid",)), ("suppressed", ("blocked",)), CREATED]


def test_values_of_different_kinds_are_different_identifiers(written):
    by = profile("external_id", aliases={"cookie_id": {}, "social": {}})
    rows = [
        Row({"external_id": "1"}, aliases=(("cookie_id", "1"),)),
        Row({"external_id": "2"}, aliases=(("social", "1"),)),
    ]
    assert verdicts(written, written.add(rows, by)) == [CREATED, CREATED]


def test_rows_without_any_identifier_are_always_new_leads_of_new_contacts(written):
    by = profile(rows_without_identifier="create", aliases={"phone": {}})
    for _ in range(2):
        entry = written.add([row(None, first_name="Ana"), row(None, first_name="Ana")], by)
        assert verdicts(written, entry) == [CREATED, CREATED]
        assert entry.contacts_created == 2
    assert written.one("select count(distinct contact_id) from base.leads") == 4
    assert identifiers(written) == []


def test_a_row_without_its_own_identifier_is_known_by_its_alias(written):
    by = profile(rows_without_identifier="create", aliases={"phone": {}})
    entry = written.add([row(None, phone(P)), row(None, phone(P)), row("ana", phone(P))], by)
    in_file = ("duplicate", ("duplicate_in_file",))
    assert verdicts(written, entry) == [CREATED, in_file, in_file]
    assert written.ledger(written.add([row("ana", phone(P))], by)) == [("updated", (), 1)]
    assert identifiers(written) == [{("email", "ana@example.com"), ("phone", P)}]


def test_an_alias_that_nobody_brings_into_the_file_is_not_looked_for(written):
    written.add([row("ana", phone(P))], BY)
    supplied = frozenset({"email", "city"})
    assert written.ledger(written.add([row("ana", city="Bonn")], BY, supplied)) == [("updated", (), 1)]


def test_many_rows_that_contend_are_settled_in_the_order_of_the_file(written):
    """More of them than are looked at in one go."""
    rows = [row(f"p{n}", ("external_id", str(n // 2))) for n in range(24_000)]
    entry = written.add(rows, BY)
    assert (entry.counts.created, entry.counts.duplicate) == (12_000, 12_000)
    assert (
        written.one("select count(*) from base.row_outcomes where (row_number % 2 = 1) <> (outcome = 'created')") == 0
    )


def test_emails_are_told_apart_without_letter_case_and_kept_as_written(written):
    written.add([row("Ana")], BY)
    entry = written.add([row("ANA", city="Bonn"), row("bo", ("email", "aNA@example.com"))], BY)
    assert verdicts(written, entry) == [("updated", ()), ("duplicate", ("duplicate_in_file",))]
    assert written.leads()[1]["email"] == "ANA@example.com"
    assert identifiers(written) == [{("email", "ana@example.com")}]
