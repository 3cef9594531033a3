"""What files of rows are made of and steps before them know: kept in the work folder, for parts and store are gone or
closed when the files are written.
"""

import shutil
from pathlib import Path

import polars as pl

from lead_pipeline.filing.atomic import Lasting, published_path
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import MappedFacts
from lead_pipeline.model.contracts import SUGGESTIONS_TYPE
from lead_pipeline.model.fields import SUGGESTIONS
from lead_pipeline.store.protocol import LeadStore


class SuggestionsKept:
    """Writes the suggestions of an import for the files of rows, in the order of its rows, some at a time."""

    def __init__(self, work: WorkFolder) -> None:
        """Begin: what an interrupted attempt left is removed."""
        self._work, self._written = work, 0
        shutil.rmtree(_suggestions(work), ignore_errors=True)

    def keep(self, suggested: pl.DataFrame) -> None:
        """Keep `row_number` and `suggestions` of some rows.

        A value that is joined from several cells has none: it stands in none of them.
        """
        joined = list(self._work.require("mapped", MappedFacts).joined)
        in_one_cell = pl.col(SUGGESTIONS).list.filter(~pl.element().struct.field("field").is_in(joined))
        rows = suggested.select("row_number", in_one_cell).filter(pl.col(SUGGESTIONS).list.len() > 0)
        with published_path(_suggestions(self._work) / f"part-{self._written:05d}.parquet", Lasting.NOTHING) as path:
            rows.write_parquet(path)
        self._written += 1


def kept_suggestions(work: WorkFolder) -> pl.LazyFrame:
    """Return `row_number` and `suggestions` of the rows that have any."""
    parts = sorted(_suggestions(work).glob("part-*.parquet"))
    if not parts:
        return pl.LazyFrame(schema={"row_number": pl.Int64, SUGGESTIONS: SUGGESTIONS_TYPE})
    return pl.scan_parquet(parts, glob=False)


def keep_warned(work: WorkFolder, store: LeadStore) -> None:
    """Keep which rows of a committed import were imported with warnings, as the store has them."""
    with published_path(warned_rows(work), Lasting.NOTHING) as path:
        store.publish_warned(work.manifest.import_id, path)


def warned_rows(work: WorkFolder) -> Path:
    """Return where they lie, see `LeadStore.publish_warned`."""
    return work.folder / "warned_rows.parquet"


def _suggestions(work: WorkFolder) -> Path:
    return work.folder / "suggestions"
