"""Raw rows become mapped rows: one text per rule of the profile, the other columns as attributes. What a value means,
and whether it is valid, is not decided here.
"""

import polars as pl

from lead_pipeline.mapping.attribute_objects import with_attributes
from lead_pipeline.mapping.cell_types import as_typed
from lead_pipeline.mapping.columns import ColumnMapping, attribute_names
from lead_pipeline.mapping.joining import joined_phone
from lead_pipeline.mapping.supplying import NO_NAMES, SourceNames, text_of, with_defaults_of_contacts
from lead_pipeline.model.formula_injection import restored
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.texts.clean_text import with_clean_text, with_test_leads_skipped

#: The column of a rejected file with the cells beyond the last column of the original.
_EXTRA_CELLS = "_extra_cells"
_REASONS = "_reasons"

#: How reading writes a byte that is no text.
_BYTE = r"\\x[0-9a-f]{2}"


def map_rows(
    batch: pl.DataFrame, mapping: ColumnMapping, profile: ImportProfile, source: SourceNames = NO_NAMES
) -> pl.DataFrame:
    """Arrange a batch in columns of mapped leads; no row is added, dropped or moved.

    Cells lose what is not part of their value, such as formula marks and invisible characters, and nothing else. Typed
    cells of workbooks are marked where their rule could read them otherwise.

    Args:
        batch: `row_number`, `line_number` (Int64), `reasons` (List(String)), the file's columns (String), and of
            workbooks `cell_types`.
        mapping: what `map_columns` found for this file.
        profile: its rules and default attributes.
        source: the names of file and folder, for values taken from them.

    Returns:
        `row_number`, `line_number` (Int64), one String per rule of the profile (its default where the cell is blank,
        null when the file has no such column), `attributes` (String: a JSON object of the columns without rules and of
        what the profile gives to every lead, null when there are none), `reasons` (List(String)). Cells of a rejected
        file of ours are restored to what they were before they were made harmless for spreadsheets; a row whose extra
        cells were not cleared still has too many cells, and one whose bytes were not replaced still cannot be decoded.
    """
    codes = (column for columns in mapping.joined.values() for column in columns[:-1])
    used = [*mapping.fields.values(), *codes, *mapping.attributes]
    if mapping.is_rejected_file:
        batch = _with_extra_cells(batch.with_columns(restored(pl.col(column)) for column in used), mapping)
        batch = _with_bytes(batch, used, mapping)
    batch = with_test_leads_skipped(with_clean_text(batch, used), used)
    if profile.null_words:
        words = [word.strip().casefold() for word in profile.null_words]
        batch = batch.with_columns(_without_words(pl.col(column), words) for column in used)
    batch = batch.with_columns(
        joined_phone(columns, (*profile.codes_of(name), profile.column_of(name)))
        for name, columns in mapping.joined.items()
    )
    names = attribute_names(mapping, profile)
    mapped = with_attributes(batch, names, profile.attribute_defaults, profile.lead_management.additional_data).select(
        "row_number",
        "line_number",
        *(
            as_typed(text_of(name, rule, column, source), rule, column, batch).alias(name)
            for name, rule in profile.rules.items()
            for column in (mapping.fields.get(name),)
        ),
        "attributes",
        "reasons",
    )
    return with_defaults_of_contacts(mapped, profile)


def _without_words(cell: pl.Expr, words: list[str]) -> pl.Expr:
    """Blank the cells that say nothing but one of these words."""
    return pl.when(~cell.str.strip_chars().str.to_lowercase().is_in(words)).then(cell).alias(cell.meta.output_name())


def _with_extra_cells(batch: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    """Add the reason to rows whose extra cells are still in their own column: dropping them would lose data."""
    extra = next((column for column in mapping.ignored if column.strip() == _EXTRA_CELLS), None)
    if extra is None:
        return batch
    uncleared = pl.col(extra).str.strip_chars() != ""
    reasons = pl.concat_list(pl.lit([Reason.ROW_TOO_MANY_CELLS.value]), "reasons").list.unique(maintain_order=True)
    return batch.with_columns(reasons=pl.when(uncleared).then(reasons).otherwise("reasons"))


def _with_bytes(batch: pl.DataFrame, used: list[str], mapping: ColumnMapping) -> pl.DataFrame:
    r"""Add the reason to rows that could not be decoded and still have the bytes (`\xe9`) in place of letters."""
    reasons = next((column for column in mapping.ignored if column.strip() == _REASONS), None)
    if reasons is None or not used:
        return batch
    undecoded = pl.col(reasons).str.contains(Reason.ENCODING_INVALID.value, literal=True)
    left = undecoded & pl.any_horizontal(pl.col(column).str.contains(_BYTE) for column in used)
    invalid = pl.concat_list("reasons", pl.lit([Reason.ENCODING_INVALID.value])).list.unique(maintain_order=True)
    return batch.with_columns(reasons=pl.when(left).then(invalid).otherwise("reasons"))
