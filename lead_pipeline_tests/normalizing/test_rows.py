"""Rows: fields become canonical values with their reasons beside them, and nothing else in the batch changes."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.rows import normalize_rows


def profile(fields: dict[str, object], region: str | None = "US") -> ImportProfile:
    return ImportProfile.model_validate(
        {
            "name": "calls",
            "destination": {"kind": "schedule", "name": "solar"},
            "default_region": region,
            "fields": {"phone": {"type": "phone", "required": True}} | fields,
        }
    )


FIELDS = {
    "email": {"type": "email"},
    "expires_in": {"type": "integer", "min": 1},
    "notes": {"type": "text", "max_length": 5},
}


def batch(**columns: list[object]) -> pl.DataFrame:
    height = len(next(iter(columns.values())))
    texts = {name: [None] * height for name in ("phone", *FIELDS)} | columns
    return pl.DataFrame(
        {"row_number": range(1, height + 1)}
        | {name: pl.Series(values, dtype=pl.String) for name, values in texts.items()}
    )


def test_every_field_gets_its_type_and_a_reason_column():
    rows = normalize_rows(
        batch(phone=["9518761336"], email=["A@B.co"], expires_in=["48"], notes=[" hi "]), profile(FIELDS)
    )
    assert rows.row(0, named=True) == {
        "row_number": 1, "phone": "+19518761336", "email": "A@b.co", "expires_in": 48, "notes": "hi",
        "phone_reason": None, "email_reason": None, "expires_in_reason": None, "notes_reason": None,
        "warnings": [], "hints": None,
    }  # fmt: skip
    assert rows.schema["expires_in"] == pl.Int64


def test_bad_values_become_null_and_say_why():
    rows = normalize_rows(
        batch(phone=["1518761336"], email=["x"], expires_in=["0"], notes=["too long"]), profile(FIELDS)
    )
    assert rows.drop("row_number", "warnings", "hints").row(0) == (
        None, None, None, None, "phone_not_valid", "email_invalid", "number_out_of_range", "value_too_long"
    )  # fmt: skip


def test_an_empty_optional_value_has_no_reason():
    rows = normalize_rows(batch(phone=["9518761336"], email=["  "]), profile({"email": {"type": "email"}}))
    assert rows.select("email", "email_reason").row(0) == (None, None)


REQUIRED = [
    ("email", "email", "email_missing"),
    ("expires_in", "integer", "required_missing"),
    ("notes", "text", "required_missing"),
]


@pytest.mark.parametrize(("field", "kind", "reason"), REQUIRED)
def test_an_empty_required_value_is_missing(field, kind, reason):
    rows = normalize_rows(batch(phone=[" "]), profile({field: {"type": kind, "required": True}}))
    assert rows.select("phone_reason", f"{field}_reason").row(0) == ("phone_missing", reason)


def test_a_bad_required_value_is_bad_not_missing():
    rows = normalize_rows(batch(phone=["x"], email=["x"]), profile({"email": {"type": "email", "required": True}}))
    assert rows.select("phone_reason", "email_reason").row(0) == ("phone_not_a_number", "email_invalid")


def test_surrounding_blanks_are_no_fault_of_an_email():
    rows = normalize_rows(batch(phone=["9518761336"], email=["\tana@gmail.com "]), profile(FIELDS))
    assert rows["email"].to_list() == ["ana@gmail.com"]


def test_other_columns_pass_untouched_and_broken_rows_go_through():
    before = batch(phone=["9518761336", None]).with_columns(
        line_number=pl.Series([2, 5]),
        reasons=pl.Series([[], ["row_too_few_cells"]]),
        attributes=pl.Series(["{}", None]),
    )
    after = normalize_rows(before, profile(FIELDS))
    untouched = ["row_number", "line_number", "reasons", "attributes"]
    assert_frame_equal(after.select(untouched), before.select(untouched))
    assert after.columns[: before.width] == before.columns


def test_an_empty_batch_has_the_same_types_as_a_full_one():
    full = normalize_rows(batch(phone=["9518761336"]), profile(FIELDS))
    assert normalize_rows(batch(phone=[]), profile(FIELDS)).schema == full.schema


def test_without_a_default_region_only_international_spellings_are_read():
    rows = normalize_rows(batch(phone=["9518761336", "+19518761336"]), profile({}, region=None))
    assert rows["phone_reason"].to_list() == ["phone_country_unknown", None]
