"""Cells that a spreadsheet would run as a formula, made harmless on the way out and restored on the way back.
Reporting does the one and mapping the other, and each must take the other back exactly: so they are together here.
"""

import re
from collections.abc import Iterable

import polars as pl

# OWASP "CSV Injection": a cell is taken for a formula when it starts with = + - @, tab or CR (also their full-width
# forms). Spreadsheets pass over blanks and NUL before them, and line feeds start a cell in some; so all of these count.
# Any number of leading apostrophes counts too: only then is "one apostrophe more" injective, and taken back exactly.
# The class is spelled out because `\s` differs between Python's re and the Rust regex of polars.
_BLANK = r" \t\r\n\x00\x0b\x0c\x85\xa0\u3000\u200b\ufeff"
_SIGN = r"=+\-@\uFF1D\uFF0B\uFF0D\uFF20"
_FORMULA = rf"(?:[{_BLANK}]*[{_SIGN}]|[\t\r\n\x00])"
_RISKY = rf"\A'*{_FORMULA}"
_DISARMED = rf"\A''*{_FORMULA}"

#: A plain number in E.164 can be no formula with an effect, and has to come back as it went out.
_PLAIN_PHONE = r"\A\+[0-9]{7,15}\z"
_PLAIN_PHONE_TEXT = re.compile(r"\+[0-9]{7,15}")


def made_harmless(cell: pl.Expr) -> pl.Expr:
    """Put an apostrophe before each text that a spreadsheet would run; a plain `+19518761336` stays as it is.

    Takes and returns String; nulls stay null. `restored` takes exactly that back.
    """
    harmless = ~cell.str.contains(_RISKY) | cell.str.contains(_PLAIN_PHONE)
    return pl.when(harmless).then(cell).otherwise(pl.lit("'") + cell)


def restored(cell: pl.Expr) -> pl.Expr:
    """Take back what `made_harmless` did: for every text, `restored(made_harmless(text))` is the text."""
    return pl.when(cell.str.contains(_DISARMED)).then(cell.str.slice(1)).otherwise(cell)


def made_harmless_text(text: str) -> str:
    """Do for one text, such as a column's header, what `made_harmless` does for a column of them."""
    if _PLAIN_PHONE_TEXT.fullmatch(text) or not re.match(_RISKY, text):
        return text
    return f"'{text}"


def restored_text(text: str) -> str:
    """Do for one text what `restored` does for a column of them."""
    return text[1:] if re.match(_DISARMED, text) else text


def is_rejected_file(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of a rejected file of ours, whose cells and headers are to be restored."""
    return {"_row_number", "_reasons"} <= {column.strip() for column in columns}
