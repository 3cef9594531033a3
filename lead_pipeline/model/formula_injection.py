"""Cells that a spreadsheet would run as a formula, made harmless on the way out and restored on the way back, and how
files of ours are recognised that come back. Reporting does the one and mapping the other, and each must take the other
back exactly: so they are together here.
"""

import re
from collections.abc import Iterable

import polars as pl

from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, WARNED_FILE_COLUMNS

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


def made_restorable(cell: pl.Expr) -> pl.Expr:
    """Do for a text cell of a workbook, which no spreadsheet runs, what `restored` takes back exactly.

    Only a text that would lose an apostrophe of its own gets another one: `=1+1` stays as it is, `'=1+1` does not.
    """
    return pl.when(cell.str.contains(_DISARMED)).then(pl.lit("'") + cell).otherwise(cell)


def made_harmless_text(text: str) -> str:
    """Do for one text, such as a column's header, what `made_harmless` does for a column of them."""
    if _PLAIN_PHONE_TEXT.fullmatch(text) or not re.match(_RISKY, text):
        return text
    return f"'{text}"


def restored_text(text: str) -> str:
    """Do for one text what `restored` does for a column of them."""
    return text[1:] if re.match(_DISARMED, text) else text


def harmless_header(header: str) -> str:
    """Return a header of the original file as it stands in a file of ours.

    A column that is called as one of those that we add behind it gets an apostrophe as well: else it would be taken
    for ours when the file comes back, and its values would be lost.
    """
    return f"'{header}" if _is_called_as_ours(header) else made_harmless_text(header)


def restored_header(header: str) -> str:
    """Take back what `harmless_header` did: for every text, `restored_header(harmless_header(text))` is the text."""
    return header[1:] if header.startswith("'") and _is_called_as_ours(header) else restored_text(header)


def _is_called_as_ours(header: str) -> bool:
    return header.strip().lstrip("'").strip().casefold() in {*REJECTED_FILE_COLUMNS, *WARNED_FILE_COLUMNS}


def is_rejected_file(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of a rejected file of ours, whose cells and headers are to be restored."""
    return {"_row_number", "_reasons"} <= {column.strip() for column in columns}


def is_warned_file(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of a file of ours with rows that were imported with warnings."""
    names = {column.strip() for column in columns}
    return {"_row_number", "_warnings"} <= names and "_reasons" not in names


def is_returning(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of any file of ours, whose cells and headers are to be restored."""
    names = list(columns)
    return is_rejected_file(names) or is_warned_file(names)


def added_columns(columns: Iterable[str]) -> frozenset[str]:
    """Return those of the columns that a file of ours has behind the original ones; of any other file, none."""
    names = list(columns)
    ours = REJECTED_FILE_COLUMNS if is_rejected_file(names) else WARNED_FILE_COLUMNS if is_warned_file(names) else ()
    return frozenset(name for name in names if name.strip() in ours)
