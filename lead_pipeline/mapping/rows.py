"""Raw rows become mapped rows: one text per rule of the profile, the other columns as attributes. What a value means,
and whether it is any good, belongs in normalizing/ and validating/.
"""

import polars as pl

from lead_pipeline.mapping.attribute_objects import with_attributes
from lead_pipeline.mapping.columns import ColumnMapping, attribute_names
from lead_pipeline.mapping.supplying import text_of, with_defaults_of_contacts
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.source_names import NO_NAMES, SourceNames
from lead_pipeline.model.spreadsheet import restored

#: The column of a rejected file that holds what stood beyond the last column of the original.
_EXTRA_CELLS = "_extra_cells"


def map_rows(
    batch: pl.DataFrame, mapping: ColumnMapping, profile: ImportProfile, source: SourceNames = NO_NAMES
) -> pl.DataFrame:
    """Lay a batch out in columns of mapped leads; no row is added, dropped or moved, and no cell is altered.

    Args:
        batch: `row_number`, `line_number` (Int64), `reasons` (List(String)) and the file's columns (String).
        mapping: what `map_columns` found for this file.
        profile: its rules and default attributes.
        source: what file and folder are called, for values that come from there.

    Returns:
        `row_number`, `line_number` (Int64), one String per rule of the profile (its default where the cell is blank,
        null when the file has no such column), `attributes` (String: a JSON object of the columns without rules, null
        when there are none), `reasons` (List(String)). Cells of a rejected file of ours are restored to what they were
        before they were made harmless for spreadsheets; a row of it whose extra cells nobody has cleared away still has
        too many cells.
    """
    used = [*mapping.fields.values(), *mapping.attributes]
    if mapping.is_rejected_file:
        batch = _with_extra_cells(batch.with_columns(restored(pl.col(column)) for column in used), mapping)
    names = attribute_names(mapping, profile)
    mapped = with_attributes(batch, names, profile.default_attributes).select(
        "row_number",
        "line_number",
        *(text_of(name, rule, mapping.fields.get(name), source) for name, rule in profile.rules.items()),
        "attributes",
        "reasons",
    )
    return with_defaults_of_contacts(mapped, profile)


def _with_extra_cells(batch: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    """Add the reason to rows whose extra cells still stand in their own column: dropped, they would be lost unseen."""
    extra = next((column for column in mapping.ignored if column.strip() == _EXTRA_CELLS), None)
    if extra is None:
        return batch
    uncleared = pl.col(extra).str.strip_chars() != ""
    told = pl.concat_list(pl.lit([Reason.ROW_TOO_MANY_CELLS.value]), "reasons").list.unique(maintain_order=True)
    return batch.with_columns(reasons=pl.when(uncleared).then(told).otherwise("reasons"))
