"""Drafts: a suggested profile imports the file that it was made from, says why, and asks what is not clear."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.drafting.suggest import suggest_profile
from lead_pipeline.mapping import map_columns, map_rows
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import HeaderMissingError, ProfileError, RequiredColumnUnmappedError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.profiles import parse_profile
from lead_pipeline.reading.row_reader import named_columns
from lead_pipeline.validating.rows import validate_rows

PHONES = ["(202) 555-0143", "202-555-0188", "+1 202 555 0100", "2025550123"]
EMAILS = ["a@example.org", "b@example.com", "c@example.net", "d@example.org"]
GERMAN = ["030 12345678", "0171 9876543", "+49 40 7654321", "089/1234567"]
NAMES = ["Ana", "Bob", "Cyd", "Dov"]
BLANK = ["", "", "", ""]


def suggested(columns: dict[str, list[str]], **options) -> tuple[str, ImportProfile]:
    frame = pl.DataFrame(columns)
    text = suggest_profile("draft", frame.columns, frame, **options)
    return text, parse_profile(text, "draft.yaml")


def imported(columns: dict[str, list[str]], profile: ImportProfile) -> pl.DataFrame:
    """Take rows through the rooms as an import does, up to the verdict on each."""
    frame = pl.DataFrame(columns)
    batch = frame.with_row_index("row_number", offset=1).with_columns(
        pl.col("row_number").cast(pl.Int64),
        line_number=pl.col("row_number").cast(pl.Int64) + 1,
        reasons=pl.lit([], dtype=pl.List(pl.String)),
    )
    mapped = map_rows(batch, map_columns(frame.columns, profile, frame), profile)
    return validate_rows(normalize_rows(mapped, profile), profile)


FILES = {
    "english": {"First Name": NAMES, "Mobile": PHONES, "E-mail Address": EMAILS, "sub_id": ["1", "2", "3", "4"]},
    "german": {"Vorname": NAMES, "Telefon": GERMAN, "Ort": ["Bonn", "Köln", "Jena", "Ulm"]},
    "no-headers-known": {"c1": PHONES, "c2": EMAILS},
    "email-only": {"Correo electrónico": EMAILS, "Nombre": NAMES},
    "phones-mostly-empty": {"Phone": [*PHONES[:1], "", "", ""], "Email": EMAILS},
    "odd-headers": {"Phone: #1 \"x\" 'y'": PHONES, "a: b\n# c": NAMES, "- [x]": NAMES, "null": NAMES, "Phone": PHONES},
    "bad-optional-values": {"Phone": PHONES, "Email": ["a@example.org", "no", "b@", "c@example.com"]},
    "two-phones": {"Home Phone": PHONES, "Work Phone": PHONES},
}


@pytest.mark.parametrize("columns", FILES.values(), ids=FILES.keys())
def test_a_suggested_profile_imports_the_file_as_it_is(columns):
    _, profile = suggested(columns)
    rows = imported(columns, profile)
    assert rows["reasons"].list.len().to_list() == [0, 0, 0, 0]
    assert rows[profile.identify_by].null_count() == 0


def test_the_draft_names_what_speaks_for_each_line():
    text, profile = suggested(FILES["english"], file_name="leads.csv")
    assert {field: profile.column_of(field) for field in profile.fields} == {
        "phone": "Mobile",
        "email": "E-mail Address",
        "first_name": "First Name",
    }
    assert "100 % of 4 values parse as US phone numbers" in text
    assert "Draft of a profile for leads.csv" in text
    assert 'These are: "sub_id"' in text
    assert "QUESTION:" not in text


def test_what_is_not_clear_is_a_commented_question_and_stays_an_attribute():
    columns = {"Phone": PHONES, "Name": NAMES, "Contact": EMAILS}
    text, profile = suggested(columns)
    assert set(profile.fields) == {"phone"}
    assert text.count("# QUESTION: The column") == 2
    assert '  # full_name:\n  #     column: "Name"\n' in text
    assert imported(columns, profile)["attributes"][0] == '{"Name":"Ana","Contact":"a@example.org"}'


def test_a_question_is_answered_by_taking_away_the_comment_signs():
    text, _ = suggested({"Phone": PHONES, "Name": NAMES})
    answer = "\n  full_name:\n    column: Name\n    type: text\n"
    uncommented = text.replace('  # full_name:\n  #     column: "Name"\n  #     type: text\n', answer)
    assert parse_profile(uncommented, "draft.yaml").column_of("full_name") == "Name"


def test_the_column_that_identifies_is_marked_when_it_had_to_be_chosen():
    text, profile = suggested({"Home Phone": [*PHONES[:2], "", ""], "Work Phone": PHONES})
    assert profile.column_of("phone") == "Work Phone"
    assert "Until you say, it is taken for the phone." in " ".join(text.replace("#", " ").split())


@pytest.mark.parametrize(
    ("columns", "region", "said"),
    [
        ({"Phone": PHONES}, "US", "valid in US"),
        ({"Phone": ["+49 30 12345678", "+1 202 555 0100", "+44 20 7946 0958"]}, None, "have a + and need none"),
        ({"Telefon": GERMAN, "Land": ["Germany"] * 4}, "DE", "the column of countries says DE"),
        ({"Email": EMAILS}, None, "no column of phone numbers"),
        (
            {"Email": EMAILS, "Latitude": ["40.712776", "34.052235", "41.878113", "29.760427"]},
            None,
            "no column of phone",
        ),
    ],
    ids=["fits-one", "international", "named", "no-phones", "coordinates"],
)
def test_the_country_is_worked_out_and_said(columns, region, said):
    text, profile = suggested(columns)
    assert profile.default_region == region
    assert said in " ".join(text.replace("#", " ").split())


def test_rows_of_several_countries_are_read_by_their_own():
    columns = {"Phone": ["030 12345678", "020 7946 0958", "(202) 555-0143"], "Country": ["DE", "United Kingdom", "USA"]}
    _, profile = suggested(columns)
    assert profile.fields["phone"].region_field == "country"
    assert profile.default_region is None


def test_region_and_destination_can_be_said():
    _, profile = suggested({"Telefon": GERMAN}, region="AT", destination=Destination.parse("offer:solar"))
    assert (profile.default_region, str(profile.destination)) == ("AT", "offer:solar")


@pytest.mark.parametrize(
    ("columns", "error", "parts"),
    [
        ({"City": NAMES, "Zip": ["1", "2", "3", "4"]}, RequiredColumnUnmappedError, ["phone or an email", "City, Zip"]),
        ({"Ana": NAMES, "ana@example.org": EMAILS}, HeaderMissingError, ["looks like values", "header line"]),
    ],
    ids=["nobody-is-identified", "no-header"],
)
def test_a_file_for_which_there_is_no_profile_is_refused_with_the_fix(columns, error, parts):
    with pytest.raises(error) as refused:
        suggested(columns)
    for part in parts:
        assert part in str(refused.value)
    assert "ana@" not in str(refused.value)


def test_a_name_that_no_profile_can_have_is_refused():
    with pytest.raises(ProfileError, match="'name' is 'Solar List'"):
        suggest_profile("Solar List", ["Phone"], pl.DataFrame({"Phone": PHONES}))


def test_a_rejected_file_gets_the_draft_of_the_file_that_it_came_from():
    columns = {"Phone": PHONES, "_row_number": ["1"] * 4, "_reasons": ["x"] * 4}
    text, _ = suggested(columns)
    assert "_reasons" not in text


def test_a_draft_carries_no_value_of_the_file():
    canaries = ["canary@example.org", "b@example.org", "c@example.org", "d@example.org"]
    text, _ = suggested({"Email": canaries, "Contact": canaries, "Country": ["Canaryland"] * 4, "Phone": PHONES})
    assert "anary" not in text
    assert "0143" not in text


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4, unique_by=lambda text: text.strip().casefold())
)
def test_no_header_breaks_a_draft(headers):
    taken = {"phone", "row_number", "line_number", "reasons", "attributes", "extra_cells", "warnings"}
    columns = {header: NAMES for header in headers if header.strip() and header.strip().casefold() not in taken}
    file = {"Phone": PHONES} | columns
    try:
        names = [column.name for column in named_columns(file)]
        _, profile = suggested(dict(zip(names, file.values(), strict=True)), region="US")
    except HeaderMissingError:
        return
    assert profile.column_of("phone") == "Phone"


def test_a_line_break_in_a_header_does_not_end_the_comment_that_asks_about_it():
    columns = {"Home\nPhone": PHONES, "Work\x07\r\nPhone": PHONES, "Email": EMAILS}
    text, profile = suggested(columns)
    assert "'Home Phone', 'Work Phone'" in " ".join(text.replace("#", " ").split())
    assert profile.column_of("email") == "Email"
