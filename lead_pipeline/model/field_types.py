"""What there is to know of each type that a field can have: one object per type, from which all rooms take it.

How texts are read into values of the type belongs in normalizing. A new type is a rule class, an object here and a
parser there; the other rooms have nothing to add.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

import polars as pl

from lead_pipeline.model.limits import Limit, Matches, MaxItemLength, MaxLength, MinLength, OneOf, between
from lead_pipeline.model.reason_codes import Reason
from lead_pipeline.model.rules import (
    BooleanRule,
    DateRule,
    DatetimeRule,
    DecimalRule,
    EmailRule,
    FieldRule,
    IntegerRule,
    OptionRule,
    PhoneRule,
    TagsRule,
    TextRule,
    in_utc,
)

RuleT = TypeVar("RuleT")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType(Generic[RuleT]):
    """One type of field. Expressions take the canonical value, null where there is none, and leave null null.

    Attributes:
        rule: the class of the rules of this type; its `type` is the name that profiles use.
        dtype: of the canonical values.
        missing: the reason of a row that lacks a required value, unless the value identifies somebody.
        limits: yields what a rule holds canonical values to, in the order in which a value is reported for the
            first that it breaks.
        as_json: makes JSON of the value, as a text.
        as_text: writes a value as rules about rows name it.
        equals_any: whether the value is one of these texts, as rules about rows name values: case-insensitive.
        aliases: further texts that `equals_any` understands.
        comparable: what the type can be compared with: types with the same word here; None for nothing.
        only_of_own_field: whether a standard field of another name cannot have the type, for lack of a column for it.
        written_in_ways: whether files write one value in several ways, so that a rule has keys for the spelling.
        examples: texts that a rule reads, for sample files; the limits of text, ranges and spellings are not minded.
    """

    rule: type[RuleT]
    dtype: pl.DataType
    missing: Reason
    limits: Callable[[RuleT], Iterable[Limit]]
    as_json: Callable[[pl.Expr], pl.Expr]
    as_text: Callable[[Any], str]
    equals_any: Callable[[pl.Expr, Sequence[str]], pl.Expr]
    aliases: frozenset[str]
    comparable: str | None
    only_of_own_field: bool
    written_in_ways: bool
    examples: Callable[[RuleT], Iterable[str]]

    @property
    def is_number(self) -> bool:
        """Return whether the values are numbers."""
        return self.comparable == _NUMBER


_NUMBER = "number"
_TEXT = "text"
_YES = ("true", "yes", "y", "1")
_NO = ("false", "no", "n", "0")


def _no_limits(_rule: object) -> tuple[Limit, ...]:
    return ()


def _bare(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.String)


def _encoded(value: pl.Expr) -> pl.Expr:
    """Return texts quoted and lists as arrays; polars encodes structs alone, so the value is cut out of one."""
    whole = pl.struct(value.alias("v")).struct.json_encode()
    return pl.when(value.is_not_null()).then(whole.str.slice(5).str.head(-1))


def _is_text(value: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    return value.cast(pl.String).str.to_lowercase().is_in([text.lower() for text in texts])


def _is_number(value: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    return value.cast(pl.Float64).is_in([number for text in texts if (number := plain_number(text)) is not None])


def plain_number(text: str) -> float | None:
    """Return the number that a profile writes in plain digits, None for any other text."""
    try:
        return float(text)
    except ValueError:
        return None


def _is_yes_or_no(value: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    """Words that are no yes mean no."""
    return reduce(or_, (value == (text.lower() in _YES) for text in texts))


def _is_moment(value: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    return value.dt.strftime("%Y-%m-%dt%H:%M:%S%.fz").is_in([text.lower() for text in texts])


def _has_tag(value: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    tags = value.list.eval(pl.element().str.to_lowercase())
    return reduce(or_, (tags.list.contains(text.lower()) for text in texts))


def _text_limits(rule: TextRule) -> Iterator[Limit]:
    if rule.min_length is not None:
        yield MinLength(rule.min_length)
    if rule.max_length is not None:
        yield MaxLength(rule.max_length)
    if rule.pattern is not None:
        yield Matches(rule.pattern)


def _number_limits(rule: IntegerRule | DecimalRule) -> Iterator[Limit]:
    return between(rule.min, rule.max, Reason.NUMBER_OUT_OF_RANGE)


def _option_limits(rule: OptionRule) -> Iterator[Limit]:
    if rule.others == "reject":
        yield OneOf((*rule.options, *rule.value_map.values()))


def _tag_limits(rule: TagsRule) -> Iterator[Limit]:
    if rule.max_length is not None:
        yield MaxItemLength(rule.max_length)


def _moment_text(moment: object) -> str:
    return str(pl.Series([moment]).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ").item())


PHONE = FieldType(
    rule=PhoneRule,
    dtype=pl.String(),
    missing=Reason.PHONE_MISSING,
    limits=_no_limits,
    as_json=_encoded,
    as_text=str,
    equals_any=_is_text,
    aliases=frozenset(),
    comparable="phone",
    only_of_own_field=True,
    written_in_ways=False,
    examples=lambda _rule: ("+12015550123",),
)
EMAIL = FieldType(
    rule=EmailRule,
    dtype=pl.String(),
    missing=Reason.EMAIL_MISSING,
    limits=_no_limits,
    as_json=_encoded,
    as_text=str,
    equals_any=_is_text,
    aliases=frozenset(),
    comparable="email",
    only_of_own_field=True,
    written_in_ways=False,
    examples=lambda _rule: ("ana.silva@example.com",),
)
TEXT = FieldType(
    rule=TextRule,
    dtype=pl.String(),
    missing=Reason.REQUIRED_MISSING,
    limits=_text_limits,
    as_json=_encoded,
    as_text=str,
    equals_any=_is_text,
    aliases=frozenset(),
    comparable=_TEXT,
    only_of_own_field=False,
    written_in_ways=False,
    examples=lambda _rule: ("text",),
)
INTEGER = FieldType(
    rule=IntegerRule,
    dtype=pl.Int64(),
    missing=Reason.REQUIRED_MISSING,
    limits=_number_limits,
    as_json=_bare,
    as_text=str,
    equals_any=_is_number,
    aliases=frozenset(),
    comparable=_NUMBER,
    only_of_own_field=False,
    written_in_ways=True,
    examples=lambda _rule: ("48",),
)
DECIMAL = FieldType(
    rule=DecimalRule,
    dtype=pl.Float64(),
    missing=Reason.REQUIRED_MISSING,
    limits=_number_limits,
    as_json=_bare,
    as_text=str,
    equals_any=_is_number,
    aliases=frozenset(),
    comparable=_NUMBER,
    only_of_own_field=False,
    written_in_ways=True,
    examples=lambda _rule: ("12",),
)
BOOLEAN = FieldType(
    rule=BooleanRule,
    dtype=pl.Boolean(),
    missing=Reason.REQUIRED_MISSING,
    limits=_no_limits,
    as_json=_bare,
    as_text=lambda value: "true" if value else "false",
    equals_any=_is_yes_or_no,
    aliases=frozenset((*_YES, *_NO)),
    comparable="boolean",
    only_of_own_field=False,
    written_in_ways=True,
    examples=lambda rule: (*rule.true_words[:1], *rule.false_words[:1], "yes", "no"),
)
OPTION = FieldType(
    rule=OptionRule,
    dtype=pl.String(),
    missing=Reason.REQUIRED_MISSING,
    limits=_option_limits,
    as_json=_encoded,
    as_text=str,
    equals_any=_is_text,
    aliases=frozenset(),
    comparable="option",
    only_of_own_field=False,
    written_in_ways=True,
    examples=lambda rule: (*rule.options, *rule.value_map),
)
DATE = FieldType(
    rule=DateRule,
    dtype=pl.Date(),
    missing=Reason.REQUIRED_MISSING,
    limits=lambda rule: between(rule.min, rule.max, Reason.DATE_OUT_OF_RANGE),
    as_json=lambda value: value.dt.strftime('"%Y-%m-%d"'),
    as_text=str,
    equals_any=_is_text,
    aliases=frozenset(),
    comparable="date",
    only_of_own_field=False,
    written_in_ways=True,
    examples=lambda _rule: ("2026-03-14",),
)
DATETIME = FieldType(
    rule=DatetimeRule,
    dtype=pl.Datetime("us", "UTC"),
    missing=Reason.REQUIRED_MISSING,
    limits=lambda rule: between(in_utc(rule.min), in_utc(rule.max), Reason.DATE_OUT_OF_RANGE),
    as_json=lambda value: value.dt.strftime('"%Y-%m-%dT%H:%M:%S%.fZ"'),
    as_text=_moment_text,
    equals_any=_is_moment,
    aliases=frozenset(),
    comparable="datetime",
    only_of_own_field=False,
    written_in_ways=True,
    examples=lambda _rule: ("2026-03-14T09:30:00Z",),
)
TAGS = FieldType(
    rule=TagsRule,
    dtype=pl.List(pl.String),
    missing=Reason.REQUIRED_MISSING,
    limits=_tag_limits,
    as_json=_encoded,
    as_text=", ".join,
    equals_any=_has_tag,
    aliases=frozenset(),
    comparable=None,
    only_of_own_field=True,
    written_in_ways=False,
    examples=lambda _rule: ("new",),
)

FIELD_TYPES: tuple[FieldType[Any], ...] = (
    PHONE, EMAIL, TEXT, INTEGER, DECIMAL, BOOLEAN, OPTION, DATE, DATETIME, TAGS
)  # fmt: skip
_BY_RULE: Mapping[type, FieldType[Any]] = {one.rule: one for one in FIELD_TYPES}

#: Every reason that says of a value that it is missing; none of them can be blanked away.
MISSING = tuple(
    dict.fromkeys((*(one.missing for one in FIELD_TYPES), Reason.IDENTIFIER_MISSING, Reason.CONSENT_MISSING))
)


def type_of(rule: FieldRule) -> FieldType[Any]:
    """Return the type that a rule is for."""
    return _BY_RULE[type(rule)]
