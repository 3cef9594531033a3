"""Spelling: text to digits, with a + or without, and an extension.

A spelling is covered when its shape is one of those below, on which the library's reading is plain: it drops what
stands before the first digit or + (`_extract_possible_number`) and behind the last digit or letter, wants three digits
(`_is_viable_phone_number`), and drops punctuation (`_normalize`). `~ * ; ,` and letters between digits can mean more
than one thing to it and are left to it.
"""

from functools import cache
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.frames import split
from lead_pipeline.normalizing.phones.plan.plan_schema import REASON

RAW = pl.col("raw")

_PUNCTUATION = " ().-/[]"
_IN = r" ().\-/\[\]"  # the same, inside a class
_LEAD = r"^[^+\d;\x{FF0B}]*"  # `;` could open a parameter of a tel: URI
_TRAIL = r"[\s.,:;!?'\")>\]]*$"

#: Digits and punctuation, perhaps a +: most of any list.
PLAIN = rf"^[{_IN}]*\+*[0-9{_IN}]*$"
#: The same behind and before text or marks that are no part of the number: `Tel: +1 951 876 1336,`.
LED = rf"{_LEAD}(\+*[0-9{_IN}]*){_TRAIL}"
#: A number and a labelled extension: `951-876-1336 ext. 12`. A slash before an x would open a second number.
EXTENDED = (
    rf"{_LEAD}(\+*[0-9{_IN}]*[0-9().\[\]\-])[ \t,]*"
    r"(?:[eE]?[xX][tT](?:[eE][nN][sS][iI][oO][nN]|[nN])?|[xX#]|[iI][nN][tT])[:.]?[ \t,\-]*([0-9]{1,9})[ .)\]]*$"
)
#: A number that ends in letters, `1-800-FLOWERS`: three or more are keys of a telephone, fewer are dropped.
LETTERED = r"^[^+\d;\x{FF0B}]*(\+*[0-9 ().\-\[\]]*[A-Za-z][A-Za-z ().\-\[\]]*)$"
#: Something that a number could begin with.
NUMERIC = r"[+\d\x{FF0B}]"

_LONGEST_TEXT = 250  # the library refuses longer ones unread
_FEWEST_DIGITS = 3  # two digits can be a number when nothing stands between them; the library may say


class Spelled(NamedTuple):
    """What became of spellings: `row number plus`, of some `row extension`; `row reason`; `row` of the uncovered."""

    numbers: pl.DataFrame
    extensions: pl.DataFrame
    refused: pl.DataFrame
    uncovered: pl.DataFrame


def read_spellings(spellings: pl.DataFrame) -> Spelled:
    """Read the digits of spellings (`row`, `raw`; none blank). Every row comes back once."""
    plain, others = split(spellings, RAW.str.contains(PLAIN) & (RAW.str.len_bytes() <= _LONGEST_TEXT))
    digits = RAW.str.replace_many([*_PUNCTUATION, "+"], [""] * (len(_PUNCTUATION) + 1))
    numbers = plain.select("row", number=digits, plus=RAW.str.contains("+", literal=True))
    numbers, few = split(numbers, pl.col("number").str.len_bytes() >= _FEWEST_DIGITS)
    perhaps, nothing = split(few, pl.col("number").str.len_bytes() == _FEWEST_DIGITS - 1)
    dressed = _read_dressed(others)
    return Spelled(
        pl.concat([numbers, dressed.numbers]),
        dressed.extensions,
        pl.concat([nothing.select("row", reason=_NOT_A_NUMBER), dressed.refused]),
        pl.concat([perhaps.select("row"), dressed.uncovered]),
    )


_NOT_A_NUMBER = pl.lit(Reason.PHONE_NOT_A_NUMBER.value, REASON)


def _read_dressed(spellings: pl.DataFrame) -> Spelled:
    """Read spellings that hold more than digits and punctuation: the few percent with text, letters, extensions."""
    long, spellings = split(spellings, RAW.str.len_chars() > _LONGEST_TEXT)
    numeric, wordless = split(spellings, RAW.str.contains(NUMERIC))
    numeric = _with_ascii(numeric)
    led, others = split(numeric, RAW.str.contains(LED))
    extended, others = split(others, pl.col("as_written").str.contains(EXTENDED))
    lettered, others = split(others, pl.col("as_written").str.contains(LETTERED))
    none = pl.lit(None, pl.String)
    bodies = pl.concat(
        [
            led.select("row", body=RAW.str.extract(LED, 1), extension=none),
            extended.select(
                "row",
                body=pl.col("as_written").str.extract(EXTENDED, 1),
                extension=pl.col("as_written").str.extract(EXTENDED, 2),
            ),
            lettered.select("row", body=pl.col("as_written").str.extract(LETTERED, 1), extension=none),
        ]
    )
    before_letters = pl.col("body").str.extract("^([^A-Za-z]*)", 1)
    bodies, short = split(bodies, before_letters.str.count_matches("[0-9]") >= _FEWEST_DIGITS)
    return Spelled(
        bodies.select("row", number=_digits_of("body"), plus=pl.col("body").str.contains("+", literal=True)),
        bodies.filter(pl.col("extension").is_not_null()).select("row", "extension"),
        wordless.select("row", reason=_NOT_A_NUMBER),
        pl.concat([part.select("row") for part in (long, others, short)]),
    )


def _with_ascii(spellings: pl.DataFrame) -> pl.DataFrame:
    """Write digits and punctuation of other scripts in ASCII; the spelling stays in `as_written`."""
    spellings = spellings.with_columns(as_written=RAW)
    foreign, ascii_only = split(spellings, RAW.str.len_bytes() != RAW.str.len_chars())
    return pl.concat([ascii_only, foreign.with_columns(raw=RAW.str.replace_many(*_as_ascii()))])


def _digits_of(column: str) -> pl.Expr:
    """Return the digits of a number, or, where it holds three letters, the keys they stand on (`_normalize`)."""
    letters = pl.col(column).str.count_matches("[A-Za-z]")
    dialled = pl.when(letters >= 3).then(pl.col(column).str.replace_many(*_as_keys())).otherwise(column)
    return dialled.str.replace_all("[^0-9]", "")


@cache
def _as_keys() -> tuple[list[str], list[str]]:
    """Letters and the keys of a telephone they stand on, ITU-T E.161."""
    keys = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
    pairs = [(letter, key) for key, letters in keys.items() for letter in letters + letters.lower()]
    return [letter for letter, _ in pairs], [key for _, key in pairs]


@cache
def _as_ascii() -> tuple[list[str], list[str]]:
    """Digits of other scripts in common use, punctuation of other widths, each with what the library takes it for."""
    zeros = ("\u0660", "\u06f0", "\u0966", "\uff10")  # Arabic-Indic, Persian, Devanagari, full-width
    digits = {chr(ord(zero) + value): str(value) for zero in zeros for value in range(10)}
    spaces = dict.fromkeys("\u00a0\u00ad\u200b\u2060\u3000", " ")
    dashes = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d", "-")
    others = {"\uff0b": "+", "\uff0e": ".", "\uff0f": "/", "\uff08": "(", "\uff09": ")", "\uff3b": "[", "\uff3d": "]"}
    table = digits | spaces | dashes | others
    return list(table), list(table.values())
