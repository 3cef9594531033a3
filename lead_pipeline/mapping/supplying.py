"""Where the values of a column of mapped leads come from: a column of the file, a constant, a default, or the name of
the file or its folder.
"""

import polars as pl

from lead_pipeline.mapping.columns import ColumnMapping
from lead_pipeline.model.fields import FrozenModel, secondary_phone_column, secondary_variable_column
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import FieldRule
from lead_pipeline.model.texts.regular_expressions import found_in
from lead_pipeline.normalizing.missing import without_missing

#: The name in `supplied_names` for attributes without rules.
ATTRIBUTES = "attributes"

_NAMES = ("first_name", "last_name")


class SourceNames(FrozenModel):
    """The names under which a file was handed in; empty where nobody knows."""

    file_name: str = ""
    folder: str = ""


#: Of a file that came from nowhere in particular.
NO_NAMES = SourceNames()


def supplied_names(mapping: ColumnMapping, profile: ImportProfile) -> frozenset[str]:
    """Return the columns of mapped leads that have a source in this import; the others say nothing about any lead.

    A source is a column of the file, a constant, a default, or a name of the file or folder. First and last name also
    have one if they are split from a full name that has one. `attributes` is among the names when attributes
    without rules are kept, or have defaults.
    """
    rules = profile.rules
    supplied = {name for name, rule in rules.items() if name in mapping.fields or _has_other_source(name, rule)}
    if profile.split_full_name and "full_name" in supplied:
        supplied.update(_NAMES)
    if mapping.attributes or profile.attribute_defaults or profile.lead_management.additional_data:
        supplied.add(ATTRIBUTES)
    return frozenset(supplied)


def _has_other_source(name: str, rule: FieldRule) -> bool:
    """A default of a secondary contact fills gaps in an existing one, and never creates one."""
    return not rule.has_column or (rule.default is not None and not name.startswith("secondary."))


def text_of(name: str, rule: FieldRule, column: str | None, source: SourceNames) -> pl.Expr:
    """Return the text of every row for one column of mapped leads: as written, else its substitute.

    Args:
        name: the column of mapped leads.
        rule: says what replaces an empty cell, or the column.
        column: the column of the file, None if there is none.
        source: the names of file and folder.
    """
    if rule.constant is not None:
        return pl.lit(rule.constant).alias(name)
    for pattern, text in ((rule.from_file_name, source.file_name), (rule.from_folder, source.folder)):
        if pattern is not None:
            return pl.lit(found_in(text, pattern) or rule.default, dtype=pl.String).alias(name)
    if column is None:
        return pl.lit(None if name.startswith("secondary.") else rule.default, dtype=pl.String).alias(name)
    if rule.default is None or name.startswith("secondary."):
        return pl.col(column).alias(name)
    filled = pl.col(column).map_batches(lambda texts: without_missing(texts, name, rule), return_dtype=pl.String)
    return pl.when(filled.str.strip_chars() != "").then(column).otherwise(pl.lit(rule.default)).alias(name)


def with_defaults_of_contacts(mapped: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Fill in the defaults of variables for secondary contacts with at least one cell of their own."""
    contacts = profile.secondary_contacts
    if contacts is None or all(rule.default is None for rule in contacts.variables.values()):
        return mapped
    filled = []
    for position in range(1, contacts.max + 1):
        columns = {name: secondary_variable_column(position, name) for name in contacts.variables}
        cells = [secondary_phone_column(position), *columns.values()]
        if all(mapped[cell].null_count() == mapped.height for cell in cells):
            continue
        is_there = pl.any_horizontal((pl.col(cell).str.strip_chars() != "").fill_null(value=False) for cell in cells)
        for name, column in columns.items():
            default = contacts.variables[name].default
            if default is not None:
                blank = pl.col(column).is_null() | (pl.col(column).str.strip_chars() == "")
                filled.append(pl.when(is_there & blank).then(pl.lit(default)).otherwise(column).alias(column))
    return mapped.with_columns(filled)
