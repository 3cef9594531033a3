"""Phones: what is said of single spellings, and that no value's verdict depends on the others."""

from functools import cache

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.missing import means_missing
from lead_pipeline.normalizing.phones import normalizer
from lead_pipeline.normalizing.phones.library import LENGTH_REASONS, PARSE_REASONS, library_verdict
from lead_pipeline.normalizing.phones.normalizer import normalize_phones, supported_regions
from lead_pipeline_tests.normalizing.phones.phone_spellings import Speller

COLUMNS = ["e164", "region", "type", "possible", "valid", "reason", "extension"]


def judged(spelling: str | None, region: str | None) -> dict[str, object]:
    return normalize_phones(pl.Series([spelling], dtype=pl.String), region).row(0, named=True)


REFUSED = [
    pytest.param(None, "US", "phone_missing", id="null"),
    pytest.param("", "US", "phone_missing", id="empty"),
    pytest.param(" \t\u00a0", "US", "phone_missing", id="blank"),
    pytest.param("call me", "US", "phone_not_a_number", id="words"),
    pytest.param("7", "US", "phone_not_a_number", id="one digit"),
    pytest.param("9518761336", None, "phone_country_unknown", id="national spelling without a region"),
    pytest.param("+999 123 4567", "US", "phone_country_unknown", id="no such calling code"),
    pytest.param("+1 951", "US", "phone_too_short", id="too short"),
    pytest.param("876-1336", "US", "phone_too_short", id="no area code"),
    pytest.param("951 876 13361", "US", "phone_too_long", id="one digit too many"),
    pytest.param("9" * 251, "US", "phone_too_long", id="too long to be parsed"),
    pytest.param("+376 12345678901234567", None, "phone_too_long", id="too long for any country"),
    pytest.param("+376 1234567", None, "phone_length_invalid", id="a length between those in use in Andorra"),
    pytest.param("(151) 876-1336", "US", "phone_not_valid", id="no such area code"),
]


@pytest.mark.parametrize(("spelling", "region", "reason"), REFUSED)
def test_what_is_not_a_valid_number_has_its_reason(spelling, region, reason):
    verdict = judged(spelling, region)
    assert (verdict["valid"], verdict["reason"]) == (False, reason)


ACCEPTED = [
    pytest.param("(951) 876-1336", "US", "+19518761336", "US", "fixed_line_or_mobile", id="US national"),
    pytest.param("1-951-876-1336", "US", "+19518761336", "US", "fixed_line_or_mobile", id="US with trunk 1"),
    pytest.param("011 44 20 7946 0958", "US", "+442079460958", "GB", "fixed_line", id="dialled from the US"),
    pytest.param("+44 (0)20 7946 0958", None, "+442079460958", "GB", "fixed_line", id="British with (0)"),
    pytest.param("+1 416 555 0123", "US", "+14165550123", "CA", "fixed_line_or_mobile", id="Canada shares +1"),
    pytest.param("02 5552 0123", "IT", "+390255520123", "IT", "fixed_line", id="an Italian zero stays"),
    pytest.param("011 15 2345-6789", "AR", "+5491123456789", "AR", "mobile", id="Argentine 15 becomes 9"),
    pytest.param("1-800-FLOWERS", "US", "+18003569377", "US", "toll_free", id="letters"),
    pytest.param("+800 1234 5678", None, "+80012345678", "001", "toll_free", id="international freephone"),
    pytest.param("\uff0b\uff14\uff14 20 7946 0958", None, "+442079460958", "GB", "fixed_line", id="full-width"),
    pytest.param(
        "\u0660\u0661\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        "EG",
        "+201012345678",
        "EG",
        "mobile",
        id="Arabic digits",
    ),
    pytest.param("tel:+1-951-876-1336;ext=12", None, "+19518761336", "US", "fixed_line_or_mobile", id="tel URI"),
    pytest.param("951 876 1336 x 89", "US", "+19518761336", "US", "fixed_line_or_mobile", id="extension left out"),
]


EXTENSIONS = {"tel:+1-951-876-1336;ext=12": "12", "951 876 1336 x 89": "89"}


@pytest.mark.parametrize(("spelling", "region", "e164", "owner", "kind"), ACCEPTED)
def test_a_valid_number_becomes_e164_whatever_its_spelling(spelling, region, e164, owner, kind):
    verdict = judged(spelling, region)
    assert verdict.pop("extension") == EXTENSIONS.get(spelling)
    assert verdict == {
        "e164": e164, "region": owner, "type": kind, "possible": True, "valid": True, "reason": None
    }  # fmt: skip


def test_an_invalid_number_that_parses_keeps_its_e164_so_that_people_can_see_it():
    assert judged("(151) 876-1336", "US") == {
        "e164": "+11518761336", "region": None, "type": "unknown", "possible": True, "valid": False,
        "reason": "phone_not_valid", "extension": None,
    }  # fmt: skip


@pytest.mark.parametrize(("wrong", "right"), [("UK", "GB"), ("USA", "US"), ("Germany", "DE"), ("us", "US")])
def test_an_unknown_region_is_refused_with_the_one_that_was_meant(wrong, right):
    with pytest.raises(LeadPipelineError, match=f"'{wrong}'.*Did you mean '{right}'"):
        normalize_phones(pl.Series(["1"]), wrong)


@pytest.mark.parametrize("values", [[], [None, None]], ids=["no rows", "only nulls"])
def test_columns_and_types_are_the_same_for_every_input(values):
    judged_phones = normalize_phones(pl.Series(values, dtype=pl.String), "US")
    assert judged_phones.columns == COLUMNS
    assert judged_phones.dtypes == [pl.String, pl.String, pl.String, pl.Boolean, pl.Boolean, pl.String, pl.String]
    assert judged_phones.height == len(values)


def test_every_parse_error_and_length_verdict_of_the_library_has_a_reason_of_ours():
    errors = {value for name, value in vars(phonenumbers.NumberParseException).items() if name.isupper()}
    verdicts = {value for name, value in vars(phonenumbers.ValidationResult).items() if name.isupper()}
    assert set(PARSE_REASONS) == errors
    assert set(LENGTH_REASONS) == verdicts
    assert {reason.split("_")[0] for reason in (*PARSE_REASONS.values(), *LENGTH_REASONS.values())} == {"phone"}


def test_the_supported_regions_are_those_of_the_installed_library():
    assert supported_regions() == set(phonenumbers.SUPPORTED_REGIONS)


SPELLINGS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.from_regex(r"\+?[0-9 ().-]{4,18}", fullmatch=True),
    st.from_regex(r"(\+1|1|011)?[2-9][0-9]{2}[ -]?[2-9][0-9]{2}[ -]?[0-9]{4}( ?x ?[0-9]{1,4})?", fullmatch=True),
)
REGIONS = st.sampled_from([None, "US", "GB", "AR", "IT", "BR", "CI"])


@given(st.lists(SPELLINGS, max_size=8), REGIONS)
@settings(max_examples=25, deadline=None)
def test_each_value_is_judged_in_its_place_and_by_itself(values, region):
    together = normalize_phones(pl.Series(values, dtype=pl.String), region)
    assert together.rows(named=True) == [judged(value, region) for value in values]


@given(SPELLINGS, REGIONS)
@settings(max_examples=25, deadline=None)
def test_normalizing_a_valid_e164_gives_itself_under_every_region(spelling, region):
    first = judged(spelling, region)
    if first["valid"]:
        assert judged(first["e164"], region) == first | {"extension": None}
        assert judged(first["e164"], None) == first | {"extension": None}


LARGE = [*Speller("US", 3).spellings(800), None, "", "n/a", *Speller("GB", 3).spellings(800), None]


@cache
def words_for_none() -> frozenset[str]:
    spellings = pl.DataFrame({"raw": LARGE})
    return frozenset(spellings.filter(means_missing(pl.col("raw")))["raw"])


@cache
def expected(spelling: str | None, region: str | None) -> tuple[object, ...]:
    """The library's verdict, but for the words that say that there is no number."""
    verdict = library_verdict(spelling or "", region)
    missing = verdict.reason == "phone_not_a_number" and (spelling is None or spelling in words_for_none())
    return tuple(verdict._replace(reason="phone_missing") if missing else verdict)


@pytest.fixture(params=[500_000, 1_100], ids=["in one part", "in parts"])
def parts(request, monkeypatch):
    monkeypatch.setattr(normalizer, "_PART", request.param)
    monkeypatch.setattr(normalizer, "_WINDOW", request.param)


@pytest.mark.usefixtures("parts")
def test_a_large_column_is_judged_value_by_value_in_order():
    assert normalize_phones(pl.Series(LARGE), "US").rows() == [expected(spelling, "US") for spelling in LARGE]


@pytest.mark.usefixtures("parts")
def test_a_large_column_with_a_region_for_each_value_is_judged_under_each():
    named = (["US", "Germany", "UK", "nowhere", None] * len(LARGE))[: len(LARGE)]
    regions = (["US", "DE", "GB", None, "FR"] * len(LARGE))[: len(LARGE)]
    judged_phones = normalize_phones(pl.Series(LARGE), pl.Series(named), default_region="FR")
    assert judged_phones.rows() == [expected(*pair) for pair in zip(LARGE, regions, strict=True)]


def test_a_column_of_regions_without_a_row():
    empty = pl.Series([], dtype=pl.String)
    assert normalize_phones(empty, empty).columns == COLUMNS


def test_reasons_are_registered():
    reasons = {judged(*param.values[:2])["reason"] for param in REFUSED}
    assert reasons <= {reason.value for reason in Reason}
