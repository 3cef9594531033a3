"""The rejected file: the rows that did not become leads, unchanged, each with its reasons and what to do about them."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import polars as pl

from lead_pipeline.filing.atomic import published
from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS
from lead_pipeline.model.formula_injection import (
    is_rejected_file,
    made_harmless,
    made_harmless_text,
    restored,
    restored_text,
)
from lead_pipeline.model.reasons import REASONS, Reason

_BOM = b"\xef\xbb\xbf"  # without it Excel takes a CSV for the machine's own 8-bit code page
_EXTRA_CELLS = "_extra_cells"
_EXTRA_CELL_SEPARATOR = " | "
_REASON_SEPARATOR = "; "


def write_rejected_file(path: Path, columns: Sequence[tuple[str, str]], batches: Iterable[pl.DataFrame]) -> int:
    """Write the rows of `batches` to `path` as a CSV that opens in spreadsheets, and return how many there were.

    `columns` are (name in the frames, header text) in the order of the original file. Each batch has these as String,
    `row_number` Int64, `line_number` Int64 (null for spreadsheets), `outcome` String, `reasons` List(String), and
    `extra_cells` List(String) (null where a row has none), and may have `row_hints` String (null for none).

    UTF-8 with BOM, CRLF (RFC 4180 section 2), original headers and cells in order, then `_row_number`, `_line_number`,
    `_outcome`, `_reasons`, `_guidance`, and `_extra_cells` when any row has some. Only what a spreadsheet would run
    is altered: it is prefixed with an apostrophe. What an earlier rejected file added, columns and apostrophes, is
    removed first, so that a file can make any number of round trips. Memory is bounded by a batch. Raises OSError; then
    `path` is as it was.
    """
    returning = is_rejected_file(header for _, header in columns)
    originals = [
        (name, restored_text(header) if returning else header)
        for name, header in columns
        if header not in REJECTED_FILE_COLUMNS
    ]
    extra = next((name for name, header in columns if returning and header.strip() == _EXTRA_CELLS), None)
    written, wide = 0, False
    with published(path) as file:
        file.write(_BOM)
        _write_header(file, originals, wide)
        for batch in batches:
            if extra is not None:
                batch = _with_earlier_extra_cells(batch, extra)  # noqa: PLW2901
            if not wide and _has_extra_cells(batch):
                wide = True
                _widen(file, path.parent, originals)
            if returning:
                batch = batch.with_columns(restored(pl.col(name)) for name, _ in originals)  # noqa: PLW2901
            _write(file, _as_people_read_it(batch, originals, wide))
            written += batch.height
    return written


def guidance_for(reasons: str) -> str:
    """Return the guidance for reasons given as `code; code`: their sentences in that order, each once."""
    codes = reasons.split(_REASON_SEPARATOR) if reasons else []
    return " ".join(dict.fromkeys(REASONS[Reason(code)].guidance for code in codes))


def _advice(guidance: pl.Series, batch: pl.DataFrame) -> pl.Series:
    """Add the hints of each row, where there are any: a probable original value, the domain that was meant."""
    if "row_hints" not in batch.columns:
        return guidance
    advice = pl.concat_str(guidance, batch["row_hints"], separator=" ", ignore_nulls=True)
    return pl.select(made_harmless(advice.str.strip_chars())).to_series()


def _with_earlier_extra_cells(batch: pl.DataFrame, column: str) -> pl.DataFrame:
    """Move the extra cells that an earlier rejected file recorded to where those of this file are."""
    earlier = pl.when(pl.col(column).str.strip_chars() != "").then(pl.concat_list(restored(pl.col(column))))
    return batch.with_columns(extra_cells=pl.coalesce("extra_cells", earlier))


def _has_extra_cells(batch: pl.DataFrame) -> bool:
    return bool((batch["extra_cells"].list.len().fill_null(0) > 0).any())


def _write_header(file: IO[bytes], originals: Sequence[tuple[str, str]], wide: bool) -> None:
    """Write the header as a row: two columns may have the same header text, two columns of a frame may not."""
    ours = [name for name in REJECTED_FILE_COLUMNS if wide or name != _EXTRA_CELLS]
    texts = [made_harmless_text(header) for _, header in originals] + ours
    _write(file, pl.DataFrame([texts], schema=[str(index) for index in range(len(texts))], orient="row"))


def _as_people_read_it(batch: pl.DataFrame, originals: Sequence[tuple[str, str]], wide: bool) -> pl.DataFrame:
    """Return the columns of the file in order; from here on only their order matters, not their names."""
    reasons = batch["reasons"].list.join(_REASON_SEPARATOR).fill_null("")
    guidance = {text: guidance_for(text) for text in reasons.unique()}  # few distinct ones, however many rows
    frame = batch.select(
        *(_cell(name).alias(f"cell {index}") for index, (name, _) in enumerate(originals)),
        pl.col("row_number"),
        pl.col("line_number"),
        pl.col("outcome"),
        reasons.alias("reasons"),
        _advice(reasons.replace_strict(guidance, return_dtype=pl.String), batch).alias("guidance"),
        made_harmless(pl.col("extra_cells").list.join(_EXTRA_CELL_SEPARATOR, ignore_nulls=True)).alias("extra cells"),
    )
    return frame if wide else frame.drop("extra cells")


def _cell(name: str) -> pl.Expr:
    """Polars writes an empty text as `""` and a null as nothing; in the original, both were most likely nothing."""
    return made_harmless(pl.when(pl.col(name) != "").then(pl.col(name)))


def _write(file: IO[bytes], rows: pl.DataFrame) -> None:
    rows.write_csv(file, include_header=False, line_terminator="\r\n")


def _widen(file: IO[bytes], folder: Path, originals: Sequence[tuple[str, str]]) -> None:
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
        _write_header(file, originals, wide=True)
        rows = pl.scan_csv(narrow.name, has_header=False, infer_schema=False, glob=False).slice(1)
        for batch in rows.with_columns(extra=pl.lit(None, pl.String)).collect_batches(maintain_order=True):
            _write(file, batch)
