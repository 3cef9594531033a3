"""What a spreadsheet did to a value on its way to us, by name, and the repair where there is one. Finding damage
changes no value: whether a repair is applied is the profile's choice, and made by the caller.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Literal, NamedTuple

import phonenumbers
import polars as pl

from lead_pipeline.normalizing.mojibake import suspect_pattern, ungarbled


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


class _Value(NamedTuple):
    text: str
    kind: Kind
    region: str | None


_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_DECIMAL_TAIL = re.compile(r"(\+?\d{3,})[.,]0+")
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?|\d{1,2}[/.]\d{1,2}[/.](\d{4}|\d{2})( \d{1,2}:\d{2}(:\d{2})?)?"
    r"|\d{1,2}[-. ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*([-. ]\d{2,4})?"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-. ]\d{2,4}",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    "[\u201c\u201d\u201e\u00ab\u2018\u2019\u201a\"'](.+)[\u201c\u201d\u201f\u00bb\u2018\u2019\"']", re.DOTALL
)
_HASHES = re.compile("#{3,}")
_SMART = re.compile("[\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb]")
_STRAIGHT = str.maketrans("\u2018\u2019\u201a\u201c\u201d\u201e\u201f", '\'\'\'""""')

#: Postal codes of digits only, with their length and the zeros that a number would drop (UPU postal addressing S42).
_POSTAL_DIGITS = {"US": 5, "DE": 5, "FR": 5, "IT": 5, "ES": 5, "MX": 5, "PR": 5, "TR": 5, "FI": 5}

#: Only such values are looked at one by one; all others show no trace of damage.
_SUSPECTS = "[eE.,/:\u0080-\uffff]|^[A-Za-z]{3,9}[-. ]\\d|[-. ][A-Za-z]{3}|^\\d{3,15}$|^\\d{4}-\\d{2}-\\d{2}|###"


def find_damage(raw: pl.Series, kind: Kind, region: str | None = None) -> pl.DataFrame:
    """Find spreadsheet damage in a column of texts; of phones, give the ones that could not be normalized.

    Phones of digits only are parsed one by one to see whether a plus or a zero is missing, which takes its time.

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
    distinct = values.unique().drop_nulls()
    suspects = distinct.filter(distinct.str.contains(_SUSPECTS))
    found = [(value, _finding(value, kind, region)) for value in suspects]
    table = pl.DataFrame(
        [(value, finding.damage.value, finding.repair, finding.safe) for value, finding in found if finding],
        schema={"value": pl.String, **DAMAGE_SCHEMA},
        orient="row",
    )
    joined = values.to_frame("value").join(table, on="value", how="left", maintain_order="left")
    return joined.select(*DAMAGE_SCHEMA)


def _finding(text: str, kind: Kind, region: str | None) -> Finding | None:
    garbled = _mojibake(text)  # before whitespace goes: a misread `à` ends with a no-break space
    value = _Value(text.strip(), kind, region)
    if garbled is None and LOST_LETTER in text:
        return Finding(Damage.LETTERS_LOST)
    return garbled or next((finding for rule in _RULES if (finding := rule(value))), None)


def _mojibake(text: str) -> Finding | None:
    if not re.search(suspect_pattern(), text):
        return None
    before = ungarbled(text)
    if before is None:
        return None
    if LOST_LETTER in before.text:
        return Finding(Damage.MOJIBAKE)
    return Finding(Damage.MOJIBAKE, before.text.strip(), before.is_sure)


def _quotes(value: _Value) -> Finding | None:
    text, kind, _ = value
    if not _SMART.search(text):
        return None
    inner = _QUOTED.fullmatch(text)
    if inner is not None and not _SMART.search(inner.group(1)):
        return Finding(Damage.SMART_QUOTES, inner.group(1), True)
    if kind == "text":
        return None  # an apostrophe or a quotation in a name or a note is good typography
    return Finding(Damage.SMART_QUOTES, _SMART.sub("", text) if kind == "phone" else text.translate(_STRAIGHT))


def _not_shown(value: _Value) -> Finding | None:
    """Of phones, emails and dates, which are refused then, a hint says so."""
    text, kind, _ = value
    return Finding(Damage.NOT_SHOWN) if kind in ("text", "postal_code") and _HASHES.fullmatch(text) else None


def _scientific(value: _Value) -> Finding | None:
    """`1.9518761336E+10` has all its digits; `1.95188E+10` could be any of 100,000 numbers."""
    text, kind, _ = value
    found = _SCIENTIFIC.fullmatch(text)
    if found is None or kind in ("text", "email"):
        return None
    digits = found.group(1) + (found.group(2) or "")
    if len(digits) == int(found.group(3)) + 1 and len(digits) >= 7:
        return Finding(Damage.SCIENTIFIC, digits, True)
    return Finding(Damage.PRECISION_LOST)


def _decimal_tail(value: _Value) -> Finding | None:
    text, kind, _ = value
    found = _DECIMAL_TAIL.fullmatch(text)
    if found is None or kind in ("text", "email"):
        return None
    return Finding(Damage.DECIMAL_TAIL, found.group(1), True)


def _date(value: _Value) -> Finding | None:
    text, kind, _ = value
    return Finding(Damage.DATE) if kind == "phone" and _DATE.fullmatch(text) else None


def _zero(value: _Value) -> Finding | None:
    """A number that is none in its country, but is one with a zero before it, and none with a plus."""
    text, kind, region = value
    if not text.isascii() or not text.isdigit() or region is None:
        return None
    if kind == "postal_code":
        length = _POSTAL_DIGITS.get(region)
        return Finding(Damage.ZERO_LOST, "0" + text, True) if length and len(text) == length - 1 else None
    if kind != "phone" or _is_valid(text, region) or not _is_valid("0" + text, region):
        return None
    return Finding(Damage.ZERO_LOST, "0" + text, not _is_valid("+" + text, None))


def _plus(value: _Value) -> Finding | None:
    """Digits that are no number of the country, but are one in the world when a plus stands before them."""
    text, kind, region = value
    if kind != "phone" or not text.isascii() or not text.isdigit():
        return None
    if (region is not None and _is_valid(text, region)) or not _is_valid("+" + text, None):
        return None
    return Finding(Damage.PLUS_LOST, "+" + text, region is not None)


def _is_valid(text: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


_RULES: tuple[Callable[[_Value], Finding | None], ...] = (
    _not_shown,
    _quotes,
    _scientific,
    _decimal_tail,
    _date,
    _zero,
    _plus,
)
