"""What is said about a drop of call activity besides its rows: how it is written, and of whom its calls are."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from lead_pipeline.model.destination import WrittenDestination
from lead_pipeline.model.errors import did_you_mean, listed
from lead_pipeline.model.fields import FrozenModel

#: What a column of a drop says of a call.
CallColumn = Literal[
    "phone", "lead_id", "destination", "buyer", "disposition", "dialed", "connected", "converted", "attempts",
    "happened_at",
]  # fmt: skip
CALL_COLUMNS: tuple[CallColumn, ...] = get_args(CallColumn)

#: Whether 03/04/2026 is the fourth of March or the third of April.
DateOrder = Literal["month_first", "day_first"]
DATE_ORDERS: tuple[DateOrder, ...] = get_args(DateOrder)


def _headers(given: object) -> object:
    return (given,) if isinstance(given, str) else given


def _known(columns: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    for what in columns:
        if what not in CALL_COLUMNS:
            near = did_you_mean(what, CALL_COLUMNS)
            raise ValueError(f"no column of a call is '{what}'.{near} They are {listed(CALL_COLUMNS)}")
    return columns


_Header = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Headers = Annotated[tuple[_Header, ...], BeforeValidator(_headers)]


class ActivitySettings(FrozenModel):
    """What holds for a drop as a whole. What is not said is not assumed: numbers then need their +, times their offset,
    and days an order that the file itself shows.
    """

    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="Country of numbers without +; it also says whether days or months come first."
    )
    dates: DateOrder | None = Field(
        default=None, description="Whether 03/04/2026 is in March (month_first) or in April (day_first)."
    )
    timezone: str | None = Field(default=None, description="IANA time zone of times that name none.")
    destination: WrittenDestination | None = Field(
        default=None, description="Of calls that name none, kind:name; without it these count for every destination."
    )
    buyer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = Field(
        default=None, description="Of conversions that name none."
    )
    columns: Annotated[dict[str, _Headers], AfterValidator(_known)] = Field(
        default_factory=dict, description="Headers of the columns, where these are not found by themselves."
    )
