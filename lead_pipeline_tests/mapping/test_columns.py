"""Which column supplies which field, and the sentences for files that lack one."""

import polars as pl
import pytest

from lead_pipeline.mapping.columns import attribute_names, map_columns
from lead_pipeline.model.errors import ColumnsUnknownError, RequiredColumnUnmappedError
from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, WARNED_FILE_COLUMNS
from lead_pipeline.model.profile import ImportProfile


def profile(**changes) -> ImportProfile:
    return ImportProfile.model_validate(
        {
            "name": "solar",
            "destination": {"kind": "schedule", "name": "solar"},
            "default_region": "US",
            "fields": {
                "phone": {"type": "phone", "column": "caller_id", "required": True},
                "email": {"type": "email", "on_invalid": "blank"},
            },
        }
        | changes
    )


@pytest.mark.parametrize("header", ["caller_id", "Caller_ID", "  CALLER_ID ", "caller_id\t"], ids=repr)
def test_a_header_is_found_whatever_its_case_and_outer_whitespace(header):
    assert map_columns([header, "city"], profile()).fields == {"phone": header}


def test_the_very_header_wins_over_one_that_differs_in_case():
    mapping = map_columns(["Caller_ID", "caller_id"], profile())
    assert mapping.fields == {"phone": "caller_id"}
    assert mapping.attributes == ("Caller_ID",)


def test_two_columns_that_differ_from_the_header_are_refused_and_not_guessed():
    with pytest.raises(RequiredColumnUnmappedError) as refused:
        map_columns(["Caller_ID", "CALLER_ID"], profile())
    for part in ("'solar'", "'phone'", "'caller_id'", "'Caller_ID'", "'CALLER_ID'", "fields.phone.column"):
        assert part in str(refused.value)


def test_every_column_goes_to_exactly_one_use_in_file_order():
    mapping = map_columns(["zip", "email", "caller_id", "city"], profile())
    assert mapping.fields == {"phone": "caller_id", "email": "email"}
    assert mapping.attributes == ("zip", "city")
    assert mapping.ignored == ()
    assert not mapping.is_rejected_file


def test_other_columns_are_ignored_when_the_profile_says_so():
    mapping = map_columns(["zip", "caller_id", "city"], profile(other_columns="ignore"))
    assert (mapping.attributes, mapping.ignored) == ((), ("zip", "city"))


def test_a_field_that_is_not_required_may_have_no_column():
    assert "email" not in map_columns(["caller_id"], profile()).fields


@pytest.mark.parametrize("header", ["caller_id", "Caller ID", " CALLER-ID ", "caller  id", "Caller_Id"])
def test_letter_case_and_what_parts_its_words_do_not_matter_in_a_header(header):
    assert map_columns([header, "city"], profile()).fields["phone"] == header


@pytest.mark.parametrize("header", ["callerid", "_caller_id", "caller.id", "caller_id_2"])
def test_other_letters_are_another_header(header):
    with pytest.raises(RequiredColumnUnmappedError):
        map_columns([header, "city"], profile())


def test_the_nearest_of_headers_that_are_alike_is_the_column():
    assert map_columns(["Caller ID", "CALLER_ID"], profile()).fields["phone"] == "CALLER_ID"
    assert map_columns(["Caller ID", "CALLER_ID", "caller_id"], profile()).fields["phone"] == "caller_id"


@pytest.mark.parametrize(
    ("columns", "parts"),
    [
        (["phone", "city"], ["'solar'", "'phone'", "'caller_id'", "phone, city", "fields.phone.column"]),
        (["calller_id", "city"], ["Did you mean 'calller_id'?"]),
        (["callerid"], ["Did you mean 'callerid'?"]),
        ([f"phone {n}" for n in range(40)], ["and 10 more"]),
        ([], ["Its columns are: none"]),
        (["wren", "city"], ["2 columns; known by name: city. ", "preview FILE", "reading: {header: false}"]),
        (["wren", "moss"], ["2 columns. Their names are not shown"]),
    ],
    ids=["what-there-is", "near-miss", "near-miss-blank", "many", "no-columns", "one-known", "none-known"],
)
def test_a_file_without_a_required_column_is_refused_with_culprit_and_fix(columns, parts):
    with pytest.raises(RequiredColumnUnmappedError) as refused:
        map_columns(columns, profile())
    for part in parts:
        assert part in str(refused.value)


@pytest.mark.parametrize("value", ["ana@example.com", "+1 951 876 1336", "(951) 876-1336", " 19518761336"], ids=repr)
def test_a_first_line_of_values_is_said_to_be_one_and_not_quoted(value):
    with pytest.raises(RequiredColumnUnmappedError) as refused:
        map_columns(["Ana", value, "Austin"], profile())
    assert "looks like values" in str(refused.value)
    for private in ("Ana", "Austin", value):
        assert private not in str(refused.value)


@pytest.mark.parametrize("header", ["2026", "day 2026-11-20", "line_2", "$1000+"], ids=repr)
def test_a_header_with_digits_is_still_a_header(header):
    with pytest.raises(RequiredColumnUnmappedError, match="which the file does not have"):
        map_columns([header], profile())


def test_a_file_without_a_header_is_refused_with_what_to_write_and_the_column_that_is_meant():
    sample = pl.DataFrame({
        "column_1": ["Ida", "Jon"], "column_2": ["20240105", "20240106"], "column_3": ["201 555 0123", "201 555 0124"],
        "column_4": ["i@example.com", "j@example.com"],
    })  # fmt: skip
    with pytest.raises(RequiredColumnUnmappedError) as refused:
        map_columns(sample.columns, profile(), sample)
    for part in (
        "has no header",
        "`reading: {header: false}`",
        "fields.phone.column: column_3 (column_3 looks like phones)",
    ):
        assert part in str(refused.value)


def test_the_columns_of_a_rejected_file_are_neither_fields_nor_attributes():
    mapping = map_columns(["city", "caller_id", *REJECTED_FILE_COLUMNS], profile())
    assert mapping.is_rejected_file
    assert mapping.attributes == ("city",)
    assert mapping.ignored == REJECTED_FILE_COLUMNS


@pytest.mark.parametrize("present", [["_row_number"], ["_reasons"], ["_guidance", "_outcome"]], ids=str)
def test_a_file_that_merely_has_such_a_name_is_no_rejected_file(present):
    mapping = map_columns(["caller_id", *present], profile())
    assert not mapping.is_rejected_file
    assert mapping.attributes == tuple(present)


def test_an_original_column_that_is_called_as_one_of_ours_stays_an_attribute_there_and_back():
    first = map_columns(["caller_id", "_suggested"], profile())
    assert attribute_names(first, profile()) == {"_suggested": "_suggested"}
    returned = map_columns(["caller_id", "'_suggested", *REJECTED_FILE_COLUMNS], profile())
    assert attribute_names(returned, profile()) == {"'_suggested": "_suggested"}
    assert returned.ignored == REJECTED_FILE_COLUMNS


def test_the_columns_of_a_file_of_warned_rows_are_ignored_too():
    mapping = map_columns(["city", "caller_id", *WARNED_FILE_COLUMNS], profile())
    assert mapping.attributes == ("city",)
    assert mapping.ignored == WARNED_FILE_COLUMNS


def test_a_header_made_harmless_for_spreadsheets_is_known_again():
    named = profile(fields={"phone": {"type": "phone", "column": "=phone", "required": True}})
    mapping = map_columns(["'=phone", "'@handle", "_row_number", "_reasons"], named)
    assert mapping.fields == {"phone": "'=phone"}
    assert attribute_names(mapping, named) == {"'@handle": "@handle"}
    assert attribute_names(map_columns(["=phone", "'@handle"], named), named) == {"'@handle": "'@handle"}


def test_an_attribute_is_spelled_as_the_default_of_that_name():
    defaulted = profile(default_attributes={"sub_id": "none"})
    assert attribute_names(map_columns(["caller_id", " Sub_ID", " City "], defaulted), defaulted) == {
        " Sub_ID": "sub_id",
        " City ": "City",
    }


def test_two_columns_never_share_one_attribute_name():
    defaulted = profile(default_attributes={"sub_id": "none"})
    names = attribute_names(map_columns(["caller_id", "Sub_ID", "SUB_ID"], defaulted), defaulted)
    assert names == {"Sub_ID": "Sub_ID", "SUB_ID": "SUB_ID"}


def test_not_even_a_header_restored_to_another_one_makes_two_attributes_of_one_name():
    columns = ["caller_id", "=x", "'=x", "_row_number", "_reasons"]
    names = attribute_names(map_columns(columns, profile()), profile())
    assert names == {"=x": "=x", "'=x": "'=x"}


ANYBODY = {"rows_without_identifier": "create"}
WHO = {
    "phone": {"type": "phone", "column": "Mobile"},
    "email": {"type": "email"},
    "company": {"type": "text"},
    "status": {"type": "option", "options": ["new"], "default": "new"},
    "source": {"type": "text", "constant": "fair"},
}


@pytest.mark.parametrize("other_columns", ["attributes", "ignore"])
@pytest.mark.parametrize("columns", [["wood", "price"], ["status"], ["Ann Lee", "ann@example.com"]], ids=str)
def test_a_file_of_which_no_column_says_who_a_lead_is_is_refused(columns, other_columns):
    with pytest.raises(ColumnsUnknownError) as refused:
        map_columns(columns, profile(fields=WHO, other_columns=other_columns, **ANYBODY))
    for part in ("'solar'", "phone ('Mobile')", "email ('email')", "company ('company')"):
        assert part in str(refused.value)
    for column in columns:  # the header may be a first line of values
        assert column not in str(refused.value)


@pytest.mark.parametrize(
    ("column", "more"),
    [
        ("mobile", {}),
        ("Company", {}),
        ("_alias_email", {"aliases": {"email": {}}}),
        ("secondary_phone_1", {"secondary_contacts": {"max": 1}}),
    ],
    ids=str,
)
def test_one_column_that_says_who_a_lead_is_suffices(column, more):
    assert len(map_columns([column, "wood"], profile(fields=WHO, **ANYBODY, **more)).fields) == 1
