"""What is wrong with the rows that an import left out, page by page: positions, codes and columns, never a value."""

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.work_folder import published_table
from lead_pipeline.model.handed_in.row_errors import RowError, RowErrors
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult

_LEFT_OUT = "rejected_leads"


def row_errors(
    home: Home, result: ImportResult, *, outcome: Outcome | None, code: str | None, offset: int, limit: int
) -> RowErrors:
    """Return the reasons of the rows that were left out with that outcome (None: with any), in file order: one for each
    reason of a row. A file that was refused has one, which is of no row.
    """
    if result.rows_read is None and result.message:
        given = result.reasons[0].code if result.reasons else ""
        refused = (RowError(row=None, error=result.message, code=given),)
        return RowErrors(errors=refused[offset : offset + limit], total=1)
    path = published_table(home, _LEFT_OUT, result.import_id)
    if not path.exists():
        return RowErrors(errors=(), total=0)
    found = _reasons(path.as_posix(), outcome, code)
    total = found.select(pl.len()).collect().item()
    page = found.slice(offset, limit).collect()
    return RowErrors(errors=tuple(_error(*row) for row in page.rows()), total=total)


def _reasons(path: str, outcome: Outcome | None, code: str | None) -> pl.LazyFrame:
    rows = pl.scan_parquet(path, glob=False).select("row_number", "outcome", "reason_codes", "reason_columns")
    if outcome is not None:
        rows = rows.filter(pl.col("outcome") == outcome.value)
    reasons = rows.explode("reason_codes")
    return reasons if code is None else reasons.filter(pl.col("reason_codes") == code)


def _error(row: int, _outcome: str, code: str | None, columns: list[dict[str, str | None]] | None) -> RowError:
    of_code = (one["column"] for one in columns or [] if one["code"] == code)
    info = REASONS[Reason(code)] if code else None
    return RowError(row=row, error=info.title if info else "", code=code or "", column=next(of_code, None))
