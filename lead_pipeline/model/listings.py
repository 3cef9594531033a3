"""What can be asked of a home beside the result of an import: past imports, loaded lists, profiles, answers to queries.
Counts, codes and names only, but for a query, which returns what it asks for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.lead_management.leads_changed import LeadsChanged
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.scrub.scrub_rules import ScrubScope
from lead_pipeline.model.scrub.waterfall import Waterfall
from lead_pipeline.model.suppression_kinds import ListMode, SuppressionKind

if TYPE_CHECKING:
    import polars as pl


class ImportRecord(FrozenModel):
    """One import as the ledger has it: a row of the view `imports`. What is known beyond it is in its ImportResult."""

    import_id: str
    status: ImportStatus
    profile: str
    destination_kind: str
    destination_name: str
    file_name: str
    file_sha256: str
    file_bytes: int
    rows_read: int | None = Field(description="null when the file was refused before its rows were counted")
    rows_created: int
    rows_updated: int
    rows_unchanged: int
    rows_duplicate: int
    rows_suppressed: int
    rows_rejected: int
    rows_skipped: int
    contacts_created: int
    suppressions_known: int = Field(description="How many suppressions the rows were screened against.")
    message: str = Field(description="Why the file was refused or waits; empty for others.")
    profile_fingerprint: str
    started_at: datetime
    committed_at: datetime
    sequel_of: str | None = Field(default=None, description="The import that left most of these rows out first.")
    rows_recovered: int = Field(default=0, description="Rows that this import left out and a later one made leads of.")
    rows_still_rejected: int = Field(
        default=0, description="Rejected rows that are as they were in the import that rejected them first."
    )


class ShownImport(ImportRecord):
    """One import as the store has it when its result was removed: the ledger's record, and what it did to leads."""

    lead_changes: tuple[LeadsChanged, ...] = Field(
        default=(), description="What became of leads that were there already, by destination."
    )


class AffectedImport(FrozenModel):
    """How many leads of one import a suppression list concerns, and how many of their enrollments it ended."""

    import_id: str
    destination: str
    leads: int
    enrollments: int


class ListResult(FrozenModel):
    """What came of loading a list of people who must not be contacted."""

    list_id: str
    kind: SuppressionKind
    file_name: str
    list_name: str = Field(default="", description="What versions of the list share.")
    mode: ListMode = "add"
    version: int = Field(default=1, description="Number of this version of the list.")
    destination: str | None = Field(default=None, description="The only destination it holds for; null: all.")
    rows_read: int
    rows_added: int = Field(description="Phones and emails that were added; a row may hold several.")
    rows_known: int = Field(description="Phones and emails that were on the list before; of `remove`: were not.")
    rows_ended: int = Field(default=0, description="Entries of earlier versions that this one ended.")
    entries_kept: int = Field(
        default=0,
        description="Of `replace`: entries that this version does not have, kept because rows could not be read.",
    )
    rows_rejected: int = Field(description="Rows with a value that could not be read, or without any: NOT suppressed.")
    lines_rejected: tuple[int, ...] = Field(default=(), description="Lines of the first of these.")
    rejected_file: str | None = Field(default=None, description="Path below the home: these rows, with reasons.")
    leads_affected: int = Field(default=0, description="Leads of earlier imports that the list concerns.")
    enrollments_suppressed: int = Field(default=0, description="Enrollments of these that were due and are no longer.")
    secondary_contacts_suppressed: int = Field(
        default=0, description="Secondary contacts of earlier imports who are on it; their leads stay as they are."
    )
    attributes_withheld: int = Field(
        default=0, description="Attributes of type phone that were taken out of leads of earlier imports."
    )
    affected: tuple[AffectedImport, ...] = Field(default=(), description="These by import and destination.")
    notices: tuple[str, ...] = Field(default=(), description="What else a person should know, as sentences.")
    loaded_before: bool = Field(default=False, description="The content was known: nothing was done this time.")


class AdvancedLeads(FrozenModel):
    """How many leads of a destination calls took to their next action, or completed."""

    change: Literal["advanced", "completed"]
    destination: str
    leads: int


class ActivityResult(FrozenModel):
    """What came of loading a drop of call activity."""

    drop_id: str
    file_name: str
    rows_read: int
    rows_skipped: int = Field(default=0, description="Rows without any value, and others that are no row of a call.")
    rows_rejected: int = Field(description="Rows that could not be used: no scrub rule knows of them.")
    calls_added: int = Field(description="Calls that were added; a row with several phones has several.")
    calls_known: int = Field(description="Calls with a time that were loaded before, the same in everything.")
    calls_dialed: int = Field(default=0, description="Of the calls added: the person was dialed.")
    calls_connected: int = Field(default=0, description="Of the calls added: the person was reached.")
    calls_converted: int = Field(default=0, description="Of the calls added: the person converted.")
    first_call: datetime | None = Field(default=None, description="When the first of the calls added was, in UTC.")
    last_call: datetime | None = None
    reasons: dict[str, int] = Field(default_factory=dict, description="Rejected rows by reason.")
    lines_rejected: tuple[int, ...] = Field(default=(), description="Lines of the first of these.")
    rejected_file: str | None = Field(default=None, description="Path below the home: these rows, with reasons.")
    report_file: str | None = Field(default=None, description="Path below the home.")
    columns: dict[str, str] = Field(default_factory=dict, description="What a call says: the header of its column.")
    settings: dict[str, str] = Field(default_factory=dict, description="What was said of the drop as a whole.")
    leads_advanced: tuple[AdvancedLeads, ...] = Field(
        default=(), description="What the calls changed of enrollments, by destination."
    )
    notices: tuple[str, ...] = Field(default=(), description="What else a person should know, as sentences.")
    loaded_before: bool = Field(default=False, description="The content was known: nothing was done this time.")


class ScrubPreview(FrozenModel):
    """Whom the rules would leave out of a file under one setting."""

    scope: ScrubScope
    lookback_days: Literal["all"] | int
    without: tuple[str, ...] = ()
    rows_read: int
    rows_rejected: int
    rows_usable: int = Field(description="Rows that the rules are asked about: all but rejected and blank ones.")
    waterfall: Waterfall


class ProfileSummary(FrozenModel):
    """A profile that an import can name: `home` for one in the home, which wins over a `bundled` one of its name."""

    name: str
    origin: Literal["bundled", "home"]
    description: str


class ProfileCheck(FrozenModel):
    """What is wrong with a profile, a sentence per fault with line, culprit and fix; none when it can be used."""

    name: str
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = Field(default=(), description="What somebody should know of a profile that is valid.")

    @property
    def is_valid(self) -> bool:
        """Tell whether the profile can be used."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The rows of a query, and whether there were more of them than were asked for."""

    frame: "pl.DataFrame"
    has_more: bool
