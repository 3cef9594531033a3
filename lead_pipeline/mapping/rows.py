"""Raw rows become mapped rows: one text per field, the other columns as attributes. What a value means, and whether
it is any good, belongs in normalizing/ and validating/.
"""

import polars as pl

from lead_pipeline.mapping.attributes import with_attributes
from lead_pipeline.mapping.columns import ColumnMapping, attribute_names
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.spreadsheet import restored


def map_rows(batch: pl.DataFrame, mapping: ColumnMapping, profile: ImportProfile) -> pl.DataFrame:
    """Lay a batch out in fields; no row is added, dropped or moved, and no value is altered.

    Args:
        batch: `row_number`, `line_number` (Int64), `reasons` (List(String)) and the file's columns (String).
        mapping: what `map_columns` found for this file.
        profile: its fields and default attributes.

    Returns:
        `row_number`, `line_number` (Int64), one String per field of the profile (null when the file has no such
        column), `attributes` (String: a JSON object, null when there are none), `reasons` (List(String)). Cells of a
        rejected file of ours are restored to what they were before they were made harmless for spreadsheets.
    """
    used = [*mapping.fields.values(), *mapping.attributes]
    if mapping.is_rejected_file:
        batch = batch.with_columns(restored(pl.col(column)) for column in used)
    names = attribute_names(mapping, profile)
    return with_attributes(batch, names, profile.default_attributes).select(
        "row_number",
        "line_number",
        *(_field(field, mapping.fields.get(field)) for field in profile.fields),
        "attributes",
        "reasons",
    )


def _field(field: str, column: str | None) -> pl.Expr:
    value = pl.lit(None, dtype=pl.String) if column is None else pl.col(column)
    return value.alias(field)
