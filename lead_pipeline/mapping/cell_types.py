"""Typed cells of workbooks on their way to the fields: a number cell is that number under any locale, and remains it in
a rejected file, which is text.
"""

from collections.abc import Iterator, Mapping

import polars as pl

from lead_pipeline.model.fields import RESERVED_COLUMNS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import BooleanRule, DecimalRule, FieldRule, IntegerRule
from lead_pipeline.model.texts.typed_cells import AS_TYPED, BOOLEAN, CELL_TYPES, NUMBER, CellType
from lead_pipeline.normalizing.locales import number_symbols


def as_typed(texts: pl.Expr, rule: FieldRule, column: str | None, batch: pl.DataFrame) -> pl.Expr:
    """Mark the texts of typed cells where the rule could read them otherwise.

    Args:
        texts: of one column of mapped leads.
        rule: what the profile demands of them.
        column: the column of the file that they are from, None for none.
        batch: raw leads; what replaced a cell, such as a default, is not from it and remains a text.
    """
    wanted = _type_for(rule)
    if wanted is None or column is None or CELL_TYPES not in batch.columns:
        return texts
    typed = _is(wanted, column, batch) & (texts == pl.col(column))
    return pl.when(typed).then(pl.concat_str(pl.lit(AS_TYPED), texts)).otherwise(texts)


def with_numbers_spelled(rows: pl.DataFrame, fields: Mapping[str, str], profile: ImportProfile) -> pl.DataFrame:
    """Write the number cells of raw leads as the profile reads numbers there: as texts they remain what they are.

    `fields` says which column of the file supplies which column of mapped leads. 1.5 becomes `1,5` under a German rule,
    as a German spreadsheet shows it; the cells of columns without a locale stay as they are.
    """
    if CELL_TYPES not in rows.columns:
        return rows
    spelled = {}
    for column, sign in _decimal_signs(fields, profile):
        comma = pl.col(column).str.replace(".", sign, literal=True)
        spelled[column] = pl.when(_is(NUMBER, column, rows)).then(comma).otherwise(column)
    return rows.with_columns(**spelled)


def _decimal_signs(fields: Mapping[str, str], profile: ImportProfile) -> Iterator[tuple[str, str]]:
    for name, column in fields.items():
        rule = profile.rules[name]
        if isinstance(rule, IntegerRule | DecimalRule) and rule.locale is not None:
            sign = number_symbols(rule.locale).separators[-1].decimal  # of the digits 0 to 9
            if sign != ".":
                yield column, sign


def _type_for(rule: FieldRule) -> CellType | None:
    """Return which typed cells could be misread as texts; days and moments are written as every rule reads them."""
    if isinstance(rule, BooleanRule):
        return BOOLEAN
    return NUMBER if isinstance(rule, IntegerRule | DecimalRule) and (rule.locale or rule.units) else None


def _is(wanted: CellType, column: str, rows: pl.DataFrame) -> pl.Expr:
    """Tell which cells of a column are of a type."""
    position = [name for name in rows.columns if name not in RESERVED_COLUMNS].index(column)
    return (pl.col(CELL_TYPES).str.slice(position, 1) == wanted).fill_null(value=False)
