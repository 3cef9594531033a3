"""What a profile demands of the values of one column, type by type, and where a value comes from when no column holds
it. Rules about several values of a row do not belong here.
"""

import datetime as dt
import re
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from lead_pipeline.model.fields import FrozenModel, RuleError
from lead_pipeline.model.texts.regular_expressions import checked_pattern, groups_of

#: What a bad value does: reject the row, or blank the value, keep the row and record a warning.
OnInvalid = Literal["reject", "blank"]

#: When the value of a row replaces the value of the lead that is there already.
UpdateRule = Literal["always", "if_new_not_empty", "if_existing_empty", "never"]


def _one_group(pattern: str) -> str:
    if groups_of(checked_pattern(pattern)) > 1:
        raise ValueError("use at most one group in the pattern; its match becomes the value")
    return pattern


def _no_timestamp(moment: object) -> object:
    """Refuse digits alone, which pydantic would count as seconds since 1970: `2026` is a year to everybody else."""
    if isinstance(moment, str) and re.fullmatch(r"\s*[+-]?[0-9]*[.]?[0-9]*\s*", moment):
        raise ValueError("write a date, such as 2026-01-31, followed by a time where it matters")
    return moment


#: A day, or a moment, written in ISO 8601.
Day = Annotated[dt.date, BeforeValidator(_no_timestamp)]
Moment = Annotated[dt.datetime, BeforeValidator(_no_timestamp)]

#: A regular expression with one group at most, which names what is taken from a name.
TakingPattern = Annotated[str, AfterValidator(_one_group)]

#: A regular expression that a whole value has to match.
ValuePattern = Annotated[str, AfterValidator(checked_pattern)]


class _FieldRule(FrozenModel):
    column: str | None = Field(
        default=None, min_length=1, description="Header of the column; default: the field's name."
    )
    required: bool = Field(default=False, description="Refuse a file without the column, reject a row without a value.")
    on_invalid: OnInvalid = Field(default="reject", description="reject the row, or blank the value and keep the row.")
    default: str | None = Field(default=None, description="Value for an empty cell, and for a file without the column.")
    constant: str | None = Field(default=None, description="The value of every row; no column is looked for.")
    from_file_name: TakingPattern | None = Field(
        default=None,
        description="Regular expression; its match (or that of its group) in the file's name is the value.",
    )
    from_folder: TakingPattern | None = Field(
        default=None, description="The same for the name of the folder that the file was in."
    )
    update_rule: UpdateRule = Field(
        default="if_new_not_empty", description="When a value replaces that of an existing lead."
    )

    @property
    def has_column(self) -> bool:
        """Return whether the value comes from a column of the file."""
        return self.constant is None and self.from_file_name is None and self.from_folder is None

    @property
    def headers(self) -> tuple[str, ...]:
        """Return the headers that the rule names, the main one last; none where that is the field's name."""
        if self.column is None:
            return ()
        return (self.column,) if isinstance(self.column, str) else tuple(self.column)

    def header_or(self, name: str) -> str:
        """Return the header that the rule names, of several the main one; else the name of the field or attribute."""
        return self.headers[-1] if self.headers else name

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        named = [
            key for key in ("column", "constant", "from_file_name", "from_folder") if getattr(self, key) is not None
        ]
        if len(named) > 1:
            raise RuleError(
                f"a value has only one source, but {' and '.join(named)} are set; keep one of them", named[-1]
            )
        if self.constant is not None and self.default is not None:
            raise RuleError("a constant is never empty, so a default is useless; remove one of them", "default")
        return self


#: Kinds of line, as phonenumbers distinguishes them.
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
    column: str | Annotated[tuple[str, ...], Field(min_length=2, max_length=3)] | None = Field(  # type: ignore[assignment]
        default=None,
        min_length=1,
        description="Header of the column; or a list of them, joined in order: [area code, number], "
        "[country code, number], [country code, area code, number].",
    )
    region_field: Literal["country"] | None = Field(
        default=None,
        description="Field with each row's country, by name, ISO or calling code; else default_region.",
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
    allow_extension: bool = Field(
        default=True, description="Accept a number with an extension, and drop the extension."
    )
    multiple: Literal["reject", "first", "secondary"] = Field(
        default="reject",
        description="How a cell with several numbers is handled; secondary: the others are kept as further contacts.",
    )
    derive: tuple[PhoneFact, ...] = Field(
        default=(), description="What else is kept of a valid number: extension, type, region, time_zones, national."
    )

    @field_validator("column", mode="before")
    @classmethod
    def _is_one_header_or_a_few(cls, column: object) -> object:
        """Say it once, for pydantic names each form that a value could have."""
        headers = column if isinstance(column, list | tuple) else []
        if isinstance(column, list | tuple) and not (
            2 <= len(headers) <= 3 and all(isinstance(header, str) and header for header in headers)
        ):
            raise ValueError(
                "write one header, or a list of two or three to be joined, the number last: [area_code, number]"
            )
        return column


class EmailRule(_FieldRule):
    """An email address: checked for form only (no network), stored normalized."""

    type: Literal["email"] = "email"
    allow_display_name: bool = Field(default=False, description="Accept `Ana <ana@example.com>`, and drop the name.")


class TextRule(_FieldRule):
    """Any text, trimmed."""

    type: Literal["text"] = "text"
    min_length: int | None = Field(default=None, gt=0, description="Shortest text accepted, in characters.")
    max_length: int | None = Field(default=None, gt=0, description="Longest text accepted, in characters.")
    pattern: ValuePattern | None = Field(default=None, description="Regular expression that the whole text matches.")

    @model_validator(mode="after")
    def _has_lengths(self) -> Self:
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise RuleError("it must not be greater than max_length; swap the two numbers", "min_length")
        return self


class _NumberRule(_FieldRule):
    locale: str | None = Field(
        default=None, description="Locale for the separators, such as de or en_US; default: plain digits and a point."
    )
    units: tuple[str, ...] = Field(
        default=(), description="Currency signs and units that may be written next to the number."
    )


class IntegerRule(_NumberRule):
    """A whole number in plain digits, or with the thousands separators of `locale`."""

    type: Literal["integer"] = "integer"
    min: int | None = Field(default=None, description="Smallest number accepted.")
    max: int | None = Field(default=None, description="Largest number accepted.")

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        _check_range(self.min, self.max)
        return self


class DecimalRule(_NumberRule):
    """A number in plain digits with an optional decimal point, or written as in `locale`."""

    type: Literal["decimal"] = "decimal"
    min: float | None = Field(default=None, description="Smallest number accepted.")
    max: float | None = Field(default=None, description="Largest number accepted.")

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        _check_range(self.min, self.max)
        return self


class BooleanRule(_FieldRule):
    """Yes or no: true/false, yes/no, y/n, 1/0 (case-insensitive), and further words for either."""

    type: Literal["boolean"] = "boolean"
    true_words: tuple[str, ...] = Field(default=(), description="Further words for yes, such as [ja, oui].")
    false_words: tuple[str, ...] = Field(default=(), description="Further words for no, such as [nein, non].")

    @model_validator(mode="after")
    def _distinguishes(self) -> Self:
        both = {word.casefold() for word in self.true_words} & {word.casefold() for word in self.false_words}
        if both:
            raise RuleError(f"'{min(both)}' means both yes and no; remove it from one of the lists", "false_words")
        return self


class OptionRule(_FieldRule):
    """One of a list of options (case-insensitive), kept in the spelling of the list."""

    type: Literal["option"] = "option"
    options: tuple[str, ...] = Field(default=(), description="The accepted values, in the spelling that is kept.")
    value_map: dict[str, str] = Field(
        default_factory=dict, description="Value in the file: value that is kept, such as CA: California."
    )
    others: Literal["reject", "keep"] = Field(
        default="reject", description="How a value that is neither an option nor in the value map is handled."
    )

    @model_validator(mode="after")
    def _offers_something(self) -> Self:
        if not self.options and not self.value_map:
            raise ValueError("there is nothing to choose from; write `options:`, `value_map:` or both")
        spelled: dict[str, str] = {}
        for key in self.value_map:
            if spelled.setdefault(key.strip().casefold(), key) != key:
                raise RuleError("it appears twice (case-insensitive); keep one", "value_map", key)
        if self.options and self.others == "reject":
            known = {option.casefold() for option in self.options}
            stray = next((key for key, kept in self.value_map.items() if kept.casefold() not in known), None)
            if stray is not None:
                raise RuleError(
                    f"it maps to '{self.value_map[stray]}', which is not an option; add that to `options:`, or fix it",
                    "value_map",
                    stray,
                )
        return self


class _TimeRule(_FieldRule):
    formats: tuple[str, ...] = Field(
        default=(), description="How it may be written besides ISO 8601, in strftime codes, such as %d.%m.%Y."
    )
    locale: str | None = Field(default=None, description="Locale for the names of months and days, such as de.")

    @model_validator(mode="after")
    def _formats_have_codes(self) -> Self:
        wrong = next((index for index, text in enumerate(self.formats) if not re.search(r"%[A-Za-z]", text)), None)
        if wrong is not None:
            raise RuleError(
                f"'{self.formats[wrong]}' is not a format; write strftime codes, such as %d.%m.%Y or %m/%d/%Y %H:%M",
                *("formats", str(wrong)),
            )
        return self


class DateRule(_TimeRule):
    """A day of the calendar, ISO 8601 or as `formats` say."""

    type: Literal["date"] = "date"
    min: Day | None = Field(default=None, description="Earliest day accepted, as 2026-01-31.")
    max: Day | None = Field(default=None, description="Latest day accepted.")

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        _check_range(self.min, self.max)
        return self


class DatetimeRule(_TimeRule):
    """A moment, ISO 8601 or as `formats` say; one without an offset is of `timezone`. Kept in UTC."""

    type: Literal["datetime"] = "datetime"
    timezone: str = Field(default="UTC", description="IANA time zone of moments without an offset.")
    min: Moment | None = Field(default=None, description="Earliest moment accepted, UTC unless it has an offset.")
    max: Moment | None = Field(default=None, description="Latest moment accepted.")

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        _check_range(in_utc(self.min), in_utc(self.max))
        return self


class TagsRule(_FieldRule):
    """Several tags in one cell; an import adds them to those of the lead and removes none."""

    type: Literal["tags"] = "tags"
    separator: str = Field(default=",", min_length=1, max_length=3, description="Separator between two tags.")
    max_length: int | None = Field(default=None, gt=0, description="Longest tag accepted, in characters.")


def in_utc(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a moment in UTC; one without an offset is of UTC already."""
    if moment is None:
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _check_range(least: float | dt.date | None, most: float | dt.date | None) -> None:
    if least is not None and most is not None and least > most:  # type: ignore[operator]  # both of one type
        raise RuleError("min must not be greater than max; swap the two", "min")


FieldRule = Annotated[
    PhoneRule
    | EmailRule
    | TextRule
    | IntegerRule
    | DecimalRule
    | BooleanRule
    | OptionRule
    | DateRule
    | DatetimeRule
    | TagsRule,
    Field(discriminator="type"),
]

#: Every kind of rule, as the union has them.
RULE_CLASSES: tuple[type[_FieldRule], ...] = get_args(get_args(FieldRule)[0])
