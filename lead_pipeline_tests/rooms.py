"""Rows through mapping, normalizing and validating as the pipeline sends them, each contract checked, without files."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from lead_pipeline.mapping import map_columns, map_rows
from lead_pipeline.mapping.supplying import NO_NAMES, SourceNames
from lead_pipeline.model.contracts import mapped_leads, normalized_leads, raw_leads, validate_contract
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import FieldRule
from lead_pipeline.normalizing.columns import normalize_column
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.validating import validate_rows
from lead_pipeline.validating.value_limits import limit_column

CODES = pl.List(pl.String)


def profile_of(**keys: object) -> ImportProfile:
    """Return a small profile of a list of US phones, with some keys changed; `fields` are added to the phone."""
    fields = {"phone": {"type": "phone"}, **dict(keys.pop("fields", {}))}  # type: ignore[call-overload]
    plain = {"name": "small", "destination": {"kind": "list", "name": "x"}, "default_region": "US"}
    return ImportProfile.model_validate(plain | {"fields": fields} | keys)


def raw_rows(columns: Mapping[str, Sequence[str | None]]) -> pl.DataFrame:
    """Return rows as reading/ yields them."""
    height = len(next(iter(columns.values())))
    numbers = {"row_number": range(1, height + 1), "line_number": range(2, height + 2)}
    own = {name: pl.Series(values, dtype=pl.Int64) for name, values in numbers.items()}
    texts = {name: pl.Series(values, dtype=pl.String) for name, values in columns.items()}
    last = {"reasons": pl.Series([[]] * height, dtype=CODES), "extra_cells": pl.Series([None] * height, dtype=CODES)}
    return validate_contract(pl.DataFrame(own | texts | last), raw_leads())


def mapped_rows(
    profile: ImportProfile, columns: Mapping[str, Sequence[str | None]], source: SourceNames = NO_NAMES
) -> pl.DataFrame:
    """Return the rows as mapping/ lays them out."""
    mapping = map_columns(list(columns), profile)
    return validate_contract(map_rows(raw_rows(columns), mapping, profile, source), mapped_leads(profile))


def judged_rows(
    profile: ImportProfile,
    columns: Mapping[str, Sequence[str | None]],
    source: SourceNames = NO_NAMES,
    at: datetime | None = None,
) -> pl.DataFrame:
    """Return the rows as validating/ hands them on."""
    normalized = normalize_rows(mapped_rows(profile, columns, source), profile)
    return validate_contract(validate_rows(normalized, profile, at), normalized_leads(profile))


def limited_cells(cells: Sequence[str | None], rule: FieldRule) -> list[tuple[object, str | None]]:
    """Return value and reason of the cells of one column, read and held to the rule's limits."""
    profile = profile_of()
    read = normalize_column(pl.Series(cells, dtype=pl.String), "attribute.x", rule, profile, None).verdicts
    return limit_column(read, "attribute.x", rule, profile).rows()
