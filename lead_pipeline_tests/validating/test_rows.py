"""The verdict on each row: all its reasons, in registry order, and nothing but the reasons."""

import traceback
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.config import ValidationDepth, config_context

from lead_pipeline.model.contracts import ContractError, normalized_leads, validate_contract
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.validating import validate_rows

CODES = pl.List(pl.String)
TYPES = {"phone": pl.String, "email": pl.String, "city": pl.String, "expires_in": pl.Int64}


def profile(**rules: dict[str, Any]) -> ImportProfile:
    fields = {
        "phone": {"type": "phone", "required": True},
        "email": {"type": "email", "on_invalid": "blank"},
        "city": {"type": "text", "max_length": 5},
        "expires_in": {"type": "integer", "min": 0, "max": 100},
    }
    return ImportProfile.model_validate(
        {"name": "solar", "destination": {"kind": "schedule", "name": "s"}, "fields": fields | rules}
    )


GOOD: dict[str, Any] = {"phone": "+19518761336", "email": "ana@example.com", "city": "Bonn", "expires_in": 48}


def normalized(*rows: dict[str, Any]) -> pl.DataFrame:
    """Build a batch of normalized rows; what a row does not say is as in a good one."""
    none = {"reasons": [], "warnings": [], "hints": None}
    full = [GOOD | {f"{field}_reason": None for field in TYPES} | none | row for row in rows]
    numbered = [{"row_number": n, "line_number": n + 1, "attributes": None} | row for n, row in enumerate(full, 1)]
    numbers = {"row_number": pl.Int64, "line_number": pl.Int64}
    texts = dict.fromkeys(["attributes", "hints", *(f"{field}_reason" for field in TYPES)], pl.String)
    return pl.DataFrame(numbered, schema=numbers | TYPES | texts | {"reasons": CODES, "warnings": CODES})


def judged(*rows: dict[str, Any], by: ImportProfile | None = None) -> pl.DataFrame:
    by = by or profile()
    verdict = validate_rows(normalized(*rows), by)
    return validate_contract(verdict, normalized_leads(by))


def verdicts(*rows: dict[str, Any], by: ImportProfile | None = None) -> list[tuple[list[str], list[str]]]:
    return judged(*rows, by=by).select("reasons", "warnings").rows()


def bad(field: str, code: str) -> dict[str, Any]:
    return {field: None, f"{field}_reason": code}


@pytest.mark.parametrize(
    ("row", "reasons", "warnings"),
    [
        ({}, [], []),
        ({"email": None, "city": None, "expires_in": None}, [], []),
        (bad("phone", "phone_too_short"), ["phone_too_short"], []),
        (bad("phone", "phone_missing"), ["phone_missing"], []),
        ({"phone": None}, ["phone_missing"], []),
        (bad("email", "email_invalid"), [], ["email_invalid"]),
        (bad("city", "value_too_long"), ["value_too_long"], []),
        ({"city": "Berlin"}, ["value_too_long"], []),
        ({"city": "Köln1"}, [], []),
        ({"expires_in": -1}, ["number_out_of_range"], []),
        ({"expires_in": 0}, [], []),
        ({"expires_in": 100}, [], []),
        ({"expires_in": 101}, ["number_out_of_range"], []),
        (bad("expires_in", "number_invalid"), ["number_invalid"], []),
        ({"reasons": ["row_too_many_cells"]}, ["row_too_many_cells"], []),
        (
            {"reasons": ["encoding_invalid"]} | bad("phone", "phone_too_long"),
            ["encoding_invalid", "phone_too_long"],
            [],
        ),
        (
            bad("phone", "phone_not_valid") | bad("expires_in", "number_invalid") | bad("email", "email_invalid"),
            ["number_invalid", "phone_not_valid"],
            ["email_invalid"],
        ),
        ({"city": "Berlin"} | bad("expires_in", "value_too_long"), ["value_too_long"], []),
    ],
    ids=[
        "good",
        "optional-values-missing",
        "bad-phone",
        "phone-missing-said-by-normalizing",
        "phone-missing-unsaid",
        "bad-email-is-blanked",
        "too-long-said-by-normalizing",
        "too-long-unsaid",
        "length-is-counted-in-characters",
        "below-min",
        "at-min",
        "at-max",
        "above-max",
        "no-number",
        "structure",
        "structure-and-value",
        "all-reasons-in-registry-order",
        "each-code-once",
    ],
)
def test_a_row_has_all_its_reasons(row, reasons, warnings):
    assert verdicts({}, row, {}) == [([], []), (reasons, warnings), ([], [])]


@pytest.mark.parametrize("other", [{}, bad("email", "email_invalid"), bad("phone", "phone_missing")], ids=str)
def test_a_blank_row_is_only_blank(other):
    assert verdicts({"reasons": ["row_blank"], "phone": None} | other) == [(["row_blank"], [])]


def test_a_short_row_is_not_told_again_that_its_last_values_are_missing():
    by = profile(city={"type": "text", "required": True}, email={"type": "email", "required": True})
    short = {"reasons": ["row_too_few_cells"], "city": None, "email": None}
    assert verdicts(short | bad("phone", "phone_missing"), by=by) == [(["row_too_few_cells"], [])]
    assert verdicts(short | bad("phone", "phone_too_short"), by=by) == [(["row_too_few_cells", "phone_too_short"], [])]
    assert verdicts({"city": None, "email": None}, by=by) == [(["required_missing", "email_missing"], [])]


def test_a_missing_value_rejects_even_where_a_bad_one_is_blanked():
    by = profile(email={"type": "email", "required": True, "on_invalid": "blank"})
    assert verdicts({"email": None}, bad("email", "email_missing"), bad("email", "email_invalid"), by=by) == [
        (["email_missing"], []),
        (["email_missing"], []),
        ([], ["email_invalid"]),
    ]


def test_what_the_rules_refuse_is_blanked_when_the_profile_says_so():
    by = profile(city={"type": "text", "max_length": 5, "on_invalid": "blank"})
    batch = normalized({"city": "Berlin"}, {"city": "Bonn"}, {"city": None})
    before = batch.clone()
    got = validate_rows(batch, by)
    assert got["city"].to_list() == [None, "Bonn", None]
    assert got["warnings"].to_list() == [["value_too_long"], [], []]
    assert batch.equals(before)


def test_a_batch_without_faults_gains_lists_without_codes_and_loses_the_reasons_beside_the_values():
    got = judged({}, {})
    remarks = ["hints", "reasons", "warnings", "reason_fields"]
    assert got.columns == ["row_number", "line_number", *TYPES, "attributes", *remarks]
    assert got.select("reasons", "warnings", "reason_fields").rows() == [([], [], None), ([], [], None)]


def test_a_batch_without_rows_is_judged_too():
    assert validate_rows(normalized({}).clear(), profile()).select("reasons", "warnings").schema == {
        "reasons": CODES,
        "warnings": CODES,
    }


@pytest.mark.parametrize(
    "batch",
    [
        normalized(bad("phone", "phone_is_sad")),
        normalized({}).with_columns(expires_in=pl.lit("soon-canary")),
        normalized({}).with_columns(phone_reason=pl.lit(5)),
    ],
    ids=["unknown-code", "wrong-type", "wrong-type-of-reason"],
)
def test_a_batch_that_is_not_normalized_is_our_bug_and_quotes_no_value(batch):
    with pytest.raises(ContractError) as broken:
        validate_rows(batch, profile())
    shown = "".join(traceback.format_exception(broken.value))
    assert "expires_in" in shown or "phone" in shown
    for private in ("canary", "+19518761336", "ana@example.com", "SchemaError"):
        assert private not in shown


@pytest.mark.parametrize(
    "setting",
    [{"validation_enabled": False}, {"validation_depth": ValidationDepth.SCHEMA_ONLY}],
    ids=["disabled", "schema-only"],
)
def test_rows_are_judged_whatever_the_environment_tells_pandera(setting):
    with config_context(**setting):
        assert verdicts({"expires_in": -1}) == [(["number_out_of_range"], [])]


codes = st.sampled_from(["phone_too_short", "phone_not_valid", "phone_missing"])
rows_strategy = st.lists(
    st.fixed_dictionaries(
        {
            "phone_reason": st.none() | codes,
            "email_reason": st.none() | st.sampled_from(["email_invalid", "email_domain_invalid"]),
            "city": st.sampled_from([None, "Bonn", "Berlin"]),
            "expires_in": st.sampled_from([None, -1, 5, 1000]),
            "reasons": st.lists(
                st.sampled_from(["row_blank", "row_too_few_cells", "encoding_invalid"]), unique=True, max_size=2
            ),
        }
    ),
    min_size=1,
    max_size=8,
)


@given(rows_strategy)
def test_it_judges_as_a_row_by_row_reference_does(rows):
    rows = [row | ({"phone": None} if row["phone_reason"] else {}) for row in rows]
    rows = [row | ({"email": None} if row["email_reason"] else {}) for row in rows]
    assert verdicts(*rows) == [_reference(row) for row in rows]


def _reference(row: dict[str, Any]) -> tuple[list[str], list[str]]:
    if "row_blank" in row["reasons"]:
        return ["row_blank"], []
    found = set(row["reasons"])
    if row["phone_reason"] and not (row["phone_reason"] == "phone_missing" and "row_too_few_cells" in found):
        found.add(row["phone_reason"])
    if row["city"] == "Berlin":
        found.add("value_too_long")
    if row["expires_in"] in (-1, 1000):
        found.add("number_out_of_range")
    return [code.value for code in Reason if code in found], [row["email_reason"]] if row["email_reason"] else []


def test_what_normalizing_says_of_a_good_value_warns_and_keeps_the_value():
    row = judged({"warnings": ["email_role"]}).row(0, named=True)
    assert (row["email"], row["reasons"], row["warnings"]) == ("ana@example.com", [], ["email_role"])


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, None),
        ({"expires_in_reason": "number_invalid"}, [("number_invalid", "expires_in")]),
        (
            {"expires_in_reason": "number_invalid", "city_reason": "value_too_long"},
            [("value_too_long", "city"), ("number_invalid", "expires_in")],
        ),
        ({"reasons": ["row_too_many_cells"]}, None),  # of no field
        ({"warnings": ["email_role"]}, [("email_role", "email")]),  # the registry knows of which
    ],
)
def test_reasons_and_warnings_name_their_fields(values, fields):
    said = judged(values).row(0, named=True)["reason_fields"]
    assert (said and [(one["code"], one["field"]) for one in said]) == fields
