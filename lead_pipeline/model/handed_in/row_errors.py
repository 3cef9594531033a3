"""Why rows were left out, as programs ask for it: a position, a sentence, a code; never a value."""

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel


class RowError(FrozenModel):
    """One reason of one row."""

    row: int | None = Field(description="The row, from 1, the header not counted; null where the whole file is meant.")
    error: str = Field(description="What is wrong, for people.")
    code: str = Field(description="The same for programs: a reason of the registry.")
    column: str | None = Field(default=None, description="The column that it is about, where it is about one.")


class RowErrors(FrozenModel):
    """A page of reasons, and how many there are."""

    errors: tuple[RowError, ...]
    total: int
