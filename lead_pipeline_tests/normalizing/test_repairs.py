"""What becomes of values that a spreadsheet damaged: named, or repaired where there is but one original."""

import polars as pl
import pytest

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.rows import normalize_rows


def normalized(repair: str, **values: str | None) -> dict[str, object]:
    profile = ImportProfile.model_validate(
        {
            "name": "p",
            "destination": {"kind": "list", "name": "l"},
            "default_region": "US",
            "repair": repair,
            "fields": {
                "phone": {"type": "phone", "required": True},
                "email": {"type": "email"},
                "first_name": {"type": "text"},
                "postal_code": {"type": "text"},
            },
        }
    )
    texts = {"phone": "9518761336", "email": None, "first_name": None, "postal_code": None} | values
    return normalize_rows(pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)), profile).row(0, named=True)


@pytest.mark.parametrize(
    ("damaged", "original"),
    [("19518761336.0", "+19518761336"), ("1.9518761336E+10", "+19518761336"), ("9518761336,0", "+19518761336")],
)
def test_a_damaged_phone_is_repaired_only_when_the_profile_says_so(damaged, original):
    told = normalized("none", phone=damaged)
    assert (told["phone"], told["phone_reason"], told["warnings"]) == (None, "spreadsheet_damage", [])
    assert original.removeprefix("+1") in str(told["hints"])
    repaired = normalized("safe", phone=damaged)
    assert (repaired["phone"], repaired["phone_reason"], repaired["warnings"]) == (original, None, ["value_repaired"])
    assert repaired["hints"] is None


@pytest.mark.parametrize("lost", ["4.41E+11", "2026-01-05", "1.95E+10"])
def test_what_is_lost_cannot_be_repaired(lost):
    for repair in ("none", "safe"):
        row = normalized(repair, phone=lost)
        assert (row["phone"], row["phone_reason"], row["warnings"]) == (None, "spreadsheet_damage", [])
        assert "the original is needed" in str(row["hints"])


def test_a_tail_that_would_read_as_a_good_number_abroad_is_not_read():
    # 030 23125000 with `.0` behind it is a good German number of one digit more to phonenumbers
    profile = ImportProfile.model_validate(
        {
            "name": "p",
            "destination": {"kind": "list", "name": "l"},
            "default_region": "DE",
            "fields": {"phone": {"type": "phone", "required": True}},
        }
    )
    row = normalize_rows(pl.DataFrame({"phone": ["03023125000.0"]}), profile).row(0, named=True)
    assert (row["phone"], row["phone_reason"]) == (None, "spreadsheet_damage")


def test_garbled_text_is_kept_and_named_or_repaired():
    told = normalized("none", first_name="JosÃ©")
    assert (told["first_name"], told["warnings"]) == ("JosÃ©", ["value_damaged"])
    assert told["hints"] == "first_name: This looks like text decoded with the wrong encoding; probably it was José."
    repaired = normalized("safe", first_name="JosÃ©")
    assert (repaired["first_name"], repaired["warnings"], repaired["hints"]) == ("José", ["value_repaired"], None)


def test_a_postal_code_that_lost_its_zero_is_kept_and_named_or_repaired():
    assert (normalized("none", postal_code="2134")["postal_code"]) == "2134"
    assert "02134" in str(normalized("none", postal_code="2134")["hints"])
    assert (normalized("safe", postal_code="2134")["postal_code"]) == "02134"


@pytest.mark.parametrize("fine", ["José", "O\u2019Brien", "Zoë Ångström", "naïve", "\u201cBo\u201d", "Ötzi"])
def test_good_letters_are_no_damage(fine):
    row = normalized("none", first_name=fine)
    assert (row["first_name"], row["warnings"], row["hints"]) == (fine, [], None)


def test_an_address_with_a_slip_in_its_domain_is_kept_with_a_suggestion():
    row = normalized("safe", email="ana@gmaill.com")
    assert row["email"] == "ana@gmaill.com"
    assert "email_domain_typo" in row["warnings"]
    assert row["hints"] == "email: Perhaps ana@gmail.com was meant."


def test_warnings_of_two_fields_are_gathered():
    row = normalized("safe", phone="19518761336.0", email="info@example.com")
    assert row["warnings"] == ["value_repaired", "email_role"]


def test_a_row_without_damage_has_neither_warning_nor_hint():
    row = normalized("safe", email="ana@example.com", first_name="Ana", postal_code="02134")
    assert (row["warnings"], row["hints"]) == ([], None)
