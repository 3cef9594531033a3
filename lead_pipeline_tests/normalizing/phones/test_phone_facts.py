"""Derived columns: line type, owner, time zones and national spelling, each exactly as the library gives it."""

import phonenumbers
import polars as pl
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

from lead_pipeline.normalizing.phones.phone_facts import describe_phones
from lead_pipeline_tests.normalizing.phones.phone_spellings import example_numbers

FACTS = ("region", "type", "time_zones", "national")


def varied_numbers() -> list[str]:
    """Every example number, and a neighbour of it."""
    numbers = []
    for number in example_numbers():
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        numbers += [e164, e164[:-2] + "12"]
    return numbers


def by_library(e164: str) -> tuple[object, ...]:
    number = phonenumbers.parse(e164)
    region = phonenumbers.region_code_for_number(number)
    # A number of no country has no national spelling: without its code it would be somebody else's.
    written = PhoneNumberFormat.INTERNATIONAL if region == "001" else PhoneNumberFormat.NATIONAL
    return (
        region,
        PhoneNumberType.to_string(phonenumbers.number_type(number)).lower(),
        list(time_zones_for_number(number)),
        phonenumbers.format_number(number, written),
    )


@pytest.mark.parametrize(
    ("e164", "code"),
    [("+80055501234", "+800"), ("+870773222444", "+870"), ("+97955501234", "+979")],
)
def test_a_number_of_no_country_keeps_its_code_where_others_are_written_nationally(e164, code):
    found = describe_phones(pl.Series([e164]), ("national",))["national"].item()
    assert found.replace(" ", "") == e164
    assert found.partition(" ")[0] == code


def test_every_fact_of_every_kind_of_valid_number_is_the_librarys():
    numbers = [e164 for e164 in varied_numbers() if phonenumbers.is_valid_number(phonenumbers.parse(e164))]
    assert len(numbers) > 1000
    described = describe_phones(pl.Series(numbers), FACTS)
    wrong = [
        (e164, ours, by_library(e164))
        for e164, ours in zip(numbers, described.rows(), strict=True)
        if ours != by_library(e164)
    ]
    assert wrong == []


KNOWN = [
    ("+19518761336", "US", "fixed_line_or_mobile", ["America/Los_Angeles"], "(951) 876-1336"),
    ("+442079460958", "GB", "fixed_line", ["Europe/London"], "020 7946 0958"),
    ("+390255520123", "IT", "fixed_line", ["Europe/Rome"], "02 5552 0123"),
    (None, None, None, None, None),
]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: str(known[0]))
def test_well_known_numbers(known):
    e164, *facts = known
    assert list(describe_phones(pl.Series([e164], dtype=pl.String), FACTS).row(0)) == facts


def test_only_what_is_asked_for_is_said_in_the_order_of_the_numbers():
    numbers = pl.Series(["+442079460958", None, "+19518761336", "+442079460958"])
    described = describe_phones(numbers, ("national",))
    assert described.columns == ["national"]
    assert described["national"].to_list() == ["020 7946 0958", None, "(951) 876-1336", "020 7946 0958"]


def test_no_numbers_have_typed_columns():
    described = describe_phones(pl.Series([], dtype=pl.String), FACTS)
    assert described.schema == {
        "region": pl.String,
        "type": pl.String,
        "time_zones": pl.List(pl.String),
        "national": pl.String,
    }
