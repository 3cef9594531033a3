"""What is said about a suppression list besides its rows: what being on it means, for whom, and what a version of it
does to the list of that name.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from lead_pipeline.model.destination import WrittenDestination
from lead_pipeline.model.fields import FrozenModel, RuleError
from lead_pipeline.model.suppression_kinds import EntryKind, ListMode, SuppressionKind

ListName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class ListSettings(FrozenModel):
    """What holds for a list as a whole; columns of its own say more of a row where it has them."""

    kind: SuppressionKind = Field(description="What being on the list means.")
    name: ListName | None = Field(
        default=None,
        description="What versions of one list share. Without one, the list is that of its kind and scope.",
    )
    mode: ListMode = Field(
        default="add",
        description="add: entries are added. replace: entries that this version does not have end. remove: those that "
        "it has end.",
    )
    destination: WrittenDestination | None = Field(
        default=None, description="The only destination that the list holds for, kind:name; without one, all."
    )
    identifier: EntryKind | None = Field(
        default=None, description="What the list names where that is not phones or emails, such as domain or prefix."
    )
    region: Country | None = Field(default="US", description="Country of numbers written without +.")
    country: Country | None = Field(default=None, description="Country that the entries are of.")
    source: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, description="Where the list comes from."
    )
    listed_on: date | None = Field(default=None, description="Date of the list.")
    expires: date | None = Field(default=None, description="Last day on which the entries hold.")

    @model_validator(mode="after")
    def _replaces_a_list_that_has_a_name(self) -> Self:
        if self.mode == "replace" and self.name is None:
            raise RuleError(
                "mode: replace ends what the list had and this version has not; say which list, by its name", "name"
            )
        return self

    @property
    def expires_at(self) -> datetime | None:
        """Return the moment from which entries do not hold any more, None for never."""
        return None if self.expires is None else end_of(self.expires)

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing is said but kind and region."""
        return self == ListSettings(kind=self.kind, region=self.region)


def end_of(day: date) -> datetime:
    """Return the moment at which a day is over everywhere: noon UTC of the next one."""
    return datetime.combine(day + timedelta(days=1), time(12), UTC)
