"""Imports as people look at them: one, a list of them, days, and how a source does over time. Counts, names and
sentences only; never a value of a row.
"""

import datetime as dt
from typing import Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.results import ImportResult, RowCounts

#: The statuses that people look for together.
StatusGroup = Literal["imported", "waiting", "refused", "under_way", "undone"]

#: What is in each group. Every status is in one.
STATUS_GROUPS: dict[StatusGroup, frozenset[ImportStatus]] = {
    "imported": COMMITTED,
    "waiting": frozenset({ImportStatus.AWAITING_APPROVAL}),
    "refused": frozenset({ImportStatus.QUARANTINED, ImportStatus.FAILED}),
    "under_way": frozenset({ImportStatus.QUEUED, ImportStatus.PROCESSING}),
    "undone": frozenset({ImportStatus.CANCELLED, ImportStatus.REVERTED}),
}


class ImportFilter(FrozenModel):
    """Which imports to look at; what is not given leaves none out."""

    group: StatusGroup | None = None
    profile: str | None = None
    source: str | None = Field(default=None, description="The folder below the profile's; empty for files in none.")
    day: dt.date | None = Field(default=None, description="The day on which they ended, or came when they did not.")


class ImportLine(FrozenModel):
    """One import in a list."""

    import_id: str
    status: ImportStatus
    profile: str
    source: str = Field(default="", description="The folder below the profile's that the file came from.")
    destination: str
    file_name: str
    rows_read: int | None
    counts: RowCounts
    reject_rate: float = 0.0
    rows_recovered: int = Field(default=0, description="Rows that were left out here and are leads by now.")
    sequel_of: str | None = None
    why: str = Field(default="", description="Why it was refused, waits, or has not begun.")
    unusual: tuple[str, ...] = Field(default=(), description="What is unusual for its source, as sentences.")
    came_at: dt.datetime
    at: dt.datetime = Field(description="When it ended or began to wait; else when it came.")

    @property
    def is_supposed(self) -> bool:
        """Tell whether the counts say what would become of the rows."""
        return self.status not in COMMITTED and self.status != ImportStatus.REVERTED


class ImportsPage(FrozenModel):
    """Some of the imports that a filter finds, newest first."""

    lines: tuple[ImportLine, ...]
    total: int
    profiles: tuple[str, ...] = Field(description="Of all imports, in alphabetical order.")


class DayLook(FrozenModel):
    """What came on a day, and what became of it. Rows are those of files that were imported."""

    day: dt.date
    files: int = 0
    imported: int = 0
    waiting: int = 0
    refused: int = 0
    under_way: int = 0
    undone: int = 0
    rows_read: int = 0
    counts: RowCounts = RowCounts()


class Measure(FrozenModel):
    """One number of a source from file to file, and what it usually is."""

    name: str
    title: str
    is_share: bool = Field(description="A share of the rows read, from 0 to 1; else a number of rows.")
    values: tuple[float, ...] = Field(description="Of the last files, oldest first.")
    usual: float | None = Field(default=None, description="What the files before the last come to on average.")
    low: float | None = Field(default=None, description="Below this the last value is unusual; null: too few files.")
    high: float | None = None

    @property
    def latest(self) -> float:
        """Return the value of the last file."""
        return self.values[-1]

    @property
    def is_unusual(self) -> bool:
        """Tell whether the last value is outside what it usually is."""
        return self.low is not None and self.high is not None and not self.low <= self.latest <= self.high


class Scorecard(FrozenModel):
    """How the files of one source do: a profile, or a folder below the profile's."""

    profile: str
    source: str
    files: int
    refused: int
    rows_read: int
    counts: RowCounts
    invalid_phones: int = Field(default=0, description="Rows that were rejected for their phone.")
    recovered: int = 0
    overlaps: dict[str, int] = Field(
        default_factory=dict, description="Other source: rows that are leads of its already, most first."
    )
    last_import_id: str
    last_at: dt.datetime
    measures: tuple[Measure, ...]

    @property
    def name(self) -> str:
        """Return what the source is called: `solar`, `solar/acme`."""
        return f"{self.profile}/{self.source}" if self.source else self.profile

    @property
    def accepted(self) -> float:
        """Return the share of rows that became a lead, or are one by now; 0 for no rows."""
        taken = self.counts.created + self.counts.updated + self.counts.unchanged
        return taken / self.rows_read if self.rows_read else 0.0

    @property
    def unusual(self) -> tuple[Measure, ...]:
        """Return the measures whose last value is unusual."""
        return tuple(measure for measure in self.measures if measure.is_unusual)


FileKind = Literal["rejected_workbook", "rejected_file", "warned_file", "report", "original"]


class ImportLook(FrozenModel):
    """Everything there is to look at of one import."""

    line: ImportLine
    result: ImportResult | None = Field(default=None, description="null until it ended or waits.")
    files: dict[FileKind, int] = Field(default_factory=dict, description="Files to download, with their bytes.")
    has_rows: bool = Field(default=False, description="Rows that were left out can be looked at.")
    has_warned_rows: bool = False
    unusual: tuple[str, ...] = ()
