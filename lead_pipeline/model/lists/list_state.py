"""What there is to know about the suppression lists of a store: each as it is, its versions, and the entries of a
person, as they were known at any time.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.suppression_kinds import ListMode, SuppressionKind


class RefusedList(FrozenModel):
    """A delivery that was refused, and is not settled yet."""

    list_id: str
    name: str | None = Field(description="null where nobody knows which list it was for: it counts for every list.")
    kind: SuppressionKind | None
    file_name: str
    message: str
    staged_at: datetime


class ListState(FrozenModel):
    """A list as it is now."""

    name: str
    kind: SuppressionKind
    destination: str | None = Field(description="The only destination that it holds for; null: all.")
    version: int = Field(description="Number of its last version.")
    mode: ListMode
    entries: int = Field(description="Entries in force now.")
    entries_trusted: int = Field(description="What the entries of the last version are compared with for a shrink.")
    delivered_at: datetime
    filled_at: datetime | None = Field(description="Last delivery that was not of entries to remove.")
    list_id: str
    file_name: str
    file_sha256: str
    refused: tuple[RefusedList, ...] = Field(default=(), description="Deliveries refused since the last that was not.")
    required_by: tuple[str, ...] = Field(default=(), description="Profiles that require it.")


class ListVersion(FrozenModel):
    """One version of a list."""

    name: str
    version: int
    mode: ListMode
    list_id: str
    file_name: str
    file_sha256: str
    rows_read: int
    rows_rejected: int
    entries_added: int
    entries_ended: int
    entries_kept: int
    entries_before: int
    entries_after: int
    loaded_at: datetime
    delivered_at: datetime
    accepted_note: str | None = Field(default=None, description="Why a person accepted the list as it is in it.")


class ListsFound(FrozenModel):
    """All lists of a store; refusals of which nobody knows the list; and what stops which profiles."""

    lists: tuple[ListState, ...] = ()
    refused: tuple[RefusedList, ...] = Field(default=(), description="Of no list that is there.")
    stops: dict[str, str] = Field(default_factory=dict, description="Profile whose imports stop: why.")


class ListEntry(FrozenModel):
    """An entry of a list that names a person, by what is known of them."""

    kind: SuppressionKind
    identifier_kind: str
    value: str
    destination: str | None
    list_name: str
    list_version: int
    list_id: str
    file_sha256: str
    reason: str | None
    country: str | None
    source: str | None
    listed_on: date | None
    expires_at: datetime | None
    added_at: datetime
    ended_at: datetime | None
    ended_by: str | None = Field(description="list_id of the version that ended it.")
    held: Literal["in force", "ended", "expired", "not known yet"] = Field(
        description="At the time that was asked about, as known then."
    )


class SuppressionAnswer(FrozenModel):
    """Which entries name a person, and which of them were in force at a time, as known then."""

    at: datetime
    entries: tuple[ListEntry, ...] = ()

    @property
    def in_force(self) -> tuple[ListEntry, ...]:
        """Return the entries that were in force at that time, as known then."""
        return tuple(entry for entry in self.entries if entry.held == "in force")
