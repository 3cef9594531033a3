"""Samples: a file with a profile's headers and rows of nobody, which the profile imports without a reject."""

import csv
from pathlib import Path

import phonenumbers
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from lead_pipeline.cli import main
from lead_pipeline.drafting.sample import sample_file
from lead_pipeline.mapping import map_columns, map_rows
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.phones.example_numbers import example_phones
from lead_pipeline.normalizing.phones.regions import supported_regions
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.profiles import load_profile, profile_names
from lead_pipeline.reading import open_rows
from lead_pipeline.validating import validate_rows
from lead_pipeline_tests.conftest import EXAMPLES
from lead_pipeline_tests.profiles.random_profiles import profiles
from lead_pipeline_tests.rooms import profile_of
from lead_pipeline_tests.support import quick_folder, staging

BUNDLED = [entry.name for entry in profile_names(None)]


def cells(sample: bytes, **dialect: str) -> list[list[str]]:
    return list(csv.reader(sample.decode("utf-8-sig").splitlines(), strict=True, **dialect))


def judged(sample: bytes, profile: ImportProfile) -> pl.DataFrame:
    """Take the sample through the rooms as an import does, from its bytes to the verdict on each row."""
    with quick_folder() as folder:
        path = folder / "sample.csv"
        path.write_bytes(sample)
        reader = open_rows(path, file_name="sample.csv", options=profile.reading)
        names = [column.name for column in reader.columns]
        raw = pl.concat(list(reader.batches()))
    mapped = map_rows(raw, map_columns(names, profile, raw.select(names)), profile)
    return validate_rows(normalize_rows(mapped, profile), profile)


@pytest.mark.parametrize("name", BUNDLED)
def test_the_sample_of_a_bundled_profile_is_imported_whole(name):
    profile = load_profile(name, folder=None).model_copy(update={"approval": "auto"})
    with quick_folder() as folder, staging(folder / "home") as home:
        path = folder / "sample.csv"
        path.write_bytes(sample_file(profile))
        result = home.file(path, profile)
        assert (result.status, result.rows_read, result.counts.created, result.reasons) == ("completed", 2, 2, ())


@pytest.mark.parametrize("name", BUNDLED)
def test_a_sample_has_every_header_that_the_profile_reads_and_the_first_row_fills_them(name):
    profile = load_profile(name, folder=None)
    header, first, _ = cells(sample_file(profile))
    shown = [name for name in profile.rules if not name.startswith("secondary.") or name.split(".")[1] in "12"]
    assert header == [*(profile.column_of(column) for column in shown), *profile.default_attributes]
    assert all(first)


def test_a_sample_of_a_campaign_shows_two_secondary_contacts_and_one_who_has_none():
    header, first, second = cells(sample_file(load_profile("voice_campaign", folder=None)))
    place = header.index("secondary_phone_1")
    assert header[place:] == [
        *("secondary_phone_1", "secondary_1_name", "secondary_1_role"),
        *("secondary_phone_2", "secondary_2_name", "secondary_2_role"),
    ]
    phones = [first[header.index("phone_number")], first[place], first[place + 3], second[header.index("phone_number")]]
    assert len(set(phones)) == 4
    assert second[place:] == [""] * 6


def test_the_people_of_a_sample_can_be_called_and_written_to_by_nobody():
    header, *rows = cells(sample_file(load_profile("identity_upsert", folder=None)))
    for row in rows:
        said = dict(zip(header, row, strict=True))
        assert {said["email"].split("@")[1], said["_alias_email"].split("@")[1]} == {"example.com"}
        for phone in (said["phone"], said["_alias_phone"]):
            assert "-555-01" in phone
            assert phonenumbers.is_valid_number(phonenumbers.parse(phone))


@settings(max_examples=max(EXAMPLES // 2, 1))
@given(profiles())
def test_the_sample_of_any_profile_is_imported_without_a_reject(profile):
    rows = judged(sample_file(profile), profile)
    assert rows.height == 2
    assert rows["reasons"].to_list() == [[], []]
    assert rows[profile.identify_by].n_unique() == 2


def test_a_sample_keeps_to_the_profiles_way_of_writing():
    profile = profile_of(
        default_region="DE",
        fields={"phone": {"type": "phone", "column": "Rufnummer, mobil", "format": "national"}},
        attributes={
            "Grösse": {"type": "decimal", "locale": "de", "min": 1.5, "max": 1.5},
            "seit": {"type": "date", "formats": ["%d.%m.%Y"]},
            "Kunde": {"type": "boolean", "true_words": ["ja"], "false_words": ["nein"]},
            "Farbe": {"type": "option", "options": ["rot", "blau"]},
            "Kennung": {"type": "text", "pattern": "K-[0-9]{4}"},
        },
        reading={"delimiter": ";", "encoding": "cp1252"},
    )
    text = sample_file(profile).decode("cp1252")
    header, first, second = csv.reader(text.splitlines(), delimiter=";")
    assert header == ["Rufnummer, mobil", "Grösse", "seit", "Kunde", "Farbe", "Kennung"]
    assert first[0].startswith("0")
    assert (first[1], first[2]) == ("1,5", "14.03.2026")
    assert (first[3:5], second[3:5]) == (["ja", "rot"], ["nein", "blau"])
    assert judged(sample_file(profile), profile)["reasons"].to_list() == [[], []]


def test_a_sample_without_a_header_puts_cells_where_the_profile_looks_for_them():
    profile = profile_of(
        fields={"phone": {"type": "phone", "column": "column_3"}, "city": {"type": "text", "column": "column_1"}},
        reading={"header": False},
    )
    assert cells(sample_file(profile))[0] == ["Boston", "", "+1 201-555-0100"]
    assert judged(sample_file(profile), profile)["reasons"].to_list() == [[], []]


def test_a_value_that_does_not_come_from_a_column_has_none_in_the_sample():
    profile = profile_of(
        fields={"source": {"type": "text", "constant": "fair"}, "city": {"type": "text", "from_folder": "x"}},
        ignore_columns=["buyers"],
        default_attributes={"buyers": "all", "sub_id": "7"},
    )
    assert cells(sample_file(profile))[0] == ["phone", "sub_id"]


def test_rules_about_the_row_hold_in_a_sample():
    profile = profile_of(
        attributes={"a": {"type": "integer", "min": 5}, "b": {"type": "integer", "max": 6}, "c": {"type": "text"}},
        row_rules=[
            {"rule": "compare", "field": "a", "is": "less", "than": "b"},
            {"rule": "required_if", "field": "c", "when": "a"},
        ],
    )
    header, first, _ = cells(sample_file(profile))
    said = dict(zip(header, first, strict=True))
    assert (said["a"], said["b"]) == ("5", "6")
    assert said["c"]


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        (
            {"fields": {"phone": {"type": "phone", "allow_types": ["pager"]}}},
            ["phone_missing", "No example value was found for phone"],
        ),
        (
            {"attributes": {"a": {"type": "text", "required": True, "pattern": "a{3}", "max_length": 2}}},
            ["required", "a."],
        ),
        (
            {
                "attributes": {
                    "a": {"type": "integer", "required": True, "min": 5},
                    "b": {"type": "integer", "max": 4},
                },
                "row_rules": [
                    {"rule": "compare", "field": "a", "is": "less", "than": "b"},
                    {"rule": "together", "fields": ["a", "b"]},
                ],
            },
            ["value_contradictory"],
        ),
        ({"attributes": {"Grösse": {"type": "text"}}, "reading": {"encoding": "ascii"}}, ["encoding", "'ascii'"]),
        ({"attributes": {"a,b": {"type": "text"}}, "reading": {"quote": ""}}, ["delimiter"]),
    ],
    ids=["no-such-number", "no-such-text", "no-such-row", "no-such-letter", "no-quote"],
)
def test_a_profile_that_nothing_can_fulfil_is_told_so(changes, parts):
    with pytest.raises(UsageError) as refused:
        sample_file(profile_of(**changes))
    for part in parts:
        assert part in str(refused.value)


def test_example_phones_are_valid_and_of_the_kind_asked_for_in_every_region():
    for region in supported_regions():
        numbers = [phone for phone, _ in zip(example_phones(region), range(12), strict=False)]
        assert len(set(numbers)) == 12
        assert all(phonenumbers.is_valid_number_for_region(phonenumbers.parse(one), region) for one in numbers)
    mobile = phonenumbers.parse(next(example_phones("DE", ["mobile"])))
    assert phonenumbers.number_type(mobile) == phonenumbers.PhoneNumberType.MOBILE
    assert list(example_phones("US", ["mobile"])) == []  # a plan that does not tell them apart


def run(*arguments: str):
    return CliRunner().invoke(main, ["profiles", "sample", *arguments], catch_exceptions=False)


def test_the_command_prints_a_sample_or_writes_it(tmp_path: Path):
    sample = sample_file(load_profile("voice_campaign", folder=None))
    assert run("voice_campaign").stdout_bytes == sample
    file = tmp_path / "contacts.csv"
    assert run("voice_campaign", "--output", str(file)).exit_code == 0
    assert file.read_bytes() == sample


def test_the_command_overwrites_no_file_and_knows_near_misses(tmp_path: Path):
    file = tmp_path / "contacts.csv"
    file.write_text("mine")
    result = run("voice_campaign", "--output", str(file))
    assert (result.exit_code, file.read_text()) == (2, "mine")
    assert "contacts.csv is there already" in result.stderr
    assert "Did you mean 'voice_campaign'?" in run("voice_campain").stderr


@pytest.mark.parametrize("region", ["US", "GB", "DE"])
def test_a_sample_has_what_the_profile_requires_of_leads(region):
    line_types = ["fixed_line_or_mobile"] if region == "US" else ["mobile"]
    required = {"line_types": line_types, "time_zone": "known", "consent": "there"}
    said = {
        "name": "mine",
        "destination": {"kind": "schedule", "name": "main"},
        "default_region": region,
        "fields": {"phone": {"type": "phone", "allow_types": [*line_types, "toll_free"]}},
        "lead_management": {"require": required, "expires_after": "48h", "defaults": {"buyers": "all"}},
    }
    header, *rows = sample_file(ImportProfile.model_validate(said)).decode("utf-8-sig").splitlines()
    assert header.split(",")[:2] == ["phone", "expires_in"]
    assert len(rows) == 2
