"""In which zones a person's clock may be: number and address both count."""

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from lead_pipeline.normalizing.time_zones.zones_of_people import find_time_zones
from lead_pipeline.normalizing.time_zones.zones_of_places import (
    available_zones,
    zones_of_country,
    zones_of_postal_code,
    zones_of_state,
)
from lead_pipeline_tests.make_zip_code_table import TABLE, known_codes, table

_COLUMNS = ("phone", "postal_code", "state", "country")

NEW_YORK = "+12125550187"
TOLL_FREE = "+18005550187"


def _zones(**known: str) -> tuple[list[str], list[str], bool]:
    people = pl.DataFrame({name: [known.get(name)] for name in _COLUMNS}, schema=dict.fromkeys(_COLUMNS, pl.String))
    return find_time_zones(people).row(0)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("known", "zones", "evidence", "disagree"),
    [
        ({"phone": NEW_YORK}, ["America/New_York"], ["number"], False),
        ({"phone": NEW_YORK, "postal_code": "10001"}, ["America/New_York"], ["number", "postal_code"], False),
        # The number came along to the other coast: a call has to be legal on both.
        (
            {"phone": NEW_YORK, "postal_code": "94105-1804"},
            ["America/Los_Angeles", "America/New_York"],
            ["number", "postal_code"],
            True,
        ),
        (
            {"phone": NEW_YORK, "state": "california"},
            ["America/Los_Angeles", "America/New_York"],
            ["number", "state"],
            True,
        ),
        # A toll-free number is of no place, so the address alone counts.
        ({"phone": TOLL_FREE, "postal_code": "33101"}, ["America/New_York"], ["postal_code"], False),
        ({"phone": TOLL_FREE, "state": "US-HI"}, ["Pacific/Honolulu"], ["state"], False),
        # A spreadsheet took the zeros of a ZIP code.
        ({"phone": TOLL_FREE, "postal_code": "2139"}, ["America/New_York"], ["postal_code"], False),
        # States and codes that contradict each other both count.
        (
            {"phone": TOLL_FREE, "postal_code": "10001", "state": "CA"},
            ["America/Los_Angeles", "America/New_York"],
            ["postal_code", "state"],
            False,
        ),
        # Without a country, a state is one of the number's country, or of its neighbour with the same calling code.
        ({"phone": TOLL_FREE, "state": "Nova Scotia"}, ["America/Halifax"], ["state"], False),
        ({"phone": "+16135550187", "postal_code": "H2X 1Y4"}, None, ["number", "postal_code"], False),
        ({"phone": "+5511987654321", "state": "SÃO PAULO"}, ["America/Sao_Paulo"], ["number", "state"], False),
        ({"phone": "+4915123456789"}, ["Europe/Berlin"], ["number"], False),
        ({"country": "Deutschland"}, ["Europe/Berlin", "Europe/Busingen"], ["country"], False),
        ({"phone": NEW_YORK, "country": "USA"}, ["America/New_York"], ["number"], False),
        ({"phone": NEW_YORK, "country": "Japan"}, ["America/New_York", "Asia/Tokyo"], ["number", "country"], True),
        # Nothing that says where somebody is.
        ({}, [], [], False),
        ({"state": "CA", "postal_code": "90210"}, [], [], False),
        ({"country": "Atlantis", "state": "CA"}, [], [], False),
    ],
)  # fmt: skip
def test_zones_come_from_number_and_address(
    known: dict[str, str], zones: list[str] | None, evidence: list[str], disagree: bool
) -> None:
    found = _zones(**known)
    assert found[1:] == (evidence, disagree)
    assert zones is None or found[0] == zones


@pytest.mark.parametrize("region", ["US", "CA", "GB", "DE", "AU", "BR", "MX", "RU", "IN", "JP", "ID", "FR"])
def test_without_an_address_the_zones_are_the_librarys(region: str) -> None:
    numbers = [phonenumbers.example_number_for_type(region, kind) for kind in (0, 1, 3)]
    known = [number for number in numbers if number is not None and phonenumbers.is_valid_number(number)]
    people = pl.DataFrame(
        {"phone": [phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) for number in known]}
    ).with_columns(pl.lit(None, pl.String).alias(name) for name in _COLUMNS[1:])
    expected = [sorted(set(time_zones_for_number(number)) - {UNKNOWN_TIMEZONE}) for number in known]
    assert find_time_zones(people)["time_zones"].to_list() == expected


_TEXTS = st.none() | st.sampled_from(
    ["", "10001", "94105", "CA", "NY", "ON", "Ontario", "K1A 0B1", "US", "Canada", "x"]
)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.none() | st.sampled_from([NEW_YORK, TOLL_FREE, "+16135550187", "+10"]), _TEXTS, _TEXTS, _TEXTS),
        max_size=8,
    )
)
def test_each_person_is_judged_alone_and_in_place(people: list[tuple[str | None, ...]]) -> None:
    frame = pl.DataFrame(people, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")
    found = find_time_zones(frame)
    assert found.height == frame.height
    for index in range(frame.height):
        assert found.row(index) == find_time_zones(frame[index]).row(0)


def test_every_zone_of_the_tables_is_one() -> None:
    named = {
        zone
        for country, states in {
            "CA": ["ON", "NU"],
            "AU": ["WA"],
            "BR": ["AM"],
            "MX": ["CHIH"],
            "US": ["AK", "IN"],
        }.items()
        for state in states
        for zone in zones_of_state(country, state)
    }
    assert named
    assert named <= available_zones()
    assert set(zones_of_country("US")) <= available_zones()
    assert "Napakiak" not in zones_of_state("US", "AK")


def test_each_zip_code_is_in_the_zone_that_its_package_says_and_no_other_code_is_in_any() -> None:
    known = {code: zone for code, _, zone in known_codes() if zone in available_zones()}
    codes = (f"{number:05d}" for number in range(100_000))
    found = {code: zones for code in codes if (zones := zones_of_postal_code("US", code))}
    assert found == {code: (zone,) for code, zone in known.items()}


def test_each_state_is_in_the_zones_of_its_zip_codes() -> None:
    known = known_codes()
    for one in {state for _, state, _ in known}:
        zones = {zone for _, state, zone in known if state == one} & available_zones()
        assert zones_of_state("US", one) == tuple(sorted(zones))


def test_the_table_of_zip_codes_is_as_its_generator_makes_it() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "run `python -m lead_pipeline_tests.make_zip_code_table`"
