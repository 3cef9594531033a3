"""What an importer by hand is given and keeps: rows, and a store of dictionaries."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lead_pipeline.model.destination import Destination
from lead_pipeline_tests.screening.histories.calls_by_hand import KeptCall
from lead_pipeline_tests.screening.histories.lists_by_hand import Identifier, Lists, Named

KINDS = ("phone", "email", "external_id", "cookie_id", "social")


@dataclass
class Row:
    """One normalized row: values by field, and what stands beside them."""

    values: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    aliases: tuple[Identifier, ...] = ()
    secondaries: tuple[tuple[str, str | None], ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    says: str | None = None
    """The kind of suppression that the row says of itself."""


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
    lists: Lists = field(default_factory=Lists)
    calls: list[KeptCall] = field(default_factory=list)
    names: dict[str, dict[tuple[Destination, str], str]] = field(default_factory=lambda: {"company": {}, "tags": {}})
    imports: int = 0

    def suppress(self, kind: str, *phones: str, at: datetime) -> None:
        """Add phones to the list of a kind."""
        self.lists.load(kind, kind, "add", None, [Named(("phone", phone)) for phone in phones], at)

    def identifiers_of(self, contact: int) -> list[Identifier]:
        """Return what a contact is known by."""
        return [one for one, owner in self.identifiers.items() if owner == contact]


def as_json(attributes: dict[str, Any]) -> str | None:
    """Return attributes as the rooms before hand them on."""
    return json.dumps(attributes, separators=(",", ":")) if attributes else None
