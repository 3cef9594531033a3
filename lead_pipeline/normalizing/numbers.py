"""Whole and decimal numbers, column by column: in plain digits, or as people of a locale write them, with units beside
them. Each function gives the canonical value or the reason why there is none.

Without `locale` and `units` a number is ASCII digits with a leading sign and a point. With either, it is read as people
and spreadsheets write it: sign before or behind, brackets around what is negative, units before or behind. Separators
that the locale does not have in that position make it invalid, so that none is misread. What a number cell of a
workbook says is in plain digits under any locale (AS_TYPED).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import DecimalRule, IntegerRule
from lead_pipeline.model.texts.typed_cells import AS_TYPED
from lead_pipeline.normalizing.locales import NumberSymbols, Separators, number_symbols
from lead_pipeline.normalizing.verdicts import RAW, filled_text, read_verdicts, when

_INTEGER = r"^[+-]?[0-9]+$"
_DECIMAL = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$"

#: U+2212 is the minus sign of CLDR in a dozen locales.
_SIGN = "[+\\-\u2212]"
_NEGATIVE = "[-(\u2212]"
#: What is left out of a number of the right form to make plain digits of it; its sign is known by then.
_LEFT_OUT = dict.fromkeys("+-\u2212() \t\u00a0\u202f\u2009\u3000", "")

#: What stands for no cents behind a price in some countries.
_PRICE_ENDINGS = (",-", ",--", ".-", ".--", ",\u2013", ",\u2014", ".\u2013", ".\u2014")

_PLAIN = NumberSymbols((Separators(".", ""),), {}, (3, 3))


class _Form(NamedTuple):
    """How a locale's numbers with units are recognised, and what makes plain digits of one, in this order."""

    before: Mapping[str, str]
    pattern: str
    units: tuple[str, ...]
    within: Mapping[str, str]


def normalize_integers(raw: pl.Series, rule: IntegerRule) -> pl.DataFrame:
    """Read whole numbers. Returns `value`, `reason` (Int64, String), both null for an empty text.

    Raises:
        UsageError: there is no locale of the rule's name.
    """
    digits = _digits(raw, _form(rule.locale, rule.units, whole=True))
    value = pl.col("digits").str.strip_prefix("+").cast(pl.Int64, strict=False)
    return _verdicts(raw, digits, value, _INTEGER)


def normalize_decimals(raw: pl.Series, rule: DecimalRule) -> pl.DataFrame:
    """Read decimals. Returns `value`, `reason` (Float64, String), both null for an empty text.

    Raises:
        UsageError: there is no locale of the rule's name.
    """
    digits = _digits(raw, _form(rule.locale, rule.units, whole=False))
    number = pl.col("digits").str.strip_prefix("+").cast(pl.Float64, strict=False)
    return _verdicts(raw, digits, pl.when(number.is_finite()).then(number), _DECIMAL)


def _verdicts(raw: pl.Series, digits: pl.Series, value: pl.Expr, form: str) -> pl.DataFrame:
    """A value of the right form that the type cannot hold (2^63 and beyond) is out of range, not a bad number."""
    numbers = digits.alias("digits").to_frame()
    is_number = pl.col("digits").str.contains(form).fill_null(value=False)
    known = numbers.select(value=pl.when(is_number).then(value), is_number=is_number)
    reason = (
        pl.when(~pl.col("is_number"))
        .then(pl.lit(Reason.NUMBER_INVALID.value))
        .otherwise(when(pl.col("value").is_null(), Reason.NUMBER_OUT_OF_RANGE))
    )
    return read_verdicts(raw, known, reason)


def _digits(raw: pl.Series, form: _Form | None) -> pl.Series:
    """Return each text as plain digits with a sign and a point, null where it is no number of the form.

    Only what is not written so anyway is looked at; number cells of workbooks are.
    """
    texts = raw.cast(pl.String).rename(RAW).to_frame().select(filled_text()).to_series()
    typed = texts.str.starts_with(AS_TYPED).fill_null(value=False)
    plain = texts.str.strip_prefix(AS_TYPED) if typed.any() else texts
    if form is None:
        return plain.alias("digits")
    others = (~(typed | texts.str.contains(_INTEGER))).arg_true()
    return plain.scatter(others, _plain(texts.gather(others), form)).alias("digits")


def _plain(texts: pl.Series, form: _Form) -> pl.Series:
    """Recognise and rewrite: capturing the parts with the pattern would take twenty times as long as matching it."""
    if form.before:
        texts = texts.str.replace_many(list(form.before), list(form.before.values()))
    number = pl.col("number")
    if form.units:
        number = number.str.replace_many(list(form.units), [""], ascii_case_insensitive=True, leftmost=True)
    digits = number.str.replace_many(list(form.within), list(form.within.values()))
    sign = pl.when(number.str.contains(_NEGATIVE)).then(pl.lit("-")).otherwise(pl.lit(""))
    written = pl.DataFrame({"number": texts}).with_columns(sound=pl.col("number").str.contains(form.pattern))
    return written.select(pl.when("sound").then(pl.concat_str(sign, digits))).to_series()


@cache
def _form(locale: str | None, units: tuple[str, ...], *, whole: bool) -> _Form | None:
    """Return how a number is recognised; None for plain digits.

    Raises:
        UsageError: there is no such locale, or a unit could be part of a number.
    """
    written = sorted({unit.strip() for unit in units} - {""}, key=len, reverse=True)
    if locale is None and not written:
        return None
    symbols = _PLAIN if locale is None else number_symbols(locale)
    for unit in written:
        checked_unit(unit)
    decimals = {one.decimal: "." for one in symbols.separators}
    groups = {sign: "" for one in symbols.separators for sign in one.group}
    return _Form(
        before=symbols.digits,
        pattern=_pattern("|".join(_numbers(symbols, whole=whole)), written),
        units=tuple(dict.fromkeys(spelled for unit in written for spelled in (unit, unit.upper(), unit.lower()))),
        within=_LEFT_OUT | groups | decimals,
    )


def _pattern(number: str, units: list[str]) -> str:
    """Return a pattern for a number with a sign at one of three places or in brackets, and units around it."""
    unit = f"(?i:{'|'.join(map(re.escape, units))})"
    before, behind = (rf"(?:{unit}\s*)?", rf"(?:\s*{unit})?") if units else ("", "")
    alternatives = (
        rf"{_SIGN}?\s*{before}(?:{number}){behind}",
        rf"{before}{_SIGN}\s*(?:{number}){behind}",
        rf"{before}(?:{number}){_SIGN}{behind}",
        rf"{before}\(\s*{before}(?:{number}){behind}\s*\){behind}",
    )
    return rf"^(?:{'|'.join(alternatives)})$"


def _says_something(mark: str) -> bool:
    return mark.isalpha() or mark == "%" or unicodedata.category(mark) in ("Sc", "So")


def checked_unit(unit: str) -> str:
    """Return `unit` unchanged when it can stand beside a number without being taken for a part of it.

    Raises:
        UsageError: it can not.
    """
    if unit.strip() in _PRICE_ENDINGS or any(_says_something(mark) for mark in unit):
        return unit
    raise UsageError(
        f"'{unit}' is not a unit, for it could be part of a number; write a word or a sign such as EUR or $."
    )


def _numbers(symbols: NumberSymbols, *, whole: bool) -> Iterator[str]:
    """Yield a pattern for each way to write a number: those of a numbering system, with and without thousands apart."""
    for separators in symbols.separators:
        decimal = re.escape(separators.decimal)
        sizes = dict.fromkeys((symbols.grouping, (3, 3)))
        sign = f"[{re.escape(separators.group)}]" if separators.group else ""
        grouped = [_grouped(sign, *size) for size in sizes if sign]
        integer = "|".join(("[0-9]+", *grouped))
        yield integer if whole else f"(?:{integer})(?:{decimal}[0-9]+)?|{decimal}[0-9]+"


def _grouped(sign: str, last: int, others: int) -> str:
    """Return digits in groups. The first is no zero: `0.500` is half a unit to whoever wrote it, and never 500."""
    if last == others:
        return f"[1-9][0-9]{{0,{others - 1}}}(?:{sign}[0-9]{{{others}}})+"
    return f"[1-9][0-9]{{0,{others - 1}}}(?:{sign}[0-9]{{{others}}})*{sign}[0-9]{{{last}}}"
