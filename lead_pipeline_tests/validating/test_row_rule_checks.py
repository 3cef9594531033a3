"""Rules about several values of a row: judged on canonical values, told with the names of the fields and no value."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.mapping import map_columns, map_rows
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.validating import validate_rows
from lead_pipeline.validating.schema import compile_row_schema
from lead_pipeline_tests.rooms import judged_rows, profile_of, raw_rows

FIELDS: dict[str, Any] = {
    "email": {"type": "email"},
    "status": {"type": "option", "options": ["New", "Lost"]},
    "notes": {"type": "text", "max_length": 5},
    "deal_value": {"type": "decimal", "locale": "de"},
    "tags": {"type": "tags"},
}
ATTRIBUTES: dict[str, Any] = {
    "budget": {"type": "integer"},
    "vip": {"type": "boolean", "true_words": ["ja"]},
    "begin": {"type": "date", "formats": ["%d.%m.%Y"]},
    "end": {"type": "date"},
    "seen": {"type": "datetime", "timezone": "Europe/Berlin"},
    "why": {"type": "text", "on_invalid": "blank", "max_length": 5},
}


def ruled(*rules: dict[str, Any]) -> ImportProfile:
    return profile_of(fields=FIELDS, attributes=ATTRIBUTES, row_rules=list(rules))


def told(rule: dict[str, Any], **cells: str | None) -> tuple[list[str], str | None]:
    """Return reasons and hints of a row with these cells."""
    columns = {"phone": ["2015550123"]} | {name: [cell] for name, cell in cells.items()}
    row = judged_rows(ruled(rule), columns).row(0, named=True)
    return row["reasons"], row["hints"]


ONE_OF = {"rule": "one_of", "fields": ["email", "vip", "notes"]}
TOGETHER = {"rule": "together", "fields": ["email", "vip", "notes"]}


@pytest.mark.parametrize(
    ("cells", "reasons"),
    [
        ({}, ["required_one_of_missing"]),
        ({"email": " ", "vip": ""}, ["required_one_of_missing"]),
        ({"vip": "no"}, []),
        ({"email": "a@b.co", "notes": "x"}, []),
        ({"email": "bad"}, ["email_invalid"]),
        ({"notes": "too long"}, ["value_too_long"]),
    ],
)
def test_one_of_several_values_has_to_be_there(cells, reasons):
    assert told(ONE_OF, **cells)[0] == reasons


@pytest.mark.parametrize(
    ("cells", "reasons"),
    [
        ({}, []),
        ({"email": "a@b.co", "vip": "ja", "notes": "x"}, []),
        ({"email": "a@b.co"}, ["required_together_missing"]),
        ({"email": "a@b.co", "vip": "ja"}, ["required_together_missing"]),
        ({"email": "a@b.co", "vip": "perhaps", "notes": "x"}, ["boolean_invalid"]),
        ({"vip": "perhaps"}, ["required_together_missing", "boolean_invalid"]),
    ],
)
def test_values_that_go_together_are_all_there_or_none(cells, reasons):
    assert told(TOGETHER, **cells)[0] == reasons


@pytest.mark.parametrize(
    ("when", "values", "cell", "demands"),
    [
        ("status", [], "new", True),
        ("status", [], "", False),
        ("status", [], "bad", False),
        ("status", ["LOST"], "lost", True),
        ("status", ["lost"], "new", False),
        ("budget", ["100"], "100", True),
        ("budget", ["100.0"], "100", True),
        ("budget", ["much"], "100", False),
        ("deal_value", ["1234.5"], "1.234,5", True),
        ("vip", ["true"], "ja", True),
        ("vip", ["yes"], "1", True),
        ("vip", ["no"], "0", True),
        ("vip", ["no"], "1", False),
        ("begin", ["2026-01-31"], "31.1.2026", True),
        ("seen", ["2026-01-31T11:00:00Z"], "2026-01-31 12:00", True),
        ("tags", ["vip"], "a, VIP", True),
        ("tags", ["vip"], "a, b", False),
        ("email", ["A@B.co"], "a@b.co", True),
    ],
)
def test_a_value_is_required_where_another_one_demands_it(when, values, cell, demands):
    rule = {"rule": "required_if", "field": "notes", "when": when, "values": values}
    reasons, _ = told(rule, **{when: cell})
    assert ("required_if_missing" in reasons) == demands
    assert "required_if_missing" not in told(rule, **{when: cell}, notes="x")[0]
    assert "required_if_missing" not in told(rule, **{when: cell}, notes="too long")[0]


DAYS = {"begin": "31.12.2026", "end": "2026-01-01"}


@pytest.mark.parametrize(
    ("relation", "smaller", "equal", "greater"),
    [
        ("less", True, False, False),
        ("less_or_equal", True, True, False),
        ("equal", False, True, False),
        ("not_equal", True, False, True),
        ("greater_or_equal", False, True, True),
        ("greater", False, False, True),
    ],
)
def test_two_values_stand_in_an_order_that_the_text_does_not_have(relation, smaller, equal, greater):
    rule = {"rule": "compare", "field": "begin", "is": relation, "than": "end"}
    for begin, holds in (("2.12.2025", smaller), ("01.01.2026", equal), ("31.12.2026", greater)):
        assert told(rule, begin=begin, end="2026-01-01")[0] == ([] if holds else ["value_contradictory"])
    assert told(rule, begin="31.12.2026")[0] == told(rule, end="2026-01-01")[0] == []
    assert told(rule, begin="31.12.2026", end="soon")[0] == ["date_invalid"]


def test_whole_and_decimal_numbers_are_compared():
    rule = {"rule": "compare", "field": "budget", "is": "less", "than": "deal_value"}
    assert told(rule, budget="1000", deal_value="1.000,5")[0] == []
    assert told(rule, budget="1001", deal_value="1.000,5")[0] == ["value_contradictory"]


@pytest.mark.parametrize(
    ("rule", "cells", "sentence"),
    [
        (ONE_OF, {}, "One of these is needed: email, vip, notes."),
        (TOGETHER, {"vip": "ja"}, "All of these are needed, or none: email, vip, notes."),
        (
            {"rule": "required_if", "field": "end", "when": "begin"},
            DAYS | {"end": ""},
            "end is needed beside any begin.",
        ),
        (
            {"rule": "required_if", "field": "notes", "when": "status", "values": ["lost"]},
            {"status": "Lost"},
            "notes is needed with this status.",
        ),
        (
            {"rule": "compare", "field": "begin", "is": "less_or_equal", "than": "end"},
            DAYS,
            "begin must be at most end.",
        ),
    ],
    ids=["one_of", "together", "required_if", "required_if-values", "compare"],
)
def test_the_hint_names_the_fields_and_no_value(rule, cells, sentence):
    assert told(rule, **cells)[1] == sentence


def test_each_broken_rule_of_one_kind_is_told_and_the_code_is_there_once():
    rules = [{"rule": "one_of", "fields": ["email", "notes"]}, {"rule": "one_of", "fields": ["vip", "budget"]}]
    row = judged_rows(ruled(*rules), {"phone": ["2015550123"]}).row(0, named=True)
    assert row["reasons"] == ["required_one_of_missing"]
    assert row["hints"] == "One of these is needed: email, notes. One of these is needed: vip, budget."


def test_a_blanked_value_is_bad_and_not_missing():
    rule = {"rule": "one_of", "fields": ["email", "why"]}
    row = judged_rows(ruled(rule), {"phone": ["2015550123"], "why": ["far too long"]}).row(0, named=True)
    assert (row["reasons"], row["warnings"], row["attributes"]) == ([], ["value_too_long"], None)


def test_a_default_is_a_value_for_rules_about_rows():
    filled = FIELDS | {"status": FIELDS["status"] | {"default": "new"}}
    profile = profile_of(fields=filled, row_rules=[{"rule": "one_of", "fields": ["status", "email"]}])
    assert judged_rows(profile, {"phone": ["2015550123"]})["reasons"].to_list() == [[]]


def test_a_blank_row_and_a_short_one_are_not_told_what_they_lack():
    profile = ruled(ONE_OF, TOGETHER)
    columns = {"phone": [None, "2015550123"], "email": [None, "a@b.co"]}

    raw = raw_rows(columns).with_columns(reasons=pl.Series([["row_blank"], ["row_too_few_cells"]]))
    mapped = map_rows(raw, map_columns(list(columns), profile), profile)
    rows = validate_rows(normalize_rows(mapped, profile), profile)
    assert rows.select("reasons", "hints").rows() == [(["row_blank"], None), (["row_too_few_cells"], None)]


def test_each_check_of_rows_is_named_by_its_place_and_a_registered_reason():
    checks = compile_row_schema(ruled(ONE_OF, TOGETHER)).checks
    assert [check.name for check in checks] == ["0:required_one_of_missing", "1:required_together_missing"]
    assert {str(check.name).partition(":")[2] for check in checks} <= set(Reason)


CELLS = {
    "email": st.sampled_from([None, "a@b.co", "bad"]),
    "vip": st.sampled_from([None, "ja", "0", "maybe"]),
    "notes": st.sampled_from([None, "x", "much too long"]),
    "begin": st.sampled_from([None, "1.1.2026", "2026-03-01", "soon"]),
    "end": st.sampled_from([None, "2026-02-01", "then"]),
}
RULES = (
    ONE_OF,
    TOGETHER,
    {"rule": "required_if", "field": "notes", "when": "vip", "values": ["true"]},
    {"rule": "compare", "field": "begin", "is": "less", "than": "end"},
)
BAD = {"bad": "email_invalid", "maybe": "boolean_invalid", "much too long": "value_too_long"}
BAD |= {"soon": "date_invalid", "then": "date_invalid"}


@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=8))
def test_rows_are_judged_as_one_by_one(rows):
    columns = {"phone": ["2015550123"] * len(rows)} | {name: [row[name] for row in rows] for name in CELLS}
    assert judged_rows(ruled(*RULES), columns)["reasons"].to_list() == [obvious(row) for row in rows]


def obvious(row: dict[str, str | None]) -> list[str]:
    found = {BAD[cell] for cell in row.values() if cell in BAD}
    there = [row[name] is not None for name in ("email", "vip", "notes")]
    if not any(there):
        found.add("required_one_of_missing")
    if any(there) and not all(there):
        found.add("required_together_missing")
    if row["vip"] == "ja" and row["notes"] is None:
        found.add("required_if_missing")
    if row["begin"] == "2026-03-01" and row["end"] == "2026-02-01":
        found.add("value_contradictory")
    return [reason.value for reason in Reason if reason in found]
