"""What a lead is loaded into, and how the command line spells it."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, StringConstraints

from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.fields import FrozenModel

DestinationKind = Literal["schedule", "offer", "campaign", "flow", "list", "workspace"]
DESTINATION_KINDS: tuple[DestinationKind, ...] = (
    "schedule",
    "offer",
    "campaign",
    "flow",
    "list",
    "workspace",
)

_LONGEST_NAME = 80


class Destination(FrozenModel):
    """What a lead is loaded into."""

    kind: DestinationKind
    name: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_NAME, strip_whitespace=True)]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def key(self) -> str:
        """Return what is the same for spellings of one destination: names are case-insensitive, as the store has it."""
        return f"{self.kind}:{' '.join(self.name.lower().split())}"

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


def _parsed(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        return Destination.parse(given)
    except UsageError as error:
        raise ValueError(str(error)) from None


#: A destination that settings may name as `kind:name`.
WrittenDestination = Annotated[Destination, BeforeValidator(_parsed, json_schema_input_type=str)]
