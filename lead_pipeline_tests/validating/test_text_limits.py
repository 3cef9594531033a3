"""Texts: trimmed, measured in characters, matched as a whole."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.rules import TextRule
from lead_pipeline_tests.rooms import limited_cells


def text(cell: str | None, **rule) -> tuple[str | None, str | None]:
    return limited_cells([cell], TextRule(**rule))[0]


@pytest.mark.parametrize("blank", [None, "", "  ", "\t\u00a0\n"])
def test_blank_has_no_value_and_no_reason(blank):
    assert text(blank) == text(blank, min_length=3, pattern="x") == (None, None)


def test_text_is_trimmed_and_measured_in_characters_after_trimming():
    assert text("  J\u00f6rg \u00d6 ", max_length=6) == ("J\u00f6rg \u00d6", None)
    assert text("J\u00f6rg \u00d6x", max_length=6) == (None, "value_too_long")
    assert text(" \u00f6\u00f6 ", min_length=2) == ("\u00f6\u00f6", None)
    assert text(" \u00f6 ", min_length=2) == (None, "value_too_short")


@pytest.mark.parametrize(
    ("cell", "pattern", "fits"),
    [
        ("AB12", "[A-Z]{2}[0-9]{2}", True),
        ("xAB12", "[A-Z]{2}[0-9]{2}", False),
        ("AB12\nx", "[A-Z]{2}[0-9]{2}", False),
        ("AB123", "[A-Z]{2}[0-9]{2}", False),
        ("b", "a|b", True),
        ("ab", "a|b", False),
        ("ab", "(?i)AB", True),
        ("a\nb", "(?s)a.b", True),
        ("a\nb", "(?m)^b$", False),
        ("", "x*", True),
    ],
)
def test_a_pattern_has_to_match_the_whole_text(cell, pattern, fits):
    assert text(cell or None, pattern=pattern) == ((cell or None, None) if fits else (None, "value_pattern_mismatch"))


def test_of_several_reasons_the_length_comes_first():
    assert text("x", min_length=2, pattern="[0-9]+") == (None, "value_too_short")
    assert text("xyz", max_length=2, pattern="[0-9]+") == (None, "value_too_long")


@given(
    st.lists(st.text("ab1 \u00e4\n", max_size=6), max_size=8),
    st.sampled_from(["[ab]+", "a|b1", ".*", r"\w\d?", "(ab)+"]),
)
def test_texts_are_matched_as_python_matches_them(cells, pattern):
    rule = TextRule(pattern=pattern, min_length=2, max_length=4)
    verdicts = limited_cells(cells, rule)
    for cell, verdict in zip(cells, verdicts, strict=True):
        plain = cell.strip()
        if not plain:
            expected = (None, None)
        elif len(plain) < 2:
            expected = (None, "value_too_short")
        elif len(plain) > 4:
            expected = (None, "value_too_long")
        else:
            expected = (plain, None) if re.fullmatch(pattern, plain) else (None, "value_pattern_mismatch")
        assert verdict == expected
