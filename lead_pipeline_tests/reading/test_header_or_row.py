"""Whether the first line is a header or a row, and which line is the header below prose."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.reading.delimited.tokenizer import Record
from lead_pipeline.reading.header import find_header


def found(*rows: str):
    return find_header(
        [Record(row, 1, False) for row in csv.reader(io.StringIO("\n".join(rows)), skipinitialspace=False)]
    )


HEADERLESS = {
    "ids": ["K-4711,Ida Moss", "K-4712,Jon Reed", "K-4713,Kai Fern"],
    "a register": [
        "H2001,MILL HOUSE,Z41,5 HILL ROAD,BERGEN,,BN21 4QT,19850402,01273 555001",
        "H2002,OLD FORGE,Z41,6 HILL ROAD,BERGEN,,BN21 4QT,19900101,01273 555002",
        "H2003,THE BARN,Z41,7 HILL ROAD,OSLO,,BN21 4QR,19910101,01273 555003",
    ],
    "an email with a phone missing in the first row": [
        "Ida,none,ida@example.com", "Jon,201 555 0123,jon@example.com", "Kai,201 555 0124,kai@example.com",
        "Lea,201 555 0125,lea@example.com",
    ],
    "two emails": ["Ida Moss,ida@example.com", "Jon Reed,jon@example.com"],
    "cities and trades that come again": ["Ida,Bergen,baker", "Jon,Bergen,smith", "Kai,Oslo,baker", "Lea,Ulm,cook"],
    "phones with codes": ["Ida,(01273) 555 001", "Jon,(01273) 555 002", "Kai,(01273) 555 003"],
}  # fmt: skip

HEADED = {
    "all text": ["name,company,city", "Ida,Fern Supply,Bergen", "Jon,Mill Ltd,Oslo"],
    "boxes of a form": ["Name,Call,Post", "Ida,Call,", "Jon,,Post", "Kai,Call,Post"],
    "numbers in names": [
        "address1,address2,2024,phone 2",
        "5 Hill Road,,17,201 555 0123",
        "6 Hill Road,,18,201 555 0124",
    ],
    "a header that comes again": ["name,city,trade", "Ida,Bergen,baker", "name,city,trade", "Jon,Bergen,baker"],
    "years above numbers": ["2023,2024,2025", "1,2,3", "4,5,6"],
    "labels above values": ["id,email,city", "K-4711,ida@example.com,city", "K-4712,jon@example.com,Oslo"],
    "a word that is a value too": ["name,status", "Ida,status", "Jon,open"],
    "one row": ["name,company", "Ida,Fern Supply"],
}


@pytest.mark.parametrize("rows", HEADERLESS.values(), ids=HEADERLESS)
def test_a_first_row_like_those_below_it_is_no_header(rows):
    assert (found(*rows).header, found(*rows).first_row) == (None, 0)


@pytest.mark.parametrize("rows", HEADED.values(), ids=HEADED)
def test_names_above_rows_are_the_header(rows):
    assert (found(*rows).header, found(*rows).first_row) == (0, 1)


def test_a_header_that_nothing_distinguishes_from_rows_is_not_said_to_be_sure():
    assert found(*HEADED["all text"]).confidence == 0.6
    assert found(*HEADED["labels above values"]).confidence == 0.9


PROSE = ["Leads of the harbour fair,,,", "kindly keep,these to,yourselves,please", "from Lea,,,", "ask her,,,"]


@pytest.mark.parametrize("prose", [PROSE, PROSE[1:], [PROSE[1], "", *PROSE[2:]], [PROSE[1], *PROSE]], ids=len)
def test_the_header_below_prose_of_as_many_cells_is_found(prose):
    rows = ["phone,email,name,city", *(f"20155501{n},p{n}@example.com,Ida,Ulm" for n in range(10, 16))]
    assert found(*prose, *rows).first_row == len([*prose, "header"])


@pytest.mark.parametrize(
    "prose",
    [
        ["Hello Lea, here are the leads, as agreed, Kai"],
        ["Export of 2026-05-04, by Kai, of all regions, checked"],
        ["Dear all, these are new, and hot, so hurry", "Call them today, please, not later, Kai", ""],
    ],
    ids=len,
)
def test_the_header_below_sentences_with_commas_is_found(prose):
    rows = ["name,phone,email,city", "Ida,none,unknown,Ulm"]
    rows += [f"Jon,20155501{n},p{n}@example.com,Ulm" for n in range(10, 16)]
    assert found(*prose, *rows).first_row == len([*prose, "header"])


def test_a_header_with_spaces_behind_its_commas_is_no_sentence():
    rows = ["name, phone, email", *(f"Jon, 20155501{n}, p{n}@example.com" for n in range(10, 16))]
    assert found(*rows).header == 0
    assert found(rows[0], *(row.replace(" ", "") for row in rows[1:])).header == 0
    assert found(rows[0], "Ida,none,unknown", *(row.replace(" ", "") for row in rows[1:])).header == 0


def test_rows_without_typed_values_below_a_header_are_no_header():
    rows = [
        "name,phone,email,city",
        "Ida,none,unknown,Ulm",
        *(f"Jon,20155501{n},p{n}@example.com,Ulm" for n in range(10, 16)),
    ]
    assert found(*rows).header == 0
    assert found(rows[0], "Kai,,,", *rows[2:]).header == 0


NAMES = st.sampled_from(["name", "phone", "email", "city", "Telefon", "ID", "notes", "Score", "created at", "Kunde"])
ROW = st.tuples(
    st.sampled_from(["Ida", "Jon", "Kai"]), st.integers(1000, 9999).map(lambda n: f"201 555 {n}"),
    st.integers(1000, 9999).map(lambda n: f"K{n}"), st.sampled_from(["Ulm", "Oslo", ""]), st.integers(1, 99).map(str),
).map(list)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(NAMES, min_size=5, max_size=5, unique=True), st.lists(ROW, min_size=2, max_size=9))
def test_known_names_above_typed_rows_are_always_the_header(names, rows):
    assert find_header([Record(row, 1, False) for row in (names, *rows)]).header == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(ROW, min_size=3, max_size=9))
def test_typed_rows_without_names_never_have_a_header(rows):
    assert find_header([Record(row, 1, False) for row in rows]).header is None


def test_the_header_of_a_rejected_file_is_known_though_a_spreadsheet_made_its_rows_narrower():
    """The last added column is empty in every row, and the first row has text where others were corrected."""
    rows = [f"person{n}{'@' if n > 4 else ' at '}example.com,Ida {n},4{n},{n},email_invalid" for n in (4, 9, 13, 17)]
    header = found("email,name,shoe,_row_number,_reasons,_suggested", *rows)
    assert (header.header, header.first_row) == (0, 1)
