"""What happens to the leads of a destination: its actions in their order, when people may be called, and how often.
Reading the files of destinations does not belong here.
"""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from lead_pipeline.model.destination import Destination, DestinationKind
from lead_pipeline.model.fields import FrozenModel, RuleError

ActionKind = Literal["call", "sms", "email"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MINUTES_OF_A_DAY = 24 * 60
_LONGEST_DELAY = timedelta(days=366)
_DELAY = re.compile(r"([0-9]{1,6})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TIME_OF_DAY = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")


def delay_of(text: str) -> timedelta | None:
    """Return the time that `30m`, `2h`, `3 days` or `1 week` says; None for any other text."""
    found = _DELAY.fullmatch(text)
    return timedelta(**{_UNITS[found[2][0]]: int(found[1])}) if found else None


def _delay(given: object) -> object:
    if isinstance(given, timedelta):
        return given
    text = str(given).strip().lower()
    delay = timedelta(0) if text == "0" else delay_of(text)
    if delay is None or delay > _LONGEST_DELAY:
        raise ValueError(
            "write how long after the action before: 0, or such as 30m, 2h, 3 days, 1 week; a year at most"
        )
    return delay


def _minute_of_day(given: object) -> object:
    if isinstance(given, int):
        return given
    found = _TIME_OF_DAY.fullmatch(str(given).strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else MINUTES_OF_A_DAY + 1
    if minute > MINUTES_OF_A_DAY:
        raise ValueError("write a time of day from 00:00 to 24:00, such as 08:00")
    return minute


#: Minutes since midnight.
MinuteOfDay = Annotated[
    int, Field(ge=0, le=MINUTES_OF_A_DAY), BeforeValidator(_minute_of_day, json_schema_input_type=str)
]


#: As dialers write it; it is compared in lower case.
Disposition = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, to_lower=True)]


class Action(FrozenModel):
    """One step of a destination."""

    do: ActionKind = Field(description="What is done: call, sms or email.")
    after: Annotated[timedelta, BeforeValidator(_delay, json_schema_input_type=str)] = Field(
        default=timedelta(0), description="How long after the action before, or after the lead came: 30m, 2h, 3 days."
    )


class CallingWindow(FrozenModel):
    """When people may be called, by the clock where they are."""

    opens: MinuteOfDay = Field(default=8 * 60, description="From when on people are called, their time.")
    closes: MinuteOfDay = Field(default=21 * 60, description="From when on they are not called any more.")
    days: tuple[Weekday, ...] = Field(default=WEEKDAYS, min_length=1, description="On which days of the week.")

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise RuleError("the window closes before it opens; it lies within one day, as in 08:00 to 21:00", "closes")
        return self


class DestinationSettings(FrozenModel):
    """Everything that is said about a destination."""

    kind: DestinationKind = Field(description="What it is: schedule, offer, campaign, flow, list or workspace.")
    name: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
    description: str = ""
    actions: tuple[Action, ...] = Field(
        default=(), max_length=100, description="What is done with a lead, one after the other."
    )
    calling_window: CallingWindow = Field(
        default=CallingWindow(), description="When people may be called: 8 to 21 o'clock of their time, any day."
    )
    unknown_time_zone: Literal["fail_closed"] | str = Field(
        default="fail_closed",
        description="Whose clock counts for people of whom nothing says where they are: fail_closed, nobody calls "
        "them; or a time zone, such as America/New_York.",
    )
    max_attempts: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="After how many calls a lead is not called any more; default: no limit.",
    )
    completed_by: tuple[Disposition, ...] = Field(
        default=("converted",),
        max_length=200,
        description="Dispositions of calls after which nothing more is done with a lead, in any case; converted: every "
        "call of which the person converted. Default: converted.",
    )

    @property
    def destination(self) -> Destination:
        """Return the destination that this is about."""
        return Destination(kind=self.kind, name=self.name)
