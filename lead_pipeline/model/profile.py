"""How one kind of file is imported: a frozen pydantic model, and the sentences for what is wrong with one.
Reading YAML, and knowing which countries exist, belongs in profiles/; nothing here opens a file.
"""

import hashlib
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.fields import RESERVED_COLUMNS, STANDARD_FIELDS, FieldRule, FrozenModel
from lead_pipeline.model.reading_options import ReadingOptions

DestinationKind = Literal["schedule", "offer", "campaign", "flow", "list", "workspace"]
DESTINATION_KINDS: tuple[DestinationKind, ...] = (
    "schedule",
    "offer",
    "campaign",
    "flow",
    "list",
    "workspace",
)


class RuleError(ValueError):
    """What contradicts itself in a profile, and the key to look at; pydantic reports it among its own errors."""

    def __init__(self, sentence: str, *key: str) -> None:
        super().__init__(sentence)
        self.key = key


def _standard_field(name: str) -> str:
    if name not in STANDARD_FIELDS:
        raise ValueError(
            f"this is not a field.{did_you_mean(name, STANDARD_FIELDS)} The fields are "
            f"{listed(STANDARD_FIELDS, limit=30)}; a column that is none of them becomes an attribute by itself"
        )
    return name


def _free_name(name: str) -> str:
    if name in RESERVED_COLUMNS or not name.strip():
        raise ValueError("an attribute cannot have this name; choose another")
    return name


FieldName = Annotated[str, AfterValidator(_standard_field)]
AttributeName = Annotated[str, AfterValidator(_free_name)]
ProfileName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Rate = Annotated[float, Field(ge=0, le=1)]


_LONGEST_NAME = 80


class Destination(FrozenModel):
    """What a lead is loaded into."""

    kind: DestinationKind
    name: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_NAME, strip_whitespace=True)]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind:name`, as the command line spells it; raises UsageError."""
        kind, _, name = text.partition(":")
        if kind not in DESTINATION_KINDS or not 0 < len(name.strip()) <= _LONGEST_NAME:
            raise UsageError(
                f"Destination '{text[:100]}' is not of the form kind:name.{did_you_mean(kind, DESTINATION_KINDS)} "
                f"Write for example schedule:solar; the kinds are {listed(DESTINATION_KINDS)}, and a name has "
                f"1 to {_LONGEST_NAME} characters."
            )
        return cls(kind=kind, name=name)


class RejectRate(FrozenModel):
    """Shares of rejected rows at which the `reject_rate` check warns and fails."""

    warn: Rate = 0.1
    error: Rate = 0.5

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.warn > self.error:
            raise RuleError("warn must not be above error; swap the two numbers", "warn")
        return self


class ImportProfile(FrozenModel):
    """Everything that decides how a file of this kind is imported."""

    name: ProfileName
    description: str = ""
    destination: Destination
    reading: ReadingOptions = Field(
        default=ReadingOptions(), description="How the file is read, where detection is to be overruled."
    )
    default_region: Region | None = Field(
        default=None, description="ISO code of the country assumed for numbers written without +."
    )
    fields: dict[FieldName, FieldRule] = Field(min_length=1, description="Standard field: the column and rules it has.")
    mapping: Literal["exact", "auto"] = Field(
        default="exact",
        description="exact: columns are found by the names below `fields:` alone; auto: then by synonyms and values.",
    )
    repair: Literal["none", "safe"] = Field(
        default="none",
        description="What a spreadsheet damaged: named only, or repaired where there is just one possible original.",
    )
    other_columns: Literal["attributes", "ignore"] = Field(
        default="attributes", description="What becomes of columns that no field names."
    )
    default_attributes: dict[AttributeName, str] = Field(
        default_factory=dict,
        description="Attributes for rows that leave the value empty or have no such column.",
    )
    identify_by: Literal["phone", "email"] = Field(
        default="phone",
        description="The field that says who somebody is: contacts and duplicates are judged by it.",
    )
    scrub_scope: Literal["destination", "company"] = Field(
        default="destination",
        description="Where an existing lead makes a row a duplicate: here, or anywhere.",
    )
    reject_rate: RejectRate = RejectRate()

    @model_validator(mode="after")
    def _somebody_is_identified(self) -> Self:
        who, rule = self.identify_by, self.fields.get(self.identify_by)
        if rule is None or rule.type != who or not rule.required:
            needed = f"{who}: {{type: {who}, required: true}}"
            raise RuleError(f"leads are identified by {who}, so `fields:` needs {needed}", "fields", who)
        if rule.on_invalid != "reject":
            raise RuleError(
                f"leads are identified by {who}, so a bad one cannot be blanked; write reject, or leave it out",
                *("fields", who, "on_invalid"),
            )
        return self

    @model_validator(mode="after")
    def _columns_serve_one_field(self) -> Self:
        """Headers are matched whatever their case and outer blanks, so they are told apart alike here."""
        taken: dict[str, str] = {}
        for field in self.fields:
            column = self._folded_column_of(field)
            if column in taken:
                raise RuleError(
                    f"column '{self.column_of(field)}' is named by two fields, {taken[column]} and {field} "
                    "(letter case and outer blanks aside); name it under one",
                    *("fields", field, "column"),
                )
            taken[column] = field
        return self

    @model_validator(mode="after")
    def _attributes_are_no_fields(self) -> Self:
        columns = {self._folded_column_of(field): field for field in self.fields}
        for name in self.default_attributes:
            field = columns.get(name.strip().casefold())
            if field is not None:
                raise RuleError(
                    f"the column '{name}' is the field {field}, not an attribute; remove the default, or the field",
                    *("default_attributes", name),
                )
        return self

    def __hash__(self) -> int:
        """Make profiles keys of caches: pydantic's own hash of a frozen model fails on its dicts."""
        return hash((self.name, self.fingerprint))

    @model_validator(mode="after")
    def _phones_have_a_country(self) -> Self:
        for field, rule in self.fields.items():
            if rule.type != "phone":
                continue
            if rule.region_field is not None and rule.region_field not in self.fields:
                raise ValueError(
                    f"{field} takes its country from the field {rule.region_field}, which the profile does not have; "
                    f"add `{rule.region_field}: {{type: text}}` under `fields:`"
                )
            if rule.format == "national" and self.default_region is None and rule.region_field is None:
                raise ValueError(
                    f"{field} is written nationally, so its country must be known; set default_region (such as US)"
                )
        return self

    def column_of(self, field: str) -> str:
        """Return the header of the column that supplies `field`."""
        return self.fields[field].column or field

    def _folded_column_of(self, field: str) -> str:
        return self.column_of(field).strip().casefold()

    def with_destination(self, destination: Destination) -> "ImportProfile":
        """Return this profile aimed at another destination."""
        return self.model_copy(update={"destination": destination})

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything in the profile: two profiles with one fingerprint import alike."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
