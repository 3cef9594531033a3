"""The profile's rules as a pandera schema. Reading its failure cases, and what they do to a row, belongs in rows.py."""

from collections.abc import Callable, Iterator
from functools import cache

import pandera.polars as pa
import polars as pl

from lead_pipeline.model.contracts import canonical_type
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import FieldRule

#: The check on `<field>_reason`: its failure case is itself the code. Every other check is named by its code.
NO_REASON = "no_reason"


@cache
def compile_schema(profile: ImportProfile) -> pa.DataFrameSchema:
    """Return the rules of every field as one schema over a batch of normalized rows.

    Each field has two columns, its canonical value and `<field>_reason` (String). The schema is for `DataFrame`s: of a
    `LazyFrame` pandera checks the schema alone and passes the rows unseen (unionai-oss/pandera#1528).
    """
    columns: dict[str, pa.Column] = {}
    for field, rule in profile.fields.items():
        columns[field] = pa.Column(canonical_type(rule), list(_checks(rule)), nullable=True)
        columns[f"{field}_reason"] = pa.Column(pl.String, [_check(NO_REASON, _is_null, on_null=True)], nullable=True)
    return pa.DataFrameSchema(columns, name=f"rules of {profile.name}")


def missing_reason(rule: FieldRule) -> Reason:
    """Return the code for a required field without a value."""
    return {"phone": Reason.PHONE_MISSING, "email": Reason.EMAIL_MISSING}.get(rule.type, Reason.REQUIRED_MISSING)


def _checks(rule: FieldRule) -> Iterator[pa.Check]:
    """Yield a check for each rule of a field. `on_invalid` is no rule: it says what follows from a broken one."""
    if rule.required:
        yield _check(missing_reason(rule), _is_there, on_null=True)
    if rule.type == "text" and rule.max_length is not None:
        longest = rule.max_length
        yield _check(Reason.VALUE_TOO_LONG, lambda value: pl.col(value).str.len_chars() <= longest)
    if rule.type in ("integer", "decimal"):
        yield from _range_checks(rule.min, rule.max)


def _range_checks(least: float | None, most: float | None) -> Iterator[pa.Check]:
    if least is not None:
        yield _check(Reason.NUMBER_OUT_OF_RANGE, lambda value: pl.col(value) >= least)
    if most is not None:
        yield _check(Reason.NUMBER_OUT_OF_RANGE, lambda value: pl.col(value) <= most)


def _is_null(column: str) -> pl.Expr:
    return pl.col(column).is_null()


def _is_there(field: str) -> pl.Expr:
    """A bad value is null too, with a reason beside it: that is not a missing one."""
    return pl.col(field).is_not_null() | pl.col(f"{field}_reason").is_not_null()


def _check(name: str, holds: Callable[[str], pl.Expr], *, on_null: bool = False) -> pa.Check:
    return pa.Check(lambda data: data.lazyframe.select(holds(data.key)), name=str(name), ignore_na=not on_null)
