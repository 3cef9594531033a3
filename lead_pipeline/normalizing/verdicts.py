"""How the values read from a column are laid out: the canonical value, and the reason why there is none. How a type is
read does not belong here.
"""

import polars as pl

from lead_pipeline.model.reasons import Reason

#: The column that a value is read from.
RAW = "raw"

#: Of values that can always be read.
NO_REASON = pl.lit(None, pl.String)


def filled_text() -> pl.Expr:
    """Return the trimmed text of the column `raw`, null where it is empty."""
    trimmed = pl.col(RAW).str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def when(wrong: pl.Expr, reason: Reason) -> pl.Expr:
    """Return the reason's code where `wrong` is true, else null."""
    return pl.when(wrong).then(pl.lit(reason.value))


def read_verdicts(raw: pl.Series, value: pl.Expr | pl.DataFrame, reason: pl.Expr) -> pl.DataFrame:
    """Lay out values and reasons.

    Args:
        raw: String.
        value: the canonical value, as an expression over the column `raw`, or as the column `value` of a frame with
            what else the reason needs to know.
        reason: over the columns `raw`, `value` and those of the frame: the code of what is wrong, null for nothing.

    Returns:
        `value` (null where there is a reason), `reason` (String), both null where `raw` is empty.
    """
    texts = raw.cast(pl.String).rename(RAW).to_frame()
    found = texts.hstack(value) if isinstance(value, pl.DataFrame) else texts.with_columns(value=value)
    verdicts = found.select("value", reason=pl.when(filled_text().is_not_null()).then(reason))
    return verdicts.with_columns(value=pl.when(pl.col("reason").is_null()).then("value"))
