"""How long the rejected workbook takes, beside the same cells written by xlsxwriter alone, cell by cell.

Prints a line for each: wall and processor seconds, cells, megabytes, and the most memory that the process had.

    python -m lead_pipeline_tests.benchmarks.rejected_workbook [rows]
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from lead_pipeline.reporting.row_files.added_texts import added_texts
from lead_pipeline.reporting.row_files.original_columns import OriginalColumns
from lead_pipeline.reporting.row_files.rejected_workbook import LeftOutRows, RowsOfSheet, write_rejected_workbook

COLUMNS = [(f"cell {index}", f"column {index}") for index in range(12)]
SUPPLYING = {"phone": ("cell 0",), "email": ("cell 1",), "lead_score": ("cell 2",)}
_BATCH = 50_000
_CODES = ("phone_too_short", "email_domain_invalid", "number_invalid")


def batches(rows: int) -> Iterator[pl.DataFrame]:
    """Yield rows of twelve columns as an import leaves them, each with a fault, every second one with a suggestion."""
    for start in range(0, rows, _BATCH):
        number = pl.int_range(start + 1, min(start + _BATCH, rows) + 1, dtype=pl.Int64, eager=True)
        kind = number % 3
        code = kind.replace_strict(dict(enumerate(_CODES)), return_dtype=pl.String)
        field = kind.replace_strict(dict(enumerate(SUPPLYING)), return_dtype=pl.String)
        about = pl.struct(code=code, field=field, column=field)
        meant = pl.struct(field=field, value=pl.format("+1 201 555 {}", number))
        cells = [pl.format("value {} of {}", number, pl.lit(name)).alias(name) for name, _ in COLUMNS]
        yield pl.select(
            *cells,
            row_number=number,
            line_number=number + 1,
            outcome=pl.lit("rejected"),
            reasons=pl.concat_list(code),
            extra_cells=pl.lit(None, pl.List(pl.String)),
            reason_columns=pl.concat_list(about),
            suggestions=pl.when(number % 2 == 0).then(pl.concat_list(meant)),
        )


def ours(path: Path, rows: int) -> None:
    """Write the workbook as an import does: marks, notes, suggestions, two sheets more."""
    none = RowsOfSheet(0, [])
    write_rejected_workbook(
        path,
        LeftOutRows(COLUMNS, SUPPLYING, RowsOfSheet(rows, batches(rows)), none, [], wide=False, at=datetime.now(UTC)),
    )


def by_the_library(path: Path, rows: int) -> None:
    """Write the same texts with xlsxwriter in constant memory: no mark, no note."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet, text = book.add_worksheet(), book.add_format({"num_format": "@"})
    originals = OriginalColumns.among(COLUMNS, SUPPLYING)
    row = 0
    for batch in batches(rows):
        added = added_texts(batch, originals).cast(pl.String)
        for cells in pl.DataFrame([*batch.select(originals.names), *added]).iter_rows():
            row += 1
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, column, cell, text)
    book.close()


def by_polars(path: Path, rows: int) -> None:
    """Write the same texts with Polars' own writer, which hands them to xlsxwriter."""
    originals = OriginalColumns.among(COLUMNS, SUPPLYING)
    frames = [
        pl.DataFrame([*batch.select(originals.names), *added_texts(batch, originals).cast(pl.String)])
        for batch in batches(rows)
    ]
    pl.concat(frames).write_excel(path, dtype_formats={pl.String: "@"})


def measure(name: str, write: Callable[[Path, int], None], rows: int) -> None:
    """Print what one way takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejected.xlsx"
        wall, processor = time.perf_counter(), time.process_time()
        write(path, rows)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        size, memory = path.stat().st_size / 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    cells = rows * (len(COLUMNS) + 6)
    print(f"{name:<12} {rows:,} rows, {cells:,} cells: {wall:.1f} s, {processor:.1f} s of processor, ", end="")
    print(f"{size:.1f} MB, at most {memory:.0f} MB of memory")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for label, way in (("workbook", ours), ("xlsxwriter", by_the_library), ("polars", by_polars)):
        measure(label, way, wanted)
