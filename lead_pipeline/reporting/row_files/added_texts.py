"""The texts that files of rows have behind the original cells: what became of a row, why, what to do, and what was
probably meant. How they are written, and made harmless, does not belong here.
"""

import polars as pl

from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.reporting.row_files.original_columns import EXTRA_CELLS, OriginalColumns

_SEPARATOR = "; "
_EXTRA_CELL_SEPARATOR = " | "
_NO_TEXT = pl.lit(None, pl.String)

#: Which of the texts stands in which of the columns that are added.
ADDED_TEXTS = {
    "_row_number": "row_number",
    "_line_number": "line_number",
    "_outcome": "outcome",
    "_reasons": "reasons",
    "_warnings": "reasons",
    "_guidance": "guidance",
    "_suggested": "suggested",
    EXTRA_CELLS: "extra_cells",
}


def guidance_for(codes: str) -> str:
    """Return the guidance for reasons given as `code; code`: their sentences in that order, each once."""
    found = codes.split(_SEPARATOR) if codes else []
    return " ".join(dict.fromkeys(REASONS[Reason(code)].guidance for code in found))


def added_texts(batch: pl.DataFrame, originals: OriginalColumns) -> pl.DataFrame:
    """Return what people read of each row, null where there is nothing to say; numbers are Int64, all else String.

    Args:
        batch: `row_number`, `line_number` (Int64), `outcome` (String), `reasons` (List(String)), `extra_cells`
            (List(String), null for none), and perhaps `row_hints` (String, null for none) and `suggestions`
            (List(Struct(field, value)), null for none).
        originals: which columns supply the fields.
    """
    reasons = batch["reasons"].list.join(_SEPARATOR).fill_null("")
    guidance = {text: guidance_for(text) for text in reasons.unique()}  # few distinct ones, however many rows
    advice = reasons.replace_strict(guidance, return_dtype=pl.String)
    hints = pl.col("row_hints") if "row_hints" in batch.columns else _NO_TEXT
    return batch.select(
        "row_number",
        "line_number",
        "outcome",
        reasons.alias("reasons"),
        pl.concat_str(advice, hints, separator=" ", ignore_nulls=True).str.strip_chars().alias("guidance"),
        _suggested(batch, originals),
        pl.col("extra_cells").list.join(_EXTRA_CELL_SEPARATOR, ignore_nulls=True),
    )


def _suggested(batch: pl.DataFrame, originals: OriginalColumns) -> pl.Series:
    """Return `column: value; column: value` for the rows with suggestions, null for others."""
    none = pl.repeat(None, batch.height, dtype=pl.String, eager=True).alias("suggested")
    if "suggestions" not in batch.columns or batch["suggestions"].null_count() == batch.height:
        return none
    found = batch.select("suggestions").with_row_index().drop_nulls().explode("suggestions").unnest("suggestions")
    headers = {
        name: originals.headers[positions[-1]]
        for name in found["field"].unique()
        if (positions := originals.positions_of(name))
    }
    header = pl.col("field").replace_strict(headers, default=None, return_dtype=pl.String)
    said = found.select("index", text=pl.format("{}: {}", header, "value")).drop_nulls()
    texts = said.group_by("index", maintain_order=True).agg(pl.col("text").str.join(_SEPARATOR))
    return none.scatter(texts["index"], texts["text"])
