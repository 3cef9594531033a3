"""What programs send and are answered, as models, which describe themselves as OpenAPI. Names and codes beyond those of
LeadPipeline's own models are here, and nothing is decided.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.handed_in.import_state import ImportState
from lead_pipeline.model.handed_in.judged_leads import MOST_LEADS, JudgedLead
from lead_pipeline.model.handed_in.mappings import HandMapping, IdentifierColumn
from lead_pipeline.model.handed_in.row_errors import RowError
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import ImportResult, RowCounts
from lead_pipeline.model.scrub.scrub_rules import Lookback, ScrubScope
from lead_pipeline.model.suppression_kinds import SuppressionKind
from lead_pipeline.pipeline import DEFAULT_PROFILE

JobStatus = Literal["in_progress", "completed", "failed"]
FileKind = Literal["report", "rejected_file", "rejected_workbook", "warned_file"]

FileId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$"), Field(description="The upload.")]
DestinationText = Annotated[
    str | None,
    Field(description="What the leads are loaded into, `kind:name`, when not what the profile says."),
]


class Problem(FrozenModel):
    """What went wrong (RFC 9457): a sentence that says how to go on."""

    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = Field(default=None, description="Of a request that is malformed: where.")


class Preview(FrozenModel):
    """An upload, and what its columns seem to be."""

    file_id: str
    file_name: str
    headers: list[str]
    sample_rows: list[list[str | None]] = Field(description="The first rows, a cell for each header.")
    row_count: int | None = Field(description="null when the rows were not counted, because the file is large.")
    suggested_identifier: IdentifierColumn | None
    suggested_mappings: dict[str, str] = Field(
        description="Header: a field for `field_mappings`, or `_alias_<kind>` for `alias_mappings`."
    )


class StartImport(FrozenModel):
    """Which upload is to be imported, and how: by a profile, or by what its columns are."""

    file_id: FileId
    profile: str | None = Field(default=None, description="The profile that says how files of this kind are imported.")
    destination: DestinationText = None
    primary_identifier: IdentifierColumn | None = Field(
        default=None, description="Without a profile: the column by which people are identified."
    )
    field_mappings: dict[str, str | None] = Field(
        default_factory=dict, description="Header: the field that it supplies; null: it is not imported."
    )
    alias_mappings: dict[str, str] = Field(
        default_factory=dict, description="Header: `_alias_<kind>`, a further identifier of the same person."
    )
    other_columns: Literal["attributes", "ignore"] = Field(
        default="attributes", description="Without a profile: what becomes of columns that are not mapped."
    )

    @model_validator(mode="after")
    def _says_how(self) -> Self:
        if (self.profile is None) == (self.primary_identifier is None):
            raise ValueError("say either `profile` or `primary_identifier`, and not both")
        if self.profile is not None and (self.field_mappings or self.alias_mappings):
            raise ValueError("a profile says what the columns are; leave out the mappings, or the profile")
        return self

    @property
    def mapping(self) -> HandMapping | None:
        """Return what the columns are, where a profile does not say it."""
        if self.primary_identifier is None:
            return None
        return HandMapping(
            primary_identifier=self.primary_identifier,
            field_mappings=self.field_mappings,
            alias_mappings=self.alias_mappings,
            other_columns=self.other_columns,
        )


class StartedJob(FrozenModel):
    """An import that was handed over."""

    job_id: str
    status: JobStatus


class Job(FrozenModel):
    """An import as programs of such importers know it."""

    job_id: str
    status: JobStatus
    import_status: ImportStatus
    created_at: datetime
    completed_at: datetime | None
    file_name: str
    total_rows: int | None = Field(description="null until the rows were counted.")
    created_count: int
    updated_count: int
    failed_count: int = Field(description="Rows that were rejected.")
    errors: list[RowError] = Field(description="Why rows were rejected; a page of them, of one import alone.")
    errors_total: int = Field(description="How many there are on all pages; 0 in a list of imports.")


def job_of(state: ImportState, errors: tuple[RowError, ...] = (), total: int = 0) -> Job:
    """Return where an import stands in the words of such importers. Of what only waits, nothing is created."""
    result, progress = state.result, state.progress
    counts = result.counts if result is not None and not result.is_supposed else RowCounts()
    return Job(
        job_id=state.import_id,
        status=state.phase,
        import_status=state.status,
        created_at=state.submitted_at,
        completed_at=state.ended_at,
        file_name=state.file_name,
        total_rows=result.rows_read if result is not None else progress.total if progress is not None else None,
        created_count=counts.created,
        updated_count=counts.updated,
        failed_count=counts.rejected,
        errors=list(errors),
        errors_total=total,
    )


class ImportPage(FrozenModel):
    """Some imports, and how many there are."""

    imports: list[ImportState]
    total: int


class ResultFile(FrozenModel):
    """A file that an import left for people."""

    kind: FileKind
    size: int = Field(description="Bytes.")
    url: str = Field(description="Path of this server.")


#: The values of a lead under the names that the columns of a file would have, or under those of our fields.
Lead = Annotated[
    dict[Annotated[str, StringConstraints(max_length=200)], str | int | float | bool | None],
    Field(examples=[{"phone": "+1 951 555 0136", "email": "ana@example.com", "first_name": "Ana"}]),
]


class LeadsSent(FrozenModel):
    """Leads that are to be imported at once."""

    leads: list[Lead] = Field(min_length=1, max_length=MOST_LEADS)
    profile: str = Field(default=DEFAULT_PROFILE, description="How they are read.")
    destination: DestinationText = None


class LeadsAnswer(FrozenModel):
    """What became of leads."""

    import_id: str
    status: ImportStatus
    already_imported: bool = Field(description="The same leads came before: nothing is done, and this is what was.")
    counts: RowCounts
    message: str = Field(description="Why it waits; empty for most.")
    leads: list[JudgedLead]


class ScrubAsked(FrozenModel):
    """Whom the rules would leave out of an upload."""

    file_id: FileId
    profile: str = DEFAULT_PROFILE
    destination: DestinationText = None
    scopes: list[ScrubScope] = Field(default=[], max_length=2, description="Try these instead of the profile's.")
    lookback_days: list[Lookback] = Field(
        default=[], max_length=5, description="Try these numbers of days, or `all`; with scopes, every pair of them."
    )
    without: list[str] = Field(default=[], description="Rules, or kinds of suppressions, to leave aside.")


class DryRunAsked(StartImport):
    """What an import of an upload would come to."""


class IdentifierAsked(FrozenModel):
    """Who is asked about; never in an address, where it would be kept by whoever stands in between."""

    identifier: str = Field(min_length=1, max_length=500, description="A phone in any spelling, an email, or another.")
    region: str | None = Field(default="US", description="Country (ISO code) of a number that is written without +.")


class SuppressionEntry(FrozenModel):
    """Somebody who must not be contacted."""

    phone: str | None = Field(default=None, max_length=100)
    email: str | None = Field(default=None, max_length=320)
    source: str | None = Field(default=None, max_length=200, description="Where that was said.")

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not (self.phone or "").strip() and not (self.email or "").strip():
            raise ValueError("an entry needs a phone or an email")
        return self


class SuppressionsSent(FrozenModel):
    """People who must not be contacted any more."""

    kind: SuppressionKind
    entries: list[SuppressionEntry] = Field(min_length=1, max_length=MOST_LEADS)
    list_name: str | None = Field(default=None, description="The list that they are added to.")
    region: str | None = Field(default="US", description="Country (ISO code) of numbers that are written without +.")
    destination: DestinationText = None


class ProfileAnswer(FrozenModel):
    """A profile, as it is written and in full."""

    name: str
    description: str
    yaml: str
    profile: dict[str, Any]


class Health(FrozenModel):
    """Whether this server answers, and what it is."""

    status: Literal["ok"] = "ok"
    version: str
    read_only: bool


def leads_answer(result: ImportResult, leads: tuple[JudgedLead, ...]) -> LeadsAnswer:
    """Return what became of leads."""
    return LeadsAnswer(
        import_id=result.import_id,
        status=result.status,
        already_imported=result.already_imported,
        counts=result.counts,
        message=result.message,
        leads=list(leads),
    )
