"""The rows that an import rejected, as they are in its file, gathered once and kept beside their corrections. What is
changed of them does not belong here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from lead_pipeline.filing.archive import archived_file
from lead_pipeline.filing.atomic import published_path
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.life_cycle import find_manifest
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.filing.work_folder import published_table
from lead_pipeline.filing.workbench.correction_files import corrections_folder
from lead_pipeline.importing.sequels.recoveries import recovered_numbers
from lead_pipeline.mapping.cell_types import with_numbers_spelled
from lead_pipeline.mapping.columns import map_columns
from lead_pipeline.model.errors import FileUnreadableError, ImportNotFoundError, UsageError
from lead_pipeline.model.formula_injection import added_columns, is_returning, restored, restored_header
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.reading import open_rows
from lead_pipeline.reading.row_reader import RowReader

#: More rejected rows than this are corrected in the workbook, or by the source of the file.
MOST_ROWS = 200_000

#: By how many rows the columns of a file are recognised.
_SAMPLE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """The rejected rows of an import.

    `frame` has `row_number`, `line_number` (Int64), `codes` (List(String)): why the import rejected the row, `reasons`
    (List(String)): what reading found, `extra_cells` (List(String), null for none), and the columns of the file
    (String) under the names in `columns`.
    """

    manifest: Manifest
    columns: tuple[str, ...]
    frame: pl.DataFrame
    recovered: int


def rejected_rows(home: Home, import_id: str) -> RejectedRows:
    """Return the rows that an import rejected and that did not become leads later.

    Raises:
        ImportNotFoundError: no import has that id.
        UsageError: it rejected no rows, or more than can be corrected here.
        FileUnreadableError: its file is not in the archive any more.
    """
    manifest = find_manifest(home, import_id)
    if manifest is None or manifest.import_id != import_id:
        raise ImportNotFoundError(f"There is no import '{import_id}'. The page 'Imports' lists all of them.")
    verdicts = published_table(home, "rejected_leads", import_id)
    if not is_imported(home, import_id):
        raise UsageError(f"{import_id} is not completed, so none of its rows can be fixed yet. Look at its page.")
    if not verdicts.exists():
        raise UsageError(f"{import_id} left no row out: there is nothing to fix.")
    kept = corrections_folder(home) / f"{short_of(import_id)}.parquet"
    if not kept.exists():
        _gather(home, manifest, verdicts, kept)
    recovered = recovered_numbers(home, import_id)
    frame, columns = _read(kept, kept.stat().st_mtime_ns)
    open_rows_only = frame.filter(~pl.col("row_number").is_in(recovered.implode()))
    return RejectedRows(manifest, columns, open_rows_only, frame.height - open_rows_only.height)


@lru_cache(maxsize=4)
def _read(path: Path, _version: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    frame = pl.read_parquet(path, glob=False, memory_map=False)
    own = ("row_number", "line_number", "codes", "reasons", "extra_cells")
    return frame, tuple(name for name in frame.columns if name not in own)


def _gather(home: Home, manifest: Manifest, verdicts: Path, kept: Path) -> None:
    """Write the cells of the rejected rows, read from the file again, beside the corrections."""
    rejected = _rejected(verdicts, manifest.import_id)
    path = archived_file(home, manifest)
    if path is None:
        raise FileUnreadableError(
            f"The file of {manifest.import_id} is not in the archive any more, so its rows cannot be shown. Correct "
            "them in the rejected file, if you still have it, and import that."
        )
    reader = open_rows(path, file_name=manifest.file_name, options=manifest.profile.reading)
    rows = pl.concat(_wanted(reader, rejected["row_number"]))
    rows = _as_people_see_it(rows, [column.name for column in reader.columns], manifest)
    joined = rejected.join(rows, on="row_number", how="inner", maintain_order="left")
    with published_path(kept) as temporary:
        joined.write_parquet(temporary)


def _rejected(verdicts: Path, import_id: str) -> pl.DataFrame:
    rows = (
        pl.scan_parquet(verdicts, glob=False)
        .filter(pl.col("outcome") == Outcome.REJECTED.value)
        .select("row_number", codes="reason_codes")
        .sort("row_number")
        .collect()
    )
    if rows.is_empty():
        raise UsageError(f"{import_id} rejected no row: there is nothing to fix.")
    if rows.height > MOST_ROWS:
        raise UsageError(
            f"{import_id} rejected {rows.height:,} rows, and up to {MOST_ROWS:,} can be fixed here. So many rows have "
            "one cause: change the profile and import the file again, or correct the rejected workbook."
        )
    return rows


def _wanted(reader: RowReader, numbers: pl.Series) -> Iterator[pl.DataFrame]:
    wanted, last = numbers.implode(), numbers.to_list()[-1]  # they are in order
    for batch in reader.batches():
        yield batch.filter(pl.col("row_number").is_in(wanted))
        if batch.height and batch["row_number"][-1] >= last:
            return


def _as_people_see_it(rows: pl.DataFrame, columns: list[str], manifest: Manifest) -> pl.DataFrame:
    """Return the cells as texts that mean the same when they are read again; of a file of ours, without apostrophes."""
    mapping = map_columns(columns, manifest.profile, rows.select(columns).head(_SAMPLE_ROWS))
    rows = with_numbers_spelled(rows, mapping.fields, manifest.profile)
    own = rows.select("row_number", "line_number", "reasons", "extra_cells")
    if not is_returning(columns):
        return own.hstack(rows.select(columns))
    ours = added_columns(columns)
    theirs = {column: restored_header(column) for column in columns if column not in ours}
    return own.hstack(rows.select(restored(pl.col(column)).alias(name) for column, name in theirs.items()))
