"""What sampled values say: shares against obvious counts, sentences without values, the same rows each time."""

import polars as pl
import pytest

from lead_pipeline.mapping.evidence import SAMPLE_ROWS, ColumnEvidence, evidence_of


def looked_at(values: list[str | None], region: str | None = "US") -> ColumnEvidence:
    return evidence_of(pl.DataFrame({"c": values}, schema={"c": pl.String}), ["c"], region)["c"]


@pytest.mark.parametrize(
    ("kind", "values", "share"),
    [
        ("phone", ["(202) 555-0143", "+44 20 7946 0958", "202 555 01", "x"], 0.5),
        ("phone_like", ["(202) 555-0143", "030/123 45-67", "12", "2026-11-20"], 0.5),
        ("phone_like", ["40.712776", "-74.005974", "192.168.100.200", "1234567890"], 0.25),
        ("written_phone", ["(202) 555-0143", "2025550143", "030 123456", "ab"], 0.5),
        ("email", ["a@example.org", "b@@example.org", "a@b", "Ana <a@example.org>"], 0.25),
        ("integer", ["12", "-3", "1.5", "1,000"], 0.5),
        ("number", ["12", "-3.5", "$1,234.50", "1.234,5 \u20ac", "(5)", "1 234 EUR", "x", "", "1,2x", "N/A 5"], 6 / 9),
        ("date", ["2026-11-20", "20/11/2026", "3 Nov 2026", "2026-11-20T10:00:00Z", "11-20", "nope", "1.5", "x"], 0.5),
        ("ip", ["203.0.113.9", "2001:db8::1", "203.0.113", "1"], 0.5),
        ("url", ["https://example.org/x", "www.example.org", "example.org", "x"], 0.5),
        ("postal_code", ["94110", "SW1A 1AA", "Berlin", "2025550143123"], 0.5),
        ("name", ["Ana", "O'Brien-Smith", "Jürgen 3", "a@b.c"], 0.5),
    ],
)
def test_the_share_of_a_kind_is_that_of_the_values_of_it(kind, values, share):
    assert looked_at(values).share(kind) == share


def test_blank_values_and_words_for_nothing_are_no_values():
    evidence = looked_at(["", "  ", None, "n/a", "NULL", "-", "a@example.org"])
    assert (evidence.values, evidence.share("email"), evidence.is_blank) == (1, 1.0, False)


def test_a_column_without_values_says_so():
    evidence = looked_at(["", None, "n/a"])
    assert (evidence.values, evidence.is_blank, evidence.likeliest()) == (0, True, None)
    assert evidence.sentence("phone") == "no value in 3 rows"
    assert looked_at([]).sentence("phone") == "no values were examined"


def test_a_column_that_the_sample_does_not_have_has_no_values():
    assert evidence_of(pl.DataFrame(), ["c"], None)["c"].values == 0


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        (97, 3, "97 % of 100 values parse as US phone numbers"),
        (100, 0, "100 % of 100 values parse as US phone numbers"),
        (399, 1, "over 99 % of 400 values parse as US phone numbers"),
        (1, 399, "under 1 % of 400 values parse as US phone numbers"),
        (1, 0, "100 % of 1 value parse as US phone numbers"),
        (0, 10, "0 % of 10 values parse as US phone numbers"),
    ],
)
def test_the_sentence_gives_the_share_in_whole_percent(good, bad, sentence):
    assert looked_at(["(202) 555-0143"] * good + ["x"] * bad).sentence("phone") == sentence


def test_a_long_column_is_sampled_evenly_and_says_so():
    rows = SAMPLE_ROWS * 4
    evidence = looked_at(["a@example.org"] * (rows // 4) + [""] * (rows // 4) + ["x"] * (rows // 2))
    assert (evidence.rows, evidence.values, evidence.sampled) == (rows, SAMPLE_ROWS * 3 // 4, True)
    assert evidence.share("email") == pytest.approx(1 / 3, abs=0.01)
    assert evidence.sentence("email") == "33 % of 750 sampled values parse as email addresses"


def test_a_sampled_column_is_blank_only_when_no_row_has_a_value():
    values = [""] * (SAMPLE_ROWS * 3)
    values[1] = "here"
    evidence = looked_at(values)
    assert (evidence.values, evidence.is_blank) == (0, False)


def test_cells_of_several_numbers_are_phones_as_they_are_to_an_import():
    cells = [
        "303-555-0110 ::: 303-555-0120",
        "303-555-0111; 303-555-0121",
        "303-555-0112 or 303-555-0122",
        "none of it",
    ]
    found = evidence_of(pl.DataFrame({"x": cells}), ["x"], "US")["x"]
    assert (found.share("phone"), found.share("phone_like")) == (0.75, 0.75)


def test_several_columns_of_phones_are_distinguished():
    frame = pl.DataFrame(
        {"a": ["(202) 555-0143", "1234567"], "b": ["(202) 555-0143", "(202) 555-0188"], "c": ["1", "2"]}
    )
    found = evidence_of(frame, ["a", "b", "c"], "US")
    assert [found[name].share("phone") for name in "abc"] == [0.5, 1.0, 0.0]
