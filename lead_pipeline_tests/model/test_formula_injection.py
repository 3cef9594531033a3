"""Cells written for spreadsheets: nothing starts a formula, and everything comes back as it was."""

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lead_pipeline.model.formula_injection import made_harmless, made_harmless_text, restored, restored_text

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


@given(texts)
@example("+19518761336\n")
def test_one_text_and_a_column_of_texts_are_treated_alike(cell):
    assert [made_harmless_text(cell)] == harmless(cell)
    assert [restored_text(cell)] == back(cell)
