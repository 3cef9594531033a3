"""Finds whose rows are that share identifiers with other rows of their file: each in the order of the file, as if it
were a file of its own. One pass over the rows that hold contested identifiers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Self

from lead_pipeline.model.profile import ImportProfile

#: People whom the store does not know are numbered by the identifier that their first row goes by, which is below 2^64;
#: contacts that it knows are numbered above that.
CONTACTS_FROM = 2**65


@dataclass(frozen=True, slots=True)
class HeldIdentifier:
    """An identifier that a row holds, and whether the store knows it, which it does by the row's `contact_id` alone."""

    row_number: int
    contact_id: int | None
    has_lead: bool
    is_known: bool
    code: int
    name: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """Which rows leave their identifiers with the person that they are of; later rows are matched by these."""

    of_lead: bool  # a row of a person with a lead
    of_nobody: bool  # a row of a person without one
    first_only: bool  # of several rows of a person, the first alone

    @classmethod
    def under(cls, profile: ImportProfile) -> Self:
        """Return what is written of rows under the profile."""
        return cls(
            of_lead=profile.when_known in ("update", "fill"),
            of_nobody=profile.write_mode != "update_only",
            first_only=profile.duplicates_in_file == "first",
        )


@dataclass(frozen=True, slots=True)
class Resolution:
    """`refused`: row, and whose its identifiers are; `joined`: row, and the contact that the store knows an earlier row
    of the same person by; `followed`: row, and the earlier row of the same person, whom the store does not know.
    """

    refused: list[tuple[int, str]] = field(default_factory=list)
    joined: list[tuple[int, int]] = field(default_factory=list)
    followed: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Person:
    first_row: int
    contact_id: int | None
    has_lead: bool
    rows: int = 0


def resolve_conflicts(contested: Iterable[HeldIdentifier], keeping: Keeping) -> Resolution:
    """Return which rows are of whom, where that depends on earlier rows of the file.

    Args:
        contested: every identifier of each row that shares one, in the order of the rows.
        keeping: which rows leave their identifiers with their person.

    A row whose identifiers belong to several people, in the store or by earlier rows, is of nobody and leaves nothing.
    """
    resolution = Resolution()
    owners: dict[int, tuple[_Person, int]] = {}  # code -> whose it is, row that left it there
    contacts: dict[int, _Person] = {}
    for row_number, group in groupby(contested, key=lambda one: one.row_number):
        held = list(group)
        known = _contact_of(held[0], contacts)
        whose = {one.code: (known, 0) if known and one.is_known else owners.get(one.code) for one in held}
        found = {id(owner[0]): owner[0] for owner in whose.values() if owner}
        if len(found) > 1:
            resolution.refused.append((row_number, _hint([(one.name, whose[one.code]) for one in held])))
            continue
        person = next(iter(found.values()), None) or _Person(row_number, None, has_lead=False)
        _note(resolution, row_number, person, is_matched=known is not None)
        person.rows += 1
        keeps = keeping.of_lead if person.has_lead else keeping.of_nobody
        if keeps and not (keeping.first_only and person.rows > 1):
            for one in held:
                owners.setdefault(one.code, (person, row_number))
    return resolution


def _contact_of(one: HeldIdentifier, contacts: dict[int, _Person]) -> _Person | None:
    if one.contact_id is None:
        return None
    return contacts.setdefault(one.contact_id, _Person(one.row_number, one.contact_id, one.has_lead))


def _note(resolution: Resolution, row_number: int, person: _Person, *, is_matched: bool) -> None:
    if person.contact_id is not None and not is_matched:
        resolution.joined.append((row_number, person.contact_id))
    elif person.contact_id is None and person.first_row != row_number:
        resolution.followed.append((row_number, person.first_row))


def _hint(held: list[tuple[str, tuple[_Person, int] | None]]) -> str:
    """Return `phone belongs to row 1, alias phone to contact 7.`: each person once, by the first identifier."""
    named: dict[int, str] = {}
    for name, owner in held:
        if owner is not None:
            person, row = owner
            whose = f"row {row} of this file" if row else f"contact {person.contact_id}"
            verb = "" if named else " belongs"
            named.setdefault(id(person), f"{name}{verb} to {whose}")
    return f"{', '.join(named.values())}."
