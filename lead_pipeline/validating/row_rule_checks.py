"""Rules about several values of one row, as expressions over a struct of them. What a broken one does to its row does
not belong here.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_

import polars as pl

from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.row_rules import CompareRule, Comparison, OneOfRule, RequiredIfRule, RowRule, TogetherRule
from lead_pipeline.model.rules import FieldRule

#: The column that holds the values of a row that the rules look at, and their reasons.
ROW = "row"

_REASONS: Mapping[str, Reason] = {
    "one_of": Reason.REQUIRED_ONE_OF_MISSING,
    "together": Reason.REQUIRED_TOGETHER_MISSING,
    "required_if": Reason.REQUIRED_IF_MISSING,
    "compare": Reason.VALUE_CONTRADICTORY,
}
_COMPARED: Mapping[Comparison, tuple[Callable[[pl.Expr, pl.Expr], pl.Expr], str]] = {
    "less": (lt, "less than"),
    "less_or_equal": (le, "at most"),
    "equal": (eq, "equal to"),
    "not_equal": (ne, "other than"),
    "greater_or_equal": (ge, "at least"),
    "greater": (gt, "greater than"),
}


def columns_of(profile: ImportProfile) -> tuple[str, ...]:
    """Return the columns of mapped leads that the rules look at."""
    named = (profile.rule_column(name) for rule in profile.row_rules for name in rule.names)
    return tuple(dict.fromkeys(column for column in named if column is not None))


def broken_reason(rule: RowRule) -> Reason:
    """Return the reason of a row that breaks the rule."""
    return _REASONS[rule.rule]


def guidance(rule: RowRule) -> str:
    """Return the sentence about a broken rule: the names of the fields, no values."""
    match rule:
        case OneOfRule():
            return f"One of these is needed: {', '.join(rule.fields)}."
        case TogetherRule():
            return f"All of these are needed, or none: {', '.join(rule.fields)}."
        case RequiredIfRule():
            return f"{rule.field} is needed {'with this' if rule.values else 'beside any'} {rule.when}."
        case CompareRule():
            return f"{rule.field} must be {_COMPARED[rule.is_][1]} {rule.than}."


def holds(rule: RowRule, profile: ImportProfile) -> pl.Expr:
    """Return a Boolean expression over the column `row`: true where the rule holds, or a value is bad by itself."""
    columns = {name: profile.rule_column(name) or name for name in rule.names}
    match rule:
        case OneOfRule():
            return reduce(or_, (_is_there(columns[name]) for name in rule.fields))
        case TogetherRule():
            there = [_is_there(columns[name]) for name in rule.fields]
            return reduce(and_, there) | ~reduce(or_, there)
        case RequiredIfRule():
            demanded = _demands(columns[rule.when], profile.rules[columns[rule.when]], rule.values)
            return ~demanded | _is_there(columns[rule.field])
        case CompareRule():
            compared = _COMPARED[rule.is_][0](_value(columns[rule.field]), _value(columns[rule.than]))
            return compared.fill_null(value=True)


def _value(column: str) -> pl.Expr:
    return pl.col(ROW).struct.field(column)


def _is_there(column: str) -> pl.Expr:
    """A bad value is null with a reason beside it, and not missing."""
    return _value(column).is_not_null() | _value(f"{column}_reason").is_not_null()


def _demands(column: str, rule: FieldRule, values: Iterable[str]) -> pl.Expr:
    """True where the deciding value is there, and one of the values if there are any."""
    value, wanted = _value(column), [one.strip() for one in values]
    if not wanted:
        return value.is_not_null()
    return type_of(rule).equals_any(value, wanted).fill_null(value=False)
