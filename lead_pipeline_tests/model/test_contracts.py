"""Contracts between rooms: a broken one names the column and the check, and no value."""

import traceback

import polars as pl
import pytest
from pandera.config import config_context

from lead_pipeline.model.contracts import (
    REASON_FIELDS_TYPE,
    ContractError,
    mapped_leads,
    normalized_leads,
    raw_leads,
    validate_contract,
)
from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.profile import ImportProfile

CODES = pl.List(pl.String)
PROFILE = ImportProfile.model_validate(
    {
        "name": "solar",
        "destination": {"kind": "schedule", "name": "s"},
        "fields": {
            "phone": {"type": "phone", "required": True},
            "expires_in": {"type": "integer"},
            "notes": {"type": "boolean"},
        },
    }
)
CANARY = "canary-7f3"

NUMBERS = {"row_number": [1, 2, 5], "line_number": [2, None, 9]}
NUMBER_TYPES = {"row_number": pl.Int64, "line_number": pl.Int64}


def raw() -> pl.DataFrame:
    return pl.DataFrame(
        NUMBERS
        | {"Phone": [CANARY, "", None], "reasons": [[], ["row_blank"], []], "extra_cells": [None, [CANARY], []]},
        schema=NUMBER_TYPES | {"Phone": pl.String, "reasons": CODES, "extra_cells": CODES},
    )


def mapped() -> pl.DataFrame:
    texts = {"phone": [CANARY, None, ""], "expires_in": ["1", None, "x"], "notes": [None] * 3, "attributes": [None] * 3}
    types = NUMBER_TYPES | dict.fromkeys(texts, pl.String) | {"reasons": CODES}
    return pl.DataFrame(NUMBERS | texts | {"reasons": [[], [], []]}, schema=types)


def normalized() -> pl.DataFrame:
    return mapped().with_columns(
        expires_in=pl.lit(None, dtype=pl.Int64),
        notes=pl.lit(None, dtype=pl.Boolean),
        warnings=pl.col("reasons"),
        hints=pl.lit(None, dtype=pl.String),
        reason_fields=pl.lit(None, dtype=REASON_FIELDS_TYPE),
    )


def breach(batch: pl.DataFrame, schema) -> str:
    with pytest.raises(ContractError) as broken:
        validate_contract(batch, schema)
    shown = "".join(traceback.format_exception(broken.value))
    assert CANARY not in shown
    assert "SchemaError" not in shown
    return str(broken.value)


@pytest.mark.parametrize(
    ("batch", "schema"),
    [(raw(), raw_leads()), (mapped(), mapped_leads(PROFILE)), (normalized(), normalized_leads(PROFILE))],
    ids=["raw_leads", "mapped_leads", "normalized_leads"],
)
def test_a_batch_that_keeps_its_contract_is_handed_on_as_it_is(batch, schema):
    assert validate_contract(batch, schema) is batch
    assert validate_contract(batch.clear(), schema).is_empty()


@pytest.mark.parametrize("make", [raw, mapped, normalized])
@pytest.mark.parametrize(
    ("numbers", "check"),
    [([1, 1, 2], "strictly_increasing"), ([3, 2, 1], "strictly_increasing"), ([1, None, 2], "not_nullable")],
    ids=["twice", "backwards", "missing"],
)
def test_row_numbers_go_up(make, numbers, check):
    schema = {raw: raw_leads(), mapped: mapped_leads(PROFILE), normalized: normalized_leads(PROFILE)}[make]
    said = breach(make().with_columns(row_number=pl.Series(numbers, dtype=pl.Int64)), schema)
    assert f"column row_number: {check}" in said


@pytest.mark.parametrize(
    ("batch", "schema", "parts"),
    [
        (raw().drop("line_number"), raw_leads(), ["raw_leads", "column_in_dataframe", "line_number"]),
        (raw().with_columns(Phone=pl.lit(5)), raw_leads(), ["file_columns_are_text"]),
        (raw().with_columns(reasons=pl.lit(CANARY)), raw_leads(), ["column reasons", "List(String)", "found String"]),
        (mapped().with_columns(extra=pl.lit(CANARY)), mapped_leads(PROFILE), ["column_in_schema", "extra"]),
        (mapped().drop("phone"), mapped_leads(PROFILE), ["column_in_dataframe", "phone"]),
        (mapped().with_columns(phone=pl.lit(5)), mapped_leads(PROFILE), ["column phone", "String", "found Int32"]),
        (mapped(), normalized_leads(PROFILE), ["warnings", "column expires_in", "Int64", "column notes", "Boolean"]),
        (
            normalized().with_columns(warnings=pl.lit(None, dtype=CODES)),
            normalized_leads(PROFILE),
            ["column warnings: not_nullable (3 rows)"],
        ),
    ],
    ids=[
        "column-missing",
        "file-column-not-text",
        "reasons-no-list",
        "column-too-many",
        "field-missing",
        "field-not-text",
        "not-normalized",
        "no-warnings-list",
    ],
)
def test_a_breach_names_column_and_check_and_no_value(batch, schema, parts):
    said = breach(batch, schema)
    for part in parts:
        assert part in said


def test_a_breach_is_our_bug_and_not_the_file_s():
    assert not issubclass(ContractError, LeadPipelineError)


def test_contracts_hold_whatever_the_environment_tells_pandera():
    with config_context(validation_enabled=False):
        breach(mapped().drop("phone"), mapped_leads(PROFILE))
