"""The story of a person, as `explain` tells it: who is asked about, and what the store holds of them. The one result
that consists of personal data; whoever asks has named the person.
"""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel

#: What happened: a row of a file, an identifier that the contact came to be known by, a value that an import met
#: otherwise, a consent, an enrollment and what became of it (`enrollment_ended`: before changes had a history), the
#: expiry of a lead, a call, an entry of a suppression list and its end or expiry, somebody else's secondary contact, an
#: attribute that was taken out of a lead because its number is on a list.
StoryEventKind = Literal[
    "row", "identified", "value_differed", "secondary_contact", "consented", "enrolled", "enrollment_ended",
    "enrollment_changed", "lead_expired", "called", "suppressed", "suppression_ended", "suppression_expired",
    "attribute_withheld",
]  # fmt: skip


class Sought(FrozenModel):
    """Whom somebody asks about, by identifiers: phones in E.164, emails in lower case, others as written."""

    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class StoryIdentifier(FrozenModel):
    """An identifier that a contact is known by."""

    kind: str
    value: str
    contact_id: int


class StoryEnrollment(FrozenModel):
    """An enrollment of a lead as it is now, and whether a dialer may call: by the clocks that the person may have."""

    destination: str
    status: str = Field(description="due, waiting, stopped, completed, expired or suppressed.")
    action: int
    attempts: int = 0
    max_attempts: int | None = None
    due_at: datetime
    reason: str | None = Field(default=None, description="Why it is suppressed or completed.")
    verdict: Literal["callable", "outside_window", "time_zone_unknown"] | None = Field(
        default=None, description="null: nothing is due, the person may not be contacted, or was called often enough."
    )
    callable_until: datetime | None = None
    next_at: datetime | None = Field(default=None, description="The next moment at which calling is legal.")
    next_local: tuple[str, ...] = Field(default=(), description="The same by the clocks of the person.")
    time_zones: tuple[str, ...] = Field(default=(), description="Where the person may be.")
    local_times: tuple[str, ...] = Field(default=(), description="What the clocks show there now.")
    evidence: tuple[str, ...] = Field(
        default=(), description="What says so: number, postal_code, state, country; destination: its file assumes it."
    )
    opens: int = Field(default=0, description="From when on people are called, minutes since midnight.")
    closes: int = 0


class StoryLead(FrozenModel):
    """A lead of the person as it is now."""

    lead_id: int
    contact_id: int
    destination: str
    import_id: str
    created_at: datetime
    updated_at: datetime
    values: dict[str, Any] = Field(description="Its normalized values, attributes included; those that are there.")
    is_callable: bool = Field(description="Whether it is in the view `callable_leads`.")
    enrollments: tuple[StoryEnrollment, ...] = ()


class StoryHit(FrozenModel):
    """A rule that left a row out, and what it matched: an entry of a list, calls, or a lead."""

    rule: str
    reason_code: str
    list_name: str | None = None
    list_version: int | None = None
    matched_kind: str | None = None
    matched: str | None = None
    matched_on: date | None = None
    lead_id: int | None = None
    drop_id: str | None = None
    activity_row: int | None = None
    matches: int = 1


class StoryEvent(FrozenModel):
    """One thing that happened; what does not apply to its kind is null or empty."""

    at: datetime | None = Field(default=None, description="null where nobody noted when.")
    event: StoryEventKind
    import_id: str | None = None
    file_name: str | None = None
    row_number: int | None = None
    line_number: int | None = None
    outcome: str | None = None
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    hints: str | None = None
    raw: dict[str, Any] | None = Field(
        default=None,
        description="The row as it was in the file; of rows that became a lead where the file is in the archive.",
    )
    lead_id: int | None = None
    contact_id: int | None = None
    destination: str | None = None
    destination_before: str | None = Field(default=None, description="Of a lead that moved: where it was.")
    field: str | None = None
    before: str | None = Field(
        default=None, description="A value, or the status of an enrollment (none: not enrolled)."
    )
    after: str | None = None
    change: str | None = Field(default=None, description="Of an enrollment: stopped, started, moved, suppressed, …")
    cause: Literal["import", "list", "activity", "command"] | None = Field(
        default=None, description="Why an enrollment changed; which one it was, its id, file, row or note says."
    )
    due_at: datetime | None = None
    command_id: str | None = None
    command: str | None = None
    conditions: str | None = Field(default=None, description="Of a command: which leads were meant, as JSON.")
    kept: Literal["lead", "row"] | None = Field(default=None, description="Whose value the lead has since.")
    action: int | None = None
    kind: str | None = Field(default=None, description="Of an identifier, or of a suppression.")
    identifier_kind: str | None = None
    value: str | None = None
    list_id: str | None = None
    list_name: str | None = None
    list_version: int | None = None
    listed_on: date | None = Field(default=None, description="The date that the list gives for the entry.")
    source: str | None = None
    country: str | None = None
    expires_at: datetime | None = None
    hits: tuple[StoryHit, ...] = Field(default=(), description="Of a row: the rules that left it out.")
    drop_id: str | None = Field(default=None, description="Of a call: its drop of call activity.")
    buyer: str | None = None
    disposition: str | None = None
    dialed: bool | None = None
    connected: bool | None = None
    converted: bool | None = None
    attempts: int | None = None
    note: str | None = Field(default=None, description="The reason that the list gives for the entry, or a command.")
    state: str | None = Field(default=None, description="Of a consent: current, replaced or not_taken.")
    ip: str | None = Field(default=None, description="Of a consent: the address of the machine.")
    text_hash: str | None = Field(default=None, description="Of a consent: the hash of its text.")


class PersonStory(FrozenModel):
    """Everything that the store holds of a person."""

    identifiers: tuple[StoryIdentifier, ...] = ()
    leads: tuple[StoryLead, ...] = ()
    events: tuple[StoryEvent, ...] = Field(default=(), description="In the order of time.")

    @property
    def is_empty(self) -> bool:
        """Tell whether the store holds nothing of the person."""
        return not (self.identifiers or self.leads or self.events)
