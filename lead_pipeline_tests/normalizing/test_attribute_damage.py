"""Garbled values of columns without a rule are named, or repaired where the profile says so; others are kept."""

import json

import polars as pl
import pytest

from lead_pipeline.normalizing.attribute_damage import repair_attributes

GARBLED = "\u00c3\u00a9"  # an e with an acute accent, its UTF-8 read as Windows-1252
SAID = "This looks like text decoded with the wrong encoding; probably it was"


def mended(*rows: dict[str, str] | None, repair="none"):
    texts = pl.Series([row and json.dumps(row, ensure_ascii=False) for row in rows], dtype=pl.String)
    before = texts.to_list()
    told = repair_attributes(texts, repair)
    assert texts.to_list() == before
    objects = [text and json.loads(text) for text in told.attributes]
    return list(zip(objects, told.warnings.to_list(), told.hints.to_list(), strict=True))


def test_a_garbled_value_is_named_with_what_it_probably_was_and_left_as_it_is():
    row = {"first_name": f"Jos{GARBLED}", "zip": "02134"}
    assert mended({"a": "x"}, row, None) == [
        ({"a": "x"}, None, None),
        (row, ["value_damaged"], f"first_name: {SAID} Jos\u00e9."),
        (None, None, None),
    ]


def test_it_is_repaired_where_the_profile_says_so_and_the_other_values_keep_their_letters_and_order():
    row = {"zip": "02134", "first_name": f"Jos{GARBLED}", "note": '"x" \\ \u00e9'}
    ((attributes, warnings, hint),) = mended(row, repair="safe")
    assert list(attributes.items()) == [("zip", "02134"), ("first_name", "Jos\u00e9"), ("note", '"x" \\ \u00e9')]
    assert (warnings, hint) == (["value_repaired"], None)


def test_every_damaged_value_of_a_row_is_named_and_the_code_stands_once():
    row = {"a": f"1{GARBLED}", "b": "fine", "c": f"2{GARBLED}"}
    assert mended(row) == [(row, ["value_damaged"], f"a: {SAID} 1\u00e9. c: {SAID} 2\u00e9.")]


@pytest.mark.parametrize("repair", ["none", "safe"])
def test_hashes_instead_of_a_value_are_named_and_those_in_a_text_are_not(repair):
    row = {"joined": "########", "note": "### urgent", "rank": "#1"}
    said = (
        "joined: This looks like the ### of a spreadsheet whose column was too narrow to show the value; the original "
    )
    assert mended(row, repair=repair) == [(row, ["value_damaged"], f"{said}is needed.")]


@pytest.mark.parametrize("repair", ["none", "safe"])
@pytest.mark.parametrize(
    "text", ["Jos\u00e9", "L\u2019Or\u00e9al", "\u00c3", "\u4f50\u85e4", "a\u2013b", "1.5E+10", ""]
)
def test_good_letters_and_good_typography_are_no_damage(text, repair):
    assert mended({"a": text}, repair=repair) == [({"a": text}, None, None)]


def test_quotes_around_a_whole_value_are_taken_away_only_by_a_repair():
    row = {"a": "\u201cAnn\u201d"}
    assert mended(row) == [(row, None, None)]
    assert mended(row, repair="safe") == [({"a": "Ann"}, ["value_repaired"], None)]


def test_no_row_is_no_row():
    assert mended() == []


@pytest.mark.parametrize("objects", [[], [None], ['{"a":"b"}', None]], ids=["no rows", "none", "no trace"])
def test_where_no_row_has_a_trace_of_damage_the_answer_is_of_the_same_form(objects):
    without = repair_attributes(pl.Series("attributes", objects, dtype=pl.String), "safe")
    with_one = repair_attributes(pl.Series("attributes", [*objects, '{"n":"1.9E+10"}']), "safe")
    for said, expected in zip(without, with_one, strict=True):
        if isinstance(said, pl.Series):
            assert (said.name, said.dtype) == (expected.name, expected.dtype)
            assert said.to_list() == expected.to_list()[:-1]
        else:
            assert (said.schema, said.height) == (expected.schema, 0)
