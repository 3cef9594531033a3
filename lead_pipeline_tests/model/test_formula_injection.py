"""Cells written for spreadsheets: nothing starts a formula, and everything comes back as it was."""

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, WARNED_FILE_COLUMNS
from lead_pipeline.model.formula_injection import (
    added_columns,
    harmless_header,
    is_rejected_file,
    is_returning,
    is_warned_file,
    made_harmless,
    made_harmless_text,
    made_restorable,
    restored,
    restored_header,
    restored_text,
)

SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
RISKY_STARTS = (*SIGNS, "\t", "\r", "\n", "\x00")

texts = st.text(max_size=20) | st.text(alphabet="'=+-@\t\r\n \x00\uff1d0123456789ab", max_size=12)


def harmless(*texts: str | None) -> list[str | None]:
    return (
        pl.DataFrame({"cell": texts}, schema={"cell": pl.String})
        .select(made_harmless(pl.col("cell")))["cell"]
        .to_list()
    )


def back(*texts: str | None) -> list[str | None]:
    return pl.DataFrame({"cell": texts}, schema={"cell": pl.String}).select(restored(pl.col("cell")))["cell"].to_list()


@pytest.mark.parametrize("start", RISKY_STARTS, ids=repr)
@pytest.mark.parametrize("before", ["", "'", "'''"], ids=repr)
def test_a_cell_that_starts_a_formula_gets_one_apostrophe(start, before):
    cell = f"{before}{start}HYPERLINK(1)"
    assert harmless(cell) == [f"'{cell}"]


@pytest.mark.parametrize("sign", SIGNS, ids=repr)
@pytest.mark.parametrize("blanks", [" ", "\u3000", "\xa0 ", "\ufeff", "' "], ids=repr)
def test_whitespace_before_the_sign_change_nothing(blanks, sign):
    cell = f"{blanks}{sign}HYPERLINK(1)"
    assert harmless(cell) == [f"'{cell}"]


@pytest.mark.parametrize(
    "cell",
    ["", "Ana", "a=b", "O'Hara", "'quoted'", "12-34", "ana@example.com", "+19518761336", "+4930123456", None],
    ids=repr,
)
def test_a_harmless_cell_and_a_plain_phone_stay_as_they_are(cell):
    assert harmless(cell) == [cell]
    assert back(cell) == [cell]


@pytest.mark.parametrize(
    "cell",
    [
        "+1 951 876 1336",
        "+1-951",
        "+123456",
        "+1234567890123456",
        "+1951876133\n",
        "+19518761336+1",
        "+\uff11\uff19518761336",
    ],
    ids=repr,
)
def test_only_a_strictly_plain_phone_is_spared(cell):
    assert harmless(cell) == [f"'{cell}"]
    assert back(f"'{cell}") == [cell]


def test_an_apostrophe_typed_before_a_plain_phone_is_taken_back_too():
    assert back("'+19518761336") == ["+19518761336"]


@given(st.lists(texts, min_size=1, max_size=8))
@example(["'=1", "=1", "''=1", "'+19518761336", "+19518761336"])
def test_every_text_comes_back_as_it_was(cells):
    assert back(*harmless(*cells)) == cells


@given(texts)
def test_no_text_but_a_plain_phone_starts_a_formula_afterwards(cell):
    (out,) = harmless(cell)
    assert not out.startswith(RISKY_STARTS) or (out[1:].isdecimal() and out[1:].isascii() and out[0] == "+")


@given(st.lists(texts, min_size=1, max_size=8))
@example(["'=1", "=1", "''=1", "'+19518761336", "+19518761336", "'", "''"])
def test_every_text_of_a_workbook_comes_back_as_it_was_and_only_apostrophes_get_another(cells):
    frame = pl.DataFrame({"cell": cells}, schema={"cell": pl.String})
    written = frame.select(made_restorable(pl.col("cell"))).to_series().to_list()
    assert back(*written) == cells
    assert [cell for cell, was in zip(written, cells, strict=True) if cell != was and not was.startswith("'")] == []


headers = texts | st.sampled_from(
    ["_suggested", " _Suggested", "'_reasons", "''_row_number ", "' _warnings", "_extra_cells", "=_suggested"]
)


@given(headers)
@example("_suggested")
@example("'_suggested")
def test_every_header_comes_back_as_it_was_and_none_is_taken_for_one_that_we_add(header):
    assert restored_header(harmless_header(header)) == header
    assert harmless_header(header).strip() not in (*REJECTED_FILE_COLUMNS, *WARNED_FILE_COLUMNS)


@pytest.mark.parametrize(
    ("columns", "rejected", "warned"),
    [
        (["phone", "_row_number", "_reasons"], True, False),
        (["phone", " _row_number ", "_warnings"], False, True),
        (["phone", "_row_number", "_warnings", "_reasons"], True, False),
        (["phone", "_row_number", "_suggested"], False, False),
        (["_warnings", "_suggested", "_guidance"], False, False),
    ],
)
def test_files_of_ours_are_known_by_two_columns(columns, rejected, warned):
    assert (is_rejected_file(columns), is_warned_file(columns)) == (rejected, warned)
    assert is_returning(columns) == (rejected or warned) == bool(added_columns(columns))
    assert "phone" not in added_columns(columns)


@given(texts)
@example("+19518761336\n")
def test_one_text_and_a_column_of_texts_are_treated_alike(cell):
    assert [made_harmless_text(cell)] == harmless(cell)
    assert [restored_text(cell)] == back(cell)
