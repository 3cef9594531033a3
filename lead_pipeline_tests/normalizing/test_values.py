"""Typed values: the canonical value, or the reason why there is none; blank is neither."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.model.rules import BooleanRule, DecimalRule, IntegerRule, TextRule
from lead_pipeline.normalizing import choices, numbers, texts


def one(frame: pl.DataFrame) -> tuple[object, str | None]:
    assert frame.columns == ["value", "reason"]
    return frame.row(0)


def normalize_texts(raw: pl.Series, **rule) -> pl.DataFrame:
    return texts.normalize_texts(raw, TextRule(**rule))


def normalize_integers(raw: pl.Series, **rule) -> pl.DataFrame:
    return numbers.normalize_integers(raw, IntegerRule(**rule))


def normalize_decimals(raw: pl.Series, **rule) -> pl.DataFrame:
    return numbers.normalize_decimals(raw, DecimalRule(**rule))


def normalize_booleans(raw: pl.Series, **rule) -> pl.DataFrame:
    return choices.normalize_booleans(raw, BooleanRule(**rule))


def cell(text: str | None) -> pl.Series:
    return pl.Series([text], dtype=pl.String)


@pytest.mark.parametrize("blank", [None, "", "  ", "\t\u00a0\n"])
@pytest.mark.parametrize("normalize", [normalize_texts, normalize_integers, normalize_decimals, normalize_booleans])
def test_blank_has_no_value_and_no_reason(normalize, blank):
    assert one(normalize(cell(blank))) == (None, None)


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
def test_integers(text, value, reason):
    assert one(normalize_integers(cell(text))) == (value, reason)


@pytest.mark.parametrize(
    ("text", "reason"), [("0", "number_out_of_range"), ("1", None), ("9", None), ("10", "number_out_of_range")]
)
def test_the_limits_of_a_number_are_inside(text, reason):
    assert one(normalize_integers(cell(text), min=1, max=9))[1] == reason
    assert one(normalize_decimals(cell(text), min=1.0, max=9.0))[1] == reason


DECIMALS = [
    ("48", 48.0, None), ("4.5", 4.5, None), ("+.5", 0.5, None), ("-4.", -4.0, None), (" 0.10 ", 0.1, None),
    ("4,5", None, "number_invalid"), ("1e3", None, "number_invalid"), ("nan", None, "number_invalid"),
    ("inf", None, "number_invalid"), (".", None, "number_invalid"), ("1.2.3", None, "number_invalid"),
    ("$4", None, "number_invalid"), ("9" * 400, None, "number_out_of_range"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "reason"), DECIMALS)
def test_decimals(text, value, reason):
    assert one(normalize_decimals(cell(text))) == (value, reason)


@pytest.mark.parametrize("text", ["true", "Yes", "y", "1", " TRUE "])
def test_words_for_yes(text):
    assert one(normalize_booleans(cell(text))) == (True, None)


@pytest.mark.parametrize("text", ["false", "No", "n", "0", " FALSE "])
def test_words_for_no(text):
    assert one(normalize_booleans(cell(text))) == (False, None)


@pytest.mark.parametrize("text", ["maybe", "10", "x", "yes no"])
def test_other_words_are_neither(text):
    assert one(normalize_booleans(cell(text))) == (None, "boolean_invalid")


def test_text_is_trimmed_and_measured_in_characters_after_trimming():
    assert one(normalize_texts(cell("  J\u00f6rg \u00d6 "), max_length=6)) == ("J\u00f6rg \u00d6", None)
    assert one(normalize_texts(cell("J\u00f6rg \u00d6x"), max_length=6)) == (None, "value_too_long")


@given(st.lists(st.one_of(st.none(), st.integers().map(str), st.text(max_size=6)), max_size=8))
@settings(max_examples=50, deadline=None)
def test_integers_are_read_as_python_reads_ascii_digits(cells):
    rows = normalize_integers(pl.Series(cells, dtype=pl.String)).rows()
    for text, (value, reason) in zip(cells, rows, strict=True):
        plain = (text or "").strip()
        digits = plain[1:] if plain[:1] in ("+", "-") else plain
        number = int(plain) if digits.isascii() and digits.isdigit() else None
        fits = number is not None and -(2**63) <= number < 2**63
        assert value == (number if fits else None)
        assert (reason == "number_out_of_range") == (number is not None and not fits)
