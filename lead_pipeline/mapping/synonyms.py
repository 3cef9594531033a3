"""The table of column names: phrases for whole headers, and the words around them. Decision 0050 says where its rows
come from.
"""

import csv
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

#: The role of a word next to the one that names the field: `place` and `subject` say whose or which of several
#: (`work`, `billing`, `customer`), `word` says nothing; `number`, `address` and `name` go with a few fields only;
#: `alone` marks words that name a field only by themselves (`last` is a last name, `last contact` is not).
Role = Literal["place", "subject", "number", "address", "name", "word", "alone"]

#: The fields next to which a word adds nothing: an email address is an email, a street number is not a street.
LIMITED: Mapping[Role, frozenset[str]] = {
    "number": frozenset({"phone", "fax", "pager"}),
    "address": frozenset({"email", "remote_ip", "city", "state", "postal_code", "country", "street"}),
    "name": frozenset({"city", "state", "country", "company", "street"}),
}
#: Fields that a place does not distinguish: `Other first name` is a different name, not another first name.
PLACELESS = frozenset({"first_name", "last_name", "full_name", "notes"})

#: Rows of the table: `field,header,language,source` or `role,word,language,source`.
Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The table, indexed: a phrase is the set of its words, because their order differs between systems."""

    phrases: Mapping[frozenset[str], frozenset[str]]
    languages: Mapping[frozenset[str], str]
    roles: Mapping[str, frozenset[Role]]
    words: frozenset[str]

    def may_be(self, word: str, *roles: Role) -> bool:
        """Return whether the word can have one of these roles."""
        return bool(self.roles.get(word, frozenset()) & set(roles))


@cache
def known_synonyms() -> Synonyms:
    """Return the bundled table."""
    return indexed(rows_of("synonyms.csv"), rows_of("words.csv"))


def rows_of(file: str, wanted: Callable[[str], bool] = bool) -> Iterator[Row]:
    """Yield the rows of a bundled table whose `source` is wanted."""
    text = (resources.files("lead_pipeline.mapping") / file).read_text(encoding="utf-8")
    for what, phrase, language, source in list(csv.reader(text.splitlines()))[1:]:
        if wanted(source):
            yield what, phrase, language, source


def indexed(headers: Iterator[Row], words: Iterator[Row]) -> Synonyms:
    """Index a table; its headers and words are spelled as `spelling_of` returns them."""
    roles: dict[str, set[Role]] = {}
    for role, text, _, _ in words:
        if role not in get_args(Role):
            raise ValueError(f"words.csv has the unknown role '{role}'")
        for word in text.split():
            roles.setdefault(word, set()).add(role)  # type: ignore[arg-type]  # checked above
    phrases: dict[frozenset[str], set[str]] = {}
    languages: dict[frozenset[str], str] = {}
    idle = {word for word, each in roles.items() if each == {"word"}}
    for field, header, language, _ in headers:
        for key in _keys(header, idle):
            phrases.setdefault(key, set()).add(field)
            languages.setdefault(key, language.replace("+", ", "))
    return Synonyms(
        phrases={key: frozenset(fields) for key, fields in phrases.items()},
        languages=languages,
        roles={word: frozenset(each) for word, each in roles.items()},
        words=frozenset(roles).union(*phrases),
    )


def _keys(header: str, idle: Collection[str]) -> set[frozenset[str]]:
    """Return the words of a header, with and without idle ones, and both characters of a two-character Chinese word.

    The last of two words is never idle: the value of a deal is not a deal.
    """
    words = header.split()
    significant = [word for word in words if word not in idle]
    keys = {frozenset(words), frozenset(words if len(significant) == 1 and words[-1] in idle else significant)}
    if len(words) == 1 and len(header) == 2 and header[0] > "\u2e80":
        keys.add(frozenset(header))
    return keys - {frozenset()}
