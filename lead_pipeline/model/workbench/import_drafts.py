"""An import that somebody prepares step by step: the file, how it is read, what its columns become, where its leads go;
and what there is to see of it before anything is imported.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.reading_options import ReadingOptions

_Text = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]

#: What a column becomes: `field:phone`, `attribute:age` (one with rules), `alias:email`, `keep` (an attribute under its
#: own name), `skip` (it is not imported).
Target = Annotated[str, StringConstraints(pattern=r"^(keep|skip|(field|attribute|alias):.{1,200})$")]

KEEP, SKIP = "keep", "skip"


class ImportChoices(FrozenModel):
    """What somebody chose besides the file; what is None or empty is as the profile says."""

    reading: ReadingOptions = Field(default=ReadingOptions(), description="Where detection is to be overruled.")
    columns: dict[str, Target] = Field(default_factory=dict, description="Column of the file: what it becomes.")
    destination_kind: str = ""
    destination_name: _Text = ""
    identify_by: str = ""
    default_region: _Text = ""
    phone_format: Literal["", "any", "international", "national"] = ""
    secondary_contacts: int | None = Field(default=None, ge=0, le=10)
    scrub_scope: Literal["", "destination", "company"] = ""
    lookback_days: _Text = ""
    scrub_rules: dict[str, bool] = Field(default_factory=dict, description="Rule: whether it leaves people out.")
    on_duplicate: str = ""
    approval: Literal["", "auto", "manual"] = ""
    enroll: bool | None = None
    restart_matches: Literal["", "nothing", "stop", "start", "restart"] = ""
    expires_after: _Text = ""
    max_attempts: _Text = ""
    defaults: dict[str, str] = Field(default_factory=dict, description="Attribute: value of rows that leave it empty.")


class ImportDraft(FrozenModel):
    """A prepared import, as it is kept."""

    draft_id: str
    profile: str = Field(description="Name of the profile that it starts from.")
    file_id: str = Field(description="The upload that is imported.")
    file_name: str
    title: _Text = Field(default="", description="What somebody calls it.")
    choices: ImportChoices = ImportChoices()
    saved_as: str = Field(default="", description="The profile that the choices were saved as.")
    import_id: str = Field(default="", description="The import that it was started as.")
    started_before: tuple[str, ...] = Field(default=(), description="Imports of earlier attempts.")
    created_at: datetime
    changed_at: datetime


class DraftColumn(FrozenModel):
    """One column, with what it looks like and becomes."""

    name: str
    samples: tuple[str, ...]
    fill_rate: float
    looks_like: str
    target: str
    proposed: str = Field(description="What it would become if nobody chose.")
    evidence: str
    taken_as: str = Field(default="", description="What the profile takes it as by itself: a secondary contact.")


class TargetChoice(FrozenModel):
    """Something that a column can become."""

    value: str
    words: str
    group: str
    is_required: bool = False


class IdentifierShare(FrozenModel):
    """A kind of identifier that the file has, and how many of the rows looked at have one."""

    kind: str
    column: str
    filled: float
    usable: float = Field(description="Share of the rows with a value that can be read.")


class DraftReading(FrozenModel):
    """How the file is read, with its first rows; `trouble` says why it cannot be."""

    trouble: str = ""
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_line: int | None = None
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    row_count: int = 0
    row_count_is_exact: bool = True
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()


class DraftView(FrozenModel):
    """A prepared import as it is now."""

    draft: ImportDraft
    reading: DraftReading
    columns: tuple[DraftColumn, ...] = ()
    targets: tuple[TargetChoice, ...] = ()
    identifiers: tuple[IdentifierShare, ...] = ()
    suggested_identifier: str = ""
    destination: str = ""
    identify_by: str = ""
    profile_text: str = Field(default="", description="The profile that the choices make.")
    problems: tuple[str, ...] = Field(default=(), description="What stands in the way of an import, as sentences.")
    warnings: tuple[str, ...] = ()
    is_changed: bool = Field(default=False, description="The choices make another profile than the one named.")


class DryRunRow(FrozenModel):
    """A row that would not be imported."""

    row_number: int
    outcome: str
    titles: tuple[str, ...]
    guidance: str


class FileToPick(FrozenModel):
    """A file that is here already and can be imported."""

    file_ref: str = Field(description="Names it; no path.")
    file_name: str
    where: Literal["upload", "inbox", "quarantine"]
    size: int
    at: datetime
    note: str = Field(default="", description="Why it lies in quarantine.")


class SavedProfile(FrozenModel):
    """A profile as it was saved."""

    name: str
    file: str = Field(description="Path below the home.")
    warnings: tuple[str, ...] = ()


class ProfileFile(FrozenModel):
    """The text of a profile, and the version of it that an editor has seen."""

    name: str
    origin: Literal["bundled", "home"]
    text: str
    version: str = Field(description="Changes with the text; empty for one that is not in the home.")
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
