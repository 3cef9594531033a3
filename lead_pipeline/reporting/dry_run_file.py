"""The dry-run file: what would happen to each row, and what would change in which lead."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from lead_pipeline.filing.atomic import published
from lead_pipeline.model.formula_injection import made_harmless
from lead_pipeline.model.reasons import REASONS, Reason

#: The columns of the file, in their order.
DRY_RUN_COLUMNS = ("row_number", "line_number", "outcome", "reasons", "guidance", "lead_id", "changes", "leads")

_BOM = b"\xef\xbb\xbf"  # without it Excel takes a CSV for the machine's own 8-bit code page
_SEPARATOR = "; "
_WARNING = " (warning)"
_NOTHING = "(nothing)"


def write_dry_run_file(path: Path, batches: Iterable[pl.DataFrame]) -> int:
    """Write the rows of `batches` to `path` as a CSV that opens in spreadsheets, and return how many there were.

    Each batch has row_number, line_number, lead_id Int64; outcome, hints String; reason_codes, warning_codes
    List(String); changes List(Struct(field, before, after String)); leads List(Struct(lead_id Int64; change,
    destination, to String)).

    UTF-8 with BOM, CRLF, DRY_RUN_COLUMNS. Warnings follow the reasons and are marked; a change reads
    `field: before -> after`, and what becomes of a lead that is there `lead 12: moved from schedule:a to schedule:b`.
    What a spreadsheet would run is prefixed with an apostrophe. Raises OSError, and leaves `path` as it was.
    """
    written = 0
    with published(path) as file:
        file.write(_BOM + ",".join(DRY_RUN_COLUMNS).encode() + b"\r\n")
        for batch in batches:
            _as_people_read_it(batch).write_csv(file, include_header=False, line_terminator="\r\n")
            written += batch.height
    return written


def _as_people_read_it(batch: pl.DataFrame) -> pl.DataFrame:
    warnings = pl.col("warning_codes").list.eval(pl.element() + _WARNING)
    reasons = pl.concat_list(pl.col("reason_codes").fill_null([]), warnings.fill_null([]))
    rows = batch.with_columns(reasons=reasons.list.join(_SEPARATOR))
    guidance = {text: _guidance(text) for text in rows["reasons"].unique()}  # few distinct ones, however many rows
    advice = pl.col("reasons").replace_strict(guidance, return_dtype=pl.String)
    return rows.with_columns(
        guidance=made_harmless(pl.concat_str(advice, "hints", separator=" ", ignore_nulls=True).str.strip_chars()),
        leads=made_harmless(pl.col("leads").list.eval(_managed()).list.join(_SEPARATOR)),
        changes=made_harmless(pl.col("changes").list.eval(_change()).list.join(_SEPARATOR)),
    ).select(_or_nothing(name) if name in ("reasons", "guidance") else name for name in DRY_RUN_COLUMNS)


def _or_nothing(name: str) -> pl.Expr:
    """Return null for an empty text: Polars writes an empty text as `""`, a null as nothing."""
    return pl.when(pl.col(name) != "").then(pl.col(name)).alias(name)


def _change() -> pl.Expr:
    field, before, after = (pl.element().struct.field(name) for name in ("field", "before", "after"))
    return pl.concat_str(field, pl.lit(": "), before.fill_null(_NOTHING), pl.lit(" -> "), after.fill_null(_NOTHING))


def _managed() -> pl.Expr:
    lead_id, change, of, to = (pl.element().struct.field(name) for name in ("lead_id", "change", "destination", "to"))
    where = pl.when(to.is_null()).then(pl.format(" in {}", of)).otherwise(pl.format(" from {} to {}", of, to))
    return pl.format("lead {}: {}{}", lead_id, change, where)


def _guidance(reasons: str) -> str:
    codes = [code.removesuffix(_WARNING) for code in reasons.split(_SEPARATOR)] if reasons else []
    return " ".join(dict.fromkeys(REASONS[Reason(code)].guidance for code in codes))
