"""Rows: fields become canonical values with their reasons beside them, and nothing else in the batch changes."""

import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.validating.value_limits import apply_limits


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
        "warnings": [], "hints": None, "suggestions": None,
    }  # fmt: skip
    assert rows.schema["expires_in"] == pl.Int64


def test_unreadable_values_become_null_and_say_why():
    rows = normalize_rows(batch(phone=["1518761336"], email=["x"], expires_in=["soon"]), profile(FIELDS))
    assert rows.drop("row_number", "warnings", "hints", "suggestions").row(0) == (
        None, None, None, None, "phone_not_valid", "email_invalid", "number_invalid", None
    )  # fmt: skip


def test_values_beyond_a_limit_are_read_all_the_same():
    rows = normalize_rows(batch(phone=["9518761336"], expires_in=["0"], notes=["too long"]), profile(FIELDS))
    assert rows.select("expires_in", "notes", "expires_in_reason", "notes_reason").row(0) == (0, "too long", None, None)


def test_an_empty_optional_value_has_no_reason():
    rows = normalize_rows(batch(phone=["9518761336"], email=["  "]), profile({"email": {"type": "email"}}))
    assert rows.select("email", "email_reason").row(0) == (None, None)


@pytest.mark.parametrize("word", [" ", "n/a"])
def test_that_a_required_value_is_missing_is_said_later(word):
    rows = normalize_rows(batch(phone=[word]), profile({"email": {"type": "email", "required": True}}))
    assert rows.select("phone", "email", "phone_reason", "email_reason").row(0) == (None, None, None, None)


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


NAMES = {name: {"type": "text", "max_length": 20} for name in ("full_name", "first_name", "last_name")}


def names(*rows: tuple[str | None, str | None, str | None], **changes) -> list[tuple[object, ...]]:
    """Return full, first and last name of the rows, and the reasons against the parts, limits applied."""
    by = profile(NAMES | changes).model_copy(update={"split_full_name": True})
    full, first, last = (list(column) for column in zip(*rows, strict=True))
    read = normalize_rows(batch(phone=[None] * len(rows), full_name=full, first_name=first, last_name=last), by)
    return apply_limits(read, by).select(*NAMES, "first_name_reason", "last_name_reason").rows()


def test_a_full_name_is_split_only_in_rows_that_leave_both_parts_empty():
    assert names(
        ("Ana van der Berg", None, " "),
        ("Ana van der Berg", "Anna", None),
        ("Ana van der Berg", "", "Berg"),
        (None, None, None),
        ("Madonna", None, None),
    ) == [
        ("Ana van der Berg", "Ana", "van der Berg", None, None),
        ("Ana van der Berg", "Anna", None, None, None),
        ("Ana van der Berg", None, "Berg", None, None),
        (None, None, None, None, None),
        ("Madonna", "Madonna", None, None, None),
    ]


def test_a_name_that_is_left_whole_is_warned_of_in_the_rows_that_would_take_its_parts():
    by = profile(NAMES).model_copy(update={"split_full_name": True})
    full = ["Rosa del Pilar Vega", "Rosa del Pilar Vega", "Ana Vega"]
    columns = {"phone": [None] * 3, "full_name": full, "first_name": [None, "Rosa", None], "last_name": [None] * 3}
    read = normalize_rows(batch(**columns), by)
    assert read["warnings"].to_list() == [["name_not_split"], [], []]
    assert [hint is not None for hint in read["hints"]] == [True, False, False]
    assert read["first_name"].to_list() == [None, "Rosa", "Ana"]


def test_the_parts_of_a_name_keep_the_limits_of_written_ones():
    rule = {"type": "text", "max_length": 4, "required": True}
    assert names(("Ana Montgomery", None, None), ("Madonna", None, None), last_name=rule) == [
        ("Ana Montgomery", "Ana", None, None, "value_too_long"),
        ("Madonna", "Madonna", None, None, "required_missing"),
    ]


def test_a_full_name_that_is_refused_has_no_parts():
    short = {"type": "text", "max_length": 5, "on_invalid": "blank"}
    assert names(("Ana Montgomery", None, None), full_name=short) == [(None, None, None, None, None)]
    assert names(("Ana Montgomery", "Al", None), full_name=short) == [(None, "Al", None, None, None)]
    needed = {"type": "text", "max_length": 3, "required": True}
    assert names(("Ana Montgomery", None, None), full_name=short, last_name=needed) == [
        (None, None, None, None, "required_missing")
    ]


def test_names_are_not_split_unless_the_profile_says_so():
    rows = normalize_rows(
        batch(phone=[None], full_name=["Ana Berg"], first_name=[None], last_name=[None]), profile(NAMES)
    )
    assert rows.select("first_name", "last_name").row(0) == (None, None)


def test_a_row_without_its_identifier_is_told_so_by_the_kind_of_it():
    for kind in ("external_id", "cookie_id", "social"):
        by = profile({kind: {"type": "text"}}).model_copy(update={"identify_by": kind})
        rows = apply_limits(normalize_rows(batch(phone=["9518761336"], **{kind: [" "]}), by), by)
        assert rows[f"{kind}_reason"].to_list() == ["identifier_missing"]
        other = profile({kind: {"type": "text", "required": True}})
        rows = apply_limits(normalize_rows(batch(phone=["9518761336"], **{kind: [None]}), other), other)
        assert rows[f"{kind}_reason"].to_list() == ["required_missing"]


@pytest.mark.parametrize("blank", [None, "", " \u00a0"])
@pytest.mark.parametrize(
    "kind", ["text", "integer", "boolean", "date", "datetime", "tags", "option", "decimal", "email"]
)
def test_a_column_of_blanks_has_the_type_of_a_full_one_and_no_reasons(kind, blank):
    rule = {"type": kind} | ({"options": ["x"]} if kind == "option" else {})
    by = ImportProfile.model_validate(profile({}).model_dump() | {"attributes": {"a": rule}})
    texts = {"phone": ["9518761336"] * 2, "attribute.a": [blank] * 2}
    rows = normalize_rows(pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)), by)
    full = normalize_rows(pl.DataFrame(texts | {"attribute.a": ["x", "1"]}, schema=dict.fromkeys(texts, pl.String)), by)
    assert rows.schema == full.schema
    assert rows["attribute.a_reason"].to_list() == [None, None]
    assert rows["attribute.a"].to_list() == [None, None]


def test_hints_name_the_column_as_people_know_it():
    by = ImportProfile.model_validate(profile({}).model_dump() | {"attributes": {"city": {"type": "text"}}})
    texts = {"phone": ["9518761336"], "attribute.city": ["M\u00c3\u00bcnchen"]}
    rows = normalize_rows(pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)), by)
    assert str(rows["hints"][0]).startswith("city: This looks like")


def test_a_value_of_any_type_that_lost_letters_is_warned_of_where_it_is_kept():
    fields = {
        "phone": {"type": "phone"}, "first_name": {"type": "text"}, "tags": {"type": "tags"}, "notes": {"type": "text"},
    }  # fmt: skip
    lost = "Zo\ufffd"
    values = [
        {"first_name": lost},
        {"tags": f"vip, {lost}"},
        {"notes": lost, "first_name": lost},
        {"first_name": "Zoe"},
    ]
    columns = {name: pl.Series([row.get(name) for row in values], dtype=pl.String) for name in fields}
    attributes = pl.Series([None, None, None, json.dumps({"city": "K\ufffdln"}, ensure_ascii=False)], dtype=pl.String)
    rows = normalize_rows(pl.DataFrame(columns | {"attributes": attributes}), profile(fields))
    assert [set(codes) for codes in rows["warnings"].to_list()] == [{"value_damaged"}] * 4
    assert rows["first_name"].to_list() == [lost, None, lost, "Zoe"]
    assert rows["hints"][0] == (
        "first_name: This looks like text that lost letters (U+FFFD stands for them); the original is needed."
    )
    assert rows["hints"][3].startswith("city: This looks like text that lost letters")
