"""What an importer by hand is given and keeps: rows, and a store of dictionaries."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import CONSENT_FIELDS
from lead_pipeline_tests.screening.histories.calls_by_hand import KeptCall
from lead_pipeline_tests.screening.histories.lists_by_hand import Entry, Identifier, Lists, Named, is_same

#: What a rule matched: the reason, the number of the list and what its entry names, a lead, a time, and how many.
Matched = tuple[str, int | None, str | None, str | None, int | None, datetime | None, int]

KINDS = ("phone", "email", "external_id", "cookie_id", "social")


@dataclass
class Row:
    """One normalized row: values by field, and what stands beside them."""

    values: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    aliases: tuple[Identifier, ...] = ()
    secondaries: tuple[tuple[str, str | None], ...] = ()
    further: tuple[str, ...] = ()
    """The further numbers of the phone's own cell."""
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    says: str | None = None
    """The kind of suppression that the row says of itself."""

    @property
    def contacts(self) -> list[tuple[str, str | None]]:
        """Return its further contacts in calling order: those of the phone's own cell come first."""
        return [*((phone, None) for phone in self.further), *self.secondaries]

    @property
    def consent(self) -> tuple[Any, ...]:
        """Return the consent that it has: time, source, address and text."""
        return tuple(self.values.get(name) for name in CONSENT_FIELDS)


@dataclass
class Lead:
    """A lead as it stands in the store."""

    contact: int
    destination: Destination
    values: dict[str, Any]
    attributes: dict[str, Any]
    secondaries: list[tuple[str, str | None]]
    updated_at: datetime
    updated_by: int | None = None
    is_due: bool = False
    marked: set[str] = field(default_factory=set)
    """The phones of secondary contacts that came onto a list later."""
    other_consents: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    """Consents that it does not have, and whose was kept instead: the row's or the lead's."""

    @property
    def identifiers(self) -> list[Identifier]:
        """Return its values that are of a kind that identifies people."""
        return [(kind, self.values[kind]) for kind in KINDS if self.values.get(kind) is not None]


@dataclass
class KeptByHand:
    """The store, as dictionaries. Leads and contacts are numbered from 1 in the order in which they came."""

    leads: dict[int, Lead] = field(default_factory=dict)
    contacts: int = 0
    identifiers: dict[Identifier, int] = field(default_factory=dict)
    said_so: set[int] = field(default_factory=set)
    """The contacts named by a row that said that they may not be contacted: nothing new is due for them."""
    lists: Lists = field(default_factory=Lists)
    calls: list[KeptCall] = field(default_factory=list)
    phone_attributes: set[tuple[Destination, str]] = field(default_factory=set)
    """The attributes that are phones, of the leads of a destination."""
    names: dict[str, dict[tuple[Destination, str], str]] = field(default_factory=lambda: {"company": {}, "tags": {}})
    imports: int = 0
    matched: dict[int, set[Matched]] = field(default_factory=dict)
    """What the rules matched of each row of the last import that they left out, by its place."""
    let_through: dict[int, set[str]] = field(default_factory=dict)
    """The kinds of lists that such rows are on as were imported all the same, by their place."""

    def suppress(self, kind: str, *phones: str, at: datetime) -> None:
        """Add phones to the list of a kind."""
        self.lists.load(kind, kind, "add", None, [Named(("phone", phone)) for phone in phones], at)

    def identifiers_of(self, contact: int) -> list[Identifier]:
        """Return what a contact is known by."""
        return [one for one, owner in self.identifiers.items() if owner == contact]

    def leads_of(self, contact: int) -> list[Lead]:
        """Return the leads of a contact, of any destination."""
        return [lead for lead in self.leads.values() if lead.contact == contact]

    def things_of(self, contact: int) -> list[Identifier]:
        """Return what a contact is known by, and whatever its leads have of a kind that identifies people."""
        of_leads = [one for lead in self.leads_of(contact) for one in lead.identifiers]
        return self.identifiers_of(contact) + of_leads

    def names_of(self, contact: int) -> list[Identifier]:
        """Return what tells who a contact is: what it is known by, and the phones of its leads."""
        return self.identifiers_of(contact) + [
            one for lead in self.leads_of(contact) for one in lead.identifiers if one[0] == "phone"
        ]

    def contacts_named(self, own: list[Identifier]) -> set[int]:
        """Return the contacts that are named by any of these, under any form."""
        return {
            contact
            for contact in range(1, self.contacts + 1)
            if any(is_same(name, one) for name in self.names_of(contact) for one in own)
        }

    def contacts_hit(self, entries: list[Entry]) -> set[int]:
        """Return the contacts of whom an entry has anything."""
        return {
            contact
            for contact in range(1, self.contacts + 1)
            if any(entry.covers(one) for entry in entries for one in self.things_of(contact))
        }


def as_json(attributes: dict[str, Any]) -> str | None:
    """Return attributes as the rooms before hand them on."""
    return json.dumps(attributes, separators=(",", ":")) if attributes else None
