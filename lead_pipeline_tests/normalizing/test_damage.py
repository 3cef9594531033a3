import random
import re

import phonenumbers
import polars as pl
import pytest
from babel import Locale, localedata
from ftfy.chardata import CHARMAP_ENCODINGS
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.normalizing.damage import DAMAGE_SCHEMA, Damage, find_damage
from lead_pipeline.normalizing.mojibake import ENCODINGS, suspect_pattern


def found(value, kind, region=None):
    return find_damage(pl.Series([value], dtype=pl.String), kind, region).row(0)


@pytest.mark.parametrize(
    ("value", "kind", "region", "damage", "repair", "safe"),
    [
        pytest.param("1.9518761336E+10", "phone", "US", Damage.SCIENTIFIC, "19518761336", True, id="all-digits-there"),
        pytest.param("1,9518761336E+10", "phone", "DE", Damage.SCIENTIFIC, "19518761336", True, id="decimal-comma"),
        pytest.param("1.95188E+10", "phone", "US", Damage.PRECISION_LOST, None, False, id="digits-lost"),
        pytest.param("4.9E+11", "identifier", None, Damage.PRECISION_LOST, None, False, id="identifier-digits-lost"),
        pytest.param("19518761336.0", "phone", "US", Damage.DECIMAL_TAIL, "19518761336", True, id="decimal-tail"),
        pytest.param("90210.00", "postal_code", "US", Damage.DECIMAL_TAIL, "90210", True, id="postal-code-with-tail"),
        pytest.param("2026-01-02", "phone", "US", Damage.DATE, None, False, id="iso-date"),
        pytest.param("2026-01-02 00:00:00", "phone", "US", Damage.DATE, None, False, id="iso-date-and-time"),
        pytest.param("12-Mar", "phone", "US", Damage.DATE, None, False, id="day-and-month"),
        pytest.param("Mar-21", "phone", "US", Damage.DATE, None, False, id="month-and-year"),
        pytest.param("3/4/2021", "phone", "US", Damage.DATE, None, False, id="slashed-date"),
        pytest.param("491711234567", "phone", "US", Damage.PLUS_LOST, "+491711234567", True, id="plus-lost"),
        pytest.param("491711234567", "phone", None, Damage.PLUS_LOST, "+491711234567", False, id="plus-or-national"),
        pytest.param("612345678", "phone", "IT", Damage.ZERO_LOST, "0612345678", True, id="italian-zero-lost"),
        pytest.param("5010", "postal_code", "US", Damage.ZERO_LOST, "05010", True, id="postal-code-zero-lost"),
        pytest.param("“ana@example.com”", "email", None, Damage.SMART_QUOTES, "ana@example.com", True, id="quoted"),
        pytest.param("JosÃ©", "text", None, Damage.MOJIBAKE, "José", True, id="mojibake"),
        pytest.param("Ã‰cole", "text", None, Damage.MOJIBAKE, "École", True, id="mojibake-of-windows-characters"),
        pytest.param("JosÃƒÂ©", "text", None, Damage.MOJIBAKE, "José", True, id="mojibake-twice"),
        pytest.param("CittÃ\u00a0", "text", None, Damage.MOJIBAKE, "Città", True, id="mojibake-that-ends-with-a-space"),
        pytest.param("Ð¡ÐµÑ€Ð³ÐµÐ¹", "text", None, Damage.MOJIBAKE, "Сергей", True, id="mojibake-of-cyrillic"),
        pytest.param("РЎРµСЂРіРµР№", "text", None, Damage.MOJIBAKE, "Сергей", True, id="mojibake-by-cp1251"),
        pytest.param("Jos√©", "text", None, Damage.MOJIBAKE, "José", True, id="mojibake-by-mac-roman"),
        pytest.param("Jos├⌐", "text", None, Damage.MOJIBAKE, "José", False, id="mojibake-by-cp437-may-be-another"),
        pytest.param("O\u0092Brien", "text", None, Damage.MOJIBAKE, "O\u2019Brien", True, id="windows-read-as-latin-1"),
        pytest.param("â€œAnaâ€\ufffd", "text", None, Damage.MOJIBAKE, None, False, id="mojibake-with-a-letter-lost"),
    ],
)
def test_damage_is_named_and_repaired_only_where_it_can_be(value, kind, region, damage, repair, safe):
    assert found(value, kind, region) == (damage.value, repair, safe)


@pytest.mark.parametrize(
    ("value", "kind", "region"),
    [
        pytest.param("9518761336", "phone", "US", id="a-good-phone"),
        pytest.param("+19518761336", "phone", "US", id="a-good-international-phone"),
        pytest.param("555-0100", "phone", "US", id="a-short-phone"),
        pytest.param("0612345678", "phone", "IT", id="a-zero-that-is-there"),
        pytest.param("05010", "postal_code", "US", id="a-postal-code"),
        pytest.param("1010", "postal_code", "AT", id="a-postal-code-of-four-digits"),
        pytest.param("2026-01-02", "text", None, id="a-date-where-dates-may-stand"),
        pytest.param("12.0", "text", None, id="a-number-in-text"),
        pytest.param("1E5", "text", None, id="an-exponent-in-text"),
        pytest.param("José", "text", None, id="an-accent"),
        pytest.param("O\u2019Brien", "text", None, id="an-apostrophe"),
        pytest.param("ÂNGELA", "text", None, id="a-name-that-begins-like-mojibake"),
        pytest.param("JOÃO DE SÃO JOSÉ", "text", None, id="portuguese-capitals"),
        pytest.param("HOLÝŠOV POSPÍŠIL", "text", None, id="czech-capitals-that-are-utf-8-too"),
        pytest.param("CAFÉ® NESCAFÉ™", "text", None, id="a-trade-mark-behind-an-accent"),
        pytest.param("ŞÜKRÜ ÇİĞDEM", "text", None, id="turkish-capitals"),
        pytest.param("NGUYỄN THỊ ÁNH", "text", None, id="vietnamese-capitals"),
        pytest.param("ΓΙΏΡΓΟΣ Ή ΆΝΝΑ", "text", None, id="greek-capitals"),
        pytest.param("Сергій Вікторія Андрій", "text", None, id="ukrainian"),
        pytest.param("", "phone", "US", id="empty"),
        pytest.param(None, "phone", "US", id="null"),
    ],
)
def test_a_sound_value_has_no_damage(value, kind, region):
    assert found(value, kind, region) == (None, None, None)


def test_values_keep_their_order_and_repeat():
    frame = find_damage(pl.Series(["1.0", "951.0", None, "951.0"]), "identifier")
    assert frame.schema == DAMAGE_SCHEMA
    assert frame["repair"].to_list() == [None, "951", None, "951"]


def test_an_empty_column_has_no_damage():
    assert find_damage(pl.Series([], dtype=pl.String), "phone", "US").shape == (0, 3)


@given(st.text(alphabet=st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cc"]), max_size=12))
def test_a_safe_repair_of_garbled_text_can_be_garbled_again_to_the_same(text):
    damaged = text.encode().decode("sloppy-windows-1252")
    damage, repair, safe = found(damaged, "text")
    if damage == Damage.MOJIBAKE.value and safe and damaged.strip() == damaged and repair.strip() == repair:
        again = [repair]
        for _ in range(4):
            again.append(again[-1].encode().decode("sloppy-windows-1252"))
        assert text.strip() == repair or damaged in again


@pytest.mark.parametrize("kind", ["phone", "email", "postal_code", "identifier", "text"])
@given(value=st.text(max_size=20))
def test_no_text_is_too_odd_to_look_at(kind, value):
    damage, repair, safe = found(value, kind, "US")
    assert (damage is None) == (safe is None)
    assert repair is not None or not safe


@pytest.fixture(scope="module")
def names():
    """Names of countries and languages in hundreds of languages, as they are and in capitals."""
    locales = [Locale.parse(name) for name in localedata.locale_identifiers() if "_" not in name]
    found = {name for locale in locales for name in (*locale.territories.values(), *locale.languages.values())}
    return pl.Series(sorted(found | {name.upper() for name in found}))


def test_no_sound_name_in_any_language_is_taken_for_garbled(names):
    damage = find_damage(names, "text")["damage"]
    assert names.len() > 100_000
    assert names.filter(damage == Damage.MOJIBAKE.value).to_list() == []


@pytest.mark.parametrize(
    ("encoding", "share"),
    [("latin-1", 0.95), ("sloppy-windows-1252", 0.9), ("macroman", 0.7), ("cp437", 0.8), ("sloppy-windows-1250", 0.8)],
)
def test_most_names_that_were_garbled_are_found_again(names, encoding, share):
    sample = [name for name in names.gather_every(40) if not name.isascii()]
    garbled = [pair for name in sample if (pair := misread(name, encoding)) is not None]
    repairs = find_damage(pl.Series([text for _, text in garbled]), "text")["repair"]
    right = sum(name == repair for (name, _), repair in zip(garbled, repairs, strict=True))
    assert right / len(garbled) > share


def misread(name, encoding):
    try:
        return name, name.encode().decode(encoding)
    except UnicodeDecodeError:
        return None


def test_every_encoding_that_ftfy_knows_makes_a_text_suspect():
    assert len(ENCODINGS) == len(CHARMAP_ENCODINGS)
    for encoding in CHARMAP_ENCODINGS:
        assert re.search(suspect_pattern(), "é".encode().decode(encoding)), encoding


def is_valid(text, region):
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def told_by_the_library(digits, region):
    """What is missing from digits that are no number, said by the library, one by one."""
    if region is not None and is_valid(digits, region):
        return None, None, None
    abroad = is_valid(f"+{digits}", None)
    if region is not None and is_valid(f"0{digits}", region):
        return Damage.ZERO_LOST.value, f"0{digits}", not abroad
    return (Damage.PLUS_LOST.value, f"+{digits}", region is not None) if abroad else (None, None, None)


@pytest.mark.parametrize("region", [None, "US", "DE", "IT", "GB", "AU"])
def test_lost_zeros_and_pluses_are_told_as_the_library_tells_them(region):
    source = random.Random(7)
    several = ["".join(source.choices("0123456789", k=source.randrange(3, 16))) for _ in range(1_200)]
    several += [f"{code}{source.randrange(10**9)}" for code in (1, 44, 49, 39, 61) for _ in range(100)]
    expected = [told_by_the_library(digits, region) for digits in several]
    assert sum(damage == Damage.PLUS_LOST.value for damage, _, _ in expected) > 5
    assert any(damage == Damage.ZERO_LOST.value for damage, _, _ in expected) is (region not in (None, "US", "AU"))
    assert find_damage(pl.Series(several), "phone", region).rows() == expected
