"""Recognises the sequel of an import by what is in it, whatever the file is called and however it was saved. It is
written beside what became of the rows, and changes nothing of that: a wrong guess is said wrongly and does no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from lead_pipeline.screening.sequels.cells import FileCells, cells_of, cells_of_originals, no_cells
from lead_pipeline.screening.sequels.earlier_imports import (
    EarlierImport,
    count_rows_of,
    estimate_leads_shared_by,
    estimate_shared_leads,
    find_earlier_imports,
    find_later_drops,
    find_left_out,
    find_row_numbers,
    find_rows_of_one_lead,
    find_rows_without_lead,
    keep_pairs,
    keep_rows_judged_again,
)
from lead_pipeline.screening.sequels.pairing import PAIRS_SCHEMA, compare_rows, pair_between, pair_by_cells
from lead_pipeline.store.records import ImportRecord
from lead_pipeline.store.workspace import Workspace

#: A file has an earlier one again when so many of the rows of each are rows of the other.
_MOST = 0.8

#: So many that no other import can have more of them.
_NEARLY_ALL = 0.98

#: Of so many rows it must be known by themselves that they are the same before the rows between them are taken for it.
_ANCHORED = 0.5

#: Rows of a rejected file that are looked up in each import that it could be of.
_SAMPLED = 200

#: Rows with more cells than this together are not compared, which takes a hundred bytes of memory for each cell.
_COMPARED = 5_000_000

#: With so many earlier imports a file is compared, of those that it could be a sequel of.
_TRIED = 5

#: A file of some of the rows that were left out is compared with an import that left out so many, or so many times its
#: own: it would be dear for every small file after a large one that was wrong.
_FEW_LEFT_OUT, _TIMES_ITS_ROWS = 2_000, 5


class _Found(NamedTuple):
    """An earlier import, which of its rows come again (PAIRS_SCHEMA), and the share of all rows that are known so."""

    earlier: EarlierImport
    pairs: pl.DataFrame
    share: float


@dataclass(frozen=True, slots=True)
class _File:
    """An import that is written, whose rows may have been left out before."""

    workspace: Workspace
    import_no: int
    cells: FileCells

    def are_too_many(self, rows: pl.Series) -> bool:
        return rows.len() * len(self.cells.columns) > _COMPARED

    def cells_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        return cells_of(rows, self.cells.headers, self.cells.personal_headers)

    def cells_left_out(self, originals: pl.DataFrame) -> pl.DataFrame:
        return cells_of_originals(originals, self.cells.personal_headers)


def find_sequel(workspace: Workspace, record: ImportRecord, import_no: int, cells: FileCells | None) -> None:
    """Write which rows of an import that was just written are rows that an earlier one left out."""
    if record.judges_again:
        keep_rows_judged_again(workspace, import_no, record.judges_again)
    elif cells is not None:
        _find_rows_again(_File(workspace, import_no, cells), find_earlier_imports(workspace, record, import_no))


def find_sequels_before(
    workspace: Workspace, record: ImportRecord, import_no: int, cells_of_import: Callable[[str], FileCells | None]
) -> None:
    """Write the same of imports whose files came after that of an import which was just written, and that were written
    before it: the import waited for somebody, or both were under way at once.
    """
    drops = find_later_drops(workspace, record, import_no)
    if not drops:
        return
    earlier = find_earlier_imports(workspace, record, drops[0].import_no, among=import_no)
    shares = estimate_leads_shared_by(workspace, drops, import_no)
    for drop in drops:
        if any(_can_be_tried(one, drop.rows, shares.get(drop.import_no, 0.0)) for one in earlier):
            cells = cells_of_import(drop.import_id)
            if cells is not None:
                workspace.bring_outcomes(drop.import_no)
                _find_rows_again(_File(workspace, drop.import_no, cells), earlier)


def _find_rows_again(file: _File, earlier: list[EarlierImport]) -> None:
    if not earlier:
        return
    found = _find_by_numbers(file, earlier) or _find_by_rows(file, earlier)
    if found is not None and found.pairs.height:
        keep_pairs(file.workspace, file.import_no, found.earlier.import_no, found.pairs)


def _find_by_numbers(file: _File, earlier: list[EarlierImport]) -> _Found | None:
    """Return which import a rejected file is of, by the numbers of its rows; None for any other file."""
    column = file.cells.added_column("_row_number")
    if column is None:
        return None
    numbers = find_row_numbers(file.workspace, file.import_no)
    if not numbers.len() or file.are_too_many(numbers):
        return None
    sample = numbers.gather_every(max(1, numbers.len() // _SAMPLED))
    best, most = None, 0.0
    for one in earlier:  # the newest comes first, and stays where another one is no better
        if numbers.len() * _MOST > one.without_lead + one.duplicates:
            continue
        compared = _compare_by_numbers(file, one, sample, column)
        score = float((compared["shared"] / compared["of_earlier"].clip(1) + compared["same_reasons"]).sum())
        if compared.height >= _MOST * sample.len() and score > most:
            best, most = one, score
    if best is None:
        return None
    pairs = _compare_by_numbers(file, best, numbers, column).select(PAIRS_SCHEMA.keys())
    return _Found(best, pairs, pairs.height / numbers.len())


def _compare_by_numbers(file: _File, earlier: EarlierImport, numbers: pl.Series, column: str) -> pl.DataFrame:
    """Return the pairs, as `compare_rows` does, of rows that say which row they were and have its reasons or cells."""
    nothing = pl.DataFrame(schema={"row_number": pl.Int64} | dict.fromkeys(file.cells.columns, pl.String))
    rows = pl.concat([nothing, *file.cells.rows(numbers)], how="diagonal_relaxed")
    reasons = file.cells.added_column("_reasons")
    said = rows.select(
        row="row_number",
        earlier=pl.col(column).str.strip_chars().str.replace(r"\.0+$", "").cast(pl.Int64, strict=False),
        said=pl.col(reasons or column).str.strip_chars(),
    )
    said = said.drop_nulls("earlier").unique("earlier", keep="first", maintain_order=True)
    originals = find_left_out(file.workspace, earlier, said["earlier"])
    known = said.join(originals.select("reasons", earlier="row_number"), on="earlier")
    same_reasons = (pl.col("said") == pl.col("reasons")).fill_null(value=False).cast(pl.Float64)
    compared = compare_rows(known.select("row", "earlier"), file.cells_of(rows), file.cells_left_out(originals))
    compared = compared.join(known.select("row", same_reasons=same_reasons), on="row")
    return compared.filter(pl.col("is_alike") | (pl.col("same_reasons") > 0))


def _find_by_rows(file: _File, earlier: list[EarlierImport]) -> _Found | None:
    """Return which import a file is the whole of again, or of what it left out."""
    rows_read, rows = count_rows_of(file.workspace, file.import_no)
    if not rows:
        return None
    shares = estimate_shared_leads(file.workspace, file.import_no, rows_read, earlier)
    best: _Found | None = None
    for one in [one for one in earlier if _is_possible(one, rows, shares.get(one.import_no, 0.0))][:_TRIED]:
        found = _compare_by_rows(file, one, rows_read, rows)
        if found.share >= _MOST and (best is None or found.share > best.share):
            best = found
        if found.share >= _NEARLY_ALL:
            break
    return best


def _is_whole(earlier: EarlierImport, rows: int) -> bool:
    """Tell whether files of so many rows can be one list, corrected."""
    return _MOST * max(rows, earlier.rows) <= min(rows, earlier.rows)


def _is_possible(earlier: EarlierImport, rows: int, share: float) -> bool:
    """Tell whether a file can be the sequel of an import, given the share of rows whose leads that one has, estimated:
    what it left out is the most that the other rows can be.
    """
    if _is_whole(earlier, rows):
        return share + earlier.without_lead / rows >= _MOST**2
    return rows * _MOST <= earlier.without_lead <= max(_FEW_LEFT_OUT, rows * _TIMES_ITS_ROWS)


def _can_be_tried(earlier: EarlierImport, rows: int, share: float) -> bool:
    """Tell whether a file with so many rows can be the sequel of an import in any way, before it is read again."""
    is_short = rows * _MOST <= earlier.without_lead + earlier.duplicates
    return rows > 0 and (is_short or _is_possible(earlier, rows, share))


def _compare_by_rows(file: _File, earlier: EarlierImport, rows_read: int, rows: int) -> _Found:
    """Return which rows an earlier import had left out, by their cells and by the rows around them."""
    anchors = find_rows_of_one_lead(file.workspace, file.import_no, earlier)
    left_out = _without(find_rows_without_lead(file.workspace, earlier), anchors["earlier"])
    numbers = _without(find_row_numbers(file.workspace, file.import_no), anchors["row"])
    is_whole, of_rows = _is_whole(earlier, rows), max(rows, earlier.rows)
    if file.are_too_many(left_out) or file.are_too_many(numbers):
        return _Found(earlier, pl.DataFrame(schema=PAIRS_SCHEMA), 0.0)
    there = file.cells_left_out(find_left_out(file.workspace, earlier, left_out))
    here = pl.concat([no_cells(), *map(file.cells_of, file.cells.rows(numbers))])
    pairs = pair_by_cells(here, there, in_place=is_whole)
    known = pl.concat([anchors, pairs.select("row", "earlier")])
    if is_whole and known.height >= _ANCHORED * of_rows:
        free, left = _without(numbers, pairs["row"]), _without(left_out, pairs["earlier"])
        between = pair_between(known, (free, here), (left, there), (rows_read, earlier.rows_read))
        pairs = pl.concat([pairs, between])
    return _Found(earlier, pairs, (anchors.height + pairs.height) / (of_rows if is_whole else rows))


def _without(numbers: pl.Series, others: pl.Series) -> pl.Series:
    return numbers.filter(~numbers.is_in(others.implode()))
