"""Raw rows become mapped rows: one text per field, the other columns as attributes. What a value means, and whether
it is any good, belongs in normalizing/ and validating/.
"""

import polars as pl

from lead_pipeline.mapping.attributes import with_attributes
from lead_pipeline.mapping.columns import ColumnMapping, attribute_names
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.spreadsheet import restored

#: The column of a rejected file that holds what stood beyond the last column of the original.
_EXTRA_CELLS = "_extra_cells"


def map_rows(batch: pl.DataFrame, mapping: ColumnMapping, profile: ImportProfile) -> pl.DataFrame:
    """Lay a batch out in fields; no row is added, dropped or moved, and no value is altered.

    Args:
        batch: `row_number`, `line_number` (Int64), `reasons` (List(String)) and the file's columns (String).
        mapping: what `map_columns` found for this file.
        profile: its fields and default attributes.

    Returns:
        `row_number`, `line_number` (Int64), one String per field of the profile (null when the file has no such
        column), `attributes` (String: a JSON object, null when there are none), `reasons` (List(String)). Cells of a
        rejected file of ours are restored to what they were before they were made harmless for spreadsheets; a row of
        it whose extra cells nobody has cleared away still has too many cells.
    """
    used = [*mapping.fields.values(), *mapping.attributes]
    if mapping.is_rejected_file:
        batch = _with_extra_cells(batch.with_columns(restored(pl.col(column)) for column in used), mapping)
    names = attribute_names(mapping, profile)
    return with_attributes(batch, names, profile.default_attributes).select(
        "row_number",
        "line_number",
        *(_field(field, mapping.fields.get(field)) for field in profile.fields),
        "attributes",
        "reasons",
    )


def _with_extra_cells(batch: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    """Add the reason to rows whose extra cells still stand in their own column: dropped, they would be lost unseen."""
    extra = next((column for column in mapping.ignored if column.strip() == _EXTRA_CELLS), None)
    if extra is None:
        return batch
    uncleared = pl.col(extra).str.strip_chars() != ""
    told = pl.concat_list(pl.lit([Reason.ROW_TOO_MANY_CELLS.value]), "reasons").list.unique(maintain_order=True)
    return batch.with_columns(reasons=pl.when(uncleared).then(told).otherwise("reasons"))


def _field(field: str, column: str | None) -> pl.Expr:
    value = pl.lit(None, dtype=pl.String) if column is None else pl.col(column)
    return value.alias(field)
