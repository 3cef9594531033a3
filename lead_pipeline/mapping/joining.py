"""A phone that a file keeps in several columns, country code, area code and number, written as one text that reads as
people would dial it. What the number means, and whether it is valid, is not decided here.
"""

from collections.abc import Sequence

import polars as pl

from lead_pipeline.mapping.header_spelling import spelling_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.normalizing.phones.labels import AREA_CODE_MISSING

#: What spreadsheets and people write around the digits of a code: `(0223)`, `223.0`, `="11"`.
_DECIMAL_TAIL = r"[.,]0+\s*$"
_CODE = r"^\D*[0-9]{1,5}\D*$"
#: A number that needs no area code before it: international, or with the zero (and area code) in front, or in full.
_COMPLETE = r"^\W*(\+|00|0[1-9])"
_INTERNATIONAL = r"^\W*(\+|00[1-9])"
_LOCAL_DIGITS, _FULL_DIGITS = 8, 10
#: Words of headers that mean the calling code of a country; all of a phrase must be there.
_CALLED_SO = tuple(
    frozenset(phrase.split())
    for phrase in (
        "calling", "isd", "ddi", "dial code", "landesvorwahl", "landervorwahl", "indicatif pays", "kod kraju",
        "prefisso internazionale", "prefijo internacional", "prefijo pais", "landnummer", "landsnummer", "ulke kodu",
        "код страны", "国番号", "国家区号", "國碼", "국가번호",
    )
)  # fmt: skip


def says_calling_code(header: str) -> bool:
    """Return whether a header means the calling code of a country."""
    words = frozenset(spelling_of(header).words)
    return "dialling_code" in meaning_of(header).meanings or any(phrase <= words for phrase in _CALLED_SO)


def joined_phone(columns: Sequence[str], headers: Sequence[str]) -> pl.Expr:
    """Return the text of each row's phone: `+54 223 4436481`, `(0223) 4436481`, `223 4436481`.

    A row without a number has no phone, whatever its codes; a number that is complete by itself stays as it is. A short
    number without its area code is none: in a loose numbering plan it would be somebody else's.

    Args:
        columns: those to join (String, cleaned), in order: codes first, the number last.
        headers: what they are called in the file. A header that says so, or the first of three, is a calling code.
    """
    *codes, number = columns
    first_calls = len(codes) > 1 or says_calling_code(headers[0])
    country = _calling_code(codes[0]) if first_calls else pl.lit(None, pl.String)
    areas = codes[1:] if first_calls else codes
    said = pl.col(number).str.strip_chars()
    national = _with_area_code(said, areas[0]) if areas else said
    is_plain = country.is_null() | said.str.contains(_INTERNATIONAL)
    full = pl.when(is_plain).then(national).otherwise(pl.concat_str([country, national], separator=" "))
    return pl.when((said != "").fill_null(value=False)).then(full).otherwise(pl.col(number)).alias(number)


def _with_area_code(said: pl.Expr, column: str) -> pl.Expr:
    code, digits = _code(column), said.str.replace_all("[^0-9]", "")
    own = code.str.strip_chars_start("0")
    has_it = digits.str.starts_with(own) & (own != "") & (digits.str.len_chars() >= _FULL_DIGITS)
    is_local = digits.str.len_chars().is_between(1, _LOCAL_DIGITS)
    return (
        pl.when(has_it.fill_null(value=False) | said.str.contains(_COMPLETE))
        .then(said)
        .when(code.is_not_null())
        .then(pl.concat_str([code, said], separator=" "))
        .when(is_local)
        .then(pl.lit(AREA_CODE_MISSING))
        .otherwise(said)
    )


def _code(column: str) -> pl.Expr:
    """Return a code's digits; null where the cell holds none."""
    text = pl.col(column).str.replace(_DECIMAL_TAIL, "")
    return pl.when(text.str.contains(_CODE)).then(text.str.replace_all("[^0-9]", ""))


def _calling_code(column: str) -> pl.Expr:
    return pl.format("+{}", _code(column).str.strip_chars_start("0"))
