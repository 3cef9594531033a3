import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS
from lead_pipeline.model.formula_injection import made_harmless_text, restored_text
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.reading import read_rows
from lead_pipeline.reporting.row_files.added_texts import guidance_for
from lead_pipeline.reporting.row_files.rejected_file import write_rejected_file

#: Those that are there without suggestions.
OURS = [name for name in REJECTED_FILE_COLUMNS if name != "_suggested"]
COLUMNS = [("caller_id", "caller_id"), ("name", "Full Name")]


def batch(*rows, columns=COLUMNS):
    """A batch as the store gives it: rows are (cells, reasons) or (cells, reasons, extra cells)."""
    numbers = range(2, 2 + len(rows))
    data = {name: [row[0][place] for row in rows] for place, (name, _) in enumerate(columns)}
    data |= {
        "row_number": list(numbers),
        "line_number": [10 * number for number in numbers],
        "outcome": ["rejected"] * len(rows),
        "reasons": [row[1] for row in rows],
        "extra_cells": [row[2] if len(row) > 2 else None for row in rows],
    }
    schema = dict.fromkeys(data, pl.String) | {"row_number": pl.Int64, "line_number": pl.Int64}
    return pl.DataFrame(data, schema=schema | {"reasons": pl.List(pl.String), "extra_cells": pl.List(pl.String)})


def read(path):
    """Read the file back with another CSV reader than the one that wrote it, strictly."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rejected.csv"


def test_original_columns_come_first_and_ours_behind_them(path):
    written = write_rejected_file(path, COLUMNS, [batch((["555", "Zoë Müller"], ["phone_too_short"]))])
    assert written == 1
    guidance = "Check for dropped digits; spreadsheets remove leading zeros and a leading +."
    assert read(path) == [
        ["caller_id", "Full Name", "_row_number", "_line_number", "_outcome", "_reasons", "_guidance"],
        ["555", "Zoë Müller", "2", "20", "rejected", "phone_too_short", guidance],
    ]


def test_no_rows_make_a_header_and_nothing_else(path):
    assert write_rejected_file(path, COLUMNS, []) == 0
    assert read(path) == [["caller_id", "Full Name", *OURS[:-1]]]


def test_all_reasons_are_named_and_their_guidance_given_in_the_same_order(path):
    write_rejected_file(path, COLUMNS, [batch((["", ""], ["number_invalid", "phone_missing"]))])
    assert read(path)[1][-2:] == [
        "number_invalid; phone_missing",
        "Write a plain number, such as 48, without words or units. "
        "Fill in the phone number; the lead cannot be called without it.",
    ]


def test_a_row_without_reasons_has_empty_ones(path):
    write_rejected_file(path, COLUMNS, [batch((["1", "2"], []))])
    assert read(path)[1][-2:] == ["", ""]


@pytest.mark.parametrize("reason", Reason)
def test_every_registered_reason_has_guidance(reason):
    assert guidance_for(reason.value) == REASONS[reason].guidance


def test_reasons_with_the_same_advice_give_it_once(monkeypatch):
    monkeypatch.setitem(REASONS, Reason.PHONE_TOO_LONG, REASONS[Reason.PHONE_TOO_SHORT])
    assert guidance_for("phone_too_short; phone_too_long") == REASONS[Reason.PHONE_TOO_SHORT].guidance


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=HYPERLINK(\"https://example.com\",\"x\")", "'=HYPERLINK(\"https://example.com\",\"x\")"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("+19518761336", "+19518761336"),
        ("(951) 555-0123", "(951) 555-0123"),
        ("02134", "02134"),
        ("two\nlines", "two\nlines"),
        ('12" short, "maybe"', '12" short, "maybe"'),
        ("", ""),
        (None, ""),
    ],
)  # fmt: skip
def test_only_cells_that_a_spreadsheet_would_run_are_altered(path, cell, written):
    write_rejected_file(path, COLUMNS, [batch(([cell, cell], ["phone_missing"]))])
    assert read(path)[1][:2] == [written, written]


def test_headers_are_made_harmless_too_and_may_repeat_or_be_empty(path):
    columns = [("a", "=cmd"), ("b", "phone"), ("c", "phone"), ("d", ""), ("e", " Straße\nNr, ")]
    write_rejected_file(path, columns, [batch((list("abcde"), []), columns=columns)])
    assert [row[:5] for row in read(path)] == [["'=cmd", "phone", "phone", "", " Straße\nNr, "], list("abcde")]


def test_columns_of_an_earlier_rejected_file_are_not_repeated(path):
    columns = [("caller_id", "caller_id"), *((name, name) for name in OURS), ("_notes", "_notes")]
    cells = ["555", *["old"] * len(OURS), "theirs"]
    write_rejected_file(path, columns, [batch((cells, ["phone_too_short"]), columns=columns)])
    header, row = read(path)
    assert header == ["caller_id", "_notes", *OURS]
    assert row[:3] == ["555", "theirs", "2"]
    assert row[-1] == "old", "extra cells that nobody has cleared away are not lost on the second round"


def test_lines_end_with_crlf_but_line_breaks_within_cells_stay_as_they_are(path):
    write_rejected_file(path, COLUMNS, [batch((["1\n2", "x"], []), (["1", "y"], []))])
    content = path.read_bytes()
    assert content.count(b"\r\n") == 3
    assert content.count(b"\n") == 4
    assert content.endswith(b"\r\n")


def test_extra_cells_have_a_column_when_some_row_has_them(path):
    rows = [(["1", "a"], []), (["2", "b"], ["row_too_many_cells"], ["=x", None, "y, z"])]
    write_rejected_file(path, COLUMNS, [batch(*rows)])
    header, first, second = read(path)
    assert header[-1] == "_extra_cells"
    assert (first[-1], second[-1]) == ("", "'=x | y, z")


def test_extra_cells_that_come_late_give_the_earlier_rows_an_empty_cell(path):
    tricky = [(['a "b",\r\nc', ""], ["phone_missing"]), (["+19518761336", None], [])]
    late = (["1", "a"], ["row_too_many_cells"], ["x"])
    narrow, wide = path.with_name("narrow.csv"), path
    assert write_rejected_file(narrow, COLUMNS, [batch(*tricky), batch(*tricky)]) == 4
    assert write_rejected_file(wide, COLUMNS, [batch(*tricky), batch(*tricky), batch(late), batch(*tricky)]) == 7
    expected = [[*row, ""] for row in read(narrow)[1:]]
    header, *rows = read(wide)
    assert header == ["caller_id", "Full Name", *OURS]
    assert rows[:4] == expected
    assert rows[4][-1] == "x"
    assert rows[5:] == expected[:2]
    assert {entry.name for entry in path.parent.iterdir()} == {"narrow.csv", "rejected.csv"}


def test_spreadsheet_rows_have_no_line_number(path):
    frame = batch((["1", "a"], [])).with_columns(line_number=pl.lit(None, pl.Int64))
    write_rejected_file(path, COLUMNS, [frame])
    assert read(path)[1][2:4] == ["2", ""]


def test_a_failure_on_the_way_leaves_the_older_file(path):
    path.write_bytes(b"older")

    def batches():
        yield batch((["1", "a"], []))
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write_rejected_file(path, COLUMNS, batches())
    assert path.read_bytes() == b"older"
    assert [entry.name for entry in path.parent.iterdir()] == ["rejected.csv"]


def test_an_unknown_reason_is_a_fault_of_ours_and_publishes_nothing(path):
    with pytest.raises(ValueError, match="phone_to_short"):
        write_rejected_file(path, COLUMNS, [batch((["1", "a"], ["phone_to_short"]))])
    assert not path.exists()


@pytest.mark.parametrize(
    "cells",
    [["@'", "';-@}"], ["'a'", "'b"], ["-'", "x"], ["a\\", "b\\"], ["'=1'", "it's"], ['\\"', "'"]],
    ids=str,
)
def test_apostrophes_and_backslashes_in_cells_are_no_quotes_when_the_file_comes_back(path, cells):
    write_rejected_file(
        path, COLUMNS, [batch((cells, ["number_out_of_range"]), (["1", cells[1]], ["phone_too_short"]))]
    )
    rows = pl.concat(read_rows(path))
    assert rows["reasons"].to_list() == [[], []]
    assert [restored_text(cell) for cell in rows.select("caller_id", "Full Name").row(0)] == cells


cells = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ['"', '""', ",", "\r\n", "\n", "=1", "'=", " "]
)
rows = st.tuples(st.lists(cells, min_size=2, max_size=2), st.none() | st.lists(cells, min_size=1, max_size=2))


@given(headers=st.lists(cells, min_size=2, max_size=2), batches=st.lists(st.lists(rows, max_size=4), max_size=4))
@settings(max_examples=50, deadline=None)
def test_headers_and_cells_come_back_as_they_were_in_order_whatever_they_hold(tmp_path_factory, headers, batches):
    path = tmp_path_factory.mktemp("rejected") / "rejected.csv"
    columns = list(zip(("a", "b"), headers, strict=True))
    frames = [batch(*((row, ["phone_missing"], extra) for row, extra in part), columns=columns) for part in batches]
    written = write_rejected_file(path, columns, frames)
    everything = [row for part in batches for row in part]
    extra = any(found for _, found in everything)
    header, *lines = read(path)
    assert written == len(everything) == len(lines)
    assert header == [made_harmless_text(text) for text in headers] + (OURS if extra else OURS[:-1])
    assert [[restored_text(cell) for cell in line[:2]] for line in lines] == [row for row, _ in everything]
    assert {len(line) for line in lines} <= {len(header)}


def test_a_file_that_goes_round_twice_gets_no_second_apostrophe(tmp_path):
    columns = [("phone", "phone"), ("note", "'=note"), ("_row_number", "_row_number"), ("_reasons", "_reasons")]
    rows = pl.DataFrame(
        {
            "phone": ["123"], "note": ["'=1+1"], "_row_number": ["7"], "_reasons": ["phone_too_short"],
            "row_number": [1], "line_number": [2], "outcome": ["rejected"], "reasons": [["phone_too_short"]],
            "extra_cells": pl.Series([None], dtype=pl.List(pl.String)),
        }
    )  # fmt: skip
    write_rejected_file(tmp_path / "rejected.csv", columns, [rows])
    header, row = csv.reader((tmp_path / "rejected.csv").read_text(encoding="utf-8-sig").splitlines())
    assert header[:2] == ["phone", "'=note"]
    assert row[:2] == ["123", "'=1+1"]
