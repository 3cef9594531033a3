"""Secondary contacts and aliases: each judged for itself, and among the others of its row."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline_tests.rooms import judged_rows, profile_of

VARIABLES = {
    "name": {"type": "text", "max_length": 5},
    "age": {"type": "integer", "on_invalid": "blank", "max": 120},
    "role": {"type": "option", "options": ["Boss", "Aide"], "default": "Aide"},
}
A, B, C = "+12015550101", "+12015550102", "+12015550103"


def judged(cells: dict[str, str | None], phone: str = "2015550100", **secondary: Any) -> dict[str, Any]:
    """Return one judged row; the cells are those of its contacts, `1` for a phone, `1_name` for a variable."""
    contacts = {"max": 3, "variables": VARIABLES} | secondary
    fields = {"phone": {"type": "phone", "multiple": "secondary"}}
    headers = {key: f"secondary_{key}" if "_" in key else f"secondary_phone_{key}" for key in cells}
    columns = {"phone": [phone]} | {headers[key]: [cell] for key, cell in cells.items()}
    return judged_rows(profile_of(fields=fields, secondary_contacts=contacts), columns).row(0, named=True)


def kept(row: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(one["phone"], json.loads(one["attributes"] or "{}")) for one in row["secondary_contacts"] or ()]


def test_contacts_keep_their_calling_order_and_gaps_are_closed():
    row = judged(
        {"1": "", "1_name": "", "2": B, "2_name": "Bo", "2_role": "boss", "3": "(201) 555-0101", "3_age": "44"}
    )
    assert kept(row) == [(B, {"name": "Bo", "role": "Boss"}), (A, {"age": 44, "role": "Aide"})]
    assert (row["reasons"], row["warnings"], row["hints"]) == ([], [], None)


def test_a_row_without_contacts_has_none_and_no_default_makes_one():
    row = judged({"1": " ", "1_name": None, "1_role": ""})
    assert (row["secondary_contacts"], row["reasons"], row["warnings"]) == (None, [], [])
    assert judged({})["secondary_contacts"] is None


@pytest.mark.parametrize(
    ("cells", "codes", "hint"),
    [
        ({"1": "201 555 01"}, ["phone_too_short"], "secondary 1: phone_too_short."),
        ({"1_name": "Bo"}, ["secondary_phone_missing"], "secondary 1: secondary_phone_missing."),
        ({"1_age": "x"}, ["secondary_phone_missing"], "secondary 1: secondary_phone_missing."),
        ({"1": "n/a", "1_name": "Bo"}, ["secondary_phone_missing"], "secondary 1: secondary_phone_missing."),
        ({"1": "201 555 0100"}, ["secondary_equals_primary"], "secondary 1: secondary_equals_primary."),
        ({"1": A, "1_name": "Roberta"}, ["value_too_long"], "secondary 1: value_too_long."),
        ({"1": A, "1_role": "King"}, ["option_invalid"], "secondary 1: option_invalid."),
        ({"1": "x", "1_name": "Roberta"}, ["value_too_long", "phone_not_a_number"], None),
        ({"1": "2015550100", "1_name": "Roberta"}, ["value_too_long", "secondary_equals_primary"], None),
    ],
)
def test_a_bad_contact_is_left_out_and_costs_the_row_nothing(cells, codes, hint):
    row = judged(cells | {"2": B})
    assert (kept(row), row["reasons"]) == ([(B, {"role": "Aide"})], [])
    warned = [code for code in row["warnings"] if code not in ("secondary_dropped", "number_invalid")]
    assert warned == codes
    assert "secondary_dropped" in row["warnings"]
    assert row["phone"] == "+12015550100"
    if hint:
        assert row["hints"] == hint


def test_a_bad_contact_costs_the_row_when_the_profile_says_so():
    row = judged({"1": A, "2": "201 555 01", "2_name": "Roberta", "3_age": "7"}, on_invalid="reject")
    assert row["reasons"] == ["value_too_long", "phone_too_short", "secondary_phone_missing"]
    assert row["warnings"] == []
    assert row["hints"] == "secondary 2: phone_too_short, value_too_long. secondary 3: secondary_phone_missing."


@pytest.mark.parametrize("on_invalid", ["drop", "reject"])
def test_a_variable_that_may_be_blanked_is_blanked_alone(on_invalid):
    row = judged({"1": A, "1_age": "old", "1_name": "Bo"}, on_invalid=on_invalid)
    assert kept(row) == [(A, {"name": "Bo", "role": "Aide"})]
    assert (row["reasons"], row["warnings"], row["hints"]) == ([], ["number_invalid"], None)


def test_of_two_contacts_with_one_phone_the_first_good_one_stays():
    row = judged({"1": A, "2": "201-555-0101", "3": B})
    assert [phone for phone, _ in kept(row)] == [A, B]
    assert row["warnings"] == ["secondary_repeated", "secondary_dropped"]
    assert row["hints"] == "secondary 2: secondary_repeated."
    row = judged({"1": A, "1_name": "Roberta", "2": A, "2_name": "Bo"})
    assert kept(row) == [(A, {"name": "Bo", "role": "Aide"})]
    assert row["warnings"] == ["value_too_long", "secondary_dropped"]


def test_the_other_numbers_of_the_leads_own_cell_are_its_own():
    row = judged({"1": "(201) 555-0102", "2": C}, phone=f"2015550100; {B}")
    assert row["secondary_phones"] == [B]
    assert [phone for phone, _ in kept(row)] == [C]
    assert "secondary_equals_primary" in row["warnings"]


def test_contacts_of_a_row_without_a_good_phone_are_judged_all_the_same():
    row = judged({"1": A, "2": A}, phone="x")
    assert row["reasons"] == ["phone_not_a_number"]
    assert row["warnings"] == ["secondary_repeated", "secondary_dropped"]
    assert [phone for phone, _ in kept(row)] == [A]


def test_a_required_variable_is_required_of_contacts_that_are_there():
    variables = {"name": {"type": "text", "required": True, "on_invalid": "blank", "max_length": 5}}
    row = judged({"1": A, "2": B, "2_name": "Bo", "3": C, "3_name": "Roberta"}, variables=variables)
    assert kept(row) == [(B, {"name": "Bo"}), (C, {})]
    assert row["warnings"] == ["required_missing", "value_too_long", "secondary_dropped"]
    assert row["hints"] == "secondary 1: required_missing."


def test_phones_of_contacts_follow_the_rules_of_the_leads_phone():
    contacts = {"max": 1}
    strict = profile_of(
        fields={"phone": {"type": "phone", "format": "international", "allow_types": ["toll_free"]}},
        secondary_contacts=contacts,
    )
    columns = {"phone": ["+18005550199"] * 3, "secondary_phone_1": ["8005550198", A, "+18005550198"]}
    rows = judged_rows(strict, columns)
    assert rows["warnings"].to_list() == [
        ["phone_format_not_allowed", "secondary_dropped"],
        ["phone_type_not_allowed", "secondary_dropped"],
        [],
    ]


def test_columns_of_contacts_are_called_as_the_profile_says():
    contacts = {
        "max": 2,
        "phone_column": "Tel {n}",
        "variable_column": "{variable} ({n})",
        "variables": {"Name": {"type": "text"}},
    }
    profile = profile_of(secondary_contacts=contacts)
    row = judged_rows(profile, {"phone": ["2015550100"], "TEL 2": [A], "name (2)": ["Bo"], "Tel 3": [B]}).row(
        0, named=True
    )
    assert kept(row) == [(A, {"Name": "Bo"})]
    assert row["attributes"] == f'{{"Tel 3":"{B}"}}'


PHONES = st.sampled_from([None, "", "2015550100", A, "(201) 555-0101", B, "201 555 01", "n/a"])
NAMES = st.sampled_from([None, "Bo", "Roberta"])
CANONICAL = {"2015550100": "+12015550100", A: A, "(201) 555-0101": A, B: B}


@given(st.lists(st.lists(st.tuples(PHONES, NAMES), min_size=3, max_size=3), min_size=1, max_size=5))
def test_contacts_are_judged_as_one_by_one(rows):
    columns: dict[str, list[str | None]] = {"phone": ["2015550100"] * len(rows)}
    for place in (1, 2, 3):
        columns[f"secondary_phone_{place}"] = [row[place - 1][0] for row in rows]
        columns[f"secondary_{place}_name"] = [row[place - 1][1] for row in rows]
    contacts = {"max": 3, "variables": {"name": VARIABLES["name"]}}
    found = judged_rows(profile_of(secondary_contacts=contacts), columns)
    for row, is_now in zip(rows, found.iter_rows(named=True), strict=True):
        phones, codes = obvious(row)
        assert [phone for phone, _ in kept(is_now)] == phones
        assert set(is_now["warnings"]) == codes | ({"secondary_dropped"} if codes else set())
        assert is_now["reasons"] == []


def obvious(contacts: list[tuple[str | None, str | None]]) -> tuple[list[str], set[str]]:
    good: list[str] = []
    codes: set[str] = set()
    for phone, name in contacts:
        faults = {"value_too_long"} if name == "Roberta" else set()
        number = CANONICAL.get(phone or "")
        if phone == "201 555 01":
            faults.add("phone_too_short")
        elif number is None and name is not None:
            faults.add("secondary_phone_missing")
        elif number == "+12015550100":
            faults.add("secondary_equals_primary")
        elif number in good:
            faults.add("secondary_repeated")
        if number is not None and not faults:
            good.append(number)
        codes |= faults
    return good, codes


def aliased(cells: dict[str, str | None], **aliases: Any) -> dict[str, Any]:
    profile = profile_of(
        fields={"phone": {"type": "phone", "on_invalid": "blank"}, "email": {"type": "email"}},
        identify_by="email",
        aliases={kind: {} for kind in ("phone", "email", "external_id", "cookie_id", "social")} | aliases,
    )
    columns = {"phone": ["2015550100"], "email": ["ana@example.com"]} | {name: [cell] for name, cell in cells.items()}
    return judged_rows(profile, columns).row(0, named=True)


def test_aliases_are_normalized_by_their_kind():
    row = aliased(
        {
            "_alias_email": " Bo@EXAMPLE.com ",
            "_alias_phone": "(201) 555-0101",
            "_alias_cookie": " c1 ",
            "_alias_external_id": "X-9",
            "_alias_social": "@bo",
        }
    )
    assert row["aliases"] == [
        {"kind": "phone", "value": A},
        {"kind": "email", "value": "Bo@example.com"},
        {"kind": "external_id", "value": "X-9"},
        {"kind": "cookie_id", "value": "c1"},
        {"kind": "social", "value": "@bo"},
    ]
    assert row["attributes"] is None


def test_an_alias_that_is_the_rows_own_identifier_is_left_out_without_a_word():
    row = aliased({"_alias_email": "ana@EXAMPLE.com", "_alias_phone": "2015550100"})
    assert row["aliases"] == [{"kind": "phone", "value": "+12015550100"}]
    assert (row["reasons"], row["warnings"]) == ([], [])


def test_a_bad_alias_is_left_out_with_a_warning_or_rejects_the_row():
    row = aliased({"_alias_email": "bo at example", "_alias_phone": ""})
    assert (row["aliases"], row["reasons"], row["warnings"]) == (None, [], ["email_invalid"])
    row = aliased({"_alias_email": "bo at example"}, email={"on_invalid": "reject"})
    assert (row["reasons"], row["warnings"]) == (["email_invalid"], [])


def test_an_alias_has_the_column_that_the_profile_names():
    row = aliased({"Other Mail": "bo@example.com", "_alias_email": "cy@example.com"}, email={"column": "other mail"})
    assert row["aliases"] == [{"kind": "email", "value": "bo@example.com"}]
    assert json.loads(row["attributes"]) == {"_alias_email": "cy@example.com"}
