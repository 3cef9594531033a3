"""`mapping: auto`: exact names first, then synonyms, then values; what is not clear is refused with culprit and fix."""

from pathlib import Path

import polars as pl
import pytest

from lead_pipeline.mapping import map_columns
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles import load_profile
from lead_pipeline_tests.support import staging, write_csv

PHONES = ["(202) 555-0143", "202-555-0188", "+1 202 555 0100"]
EMAILS = ["a@example.org", "b@example.com", "c@example.net"]
DATES = ["2026-01-02", "2026-05-06", "2026-07-08"]
PHONE_ONLY = {"phone": {"type": "phone", "required": True}}


def profile(**changes) -> ImportProfile:
    return ImportProfile.model_validate(
        {
            "name": "solar",
            "destination": {"kind": "schedule", "name": "solar"},
            "default_region": "US",
            "mapping": "auto",
            "fields": {
                "phone": {"type": "phone", "column": "caller_id", "required": True},
                "email": {"type": "email", "on_invalid": "blank"},
                "full_name": {"type": "text"},
            },
        }
        | changes
    )


def mapped(columns: dict[str, list[str]], **changes):
    frame = pl.DataFrame(columns)
    return map_columns(frame.columns, profile(**changes), frame)


def refusal(columns: dict[str, list[str]], **changes) -> str:
    with pytest.raises(RequiredColumnUnmappedError) as refused:
        mapped(columns, **changes)
    return str(refused.value)


def test_a_profile_maps_exactly_unless_it_says_otherwise():
    assert load_profile("call_schedule", folder=None).mapping == "exact"
    with pytest.raises(RequiredColumnUnmappedError, match="'caller_id'"):
        mapped({"Mobile": PHONES}, mapping="exact")


def test_the_named_column_wins_over_every_synonym():
    mapping = mapped({"Phone": PHONES, "caller_id": DATES})
    assert mapping.fields["phone"] == "caller_id"
    assert mapping.attributes == ("Phone",)
    assert mapping.evidence == {}


def test_a_synonym_supplies_a_field_whose_column_is_missing_and_says_why():
    mapping = mapped({"Mobile": PHONES, "E-Mail-Adresse": EMAILS, "campaign": DATES})
    assert mapping.fields == {"phone": "Mobile", "email": "E-Mail-Adresse"}
    assert mapping.attributes == ("campaign",)
    assert mapping.evidence["phone"].endswith("100 % of 3 values parse as US phone numbers")


def test_values_supply_a_field_that_no_header_names():
    assert mapped({"c1": PHONES, "c2": EMAILS}).fields == {"phone": "c1", "email": "c2"}


def test_without_a_sample_synonyms_still_work():
    assert map_columns(["Mobile"], profile()).fields == {"phone": "Mobile"}


def test_fields_that_the_profile_does_not_have_are_not_looked_for():
    mapping = mapped({"Mobile": PHONES, "City": ["Rome"] * 3, "Company": EMAILS, "Home Address": DATES})
    assert mapping.fields == {"phone": "Mobile"}
    assert mapping.attributes == ("City", "Company", "Home Address")


def test_two_columns_for_one_field_are_refused_with_both_named_and_the_fix():
    refused = refusal({"Home Phone": PHONES, "Work Phone": PHONES})
    for part in ("'solar'", "mapping: auto", "'Home Phone'", "'Work Phone'", "fields.phone.column"):
        assert part in refused
    assert refused.count("Which one is it?") == 1


def test_an_optional_field_is_not_guessed_either():
    assert "fields.email.column" in refusal({"Mobile": PHONES, "E-mail 1": EMAILS, "E-mail 2": EMAILS})


def test_naming_the_column_is_the_way_out():
    fields = {"phone": {"type": "phone", "column": "Work Phone", "required": True}}
    mapping = mapped({"Home Phone": PHONES, "Work Phone": PHONES}, fields=fields)
    assert (mapping.fields, mapping.attributes) == ({"phone": "Work Phone"}, ("Home Phone",))


def test_a_header_of_several_meanings_is_refused_when_the_profile_has_one_of_them():
    assert "'Name'" in refusal({"Mobile": PHONES, "Name": ["Ana", "Bob", "Cyd"]})
    assert mapped({"Mobile": PHONES, "Name": ["Ana", "Bob", "Cyd"]}, fields=PHONE_ONLY).attributes == ("Name",)


def test_a_header_that_its_values_contradict_is_refused_without_a_value():
    refused = refusal({"Mobile": PHONES, "Email Address": DATES})
    assert "'Email Address'" in refused
    assert "look like dates" in refused
    assert "2026-01-02" not in refused


def test_a_column_with_a_default_stays_an_attribute():
    mapping = mapped({"Mobile": PHONES, "E-mail Address": EMAILS}, default_attributes={"e-mail address": "none"})
    assert mapping.fields == {"phone": "Mobile"}


def test_a_required_field_that_nothing_fits_is_refused_as_ever():
    assert "'caller_id', which the file does not have" in refusal({"city": ["Rome"] * 3})


def test_a_file_without_a_header_is_refused_and_its_first_row_is_not_quoted():
    refused = refusal({"Ana": ["Bob"] * 3, "(202) 555-0199": PHONES})
    assert "looks like values" in refused
    assert "Ana" not in refused
    assert "0199" not in refused


def test_a_rejected_file_coming_back_is_mapped_as_the_first_time():
    first = mapped({"=Mobile": PHONES, "c2": EMAILS})
    back = mapped({"'=Mobile": PHONES, "c2": EMAILS, "_row_number": ["1"] * 3, "_reasons": ["x"] * 3})
    assert first.fields == {"phone": "=Mobile", "email": "c2"}
    assert back.fields == {"phone": "'=Mobile", "email": "c2"}


def test_an_import_finds_its_columns_and_one_that_is_not_clear_is_quarantined(tmp_path: Path):
    with staging(tmp_path / "home") as stages:
        clear = write_csv(tmp_path / "clear.csv", ["Vorname", "Handy"], [["Ana", PHONES[0]], ["Bob", PHONES[1]]])
        done = stages.file(clear, profile(fields=PHONE_ONLY))
        unclear = write_csv(tmp_path / "unclear.csv", ["Home Phone", "Handy"], [[PHONES[0], PHONES[1]]])
        refused = stages.file(unclear, profile(fields=PHONE_ONLY))
        leads = stages.rows("select phone, attributes from leads order by phone")
    assert (done.file.mapping, done.counts.created) == ({"phone": "Handy"}, 2)
    assert leads == [("+12025550143", '{"Vorname":"Ana"}'), ("+12025550188", '{"Vorname":"Bob"}')]
    assert refused.status == "quarantined"
    for part in ("'Home Phone'", "'Handy'", "fields.phone.column"):
        assert part in refused.message
