"""Which suppression lists a profile requires before anything is imported by it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from lead_pipeline.model.fields import FrozenModel, RuleError
from lead_pipeline.model.lists.list_settings import ListName
from lead_pipeline.model.suppression_kinds import SuppressionKind


class RequiredList(FrozenModel):
    """A list, by its name, or all lists of a kind, of which one has to be there and each has to be good."""

    name: ListName | None = Field(default=None, description="Name of the list.")
    kind: SuppressionKind | None = Field(default=None, description="Kind of the list, instead of a name.")
    max_age_days: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Days after its last version from which nothing is imported."
    )
    max_shrink: Annotated[float, Field(ge=0, lt=1)] | None = Field(
        default=None, description="Share of its entries that its last version may have ended."
    )

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if (self.name is None) == (self.kind is None):
            raise RuleError("say either the name or the kind of a required list", "name")
        return self

    def __str__(self) -> str:
        return f"list '{self.name}'" if self.name else f"list of the kind {self.kind}"
