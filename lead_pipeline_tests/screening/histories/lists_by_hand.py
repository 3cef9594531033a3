"""Suppression lists as anybody would keep them first: entries on paper, looked through from the first to the last. They
share no code with the rooms under test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lead_pipeline.model.destination import Destination

#: Kinds of lists, which are also the reasons that they give, in the order in which a row has them.
LISTED = ("opted_out", "blocked", "do_not_call", "litigator", "reassigned", "complaint")

#: Lists of these kinds are of numbers; all others are of people.
OF_NUMBERS = ("do_not_call", "reassigned")

Identifier = tuple[str, str]


@dataclass(frozen=True)
class Named:
    """What a row of a list names, and until when."""

    identifier: Identifier
    expires_at: datetime | None = None


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
        until: dict[Identifier, datetime | None] = {}
        for one in named:
            longest = until.get(one.identifier, one.expires_at)
            is_for_ever = longest is None or one.expires_at is None
            until[one.identifier] = None if is_for_ever else max(longest, one.expires_at)
        held = [entry for entry in self.entries if entry.list_name == name and not entry.has_ended]
        for entry in held:
            entry.has_ended = ends(entry, until, mode)
        if mode == "remove":
            return []
        kept = {entry.identifier for entry in held if not entry.has_ended}
        self.entries += [
            Entry(name, kind, one, destination, last, version=self.loaded)
            for one, last in until.items()
            if one not in kept
        ]
        return [
            Entry(name, kind, one.identifier, destination, one.expires_at)
            for one in named
            if one.expires_at is None or one.expires_at > at
        ]

    def in_force(self, at: datetime, destination: Destination) -> list[Entry]:
        """Return the entries that count at a time, for a destination."""
        return [entry for entry in self.entries if entry.holds(at, destination)]


def ends(entry: Entry, until: dict[Identifier, datetime | None], mode: str) -> bool:
    """Return whether a version that names others until then ends an entry of its list."""
    if mode == "remove":
        return any(is_same(entry.identifier, one) for one in until)
    if mode == "replace":
        return entry.identifier not in until or until[entry.identifier] != entry.expires_at
    if entry.identifier not in until or entry.expires_at is None:
        return False
    last = until[entry.identifier]
    return last is None or last > entry.expires_at


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
    if phone.startswith(("+521", "+549")) and len(phone) == len("+521") + 10:
        return phone[:3] + phone[4:]
    if phone.startswith("+55") and len(phone) == len("+5511") + 8 and phone[5] in "6789":
        return phone[:5] + "9" + phone[5:]
    return phone
