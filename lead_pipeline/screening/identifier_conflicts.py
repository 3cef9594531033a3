"""Settles whose an identifier is that several people of one file claim: the first good row that holds it keeps it. One
pass over the rows that contend, in the order of the file; finding these rows belongs in identities.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

#: People whom the store does not know are numbered by the identifier that leads their row, which is below 2^64;
#: contacts that it knows are numbered above that.
CONTACTS_FROM = 2**65


@dataclass(frozen=True, slots=True)
class Claim:
    """An identifier that a row holds. `leader` is the code of the identifier that the row goes by."""

    row_number: int
    contact_id: int | None
    leader: int
    code: int
    name: str


@dataclass(frozen=True, slots=True)
class Settled:
    """`refused`: row, and whose its identifiers are already; `joined`: row, and the contact that it came to share by
    going by an identifier which an earlier row gave to that contact.
    """

    refused: list[tuple[int, str]] = field(default_factory=list)
    joined: list[tuple[int, int]] = field(default_factory=list)


def settle_claims(claims: Iterable[Claim]) -> Settled:
    """Return which rows claim an identifier that an earlier row of somebody else has; they get nothing.

    Args:
        claims: the contended identifiers of each row, in the order of the rows; of a row that goes by a contended
            identifier, that one too.

    A row is of the contact that the store knows it by; else of the person that an earlier row with the same leader is
    of; else of somebody new.
    """
    settled = Settled()
    holders: dict[int, tuple[int, int]] = {}  # code -> person, row that has it
    led: dict[int, int] = {}  # leader -> person
    for row_number, group in groupby(claims, key=lambda claim: claim.row_number):
        held = list(group)
        contact_id, leader = held[0].contact_id, held[0].leader
        person = led.get(leader, leader) if contact_id is None else CONTACTS_FROM + contact_id
        taken = [claim for claim in held if holders.get(claim.code, (person,))[0] != person]
        if taken:
            settled.refused.append((row_number, _told(taken, holders)))
            continue
        led.setdefault(leader, person)
        for claim in held:
            holders.setdefault(claim.code, (person, row_number))
        if contact_id is None and person >= CONTACTS_FROM:
            settled.joined.append((row_number, person - CONTACTS_FROM))
    return settled


def _told(taken: list[Claim], holders: dict[int, tuple[int, int]]) -> str:
    owners = dict.fromkeys((holders[claim.code][1], claim.name) for claim in taken)
    told = [f"{name} belongs to row {row}" if not place else f"{name} to row {row}"
            for place, (row, name) in enumerate(owners)]  # fmt: skip
    return f"{', '.join(told)} of this file."
