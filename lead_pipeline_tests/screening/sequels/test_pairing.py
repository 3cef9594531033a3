"""Rows of two files are one by their cells, whatever their order, and by the rows around them."""

import polars as pl

from lead_pipeline.screening.sequels.cells import cells_of, cells_of_originals, header_key, headers_of
from lead_pipeline.screening.sequels.pairing import pair_between, pair_by_cells

HEADERS = {"name": "name", "city": "city", "phone": "phone"}


def cells(*rows, start=1):
    """Return the cells of rows, numbered from `start`; the name says who somebody is."""
    frame = pl.DataFrame(rows, schema=list(HEADERS), orient="row")
    return cells_of(frame.with_row_index("row_number", start).cast({"row_number": pl.Int64}), HEADERS, {"name"})


def pairs(later, earlier, *, in_place=False):
    found = pair_by_cells(later, earlier, in_place=in_place)
    return sorted(found.rows())


def test_equal_rows_are_paired_once_each_in_their_order():
    earlier = cells(("Ida", "Oslo", "1"), ("Ida", "Oslo", "1"), ("Jon", "Oslo", "2"))
    later = cells(("Jon", "Oslo", "2"), ("Ida", "Oslo", "1"))
    assert pairs(later, earlier) == [(1, 3, False), (2, 1, False)]


def test_what_a_spreadsheet_changes_in_a_cell_is_no_difference():
    assert pairs(cells(("IDA ", "Oslo", "4912")), cells(("Ida", "Oslo", "+004912"))) == [(1, 1, False)]
    assert pairs(cells(("3.5", "7", "'0.1")), cells(("3.50", "7.00", "0.1"))) == [(1, 1, False)]
    assert pairs(cells(("Ida", "70", "7.05")), cells(("Ida", "7", "7.5"))) == []


def test_a_changed_row_is_found_by_a_cell_that_few_have():
    earlier = cells(*((f"name {number}", "Oslo", "bad") for number in range(1, 9)))
    later = cells(("name 7", "Oslo", "12345"), ("name 3", "Oslo", "54321"))
    assert pairs(later, earlier) == [(1, 7, True), (2, 3, True)]


def test_rows_that_share_only_what_everybody_has_are_not_paired():
    earlier = cells(*((f"name {number}", "Oslo", "bad") for number in range(1, 9)))
    assert pairs(cells(("somebody", "Oslo", "bad")), earlier, in_place=True) == []


def test_half_of_the_cells_is_needed():
    assert pairs(cells(("Ida", "Bonn", "12345")), cells(("Ida", "Oslo", "bad"))) == []
    assert pairs(cells(("Ida", "Oslo", "12345")), cells(("Ida", "Oslo", "bad"))) == [(1, 1, True)]


def test_what_many_rows_have_is_no_sign_that_two_are_one():
    everybody = ("Oslo", "new", "web", "2026")
    headers = {name: name for name in ("name", "family", "mail", "city", "status", "origin", "year")}

    def of(*people):
        frame = pl.DataFrame([(*one, *everybody) for one in people], schema=list(headers), orient="row")
        return cells_of(
            frame.with_row_index("row_number", 1).cast({"row_number": pl.Int64}), headers, {"name", "family", "mail"}
        )

    there = [(f"name {number}", f"family {number}", f"mail {number}") for number in range(1, 20)]
    earlier = of(*there, ("Ida", "Moss", "ida@"))
    assert pairs(of(*there, ("Ida", "Moss", "ida@example.com")), earlier) == [
        *((number, number, False) for number in range(1, 20)),
        (20, 20, True),
    ]
    others = [(f"nobody {number}", f"kin {number}", f"other {number}") for number in range(1, 20)]
    assert pairs(of(*others, ("Eva", "Moss", "eva@example.com")), earlier, in_place=True) == []


def test_of_two_that_could_be_the_row_the_one_that_shares_more_is():
    earlier = cells(("Ida", "Oslo", "bad"))
    later = cells(("Ida", "Oslo", "1"), ("Ida", "Oslo", "bad"), ("Ida", "Oslo", "2"))
    assert pairs(later, earlier) == [(2, 1, False)]


def test_rows_between_the_same_rows_are_the_same_where_they_are_as_many():
    anchors = pl.DataFrame({"row": [1, 2, 4], "earlier": [1, 2, 4]})
    there = cells(*(("", "Oslo", f"bad {number}") for number in range(1, 6)))
    here = cells(*(("", "Oslo", str(number)) for number in range(1, 7)))
    found = pair_between(anchors, (pl.Series([3, 5, 6]), here), (pl.Series([3, 5]), there), (6, 5))
    assert found.rows() == [(3, 3, True)]  # one more behind the last: nobody knows which is which


def test_a_row_in_the_place_of_another_is_not_that_row_when_it_is_of_somebody_else():
    headers = {"name": "name", "mail": "mail"}

    def of(*rows):
        frame = pl.DataFrame(rows, schema=list(headers), orient="row").with_row_index("row_number", 1)
        return cells_of(frame.cast({"row_number": pl.Int64}), headers, {"name", "mail"})

    def between(*later):
        anchors = pl.DataFrame({"row": [1], "earlier": [1]})
        second = pl.Series([2])
        there = of(("Ida", "ida@example.com"), ("Jon", "jon@"))
        return pair_between(anchors, (second, of(*later)), (second, there), (2, 2)).rows()

    assert between(("Ida", "ida@example.com"), ("Kim", "kim@example.com")) == []
    assert between(("Ida", "ida@example.com"), ("Jon", "jon@example.com")) == [(2, 2, True)]


def test_the_columns_of_a_file_are_known_in_any_order_and_spelling():
    names = ["E-Mail", "First Name", "city"]
    assert header_key(names) == header_key(["City", "first_name", "e-mail"])
    assert header_key(names) != header_key(["city", "first_name"])
    assert header_key(names) == header_key([*names, "_row_number", "_reasons", "_guidance"])


def test_a_column_called_like_an_added_one_counts_in_any_other_file():
    assert headers_of(["email", "_reasons"]) == {"email": "email", "_reasons": "_reasons"}


def test_originals_have_the_cells_of_the_rows_that_they_are():
    raw = ['{"name":"Ida","city":null,"phone":"1"}', '{"name":"Jon","city":"Oslo","phone":"2","extra_cells":["x"]}']
    kept = pl.DataFrame({"row_number": [1, 2], "raw": raw})
    assert pairs(cells_of_originals(kept, {"name"}), cells(("Ida", "", "1"), ("Jon", "Oslo", "2"))) == [
        (1, 1, False),
        (2, 2, False),
    ]
    assert cells_of_originals(kept.reverse(), {"name"}).height == 5
