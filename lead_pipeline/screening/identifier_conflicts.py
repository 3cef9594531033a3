"""Resolves whose an identifier is that rows of several people of one file hold: the first good row keeps it. One pass
over the rows that hold contested identifiers, in the order of the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

#: People whom the store does not know are numbered by the identifier that their row goes by, which is below 2^64;
#: contacts that it knows are numbered above that.
CONTACTS_FROM = 2**65


@dataclass(frozen=True, slots=True)
class HeldIdentifier:
    """An identifier that a row holds. `own_code` is the code of the identifier that the row goes by."""

    row_number: int
    contact_id: int | None
    own_code: int
    code: int
    name: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """`refused`: row, and whose its identifiers are already; `joined`: row, and the contact that it came to share by
    going by an identifier which an earlier row gave to that contact.
    """

    refused: list[tuple[int, str]] = field(default_factory=list)
    joined: list[tuple[int, int]] = field(default_factory=list)


def resolve_conflicts(contested: Iterable[HeldIdentifier]) -> Resolution:
    """Return which rows hold an identifier that an earlier row of somebody else has; they get nothing.

    Args:
        contested: the contested identifiers of each row, in the order of the rows; of a row that goes by a contested
            identifier, that one too.

    A row is of the contact that the store knows it by; else of the person that an earlier row which goes by the same
    identifier is of; else of somebody new.
    """
    resolution = Resolution()
    owners: dict[int, tuple[int, int]] = {}  # code -> person, row that has it
    person_of: dict[int, int] = {}  # own code -> person
    for row_number, group in groupby(contested, key=lambda one: one.row_number):
        held = list(group)
        contact_id, own_code = held[0].contact_id, held[0].own_code
        person = person_of.get(own_code, own_code) if contact_id is None else CONTACTS_FROM + contact_id
        taken = [one for one in held if owners.get(one.code, (person,))[0] != person]
        if taken:
            resolution.refused.append((row_number, _hint(taken, owners)))
            continue
        person_of.setdefault(own_code, person)
        for one in held:
            owners.setdefault(one.code, (person, row_number))
        if contact_id is None and person >= CONTACTS_FROM:
            resolution.joined.append((row_number, person - CONTACTS_FROM))
    return resolution


def _hint(taken: list[HeldIdentifier], owners: dict[int, tuple[int, int]]) -> str:
    rows = dict.fromkeys((owners[one.code][1], one.name) for one in taken)
    (first_row, first_name), *others = rows
    more = "".join(f", {name} to row {row}" for row, name in others)
    return f"{first_name} belongs to row {first_row}{more} of this file."
