"""The rejected file: the rows that did not become leads, unchanged, each with its reasons and what to do about them.
And its like for rows that became leads with warnings.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO

import polars as pl

from lead_pipeline.filing.atomic import published
from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, WARNED_FILE_COLUMNS
from lead_pipeline.model.formula_injection import harmless_header, made_harmless
from lead_pipeline.reporting.row_files.added_texts import ADDED_TEXTS, added_texts
from lead_pipeline.reporting.row_files.original_columns import EXTRA_CELLS, OriginalColumns

_BOM = b"\xef\xbb\xbf"  # without it Excel takes a CSV for the machine's own 8-bit code page
_SUGGESTED = "_suggested"


def write_rejected_file(
    path: Path,
    columns: Sequence[tuple[str, str]],
    batches: Iterable[pl.DataFrame],
    supplying: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Write the rows of `batches` to `path` as a CSV that opens in spreadsheets, and return how many there were.

    `columns` are (name in the frames, header text) in the order of the original file. Each batch has these as String,
    `row_number` Int64, `line_number` Int64 (null for spreadsheets), `outcome` String, `reasons` List(String), and
    `extra_cells` List(String) (null where a row has none), and may have `row_hints` String (null for none).
    `supplying` is given where batches may also have `suggestions` (List(Struct(field, value)), null for none): it says
    which columns supply each field.

    UTF-8 with BOM, CRLF (RFC 4180 section 2), original headers and cells in order, then `_row_number`, `_line_number`,
    `_outcome`, `_reasons`, `_guidance`, with `supplying` `_suggested` (`column: value; column: value`), and
    `_extra_cells` when any row has some. Only what a spreadsheet would run is altered: it is prefixed with an
    apostrophe, and so is a header that is called as one of ours. What an earlier file of ours added, columns and
    apostrophes, is removed first, so that a file can make any number of round trips. Memory is bounded by a batch.
    Raises OSError; then `path` is as it was.
    """
    names = [name for name in REJECTED_FILE_COLUMNS if supplying is not None or name != _SUGGESTED]
    return _write_rows(path, OriginalColumns.among(columns, supplying), names, batches)


def write_warned_file(
    path: Path,
    columns: Sequence[tuple[str, str]],
    batches: Iterable[pl.DataFrame],
    supplying: Mapping[str, Sequence[str]],
) -> int:
    """Write rows that were imported with warnings as `write_rejected_file` does; their `reasons` are the warnings.

    The columns behind the original ones are WARNED_FILE_COLUMNS: dropped back, the file is none of rejected rows.
    """
    return _write_rows(path, OriginalColumns.among(columns, supplying), WARNED_FILE_COLUMNS, batches)


def _write_rows(path: Path, originals: OriginalColumns, names: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
    narrow = [name for name in names if name != EXTRA_CELLS]
    written, wide = 0, False
    with published(path) as file:
        file.write(_BOM)
        _write_header(file, originals, narrow)
        for batch in batches:
            rows = originals.restored_in(batch)
            if not wide and EXTRA_CELLS in names and _has_extra_cells(rows):
                wide = True
                _widen(file, path.parent, partial(_write_header, file, originals, names))
            _write(file, _as_people_read_it(rows, originals, names if wide else narrow))
            written += batch.height
    return written


def _has_extra_cells(batch: pl.DataFrame) -> bool:
    return bool((batch["extra_cells"].list.len().fill_null(0) > 0).any())


def _write_header(file: IO[bytes], originals: OriginalColumns, names: Sequence[str]) -> None:
    """Write the header as a row: two columns may have the same header text, two columns of a frame may not."""
    texts = [*map(harmless_header, originals.headers), *names]
    _write(file, pl.DataFrame([texts], schema=[str(index) for index in range(len(texts))], orient="row"))


def _as_people_read_it(batch: pl.DataFrame, originals: OriginalColumns, names: Sequence[str]) -> pl.DataFrame:
    """Return the columns of the file in order; from here on only their order matters, not their names."""
    added = added_texts(batch, originals)
    added = added.with_columns(made_harmless(pl.col(name)) for name in ("guidance", "suggested", "extra_cells"))
    cells = batch.select(_cell(name).alias(f"cell {index}") for index, name in enumerate(originals.names))
    return pl.DataFrame([*cells, *added.select(ADDED_TEXTS[name] for name in names)])


def _cell(name: str) -> pl.Expr:
    """Polars writes an empty text as `""` and a null as nothing; in the original, both were most likely nothing."""
    return made_harmless(pl.when(pl.col(name) != "").then(pl.col(name)))


def _write(file: IO[bytes], rows: pl.DataFrame) -> None:
    rows.write_csv(file, include_header=False, line_terminator="\r\n")


def _widen(file: IO[bytes], folder: Path, write_header: Callable[[], None]) -> None:
    """Give every row written so far an empty last cell, because the first row with extra cells came late.

    Files without such rows, nearly all of them, should not carry an empty column, and rows are seen only once.
    """
    file.flush()
    file.seek(0)
    with tempfile.NamedTemporaryFile(prefix=".rejected.", suffix=".tmp", dir=folder) as narrow:
        shutil.copyfileobj(file, narrow)
        narrow.flush()
        file.seek(len(_BOM))
        file.truncate()
        write_header()
        rows = pl.scan_csv(narrow.name, has_header=False, infer_schema=False, glob=False).slice(1)
        for batch in rows.with_columns(extra=pl.lit(None, pl.String)).collect_batches(maintain_order=True):
            _write(file, batch)
