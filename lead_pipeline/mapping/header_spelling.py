"""A header split into plain words, regardless of case, accents, separators, camelCase, numbering and compounds."""

import html
import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel

#: Letters whose accent no Unicode normal form separates.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_WORD = re.compile(r"[^\W\d_]+|\d+")
#: `E-mail`, `e mail`, `e-posta`, `e.pasts`: one word in each of its languages.
_ELECTRONIC = re.compile(r"\be[^\w]+(?=mail|mejl|post|past)")
#: A possessive s is not a word of its own.
_POSSESSIVE = re.compile(r"(?<=\w)['\u2019`](?=s\b)")
#: A part of a compound has at least this many letters, except in scripts that need fewer.
_MIN_PART_LENGTH = 3
_MAX_HEADER_LENGTH = 120
#: What only a value looks like, never a header: an email address, or digits only, like a phone or an id.
_VALUE_LIKE = re.compile(r".*@.*|[+(]?\d[\d ().-]{5,}", re.DOTALL)


def look_like_values(headers: Iterable[str]) -> bool:
    """Return whether one of the headers can only be a value, which means that the file has no header line."""
    return any(_VALUE_LIKE.fullmatch(header.strip()) for header in headers)


class Spelling(FrozenModel):
    """A header as words: `words` in order without numbers, and the number in it, if there is one."""

    words: tuple[str, ...]
    number: int | None = Field(description="The number that counts columns: 2 in `Phone 2`.")


def plain(text: str) -> str:
    """Return text in lower case, without accents, vowel signs, invisible characters and entities such as `&#7889;`."""
    composed = unicodedata.normalize("NFKC", html.unescape(text))
    decomposed = unicodedata.normalize("NFKD", _uncamelled(composed).casefold())
    kept = "".join(letter for letter in decomposed if unicodedata.category(letter) not in ("Mn", "Mc", "Me", "Cf"))
    return unicodedata.normalize("NFC", kept).translate(_PLAIN)


@lru_cache(maxsize=20_000)
def spelling_of(header: str) -> Spelling:
    """Split a header at whitespace, punctuation, underscores, camelCase and digits; overlong ones have no words."""
    if len(header) > _MAX_HEADER_LENGTH:
        return Spelling(words=(), number=None)
    text = _ELECTRONIC.sub("e", plain(_POSSESSIVE.sub("", header)).replace("_", " "))
    parts = _WORD.findall(text)
    numbers = [int(part) for part in parts if part.isdigit() and len(part) < 4]
    return Spelling(words=tuple(part for part in parts if not part.isdigit()), number=numbers[-1] if numbers else None)


def pieces_of(word: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the fewest known words that form the compound (`telefonnummer`, `公司電話`), else the word itself."""
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            if before is None or piece not in known or not _may_be_part(piece):
                continue
            now = best[end]
            if now is None or len(before) + 1 < len(now):
                best[end] = (*before, piece)
    return best[-1] or (word,)


def _may_be_part(piece: str) -> bool:
    """Latin, Greek and Cyrillic words are spaced, so a short part is chance; elsewhere a letter can be a word."""
    return len(piece) >= _MIN_PART_LENGTH or piece[0] > "\u0530"


def _uncamelled(text: str) -> str:
    """Split `firstName` and `IPAddress` at their capitals."""
    spaced = [text[:1]]
    for index in range(1, len(text)):
        before, here, after = text[index - 1], text[index], text[index + 1 : index + 2]
        if here.isupper() and (before.islower() or (before.isupper() and after.islower())):
            spaced.append(" ")
        spaced.append(here)
    return "".join(spaced)
