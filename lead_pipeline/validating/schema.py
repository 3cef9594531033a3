"""The profile's limits as pandera schemas, one of the columns and one of the rows; each check is named by the reason it
gives. What a failure case does to its row does not belong here.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import assert_never

import pandera.polars as pa
import polars as pl

from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.limits import AtLeast, AtMost, Limit, Matches, MaxItemLength, MaxLength, MinLength, OneOf
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import FieldRule
from lead_pipeline.model.texts.regular_expressions import whole
from lead_pipeline.validating.row_rule_checks import ROW, broken_reason, holds


@cache
def compile_schema(profile: ImportProfile) -> pa.DataFrameSchema:
    """Return the limits of every column as one schema over a batch of normalized rows.

    Each rule has two columns, the canonical value and `<column>_reason` (String). The schema is for `DataFrame`s: of a
    `LazyFrame` pandera checks the schema alone and passes the rows unseen (unionai-oss/pandera#1528).
    """
    return schema_of(profile, tuple(profile.rules))


@lru_cache(maxsize=128)
def schema_of(profile: ImportProfile, names: tuple[str, ...]) -> pa.DataFrameSchema:
    """Return the limits of some of the columns: those that have no value in a batch need not be looked at."""
    return rules_schema({name: profile.rules[name] for name in names}, profile)


def rules_schema(rules: Mapping[str, FieldRule], profile: ImportProfile) -> pa.DataFrameSchema:
    """Return the limits that these rules set to columns of `profile`."""
    columns: dict[str, pa.Column] = {}
    for name, rule in rules.items():
        columns[name] = pa.Column(type_of(rule).dtype, list(_checks(profile, name, rule)), nullable=True)
        columns[f"{name}_reason"] = pa.Column(pl.String, nullable=True)
    return pa.DataFrameSchema(columns, name=f"rules of {profile.name}")


@cache
def compile_row_schema(profile: ImportProfile) -> pa.DataFrameSchema:
    """Return `row_rules` as checks of a whole frame, each named `<its index in the profile>:<the code it gives>`.

    The frame has one column, `row`: a struct of the values and reasons that the rules look at. Of several columns
    pandera 0.35 makes its failure cases row by row in Python (pandera/backends/polars/base.py, `rows(named=True)`).
    """
    checks = [
        pa.Check(partial(_selected, holds(rule, profile)), name=f"{index}:{broken_reason(rule)}", ignore_na=False)
        for index, rule in enumerate(profile.row_rules)
    ]
    return pa.DataFrameSchema({ROW: pa.Column(nullable=True)}, checks=checks, name=f"row rules of {profile.name}")


def _checks(profile: ImportProfile, name: str, rule: FieldRule) -> Iterator[pa.Check]:
    """Yield a check for each limit of a column; each passes what an earlier one fails, so that a value has one reason.

    `on_invalid` is no limit: it says what follows from a broken one.
    """
    value = pl.col(name)
    if rule.required:
        reason = profile.missing_reason(name, rule)
        # a value that cannot be read is null too, with a reason beside it: that is not a missing one
        yield _check(reason, value.is_not_null() | pl.col(f"{name}_reason").is_not_null(), on_null=True)
    earlier: pl.Expr | None = None
    for limit in type_of(rule).limits(rule):
        kept = _keeps(limit, value)
        yield _check(limit.reason, kept if earlier is None else ~earlier | kept)
        earlier = kept if earlier is None else earlier & kept


def _keeps(limit: Limit, value: pl.Expr) -> pl.Expr:  # one return for each kind of limit
    match limit:
        case AtLeast():
            return value >= pl.lit(limit.bound)
        case AtMost():
            return value <= pl.lit(limit.bound)
        case MinLength():
            return value.str.len_chars() >= limit.length
        case MaxLength():
            return value.str.len_chars() <= limit.length
        case MaxItemLength():
            return value.list.eval(pl.element().str.len_chars() <= limit.length).list.all()
        case Matches():
            return value.str.contains(whole(limit.pattern))
        case OneOf():
            return value.is_in(list(limit.options))
        case _:
            assert_never(limit)


def _selected(expression: pl.Expr, data: pa.PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(expression)


def _check(name: str, holds: pl.Expr, *, on_null: bool = False) -> pa.Check:
    return pa.Check(partial(_selected, holds), name=str(name), ignore_na=not on_null)
