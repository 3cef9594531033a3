"""What a profile accepts of a phone; each refusal has its own code."""

import polars as pl
import pytest

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import LineType, PhoneRule
from lead_pipeline.normalizing.phones.plan.plan_schema import LINE_TYPE, UNKNOWN
from lead_pipeline.normalizing.phones.policy import accepted_phones, secondary_phones

US, GB_MOBILE, DE = "+19518761336", "+447400123456", "+493023125000"


def accepted(
    raw: str | None, region: str | None = "US", country: str | None = None, **rule: object
) -> tuple[object, object]:
    countries = None if country is None else pl.Series([country], dtype=pl.String)
    judged = accepted_phones(pl.Series([raw], dtype=pl.String), PhoneRule.model_validate(rule), countries, region)
    return judged.select("value", "reason").row(0)


ACCEPTED = [
    pytest.param("951 876 1336", {}, US, id="by default any valid number"),
    pytest.param("951 876 1336 x5", {}, US, id="by default with an extension"),
    pytest.param("+44 7400 123456", {}, GB_MOBILE, id="by default of any country"),
    pytest.param("+1 951 876 1336", {"format": "international"}, US, id="international"),
    pytest.param("+1 951 876 1336", {"format": "national"}, US, id="national, written with the country's own code"),
    pytest.param("951 876 1336", {"format": "national"}, US, id="national"),
    pytest.param("(151) 876-1336", {"require": "possible"}, "+11518761336", id="possible is enough"),
    pytest.param("+44 7400 123456", {"allow_types": ["mobile"]}, GB_MOBILE, id="of an allowed type"),
    pytest.param("951-876-1336; 951-876-1337", {"multiple": "first"}, US, id="the first of several"),
    pytest.param("03525 / 0172/8945541", {"multiple": "first"}, None, id="the first complete one of several"),
]


@pytest.mark.parametrize(("raw", "rule", "e164"), ACCEPTED)
def test_accepted(raw, rule, e164):
    if e164 is None:
        assert accepted(raw, "DE", **rule) == ("+491728945541", None)
    else:
        assert accepted(raw, **rule) == (e164, None)


REFUSED = [
    pytest.param(None, {}, "phone_missing", id="null"),
    pytest.param("n/a", {"format": "international"}, "phone_missing", id="a word for none"),
    pytest.param("951-876-1336; 951-876-1337", {}, "phone_multiple", id="several"),
    pytest.param("951 876 1336", {"format": "international"}, "phone_format_not_allowed", id="no country code"),
    pytest.param("+999 123456", {"format": "international"}, "phone_country_unknown", id="a code of no country"),
    pytest.param("+44 7400 123456", {"format": "national"}, "phone_format_not_allowed", id="of another country"),
    pytest.param("(151) 876-1336", {}, "phone_not_valid", id="possible is not enough"),
    pytest.param("876-1336", {"require": "possible"}, "phone_too_short", id="possible for a local call only"),
    pytest.param("1234", {"require": "possible"}, "phone_too_short", id="not possible"),
    pytest.param("951 876 1336", {"allow_types": ["mobile"]}, "phone_type_not_allowed", id="may be fixed"),
    pytest.param("1234", {"allow_types": ["mobile"]}, "phone_too_short", id="of no type because it is not valid"),
    pytest.param("951 876 1336 x5", {"allow_extension": False}, "phone_extension_not_allowed", id="extension"),
]


@pytest.mark.parametrize(("raw", "rule", "reason"), REFUSED)
def test_refused(raw, rule, reason):
    assert accepted(raw, **rule) == (None, reason)


COUNTRIES = [
    ("030 23125000", "DE", DE),
    ("030 23125000", "Germany", DE),
    ("030 23125000", "deu", DE),
    ("020 7946 0958", "UK", "+442079460958"),
    ("951 876 1336", "", US),
    ("+44 7400 123456", "DE", GB_MOBILE),
]


@pytest.mark.parametrize(("raw", "country", "e164"), COUNTRIES)
def test_a_row_is_read_under_its_own_country_and_the_default_where_it_names_none(raw, country, e164):
    assert accepted(raw, "US", country) == (e164, None)


def test_nationally_means_of_the_rows_own_country():
    assert accepted("030 23125000", "US", "DE", format="national") == (DE, None)
    assert accepted("+1 951 876 1336", "US", "DE", format="national") == (None, "phone_format_not_allowed")
    assert accepted("+1 951 876 1336", None, "", format="national") == (None, "phone_format_not_allowed")


def test_rows_of_different_countries_keep_their_order():
    raw = pl.Series(["030 23125000", "951 876 1336", None, "030 23125000"])
    judged = accepted_phones(raw, PhoneRule(), pl.Series(["DE", "US", "DE", "Germany"]), None)
    assert judged["value"].to_list() == [DE, US, None, DE]


def test_an_unknown_default_region_is_refused():
    with pytest.raises(LeadPipelineError, match="Did you mean 'GB'"):
        accepted("1", "UK", "DE")


def test_the_types_of_the_profile_are_those_of_the_library():
    assert set(LineType.__args__) == set(LINE_TYPE.categories) - {UNKNOWN}


PROFILES = [
    ({"region_field": "country"}, "US", "country"),
    ({"format": "national"}, None, "default_region"),
]


@pytest.mark.parametrize(("rule", "region", "named"), PROFILES)
def test_a_profile_whose_phones_have_no_country_is_refused_with_the_fix(rule, region, named):
    description = {
        "name": "calls",
        "destination": {"kind": "schedule", "name": "solar"},
        "default_region": region,
        "fields": {"phone": {"type": "phone", "required": True} | rule},
    }
    with pytest.raises(ValueError, match=named):
        ImportProfile.model_validate(description)


def test_further_numbers_of_a_cell_are_kept_in_its_order_without_the_first_bad_ones_and_repetitions():
    primary = pl.Series(["+19518761336", "+19518761336", None])
    further = pl.Series([["951 876 1337", "123", "(951) 876-1338", "+1 951 876 1337"], ["9518761336"], None])
    assert secondary_phones(primary, further, "US").to_list() == [["+19518761337", "+19518761338"], [], []]


def test_the_further_spellings_of_a_cell_are_handed_on_only_when_the_rule_keeps_them():
    raw = pl.Series(["951 876 1336 / 951 876 1337"])
    kept = accepted_phones(raw, PhoneRule(multiple="secondary"), None, "US")
    assert (kept["value"].to_list(), kept["reason"].to_list()) == (["+19518761336"], [None])
    assert kept["further"].to_list() == [["951 876 1337"]]
    assert accepted_phones(raw, PhoneRule(multiple="first"), None, "US")["further"].to_list() == [None]
