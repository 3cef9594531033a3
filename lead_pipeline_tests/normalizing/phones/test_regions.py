"""Regions by whatever name: codes, calling codes and names; the default only where none is named."""

import polars as pl
import pytest
from babel import Locale
from phonenumbers import country_code_for_region

from lead_pipeline.model.rules import PhoneRule
from lead_pipeline.normalizing.phones.normalizer import supported_regions
from lead_pipeline.normalizing.phones.policy import accepted_phones, secondary_phones
from lead_pipeline.normalizing.phones.regions import region_named, regions_named

NAMED = [
    ("US", "US"), ("us", "US"), ("USA", "US"), ("U.S.", "US"), ("United States", "US"), ("united  states ", "US"),
    ("UK", "GB"), ("GB", "GB"), ("United Kingdom", "GB"), ("DEU", "DE"), ("Germany", "DE"), ("U. K.", "GB"),
    ("C\u00f4te d\u2019Ivoire", "CI"), ("Cote dIvoire", "CI"), ("The Netherlands", "NL"), ("Holland", "NL"),
    ("Wales", "GB"), ("Inglaterra", "GB"), ("Republic of Austria", "AT"), ("Korea, Republic of", "KR"),
    ("\u00d6sterreich", "AT"), ("Oesterreich", "AT"), ("OSTERREICH", "AT"), ("Espa\u00f1a", "ES"),
    ("\u65e5\u672c", "JP"), ("n/a", None), ("no", "NO"),
    ("\u0395\u03bb\u03bb\u03ac\u03b4\u03b1", "GR"), ("Turkey", "TR"), ("T\u00fcrkiye", "TR"), ("EE.UU.", "US"),
    ("Germany (DE)", "DE"), ("Deutschland / Germany", "DE"), ("FR - France", "FR"), ("France +33", "FR"),
    ("Spain (+34)", "ES"), ("\U0001f1eb\U0001f1f7", "FR"), ("\U0001f1eb\U0001f1f7 France", "FR"),
    ("+49", "DE"), ("0049", "DE"), ("49", "DE"), ("49.0", "DE"), ("380", "UA"), ("250", "RW"), ("1", "US"),
    ("+1 876", "JM"), ("+49 (0)", "DE"),
    ("Bahamas, The", "BS"), ("Philippines (the)", "PH"), ("Tanzania, the United Republic of", "TZ"), ("BVI", "VG"),
    ("Korea (the Democratic People's Republic of)", "KP"), ("+49 Germany", "DE"), ("Germany+49", "DE"), ("GER", "DE"),
    ("+1 CA", "CA"), ("CA +1", "CA"), ("US-TX", "US"), ("GB-SCT", "GB"), ("AT-\u00d6sterreich", "AT"), ("011 33", "FR"),
    ("XX-YY", None), ("AT-Frankreich", None), ("Czech Rep.", "CZ"),
    ("", None), ("ZZ", None), ("Atlantis", None), ("840", None), ("826", None), ("+999", None), ("800", None),
    ("Germany (FR)", None), ("Germany, Atlantis", None), ("0", None), ("12345", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "region"), NAMED)
def test_a_region_is_known_by_code_alias_and_name(text, region):
    assert region_named(text) == region


@pytest.mark.parametrize("region", sorted(supported_regions()))
def test_each_region_is_itself_by_its_code(region):
    assert region_named(region) == region


@pytest.mark.parametrize("region", sorted(supported_regions()))
def test_a_calling_code_in_any_spelling_leads_to_a_region_that_has_it(region):
    code = country_code_for_region(region)
    for spelling in (f"{code}", f"+{code}", f"00{code}", f" +{code} "):
        assert country_code_for_region(region_named(spelling)) == code


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt", "pt_PT", "it", "nl", "pl", "ru", "ja", "ar", "hi", "tr"])
def test_a_name_in_any_language_never_leads_to_a_country_that_has_another(language):
    names = {code: name for code, name in Locale.parse(language).territories.items() if code in supported_regions()}
    found = {code: region_named(name) for code, name in names.items()}
    assert {code for code, region in found.items() if region not in (code, None)} == set()
    assert sum(region is None for region in found.values()) <= 1  # a name that two languages give to two countries


def test_a_column_of_names_falls_back_to_the_default_only_where_none_is_named():
    names = pl.Series(["DE", None, "nowhere", "France", "", " ", "n/a", "-"])
    assert regions_named(names, "US").to_list() == ["DE", "US", None, "FR", "US", "US", "US", "US"]
    assert regions_named(names, None).to_list() == ["DE", None, None, "FR", None, None, None, None]


def test_a_number_of_an_unknown_country_is_not_read_as_one_of_the_default_region():
    phones = accepted_phones(pl.Series(["2015550123", "+4930123456"]), PhoneRule(), pl.Series(["Atlantis"] * 2), "US")
    assert phones["value"].to_list() == [None, "+4930123456"]
    assert phones["reason"].to_list() == ["phone_country_unknown", None]


def test_the_second_number_of_a_cell_is_of_the_country_of_its_row_as_well():
    further = pl.Series([["030 123456"], ["030 123456"]])
    read = secondary_phones(pl.Series([None, None], dtype=pl.String), further, pl.Series(["DE", None]))
    assert read.to_list() == [["+4930123456"], []]


def test_no_names_at_all():
    assert regions_named(pl.Series([None, None], dtype=pl.String), "US").to_list() == ["US", "US"]
    assert regions_named(pl.Series([], dtype=pl.String), "US").to_list() == []
