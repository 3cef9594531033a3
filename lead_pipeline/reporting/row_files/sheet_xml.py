"""Rows of texts as the XML of a worksheet (ECMA-376 part 1, 18.3.1.80), whole columns at a time: a library that takes
cell by cell needs five times as long. What is in the cells, and the rest of the workbook, does not belong here.
"""

import re
from collections.abc import Mapping

import polars as pl

#: Limits of Excel ("Excel specifications and limits"): rows and columns of a sheet, UTF-16 units of a cell.
MAX_ROWS, MAX_COLUMNS, MAX_UNITS = 2**20, 2**14, 32_767

#: Characters that XML 1.0 cannot hold (section 2.2), and the CR that its parsers turn into LF (section 2.11). They are
#: written as `_xHHHH_` (ST_Xstring, 22.9.2.19), which spreadsheets take back.
_ESCAPED = [chr(code) for code in range(0x20) if chr(code) not in "\t\n"]
_ESCAPES = [f"_x{ord(character):04X}_" for character in _ESCAPED]
_MARKUP, _MARKUP_ESCAPES = ["&", "<", ">"], ["&amp;", "&lt;", "&gt;"]
_TO_ESCAPE = r"[\x00-\x08\x0b-\x1f]"

#: A text that reads as such an escape gets its underscores escaped, and so does one of which an escape could make one.
_READS_AS_ESCAPE = r"_x[0-9A-Fa-f]{4}_"

#: What no escape brings through a spreadsheet and back: NUL, and two code points that are no characters; and texts that
#: read as two escapes with one underscore between them, of which LibreOffice (7.4) escapes the first only.
_NEVER = r"[\x00\x{fffe}\x{ffff}]|_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_"
_BEYOND_BMP = r"[\x{10000}-\x{10ffff}]"


def fits_in_cells(rows: pl.DataFrame) -> pl.Series:
    """Return for each row of texts whether a spreadsheet can hold all of them unchanged."""
    return rows.select(fits=pl.all_horizontal(_fits(pl.col(name)) for name in rows.columns)).to_series()


def _fits(text: pl.Expr) -> pl.Expr:
    units = text.str.len_chars() + text.str.count_matches(_BEYOND_BMP)
    fits = (text.str.len_bytes() <= MAX_UNITS) | (units <= MAX_UNITS)
    return (fits & ~text.str.contains(_NEVER)).fill_null(value=True)


def rows_as_xml(rows: pl.DataFrame, first_row: int, style: int, styles: Mapping[int, pl.Series]) -> bytes:
    """Return the `<row>` elements of texts, each a text cell; an empty text or null has none unless it is marked.

    Args:
        rows: String columns.
        first_row: number of the first row in the sheet, from 1.
        style: the number of the style of all cells but those of `styles`.
        styles: position of a column: the style of each of its cells (Int64).
    """
    from xlsxwriter.utility import xl_col_to_name  # here, because most commands write no workbook

    number = pl.int_range(first_row, first_row + pl.len()).cast(pl.String)
    cells = [
        _cell(pl.col(name), number, xl_col_to_name(position), style, styles.get(position), rows[name])
        for position, name in enumerate(rows.columns)
    ]
    row = pl.concat_str(pl.lit('<row r="'), number, pl.lit('">'), *cells, pl.lit("</row>"))
    return bytes(rows.select(row.str.join("")).item(), "utf-8")


def _cell(
    text: pl.Expr, number: pl.Expr, letters: str, style: int, styles: pl.Series | None, texts: pl.Series
) -> pl.Expr:
    start = pl.concat_str(pl.lit(f'<c r="{letters}'), number, pl.lit('" s="'))
    kind = pl.lit(str(style)) if styles is None else pl.lit(styles).cast(pl.String)
    body = (pl.lit('" t="inlineStr"><is><t xml:space="preserve">'), _escaped(text, texts), pl.lit("</t></is></c>"))
    empty = pl.lit("")
    if styles is not None:
        empty = pl.when(pl.lit(styles) != style).then(pl.concat_str(start, kind, pl.lit('"/>'))).otherwise(empty)
    return pl.when(text.fill_null("") != "").then(pl.concat_str(start, kind, *body)).otherwise(empty)


def _escaped(text: pl.Expr, texts: pl.Series) -> pl.Expr:
    """Escape what has to be, looking first whether a column has anything of the kind: most have not."""
    if texts.str.contains(rf"{_TO_ESCAPE}|{_READS_AS_ESCAPE}").any():
        odd = text.str.contains(rf"{_TO_ESCAPE}|{_READS_AS_ESCAPE}")
        text = pl.when(odd).then(text.str.replace_all("_x", "_x005F_x", literal=True)).otherwise(text)
        text = text.str.replace_many(_ESCAPED, _ESCAPES)
    return text.str.replace_many(_MARKUP, _MARKUP_ESCAPES) if texts.str.contains("[&<>]").any() else text


def style_of(cell: str, sheet: str) -> int:
    """Return the number of the style that a cell has in the XML of a sheet."""
    found = re.search(rf'<c r="{cell}"[^>]* s="([0-9]+)"', sheet)
    if found is None:
        raise ValueError(f"The cell {cell} of the sheet has no style.")
    return int(found[1])
