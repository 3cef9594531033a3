"""What a command about leads came to: which leads it chose, and what became of them. Counts, codes and lead ids only:
no value of a row.
"""

from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import Field

from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.fields import FrozenModel

#: What can be done to leads that are there.
LeadVerb = Literal["stop", "start", "restart", "expire", "move", "add", "copy", "block", "unblock", "opt-out", "opt-in"]
LEAD_VERBS: tuple[LeadVerb, ...] = get_args(LeadVerb)

#: Those that name where leads go.
GOING: tuple[LeadVerb, ...] = ("move", "add", "copy")

#: Of how many leads the number is named.
LEADS_NAMED = 10


class ChosenCount(FrozenModel):
    """How many of the chosen leads are in a destination with an enrollment of that status; `none`: not enrolled."""

    destination: str
    status: str
    leads: int


class ChangedCount(FrozenModel):
    """How many enrollments of a destination went from one status to another."""

    destination: str = Field(description="Where the lead was; of one that is copied, where its original is.")
    change: str = Field(description="stopped, started, restarted, expired, moved, added, copied, suppressed, reopened.")
    before: str | None = Field(description="Status before; null: there was no enrollment.")
    after: str | None = Field(description="Status afterwards; null: there is none.")
    leads: int


class WrittenList(FrozenModel):
    """A version of a suppression list that the command wrote."""

    list_name: str
    version: int
    entries_added: int = 0
    entries_ended: int = 0


class RemainingSuppression(FrozenModel):
    """Why chosen leads may still not be contacted: entries of a kind on a list."""

    kind: str
    list_name: str | None = Field(
        description="null: no entry names the leads themselves, but one names their person, or a row said so."
    )
    destination: str | None = Field(description="The only destination it holds for; null: all.")
    leads: int


class LeadCommandResult(FrozenModel):
    """What a command about leads did, or would do."""

    command: LeadVerb
    command_id: str | None = Field(default=None, description="null: nothing was written.")
    dry_run: bool
    conditions: tuple[str, ...] = Field(description="As they were given, but without values that people have.")
    to: str | None = None
    note: str = ""
    leads_chosen: int
    chosen: tuple[ChosenCount, ...] = ()
    leads_changed: int = 0
    enrollments_changed: int = 0
    changes: tuple[ChangedCount, ...] = ()
    first_leads: tuple[int, ...] = Field(default=(), description="Ids of the first leads that changed.")
    lists: tuple[WrittenList, ...] = ()
    leads_without_identifier: int = Field(default=0, description="Of block and opt-out: leads that no entry can name.")
    remaining: tuple[RemainingSuppression, ...] = Field(default=(), description="Of unblock and opt-in.")
    attributes_meant: dict[str, str] = Field(
        default_factory=dict, description="Where no lead was chosen: attributes by the fields that have no value."
    )
    at: datetime


class LeadFound(FrozenModel):
    """A lead that conditions chose, with one of its enrollments; without personal data."""

    lead_id: int
    destination: str
    status: str = Field(description="Of the enrollment; none: the lead is not enrolled there.")
    action: int | None
    attempts: int | None
    due_at: datetime | None
    expires_at: datetime | None
    import_id: str
    created_at: datetime


class LeadsFound(FrozenModel):
    """The first leads that conditions choose, and how many there are."""

    leads: tuple[LeadFound, ...] = ()
    leads_chosen: int = 0
    chosen: tuple[ChosenCount, ...] = ()
    attributes_meant: dict[str, str] = Field(
        default_factory=dict, description="Where no lead was chosen: attributes by the fields that have no value."
    )


def checked_verb(text: str) -> LeadVerb:
    """Return what is to be done; raises UsageError for what nobody can do to leads."""
    found = next((verb for verb in LEAD_VERBS if verb == text), None)
    if found is None:
        raise UsageError(
            f"'{text[:40]}' is nothing that can be done to leads.{did_you_mean(text, LEAD_VERBS)} The commands are "
            f"{listed(LEAD_VERBS)}."
        )
    return found


def settings_of(verb: LeadVerb, to: str | None) -> dict[str, Any]:
    """Return what was said besides the conditions, as the record of a command keeps it."""
    return {"to": to} if verb in GOING else {}
