"""What files of rows are made of and steps before them know: kept in the work folder, for parts and store are gone or
closed when the files are written.
"""

from pathlib import Path

import polars as pl

from lead_pipeline.filing.atomic import published_path
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import MappedFacts
from lead_pipeline.model.fields import SUGGESTIONS
from lead_pipeline.store.protocol import LeadStore


def keep_suggestions(work: WorkFolder, table: str) -> None:
    """Keep the suggestions that the parts of `table` have.

    A value that is joined from several cells has none: it stands in none of them.
    """
    joined = list(work.require("mapped", MappedFacts).joined)
    in_one_cell = pl.col(SUGGESTIONS).list.filter(~pl.element().struct.field("field").is_in(joined))
    with published_path(_suggestions(work)) as path:
        pl.scan_parquet(work.part_paths(table), glob=False).select("row_number", in_one_cell).filter(
            pl.col(SUGGESTIONS).list.len() > 0
        ).sink_parquet(path)


def kept_suggestions(work: WorkFolder) -> pl.LazyFrame:
    """Return `row_number` and `suggestions` of the rows that have any."""
    return pl.scan_parquet(_suggestions(work), glob=False)


def keep_warned(work: WorkFolder, store: LeadStore) -> None:
    """Keep which rows of a committed import were imported with warnings, as the store has them."""
    with published_path(warned_rows(work)) as path:
        store.publish_warned(work.manifest.import_id, path)


def warned_rows(work: WorkFolder) -> Path:
    """Return where they lie, see `LeadStore.publish_warned`."""
    return work.folder / "warned_rows.parquet"


def _suggestions(work: WorkFolder) -> Path:
    return work.folder / "suggestions.parquet"
