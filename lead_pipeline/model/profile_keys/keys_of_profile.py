"""The keys of a profile, their defaults and what each says. What several keys say together does not belong here."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import AttributeName, FieldName, FrozenModel, IdentifierKind
from lead_pipeline.model.lead_management.management_keys import LeadManagement
from lead_pipeline.model.lists.required_list import RequiredList
from lead_pipeline.model.policies import (
    AliasRule,
    Approval,
    DuplicatesInFile,
    Notify,
    OnDuplicate,
    OnLayoutChange,
    RejectRate,
    SecondaryContacts,
    WriteMode,
)
from lead_pipeline.model.profile_keys.consent import Consent
from lead_pipeline.model.profile_keys.fingerprint import AddedLater
from lead_pipeline.model.reading_options import ReadingOptions
from lead_pipeline.model.row_rules import RowRule
from lead_pipeline.model.rules import FieldRule
from lead_pipeline.model.scrub.scrub_rules import Scrub, ScrubScope

ProfileName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class ProfileKeys(FrozenModel):
    """What a profile is written with."""

    name: ProfileName
    description: str = ""
    destination: Destination
    reading: ReadingOptions = Field(
        default=ReadingOptions(), description="How the file is read, where detection is to be overruled."
    )
    settle: float = Field(
        default=2.0,
        ge=0,
        le=86_400,
        description="Seconds for which a dropped file must not have changed before it is imported.",
    )
    default_region: Region | None = Field(
        default=None, description="ISO code of the country assumed for numbers written without +."
    )
    fields: dict[FieldName, FieldRule] = Field(min_length=1, description="Standard field: the column and rules it has.")
    attributes: dict[AttributeName, FieldRule] = Field(
        default_factory=dict, description="Attributes that have to fulfil rules: the column and rules of each."
    )
    row_rules: tuple[RowRule, ...] = Field(
        default=(),
        description="What several values of a row must fulfil together: one_of, together, required_if, compare.",
    )
    aliases: dict[IdentifierKind, AliasRule] = Field(
        default_factory=dict, description="Columns with further identifiers of the same contact, by their kind."
    )
    secondary_contacts: SecondaryContacts | None = Field(
        default=None, description="Further people of a lead, each in columns of its own."
    )
    mapping: Literal["exact", "auto"] = Field(
        default="exact",
        description="exact: columns are found by the names below `fields:` alone; auto: then by synonyms and values.",
    )
    split_full_name: bool = Field(
        default=False, description="Fill first_name and last_name from full_name, in rows that leave both empty."
    )
    repair: Literal["none", "safe"] = Field(
        default="none",
        description="Spreadsheet damage: none reports it, safe repairs it if there is only one possible original.",
    )
    other_columns: Literal["attributes", "ignore"] = Field(
        default="attributes", description="How columns that no field names are handled."
    )
    do_not_contact_column: str | None = Field(
        default=None,
        description="Header of the column that says who may not be contacted, or `ignore`; else it is recognized.",
    )
    ignore_columns: tuple[str, ...] = Field(default=(), description="Headers of columns that are not imported.")
    null_words: tuple[str, ...] = Field(
        default=(),
        description="Further words for a missing value, in every column (case-insensitive), such as [tbd].",
    )
    default_attributes: dict[AttributeName, str] = Field(
        default_factory=dict, description="Attributes for rows that leave the value empty or have no such column."
    )
    identify_by: IdentifierKind = Field(
        default="phone", description="The field that identifies a person: contacts and duplicates are matched on it."
    )
    rows_without_identifier: Literal["reject", "create"] = Field(
        default="reject", description="How a row without it is handled: rejected, or always a new lead."
    )
    scrub_scope: ScrubScope = Field(default="destination", description="Short form of the `scope` of `scrub`.")
    scrub: Annotated[Scrub, AddedLater()] = Field(
        default=Scrub(), description="Who is left out because of earlier leads and calls."
    )
    consent: Annotated[Consent | None, AddedLater()] = Field(
        default=None, description="What a row has to say about the consent of its person, and how old that may be."
    )
    write_mode: WriteMode = Field(
        default="create_only", description="create_only: new leads; update_only: existing leads; upsert: both."
    )
    on_duplicate: OnDuplicate | None = Field(
        default=None,
        description="How a row whose lead exists is handled: skip, update, fill, reject. Default: skip if leads "
        "are only created, else update.",
    )
    duplicates_in_file: DuplicatesInFile = Field(
        default="first",
        description="Which of several good rows for one person is imported: first, last, merge, reject_all.",
    )
    approval: Approval = Field(
        default="auto",
        description="auto; manual: a person approves each import; or {auto_below: share of rejected rows}.",
    )
    on_layout_change: OnLayoutChange = Field(
        default="warn", description="When columns differ from the previous files': ignore, warn, or hold for approval."
    )
    required_lists: Annotated[tuple[RequiredList, ...], AddedLater()] = Field(
        default=(), description="Lists without which nothing is imported."
    )
    lead_management: Annotated[LeadManagement, AddedLater()] = Field(
        default=LeadManagement(),
        description="What becomes of leads besides: enrollment, leads that are there already, expiry, data for all.",
    )
    notify: Notify | None = Field(default=None, description="Who gets an email when an import has ended.")
    reject_rate: RejectRate = RejectRate()
