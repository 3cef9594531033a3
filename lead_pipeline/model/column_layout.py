"""The layout of a file (which columns in which order, what they hold, how full they are) and what differs between two.
How a layout is found and compared belongs in mapping/layout_changes.py. Nothing here holds a row's value.
"""

from typing import Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel

#: What can change between two files of one profile.
LayoutChangeKind = Literal["missing", "renamed", "moved", "emptied", "retyped", "added"]


class FilledCells(FrozenModel):
    """How many rows were seen, and in how many of them each column holds anything; counts of batches add up."""

    rows: int = 0
    filled: dict[str, int] = Field(default_factory=dict, description="Column: rows in which it is not blank.")

    def __add__(self, other: "FilledCells") -> "FilledCells":
        columns = {**self.filled, **other.filled}
        filled = {name: self.filled.get(name, 0) + other.filled.get(name, 0) for name in columns}
        return FilledCells(rows=self.rows + other.rows, filled=filled)


class LayoutColumn(FrozenModel):
    """One column of a file."""

    name: str = Field(description="Its header.")
    kind: str | None = Field(description="What most of its values look like; None where nothing is clear.")
    filled: int = Field(description="Rows in which it is not blank, of the whole file.")


class Layout(FrozenModel):
    """The columns of a file in their order. Kept as JSON, by `model_dump_json` and `model_validate_json`."""

    rows: int
    columns: tuple[LayoutColumn, ...]


class LayoutChange(FrozenModel):
    """One difference from the files before, and the sentence that says so."""

    kind: LayoutChangeKind
    column: str = Field(description="Header in this file; of a missing column, in the files before.")
    before: str | None = Field(default=None, description="Of a renamed column, its header in the files before.")
    sentence: str
