"""A value that is refused gets the sentence that helps, and one that nobody can explain gets none."""

import polars as pl
import pytest

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.texts.clean_text import clean_text
from lead_pipeline.normalizing.columns import normalize_column

MEXICO = "Mexico dials 1, 01, 044 and 045 before a number no more; perhaps it is {}."
LOCAL = "This seems to be a local number without its area code; write the area code before it."
ABROAD = "{} is the way abroad from some countries only; write the number with a plus: {}."
DATE, EMAIL, PHONE = {"type": "date"}, {"type": "email"}, {"type": "phone"}


def hints(rule, *values, region="US", countries=None):
    """Return the reason of each value and what is said of it."""
    profile = ImportProfile.model_validate(
        {
            "name": "refused",
            "destination": {"kind": "list", "name": "x"},
            "default_region": region,
            "fields": {"phone": PHONE},
            "attributes": {"x": rule},
        }
    )
    rule = profile.rules["attribute.x"]
    found = normalize_column(pl.Series(values, dtype=pl.String), "attribute.x", rule, profile, countries)
    sentences = zip(*(hint.to_list() for hint in found.hints), strict=True) if found.hints else [()] * len(values)
    return list(zip(found.verdicts["reason"], [" ".join(filter(None, said)) for said in sentences], strict=True))


def hint(rule, value, **others):
    ((reason, sentence),) = hints(rule, value, **others)
    assert reason is not None, "the value is accepted"
    return sentence


@pytest.mark.parametrize(
    ("serial", "day"), [("45000", "2023-03-15"), ("29221", "1980-01-01"), ("45000.75", "2023-03-15")]
)
@pytest.mark.parametrize("type_", ["date", "datetime"])
def test_a_number_that_is_a_day_of_excel_says_which(serial, day, type_):
    sentence = f"Excel stores {day} as such a number; format the column as a date and export again."
    assert hint({"type": type_}, serial) == sentence


@pytest.mark.parametrize(
    "rule", [DATE, {"type": "integer"}, PHONE, EMAIL, {"type": "boolean"}], ids=lambda one: one["type"]
)
def test_signs_of_a_narrow_column_are_named(rule):
    ((_reason, sentence), (_, nothing)) = hints(rule, "########", "#1")
    assert "a column is too narrow" in sentence
    assert "a column is too narrow" not in nothing


def test_a_time_where_a_date_should_be_is_named():
    assert hint(DATE, "00:00.0") == (
        "This is only a time, as Excel may show a date; format the column as a date and export again."
    )


def test_a_date_whose_day_and_month_could_change_places_says_how_to_tell():
    assert hint(DATE, "09/01/2025") == (
        "Say in `formats` what comes first, the day ('%d/%m/%Y') or the month ('%m/%d/%Y')."
    )
    assert hint(DATE | {"formats": ["%d.%m.%Y"]}, "09/01/2025") == ""


@pytest.mark.parametrize(
    "written",
    [
        "mia@example.com.", "mia@example.com,", "<mia@example.com>", "(mia@example.com)", "E-mail: mia@example.com",
        "mia @example.com", "mia(at)example.com", "mia at example.com", "mia@example,com", "mia@example.com ;",
        "mailto:<mia@example.com>", "'mia@example.com'.",
    ],
)  # fmt: skip
def test_an_address_within_other_text_is_named(written):
    assert hint(EMAIL, written) == "Write the address alone: mia@example.com." or "<" in written
    assert "mia@example.com" in hint(EMAIL, written)


def test_of_an_address_behind_a_name_both_ways_out_are_named():
    assert hint(EMAIL, "Mia Holm <mia@example.com>") == (
        "Write the address alone: mia@example.com (or set `allow_display_name: true` for the field)."
    )
    ((reason, _),) = hints(EMAIL | {"allow_display_name": True}, "Mia Holm <mia@example.com>")
    assert reason is None


def test_several_addresses_in_a_cell_are_counted():
    assert hint(EMAIL, "mia@example.com; bo@example.com") == "The cell has 2 addresses; keep one."


@pytest.mark.parametrize(("scheme", "address"), [("mailto:", "mia@example.com"), ("MAILTO: ", "mia@example.com")])
def test_the_scheme_of_a_link_is_no_part_of_an_address(scheme, address):
    ((reason, _),) = hints(EMAIL, *clean_text(pl.Series([scheme + address])))
    assert reason is None


@pytest.mark.parametrize(
    ("written", "region", "meant"),
    [
        ("0044 20 7946 0018", "US", ABROAD.format("00", "+44 20 7946 0018")),
        ("(0044) 2079460018", None, ABROAD.format("00", "+44 20 7946 0018")),
        ("00800 1234 5678", "US", ABROAD.format("00", "+800 1234 5678")),
        ("011 44 20 7946 0018", "DE", ABROAD.format("011", "+44 20 7946 0018")),
        ("(11) 8123-4567", "BR", "Mobile numbers in Brazil have nine digits now; perhaps it is +55 11 98123-4567."),
        ("+55 11 8123 4567", "US", "Mobile numbers in Brazil have nine digits now; perhaps it is +55 11 98123-4567."),
        ("044 55 4169 2299", "MX", MEXICO.format("+52 55 4169 2299")),
        ("01 33 3615 2299", "MX", MEXICO.format("+52 33 3615 2299")),
        ("+52 1 55 4169 2299", "US", MEXICO.format("+52 55 4169 2299")),
        ("044 55 4169 2299", "FR", None),
        ("0055 21 7123 4567", "BR", None),
        ("864-1310", "US", LOCAL),
        ("864.1310", "CA", LOCAL),
        ("420-3511", "AR", LOCAL),
        ("2242-1010", "BR", LOCAL),
        ("12345", "US", None),
        ("00 12", "US", None),
    ],
)  # fmt: skip
def test_a_phone_that_is_nearly_one_says_which(written, region, meant):
    sentence = hint(PHONE, written, region=region)
    assert sentence == meant if meant else True


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (DATE, "soon"),
        (PHONE, "86-4131"),
        (PHONE, "001 864"),
        (EMAIL, "mia"),
        (EMAIL, "@"),
        (PHONE, "call me"),
        (DATE, "999"),
    ],
)
def test_what_nobody_can_explain_has_no_hint(rule, value):
    assert hint(rule, value) == ""


def test_each_value_is_explained_in_its_place_and_good_ones_are_not():
    said = hints(DATE, "2025-01-09", "45000", None, "", "soon", "45000", "####")
    assert [bool(sentence) for _reason, sentence in said] == [False, True, False, False, False, True, True]


def test_the_country_of_the_row_is_what_counts():
    numbers, countries = ("(11) 8123-4567", "(11) 8123-4567"), pl.Series(["Brazil", "Argentina"])
    assert [bool(sentence) for _reason, sentence in hints(PHONE, *numbers, countries=countries)] == [True, False]
