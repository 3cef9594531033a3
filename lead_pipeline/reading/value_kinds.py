"""What a text looks like: number, date, email, phone ... A guess for detection and previews, never a verdict on whether
a value is good.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal

Look = Literal["empty", "email", "url", "date", "time", "phone", "number", "boolean", "text"]

_NUMBER = re.compile(r"[-+]?[$£€¥]?\s?(\d{1,3}([., ]\d{3})+|\d+)([.,]\d+)?([eE][-+]?\d+)?\s?[%$£€¥]?")
_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]+")
_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4})"
    r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?([AaPp][Mm]|Z|[-+]\d{2}:?\d{2})?)?"
)
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?([AaPp][Mm])?")
_PHONE = re.compile(r"(\+|00)\d[\d\s().\-/]{5,20}|\(?\d{2,4}\)?[\s.\-/]\d[\d\s.\-/]{4,14}\d(\s?(x|ext\.?)\s?\d+)?")
_BOOLEAN = frozenset({"true", "false", "yes", "no", "y", "n"})

_FULL_MATCHES: tuple[tuple[Look, re.Pattern[str]], ...] = (
    ("date", _DATE),
    ("time", _TIME),
    ("number", _NUMBER),
    ("phone", _PHONE),
    ("email", _EMAIL),
    ("url", _URL),
)

#: Longer texts look like text without being looked at.
_LONGEST = 80
_PHONE_DIGITS = range(10, 16)


def look_of(text: str) -> Look:
    """Return what one cell looks like."""
    value = text.strip()
    if not value:
        return "empty"
    if len(value) > _LONGEST:
        return "url" if _URL.fullmatch(value) else "text"
    for look, pattern in _FULL_MATCHES:
        if pattern.fullmatch(value):
            digits = value.removeprefix("+")
            return "phone" if look == "number" and digits.isdigit() and len(digits) in _PHONE_DIGITS else look
    return "boolean" if value.casefold() in _BOOLEAN else "text"


def prevailing_look(texts: Iterable[str]) -> tuple[Look, float]:
    """Return what most of the cells that are not empty look like, and the share of them that does."""
    counts = Counter(look_of(text) for text in texts)
    empty = counts.pop("empty", 0)
    if not counts:
        return "empty", 1.0 if empty else 0.0
    look, number = counts.most_common(1)[0]
    return look, number / counts.total()
