"""Recognises the sequel of an import by what is in it, whatever the file is called and however it was saved. It is
written beside what became of the rows, and changes nothing of that: a wrong guess is said wrongly and does no harm.
"""

from collections.abc import Callable, Iterable

import polars as pl

from lead_pipeline.screening.sequels.cells import FileCells, cells_of, cells_of_originals
from lead_pipeline.screening.sequels.earlier_imports import (
    EarlierImport,
    count_rows_of,
    estimate_shared_leads,
    find_earlier_imports,
    find_later_drops,
    find_left_out,
    find_numbers_left_out,
    find_row_numbers,
    find_rows_of_one_lead,
    keep_pairs,
    keep_rows_judged_again,
)
from lead_pipeline.screening.sequels.pairing import PAIRS_SCHEMA, compare_rows, no_pairs, pair_between, pair_by_cells
from lead_pipeline.store.records import ImportRecord
from lead_pipeline.store.workspace import Workspace

#: A file has an earlier one again when so many of the rows of each are rows of the other.
_MOST = 0.8

#: Of so many rows it must be known by themselves that they are the same before the rows between them are taken for it.
_ANCHORED = 0.5

#: Rows of a rejected file that are looked up in each import that it could be of.
_SAMPLED = 200

#: More rows than this are not compared by their cells, which takes a kilobyte of memory for each.
_COMPARED = 300_000


def find_sequel(workspace: Workspace, record: ImportRecord, import_no: int, cells: FileCells | None) -> None:
    """Write which rows of an import that was just written are rows that an earlier one left out."""
    if record.judges_again:
        keep_rows_judged_again(workspace, import_no, record.judges_again)
        return
    earlier = find_earlier_imports(workspace, record, import_no) if cells is not None else []
    if cells is not None:
        _find_rows_again(workspace, import_no, cells, earlier)


def _find_rows_again(workspace: Workspace, import_no: int, cells: FileCells, earlier: list[EarlierImport]) -> None:
    if not earlier:
        return
    found = _of_rejected_file(workspace, import_no, cells, earlier) or _of_other_file(
        workspace, import_no, cells, earlier
    )
    if found is not None and found[1].height:
        keep_pairs(workspace, import_no, found[0].import_no, found[1].select(PAIRS_SCHEMA.keys()))


def find_sequels_before(
    workspace: Workspace, record: ImportRecord, import_no: int, cells_of_import: Callable[[str], FileCells | None]
) -> None:
    """Write the same of imports whose files came after that of an import which was just written, and that were written
    before it: the import waited for somebody, or both were under way at once.
    """
    for later, import_id in find_later_drops(workspace, record, import_no):
        cells = cells_of_import(import_id)
        if cells is not None:
            earlier = find_earlier_imports(workspace, record, later, among=import_no)
            _find_rows_again(workspace, later, cells, earlier)


_Found = tuple[EarlierImport, pl.DataFrame]


def _of_rejected_file(
    workspace: Workspace, import_no: int, cells: FileCells, earlier: list[EarlierImport]
) -> _Found | None:
    """Return which import a rejected file is of, by the numbers of its rows; None for any other file."""
    column = cells.added_column("_row_number")
    if column is None:
        return None
    numbers = find_row_numbers(workspace, import_no)
    possible = [one for one in earlier if numbers.len() * _MOST <= one.left_out]
    sample = numbers.gather_every(max(1, numbers.len() // _SAMPLED)) if numbers.len() else numbers
    best, most = None, 0.0
    for one in possible:  # the newest comes first, and stays where another one is no better
        compared = _by_numbers(workspace, cells, one, sample, column)
        score = float((compared["shared"] / compared["of_earlier"].clip(1) + compared["same_reasons"]).sum())
        if compared.height >= _MOST * sample.len() and score > most:
            best, most = one, score
    return None if best is None else (best, _by_numbers(workspace, cells, best, numbers, column))


def _by_numbers(
    workspace: Workspace, cells: FileCells, earlier: EarlierImport, numbers: pl.Series, column: str
) -> pl.DataFrame:
    """Return the pairs, as `compare_rows` does, of rows that say which row they were and have its reasons or cells."""
    rows = pl.concat([*_rows(cells, numbers)], how="diagonal_relaxed") if numbers.len() else pl.DataFrame()
    if rows.is_empty():
        return compare_rows(no_pairs().select("row", "earlier"), *_no_cells()).with_columns(same_reasons=pl.lit(0.0))
    reasons = cells.added_column("_reasons")
    said = rows.select(
        row="row_number",
        earlier=pl.col(column).str.strip_chars().str.replace(r"\.0+$", "").cast(pl.Int64, strict=False),
        said=pl.col(reasons or column).str.strip_chars(),
    ).drop_nulls("earlier")
    said = said.unique("earlier", keep="first", maintain_order=True)
    originals = find_left_out(workspace, earlier, said["earlier"])
    there = cells_of_originals(originals, cells.personal_headers)
    here = cells_of(rows, cells.headers, cells.personal_headers)
    known = said.join(originals.select(earlier="row_number", reasons="reasons"), on="earlier")
    compared = compare_rows(known.select("row", "earlier"), here, there).join(known, on=["row", "earlier"])
    compared = compared.with_columns(
        same_reasons=(pl.col("said") == pl.col("reasons")).fill_null(False).cast(pl.Float64)
    )
    return compared.filter((2 * pl.col("shared") >= pl.col("of_earlier")) | (pl.col("same_reasons") > 0))


def _no_cells() -> tuple[pl.DataFrame, pl.DataFrame]:
    nothing = cells_of(pl.DataFrame(), {}, ())
    return nothing, nothing


def _rows(cells: FileCells, numbers: pl.Series) -> Iterable[pl.DataFrame]:
    return cells.rows(numbers)


def _of_other_file(
    workspace: Workspace, import_no: int, cells: FileCells, earlier: list[EarlierImport]
) -> _Found | None:
    """Return which import a file is the whole of again, or of what it left out."""
    rows_read, rows = count_rows_of(workspace, import_no)
    if not rows:
        return None
    shares = estimate_shared_leads(workspace, import_no, rows_read, earlier)
    best: _Found | None = None
    most = 0.0
    for one in earlier:
        is_whole = _MOST <= rows / max(one.rows, 1) <= 1 / _MOST
        # What an earlier import left out is the most that the rows without a common lead can be.
        possible = shares.get(one.import_no, 0.0) + one.left_out / rows
        if not (is_whole or rows * _MOST <= one.left_out) or possible < _MOST * _MOST:
            continue
        pairs, share = _compare(workspace, import_no, cells, one, rows, is_whole=is_whole, rows_read=rows_read)
        if share >= _MOST and share > most:
            best, most = (one, pairs), share
    return best


def _compare(
    workspace: Workspace,
    import_no: int,
    cells: FileCells,
    earlier: EarlierImport,
    rows: int,
    *,
    is_whole: bool,
    rows_read: int,
) -> tuple[pl.DataFrame, float]:
    """Return which rows an earlier import had left out, and of how many of all rows it is known which they were."""
    anchors = find_rows_of_one_lead(workspace, import_no, earlier)
    left_out = _without(find_numbers_left_out(workspace, earlier), anchors["earlier"])
    numbers = _without(find_row_numbers(workspace, import_no), anchors["row"])
    if max(left_out.len(), numbers.len()) > _COMPARED:
        return no_pairs(), 0.0
    there = cells_of_originals(find_left_out(workspace, earlier, left_out), cells.personal_headers)
    here = pl.concat(
        [_no_cells()[0], *(cells_of(r, cells.headers, cells.personal_headers) for r in cells.rows(numbers))]
    )
    pairs = pair_by_cells(here, there, in_place=is_whole)
    known = pl.concat([anchors.select("row", "earlier"), pairs.select("row", "earlier")])
    of_both = max(rows, earlier.rows)
    if is_whole and known.height >= _ANCHORED * of_both:
        free, left = _without(numbers, pairs["row"]), _without(left_out, pairs["earlier"])
        between = pair_between(known, free, left, (rows_read, earlier.rows_read))
        pairs = pl.concat([pairs, between.select(PAIRS_SCHEMA.keys())])
    share = (anchors.height + pairs.height) / (of_both if is_whole else rows)
    return pairs, share


def _without(numbers: pl.Series, others: pl.Series) -> pl.Series:
    return numbers.filter(~numbers.is_in(others.implode()))
