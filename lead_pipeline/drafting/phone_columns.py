"""A phone that a file keeps in several columns: which columns are its area code and its country's calling code."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from lead_pipeline.mapping.header_spelling import spelling_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.mapping.joining import joined_phone, says_calling_code
from lead_pipeline.model.texts.clean_text import clean_text

#: How headers call an area code, as sets of words; words around them (`home`, `1`) do not matter.
_AREA_CODES = tuple(
    frozenset(words.split())
    for words in (
        "area code", "areacode", "area cod", "cod area", "codigo area", "codarea", "area", "cod tel", "codigo tel",
        "prefijo", "prefisso", "prefixo", "prefix", "phone prefix", "ddd", "lada", "clave lada", "vorwahl",
        "ortsvorwahl", "std", "std code", "indicatif", "indicativo", "caracteristica", "netnummer", "kengetal",
        "riktnummer", "retningsnummer", "kierunkowy", "numer kierunkowy", "alan kodu", "city code", "dialling code",
        "dialing code", "korzetszam", "elohivo", "suuntanumero", "κωδικοσ περιοχησ", "код города",
        "市外局番", "区号", "區號", "区碼", "區碼", "지역번호",
    )
)  # fmt: skip
_AROUND = frozenset(
    {"de", "del", "do", "da", "di", "the", "phone", "telephone", "tel", "telefono", "telefone", "telefon"}
    | {"home", "work", "mobile", "office"}
)
_AREA = r"^\W*0?[1-9][0-9]{0,4}(?:[.,]0+)?\W*$"
_NUMBER = r"^[0-9][0-9 .-]{3,10}[0-9]$"
_LEAST_DIGITS = r"(?:[0-9]\D*){5}"
_CALLING = r"^\s*(?:\+|00)?\s*[1-9][0-9]{0,3}(?:[.,]0+)?\s*$"
_MOST = 0.8


class PhoneColumns(NamedTuple):
    """The columns of one phone: codes in order, the number last."""

    columns: tuple[str, ...]

    @property
    def number(self) -> str:
        """Return the column of the number."""
        return self.columns[-1]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the columns of the codes."""
        return self.columns[:-1]

    @property
    def headers(self) -> dict[str, str]:
        """Return what the number's column means behind its codes, where its header alone may mean something else."""
        return {} if meaning_of(self.number).meanings == ("phone",) else {self.number: "phone"}

    def joined(self, sample: pl.DataFrame) -> pl.DataFrame:
        """Return the rows with the whole phone in the column of the number, as an import joins it."""
        cleaned = sample.with_columns(clean_text(sample[column]) for column in self.columns)
        return cleaned.with_columns(joined_phone(self.columns, self.columns))


def phone_columns(columns: Sequence[str], sample: pl.DataFrame) -> PhoneColumns | None:
    """Find the first area code or calling code that has a phone's number behind it; None if each phone is in one."""
    present = [column for column in columns if column in sample.columns]
    areas = [column for column in present if _is_called(column, _AREA_CODES) and _are(sample[column], _AREA)]
    calling = [column for column in present if says_calling_code(column) and _are(sample[column], _CALLING)]
    first = next((column for column in present if column in areas or column in calling), None)
    if first is None:
        return None
    numbers = [column for column in present if _is_number(column) and column not in (*areas, *calling)]
    at = present.index(first)
    number = next((column for column in numbers if present.index(column) > at), next(iter(numbers), None))
    behind = next((column for column in present[at + 1 :] if column not in (*areas, *calling)), None)
    if behind is not None and not meaning_of(behind).meanings and _are(sample[behind], _NUMBER):
        number = behind
    if number is None or not _are(sample[number], _LEAST_DIGITS):
        return None  # without its other part, a number in three columns would be somebody else's
    area = first if first in areas else next((column for column in areas if column != first), None)
    country = first if first in calling else next((column for column in calling if column != first), None)
    return PhoneColumns(tuple(column for column in (country, area, number) if column is not None))


def _is_called(column: str, names: Sequence[frozenset[str]]) -> bool:
    words = frozenset(spelling_of(column).words)
    return words in names or words - _AROUND in names


def _is_number(column: str) -> bool:
    return "phone" in meaning_of(column).meanings and not _is_called(column, _AREA_CODES)


def _are(values: pl.Series, pattern: str) -> bool:
    """Return whether most filled cells are such codes; words for none (`s/d`) do not count."""
    filled = values.filter(values.str.contains("[0-9]").fill_null(value=False)).str.strip_chars()
    share = filled.str.contains(pattern).mean()
    return isinstance(share, float) and share >= _MOST
