"""Cells with several numbers are found before the library glues them; cells with one are left alone."""

import csv

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.normalizing.phones import several
from lead_pipeline.normalizing.phones.normalizer import normalize_phones
from lead_pipeline.normalizing.phones.several import cells_with_several, find_multiple_phones
from lead_pipeline_tests.normalizing.corpora import corpus
from lead_pipeline_tests.normalizing.phones.phone_spellings import FORMATS, example_numbers


def found(cell: str | None) -> tuple[bool, list[str]]:
    return find_multiple_phones(pl.Series([cell], dtype=pl.String)).row(0)


SEVERAL = [
    ("03525 / 0172/8945541", ["0172/8945541", "03525"]),
    ("05141 401240/1", ["05141 401240", "05141 401241"]),
    ("0421/661-4320/2/3", ["0421/661-4320", "0421/661-4322", "0421/661-4323"]),
    ("0471/661-43/-22", ["0471/661-43", "0471/661-22"]),
    ("201-555-0123:::201-555-0124", ["201-555-0123", "201-555-0124"]),
    ("201-555-0123 - 201-555-0124", ["201-555-0123", "201-555-0124"]),
    ("201-555-0123<br>201-555-0124", ["201-555-0123", "201-555-0124"]),
    ("201-555-0123 -- 201-555-0124", ["201-555-0123", "201-555-0124"]),
    ("201-555-0123 ~ 201-555-0124 ~ 201-555-0125", ["201-555-0123", "201-555-0124", "201-555-0125"]),
    ("201-555-0123\uff0c201-555-0124", ["201-555-0123", "201-555-0124"]),
    ("201-555-0123 (cell) 201-555-0124", ["201-555-0123", "201-555-0124"]),
    ("201-555-0123 alt. 201-555-0124; 201-555-0125", ["201-555-0123", "201-555-0124", "201-555-0125"]),
    ("201-555-0123 \u00b7 201-555-0124", ["201-555-0123", "201-555-0124"]),
    ("201-555-0123 + 201-555-0124", ["201-555-0123", "201-555-0124"]),
    ("030 123456 + 49 30 6543210", ["030 123456", "+ 49 30 6543210"]),
    ("0341/0341-39595251", ["0341-39595251", "0341"]),
    ("257589-10/11", ["257589-10", "257589-11"]),
    ("800-204-4800  509-826-3822", ["800-204-4800", "509-826-3822"]),
    ("(951) 876-1336 (951) 876-1337", ["(951) 876-1336", "(951) 876-1337"]),
    ("951-876-1336/951-876-1337", ["951-876-1336", "951-876-1337"]),
    ("951-876-1336 or 951-876-1337", ["951-876-1336", "951-876-1337"]),
    ("951-876-1336; 951-876-1337", ["951-876-1336", "951-876-1337"]),
    ("951-876-1336\n951-876-1337", ["951-876-1336", "951-876-1337"]),
    ("+4930123456+4930123457", ["+4930123456", "+4930123457"]),
    ("+1 951 876 1336 / +1 951 876 1337", ["+1 951 876 1336", "+1 951 876 1337"]),
    ("9518761336 9518761337", ["9518761336", "9518761337"]),
    ("951-876-1336 x12; 951-876-1337 x5", ["951-876-1336 x12", "951-876-1337 x5"]),
    ("0361/4211878, 0361/6026982 und 01523/3665650", ["0361/4211878", "0361/6026982", "01523/3665650"]),
]


@pytest.mark.parametrize(("cell", "phones"), SEVERAL, ids=[cell for cell, _ in SEVERAL])
def test_several_numbers_are_found_and_taken_apart(cell, phones):
    assert found(cell) == (True, phones)


ONE = [
    "02/99/01/23/45", "95/18/76/13/36", "0049 1512/3456789", "+49 (0)30/1234567", "06032/804086111", "037329/201",
    "0351 / 811 29 765", "tel:+1-951-876-1336;ext=12", "951-876-1336, ext 5", "951-876-1336 ext 12345678",
    "(951) 876-1336", "+1 (951) 876-1336", "0351/314 699-0", "08122 9590620164", "+39 06 1234567", "+ 1 951 876 1336",
    "0171 - 123 45 67", "951/876/1336", "+49 151 23456789", "( +49 ) 30 123456", "1-800-FLOWERS", "951.876.1336,,12",
    "951-876-1336 x 1234567", "951-876-1336 fax 951-876-1337", "951_876_1336", "Cell: 951-876-1336",
    "0911 97424-51, 52", "Tel. 030/1234567", "n/a", "",
]  # fmt: skip


@pytest.mark.parametrize("cell", ONE)
def test_one_number_is_left_as_it_is(cell):
    assert found(cell) == (False, [cell])


def test_null_holds_no_number():
    assert found(None) == (False, [])


def test_no_number_of_any_country_in_any_format_is_taken_for_several():
    spellings = [phonenumbers.format_number(number, style) for number in example_numbers() for style in FORMATS]
    cells = find_multiple_phones(pl.Series(spellings))
    assert pl.Series(spellings).filter(cells["multiple"]).to_list() == []


@given(st.lists(st.sampled_from([*ONE, *(cell for cell, _ in SEVERAL), None]), max_size=8))
@settings(max_examples=50, deadline=None)
def test_each_cell_is_looked_at_in_its_place(cells):
    assert find_multiple_phones(pl.Series(cells, dtype=pl.String)).rows() == [found(cell) for cell in cells]


def test_of_the_glued_numbers_of_the_wild_none_passes_unseen():
    """The corpus flags cells that may hold several; those of them that the library takes for one valid number, although
    a second trunk 0 stands behind a slash, are the dangerous ones.
    """
    with corpus("phones-messy-wild/messy_phone_strings.csv").open(newline="", encoding="utf-8") as lines:
        raw = [row["raw"] for row in csv.DictReader(lines)]
    glued = pl.Series(raw).filter(pl.Series(raw).str.contains(r"[0-9]\s*/\s*0[0-9]{2,}.*[0-9]{4}"))
    assert glued.len() >= 10
    assert find_multiple_phones(glued)["multiple"].all()
    assert normalize_phones(glued, "DE")["e164"].count() > 0


def _numbers() -> st.SearchStrategy[str]:
    gap = st.sampled_from(["", "", "", "", " ", "-", ".", ") ", " (", "  ", " - ", "--", "/"])
    digits = st.lists(st.tuples(st.sampled_from("0123456789"), gap), min_size=5, max_size=14)
    start = st.sampled_from(["", "", "+", "00", "(", "+(", "(+", "0"])
    return st.builds(lambda first, rest: first + "".join(a + b for a, b in rest[:-1]) + rest[-1][0], start, digits)


_MARKS = st.sampled_from([" / ", "/", ";", "; ", ", ", ",", " | ", " ", "//", " or ", "E+", "e+", "/ "])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.builds(lambda a, mark, b: a + mark + b, _numbers(), _MARKS, _numbers()), min_size=1, max_size=30))
def test_two_numbers_and_a_mark_are_taken_apart_as_any_other_cell(cells):
    """Most cells with several numbers are two, which are told by a pattern: it must say what the rules say."""
    suspects = pl.Series(cells).str.contains(several._SUSPECT)
    rules = ((several._taken_apart(cell) if suspect else [cell]) for cell, suspect in zip(cells, suspects, strict=True))
    expected = {row: found for row, found in enumerate(rules) if len(found) > 1}
    assert dict(cells_with_several(pl.Series(cells)).iter_rows()) == expected


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("1.919 650-1 - 15/50-02.36-57", ["1.919 650-1", "15/50-02.36-57"]),
        ("2896-355..1 37-56/510650171", ["2896-355", "1 37-56/510650171"]),
        ("37-2205228--43 / 931818495", ["37-2205228", "43 / 931818495"]),
        ("919 650-11-15/50-02.36-57", ["919 650-11-15", "50-02.36-57"]),
    ],
)
def test_two_numbers_that_part_at_another_mark_are_left_to_the_rules(cell, numbers):
    """The pattern for two numbers fits all of these, and would part them at the slash."""
    assert pl.Series([cell]).str.contains(several._PAIR).all()
    assert found(cell) == (True, numbers)


def test_the_pattern_for_two_numbers_has_something_to_say():
    cells = pl.Series(["201-555-0123 / 201-555-0124", "+49 (30) 123456; 030 654321", "2015550123,+12015550124"])
    assert cells.str.contains(several._PAIR).all()
    assert cells_with_several(cells)["phones"].to_list() == [
        ["201-555-0123", "201-555-0124"], ["+49 (30) 123456", "030 654321"], ["2015550123", "+12015550124"]
    ]  # fmt: skip
