"""What a header means, in any of the table's languages.

A header is understood as a whole or not at all: every word in it must be known, as the name of a field, as a word that
distinguishes several of them (`work`, `billing`, `customer`), or as a word without meaning there (`number` next to
`phone`). `Phone Type` is therefore not a phone, although it contains the word.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pydantic import Field

from lead_pipeline.mapping.header_spelling import pieces_of, spelling_of
from lead_pipeline.mapping.synonyms import LIMITED, PLACELESS, Role, Synonyms, known_synonyms
from lead_pipeline.model.fields import STANDARD_FIELDS, FrozenModel

#: Confidence in a header that is in the table, and the penalty for each kind of word that was skipped.
_FULL_CONFIDENCE, _PENALTY = 0.95, 0.05
_ID = "id"


class HeaderMeaning(FrozenModel):
    """What a header can mean: one meaning if it is clear, several if it is ambiguous, none if it is not understood."""

    meanings: tuple[str, ...] = Field(description="Fields, and things that are not a field (`fax`), alphabetically.")
    is_name: bool = Field(default=False, description="The header is the field's own name.")
    language: str = ""
    confidence: float = 0.0
    number: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the meanings that are fields."""
        return tuple(meaning for meaning in self.meanings if meaning in STANDARD_FIELDS)

    @property
    def is_continuation(self) -> bool:
        """Return whether this continues another column: the second line of an address, or ZIP+4."""
        number = self.number or 1
        return (self.meanings == ("street",) and number > 1) or (self.meanings == ("postal_code",) and number == 4)


class _Reading(NamedTuple):
    """The words to look up, and the role whose words limit what they may mean."""

    kept: tuple[str, ...]
    dropped: Role | None = None


def meaning_of(header: str) -> HeaderMeaning:
    """Return what the header means according to the bundled table."""
    spelling = spelling_of(header)
    name = "_".join(spelling.words)
    if name in STANDARD_FIELDS and spelling.number is None:
        return HeaderMeaning(meanings=(name,), is_name=True, language="en", confidence=1.0)
    return meaning_by(known_synonyms(), header)


def meaning_by(table: Synonyms, header: str) -> HeaderMeaning:
    """Return what the header means according to a table: the reading that skips the fewest words wins."""
    spelling = spelling_of(header)
    meanings, language, confidence = _meaning_of_words(spelling.words, table) if spelling.words else ((), "", 0.0)
    return HeaderMeaning(meanings=meanings, language=language, confidence=confidence, number=spelling.number)


def _meaning_of_words(words: tuple[str, ...], table: Synonyms) -> tuple[tuple[str, ...], str, float]:
    for wording in _wordings(words, table):
        for step, reading in enumerate(_readings(wording, table)):
            meanings = _meanings(reading, wording, table)
            if meanings:
                language = table.languages.get(frozenset(reading.kept), "")
                return tuple(sorted(meanings)), language, round((_FULL_CONFIDENCE - step * _PENALTY) / len(meanings), 2)
    return (), "", 0.0


def _wordings(words: tuple[str, ...], table: Synonyms) -> Iterator[tuple[str, ...]]:
    """Yield the words as they are, then with compounds split, then without an English plural s."""
    yield words
    split = tuple(piece for word in words for piece in _known_pieces(word, table))
    if split != words:
        yield split
    singular = tuple(word[:-1] if word.endswith("s") and word not in table.words else word for word in split)
    if singular != split:
        yield singular


def _known_pieces(word: str, table: Synonyms) -> tuple[str, ...]:
    if word in table.words:
        return (word,)
    if word.endswith(_ID) and table.may_be(word.removesuffix(_ID), "subject"):  # `CONTACTID`, as databases export it
        return (word.removesuffix(_ID), _ID)
    return pieces_of(word, table.words)


def _readings(words: tuple[str, ...], table: Synonyms) -> Iterator[_Reading]:
    """Yield the words left as more and more words are skipped."""
    significant = _without(words, table, "word")
    placed = tuple(word for word in significant if frozenset((word,)) in table.phrases or not _is_place(word, table))
    unplaced = (_without(words, table, "place", "subject"), _without(significant, table, "place", "subject"))
    for base in dict.fromkeys((words, significant, placed, *unplaced)):
        yield _Reading(base)
        for role in LIMITED:
            fewer = _without(base, table, role)
            if fewer != base:
                yield _Reading(fewer, role)


def _meanings(reading: _Reading, words: tuple[str, ...], table: Synonyms) -> frozenset[str]:
    """Return what the remaining words can mean, given those that were skipped."""
    gone = set(words).difference(reading.kept)
    displaced = any(_is_place(word, table) for word in gone)
    if displaced and len(reading.kept) == 1 and table.may_be(reading.kept[0], "alone", "number", "name"):
        return frozenset()
    meanings = _looked_up(reading.kept, table)
    if reading.dropped is not None:
        meanings &= LIMITED[reading.dropped]
    if any(table.may_be(word, "place") and not table.may_be(word, "subject") for word in gone):
        meanings -= PLACELESS
    return meanings


def _is_place(word: str, table: Synonyms) -> bool:
    return table.may_be(word, "place", "subject")


def _without(words: tuple[str, ...], table: Synonyms, *roles: Role) -> tuple[str, ...]:
    return tuple(word for word in words if not table.may_be(word, *roles))


def _looked_up(words: Iterable[str], table: Synonyms) -> frozenset[str]:
    """Return what the phrase means, else what all of its words can mean: both words of `phone (mobile)` mean phone."""
    found = table.phrases.get(frozenset(words))
    if found:
        return found
    each = [table.phrases.get(frozenset((word,)), frozenset()) for word in words]
    return frozenset.intersection(*each) if each else frozenset()
