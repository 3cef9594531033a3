"""Numbers as people of a locale write them: the value, or no number at all; never another number."""

import random
import re
from decimal import Decimal

import polars as pl
import pytest
from babel import Locale
from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.rules import DecimalRule, IntegerRule
from lead_pipeline.normalizing.numbers import checked_unit, normalize_decimals, normalize_integers


def decimal(text: str | None, **rule) -> tuple[float | None, str | None]:
    return normalize_decimals(pl.Series([text], dtype=pl.String), DecimalRule(**rule)).row(0)


def integer(text: str | None, **rule) -> tuple[int | None, str | None]:
    return normalize_integers(pl.Series([text], dtype=pl.String), IntegerRule(**rule)).row(0)


@pytest.mark.parametrize("blank", [None, "", "  ", "\t\u00a0\n"])
@pytest.mark.parametrize("rule", [{}, {"locale": "de"}, {"units": ["$"]}], ids=str)
def test_blank_has_no_value_and_no_reason(rule, blank):
    assert decimal(blank, **rule) == integer(blank, **rule) == (None, None)


INTEGERS = [
    ("48", 48, None), (" 48 ", 48, None), ("+48", 48, None), ("-48", -48, None), ("007", 7, None), ("0", 0, None),
    ("9223372036854775807", 2**63 - 1, None),
    ("9223372036854775808", None, "number_out_of_range"), ("1" * 400, None, "number_out_of_range"),
    ("48h", None, "number_invalid"), ("4 8", None, "number_invalid"), ("4.0", None, "number_invalid"),
    ("1e3", None, "number_invalid"), ("+", None, "number_invalid"), ("+-4", None, "number_invalid"),
    ("++4", None, "number_invalid"), ("\u0664", None, "number_invalid"), ("1_000", None, "number_invalid"),
    ("1,000", None, "number_invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "reason"), INTEGERS)
def test_plain_whole_numbers(text, value, reason):
    assert integer(text) == (value, reason)


DECIMALS = [
    ("48", 48.0, None), ("4.5", 4.5, None), ("+.5", 0.5, None), ("-4.", -4.0, None), (" 0.10 ", 0.1, None),
    ("4,5", None, "number_invalid"), ("1e3", None, "number_invalid"), ("nan", None, "number_invalid"),
    ("inf", None, "number_invalid"), (".", None, "number_invalid"), ("1.2.3", None, "number_invalid"),
    ("$4", None, "number_invalid"), ("9" * 400, None, "number_out_of_range"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "reason"), DECIMALS)
def test_plain_decimals(text, value, reason):
    assert decimal(text) == (value, reason)


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("1.234,5", "de", 1234.5), ("1234,5", "de", 1234.5), ("-1.234.567,89", "de", -1234567.89), (",5", "de", 0.5),
        ("1,234.5", "en", 1234.5), ("1,234,567", "en_US", 1234567), ("007", "en", 7), ("+48", "en", 48),
        ("1\u202f234,5", "fr", 1234.5), ("1\u00a0234,5", "fr", 1234.5), ("1 234,5", "fr", 1234.5),
        ("1\u2009234", "fr", 1234), ("1 234\u202f567", "fr", 1234567), ("1\u202f234,5", "sv", 1234.5),
        ("\u2212\u202f5", "sv", -5),
        ("1\u2019234.50", "de_CH", 1234.5), ("1'234.50", "de_CH", 1234.5), ("1\u02bc234", "it_CH", 1234),
        ("12,34,567.8", "en_IN", 1234567.8), ("1,00,000", "hi", 100000), ("1,234,567", "en_IN", 1234567),
        ("1.234", "es", 1234), ("5-", "de", -5), ("(1.234,5)", "de", -1234.5), ("( 5 )", "en", -5),
        ("\u0663\u066c\u0664\u0665\u0666\u066b\u0667", "ar_EG", 3456.7), ("3,456.7", "ar_EG", 3456.7),
        ("\u200e-5", "he", -5), ("\u06f3\u06f4", "fa", 34), ("\u0967\u0968", "mr", 12),
    ],
)  # fmt: skip
def test_a_number_is_read_as_the_locale_writes_it(text, locale, value):
    assert decimal(text, locale=locale) == (value, None)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("1.234,5", "en"), ("1,234.5", "de"), ("1.5", "de"), ("1,5", "en"), ("1,50", "en"), ("0.500", "de"),
        ("0,500", "en"), ("1.23.456", "de"), ("12.34", "de"), ("1,2345", "en"), ("1,234,56", "en"), ("1234.567", "de"),
        ("1 234'567", "fr"), ("1'234", "fr"), ("1 234", "en"), ("1.234", "fr"), ("12,34,567", "en"),
        ("1,23,45", "en_IN"), ("5,-", "de"), ("5,", "de"), ("--5", "de"), ("-5-", "de"), ("(-5)", "de"), ("(5", "de"),
        ("5)", "de"), ("()", "de"), ("1e5", "en"), ("1,0e5", "de"), ("\u0663", "en"), ("5 %", "en"), ("\u20ac5", "de"),
        ("\u00bd", "en"), ("1..2", "de"), ("1 2", "en"), ("-", "de"), (",", "de"), ("5 EUR 5", "de"),
    ],
)  # fmt: skip
def test_what_the_locale_does_not_write_is_no_number_and_not_another_one(text, locale):
    assert decimal(text, locale=locale) == (None, "number_invalid")


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("$5", {"units": ["$"]}, 5), ("5$", {"units": ["$"]}, 5), ("$ 5", {"units": ["$"]}, 5),
        ("5.50 EUR", {"units": ["EUR"]}, 5.5), ("5 eur", {"units": ["EUR"]}, 5),
        ("5\u00a0\u20ac", {"units": ["\u20ac"]}, 5),
        ("-$5", {"units": ["$"]}, -5), ("$-5", {"units": ["$"]}, -5), ("$ 5 USD", {"units": ["$", "USD"]}, 5),
        ("($1,234.50)", {"units": ["$"], "locale": "en"}, -1234.5), ("$(5)", {"units": ["$"]}, -5),
        ("Rs. 500", {"units": ["Rs."]}, 500), ("Rs.500.50", {"units": ["Rs."]}, 500.5),
        ("5 kr", {"units": ["k", "kr"]}, 5), ("1.234,5 kWh", {"units": ["kWh"], "locale": "de"}, 1234.5),
        ("5 m2", {"units": ["m2"]}, 5), ("5%", {"units": ["%"]}, 5), ("5,-", {"units": [",-"], "locale": "de"}, 5),
        ("5", {"units": ["$"]}, 5), ("5 K\u010c", {"units": ["k\u010d"]}, 5),
    ],
)  # fmt: skip
def test_units_stand_before_or_behind_a_number_with_blanks_or_without(text, rule, value):
    assert decimal(text, **rule) == (value, None)


@pytest.mark.parametrize("text", ["$", "5 USD", "5 $ 5", "$$5", "1,000 $", "EUR$5"])
def test_other_units_and_units_alone_are_no_number(text):
    assert decimal(text, units=["$"]) == (None, "number_invalid")


def test_a_whole_number_has_no_decimals_whatever_the_locale():
    assert integer("1.234", locale="de") == (1234, None)
    assert integer("1.234,00", locale="de") == (None, "number_invalid")
    assert integer("9.223.372.036.854.775.808", locale="de") == (None, "number_out_of_range")


@pytest.mark.parametrize("unit", ["EUR", "$", "%", "m2", "Rs.", "kr.", ",-", "\u00b0C"])
def test_a_word_or_sign_is_a_unit(unit):
    assert checked_unit(unit) == unit


@pytest.mark.parametrize("unit", ["5", ",", ".", "-", "", " ", "1,000", "()"])
def test_what_could_be_part_of_a_number_is_no_unit(unit):
    with pytest.raises(UsageError, match="is not a unit"):
        checked_unit(unit)


def test_a_locale_that_there_is_not_is_named():
    with pytest.raises(UsageError, match="no locale 'xx'"):
        decimal("1,5", locale="xx")


LOCALES = ("en", "de", "fr", "de_CH", "sv", "en_IN", "es", "pl", "pt_BR", "it_CH", "nl", "ru", "en_ZA", "tr")


@given(
    st.sampled_from(LOCALES),
    st.decimals(-(10**12), 10**12, allow_nan=False, places=3) | st.integers(-(10**6), 10**6).map(Decimal),
)
def test_whatever_babel_writes_is_read_back_as_python_reads_the_plain_number(locale, number):
    assert decimal(format_decimal(number, locale=locale, decimal_quantization=False), locale=locale) == (
        float(number),
        None,
    )


def obvious(text: str, locale: str) -> float | None:
    """Read a number as one would by hand: part it at the decimal sign, look at the groups, put it together."""
    symbols = Locale.parse(locale).number_symbols["latn"]
    like = {"\u202f": " ", "\u00a0": " ", "\u2009": " ", "\u2019": "'"}
    text = "".join(like.get(char, char) for char in text)
    group, decimal_sign = like.get(symbols["group"], symbols["group"]), symbols["decimal"]
    sign = -1 if "-" in text else 1
    text = text[1:] if text[:1] in "+-" else text
    whole, *fractions = text.split(decimal_sign)
    groups = whole.split(group)
    sizes = [len(one) for one in groups]
    in_threes = 1 <= sizes[0] <= 3 and set(sizes[1:]) == {3}
    indian = locale == "en_IN" and 1 <= sizes[0] <= 2 and sizes[-1] == 3 and set(sizes[1:-1]) <= {2}
    if len(groups) > 1 and not ((in_threes or indian) and not groups[0].startswith("0")):
        return None
    digits = "".join(groups)
    if len(fractions) > 1 or fractions == [""] or (not fractions and not digits):
        return None
    if not re.fullmatch("[0-9]*", digits + "".join(fractions)):
        return None
    return sign * float(f"{digits or 0}.{''.join(fractions) or 0}")


@given(st.sampled_from(LOCALES), st.lists(st.text("0123456789.,' \u202f\u2019-+", min_size=1, max_size=9), max_size=20))
def test_random_spellings_are_read_as_by_hand(locale, texts):
    texts = [text.strip() for text in texts]
    verdicts = normalize_decimals(pl.Series(texts, dtype=pl.String), DecimalRule(locale=locale)).rows()
    for text, (value, reason) in zip(texts, verdicts, strict=True):
        if not text or re.search("[-+]", text[1:]) or re.search(r"[-+]\s", text):
            continue  # signs elsewhere have tests of their own
        assert (value, reason) == (
            obvious(text, locale),
            None if obvious(text, locale) is not None else "number_invalid",
        )


def test_babel_reads_no_other_number_from_what_is_accepted():
    chance = random.Random(5)
    accepted = 0
    for locale in LOCALES:
        for _ in range(300):
            text = "".join(
                chance.choice("0123456789.,' \u202f\u00a0\u2019") for _ in range(chance.randint(1, 8))
            ).strip()
            value, reason = decimal(text, locale=locale)
            if reason is not None or value is None:
                continue
            accepted += 1
            try:
                theirs = float(parse_decimal(text, locale=locale, strict=True))
            except NumberFormatError:
                continue  # Babel wants the very blank or apostrophe, and thousands parted as it would part them
            assert value == theirs, ascii(text)
    assert accepted > 500


@given(st.lists(st.one_of(st.none(), st.text("0123456789.+-e", max_size=6)), max_size=8))
def test_plain_decimals_are_read_as_python_reads_them(texts):
    verdicts = normalize_decimals(pl.Series(texts, dtype=pl.String), DecimalRule()).rows()
    for text, (value, _) in zip(texts, verdicts, strict=True):
        plain = text is not None and re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text)
        assert value == (float(str(text)) if plain else None)


@given(st.lists(st.one_of(st.none(), st.integers().map(str), st.text(max_size=6)), max_size=8))
def test_integers_are_read_as_python_reads_ascii_digits(cells):
    rows = normalize_integers(pl.Series(cells, dtype=pl.String), IntegerRule()).rows()
    for text, (value, reason) in zip(cells, rows, strict=True):
        plain = (text or "").strip()
        digits = plain[1:] if plain[:1] in ("+", "-") else plain
        number = int(plain) if digits.isascii() and digits.isdigit() else None
        fits = number is not None and -(2**63) <= number < 2**63
        assert value == (number if fits else None)
        assert (reason == "number_out_of_range") == (number is not None and not fits)
