"""Which names of columns are surely names, and may be shown where no value of a row may."""

import polars as pl
import pytest

from lead_pipeline.mapping.column_names import certain_names, contact_columns, shown_names
from lead_pipeline_tests.rooms import profile_of

PROFILE = profile_of(
    fields={"phone": {"type": "phone", "column": "Rufnummer 1"}, "notes": {"type": "text"}},
    attributes={"roof": {"type": "text", "column": "Dachform"}},
    ignore_columns=["Interne Kennung"],
    default_attributes={"campaign": "spring"},
)


@pytest.mark.parametrize(
    "row",
    [
        ["Ida Moss", "Fern Supply", "Bergen", "cheerful"],
        ["Ida Moss", "Mobile", "Alabama"],
        ["Ida Moss", "mobile", "email", "cheerful"],
        ["Emil", "Fern Supply"],
        ["mobile", "email", "+1 201 555 0123"],
        ["Ida Moss", "2026-05-06"],
    ],
)
def test_a_row_of_values_is_not_shown_but_for_words_that_headers_have(row):
    assert certain_names(row, PROFILE) <= {"Mobile", "mobile", "email"}


@pytest.mark.parametrize("name", ["rufnummer_1", "DACHFORM", "interne kennung", "Campaign", "Rufnumer 1"])
def test_names_that_the_profile_has_are_certain_however_they_are_spelled(name):
    assert certain_names([name, "Moss", "Fern", "Quill"], PROFILE) == {name}


def test_a_line_most_of_which_is_known_is_a_header():
    columns = ["First name", "Telefon", "Ort", "Stand", "Badge"]
    assert certain_names(columns) == set(columns)


def test_many_known_names_make_a_header_of_a_wide_line():
    columns = ["First name", "Telefon", "Ort", "E-Mail", *(f"quality {n} of the roof" for n in range(20))]
    assert certain_names(columns) == set(columns)
    assert certain_names(columns[1:]) == set(columns[1:4])


def test_a_label_above_phones_or_emails_makes_a_header_of_the_whole_line():
    sample = pl.DataFrame({"E-Mail": ["a@example.com", ""], "Stand": ["A4", "B5"], "Badge": ["x", "y"]})
    columns = sample.columns
    assert certain_names(columns, None, contact_columns(sample, columns)) == set(columns)
    other = sample.with_columns(pl.lit("post").alias("E-Mail"))
    assert certain_names(columns, None, contact_columns(other, columns)) == {"E-Mail"}


def test_numbered_columns_keep_their_names_and_prove_nothing():
    assert certain_names(["column_1", "column_2", "Ida Moss"]) == {"column_1", "column_2"}


def test_what_is_not_certain_is_called_by_its_position():
    assert shown_names(["Ida", "city"], {"city"}) == {"Ida": "column 1", "city": "city"}
