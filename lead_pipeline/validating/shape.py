"""Values move to where they are kept: attributes with rules join the other attributes, aliases and secondary contacts
become lists. No value is validated here.
"""

import json

import polars as pl

from lead_pipeline.model.contracts import ALIASES_TYPE, SECONDARY_CONTACTS_TYPE
from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.fields import (
    ALIASES,
    SECONDARY_CONTACTS,
    alias_column,
    attribute_column,
    secondary_phone_column,
    secondary_variable_column,
)
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import FieldRule

_NULL_TEXT = pl.lit(None, pl.String)


def with_nested(rows: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Give the rows the shape of the contract `normalized_leads`; the columns of rules that are no fields go.

    Args:
        rows: `attributes` (String, JSON object or null) and the canonical values of every rule's column, null where
            they are not kept.
        profile: its attributes, aliases and secondary contacts.
    """
    nested = [
        *_attributes(rows, profile),
        *([_aliases(rows, profile)] if profile.aliases else []),
        *([_contacts(rows, profile)] if profile.secondary_contacts is not None else []),
    ]
    ruled = [name for name in profile.rules if name not in profile.fields]
    return rows.with_columns(nested).drop(ruled)


def _attributes(rows: pl.DataFrame, profile: ImportProfile) -> list[pl.Series]:
    members = _members(rows, {name: (attribute_column(name), rule) for name, rule in profile.attributes.items()})
    if not members:
        return []
    others = pl.col("attributes").str.slice(1).str.head(-1)
    return [rows.select(attributes=_object([others, *members])).to_series()]


def _aliases(rows: pl.DataFrame, profile: ImportProfile) -> pl.Series:
    """List the further identifiers, without the one that says whose row it is anyway."""
    kinds = [kind for kind in profile.aliases if rows[alias_column(kind)].null_count() < rows.height]
    entries: list[pl.Expr] = []
    for kind in kinds:
        value = pl.col(alias_column(kind))
        if kind == profile.identify_by:
            value = pl.when(value.ne_missing(pl.col(kind))).then(value)
        entry = pl.struct(kind=pl.lit(kind), value=value)
        entries.append(pl.when(value.is_not_null()).then(entry))
    return _listed(rows, entries, ALIASES_TYPE, ALIASES)


def _contacts(rows: pl.DataFrame, profile: ImportProfile) -> pl.Series:
    """List the contacts that have a phone in calling order, gaps closed."""
    contacts = profile.secondary_contacts
    assert contacts is not None  # noqa: S101  # asked by the caller
    entries: list[pl.Expr] = []
    for number in range(1, contacts.max + 1):
        phone = secondary_phone_column(number)
        if rows[phone].null_count() == rows.height:
            continue
        columns = {name: (secondary_variable_column(number, name), rule) for name, rule in contacts.variables.items()}
        entry = pl.struct(phone=pl.col(phone), attributes=_object(_members(rows, columns)))
        entries.append(pl.when(pl.col(phone).is_not_null()).then(entry))
    return _listed(rows, entries, SECONDARY_CONTACTS_TYPE, SECONDARY_CONTACTS)


def _listed(rows: pl.DataFrame, entries: list[pl.Expr], dtype: pl.List, name: str) -> pl.Series:
    """Gather entries (null for none) into one list per row, null for an empty one."""
    if not entries:
        return pl.repeat(None, rows.height, dtype=dtype, eager=True).alias(name)
    entry = dtype.inner
    some = pl.concat_list(one.cast(entry) for one in entries).list.drop_nulls()
    return rows.select(pl.when(some.list.len() > 0).then(some).cast(dtype).alias(name)).to_series()


def _members(rows: pl.DataFrame, columns: dict[str, tuple[str, FieldRule]]) -> list[pl.Expr]:
    """Return `"name":value` of each column that has any value, null where a row has none."""
    return [
        pl.lit(f"{json.dumps(name, ensure_ascii=False)}:") + type_of(rule).as_json(pl.col(column))
        for name, (column, rule) in columns.items()
        if rows[column].null_count() < rows.height
    ]


def _object(members: list[pl.Expr]) -> pl.Expr:
    """Return a JSON object of the members that are not null, null for none."""
    if not members:
        return _NULL_TEXT
    body = pl.concat_str(members, separator=",", ignore_nulls=True)
    return pl.when(body != "").then(pl.concat_str(pl.lit("{"), body, pl.lit("}")))
