"""What is known of an import once it is over: the record that ledger, receipt, report, metadata and `--json` share.
Counts, codes and names of files and columns only; never a value of a row.
"""

from datetime import datetime

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.lead_management.leads_changed import LeadsChanged
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.scrub.waterfall import Waterfall


class ReasonCount(FrozenModel):
    """How many rows a reason was given to, and where the first of them are."""

    code: str
    outcome: str = Field(description="The outcome that the reason causes, `warning`, or `file`.")
    count: int
    first_rows: tuple[int, ...] = ()
    first_lines: tuple[int, ...] = ()
    columns: dict[str, int] = Field(
        default_factory=dict, description="How often it was given for a column of the file, or a field without one."
    )


class RowCounts(FrozenModel):
    """Rows by outcome; every row read is in exactly one of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    suppressed: int = 0
    rejected: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """Return the rows that have an outcome."""
        return sum(self.of(outcome) for outcome in Outcome)

    def of(self, outcome: Outcome) -> int:
        """Return the number of rows with that outcome."""
        return int(getattr(self, outcome.value))


class SequelFacts(FrozenModel):
    """What an import is of an earlier one: nothing, or its sequel, whose rows that one had left out."""

    of: str | None = Field(default=None, description="The import that left most of the rows out first.")
    recovered: dict[str, int] = Field(
        default_factory=dict, description="Import that left rows out first: how many of them became leads by this one."
    )
    still_rejected: int = Field(default=0, description="Rejected rows that are as they were, and rejected before.")
    known: int = Field(
        default=0, description="Duplicates and suppressed rows that were rows of that import: nothing is to be done."
    )

    preceded_by: tuple[str, ...] = Field(
        default=(), description="Its own sequels that were imported before it, although their files came later."
    )

    @property
    def rows_recovered(self) -> int:
        """Return how many rows that had been left out became leads by this import."""
        return sum(self.recovered.values())

    def reject_rate(self, rejected: int, rows_read: int | None) -> float:
        """Return the share of rejected rows among those that are judged: rows that are as they were, and as wrong as
        they were, are not judged a second time; 0 for no rows.
        """
        judged = (rows_read or 0) - self.still_rejected
        return (rejected - self.still_rejected) / judged if judged > 0 else 0.0


class FileFacts(FrozenModel):
    """What was found out about the file itself."""

    file_name: str
    file_sha256: str
    file_bytes: int
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    newline: str = ""
    sheet: str = Field(default="", description="The sheet that was read, of a workbook.")
    header_line: int | None = Field(default=None, description="Line, or sheet row, of the header.")
    notes: tuple[str, ...] = Field(default=(), description="What was unusual about the file, as sentences.")
    columns: tuple[str, ...] = ()
    mapping: dict[str, str] = Field(
        default_factory=dict,
        description="Field: the column that supplies it; of several that are joined, `area + number`.",
    )
    ignored: tuple[str, ...] = Field(default=(), description="Columns of which nothing was kept, in file order.")


class Progress(FrozenModel):
    """How far an import is, in the numbers that people watch; when it is over, `imported + skipped = processed`."""

    total: int | None = Field(default=None, description="Rows of the file; null until it is read to its end.")
    processed: int = Field(default=0, description="Rows whose outcome is known.")
    imported: int = Field(default=0, description="Rows that became a lead or updated one.")
    skipped: int = Field(
        default=0,
        description="Rows that were not imported: duplicates, invalid, suppressed, blank, without any change.",
    )
    errors: int = Field(default=0, description="Rows among the skipped that are invalid.")


class StageTiming(FrozenModel):
    """Seconds spent in one stage of an import."""

    stage: str
    seconds: float


class ImportResult(FrozenModel):
    """One import, finished: what `lead-pipeline show` prints and the report is made from."""

    import_id: str
    status: ImportStatus
    profile: str
    destination: str
    source: str = Field(default="", description="The folder below the profile's that the file came from.")
    file: FileFacts
    rows_read: int | None = Field(description="null when the file was refused before its rows were counted")
    counts: RowCounts = RowCounts()
    contacts_created: int = 0
    duplicates_of: dict[str, int] = Field(
        default_factory=dict, description="Earlier import: how many rows are leads that it created, most first."
    )
    reasons: tuple[ReasonCount, ...] = ()
    message: str = Field(
        default="",
        description="For a refused file: what, what was found, how to fix it; for one that waits: why it does.",
    )
    waterfall: Waterfall = Field(default=Waterfall(), description="Which rules left rows out.")
    lead_changes: tuple[LeadsChanged, ...] = Field(
        default=(), description="What became of leads that were there already, by destination."
    )
    layout_changes: tuple[str, ...] = Field(
        default=(), description="How the columns differ from those of the profile's last files, as sentences."
    )
    notices: tuple[str, ...] = Field(default=(), description="What else a person should know, as sentences.")
    judged_again: tuple[str, ...] = Field(
        default=(), description="Imports that judged again the rows of this one that became no lead, oldest first."
    )
    sequel: SequelFacts = Field(default=SequelFacts(), description="What this import is of an earlier one.")
    recovered_by: dict[str, int] = Field(
        default_factory=dict,
        description="Later import: how many of the rows that were left out here became leads by it, most first.",
    )
    started_at: datetime
    ended_at: datetime
    timings: tuple[StageTiming, ...] = ()
    rejected_file: str | None = Field(
        default=None, description="Path below the home; null when every row was imported."
    )
    rejected_workbook: str | None = Field(default=None, description="Path below the home: the same rows as a workbook.")
    warned_file: str | None = Field(
        default=None, description="Path below the home: the rows that were imported with warnings; null for none."
    )
    report_file: str | None = Field(default=None, description="Path below the home.")
    already_imported: bool = Field(default=False, description="The content was known: nothing was done this time.")
    dry_run: bool = Field(default=False, description="Nothing was kept; the rest says what an import would do.")
    dry_run_file: str | None = Field(default=None, description="Path below the home: what would become of each row.")

    @property
    def is_supposed(self) -> bool:
        """Tell whether the counts say what would become of the rows, and not what became of them."""
        return (self.dry_run and not self.already_imported) or (
            self.status not in COMMITTED and self.status != ImportStatus.REVERTED
        )

    @property
    def progress(self) -> Progress:
        """Return the counts as the numbers that people watch; of what is only supposed, nothing is imported."""
        counts = self.counts
        would = counts.created + counts.updated
        return Progress(
            total=self.rows_read,
            processed=counts.total,
            imported=0 if self.is_supposed else would,
            skipped=counts.total - would,
            errors=counts.rejected,
        )

    @property
    def reject_rate(self) -> float:
        """Share of the rows read that were rejected; 0 for no rows. In a sequel, rows that are as they were when they
        were rejected before are not counted again.
        """
        return self.sequel.reject_rate(self.counts.rejected, self.rows_read)

    @property
    def rows_recovered(self) -> int:
        """Return how many rows that were left out here became leads by later imports."""
        return sum(self.recovered_by.values())
