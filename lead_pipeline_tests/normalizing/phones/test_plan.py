"""The compiled metadata against the library it is compiled from: every value, every column, every default region.

Millions of spellings are compared by benchmarks/phones_differential.py; this is its quick sample, and what others have
published. Both sides come from whatever phonenumbers is installed, so new metadata is compared anew.
"""

import csv

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

from lead_pipeline.normalizing.phones.normalizer import normalize_phones
from lead_pipeline.normalizing.phones.plan import patterns
from lead_pipeline.normalizing.phones.plan.metadata_verdicts import verdicts_on_numbers, verdicts_on_spellings
from lead_pipeline.normalizing.phones.plan.numbering import metadata_of
from lead_pipeline.normalizing.phones.plan.patterns import UncoveredPatternError, replacement, translated, whole
from lead_pipeline_tests.benchmarks.phones_differential import differences
from lead_pipeline_tests.normalizing.corpora import corpus
from lead_pipeline_tests.normalizing.phones.phone_spellings import FORMATS, REGIONS, Speller, example_numbers

#: Regions that between them use every rule of the metadata: transforms, carriers, leading digits, several prefixes,
#: zeros that stay, shared codes, prefixes for calls abroad that are patterns, none of them.
TELLING = ["US", "CA", "AG", "GB", "GG", "IM", "DE", "IT", "AR", "BR", "MX", "CI", "RU", "KZ", "AU", "CO", "JP", "HU"]
TELLING += ["SM", "VA", "NO", "SJ", "FI", "KR", "CN", "BY", "LT", "HK", "ID", "TZ", None]


def mismatches(spellings: list[str], region: str | None) -> list[dict[str, object]]:
    return differences(spellings, region)[0].head(3).to_dicts()


@pytest.mark.parametrize("region", [None, "AR"])
def test_every_example_number_in_every_format_is_judged_as_by_the_library(region):
    spellings = [phonenumbers.format_number(number, style) for number in example_numbers() for style in FORMATS]
    assert len(spellings) > 4000
    assert mismatches(spellings, region) == []


def test_every_example_number_as_its_own_country_writes_it():
    by_region: dict[str, list[str]] = {}
    for number in example_numbers():
        nsn = phonenumbers.national_significant_number(number)
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        for region in COUNTRY_CODE_TO_REGION_CODE[number.country_code]:
            if region in phonenumbers.SUPPORTED_REGIONS:
                by_region.setdefault(region, []).extend([nsn, national, f"{number.country_code}{nsn}"])
    shared = {region: spellings for region, spellings in by_region.items() if region in TELLING}
    assert {region: found for region, spellings in shared.items() if (found := mismatches(spellings, region))} == {}


@pytest.mark.parametrize("region", TELLING)
def test_random_spellings_are_judged_as_by_the_library(region):
    assert mismatches(list(Speller(region, 20261120).spellings(300)), region) == []


def test_each_region_is_compiled_and_agrees_on_a_few_spellings():
    others = [region for region in REGIONS if region not in TELLING]
    sample = others[::8]  # all of them in the script
    assert {
        region: found for region in sample if (found := mismatches(list(Speller(region, 7).spellings(30)), region))
    } == {}


#: What random spellings seldom hit: prefixes with next to nothing behind them, zeros only, several signs.
TRICKY = [
    "01112",
    "0111",
    "011 123",
    "011 0 44 20 7946 0958",
    "00",
    "000",
    "0000",
    "+0",
    "+00",
    "+000",
    "+1",
    "+12",
    "+123",
]
TRICKY += ["++1 951 876 1336", "+ +1 951 876 1336", "+011 44 20 7946 0958", "+00 44 20 7946 0958", "+1 1 951 876 1336"]
TRICKY += [
    "1 2",
    "1-2-3",
    "12",
    "(12)",
    "+4",
    "8",
    "80",
    "800",
    "8 8 8",
    "0 0 0 1",
    "00 00 44 123",
    "1 1 1 1 1 1 1 1 1 1 1",
]
TRICKY += [
    "123456789012345678",
    "12345678901234567",
    "+4912345678901234567",
    "+49123456789012345678",
    "0" * 17,
    "0" * 18,
]
TRICKY += ["9" * 250, "9" * 251, " " * 250 + "9518761336", "x" * 251, "951876x1336", "951876xx1336", "x9518761336x"]
TRICKY += ["951 876 1336 x 123456789", "951 876 1336 x 1234567890", "951 876 1336 ext 12345678901", "95 x12", "951 x12"]


@pytest.mark.parametrize("region", TELLING[::2])
def test_tricky_spellings_are_judged_as_by_the_library(region):
    plain = [f"{head}{spelling}" for spelling in TRICKY for head in ("", "0", "00", "011", "+")]
    assert mismatches(plain, region) == []


def _near_misses(desc: PhoneNumberDesc) -> st.SearchStrategy[str]:
    """Numbers that fit a pattern of the metadata, with perhaps a digit changed, added or left out."""
    fitting = st.from_regex(f"(?:{desc.national_number_pattern})".replace(r"\d", "[0-9]"), fullmatch=True)
    place, digit = st.integers(0, 12), st.sampled_from("0123456789")
    changed = st.builds(lambda text, at, new: text[:at] + new + text[at + 1 :], fitting, place, digit)
    added = st.builds(lambda text, at, new: text[:at] + new + text[at:], fitting, place, digit)
    shortened = st.builds(lambda text, at: text[:at] + text[at + 1 :], fitting, place)
    return st.one_of(fitting, changed, added, shortened)


def _descriptions(region: str) -> list[PhoneNumberDesc]:
    plan = PhoneMetadata.metadata_for_region(region, None)
    names = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "uan")
    found = [getattr(plan, name) for name in names]
    return [desc for desc in found if desc is not None and desc.national_number_pattern]


@st.composite
def _numbers_of_a_region(draw: st.DrawFn) -> tuple[str, list[str]]:
    region = draw(st.sampled_from([one for one in TELLING if one]))
    number = st.one_of(*map(_near_misses, _descriptions(region)))
    code = phonenumbers.country_code_for_region(region)
    heads = st.sampled_from(["", f"+{code}", f"+{code} 0", f"00{code}", f"{code}", "0", "1", "8", "011"])
    return region, draw(st.lists(st.builds(lambda head, one: head + one, heads, number), min_size=1, max_size=40))


@given(_numbers_of_a_region())
@settings(max_examples=12, deadline=None)
def test_near_misses_of_every_kind_of_number_are_judged_as_by_the_library(region_and_numbers):
    region, numbers = region_and_numbers
    assert mismatches(numbers, region) == []


CORPORA = [
    ("phones-libphonenumber/parse_facts_PhoneNumberUtilTest.csv", "input"),
    ("phones-libphonenumber/messy_strings_PhoneNumberMatcherTest.csv", "text"),
    ("phones-messy-wild/messy_phone_strings.csv", "raw"),
    ("phones-other-libs/misc_parse_facts.csv", "input"),
    ("phones-other-libs/phony_plausibility_facts.csv", "input"),
]


@pytest.mark.parametrize(("name", "column"), CORPORA, ids=[name for name, _ in CORPORA])
def test_published_and_wild_spellings_are_judged_as_by_the_library(name, column):
    with corpus(name).open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    regions = {region if (region := row.get("region")) in phonenumbers.SUPPORTED_REGIONS else None for row in rows}
    spellings = [row[column] for row in rows if row[column]]
    assert len(spellings) > 25
    assert {region: found for region in regions | {"US"} if (found := mismatches(spellings, region))} == {}


def test_the_example_numbers_come_out_as_their_source_says():
    with corpus("phones-libphonenumber/example_numbers_all_regions.csv").open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["phonenumbers 9.0.43_valid"] == "True"]
    phones = normalize_phones(pl.Series([row["international_format"] for row in rows]), None)
    assert phones["e164"].to_list() == [row["e164"] for row in rows]
    assert phones["valid"].all()


def test_a_realistic_list_leaves_almost_nothing_to_the_library():
    with corpus("leads-synthetic-lists/customers-10000.csv").open(newline="", encoding="utf-8") as lines:
        phones = [row[column] for row in csv.DictReader(lines) for column in ("Phone 1", "Phone 2")]
    frame = pl.DataFrame({"raw": phones}).with_row_index("row")
    assert verdicts_on_spellings(frame, "US").uncovered.height < 0.02 * len(phones)


def test_a_pattern_that_may_not_mean_the_same_is_not_translated():
    for pattern in (r"(?=1)\d", r"(?!2)3", r"(?<=1)2", r"(\d)\1", r"\w+", r"(?P<x>1)", r"\b1"):
        with pytest.raises(UncoveredPatternError):
            translated(pattern)


def test_patterns_are_translated_as_python_applies_them():
    assert whole(r"1\d|2") == "^(?:1[0-9]|2)$"
    assert replacement(r"9\1-\2") == "9${1}-${2}"


def test_what_cannot_be_compiled_is_left_to_the_library(monkeypatch):
    """As if the next release of the metadata used a look-ahead for French numbers."""

    def refusing(pattern: str) -> str:
        if pattern == metadata_of(33, "FR").fixed_line.national_number_pattern:
            raise UncoveredPatternError(pattern)
        return original(pattern)

    original = patterns.translated
    monkeypatch.setattr(patterns, "translated", refusing)
    from lead_pipeline.normalizing.phones.plan import numbering

    for cached in (numbering.line_type, numbering.ordinary_line_type, numbering.may_be_special):
        cached.cache_clear()
    frame = pl.DataFrame({"raw": ["+33 1 70 18 99 00", "+44 20 7946 0958"]}).with_row_index("row")
    judged = verdicts_on_spellings(frame, None)
    assert (judged.uncovered["row"].to_list(), judged.numbers["row"].to_list()) == ([0], [1])
    for cached in (numbering.line_type, numbering.ordinary_line_type, numbering.may_be_special):
        cached.cache_clear()


def test_a_calling_code_without_any_number_at_hand_gives_an_empty_verdict():
    nobody = pl.DataFrame(schema={"row": pl.UInt32, "number": pl.String})
    assert verdicts_on_numbers(nobody, 1).height == 0
