"""Contracts: what a batch of rows must look like between two rooms. A broken one is a bug of ours, never a bad file or
a bad row.
"""

from functools import cache

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.fields import (
    ALIASES,
    HINTS,
    REASON_FIELDS,
    SECONDARY_CONTACTS,
    SECONDARY_PHONES,
    SUGGESTIONS,
)
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline.model.texts.typed_cells import CELL_TYPES

_CODES = pl.List(pl.String)

#: The further identifiers of a row's contact, and its further people in calling order; null for none.
ALIASES_TYPE = pl.List(pl.Struct({"kind": pl.String, "value": pl.String}))
SECONDARY_CONTACTS_TYPE = pl.List(pl.Struct({"phone": pl.String, "attributes": pl.String}))

#: Which fields the reasons and warnings of a row are about; null for none.
REASON_FIELDS_TYPE = pl.List(pl.Struct({"code": pl.String, "field": pl.String}))

#: What was probably meant by values of a row; null for none.
SUGGESTIONS_TYPE = pl.List(pl.Struct({"field": pl.String, "value": pl.String}))

#: What stands in a `failure_cases` row of these checks is the name of a column or of a type, not a value.
_ABOUT_COLUMNS = ("column_in_dataframe", "column_in_schema", "column_ordered", "dtype")


class ContractError(Exception):
    """A room handed on a batch that is not what it promised: a bug of ours. Names columns and checks, no values."""


@cache
def raw_leads() -> pa.DataFrameSchema:
    """What reading/ yields: `row_number`, `line_number` (Int64), `reasons`, `extra_cells` (List(String)), the file's
    columns, whatever they are called, as String, and of workbooks `cell_types` (String).
    """
    own = _row_columns() | {
        "extra_cells": pa.Column(_CODES, nullable=True),
        CELL_TYPES: pa.Column(pl.String, nullable=True, required=False),
    }
    text = pa.Check(lambda data: _all_text(data, frozenset(own)), name="file_columns_are_text")
    return pa.DataFrameSchema(own, checks=[text], name="raw_leads")


@cache
def mapped_leads(profile: ImportProfile) -> pa.DataFrameSchema:
    """What mapping/ yields: `row_number`, `line_number` (Int64), one String per rule of the profile (fields, attributes
    with rules, aliases, secondary contacts; those of typed cells may begin with AS_TYPED), `attributes` (String, a JSON
    object of those without rules, or null), `reasons` (List(String)).
    """
    ruled = {name: pa.Column(pl.String, nullable=True) for name in profile.rules}
    return pa.DataFrameSchema(_row_columns() | ruled | _attributes(), strict=True, name="mapped_leads")


@cache
def normalized_leads(profile: ImportProfile) -> pa.DataFrameSchema:
    """What normalizing/ and validating/ make of it: the columns of `mapped_leads` with each field in its canonical
    type, `reasons` (List(String), those that reject or skip the row), `warnings` (List(String)), `hints` (String or
    null), `reason_fields` (of both, those about a field: List(Struct(code, field)), or null), `suggestions` (values
    that were probably meant: List(Struct(field, value)), or null), and what the profile derives from phones:
    `phone_<fact>` (String; time zones List(String)) and `secondary_phones` (List(String)). The attributes with rules
    have joined the others in `attributes`; `aliases` (List(Struct(kind, value))) and `secondary_contacts`
    (List(Struct(phone, attributes))) are there where the profile has any.
    """
    fields = {field: pa.Column(type_of(rule).dtype, nullable=True) for field, rule in profile.fields.items()}
    remarks = {
        "warnings": pa.Column(_CODES),
        HINTS: pa.Column(pl.String, nullable=True),
        REASON_FIELDS: pa.Column(REASON_FIELDS_TYPE, nullable=True),
        SUGGESTIONS: pa.Column(SUGGESTIONS_TYPE, nullable=True, required=False),  # for people only
    }
    columns = _row_columns() | fields | _derived(profile) | _attributes() | remarks | _nested(profile)
    return pa.DataFrameSchema(columns, strict=True, name="normalized_leads")


def validate_contract(batch: pl.DataFrame, schema: pa.DataFrameSchema) -> pl.DataFrame:
    """Return the batch when it fulfils the contract.

    Raises:
        ContractError: it does not. The message names the broken columns and checks, and quotes no value.
    """
    cases = failure_cases(batch, schema)
    if cases is None:
        return batch
    raise ContractError(f"A batch of {schema.name} breaks its contract: {_broken(cases, str(schema.name))}.")


def failure_cases(batch: pl.DataFrame, schema: pa.DataFrameSchema) -> pl.DataFrame | None:
    """Return pandera's failure cases of the whole batch, or None when there are none.

    Its exception ends here, for it quotes values (personal data). The configuration is stated, for an environment with
    PANDERA_VALIDATION_ENABLED=False or PANDERA_VALIDATION_DEPTH=SCHEMA_ONLY would let every row pass unseen.
    """
    with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
        try:
            schema.validate(batch, lazy=True)
        except SchemaErrors as error:
            cases: pl.DataFrame = error.failure_cases
        else:
            return None
    return cases


def _row_columns() -> dict[str, pa.Column]:
    counts_up = pa.Check(
        lambda data: data.lazyframe.select((pl.col(data.key).diff() > 0).fill_null(value=True)),
        name="strictly_increasing",
    )
    return {
        "row_number": pa.Column(pl.Int64, checks=[counts_up]),
        "line_number": pa.Column(pl.Int64, nullable=True),
        "reasons": pa.Column(_CODES),
    }


def _derived(profile: ImportProfile) -> dict[str, pa.Column]:
    columns: dict[str, pa.Column] = {}
    for rule in profile.fields.values():
        if isinstance(rule, PhoneRule):
            types = {fact: _CODES if fact == "time_zones" else pl.String() for fact in rule.derive}
            columns |= {f"phone_{fact}": pa.Column(dtype, nullable=True) for fact, dtype in types.items()}
            if rule.multiple == "secondary":
                columns[SECONDARY_PHONES] = pa.Column(_CODES, nullable=True)
    return columns


def _nested(profile: ImportProfile) -> dict[str, pa.Column]:
    columns: dict[str, pa.Column] = {}
    if profile.aliases:
        columns[ALIASES] = pa.Column(ALIASES_TYPE, nullable=True)
    if profile.secondary_contacts is not None:
        columns[SECONDARY_CONTACTS] = pa.Column(SECONDARY_CONTACTS_TYPE, nullable=True)
    return columns


def _attributes() -> dict[str, pa.Column]:
    return {"attributes": pa.Column(pl.String, nullable=True)}


def _all_text(data: pa.PolarsData, own: frozenset[str]) -> pl.LazyFrame:
    types = data.lazyframe.collect_schema()
    return pl.LazyFrame({"text": [all(dtype == pl.String for name, dtype in types.items() if name not in own)]})


def _broken(cases: pl.DataFrame, whole: str) -> str:
    """Return `column row_number: strictly_increasing (2 rows)` for each broken check, values left out."""
    about_columns = pl.any_horizontal(pl.col("check").str.starts_with(check) for check in _ABOUT_COLUMNS)
    found = (
        cases.with_columns(found=pl.when(about_columns).then(pl.col("failure_case").cast(pl.String)))
        .group_by("column", "check", "found", maintain_order=True)
        .len()
    )
    return "; ".join(
        (check if column == whole else f"column {column}: {check}")
        + (f" (found {what})" if what is not None else f" ({count} rows)")
        for column, check, what, count in found.iter_rows()
    )
