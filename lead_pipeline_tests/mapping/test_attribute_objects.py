"""Attributes: a JSON object per row that any JSON reader reads back to the letter."""

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lead_pipeline.mapping.attribute_objects import with_attributes

cells = st.none() | st.sampled_from(
    ["", "  ", "plain", 'say "hi"', "C:\\new", "\\", '"', "\x00\x1f\n", "née", "\u2028"]
)
cells |= st.text(max_size=10)


def attributes(columns: dict[str, list[str | None]], names=None, defaults=None) -> list[dict[str, Any] | None]:
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    written = with_attributes(frame, names or {c: c for c in columns}, defaults or {})["attributes"]
    return [None if text is None else json.loads(text) for text in written]


@pytest.mark.parametrize(
    "value",
    [
        'say "hi"',
        "C:\\new",
        "\\",
        '"',
        "tab\there",
        "two\nlines",
        "\x00",
        "\x1f",
        "\x7f",
        "née 東京 😀",
        "a\u2028b",
        "null",
    ],
    ids=repr,
)
def test_any_text_is_read_back_unchanged(value):
    assert attributes({"note": ["x", value]}) == [{"note": "x"}, {"note": value}]


@pytest.mark.parametrize("name", ['a "quoted" name', "back\\slash", "née", "{}", "a,b", "a:b", "line\nbreak"], ids=repr)
def test_any_header_can_name_an_attribute(name):
    assert attributes({name: ["x", 'y"']}) == [{name: "x"}, {name: 'y"'}]


@pytest.mark.parametrize("blank", [None, "", " ", "\t", "\u3000"], ids=repr)
def test_a_blank_value_is_left_out_and_none_at_all_is_null(blank):
    assert attributes({"city": [blank, "Bonn"], "zip": [blank, blank]}) == [None, {"city": "Bonn"}]


def test_whitespace_around_a_value_is_kept():
    assert attributes({"city": [" Bonn "]}) == [{"city": " Bonn "}]


def test_a_default_fills_blank_cells_and_missing_columns_only():
    got = attributes({"source": ["google", " ", None]}, defaults={"source": "web", "buyers": 'a "b"'})
    assert [row["source"] for row in got] == ["google", "web", "web"]
    assert {row["buyers"] for row in got} == {'a "b"'}


def test_a_blank_default_is_none():
    assert attributes({"source": [""]}, defaults={"source": " ", "buyers": ""}) == [None]


def test_without_columns_and_defaults_there_are_no_attributes():
    frame = pl.DataFrame({"row_number": [1, 2]})
    assert with_attributes(frame, {}, {})["attributes"].to_list() == [None, None]


@given(
    st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(["a", "c", "d"]), st.text(min_size=1, max_size=5).filter(str.strip)),
)
@example([('"', None, "\\")], {"d": '"\\'})
def test_it_says_what_a_row_by_row_reference_says(rows, defaults):
    columns = {name: [row[place] for row in rows] for place, name in enumerate("abc")}
    expected = []
    for row in rows:
        said = {name: value for name, value in zip("abc", row, strict=True) if not _is_blank(value)}
        expected.append(defaults | said or None)
    assert attributes(columns, defaults=defaults) == expected


def _is_blank(value: str | None) -> bool:
    """Unicode's White_Space: Python's str.isspace() also counts U+001C to U+001F, which are no blanks to Unicode."""
    return value is None or all(char.isspace() and char not in "\x1c\x1d\x1e\x1f" for char in value)
