"""Yes and no, options and tags: the canonical value, or the reason why there is none."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.rules import BooleanRule, OptionRule, TagsRule
from lead_pipeline.normalizing.choices import normalize_booleans, normalize_options, normalize_tags
from lead_pipeline_tests.rooms import limited_cells


def one(verdict: pl.DataFrame) -> tuple[object, str | None]:
    assert verdict.columns == ["value", "reason"]
    return verdict.row(0)


def boolean(text: str | None, **rule) -> tuple[object, str | None]:
    return one(normalize_booleans(pl.Series([text], dtype=pl.String), BooleanRule(**rule)))


def option(text: str | None, **rule) -> tuple[object, str | None]:
    return one(normalize_options(pl.Series([text], dtype=pl.String), OptionRule(**rule)))


def tags(text: str | None, **rule) -> tuple[object, str | None]:
    return one(normalize_tags(pl.Series([text], dtype=pl.String), TagsRule(**rule)))


@pytest.mark.parametrize("blank", [None, "", " \u00a0\t"])
def test_blank_has_no_value_and_no_reason(blank):
    assert boolean(blank) == option(blank, options=["a"]) == tags(blank) == (None, None)
    assert option(blank, options=["a"], others="keep") == (None, None)


@pytest.mark.parametrize("text", ["true", "Yes", "y", "1", " TRUE "])
def test_words_for_yes(text):
    assert boolean(text) == (True, None)


@pytest.mark.parametrize("text", ["false", "No", "n", "0", " FALSE "])
def test_words_for_no(text):
    assert boolean(text) == (False, None)


@pytest.mark.parametrize("text", ["maybe", "10", "x", "yes no"])
def test_other_words_are_neither(text):
    assert boolean(text) == (None, "boolean_invalid")


WORDS = {"true_words": ["ja", "Gro\u00df", "\u2713"], "false_words": ["nein"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [("ja", True), (" JA ", True), ("gross", True), ("\u2713", True), ("Nein", False), ("yes", True), ("0", False)],
)
def test_further_words_mean_yes_or_no_beside_the_usual_ones(text, value):
    assert boolean(text, **WORDS) == (value, None)


def test_a_word_of_the_profile_beats_the_usual_meaning():
    assert boolean("y", false_words=["y"]) == (False, None)
    assert boolean("vielleicht", **WORDS) == (None, "boolean_invalid")


STATES = {"options": ["California", "New York"], "value_map": {"CA": "California", "ny": "new york"}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("california", "California"), (" NEW YORK ", "New York"), ("ca", "California"), ("NY", "New York")],
)
def test_an_option_is_kept_in_the_spelling_of_the_list(text, value):
    assert option(text, **STATES) == (value, None)


def test_what_is_no_option_stays_as_written_until_it_is_validated():
    assert option(" Texas ", **STATES) == option(" Texas ", **STATES, others="keep") == ("Texas", None)
    assert option("ca", value_map={"CA": "California"}) == ("California", None)
    assert option("california", value_map={"CA": "California"}) == ("California", None)


def test_the_value_map_stands_before_an_option_of_the_same_spelling():
    assert option("new", options=["new", "lost"], value_map={"NEW": "lost"}) == ("lost", None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", ["a"]),
        (" a ,b,, c ,", ["a", "b", "c"]),
        ("b,a,b", ["b", "a"]),
        ("VIP, vip,Vip", ["VIP"]),
        (",,", None),
        (" , ", None),
        ("x;y", ["x;y"]),
        ("a\nb", ["a b"]),
    ],
)
def test_tags_are_trimmed_and_each_is_there_once(text, value):
    assert tags(text) == (value, None)


def test_tags_are_parted_at_the_separator_of_the_profile():
    assert tags("a; b;c, d", separator=";") == (["a", "b", "c, d"], None)
    assert tags("a || b", separator="||") == (["a", "b"], None)
    assert tags("a.b", separator=".") == (["a", "b"], None)


@given(st.lists(st.lists(st.text("abAB ", max_size=3), max_size=5).map(",".join), max_size=6))
def test_tags_are_taken_apart_as_in_a_loop(cells):
    found = normalize_tags(pl.Series(cells, dtype=pl.String), TagsRule())["value"].to_list()
    for cell, value in zip(cells, found, strict=True):
        expected: dict[str, str] = {}
        for tag in cell.split(","):
            if tag.strip():
                expected.setdefault(tag.strip().lower(), tag.strip())
        assert value == (list(expected.values()) or None)


@given(st.lists(st.sampled_from(["New", "new", "LOST", "x", "", " ", "\u0130", "stra\u00dfe", "STRASSE"]), max_size=8))
def test_options_are_distinguished_as_python_folds_them(cells):
    options = ["New", "Lost", "Stra\u00dfe"]
    found = limited_cells(cells, OptionRule(options=options))
    for cell, (value, reason) in zip(cells, found, strict=True):
        expected = next((one for one in options if one.casefold() == cell.strip().casefold()), None)
        assert value == expected
        assert reason == ("option_invalid" if cell.strip() and expected is None else None)
