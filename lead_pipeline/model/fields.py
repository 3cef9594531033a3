"""The standard fields of a lead, and the kinds a field can have in a profile. How a value becomes canonical belongs
in normalizing/, where a column is found for a field in mapping/.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

#: Every field a lead can have, with what it means. Everything else that a file says is an attribute.
STANDARD_FIELDS: dict[str, str] = {
    "phone": "the number the lead is called on, stored as E.164",
    "email": "the lead's email address, normalized",
    "first_name": "given name",
    "last_name": "family name",
    "full_name": "the whole name in one value",
    "company": "organisation the lead belongs to",
    "street": "street and house number",
    "city": "city",
    "state": "state, province or region",
    "postal_code": "postal code, always text",
    "country": "country name or ISO code",
    "remote_ip": "address of the machine the lead came from",
    "expires_in": "hours until the lead expires, counted from the import",
    "notes": "free text",
}

#: The columns our own frames add; no field, attribute or file column may take these names.
RESERVED_COLUMNS = ("row_number", "line_number", "reasons", "warnings", "attributes", "extra_cells")

#: What can be derived from a phone, as normalized leads and the store name it.
DERIVED_COLUMNS = ("phone_extension", "phone_type", "phone_region", "phone_time_zones", "phone_national")

#: What a person is told about one row beyond its reasons: sentences that hold values, for the store and rejected file.
HINTS = "hints"

#: The further numbers of a cell that held several, E.164 in the order of the cell, in normalized leads.
SECONDARY_PHONES = "secondary_phones"

#: The columns that a rejected file has behind the original ones. Dropped back after fixing, the file is recognised by
#: them, and they are neither fields nor attributes.
REJECTED_FILE_COLUMNS = ("_row_number", "_line_number", "_outcome", "_reasons", "_guidance", "_extra_cells")

#: What a bad value does: reject the row, or blank the value, keep the row and record a warning.
OnInvalid = Literal["reject", "blank"]


class FrozenModel(BaseModel):
    """Base of everything that describes an import: never changed once read, and no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _FieldRule(FrozenModel):
    column: str | None = Field(
        default=None, min_length=1, description="Header of the column; default: the field's name."
    )
    required: bool = Field(default=False, description="Refuse a file without the column, reject a row without a value.")
    on_invalid: OnInvalid = Field(default="reject", description="reject the row, or blank the value and keep the row.")


#: Kinds of line, as phonenumbers tells them apart.
LineType = Literal[
    "fixed_line",
    "mobile",
    "fixed_line_or_mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
]


#: What can be kept of a good number besides its E.164; the store's column is `phone_<fact>`.
PhoneFact = Literal["extension", "type", "region", "time_zones", "national"]


class PhoneRule(_FieldRule):
    """A phone number: parsed under the profile's default region, stored as E.164."""

    type: Literal["phone"] = "phone"
    region_field: Literal["country"] | None = Field(
        default=None, description="Field that names each row's country, by ISO code or name; else the default region."
    )
    format: Literal["international", "national"] | None = Field(
        default=None, description="international: only with + and country code; national: only of the row's country."
    )
    require: Literal["valid", "possible"] = Field(
        default="valid", description="valid: known to be in use; possible: of a length that is in use."
    )
    allow_types: tuple[LineType, ...] | None = Field(
        default=None, min_length=1, description="Kinds of line accepted; default: all."
    )
    allow_extension: bool = Field(default=True, description="Accept a number with an extension, and drop that.")
    multiple: Literal["reject", "first", "secondary"] = Field(
        default="reject",
        description="What becomes of a cell with several numbers; secondary: the others are kept as further contacts.",
    )
    derive: tuple[PhoneFact, ...] = Field(
        default=(), description="What else is kept of a good number: extension, type, region, time_zones, national."
    )


class EmailRule(_FieldRule):
    """An email address: checked for form only (no network), stored normalized."""

    type: Literal["email"] = "email"
    allow_display_name: bool = Field(default=False, description="Accept `Ana <ana@example.com>`, and drop the name.")


class TextRule(_FieldRule):
    """Any text, trimmed."""

    type: Literal["text"] = "text"
    max_length: int | None = Field(default=None, gt=0, description="Longest text accepted, in characters.")


class IntegerRule(_FieldRule):
    """A whole number in plain digits."""

    type: Literal["integer"] = "integer"
    min: int | None = Field(default=None, description="Least number accepted.")
    max: int | None = Field(default=None, description="Greatest number accepted.")

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        _check_range(self.min, self.max)
        return self


class DecimalRule(_FieldRule):
    """A number in plain digits with an optional decimal point."""

    type: Literal["decimal"] = "decimal"
    min: float | None = Field(default=None, description="Least number accepted.")
    max: float | None = Field(default=None, description="Greatest number accepted.")

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        _check_range(self.min, self.max)
        return self


class BooleanRule(_FieldRule):
    """Yes or no: true/false, yes/no, y/n, 1/0, in any letter case."""

    type: Literal["boolean"] = "boolean"


def _check_range(least: float | None, most: float | None) -> None:
    if least is not None and most is not None and least > most:
        raise ValueError("min must not be above max; swap the two numbers")


FieldRule = Annotated[
    PhoneRule | EmailRule | TextRule | IntegerRule | DecimalRule | BooleanRule, Field(discriminator="type")
]
