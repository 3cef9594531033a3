"""Which cells of rows are faulty or odd, and what is said of each. How that looks does not belong here."""

from collections.abc import Iterator, Mapping

import polars as pl

from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.reporting.row_files.original_columns import OriginalColumns
from lead_pipeline.reporting.row_files.workbook_frame import Note
from lead_pipeline.reporting.wording import one_line

_MARKS: dict[str, pl.DataType | type[pl.DataType]] = {
    "index": pl.UInt32,
    "column": pl.Int64,
    "field": pl.String,
    "codes": pl.List(pl.String),
    "bad": pl.Boolean,
}


def marked_cells(batch: pl.DataFrame, originals: OriginalColumns) -> pl.DataFrame:
    """Return the marked cells in the order of rows and columns.

    Args:
        batch: `reasons` (List(String)) and `reason_columns` (List(Struct(code, field, column)), null for none).
        originals: which columns supply the fields.

    Returns:
        `index` of the row in the batch, `column` (the position among the originals), `field`, `codes` (those about the
        cell), and whether one of them is a reason of the row (`bad`), or all are warnings.
    """
    if "reason_columns" not in batch.columns or batch["reason_columns"].null_count() == batch.height:
        return pl.DataFrame(schema=_MARKS)
    said = batch.select("reasons", about="reason_columns").with_row_index().drop_nulls("about").explode("about")
    found = said.select(
        "index",
        "reasons",
        code=pl.col("about").struct.field("code"),
        field=pl.col("about").struct.field("field"),
    )
    places = {name: list(originals.positions_of(name)) for name in found["field"].unique().drop_nulls()}
    column = pl.col("field").replace_strict(places, default=None, return_dtype=pl.List(pl.Int64))
    return (
        found.with_columns(column=column, bad=pl.col("reasons").list.contains(pl.col("code")))
        .explode("column")
        .drop_nulls("column")
        .group_by("index", "column", maintain_order=True)
        .agg(pl.col("field").first(), pl.col("code").alias("codes"), pl.col("bad").any())
        .sort("index", "column")
        .select(*_MARKS)
    )


def styles_of(
    marks: pl.DataFrame, batch: pl.DataFrame, reasons_column: int, styles: Mapping[str, int]
) -> dict[int, pl.Series]:
    """Return the styles of the cells of each column with marked ones; of a row with reasons about no cell of its own,
    that is the column of the reasons.
    """
    whole = (batch["reasons"].list.len() > 0) & ~pl.Series(range(batch.height)).is_in(
        marks.filter("bad")["index"].implode()
    )
    columns = {}
    for (column,), cells in marks.group_by("column", maintain_order=True):
        bad = cells.select(pl.when("bad").then(styles["rejected"]).otherwise(styles["warned"])).to_series()
        columns[int(str(column))] = _all_text(batch, styles).scatter(cells["index"], bad.cast(pl.Int64))
    if whole.any():
        columns[reasons_column] = _all_text(batch, styles).scatter(whole.arg_true(), styles["rejected"])
    return columns


def _all_text(batch: pl.DataFrame, styles: Mapping[str, int]) -> pl.Series:
    return pl.repeat(styles["text"], batch.height, dtype=pl.Int64, eager=True)


def notes_on(marks: pl.DataFrame, batch: pl.DataFrame, first_row: int) -> Iterator[Note]:
    """Yield a note for each marked cell: what is wrong, what to do, and what was probably meant.

    `first_row` is where the first row of the batch stands in the sheet, counted from 0.
    """
    suggested: dict[tuple[int, str], str] = {}
    if "suggestions" in batch.columns:
        rows = marks["index"].unique(maintain_order=True)
        for index, several in zip(rows, batch["suggestions"].gather(rows), strict=True):
            for one in [] if several is None else several:
                suggested[index, one["field"]] = one["value"]
    for index, column, name, codes, _ in marks.iter_rows():
        infos = [REASONS[Reason(code)] for code in codes]
        lines = [f"{info.title}. {info.guidance}" for info in dict.fromkeys(infos)]
        if (index, name) in suggested:
            lines.append(f"Suggested: {one_line(suggested[index, name])}")
        yield Note(first_row + index, column, "\n".join(lines))
