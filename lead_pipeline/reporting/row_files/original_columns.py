"""The columns of the file that rows are from, as they stand in files of ours: what an earlier file of ours added is
taken away first, so that a file can make any number of round trips.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import polars as pl

from lead_pipeline.model.formula_injection import added_columns, is_returning, restored, restored_header

EXTRA_CELLS = "_extra_cells"


@dataclass(frozen=True, slots=True)
class OriginalColumns:
    """The original columns in the order of the file: `names` in the frames, `headers` as they were in the original.

    `supplying` says by which of them a field is supplied; `earlier_extra` is the column of an earlier rejected file
    with the cells that had no column.
    """

    names: tuple[str, ...]
    headers: tuple[str, ...]
    returning: bool = False
    earlier_extra: str | None = None
    supplying: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def among(cls, columns: Sequence[tuple[str, str]], supplying: Mapping[str, Sequence[str]] | None = None) -> Self:
        """Find them among the columns of the file that was imported: (name in the frames, header text)."""
        headers = [header for _, header in columns]
        returning, own = is_returning(headers), added_columns(headers)
        kept = [(name, header) for name, header in columns if header not in own]
        return cls(
            names=tuple(name for name, _ in kept),
            headers=tuple(restored_header(header) if returning else header for _, header in kept),
            returning=returning,
            earlier_extra=next((name for name, header in columns if returning and header.strip() == EXTRA_CELLS), None),
            supplying=supplying or {},
        )

    def restored_in(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the rows as they were in the original; extra cells that an earlier file recorded are extra again."""
        if self.earlier_extra is not None:
            column = pl.col(self.earlier_extra)
            earlier = pl.when(column.str.strip_chars() != "").then(pl.concat_list(restored(column)))
            batch = batch.with_columns(extra_cells=pl.coalesce("extra_cells", earlier))
        return batch.with_columns(restored(pl.col(name)) for name in self.names) if self.returning else batch

    def positions_of(self, supplied: str) -> tuple[int, ...]:
        """Return which of the columns supply a field, none where no column does."""
        return tuple(self.names.index(name) for name in self.supplying.get(supplied, ()) if name in self.names)
