"""Rules that change the cells of many rows alike. Which rows they are given, and what would become of these, is not
decided here.
"""

import polars as pl

from lead_pipeline.model.errors import UsageError, counted
from lead_pipeline.model.workbench.corrections import BulkCorrection
from lead_pipeline.normalizing.phones import normalize_phones
from lead_pipeline.normalizing.phones.regions import checked_region

#: Digits of a number that has its country code, at least and at most (ITU-T E.164 section 6).
_FEWEST, _MOST = 8, 15


def changed_cells(cells: pl.Series, rule: BulkCorrection, suggested: pl.Series | None = None) -> pl.Series:
    """Return the cells as the rule changes them; those that it leaves alone stay as they are.

    Args:
        cells: texts of one column, null for cells that are not there.
        rule: what is done.
        suggested: what was probably meant by each cell, null for nothing.

    Raises: UsageError when the rule says too little, or there is no such country.
    """
    if rule.action == "suggestion":
        return cells if suggested is None else suggested.zip_with(suggested.is_not_null(), cells).alias(cells.name)
    if rule.action == "country":
        return _of_country(cells, rule.country)
    if rule.action == "clear":
        return pl.Series(cells.name, [""] * cells.len(), pl.String)
    text = pl.col(cells.name)
    return cells.to_frame().select(_changed(text, rule).alias(cells.name))[cells.name]


def _changed(text: pl.Expr, rule: BulkCorrection) -> pl.Expr:
    empty = text.is_null() | (text.str.strip_chars() == "")
    if rule.action == "plus":
        digits = text.str.replace_all(r"[^0-9]", "")
        bare = ~empty & ~text.str.strip_chars().str.starts_with("+")
        fits = digits.str.len_chars().is_between(_FEWEST, _MOST) & ~digits.str.starts_with("0")
        return pl.when(bare & fits).then(pl.lit("+") + text.str.strip_chars()).otherwise(text)
    if rule.action == "replace":
        if not rule.find:
            raise UsageError("Say which text is to be replaced.")
        return text.str.replace_all(rule.find, rule.text, literal=True)
    if rule.action == "fill":
        if not rule.text.strip():
            raise UsageError("Say what the empty cells are to be filled with.")
        return pl.when(empty).then(pl.lit(rule.text)).otherwise(text)
    raise UsageError(f"There is no rule '{rule.action}' for cells.")


def _of_country(cells: pl.Series, country: str) -> pl.Series:
    """Write numbers of that country with its code; what is none of them stays."""
    region = checked_region(country.strip().upper() or None)
    if region is None:
        raise UsageError("Say of which country the numbers are, by its two letters, such as US or DE.")
    e164 = normalize_phones(cells, region)["e164"]
    local = cells.to_frame("cell").with_columns(e164=e164)
    bare = ~pl.col("cell").str.strip_chars().str.starts_with("+")
    return local.select(pl.when(bare & pl.col("e164").is_not_null()).then("e164").otherwise("cell").alias("cell"))[
        "cell"
    ].alias(cells.name)


def title_of_rule(rule: BulkCorrection, rows: int) -> str:
    """Return what was done, for the list of steps: no value of a row, but for what somebody typed for all of them."""
    cells = counted(rows, "cell")
    column = f"of '{rule.column}'"
    return {
        "suggestion": f"Took the suggestion for {cells} {column}",
        "country": f"Wrote {cells} {column} as numbers of {rule.country.strip().upper()}",
        "plus": f"Put + before {cells} {column}",
        "replace": f"Replaced a text in {cells} {column}",
        "fill": f"Filled {cells} {column}",
        "clear": f"Emptied {cells} {column}",
        "take": f"Took {counted(rows, 'row')} as it is" if rows == 1 else f"Took {counted(rows, 'row')} as they are",
    }[rule.action]
