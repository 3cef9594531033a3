"""Suppression lists as anybody would keep them first: entries on paper, looked through from the first to the last. They
share no code with the rooms under test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

from lead_pipeline.model.destination import Destination

#: Kinds of lists, which are also the reasons that they give, in the order in which a row has them.
LISTED = ("opted_out", "blocked", "do_not_call", "litigator", "reassigned", "complaint")

#: Lists of these kinds are of numbers; all others are of people.
OF_NUMBERS = ("do_not_call", "reassigned")

Identifier = tuple[str, str]


@dataclass(frozen=True)
class Named:
    """What a row of a list names, until when, and of which country it says that it is."""

    identifier: Identifier
    expires_at: datetime | None = None
    country: str | None = None

    def along_with(self, other: "Named") -> "Named":
        """Return what two rows of one entry come to: it holds as long as either says, and
        where both say the same, or everywhere."""
        ends = None if None in (self.expires_at, other.expires_at) else max(self.expires_at, other.expires_at)
        return Named(self.identifier, ends, self.country if self.country == other.country else None)


@dataclass
class Entry:
    """An entry of a list."""

    list_name: str
    kind: str
    identifier: Identifier
    destination: Destination | None
    expires_at: datetime | None
    has_ended: bool = False
    version: int | None = None
    """The number of the list, of all that were loaded, that brought it."""
    country: str | None = None

    @property
    def named(self) -> Named:
        """Return what it says, as a row of the list would."""
        return Named(self.identifier, self.expires_at, self.country)

    def holds(self, at: datetime, destination: Destination) -> bool:
        """Return whether it counts at a time, for a destination."""
        is_over = self.expires_at is not None and self.expires_at <= at
        is_here = self.destination is None or self.destination == destination
        return not self.has_ended and not is_over and is_here

    def covers(self, one: Identifier) -> bool:
        """Return whether it names somebody by this identifier."""
        return covers(self.identifier, one)


@dataclass
class Lists:
    """All lists there are."""

    entries: list[Entry] = field(default_factory=list)
    loaded: int = 0

    def load(
        self, name: str, kind: str, mode: str, destination: Destination | None, named: Sequence[Named], at: datetime
    ) -> list[Entry]:
        """Load a version of a list; return what it names that suppresses from now on."""
        self.loaded += 1
        said: dict[Identifier, Named] = {}
        for one in named:
            said[one.identifier] = said[one.identifier].along_with(one) if one.identifier in said else one
        held = [entry for entry in self.entries if entry.list_name == name and not entry.has_ended]
        for entry in held:
            entry.has_ended = ends(entry, said, mode)
        if mode == "remove":
            return []
        for identifier, one in said.items():
            before = [entry for entry in held if entry.identifier == identifier]
            if all(entry.has_ended for entry in before):
                new = reduce(Named.along_with, [entry.named for entry in before if mode == "add"], one)
                self.entries.append(
                    Entry(name, kind, identifier, destination, new.expires_at, False, self.loaded, new.country)
                )
        return [
            Entry(name, kind, one.identifier, destination, one.expires_at)
            for one in named
            if one.expires_at is None or one.expires_at > at
        ]

    def in_force(self, at: datetime, destination: Destination) -> list[Entry]:
        """Return the entries that count at a time, for a destination."""
        return [entry for entry in self.entries if entry.holds(at, destination)]


def ends(entry: Entry, said: dict[Identifier, Named], mode: str) -> bool:
    """Return whether a version of its list that says these things ends an entry."""
    if mode == "remove":
        return any(is_same(entry.identifier, one) for one in said)
    new = said.get(entry.identifier)
    if mode == "replace":
        return new != entry.named
    return new is not None and new.along_with(entry.named) != entry.named


def covers(listed: Identifier, one: Identifier) -> bool:
    """Return whether an entry for what is listed is one for this identifier."""
    (listed_as, text), (kind, value) = listed, one
    if listed_as == "prefix":
        return kind == "phone" and any(number.startswith("+" + text) for number in (value, todays(value)))
    if listed_as == "domain":
        return kind == "email" and value.lower().split("@")[-1] == text
    return is_same(listed, one)


def is_same(listed: Identifier, one: Identifier) -> bool:
    """Return whether two identifiers are one: a number under any form, an email in any case."""
    (listed_as, text), (kind, value) = listed, one
    if listed_as != kind:
        return False
    if kind == "phone":
        return todays(text) == todays(value)
    return text == (value.lower() if kind == "email" else value)


def todays(phone: str) -> str:
    """Return a number under the form that it has today, in countries that changed the forms of their mobiles."""
    for plan, forms in OLD_FORMS.items():
        if phone.startswith(plan) and (today := forms(phone[len(plan) :])) is not None:
            return plan + today
    return phone


def mexican(number: str) -> str | None:
    """The 1 before the ten digits of mobiles went in 2019."""
    return number[1:] if len(number) == len("1") + 10 and number[0] == "1" else None


def argentinian(number: str) -> str | None:
    """The 9 before the ten digits is dialed from abroad, to mobiles."""
    return number[1:] if len(number) == len("9") + 10 and number[0] == "9" else None


def brazilian(number: str) -> str | None:
    """Behind the two digits of the area mobiles had eight, of which the first is 6 to 9, and have a 9 before these."""
    return f"{number[:2]}9{number[2:]}" if len(number) == len("11") + 8 and number[2] in "6789" else None


def beninese(number: str) -> str | None:
    """All eight digits, of which the first is 2 to 9, have 01 before them since 2024."""
    return f"01{number}" if len(number) == 8 and number[0] in "23456789" else None


def ivorian(number: str) -> str | None:
    """The eight digits of mobiles have the digits of their operator before them since 2021; fixed lines began with 2
    or 3.
    """
    operator = {**dict.fromkeys("0123", "01"), **dict.fromkeys("456", "05"), **dict.fromkeys("789", "07")}
    return operator[number[1]] + number if len(number) == 8 and number[0] not in "23" else None


def gabonese(number: str) -> str | None:
    """The second of 0 and seven digits told the operator, whose two digits stand there since 2019."""
    operator = {"1": "11", "2": "62", "4": "74", "5": "65", "6": "66", "7": "77"}
    is_old = len(number) == 8 and number[0] == "0" and number[1] in operator
    return operator[number[1]] + number[2:] if is_old else None


def colombian(number: str) -> str | None:
    """Fixed lines, whose eight digits began with that of the area, 1 to 8, have 60 before them since 2021."""
    return f"60{number}" if len(number) == 8 and number[0] in "12345678" else None


#: What is behind the country code today of what was behind it, or None where that is today's.
OLD_FORMS = {"+52": mexican, "+54": argentinian, "+55": brazilian, "+229": beninese, "+225": ivorian, "+241": gabonese,
             "+57": colombian}  # fmt: skip
