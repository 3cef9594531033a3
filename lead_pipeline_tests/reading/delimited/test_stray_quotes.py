"""Quotes inside quoted values that nobody doubled: read where one reading makes sense, as Python's csv module does."""

import csv
import io

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from lead_pipeline.reading.delimited.dialect import Dialect
from lead_pipeline.reading.delimited.tokenizer import Tokenizer


def parsed(line: str, width: int, delimiter: str = ","):
    records, end = Tokenizer(Dialect(delimiter), width).records(line + "\n", final=True)
    assert (len(records), end) == (1, len(line) + 1)
    return records[0]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('7,"Inn "Zur Post"",x', ["7", 'Inn "Zur Post"', "x"]),
        ('"The "Old" Mill",7,x', ["The " + chr(34) + "Old" + chr(34) + " Mill", "7", "x"]),
        ('7,x,"3 "C" Row"', ["7", "x", '3 "C" Row']),
        ('7,"Moss, "Ida", Dr",x', ["7", 'Moss, "Ida", Dr', "x"]),
        ('7,"5" and 6" pipes",x', ["7", '5" and 6" pipes', "x"]),
        ('"Bo" Reed,7,x', ['"Bo" Reed', "7", "x"]),
        ('"a, b" c,7,x', ['"a, b" c', "7", "x"]),
        ('"She said ""no" to it",7,x', ['She said "no" to it', "7", "x"]),
        ('"The "Old" Mill","The "New" Mill",x', ['The "Old" Mill', 'The "New" Mill', "x"]),
    ],
)
def test_the_one_reading_that_makes_sense_is_taken(line, cells):
    record = parsed(line, 3)
    assert record.cells == cells
    assert (record.quote_unclosed, record.quote_stray) == (False, True)


@pytest.mark.parametrize(
    ("line", "width"),
    [('7,"x,y', 3), ('7,x,"y', 3), ('"Inn "Post",7,"x', 3), ('"a "b", c","d "e", f",x', 4)],
)
def test_what_closes_no_quote_or_can_be_read_in_several_ways_is_marked(line, width):
    record = parsed(line, width)
    assert (record.quote_unclosed, record.quote_stray) == (True, False)


def test_rows_with_stray_quotes_are_read_and_said(opened):
    reader = opened('name,street,city\nIda,"4 "D" Row",Bergen\nJon,"5 Main",Oslo\nKai,"The "Old, Mill" Inn",Ulm\n')
    (frame,) = reader.batches()
    assert frame["street"].to_list() == ['4 "D" Row', "5 Main", 'The "Old, Mill" Inn']
    assert frame["reasons"].list.len().sum() == 0
    assert any(note.startswith("2 rows have quotes inside quoted values") for note in reader.facts.notes)


def test_a_list_all_of_whose_quoted_values_have_stray_quotes_is_read_too(opened):
    rows = "".join(f'"The "{name}" Mill, old";{n}\n' for n, name in enumerate(["Red", "Blue", "Grey", "Pink"]))
    (frame,) = opened(f"name;number\n{rows}").batches()
    assert frame["name"].to_list() == [f'The "{name}" Mill, old' for name in ["Red", "Blue", "Grey", "Pink"]]


CELLS = st.text(alphabet='ab ,"', max_size=8).filter(lambda cell: cell.count('"') % 2 == 0)
WRITTEN = (
    CELLS.map(lambda cell: f'"{cell}"') | st.text(alphabet="ab ", max_size=4) | CELLS.map(lambda cell: f'"{cell}" b')
)


@settings(max_examples=500, deadline=None)
@example(['""a"""," b', '"a" b'])  # can be read in two ways
@given(st.lists(WRITTEN, min_size=2, max_size=4))
def test_where_the_csv_module_has_the_right_cells_they_are_the_same_but_for_quotes(written):
    """Of a line that strict reading refuses, where lenient reading has as many cells as were written."""
    line = ",".join(written)
    (lenient,), (longer,) = csv.reader(io.StringIO(line)), csv.reader(io.StringIO(f"{line},end"))
    assume(len(lenient) == len(written) and longer == [*lenient, "end"])
    record = parsed(line, len(written))
    if record.quote_unclosed:
        return  # the row is rejected for it, so nobody relies on its cells
    assert len(record.cells) == len(written)
    if not record.quote_stray:
        assert record.cells == lenient
    if record.quote_stray:
        assert _bare(record.cells) == _bare(lenient)


def _bare(cells: list[str]) -> str:
    return ",".join(cells).replace('"', "")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet='ab ,"\n', max_size=8), min_size=1, max_size=4).filter(any))
def test_what_is_well_formed_is_never_read_otherwise(cells):
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
    records, _ = Tokenizer(Dialect(","), len(cells)).records(written.getvalue(), final=True)
    assert [(record.cells, record.quote_unclosed, record.quote_stray) for record in records] == [(cells, False, False)]
