"""Headers of real systems with the field they mean, in two halves: the table of synonyms may know the one, and is
judged by the other. Which half a header is in, a hash of it decides, so that nobody can choose.
"""

import csv
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from lead_pipeline.mapping.headers import HeaderMeaning
from lead_pipeline.model.fields import STANDARD_FIELDS

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpora" / "headers-synonyms" / "header_synonyms.csv"
SEED = "lead_pipeline header split 1:"
#: What the corpus calls otherwise than our fields, and kinds of phone and email that it tells apart and they do not.
SAME_FIELD = {
    "phone_mobile": "phone",
    "phone_home": "phone",
    "phone_work": "phone",
    "phone_other": "phone",
    "email_other": "email",
    "lead_source": "source",
    "lead_status": "status",
}


@dataclass
class Labelled:
    """A header, everything that systems mean by it, and the languages in which they do."""

    header: str
    meant: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)

    @property
    def is_field(self) -> bool:
        return bool(self.meant & set(STANDARD_FIELDS))


def is_training(header: str) -> bool:
    """Tell the half by the header without letter case and blanks, so that `E-Mail` and `e-mail` are in the same one."""
    folded = " ".join(header.casefold().split())
    return hashlib.sha256((SEED + folded).encode()).digest()[0] % 2 == 0


def labelled_headers(path: Path = CORPUS) -> list[Labelled]:
    headers: dict[str, Labelled] = {}
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            one = headers.setdefault(row["header"], Labelled(row["header"]))
            one.meant.add(SAME_FIELD.get(row["canonical_field"], row["canonical_field"]))
            one.languages.add(row["language"][:2] or "?")
    return list(headers.values())


def held_out(path: Path = CORPUS) -> list[Labelled]:
    return [one for one in labelled_headers(path) if not is_training(one.header)]


def verdict(meaning: HeaderMeaning, meant: Collection[str]) -> str:
    """Return `right`, `wrong`, `asked` or `missed`; a header that is no field of ours is right as an attribute."""
    if len(meaning.meanings) == 1 and meaning.fields:
        return "right" if meaning.fields[0] in meant else "wrong"
    if meaning.fields:
        return "asked"
    return "missed" if set(meant) & set(STANDARD_FIELDS) else "right"
