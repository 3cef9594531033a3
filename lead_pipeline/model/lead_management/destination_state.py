"""How a destination is: what its file says, or what holds without one, and how many leads it has."""

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.lead_management.destination_settings import DestinationSettings


class DestinationState(FrozenModel):
    """A destination that has a file, leads, or both."""

    destination: str = Field(description="As kind:name.")
    file: str | None = Field(default=None, description="Name of its file in destinations/; null: defaults hold.")
    settings: DestinationSettings = Field(description="What holds, defaults included.")
    leads: int = 0
    enrollments: dict[str, int] = Field(default_factory=dict, description="Enrollments there by status.")


class DestinationCheck(FrozenModel):
    """What is wrong with the file of a destination, a sentence per fault with line, culprit and fix."""

    file: str
    destination: str | None = Field(default=None, description="Which one it is about; null where that is not clear.")
    problems: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Tell whether the file can be used."""
        return not self.problems
