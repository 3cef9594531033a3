"""`identity_upsert`, sentence by sentence: upsert by a chosen identifier."""

import polars as pl
import pytest

from lead_pipeline.drafting.suggest import suggest_profile
from lead_pipeline.profiles import parse_profile
from lead_pipeline_tests.systems.homes import counts, home_of

HEADER = ["email", "first_name", "city", "plan"]
#: What makes another kind the identifier, as the profile's own comments say.
BY = {
    "email": "",
    "phone": "identify_by: phone\nfields: {phone: {on_invalid: reject}, email: {on_invalid: blank}}",
    "cookie_id": "identify_by: cookie_id\nfields: {email: {on_invalid: blank}}",
    "external_id": "identify_by: external_id\nfields: {email: {on_invalid: blank}}",
    "social": "identify_by: social\nfields: {email: {on_invalid: blank}}",
}
VALUES = {
    "email": ("ida@example.com", "ivo@example.com"),
    "phone": ("(951) 555-0101", "+1 951 555 0102"),
    "cookie_id": ("ck-1", "ck-2"),
    "external_id": ("0001", "0002"),
    "social": ("@ida", "@ivo"),
}


@pytest.fixture(scope="module")
def upsert():
    with home_of("identity_upsert") as system:
        yield system


def aliases_of(upsert, email):
    """Return every identifier of the contact that the lead with this email belongs to."""
    return upsert.stages.rows(
        "select identifier_kind, identifier from contacts where contact_id ="
        " (select contact_id from contacts where identifier = ?) order by all",
        email,
    )


# The primary identifier is any one of email, phone, cookie_id, external_id, social


@pytest.mark.parametrize("kind", BY)
def test_a_contact_is_created_and_updated_by_any_identifier(upsert, kind):
    profile = upsert.aimed(f"by {kind}", BY[kind])
    first, second = VALUES[kind]
    header = [kind, "first_name", "city"]
    created = upsert.imported(profile, header, [first, "Ida", "Rome"])
    result = upsert.imported(profile, header, [first, "Ida", "Oslo"], [second, "Ivo", "Bonn"], ["", "Eve", "Ulm"])
    assert counts(created) == {"created": 1}
    missing = {"email": "email_missing", "phone": "phone_missing"}.get(kind, "identifier_missing")
    assert upsert.verdicts(result) == [("updated", ()), ("created", ()), ("rejected", (missing,))]
    assert upsert.leads(profile, "first_name", "city") == [("Ida", "Oslo"), ("Ivo", "Bonn")]


@pytest.mark.parametrize(
    ("kind", "written", "again"),
    [
        ("email", "Ann@Example.com", "ann@example.COM"),
        ("phone", "(951) 555-0121", "+19515550121"),
        ("external_id", " X-7 ", "X-7"),
    ],
)
def test_one_identifier_written_in_two_ways_is_one_contact(upsert, kind, written, again):
    profile = upsert.aimed(f"spelled {kind}", BY[kind])
    upsert.imported(profile, [kind, "city"], [written, "Rome"])
    assert counts(upsert.imported(profile, [kind, "city"], [again, "Oslo"])) == {"updated": 1}


# columns that look like emails or phones are detected to propose it


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"Kontakt": [f"a{n}@example.com" for n in range(9)], "x": ["1"] * 9}, "email"),
        ({"c1": [f"(951) 555-01{n:02}" for n in range(9)], "x": ["1"] * 9}, "phone"),
        ({"Customer ID": [f"C{n}" for n in range(9)], "Name of pet": ["Rex"] * 9}, "external_id"),
    ],
)
def test_the_identifier_is_proposed_from_what_the_columns_look_like(columns, kind):
    frame = pl.DataFrame(columns)
    draft = suggest_profile("draft", frame.columns, frame, extends="identity_upsert")
    profile = parse_profile(draft, "draft")
    assert (profile.identify_by, profile.column_of(kind)) == (kind, frame.columns[0])
    assert f"{kind} ('{frame.columns[0]}'): 100 % of the rows have one" in " ".join(draft.replace("#", " ").split())


# Other columns map to profile fields (standard or custom, all text), to aliases, or to skip; names are case-insensitive


def test_columns_become_fields_custom_fields_and_aliases_or_are_skipped(upsert):
    profile = upsert.aimed("columns", "ignore_columns: [Internal]")
    upsert.imported(
        profile,
        ["EMAIL", "First_Name", "Postal_Code", "Shoe size", "_ALIAS_External_ID", "internal"],
        ["col@example.com", "Ida", "01234", "042", "E-1", "secret"],
    )
    assert upsert.leads(profile, "email", "first_name", "postal_code") == [("col@example.com", "Ida", "01234")]
    assert upsert.attributes(profile) == [{"Shoe size": "042"}]
    assert aliases_of(upsert, "col@example.com") == [("email", "col@example.com"), ("external_id", "E-1")]


def test_each_kind_of_alias_has_a_column_of_its_own(upsert):
    profile = upsert.aimed("aliases")
    header = ["email", "_alias_email", "_alias_phone", "_alias_cookie", "_alias_external_id", "_alias_social"]
    cells = ["main@example.com", "second@example.com", "(951) 555-0131", "ck-31", "E-31", "@main"]
    upsert.imported(profile, header, cells)
    assert aliases_of(upsert, "main@example.com") == [
        ("cookie_id", "ck-31"),
        ("email", "main@example.com"),
        ("email", "second@example.com"),
        ("external_id", "E-31"),
        ("phone", "+19515550131"),
        ("social", "@main"),
    ]


def test_a_bad_alias_costs_the_alias(upsert):
    profile = upsert.aimed("bad alias")
    result = upsert.imported(profile, ["email", "_alias_phone", "_alias_email"], ["badalias@example.com", "12", "x@"])
    assert upsert.verdicts(result) == [("created", ("phone_too_short", "email_invalid"))]
    assert aliases_of(upsert, "badalias@example.com") == [("email", "badalias@example.com")]


# A contact with that identifier is updated, else created; empty cells never overwrite


def test_an_update_writes_what_is_there_and_nothing_else(upsert):
    profile = upsert.aimed("updates")
    upsert.imported(profile, [*HEADER, "phone"], ["up@example.com", "Ida", "Rome", "basic", "9515550141"])
    result = upsert.imported(profile, HEADER, ["up@example.com", "", "Oslo", " "])
    assert upsert.verdicts(result) == [("updated", ())]
    assert upsert.leads(profile, "first_name", "city", "phone") == [("Ida", "Oslo", "+19515550141")]
    assert upsert.attributes(profile) == [{"plan": "basic"}]


def test_custom_fields_are_updated_one_by_one(upsert):
    profile = upsert.aimed("custom")
    upsert.imported(profile, ["email", "plan", "pet"], ["cu@example.com", "basic", "dog"])
    upsert.imported(profile, ["email", "plan", "car"], ["cu@example.com", "gold", "red"])
    assert upsert.attributes(profile) == [{"plan": "gold", "pet": "dog", "car": "red"}]


@pytest.mark.parametrize(
    ("rule", "there", "here", "kept"),
    [
        ("if_new_not_empty", "Rome", "Oslo", "Oslo"),
        ("if_new_not_empty", "Rome", "", "Rome"),
        ("if_existing_empty", "Rome", "Oslo", "Rome"),
        ("if_existing_empty", "", "Oslo", "Oslo"),
        ("always", "Rome", "", None),
        ("never", "", "Oslo", None),
    ],
)
def test_a_field_may_have_another_rule(upsert, rule, there, here, kept):
    profile = upsert.aimed(f"rule {rule} {there} {here}", f"fields: {{city: {{update_rule: {rule}}}}}")
    upsert.imported(profile, ["email", "city"], ["rule@example.com", there])
    upsert.imported(profile, ["email", "city"], ["rule@example.com", here])
    assert upsert.leads(profile, "city") == [(kept,)]


def test_several_rows_of_one_contact_come_to_the_same_as_one_after_the_other(upsert):
    rows = [
        ["m@example.com", "Ida", "Rome", ""],
        ["M@example.com", "", "Oslo", "gold"],
        ["m@example.com", "Eva", "", ""],
    ]
    together, apart = upsert.aimed("in one file"), upsert.aimed("in two files")
    result = upsert.imported(together, HEADER, *rows)
    for cells in rows:
        upsert.imported(apart, HEADER, cells)
    assert upsert.verdicts(result) == [
        ("created", ("duplicate_value_dropped",)),
        ("duplicate", ("duplicate_merged",)),
        ("duplicate", ("duplicate_merged", "duplicate_value_dropped")),
    ]
    columns = ("first_name", "city", "attributes")
    assert upsert.leads(together, *columns) == upsert.leads(apart, *columns) == [("Eva", "Oslo", '{"plan":"gold"}')]


@pytest.mark.parametrize(
    ("mode", "verdicts"),
    [
        ("write_mode: create_only\non_duplicate: skip", [("duplicate", ("duplicate_existing",)), ("created", ())]),
        ("write_mode: update_only", [("updated", ()), ("rejected", ("match_missing",))]),
        ("on_duplicate: fill", [("unchanged", ()), ("created", ())]),
        ("on_duplicate: reject", [("rejected", ("duplicate_existing_refused",)), ("created", ())]),
    ],
    ids=["create-only", "update-only", "fill", "reject"],
)
def test_only_creating_only_updating_and_only_filling_are_a_line_away(upsert, mode, verdicts):
    where = f"mode {mode}".replace(":", "").replace("\n", " ")
    upsert.imported(upsert.aimed(where), HEADER, ["mode@example.com", "Ida", "Rome", ""])
    new = f"new{len(mode)}@example.com"
    result = upsert.imported(
        upsert.aimed(where, mode), HEADER, ["mode@example.com", "Ida", "Oslo", ""], [new, "Ivo", "Bonn", ""]
    )
    assert upsert.verdicts(result) == verdicts


# aliases are added


def test_aliases_are_added_and_found_again(upsert):
    profile = upsert.aimed("added")
    upsert.imported(profile, ["email", "_alias_external_id"], ["add@example.com", "E-41"])
    more = upsert.imported(profile, ["email", "_alias_external_id"], ["add@example.com", "E-42"])
    same = upsert.imported(profile, ["email", "_alias_external_id", "city"], ["add@example.com", "E-41", ""])
    assert (counts(more), counts(same)) == ({"updated": 1}, {"unchanged": 1})
    assert aliases_of(upsert, "add@example.com") == [
        ("email", "add@example.com"),
        ("external_id", "E-41"),
        ("external_id", "E-42"),
    ]
    by_alias = upsert.imported(profile, ["email", "_alias_external_id", "city"], ["other@example.com", "E-42", "Rome"])
    assert counts(by_alias) == {"updated": 1}
    assert len(upsert.leads(profile, "lead_id")) == 1
    assert ("email", "other@example.com") in aliases_of(upsert, "add@example.com")


# created, updated, unchanged and failed are counted apart


def test_created_updated_unchanged_and_failed_are_counted_apart(upsert):
    profile = upsert.aimed("counted")
    upsert.imported(profile, HEADER, ["c1@example.com", "Ida", "Rome", "basic"], ["c2@example.com", "Ivo", "Bonn", ""])
    result = upsert.imported(
        profile,
        HEADER,
        ["c1@example.com", "Ida", "Oslo", "basic"],
        ["c2@example.com", "Ivo", "", ""],
        ["c3@example.com", "Eve", "Ulm", ""],
        ["no address", "Bo", "", ""],
        ["", "Cy", "", ""],
    )
    assert counts(result) == {"created": 1, "updated": 1, "unchanged": 1, "rejected": 2}
    assert (result.status, result.rows_read) == ("completed_with_rejects", 5)


# A row whose identifiers belong to two existing contacts is match_ambiguous with both named, never a silent merge


def test_identifiers_of_two_contacts_are_ambiguous_and_both_are_named(upsert):
    profile = upsert.aimed("ambiguous")
    header = ["email", "_alias_external_id", "city"]
    upsert.imported(profile, header, ["one@example.com", "E-51", "Rome"], ["two@example.com", "E-52", "Bonn"])
    before = upsert.leads(profile, "contact_id", "city")
    result = upsert.imported(profile, header, ["one@example.com", "E-52", "Oslo"])
    assert upsert.verdicts(result) == [("rejected", ("match_ambiguous",))]
    assert upsert.leads(profile, "contact_id", "city") == before
    told = str(upsert.hints(result)[0])
    assert all(f"contact {contact}" in told for contact, _ in before)
    assert "@" not in told


HISTORY = ["email", "_alias_email", "city"]


def test_a_row_by_the_former_address_that_an_earlier_row_names_is_of_the_same_contact(upsert):
    rows = ["eva.now@example.com", "eva.then@example.com", "Rome"], ["eva.then@example.com", "", "Oslo"]
    together, apart = upsert.aimed("linked in one"), upsert.aimed("linked in two")
    result = upsert.imported(together, HISTORY, *rows)
    dropped = "duplicate_value_dropped"
    assert upsert.verdicts(result) == [("created", (dropped,)), ("duplicate", ("duplicate_merged", dropped))]
    for row in (["ida.now@example.com", "ida.then@example.com", "Rome"], ["ida.then@example.com", "", "Oslo"]):
        upsert.imported(apart, HISTORY, row)
    assert upsert.leads(together, "city") == upsert.leads(apart, "city") == [("Oslo",)]


def test_a_row_between_two_people_of_its_file_is_ambiguous_and_the_others_are_not(upsert):
    profile = upsert.aimed("between")
    bridge = ["uma.then@example.com", "ben.now@example.com", "Kiel"]
    result = upsert.imported(
        profile,
        HISTORY,
        ["uma.now@example.com", "uma.then@example.com", "Rome"],
        ["ben.now@example.com", "", "Bonn"],
        bridge,
        ["uma.then@example.com", "", "Oslo"],
    )
    dropped = "duplicate_value_dropped"
    merged = ("duplicate", ("duplicate_merged", dropped))
    ambiguous = ("rejected", ("match_ambiguous",))
    assert upsert.verdicts(result) == [("created", (dropped,)), ("created", ()), ambiguous, merged]
    assert "row 1 of this file" in str(upsert.hints(result)[2])
    assert upsert.leads(profile, "city") == [("Oslo",), ("Bonn",)]


# an opt-out or block is never undone by an import


def test_an_opt_out_is_never_undone_by_an_update(upsert):
    by_phone = upsert.aimed("opted out", BY["phone"])
    upsert.imported(by_phone, ["phone", "city"], ["9515550171", "Rome"])
    upsert.stages.suppress(upsert.text("951-555-0171\n"), "opted_out")
    result = upsert.imported(by_phone, ["phone", "city"], ["9515550171", "Oslo"], ["9515550172", "Bonn"])
    assert upsert.verdicts(result) == [("suppressed", ("opted_out",)), ("created", ())]
    assert upsert.leads(by_phone, "city") == [("Rome",), ("Bonn",)]
