"""Finds which row of a file is which row of an earlier one, by their cells, and by the order of the rows between. What
follows from it, and where rows come from, does not belong here.
"""

import polars as pl
import polars.selectors as cs

#: Which rows are one: `row` of the later file, `earlier` (both Int64, each at most once), and `is_changed` Boolean.
PAIRS_SCHEMA = {"row": pl.Int64, "earlier": pl.Int64, "is_changed": pl.Boolean}

#: A cell that more rows than this have distinguishes none of them.
_RARE = 4

#: A cell that a larger share of rows has, of so many or more, is no sign that two rows are one.
_COMMON, _MANY_ROWS = 0.1, 20

#: Of the pairs that are left, the best are taken so many times: those whose rows are in no better pair.
_ROUNDS = 4


def pair_by_cells(later: pl.DataFrame, earlier: pl.DataFrame, *, in_place: bool) -> pl.DataFrame:
    """Return pairs (PAIRS_SCHEMA) of rows with the same cells, or with at least half of what distinguishes the earlier
    row.

    Args:
        later: cells of rows of the later file (CELLS_SCHEMA).
        earlier: cells of rows of the earlier one.
        in_place: rows with the same number are compared as well; otherwise only those that share a rare cell.
    """
    same = _same_rows(later, earlier)
    later = later.join(same, on="row", how="anti")
    earlier = earlier.join(same, left_on="row", right_on="earlier", how="anti")
    compared = [_sharing_rare_cells(later, earlier)]
    if in_place:
        both = later.select("row").unique().join(earlier.select("row").unique(), on="row")
        compared.append(both.select("row", earlier="row"))
    found = compare_rows(pl.concat(compared).unique(), later, earlier)
    good = found.filter(pl.col("is_alike") & pl.col("shares_personal"))
    return pl.concat([same, _best(good).select(PAIRS_SCHEMA.keys())])


def _same_rows(later: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of rows that are equal in every cell, the first of several with the first."""

    def signed(cells: pl.DataFrame) -> pl.DataFrame:
        # Sums, for they do not depend on the order of columns; two of them, for a sum alone is soon met by chance.
        of_row = cells.group_by("row").agg(
            one=pl.col("cell").sum(), other=(pl.col("cell") // 3 * 5).sum(), cells=pl.len()
        )
        return of_row.sort("row").with_columns(nth=pl.col("row").cum_count().over("one", "other", "cells"))

    keys = ["one", "other", "cells", "nth"]
    pairs = signed(later).join(signed(earlier).rename({"row": "earlier"}), on=keys, nulls_equal=False)
    return pairs.select("row", "earlier", is_changed=pl.lit(False))  # a literal of polars


def _sharing_rare_cells(later: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Return which rows share a cell that few rows have: `row`, `earlier`."""

    def rare(cells: pl.DataFrame) -> pl.DataFrame:
        return cells.select("row", "cell").filter(pl.len().over("cell") <= _RARE)

    return rare(later).join(rare(earlier).rename({"row": "earlier"}), on="cell").select("row", "earlier").unique()


def compare_rows(pairs: pl.DataFrame, later: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Add to `row` and `earlier` how many cells they have in common (`shared`), of how many of the earlier row
    (`of_earlier`), not counting what many rows have, and whether these are at least half of them (`is_alike`); whether
    a cell that says who somebody is is among them (`shares_personal`), and how many such cells the earlier row has
    (`personal_of_earlier`); and whether anything at all differs (`is_changed`).
    """
    there = earlier.rename({"row": "earlier"}).join(_common_cells(later, earlier), on="cell", how="left")
    there = there.with_columns(counts=pl.col("is_common").is_null())
    common = pairs.join(there, on="earlier").join(later.select("row", "cell"), on=["row", "cell"])
    shared = common.group_by("row", "earlier").agg(
        same=pl.len(), shared=pl.col("counts").sum(), shares_personal=(pl.col("is_personal") & pl.col("counts")).any()
    )
    of_later = later.group_by("row").agg(cells_of_later=pl.len())
    of_earlier = there.group_by("earlier").agg(
        cells_of_earlier=pl.len(), of_earlier=pl.col("counts").sum(), personal_of_earlier=pl.col("is_personal").sum()
    )
    compared = pairs.join(shared, on=["row", "earlier"], how="left").join(of_later, on="row", how="left")
    compared = compared.join(of_earlier, on="earlier", how="left").with_columns(
        pl.col("shares_personal").fill_null(value=False), cs.integer().cast(pl.Int64).fill_null(0)
    )
    is_same = (pl.col("same") == pl.col("cells_of_earlier")) & (pl.col("same") == pl.col("cells_of_later"))
    shares_any = (pl.col("shared") > 0) | (pl.col("cells_of_earlier") == 0)
    is_alike = (2 * pl.col("shared") >= pl.col("of_earlier")) & shares_any
    return compared.with_columns(is_changed=~is_same, is_alike=is_alike)


def _common_cells(later: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that many rows of both files have: they distinguish nobody. Of few rows nothing is said."""
    rows = later["row"].n_unique() + earlier["row"].n_unique()
    cells = pl.concat([later.select("cell"), earlier.select("cell")]).group_by("cell").len()
    many = cells.filter((pl.col("len") > _COMMON * rows) & (rows >= _MANY_ROWS))
    return many.select("cell", is_common=pl.lit(True))  # a literal of polars


def _best(found: pl.DataFrame) -> pl.DataFrame:
    """Return pairs in which each row occurs once: those that share most, of equal ones the nearest."""
    distance = (pl.col("row") - pl.col("earlier")).abs()
    found = found.sort(pl.col("shared"), distance, "row", "earlier", descending=[True, False, False, False])
    taken = []
    for _round in range(_ROUNDS):
        mutual = found.filter(pl.col("row").is_first_distinct() & pl.col("earlier").is_first_distinct())
        if mutual.is_empty():
            break
        taken.append(mutual)
        found = found.join(mutual, on="row", how="anti").join(mutual, on="earlier", how="anti", maintain_order="left")
    return pl.concat(taken) if taken else found


def pair_between(
    anchors: pl.DataFrame,
    later: tuple[pl.Series, pl.DataFrame],
    earlier: tuple[pl.Series, pl.DataFrame],
    rows: tuple[int, int],
) -> pl.DataFrame:
    """Return pairs (PAIRS_SCHEMA) of rows that lie between the same rows of both files, as many here as there, unless
    they say of different people who these are. Somebody of whom only one cell says it may be wrong in just that.

    Args:
        anchors: the rows that are known to be one: `row`, `earlier`.
        later: the rows of the later file that are none of these, and cells of its rows (CELLS_SCHEMA).
        earlier: those of the earlier one that may be paired, and cells.
        rows: how many rows the later and the earlier file have: an end is an anchor, too.
    """
    ends = pl.DataFrame({"row": [0, rows[0] + 1], "earlier": [0, rows[1] + 1]})
    known = pl.concat([anchors.select("row", "earlier"), ends]).sort("earlier")
    offsets = known.select("earlier", offset=pl.col("row") - pl.col("earlier"))
    wanted = pl.DataFrame({"earlier": earlier[0]}).sort("earlier")
    before = wanted.join_asof(offsets, on="earlier", strategy="backward")
    behind = wanted.join_asof(offsets, on="earlier", strategy="forward")
    between = before.filter(before["offset"] == behind["offset"]).with_columns(row=pl.col("earlier") + pl.col("offset"))
    between = between.join(pl.DataFrame({"row": later[0]}), on="row", how="semi").select("row", "earlier")
    is_likely = pl.col("shares_personal") | (pl.col("personal_of_earlier") <= 1)
    return compare_rows(between, later[1], earlier[1]).filter(is_likely).select(PAIRS_SCHEMA.keys())
