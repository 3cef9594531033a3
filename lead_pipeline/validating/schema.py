"""The profile's rules as pandera schemas, one of the columns and one of the rows. Reading their failure cases, and what
they do to a row, belongs in rows.py; how a rule about several values reads as an expression, in row_rules.py.
"""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial

import pandera.polars as pa
import polars as pl

from lead_pipeline.model.contracts import canonical_type
from lead_pipeline.model.missing_values import missing_reason
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import FieldRule, in_utc
from lead_pipeline.validating.row_rule_checks import ROW, broken_reason, holds

#: The check on `<column>_reason`: its failure case is itself the code. Every other check is named by its code.
NO_REASON = "no_reason"


@cache
def compile_schema(profile: ImportProfile) -> pa.DataFrameSchema:
    """Return the rules of every column as one schema over a batch of normalized rows.

    Each rule has two columns, the canonical value and `<column>_reason` (String). The schema is for `DataFrame`s: of a
    `LazyFrame` pandera checks the schema alone and passes the rows unseen (unionai-oss/pandera#1528).
    """
    return schema_of(profile, tuple(profile.rules))


@lru_cache(maxsize=128)
def schema_of(profile: ImportProfile, names: tuple[str, ...]) -> pa.DataFrameSchema:
    """Return the rules of some of the columns: those that have no value in a batch need not be looked at."""
    columns: dict[str, pa.Column] = {}
    for name, rule in profile.rules.items():
        if name not in names:
            continue
        columns[name] = pa.Column(canonical_type(rule), list(_checks(profile, name, rule)), nullable=True)
        columns[f"{name}_reason"] = pa.Column(pl.String, [_check(NO_REASON, _is_null, on_null=True)], nullable=True)
    return pa.DataFrameSchema(columns, name=f"rules of {profile.name}")


@cache
def compile_row_schema(profile: ImportProfile) -> pa.DataFrameSchema:
    """Return `row_rules` as checks of a whole frame, each named `<its place in the profile>:<the code it gives>`.

    The frame has one column, `row`: a struct of the values and reasons that the rules look at. Of several columns
    pandera 0.35 makes its failure cases row by row in Python (pandera/backends/polars/base.py, `rows(named=True)`).
    """
    checks = [
        pa.Check(partial(_selected, holds(rule, profile)), name=f"{place}:{broken_reason(rule)}", ignore_na=False)
        for place, rule in enumerate(profile.row_rules)
    ]
    return pa.DataFrameSchema({ROW: pa.Column(nullable=True)}, checks=checks, name=f"row rules of {profile.name}")


def _checks(profile: ImportProfile, name: str, rule: FieldRule) -> Iterator[pa.Check]:
    """Yield a check for each rule of a column. `on_invalid` is no rule: it says what follows from a broken one."""
    if rule.required:
        yield _check(missing_reason(profile, name, rule), _is_there, on_null=True)
    match rule.type:
        case "text":
            yield from _text_checks(rule.min_length, rule.max_length, rule.pattern)
        case "integer" | "decimal":
            yield from _range_checks(rule.min, rule.max, Reason.NUMBER_OUT_OF_RANGE)
        case "date":
            yield from _range_checks(rule.min, rule.max, Reason.DATE_OUT_OF_RANGE)
        case "datetime":
            yield from _range_checks(in_utc(rule.min), in_utc(rule.max), Reason.DATE_OUT_OF_RANGE)
        case "option" if rule.others == "reject":
            options = [*rule.options, *rule.value_map.values()]
            yield _check(Reason.OPTION_INVALID, lambda value: pl.col(value).is_in(options))
        case "tags" if rule.max_length is not None:
            yield _check(Reason.VALUE_TOO_LONG, partial(_tags_are_short, rule.max_length))
        case _:
            return


def _text_checks(shortest: int | None, longest: int | None, pattern: str | None) -> Iterator[pa.Check]:
    if shortest is not None:
        yield _check(Reason.VALUE_TOO_SHORT, lambda value: pl.col(value).str.len_chars() >= shortest)
    if longest is not None:
        yield _check(Reason.VALUE_TOO_LONG, lambda value: pl.col(value).str.len_chars() <= longest)
    if pattern is not None:
        yield _check(Reason.VALUE_PATTERN_MISMATCH, lambda value: pl.col(value).str.contains(rf"\A(?:{pattern})\z"))


def _range_checks(least: object, most: object, reason: Reason) -> Iterator[pa.Check]:
    if least is not None:
        yield _check(reason, lambda value: pl.col(value) >= pl.lit(least))
    if most is not None:
        yield _check(reason, lambda value: pl.col(value) <= pl.lit(most))


def _selected(expression: pl.Expr, data: pa.PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(expression)


def _tags_are_short(longest: int, column: str) -> pl.Expr:
    return pl.col(column).list.eval(pl.element().str.len_chars() <= longest).list.all()


def _is_null(column: str) -> pl.Expr:
    return pl.col(column).is_null()


def _is_there(field: str) -> pl.Expr:
    """A bad value is null too, with a reason beside it: that is not a missing one."""
    return pl.col(field).is_not_null() | pl.col(f"{field}_reason").is_not_null()


def _check(name: str, holds: Callable[[str], pl.Expr], *, on_null: bool = False) -> pa.Check:
    return pa.Check(lambda data: data.lazyframe.select(holds(data.key)), name=str(name), ignore_na=not on_null)
