"""Corrections of rejected rows, as somebody makes them before they are handed in: what was changed, what would become
of the rows, and rules that change many at once. Values of rows: for the eyes of whoever corrects them.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lead_pipeline.model.fields import FrozenModel

#: What would become of a corrected row, as far as that can be told without the store: `good` unless the person is a
#: lead already or suppressed; `merged` into an earlier row of the same person; `repeated`: another row of the same
#: person is imported instead; `rejected`; `blank`: no value is left.
Prospect = Literal["good", "merged", "repeated", "rejected", "blank"]

#: Those that are handed in.
HANDED_IN: tuple[Prospect, ...] = ("good", "merged")

#: Which rows somebody wants to look at: those not touched yet, those changed, those changed and still rejected, or all.
Shown = Literal["open", "changed", "wrong", "all"]

_Text = Annotated[str, StringConstraints(max_length=10_000)]

#: Cells of rows that were changed: row number, column, text. A row without cells is taken as it is.
Changes = dict[int, dict[str, str]]


class CorrectionStep(FrozenModel):
    """One change that can be undone, of one row or of many."""

    title: str
    changes: Changes
    at: datetime


class Corrections(FrozenModel):
    """What was corrected of an import and is not handed in yet, and what was."""

    import_id: str
    steps: tuple[CorrectionStep, ...] = ()
    handed_in: dict[str, tuple[int, ...]] = Field(
        default_factory=dict, description="Import that corrected rows were handed in as: the numbers of these rows."
    )

    @property
    def changes(self) -> Changes:
        """Return what holds after all steps: a later text replaces an earlier one."""
        folded: Changes = {}
        for step in self.steps:
            for row, cells in step.changes.items():
                folded.setdefault(row, {}).update(cells)
        return folded

    @property
    def rows_handed_in(self) -> frozenset[int]:
        """Return the numbers of the rows that are settled."""
        return frozenset(row for rows in self.handed_in.values() for row in rows)


class CellReason(FrozenModel):
    """Why a row is rejected, or what is odd about it, in words, and the column that it is about."""

    code: str
    column: str | None = None
    title: str
    guidance: str


class RowVerdict(FrozenModel):
    """What would become of a row."""

    prospect: Prospect
    sentence: str = Field(description="The same in words.")
    reasons: tuple[CellReason, ...] = ()
    warnings: tuple[CellReason, ...] = ()
    suggestions: dict[str, str] = Field(default_factory=dict, description="Column: what was probably meant.")


class RowToCorrect(FrozenModel):
    """A rejected row with what was changed of it so far."""

    row_number: int
    line_number: int | None
    cells: tuple[str | None, ...] = Field(description="As they are now.")
    original: tuple[str | None, ...]
    changed: tuple[str, ...] = Field(default=(), description="Columns whose text was changed.")
    is_touched: bool = False
    extra_cells: tuple[str, ...] = Field(default=(), description="Cells beyond the last column; they are not imported.")
    verdict: RowVerdict


class RowsToCorrect(FrozenModel):
    """Some rows to correct, of so many."""

    columns: tuple[str, ...]
    rows: tuple[RowToCorrect, ...]
    total: int


class ReasonToCorrect(FrozenModel):
    """How many rows that are not settled have a reason in a column."""

    code: str
    column: str | None
    title: str
    guidance: str
    rows: int


class CorrectionState(FrozenModel):
    """How far the correction of an import is."""

    import_id: str
    profile: str
    file_name: str
    columns: tuple[str, ...]
    rejected: int = Field(description="Rows that the import rejected and that are not settled otherwise.")
    untouched: int
    good: int = Field(description="Changed rows that would be handed in.")
    wrong: int = Field(description="Changed rows that would be rejected as they are now.")
    repeated: int = Field(description="Changed rows of somebody of whom another row is handed in.")
    recovered: int = Field(default=0, description="Rows that became leads by a later import.")
    reasons: tuple[ReasonToCorrect, ...] = Field(default=(), description="Of the untouched rows, most first.")
    steps: tuple[str, ...] = Field(default=(), description="What was done, oldest first.")
    handed_in: dict[str, int] = Field(default_factory=dict, description="Import: rows that were handed in as it.")
    trouble: str = Field(default="", description="Why the corrected rows could not be read as a file at all.")


#: How a rule changes the cells of a column; of `take`, the whole row is left as it is, its extra cells dropped.
BulkAction = Literal["suggestion", "country", "plus", "replace", "fill", "clear", "take"]


class BulkCorrection(FrozenModel):
    """A change of all untouched or changed rows that have a reason."""

    action: BulkAction
    code: str = Field(default="", description="Only rows with this reason; empty: all.")
    column: str = Field(default="", description="The column that is changed, and that the reason is about.")
    country: str = Field(default="", description="Of `country`: ISO code.")
    find: _Text = Field(default="", description="Of `replace`: the text that is replaced.")
    text: _Text = Field(default="", description="Of `replace` and `fill`: what is written.")


class BulkExample(FrozenModel):
    """One row that a rule would change."""

    row_number: int
    before: str
    after: str
    verdict: RowVerdict


class BulkOutcome(FrozenModel):
    """What a rule changes, or would."""

    title: str
    rows: int = Field(description="Rows with the reason, in which it looked.")
    changed: int
    good: int = Field(description="Of those changed: how many would be imported then.")
    examples: tuple[BulkExample, ...] = ()


class CorrectionHandedIn(FrozenModel):
    """What was handed in."""

    import_id: str
    rows: int
    already_imported: bool = False
