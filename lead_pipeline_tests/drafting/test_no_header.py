"""Drafts of lists whose first line is their first row."""

from pathlib import Path

import polars as pl
import pytest

from lead_pipeline.drafting.draft import draft_profile
from lead_pipeline.drafting.in_memory import validated
from lead_pipeline.mapping.proposing import propose_mapping
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.profiles import parse_profile
from lead_pipeline.reading import open_rows
from lead_pipeline_tests.drafting.test_region import plain

ROWS = 12
MEMBERS = [f"Mo{n},Tenby{n},mo{n}@example.org" for n in range(ROWS)]
#: Two columns of phones: the first is each person's, with a few bad ones; the second everybody's.
TWO_PHONES = [
    f"{4000 + n},61786413{n + 10 if n < 10 else n - 9},Mo{n},6178641399,mo{n}@example.org" for n in range(ROWS)
]
SHOPS = [f"S{n:03},TENBY STORES {n},EX4 {n % 9}QJ,01392 7251{n + 10}" for n in range(ROWS)]


def drafted(tmp_path: Path, lines: list[str], **options):
    file = tmp_path / "list.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = draft_profile(file, **options)
    profile = parse_profile(text, "draft")
    reader = open_rows(file, options=profile.reading)
    return text, profile, next(reader.batches()).select(column.name for column in reader.columns)


@pytest.mark.parametrize("rows", [1, 2, ROWS])
def test_the_first_line_is_read_as_a_row(tmp_path, rows):
    text, profile, sample = drafted(tmp_path, MEMBERS[:rows])
    assert profile.reading.header is False
    assert "reading: {header: false}" in text
    assert "The first line of the file is values, not column names" in plain(text)
    assert profile.column_of("email") == "column_3"
    assert validated(sample, profile)["email"].to_list() == [f"mo{n}@example.org" for n in range(rows)]


def test_its_values_name_the_country_too(tmp_path):
    _, profile, sample = drafted(tmp_path, SHOPS)
    assert (profile.default_region, profile.column_of("phone")) == ("GB", "column_4")
    assert validated(sample, profile)["phone"][0] == "+441392725110"


def test_of_two_columns_of_phones_neither_is_taken_without_a_question(tmp_path):
    text, profile, _ = drafted(tmp_path, TWO_PHONES, region="US")
    assert "phone" not in profile.fields
    assert "QUESTION: 2 columns could be the field phone: 'column_2', 'column_4'. Which one is it?" in plain(text)


def test_a_draft_on_top_of_a_profile_has_no_header_either(tmp_path):
    _, profile, sample = drafted(tmp_path, SHOPS, extends="call_schedule")
    assert profile.reading.header is False
    assert validated(sample, profile)["phone"][0] == "+441392725110"


def test_a_list_in_which_nobody_is_named_is_refused_with_how_it_was_read(tmp_path):
    with pytest.raises(
        RequiredColumnUnmappedError, match=r"without a header \(`reading: \{header: false\}`\)"
    ) as refused:
        drafted(tmp_path, [f"2026-03-{n + 10},{n * 7 + 1000000},www.example.org/{n}" for n in range(ROWS)])
    assert "1000007" not in str(refused.value)


def test_columns_without_any_value_are_not_asked_about():
    blank = [""] * ROWS
    frame = pl.DataFrame(
        {"Phone": ["(617) 864-1310"] * ROWS, "Name": blank, "Home city": blank, "Work city": blank, "Work state": blank}
    )
    assert propose_mapping(frame.columns, frame, "US").questions == ()
    asked = propose_mapping(frame.columns, frame.with_columns(Name=pl.lit("Mo Tenby")), "US").questions
    assert [one.column for one in asked] == ["Name"]
