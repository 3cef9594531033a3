"""The rows of an import that became no lead, or became one with a warning, as people look at them: their cells, what is
wrong with which, and what was probably meant. They hold values of rows: never for logs, metadata or addresses.
"""

from typing import Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.outcomes import Outcome

#: Which rows to look at: those with one outcome, or those that became leads with warnings.
RowsMeant = Outcome | Literal["warning"]


class RowReason(FrozenModel):
    """One thing that is said of a row, and of which column where it is about one."""

    code: str
    column: str | None = Field(default=None, description="Column of the file, or a field without one; null: the row.")
    title: str
    guidance: str
    is_warning: bool = Field(default=False, description="It did not cost the row.")
    positions: tuple[int, ...] = Field(default=(), description="Which of the cells it is about, from 0.")


class LeftOutRow(FrozenModel):
    """A row as it is in the file, and what became of it."""

    row_number: int
    line_number: int | None = Field(description="null for rows of spreadsheets")
    outcome: Outcome
    reasons: tuple[RowReason, ...]
    hints: str = ""
    suggestions: dict[str, str] = Field(
        default_factory=dict, description="Column: the value that was probably meant, and would be accepted."
    )
    cells: tuple[str | None, ...]
    extra_cells: tuple[str, ...] = Field(default=(), description="Cells for which the file has no column.")
    matched_lead_id: int | None = Field(default=None, description="The lead that is there already, of a duplicate.")
    matched_import_id: str | None = Field(default=None, description="The import that created that lead.")


class RowFilter(FrozenModel):
    """Which of the rows to look at; what is not given leaves none out."""

    outcome: RowsMeant | None = Field(default=None, description="`warning`: rows that were imported with warnings.")
    code: str | None = Field(default=None, description="Something said of the row.")
    column: str | None = Field(default=None, description="Something is said of this column, or, with a code, that is.")
    text: str = Field(default="", description="Text in any of the cells, case-insensitive.")


class LeftOutPage(FrozenModel):
    """Some of the rows that a filter finds, in the order of the file."""

    columns: tuple[str, ...] = Field(description="The headers of the file, one for each cell.")
    rows: tuple[LeftOutRow, ...]
    total: int = Field(description="How many rows the filter finds.")


class ShownRow(FrozenModel):
    """One row with its headers, and its neighbours among the rows that a filter finds."""

    columns: tuple[str, ...]
    row: LeftOutRow
    previous: int | None = Field(default=None, description="Number of the row before it.")
    following: int | None = Field(default=None, description="Number of the row behind it.")
