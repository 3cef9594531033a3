"""The `lead_management:` of a profile: what becomes of leads besides being imported. What several keys of a profile say
together does not belong here.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from lead_pipeline.model.fields import AttributeName, FrozenModel, RuleError, folded_header
from lead_pipeline.model.lead_management.destination_settings import delay_of
from lead_pipeline.model.lead_management.on_match import ExpireByToken, OnMatch
from lead_pipeline.model.rules import LineType

#: A century: a lead that lives longer lives forever.
_MOST_HOURS = 876_600
_NUMBER = re.compile(r"[0-9]{1,6}([.][0-9]{1,6})?")


def hours_of(given: object) -> float:
    """Return the hours that `48`, `48h` or `3 days` says; raises ValueError for any other text."""
    text = str(given).strip().lower()
    delay = delay_of(text)
    if isinstance(given, float) or _NUMBER.fullmatch(text):
        hours = float(text)
    else:
        hours = delay.total_seconds() / 3600 if delay is not None else 0.0
    if not 0 < hours <= _MOST_HOURS:
        raise ValueError("write hours, such as 48 or 48h, or such as 30m, 3 days, 2 weeks")
    return hours


def _priority(given: object) -> object:
    text = str(given).strip()
    if not _NUMBER.fullmatch(text.removeprefix("-")):
        raise ValueError("write a number, such as 5; leads with a lower one are called sooner")
    return text


#: How long something lasts, in hours.
Hours = Annotated[float, BeforeValidator(hours_of, json_schema_input_type=float | str)]

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class LeadDefaults(FrozenModel):
    """What leads have whose rows say nothing of it; each is the attribute of that name."""

    lead_priority: Annotated[str, BeforeValidator(_priority, json_schema_input_type=float | str)] | None = Field(
        default=None, description="A number; leads with a lower one are called sooner."
    )
    buyers: _Text | None = Field(default=None, description="Who may buy the lead, such as all.")
    traffic_source: _Text | None = Field(default=None, description="Where the lead came from.")
    sub_id: _Text | None = Field(default=None, description="The publisher's own id of the source.")

    @property
    def said(self) -> dict[str, str]:
        """Return those that are set, by attribute."""
        return {name: value for name, value in self if value is not None}


class Requirements(FrozenModel):
    """What a row must have to become a lead; each has a reason of its own."""

    line_types: tuple[LineType, ...] = Field(
        default=(), description="Kinds of line that the lead's number may be of, such as [mobile]."
    )
    time_zone: Literal["known"] | None = Field(
        default=None, description="known: number or address say in which time zones the person may be."
    )
    consent: Literal["there"] | None = Field(default=None, description="there: the row has the time of a consent.")

    @property
    def any(self) -> bool:
        """Tell whether anything is required."""
        return bool(self.line_types or self.time_zone or self.consent)


class LeadManagement(FrozenModel):
    """What becomes of leads besides being imported."""

    enroll: bool = Field(
        default=True, description="Enroll new leads of a schedule in its first action; false: load them only."
    )
    on_match: OnMatch = Field(default=OnMatch(), description="What becomes of leads of people whom a row names.")
    expires_after: Hours | None = Field(
        default=None, description="How long leads live whose rows do not say it: hours, or such as 48h, 3 days."
    )
    max_attempts: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="After how many calls a new lead is not called any more; default: as the destination says.",
    )
    defaults: LeadDefaults = Field(
        default=LeadDefaults(), description="Lead priority, buyers, traffic source and sub ID of rows without them."
    )
    additional_data: dict[AttributeName, str] = Field(
        default_factory=dict, description="Attributes of every lead of the import, whatever its row says."
    )
    require: Requirements = Field(default=Requirements(), description="What a row must have to become a lead.")

    @model_validator(mode="after")
    def _somebody_is_enrolled(self) -> Self:
        if self.max_attempts is not None and not self.enroll:
            raise RuleError("nobody is enrolled (`enroll: false`), so no calls are counted; remove it", "max_attempts")
        return self

    @model_validator(mode="after")
    def _data_says_something(self) -> Self:
        spelled: dict[str, str] = {}
        for name, value in self.additional_data.items():
            if not value.strip():
                raise RuleError("write the value that every lead gets, or remove the line", "additional_data", name)
            if folded_header(name) in spelled:
                raise RuleError(
                    f"'{spelled[folded_header(name)]}' is the same attribute, apart from case, spaces and "
                    "underscores; remove one of the two",
                    *("additional_data", name),
                )
            spelled[folded_header(name)] = name
        return self

    @property
    def named_attributes(self) -> tuple[str, ...]:
        """Return the attributes that it names: defaults, additional data, the lead token."""
        expired = self.on_match.expire_existing
        token = (expired.token,) if isinstance(expired, ExpireByToken) else ()
        return (*self.defaults.said, *self.additional_data, *token)

    def defaults_over(self, defaults: Mapping[str, str]) -> dict[str, str]:
        """Return the defaults of attributes with those of `defaults:` over them, under the names that these have."""
        own = {folded_header(name) for name in self.defaults.said}
        return {name: text for name, text in defaults.items() if folded_header(name) not in own} | self.defaults.said
