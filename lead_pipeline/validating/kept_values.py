"""Which rows have nothing left to import: every value was empty or dropped, and only defaults and constants remain."""

import json
from collections.abc import Mapping

import polars as pl

from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import FieldRule


def rows_with_nothing_kept(rows: pl.DataFrame, profile: ImportProfile) -> pl.Series:
    """Return the indices of rows without any value of their own.

    Args:
        rows: the canonical value of each rule's column, null where it is empty or was dropped, and `attributes`
            (String, a JSON object or null).
        profile: says which values come from no cell: constants, defaults, what the name of file or folder says.
    """
    own = {name: rule for name, rule in profile.rules.items() if rule.has_column}
    plain = [name for name, rule in own.items() if rule.default is None]
    if any(rows[name].null_count() == 0 for name in plain):
        return pl.Series(dtype=pl.UInt32)
    left = rows.with_row_index().filter(pl.all_horizontal(pl.col(name).is_null() for name in plain))
    defaulted = [_is_default(name, rule) for name, rule in own.items() if rule.default is not None]
    left = left.filter(pl.all_horizontal(pl.lit(value=True), *defaulted))
    if left.is_empty():
        return left["index"]
    given = {**profile.attribute_defaults, **profile.lead_management.additional_data}
    objects = {text: _are_defaults(text, given) for text in left["attributes"].unique()}
    return left["index"].filter(left["attributes"].replace_strict(objects, return_dtype=pl.Boolean))


def _is_default(name: str, rule: FieldRule) -> pl.Expr:
    value, kind = pl.col(name), type_of(rule)
    if kind.is_number:
        same = value.cast(pl.Float64) == pl.lit(rule.default).cast(pl.Float64, strict=False)
    elif isinstance(kind.dtype, pl.List):
        same = value.list.join(",") == ",".join(tag.strip() for tag in (rule.default or "").split(","))
    else:
        same = value.cast(pl.String) == rule.default
    return value.is_null() | same.fill_null(value=False)


def _are_defaults(text: str | None, defaults: Mapping[str, str]) -> bool:
    return text is None or json.loads(text).items() <= defaults.items()
