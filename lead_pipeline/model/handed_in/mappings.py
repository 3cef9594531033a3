"""Which column of a file is what, as somebody said who saw the file: for one import, instead of a profile."""

from typing import Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel, IdentifierKind


class IdentifierColumn(FrozenModel):
    """The column by which people are told from one another."""

    column: str
    kind: IdentifierKind


class HandMapping(FrozenModel):
    """What the columns of one file are. What is not named is kept as an attribute, unless others are ignored."""

    primary_identifier: IdentifierColumn
    field_mappings: dict[str, str | None] = Field(
        default_factory=dict, description="Column: the field that it supplies; null: it is not imported."
    )
    alias_mappings: dict[str, str] = Field(
        default_factory=dict,
        description="Column: the kind of a further identifier of the same person, such as `_alias_phone`.",
    )
    other_columns: Literal["attributes", "ignore"] = Field(
        default="attributes", description="What becomes of columns that are not named here."
    )


class SuggestedMapping(FrozenModel):
    """What the columns of a file seem to be, by their names and values."""

    identifier: IdentifierColumn | None = Field(description="null where no column clearly identifies anybody.")
    mappings: dict[str, str] = Field(
        description="Column: a field, or `_alias_<kind>` for a further identifier; only what is clear."
    )
