"""Drafts that propose who is who, types of attributes, aliases and further people; uncommented, they still import."""

import re

import polars as pl
import pytest

from lead_pipeline.drafting.in_memory import validated
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.profiles import parse_profile
from lead_pipeline_tests.drafting.test_suggest import suggested

ROWS = 30
PHONES = [f"(202) 555-01{number:02}" for number in range(ROWS)]
EMAILS = [f"ana{number}@example.org" for number in range(ROWS)]
IDS = [f"C{number:03}" for number in range(ROWS)]
HALF = [*EMAILS[:10], *[""] * 20]


@pytest.mark.parametrize(
    ("columns", "field", "others"),
    [
        ({"Phone": PHONES, "Email": EMAILS}, "phone", ["email ('Email'): 100 % of the rows"]),
        ({"Phone": [*PHONES[:10], *[""] * 20], "Email": EMAILS}, "email", ["phone ('Phone'): 33 % of the rows"]),
        ({"Email": HALF, "Contact ID": IDS}, "external_id", ["email ('Email'): 33 % of the rows"]),
        ({"Contact ID": IDS, "City": ["Rome"] * ROWS}, "external_id", []),
        ({"Email": ["a@example.org"] * 20 + [""] * 10, "Cookie ID": IDS}, "email", ["cookie_id ('Cookie ID')"]),
    ],
    ids=["phone-first", "fuller-email", "fuller-id", "only-an-id", "people-before-ids"],
)
def test_the_identifier_is_proposed_with_shares_and_what_else_could_be(columns, field, others):
    text, profile = suggested(columns)
    told = " ".join(text.replace("#", " ").split())
    assert profile.identify_by == field
    assert profile.rules[field].required
    assert "Identity: contacts and duplicates are matched on this field" in told
    for other in others:
        assert other in told


def test_shares_of_different_values_are_told():
    text, _ = suggested({"Email": [*EMAILS[:15], *EMAILS[:15]]})
    assert "email ('Email'): 100 % of the rows have one, 50 % of these different" in " ".join(
        text.replace("#", " ").split()
    )


def plain(text: str) -> str:
    return " ".join(text.replace("#", " ").split())


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"Phone": PHONES[:3] * 10, "Client ID": IDS}, "external_id"),
        ({"Phone": ["(202) 555-0101", "202.555.0101", "2025550101"] * 10, "Client ID": IDS}, "external_id"),
        ({"Phone": PHONES[:3] * 10, "Provider Code": IDS, "City": ["Rome"] * ROWS}, "external_id"),
        ({"Phone": PHONES[:3] * 10, "Email": EMAILS}, "email"),
        ({"Email": EMAILS[:3] * 10, "Phone": PHONES}, "phone"),
        ({"Phone": [*PHONES[:27], *PHONES[:3]], "Client ID": IDS}, "phone"),
        ({"Phone": PHONES[:3] * 10, "Client ID": IDS[:3] * 10}, "phone"),
    ],
    ids=[
        "id",
        "one-phone-in-several-spellings",
        "some-code",
        "email",
        "shared-email",
        "a-few-repeats",
        "the-id-repeats-too",
    ],
)
def test_an_identifier_that_many_rows_share_gives_way_to_one_that_keeps_them_apart(columns, field):
    text, profile = suggested(columns, region="US")
    assert profile.identify_by == field
    same = pl.Series(columns[profile.column_of(field)]).n_unique()
    apart = "rows would be duplicates of another row" not in plain(text)
    assert apart == (same == ROWS)


@pytest.mark.parametrize(
    ("names", "field"),
    [
        ([f"Mo Tenby {number}" for number in range(ROWS)], "external_id"),
        (["Mo Tenby", *[f"Ana Fox {number}" for number in range(ROWS - 6)], *["Mo Tenby"] * 5], "phone"),
    ],
    ids=["other-people", "one-person-again"],
)
def test_names_say_whether_a_phone_is_shared_or_a_person_is_there_again(names, field):
    columns = {"Phone": [*PHONES[:25], *[PHONES[0]] * 5], "Company": names, "Client ID": IDS}
    assert suggested(columns, region="US")[1].identify_by == field


def test_how_many_rows_would_be_duplicates_under_each_identifier_is_said():
    text, _ = suggested({"Phone": PHONES[:3] * 10, "Client ID": IDS}, region="US")
    assert "external_id ('Client ID'): 100 % of the rows have one, 100 % of these different, and none of 30" in plain(
        text
    )
    assert "phone ('Phone'): 100 % of the rows have one, 10 % of these different, and 27 of 30 rows would" in plain(
        text
    )
    assert "Not phone, which rows share that differ in external_id." in plain(text)


def test_a_shared_identifier_without_another_is_asked_about():
    text, _ = suggested({"Phone": PHONES[:3] * 10, "City": ["Rome"] * ROWS}, region="US")
    assert "none would be rejected. 27 of 30 rows would be duplicates of another row." in plain(text)
    assert "QUESTION: are rows with the same phone the same person?" in plain(text)
    assert "Nothing is left to ask" not in plain(text)


def test_an_id_that_only_counts_the_rows_is_said_to():
    counted = {"Phone": PHONES[:3] * 10, "ID": [str(number) for number in range(1, ROWS + 1)]}
    text, _ = suggested(counted, region="US")
    assert "The values of 'ID' count the rows" in plain(text)


def test_rows_without_the_identifier_can_become_new_leads_by_a_line():
    columns = {"Email": [*EMAILS[:25], *[""] * 5], "First name": ["Ana"] * 30}
    text, _ = suggested(columns)
    assert "Of 30 rows tried with it, 5 would be rejected: email_missing 5." in " ".join(text.replace("#", " ").split())
    opened = text.replace("# rows_without_identifier: create", "rows_without_identifier: create")
    opened = opened.replace("    required: true\n", "")
    rows = validated(pl.DataFrame(columns), parse_profile(opened, "draft"))
    assert rows["reasons"].list.len().sum() == 0


def test_a_file_in_which_nobody_is_named_is_refused_with_what_to_name():
    with pytest.raises(RequiredColumnUnmappedError, match=r"none is called an id.*City, column 2.*as phone or email"):
        suggested({"City": ["Rome"] * ROWS, "Plan": ["a"] * ROWS})


TYPED = {
    "Phone": PHONES,
    "Renewal": [f"{1 + number % 28:02}.03.2026" for number in range(ROWS)],
    "Balance": [f"${number * 1000 + 0.5:,.2f}" for number in range(ROWS)],
    "Newsletter": ["yes", "no", ""] * 10,
    "Rank": [str(number) for number in range(ROWS)],
    "Plan": ["Gold", "Silver", "Basic"] * 10,
}


def test_types_that_are_clear_are_lines_to_uncomment_and_reject_nothing():
    text, profile = suggested(TYPED)
    assert profile.attributes == {}
    start = text.index("# attributes:")
    block = text[start : text.index("\n\n", start)]
    lines = [line for line in block.splitlines() if "to choose or complete" not in line]
    typed = parse_profile(text + "\n".join(line.removeprefix("# ") for line in lines) + "\n", "draft")
    assert {name: rule.type for name, rule in typed.attributes.items()} == {
        "Renewal": "date",
        "Balance": "decimal",
        "Newsletter": "boolean",
        "Rank": "integer",
    }
    rows = validated(pl.DataFrame(TYPED), typed)
    assert rows["reasons"].list.len().sum() == 0


def test_an_option_list_is_proposed_and_its_values_are_not_told():
    text, _ = suggested(TYPED)
    (line,) = [line for line in text.splitlines() if '"Plan"' in line and "option" in line]
    assert "only 3 different values in 30" in line
    assert not re.search("Gold|Silver|Basic", text)


def test_amounts_are_read_as_they_are_written():
    columns = {
        "Phone": PHONES,
        "Deal value": [f"{number}.234,50 €" for number in range(1, ROWS + 1)],
        "Tags": ["a"] * ROWS,
    }
    _, profile = suggested(columns)
    assert profile.fields["deal_value"].model_dump(include={"type", "locale", "units"}) == {
        "type": "decimal",
        "locale": "de",
        "units": ("€",),
    }
    assert validated(pl.DataFrame(columns), profile)["deal_value"].to_list()[0] == 1234.5


FURTHER = {
    "phone": PHONES,
    "_Alias_Email": EMAILS,
    "_alias_cookie": IDS,
    "secondary_phone_1": ["+1 202 555 0177", *[""] * 29],
    "Secondary_1_Role": ["spouse", *[""] * 29],
    "secondary_phone_2": ["not a phone", *[""] * 29],
}


def test_aliases_and_further_people_are_taken_and_cost_no_row():
    text, profile = suggested(FURTHER)
    assert list(profile.aliases) == ["email", "cookie_id"]
    assert (profile.secondary_contacts.max, list(profile.secondary_contacts.variables)) == (2, ["Role"])
    rows = validated(pl.DataFrame(FURTHER), profile)
    assert rows["reasons"].list.len().sum() == 0
    assert rows["aliases"][0].to_list() == [
        {"kind": "email", "value": "ana0@example.org"},
        {"kind": "cookie_id", "value": "C000"},
    ]
    assert rows["secondary_contacts"][0].to_list() == [{"phone": "+12025550177", "attributes": '{"Role":"spouse"}'}]
    assert "secondary_dropped" in rows["warnings"][0]
    assert "QUESTION" not in text.split("fields:")[1]


def test_further_people_without_a_phone_of_the_lead_stay_attributes():
    columns = {"Email": EMAILS, "secondary_phone_1": PHONES, "secondary_1_role": ["spouse"] * ROWS}
    _, profile = suggested(columns)
    assert profile.secondary_contacts is None
    assert validated(pl.DataFrame(columns), profile)["attributes"][0].startswith('{"secondary_phone_1":')
