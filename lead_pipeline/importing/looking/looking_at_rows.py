"""Finds rows that were left out, or imported with warnings, in the file that the report left of them; the store is not
opened. What is said of a row is decided elsewhere.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.looking.report_folders import report_folder
from lead_pipeline.importing.row_files.left_out_table import HEADERS, LEFT_OUT, WARNED
from lead_pipeline.model.errors import ImportNotFoundError, LeadPipelineError
from lead_pipeline.model.fields import SUGGESTIONS, title_of
from lead_pipeline.model.looks.left_out_rows import LeftOutPage, LeftOutRow, RowFilter, RowReason, ShownRow
from lead_pipeline.model.reasons import REASONS, Reason

#: Stands between the cells of a row when a text is looked for: no text that is typed has it.
_BETWEEN_CELLS = "\x1f"


@dataclass(frozen=True, slots=True)
class _Table:
    """The file of the rows of one import, or nothing where none were left out."""

    path: Path
    columns: tuple[str, ...] = ()
    supplying: dict[str, list[int]] | None = None
    rows: int = 0

    @classmethod
    def at(cls, path: Path) -> "_Table":
        try:
            facts = pq.read_metadata(path)
        except FileNotFoundError:
            return cls(path)
        known = json.loads(facts.metadata[HEADERS.encode()])
        return cls(path, tuple(known["columns"]), known["supplying"], facts.num_rows)

    def scanned(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.path, glob=False)


def left_out_rows(home: Home, import_id: str, chosen: RowFilter, *, offset: int, limit: int) -> LeftOutPage:
    """Return some of the rows that a filter finds, in the order of the file.

    Raises: LeadPipelineError where the cells of the rows were not kept.
    """
    table = _table_of(home, import_id, chosen)
    if not table.rows:
        return LeftOutPage(columns=table.columns, rows=(), total=0)
    condition = _condition(chosen)
    if condition is None:
        found, total = table.scanned().slice(offset, limit).collect(), table.rows
    else:
        numbers = _numbers(table, condition)
        found, total = _rows_with(table, numbers.slice(offset, limit)), len(numbers)
    return LeftOutPage(columns=table.columns, rows=tuple(_shown(row, table) for row in found.to_dicts()), total=total)


def left_out_row(home: Home, import_id: str, row_number: int, chosen: RowFilter) -> ShownRow:
    """Return one row, and which rows are before and behind it among those that a filter finds.

    Raises: ImportNotFoundError where no such row was left out; otherwise as `left_out_rows`.
    """
    table = _table_of(home, import_id, chosen)
    found = _rows_with(table, pl.Series([row_number])) if table.rows else pl.DataFrame()
    if found.is_empty():
        raise ImportNotFoundError(f"Import {import_id} left out no row {row_number}. Look at the list of its rows.")
    condition = _condition(chosen)
    numbers = table.scanned().select("row_number").collect().to_series() if condition is None else None
    numbers = _numbers(table, condition) if numbers is None and condition is not None else numbers
    before, behind = _neighbours(numbers if numbers is not None else pl.Series([row_number]), row_number)
    return ShownRow(columns=table.columns, row=_shown(found.to_dicts()[0], table), previous=before, following=behind)


def _table_of(home: Home, import_id: str, chosen: RowFilter) -> _Table:
    folder = report_folder(home, import_id)
    table = _Table.at(folder / (WARNED if chosen.outcome == "warning" else LEFT_OUT))
    older = folder / ("warned.csv" if chosen.outcome == "warning" else "rejected.csv")
    if not table.columns and older.exists():
        raise LeadPipelineError(
            f"The rows of {import_id} cannot be looked at here: it was imported by an earlier release, which did not "
            f"keep them for pages. They are all in {older.name}, to download."
        )
    return table


def _condition(chosen: RowFilter) -> pl.Expr | None:
    """Return what holds of the rows that are looked for, None where it holds of all of them."""
    found = []
    if chosen.outcome not in (None, "warning"):
        found.append(pl.col("outcome") == str(chosen.outcome))
    about = pl.col("reason_columns").list
    if chosen.column is not None:
        is_meant = pl.element().struct.field("column") == chosen.column
        if chosen.code is not None:
            is_meant &= pl.element().struct.field("code") == chosen.code
        found.append(about.eval(is_meant).list.any())
    elif chosen.code is not None:
        is_coded = pl.element().struct.field("code") == chosen.code
        found.append(
            pl.col("reasons").list.contains(chosen.code) | about.eval(is_coded).list.any().fill_null(value=False)
        )
    if chosen.text:
        cells = pl.concat_list(pl.col("cells"), pl.col("extra_cells").fill_null([]))
        text = cells.list.join(_BETWEEN_CELLS, ignore_nulls=True).str.to_lowercase()
        found.append(text.str.contains(chosen.text.lower(), literal=True))
    return pl.all_horizontal(found) if found else None


def _numbers(table: _Table, condition: pl.Expr) -> pl.Series:
    """Return the numbers of the rows of which it holds; no other column is unpacked for them."""
    return table.scanned().filter(condition).select("row_number").collect().to_series()


def _rows_with(table: _Table, numbers: pl.Series) -> pl.DataFrame:
    """Return the rows with these numbers; by range first, so that Parquet's statistics spare all others."""
    if numbers.is_empty():
        return pl.DataFrame()
    near = pl.col("row_number").is_between(numbers.min(), numbers.max())
    return table.scanned().filter(near).filter(pl.col("row_number").is_in(numbers.implode())).collect()


def _neighbours(numbers: pl.Series, row_number: int) -> tuple[int | None, int | None]:
    before, behind = numbers.filter(numbers < row_number), numbers.filter(numbers > row_number)
    return (before[-1] if len(before) else None), (behind[0] if len(behind) else None)


def _shown(row: dict[str, Any], table: _Table) -> LeftOutRow:
    supplying = table.supplying or {}
    return LeftOutRow(
        row_number=row["row_number"],
        line_number=row["line_number"],
        outcome=row["outcome"],
        reasons=tuple(_reasons_of(row, supplying)),
        hints=row["hints"] or "",
        suggestions={
            _column_of(one["field"], table): one["value"]
            for one in row[SUGGESTIONS] or ()
            if supplying.get(one["field"])
        },
        cells=tuple(row["cells"]),
        extra_cells=tuple(cell or "" for cell in row["extra_cells"] or ()),
        matched_lead_id=row["matched_lead_id"],
        matched_import_id=row["matched_import_id"],
    )


def _column_of(field: str, table: _Table) -> str:
    """Return the header of the cell that a suggestion is for: the last of those that supply the field."""
    return table.columns[(table.supplying or {})[field][-1]]


def _reasons_of(row: dict[str, Any], supplying: dict[str, list[int]]) -> list[RowReason]:
    """Return everything that is said of a row: what cost it first, in the order in which it is kept, then warnings."""
    costing, about = row["reasons"] or [], row["reason_columns"] or []
    warnings = [one["code"] for one in about if one["code"] not in costing]
    said = []
    for code in dict.fromkeys([*costing, *warnings]):
        info, found = REASONS[Reason(code)], [one for one in about if one["code"] == code]
        for one in found or [{"column": None, "field": None}]:
            said.append(
                RowReason(
                    code=code,
                    column=one["column"] or (title_of(one["field"]) if one["field"] else None),
                    title=info.title,
                    guidance=info.guidance,
                    is_warning=code not in costing,
                    positions=tuple(supplying.get(one["field"] or "", ())),
                )
            )
    return said
