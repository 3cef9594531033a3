"""Limits of single values: each is a reason of its own, at the edge and beyond it, whatever the type."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from lead_pipeline.model.rules import (
    BooleanRule,
    DateRule,
    DatetimeRule,
    DecimalRule,
    EmailRule,
    IntegerRule,
    OptionRule,
    PhoneRule,
    TagsRule,
    TextRule,
)
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.validating.value_limits import apply_limits
from lead_pipeline_tests.rooms import limited_cells, mapped_rows, profile_of

SHORT_YEARS = {"formats": ["%d.%m.%y"]}


@pytest.mark.parametrize(
    ("rule", "cells", "reasons"),
    [
        (IntegerRule(min=1, max=9), ["0", "1", "9", "10"], "number_out_of_range"),
        (IntegerRule(units=["$"], min=0, max=12), ["$ -1", "$ 0", "12 $", "$ 13"], "number_out_of_range"),
        (DecimalRule(min=1.0, max=9.0), ["0.9", "1", "9.0", "9.1"], "number_out_of_range"),
        (
            DateRule(min="2026-01-02", max="2026-01-03"),
            ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"],
            "date_out_of_range",
        ),
        (
            DatetimeRule(min="2026-01-01T00:00:00+01:00", max="2026-01-01T00:00:00"),
            ["2025-12-31T22:59:59Z", "2025-12-31T23:00:00Z", "2026-01-01", "2026-01-01 00:00:01"],
            "date_out_of_range",
        ),
        (
            DateRule(min="1990-01-01", max="2026-12-31", **SHORT_YEARS),
            ["1.2.55", "1.2.90", "1.2.26", "1.2.27"],
            "date_out_of_range",
        ),
        (OptionRule(options=["New", "Lost"]), ["old", "new", "LOST", "News"], "option_invalid"),
        (TagsRule(max_length=2), ["abc, ok", "\u00e4\u00f6, ok", "a", "ok, abc"], "value_too_long"),
    ],
    ids=["integer", "units", "decimal", "date", "datetime", "two-digit-years", "option", "tags"],
)
def test_a_value_is_kept_up_to_its_limits_and_null_beyond_them(rule, cells, reasons):
    found = limited_cells(cells, rule)
    assert [reason for _, reason in found] == [reasons, None, None, reasons]
    assert [value is None for value, _ in found] == [True, False, False, True]


@pytest.mark.parametrize(
    ("rule", "cell"),
    [
        (PhoneRule(), "201 555"),
        (EmailRule(), "x"),
        (IntegerRule(max=1), "9.9"),
        (BooleanRule(), "perhaps"),
        (DateRule(max="2000-01-01"), "soon"),
        (DatetimeRule(min="2030-01-01"), "soon"),
    ],
    ids=lambda value: getattr(value, "type", value),
)
def test_a_value_that_cannot_be_read_breaks_no_limit_as_well(rule, cell):
    ((value, reason),) = limited_cells([cell], rule.model_copy(update={"required": True}))
    assert value is None
    assert reason not in (None, "required_missing", "number_out_of_range", "date_out_of_range")


def test_an_option_that_is_none_is_kept_where_the_rule_keeps_others():
    assert limited_cells(["Texas"], OptionRule(options=["Ohio"], others="keep")) == [("Texas", None)]


REQUIRED: list[tuple[Any, str]] = [
    (PhoneRule, "phone_missing"),
    (EmailRule, "email_missing"),
    (TextRule, "required_missing"),
    (IntegerRule, "required_missing"),
    (DecimalRule, "required_missing"),
    (BooleanRule, "required_missing"),
    (DateRule, "required_missing"),
    (DatetimeRule, "required_missing"),
    (TagsRule, "required_missing"),
]


@pytest.mark.parametrize(("rule", "reason"), REQUIRED)
def test_an_empty_value_is_missing_only_where_it_is_required(rule, reason):
    blank = [None, "", " \u00a0"]
    assert limited_cells(blank, rule()) == [(None, None)] * 3
    assert limited_cells(blank, rule(required=True)) == [(None, reason)] * 3


def test_a_word_for_no_phone_is_a_missing_one():
    assert limited_cells(["n/a", "none"], PhoneRule(required=True)) == [(None, "phone_missing")] * 2


def test_other_rows_and_columns_stay_as_they_are():
    by = profile_of(fields={"tags": {"type": "tags", "max_length": 3}, "lead_score": {"type": "integer", "max": 5}})
    columns = {
        "phone": ["2015550123"] * 3,
        "tags": ["a", "long,b", "c"],
        "lead_score": ["1", "2", "6"],
        "city": ["x"] * 3,
    }
    read = normalize_rows(mapped_rows(by, columns), by)
    before = read.clone()
    limited = apply_limits(read, by)
    assert read.equals(before)
    assert limited.drop("tags", "tags_reason", "lead_score", "lead_score_reason").equals(
        read.drop("tags", "tags_reason", "lead_score", "lead_score_reason")
    )
    assert limited["tags"].to_list() == [["a"], None, ["c"]]
    assert limited["tags_reason"].to_list() == [None, "value_too_long", None]
    assert limited["lead_score"].to_list() == [1, 2, None]
    assert limited.columns == read.columns
    assert limited.schema == read.schema


def test_a_moment_is_limited_in_utc_whatever_its_zone():
    rule = DatetimeRule(timezone="America/New_York", max="2026-01-01T05:00:00")
    assert limited_cells(["2026-01-01 00:00"], rule) == [(dt.datetime(2026, 1, 1, 5, tzinfo=dt.UTC), None)]
    assert limited_cells(["2026-01-01 00:00:01"], rule) == [(None, "date_out_of_range")]


def test_a_batch_without_rows_keeps_its_types():
    by = profile_of(fields={"lead_score": {"type": "integer", "max": 5}})
    read = normalize_rows(mapped_rows(by, {"phone": [], "lead_score": []}), by)
    assert apply_limits(read, by).schema["lead_score"] == pl.Int64
