"""Columns of aliases and of secondary contacts are known by their names."""

import pytest

from lead_pipeline.drafting.contact_columns import further_columns


def test_aliases_and_people_are_found_whatever_the_letter_case():
    columns = [
        "phone",
        "_Alias_Email",
        "_alias_cookie",
        " _alias_external_id ",
        "Secondary_Phone_1",
        "secondary_phone_3",
    ]
    found = further_columns([*columns, "secondary_1_Role", "SECONDARY_3_role", "secondary_1_name"])
    assert found.aliases == {
        "email": "_Alias_Email",
        "cookie_id": "_alias_cookie",
        "external_id": " _alias_external_id ",
    }
    assert (found.contacts, found.variables) == (3, ("Role", "name"))
    assert found.columns == {*columns[1:], "secondary_1_Role", "SECONDARY_3_role", "secondary_1_name"}


@pytest.mark.parametrize(
    "columns",
    [
        ["_alias_fax", "alias_email", "_alias_"],
        ["secondary_phone", "secondary_phone_0", "secondary_phone_11", "secondary_phone_x", "secondary phone 1"],
        ["secondary_1_role"],
        [],
    ],
    ids=["other-aliases", "other-phones", "nobody-to-call", "none"],
)
def test_what_only_looks_alike_is_left_alone(columns):
    found = further_columns(columns)
    assert (found.aliases, found.contacts, found.variables, found.columns) == ({}, 0, (), frozenset())


def test_of_two_columns_for_one_alias_the_first_is_taken():
    found = further_columns(["_alias_email", "_ALIAS_EMAIL"])
    assert (found.aliases, found.columns) == ({"email": "_alias_email"}, {"_alias_email"})
