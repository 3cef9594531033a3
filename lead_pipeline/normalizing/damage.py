"""What a spreadsheet did to a value on its way to us, by name, and the repair where there is one. Finding damage
changes no value: whether a repair is applied is the profile's choice, and made by the caller.

What can be told by the look of a value is told of whole columns; only texts with letters beyond ASCII are looked at one
by one.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Literal, NamedTuple

import polars as pl

from lead_pipeline.normalizing.mojibake import suspect_pattern, ungarbled
from lead_pipeline.normalizing.phones.normalizer import normalize_phones


class Damage(StrEnum):
    """The kinds of damage, each as it is named to people."""

    SCIENTIFIC = "scientific notation"
    PRECISION_LOST = "scientific notation with digits lost"
    DECIMAL_TAIL = "decimal tail"
    DATE = "phone turned into a date"
    PLUS_LOST = "leading plus lost"
    ZERO_LOST = "leading zero lost"
    SMART_QUOTES = "typographic quotes"
    MOJIBAKE = "text decoded with the wrong encoding"
    LETTERS_LOST = "text that lost letters (U+FFFD stands for them)"
    NOT_SHOWN = "the ### of a spreadsheet whose column was too narrow to show the value"


#: What a column holds, as far as damage to it is concerned.
Kind = Literal["phone", "email", "postal_code", "identifier", "text"]

DAMAGE_SCHEMA: dict[str, type[pl.DataType]] = {"damage": pl.String, "repair": pl.String, "safe": pl.Boolean}


#: Stands for a letter that was lost when a text was decoded, by us or by whoever wrote the file.
LOST_LETTER = "\ufffd"


class Finding(NamedTuple):
    """One damaged value: what happened, the value as it probably was, and whether nothing else it could have been."""

    damage: Damage
    repair: str | None = None
    safe: bool = False


_TEXT = pl.col("text")

_SCIENTIFIC = r"^\+?([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})$"
_DECIMAL_TAIL = r"^(\+?[0-9]{3,})[.,]0+$"
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DATE = (
    r"(?i)^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
    r"|[0-9]{1,2}[/.][0-9]{1,2}[/.](?:[0-9]{4}|[0-9]{2})(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
    rf"|[0-9]{{1,2}}[-. ]{_MONTHS}[a-z]*(?:[-. ][0-9]{{2,4}})?|{_MONTHS}[a-z]*[-. ][0-9]{{2,4}})$"
)
_HASHES = "^#{3,}$"
_DIGITS = "^[0-9]+$"

_QUOTED = re.compile(
    "[\u201c\u201d\u201e\u00ab\u2018\u2019\u201a\"'](.+)[\u201c\u201d\u201f\u00bb\u2018\u2019\"']", re.DOTALL
)
_SMART = re.compile("[\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb]")
_STRAIGHT = str.maketrans("\u2018\u2019\u201a\u201c\u201d\u201e\u201f", '\'\'\'""""')

#: Postal codes of digits only, with their length and the zeros that a number would drop (UPU postal addressing S42).
_POSTAL_DIGITS = {"US": 5, "DE": 5, "FR": 5, "IT": 5, "ES": 5, "MX": 5, "PR": 5, "TR": 5, "FI": 5}

#: What a number in scientific notation has at least, that names something.
_FEWEST_DIGITS = 7

_BEYOND_ASCII = r"[^\x00-\x7f]"


def find_damage(raw: pl.Series, kind: Kind, region: str | None = None) -> pl.DataFrame:
    """Find spreadsheet damage in a column of texts; of phones, give the ones that could not be normalized.

    Args:
        raw: String, any length; null is no damage.
        kind: what the column holds; a date is damage only in a column of phones, `.0` only where digits name something.
        region: ISO code of the country assumed for numbers written without +, and for postal codes.

    Returns:
        One row per value, in order: `damage` (a value of Damage, null for none), `repair` (the value as it was before,
        null when that cannot be known), `safe` (true when there is one repair and nothing else it could be, so that a
        profile with `repair: safe` may have it applied).
    """
    values = raw.cast(pl.String)
    distinct = values.unique().drop_nulls().to_frame("value")
    table = pl.concat(
        [_told_by_letters(distinct, kind), *_told_by_look(distinct.with_columns(text=_trimmed()), kind, region)]
    ).unique("value", keep="first", maintain_order=True)
    joined = values.to_frame("value").join(table, on="value", how="left", maintain_order="left")
    return joined.select(*DAMAGE_SCHEMA)


def _trimmed() -> pl.Expr:
    return pl.col("value").str.strip_chars()


def _told_by_look(texts: pl.DataFrame, kind: Kind, region: str | None) -> Iterator[pl.DataFrame]:
    """Yield what is told by the look of values: `value` and what `find_damage` gives."""
    if kind in ("text", "postal_code"):  # of phones, emails and dates, which are refused then, a hint says so
        yield _found(texts.filter(_TEXT.str.contains(_HASHES)), Damage.NOT_SHOWN)
    if kind not in ("text", "email"):
        yield from _scientific(texts.filter(_TEXT.str.contains(_SCIENTIFIC)))
        tails = texts.filter(_TEXT.str.contains(_DECIMAL_TAIL))
        yield _found(tails, Damage.DECIMAL_TAIL, _TEXT.str.extract(_DECIMAL_TAIL, 1), safe=pl.lit(value=True))
    if kind == "phone":
        yield _found(texts.filter(_TEXT.str.contains(_DATE)), Damage.DATE)
        yield from _digits_lost(texts.filter(_TEXT.str.contains(_DIGITS)), region)
    if kind == "postal_code" and region in _POSTAL_DIGITS:
        short = texts.filter(_TEXT.str.contains(rf"^[0-9]{{{_POSTAL_DIGITS[region] - 1}}}$"))
        yield _found(short, Damage.ZERO_LOST, pl.lit("0") + _TEXT, safe=pl.lit(value=True))


_NO_REPAIR, _NOT_SAFE = pl.lit(None, pl.String), pl.lit(value=False)


def _found(
    texts: pl.DataFrame, damage: Damage, repair: pl.Expr = _NO_REPAIR, safe: pl.Expr = _NOT_SAFE
) -> pl.DataFrame:
    return texts.select("value", damage=pl.lit(damage.value), repair=repair, safe=safe)


def _scientific(texts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """`1.9518761336E+10` has all its digits; `1.95188E+10` could be any of 100,000 numbers."""
    digits = _TEXT.str.extract(_SCIENTIFIC, 1) + _TEXT.str.extract(_SCIENTIFIC, 2).fill_null("")
    exponent = _TEXT.str.extract(_SCIENTIFIC, 3).cast(pl.UInt32)
    spelled = texts.with_columns(digits=digits)
    length = pl.col("digits").str.len_chars()
    whole = spelled.filter((length == exponent + 1) & (length >= _FEWEST_DIGITS))
    yield _found(whole, Damage.SCIENTIFIC, pl.col("digits"), safe=pl.lit(value=True))
    yield _found(spelled.join(whole, on="value", how="anti"), Damage.PRECISION_LOST)


def _digits_lost(texts: pl.DataFrame, region: str | None) -> Iterator[pl.DataFrame]:
    """Numbers that are none in their country, but are with a zero before them; or in the world, with a plus."""
    candidates = texts.filter(_TEXT.str.len_chars().is_between(3, 15))  # E.164 has 15 digits at most
    prefixes = {"with_zero": "0", "with_plus": "+"} if region is not None else {"with_plus": "+"}
    valid = normalize_phones(pl.concat([prefix + candidates["text"] for prefix in prefixes.values()]), region)["valid"]
    told = {name: valid.slice(place * candidates.height, candidates.height) for place, name in enumerate(prefixes)}
    nothing = pl.repeat(value=False, n=candidates.height, dtype=pl.Boolean, eager=True)
    found = candidates.with_columns(told.get(name, nothing).alias(name) for name in ("with_zero", "with_plus"))
    found = found.filter(pl.col("with_zero") | pl.col("with_plus"))
    if region is not None:  # without one, digits alone are no number anyway
        found = found.filter(~normalize_phones(found["text"], region)["valid"])
    with_zero = found.filter("with_zero")
    yield _found(with_zero, Damage.ZERO_LOST, pl.lit("0") + _TEXT, safe=~pl.col("with_plus"))
    with_plus = found.filter("with_plus")
    yield _found(with_plus, Damage.PLUS_LOST, pl.lit("+") + _TEXT, safe=pl.lit(region is not None))


def _told_by_letters(distinct: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Return what letters beyond ASCII tell, value by value: `value` and what `find_damage` gives."""
    letters = distinct.filter(pl.col("value").str.contains(_BEYOND_ASCII))["value"]
    found = [(value, _of_letters(value, kind)) for value in letters]
    return pl.DataFrame(
        [(value, finding.damage.value, finding.repair, finding.safe) for value, finding in found if finding],
        schema={"value": pl.String, **DAMAGE_SCHEMA},
        orient="row",
    )


def _of_letters(text: str, kind: Kind) -> Finding | None:
    garbled = _mojibake(text)  # before whitespace goes: a misread `à` ends with a no-break space
    if garbled is None and LOST_LETTER in text:
        return Finding(Damage.LETTERS_LOST)
    return garbled or _quotes(text.strip(), kind)


def _mojibake(text: str) -> Finding | None:
    if not re.search(suspect_pattern(), text):
        return None
    before = ungarbled(text)
    if before is None:
        return None
    if LOST_LETTER in before.text:
        return Finding(Damage.MOJIBAKE)
    return Finding(Damage.MOJIBAKE, before.text.strip(), before.is_sure)


def _quotes(text: str, kind: Kind) -> Finding | None:
    if not _SMART.search(text):
        return None
    inner = _QUOTED.fullmatch(text)
    if inner is not None and not _SMART.search(inner.group(1)):
        return Finding(Damage.SMART_QUOTES, inner.group(1), True)
    if kind == "text":
        return None  # an apostrophe or a quotation in a name or a note is good typography
    return Finding(Damage.SMART_QUOTES, _SMART.sub("", text) if kind == "phone" else text.translate(_STRAIGHT))
