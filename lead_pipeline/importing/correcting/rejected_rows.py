"""The rows that an import rejected, as they are in its file. What is
changed of them does not belong here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl
import pyarrow.parquet as pq

from lead_pipeline.filing.archive import archived_file
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.life_cycle import find_manifest
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.filing.work_folder import published_table
from lead_pipeline.importing.row_files.left_out_table import HEADERS, LEFT_OUT
from lead_pipeline.importing.sequels.recoveries import recovered_numbers
from lead_pipeline.mapping.cell_types import with_numbers_spelled
from lead_pipeline.mapping.columns import map_columns
from lead_pipeline.model.errors import FileUnreadableError, ImportNotFoundError, UsageError
from lead_pipeline.model.formula_injection import added_columns, is_returning, restored, restored_header
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reason_codes import Reason
from lead_pipeline.reading import open_rows
from lead_pipeline.reading.row_reader import RowReader

#: More rejected rows than this are corrected in the workbook, or by the source of the file.
MOST_ROWS = 200_000

#: What reading finds wrong with a row, whatever its values are.
_OF_READING = [
    reason.value
    for reason in (
        Reason.ROW_TOO_MANY_CELLS,
        Reason.ROW_TOO_FEW_CELLS,
        Reason.QUOTE_UNCLOSED,
        Reason.ENCODING_INVALID,
        Reason.SPREADSHEET_ERROR,
    )
]

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
        FileUnreadableError: an earlier release imported it, and its file is not in the archive any more.
    """
    manifest = find_manifest(home, import_id)
    if manifest is None or manifest.import_id != import_id:
        raise ImportNotFoundError(f"There is no import '{import_id}'. The page Imports lists all of them.")
    if not is_imported(home, import_id):
        raise UsageError(f"{import_id} is not completed, so none of its rows can be fixed yet. Look at its page.")
    frame, columns = _read(home, manifest, _version(home, import_id))
    if frame.is_empty():
        raise UsageError(f"{import_id} rejected no row: there is nothing to fix.")
    recovered = recovered_numbers(home, import_id)
    left = frame.filter(~pl.col("row_number").is_in(recovered.implode()))
    return RejectedRows(manifest, columns, left, frame.height - left.height)


def _version(home: Home, import_id: str) -> int:
    try:
        return (home.reports / import_id / LEFT_OUT).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=4)
def _read(home: Home, manifest: Manifest, version: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the rejected rows and the columns of the file, from what pages keep of it, else from the archive."""
    path = home.reports / manifest.import_id / LEFT_OUT
    headers = json.loads(pq.read_metadata(path).metadata[HEADERS.encode()])["columns"] if version else []
    if not headers or len(set(headers)) < len(headers):
        return _from_archive(home, manifest)
    rows = pl.scan_parquet(path, glob=False).filter(pl.col("outcome") == Outcome.REJECTED.value)
    _check_number(rows.select(pl.len()).collect().item(), manifest.import_id)
    found = rows.select("row_number", "line_number", "reasons", "extra_cells", "cells").collect()
    cells = [pl.col("cells").list.get(index, null_on_oob=True).alias(name) for index, name in enumerate(headers)]
    frame = found.select("row_number", "line_number", codes="reasons").hstack(
        found.select(pl.col("reasons").list.filter(pl.element().is_in(_OF_READING)), "extra_cells")
    )
    return frame.hstack(found.select(cells)), tuple(headers)


def _check_number(rows: int, import_id: str) -> None:
    if rows > MOST_ROWS:
        raise UsageError(
            f"{import_id} rejected {rows:,} rows, and up to {MOST_ROWS:,} can be fixed here. So many rows have one "
            "cause: change the profile and import the file again, or correct the rejected workbook."
        )


def _from_archive(home: Home, manifest: Manifest) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the same from the file itself."""
    verdicts = published_table(home, "rejected_leads", manifest.import_id)
    rejected = pl.scan_parquet(verdicts, glob=False).filter(pl.col("outcome") == Outcome.REJECTED.value)
    numbers = rejected.select("row_number", codes="reason_codes").sort("row_number").collect()
    _check_number(numbers.height, manifest.import_id)
    path = archived_file(home, manifest)
    if path is None:
        raise FileUnreadableError(
            f"The file of {manifest.import_id} is not in the archive any more, so its rows cannot be shown. Correct "
            "them in the rejected file, if you still have it, and import that."
        )
    reader = open_rows(path, file_name=manifest.file_name, options=manifest.profile.reading)
    rows = pl.concat(_wanted(reader, numbers["row_number"])) if numbers.height else next(reader.batches()).clear()
    rows = _as_people_see_it(rows, [column.name for column in reader.columns], manifest)
    own = ("row_number", "line_number", "reasons", "extra_cells")
    columns = tuple(name for name in rows.columns if name not in own)
    return rows.join(numbers, on="row_number", how="inner", maintain_order="left"), columns


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
