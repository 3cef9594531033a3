"""The layout of a file's columns (their order, what they contain, how full they are) and the differences between two.
Nothing here contains a value of a row.
"""

from typing import Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel

#: What can change between two files of one profile.
LayoutChangeKind = Literal["missing", "renamed", "moved", "emptied", "retyped", "added"]


class FilledCells(FrozenModel):
    """How many rows were seen, and in how many of them each column has a value; counts of batches add up."""

    rows: int = 0
    filled: dict[str, int] = Field(default_factory=dict, description="Column: rows in which it is not blank.")

    def __add__(self, other: "FilledCells") -> "FilledCells":
        columns = {**self.filled, **other.filled}
        filled = {name: self.filled.get(name, 0) + other.filled.get(name, 0) for name in columns}
        return FilledCells(rows=self.rows + other.rows, filled=filled)


class LayoutColumn(FrozenModel):
    """One column of a file."""

    name: str = Field(description="Its header.")
    kind: str | None = Field(description="What most of its values look like; None if unclear.")
    filled: int = Field(description="Rows of the whole file in which it is not blank.")


class ColumnLayout(FrozenModel):
    """The columns of a file in their order. Kept as JSON, by `model_dump_json` and `model_validate_json`."""

    rows: int
    columns: tuple[LayoutColumn, ...]


class LayoutChange(FrozenModel):
    """One difference from the previous files, and a sentence about it."""

    kind: LayoutChangeKind
    column: str = Field(description="Header in this file; for a missing column, in the previous files.")
    before: str | None = Field(default=None, description="For a renamed column, its header in the previous files.")
    sentence: str
