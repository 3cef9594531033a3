"""Corrects rejected rows: one cell, or all rows of a reason; and says how far it is. Every change is on the disk before
it is answered, and can be undone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.workbench.correction_files import changing, read_corrections, version_of, write_corrections
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.correcting.bulk_rules import changed_cells, title_of_rule
from lead_pipeline.importing.correcting.rejected_rows import RejectedRows, rejected_rows
from lead_pipeline.importing.correcting.row_prospects import SETTLED_BY_LOOKING, JudgedRows, judge_rows
from lead_pipeline.mapping.supplying import SourceNames
from lead_pipeline.model.errors import RequiredColumnUnmappedError, UsageError, did_you_mean, listed
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.workbench.corrections import (
    HANDED_IN,
    BulkCorrection,
    BulkExample,
    BulkOutcome,
    Changes,
    Corrections,
    CorrectionState,
    CorrectionStep,
    ReasonToCorrect,
    RowsToCorrect,
    RowToCorrect,
    RowVerdict,
    Shown,
)

_EXAMPLES = 5


@dataclass(frozen=True)
class Desk:
    """The rejected rows of an import that are not settled, as they are after all changes, and what they would become.

    `rows` is as `RejectedRows.frame`, with the changed cells.
    """

    rejected: RejectedRows
    corrections: Corrections
    changes: Changes
    rows: pl.DataFrame
    touched: JudgedRows | None
    untouched: JudgedRows | None
    trouble: str

    @property
    def judged(self) -> Iterator[JudgedRows]:
        """Yield what was judged: the changed rows with one another, the others by themselves."""
        yield from (one for one in (self.touched, self.untouched) if one is not None)

    def good(self) -> list[int]:
        """Return the numbers of the changed rows that would be handed in."""
        found = self.touched.prospects() if self.touched else {}
        return [number for number, prospect in found.items() if prospect in HANDED_IN]


def open_desk(home: Home, import_id: str) -> Desk:
    """Return the rows as they are now; raises as `rejected_rows`."""
    rejected = rejected_rows(home, import_id)
    return _desk(home, import_id, version_of(home, import_id), rejected.recovered)


@lru_cache(maxsize=4)
def _desk(home: Home, import_id: str, _version: int, _recovered: int) -> Desk:
    rejected, corrections = rejected_rows(home, import_id), read_corrections(home, import_id)
    settled = pl.Series(list(corrections.rows_handed_in), dtype=pl.Int64).implode()
    open_rows = rejected.frame.filter(~pl.col("row_number").is_in(settled))
    changes = {row: cells for row, cells in corrections.changes.items() if row in set(open_rows["row_number"])}
    rows = with_changes(open_rows, changes, rejected.columns)
    is_touched = pl.col("row_number").is_in(pl.Series(list(changes), dtype=pl.Int64).implode())
    try:
        touched = _judged(rows.filter(is_touched), rejected)
        untouched, trouble = _judged(rows.filter(~is_touched), rejected), ""
        if untouched is not None:
            untouched.add_codes(rows.select("row_number", "codes"))
    except RequiredColumnUnmappedError as error:
        touched, untouched, trouble = None, None, str(error)
    return Desk(rejected, corrections, changes, rows, touched, untouched, trouble)


def _judged(rows: pl.DataFrame, rejected: RejectedRows) -> JudgedRows | None:
    if rows.is_empty():
        return None
    manifest = rejected.manifest
    source = SourceNames(file_name=manifest.file_name, folder=manifest.folder)
    return judge_rows(rows, rejected.columns, manifest.profile, source, utc_now())


def with_changes(rows: pl.DataFrame, changes: Changes, columns: Sequence[str]) -> pl.DataFrame:
    """Return the rows with the changed texts; what reading found wrong is settled in those that were looked at."""
    if not changes:
        return rows
    looked_at = pl.col("row_number").is_in(list(changes))
    left = pl.col("reasons").list.filter(~pl.element().is_in(list(SETTLED_BY_LOOKING)))
    rows = rows.with_columns(
        reasons=pl.when(looked_at).then(left).otherwise("reasons"),
        extra_cells=pl.when(looked_at).then(None).otherwise("extra_cells"),
    )
    for column in columns:
        texts = {row: cells[column] for row, cells in changes.items() if column in cells}
        if texts:
            new = pl.col("row_number").replace_strict(texts, default=None, return_dtype=pl.String)
            rows = rows.with_columns(pl.coalesce(new, column).alias(column))
    return rows


def state_of_correction(home: Home, import_id: str) -> CorrectionState:
    """Return how far the correction of an import is; raises as `rejected_rows`."""
    desk = open_desk(home, import_id)
    prospects = Counter(desk.touched.prospects().values()) if desk.touched else Counter()
    manifest = desk.rejected.manifest
    return CorrectionState(
        import_id=import_id,
        profile=manifest.profile.name,
        file_name=manifest.file_name,
        columns=desk.rejected.columns,
        rejected=desk.rows.height,
        untouched=desk.rows.height - len(desk.changes),
        good=sum(prospects[one] for one in HANDED_IN),
        wrong=prospects["rejected"] + prospects["blank"],
        repeated=prospects["repeated"],
        recovered=desk.rejected.recovered,
        reasons=_reasons(desk),
        steps=tuple(step.title for step in desk.corrections.steps),
        handed_in={name: len(rows) for name, rows in desk.corrections.handed_in.items()},
        trouble=desk.trouble,
    )


def _reasons(desk: Desk) -> tuple[ReasonToCorrect, ...]:
    if desk.untouched is None:
        return ()
    found = desk.untouched.reasons().group_by("code", "column", maintain_order=True).len()
    return tuple(
        ReasonToCorrect(
            code=code,
            column=column,
            title=REASONS[Reason(code)].title,
            guidance=REASONS[Reason(code)].guidance,
            rows=rows,
        )
        for code, column, rows in found.sort("len", descending=True, maintain_order=True).iter_rows()
    )


def rows_to_correct(
    home: Home, import_id: str, *, shown: Shown, code: str, column: str, offset: int, limit: int
) -> RowsToCorrect:
    """Return some rows, in the order of the file: of those shown, with the reason in the column where one is given."""
    desk = open_desk(home, import_id)
    numbers = sorted(_chosen(desk, shown, code, column))
    page = numbers[offset : offset + limit]
    return RowsToCorrect(columns=desk.rejected.columns, rows=_as_models(desk, page), total=len(numbers))


def _chosen(desk: Desk, shown: Shown, code: str, column: str) -> set[int]:
    touched = set(desk.changes)
    every = set(desk.rows["row_number"])
    if shown == "wrong":
        prospects = desk.touched.prospects() if desk.touched else {}
        chosen = {row for row, prospect in prospects.items() if prospect not in HANDED_IN}
    else:
        chosen = {"open": every - touched, "changed": touched, "all": every}[shown]
    return chosen & _with_reason(desk, code, column) if code or column else chosen


def _with_reason(desk: Desk, code: str, column: str) -> set[int]:
    found: set[int] = set()
    for judged in desk.judged:
        reasons = judged.reasons()
        if code:
            reasons = reasons.filter(pl.col("code") == code)
        if column:
            reasons = reasons.filter(pl.col("column") == column)
        found |= set(reasons["row_number"])
    return found


def _as_models(desk: Desk, numbers: Sequence[int]) -> tuple[RowToCorrect, ...]:
    columns = desk.rejected.columns
    verdicts: dict[int, RowVerdict] = {}
    for judged in desk.judged:
        verdicts |= judged.verdicts(numbers)
    untold = RowVerdict(prospect="rejected", sentence=desk.trouble)
    originals = {row[0]: row[1:] for row in _these(desk.rejected.frame, numbers).select("row_number", *columns).rows()}
    return tuple(
        RowToCorrect(
            row_number=row["row_number"],
            line_number=row["line_number"],
            cells=tuple(row[name] for name in columns),
            original=originals[row["row_number"]],
            changed=tuple(desk.changes.get(row["row_number"], ())),
            is_touched=row["row_number"] in desk.changes,
            extra_cells=tuple(cell or "" for cell in row["extra_cells"] or ()),
            verdict=verdicts.get(row["row_number"], untold),
        )
        for row in _these(desk.rows, numbers).to_dicts()
    )


def _these(rows: pl.DataFrame, numbers: Sequence[int]) -> pl.DataFrame:
    return rows.filter(pl.col("row_number").is_in(list(numbers)))


def row_to_correct(home: Home, import_id: str, row_number: int) -> RowToCorrect:
    """Return one row; raises UsageError when it is not to be corrected, and as `rejected_rows`."""
    desk = open_desk(home, import_id)
    _check_is_there(desk, import_id, row_number)
    return _as_models(desk, [row_number])[0]


def _check_is_there(desk: Desk, import_id: str, row_number: int) -> None:
    if row_number not in set(desk.rows["row_number"]):
        raise UsageError(f"Row {row_number} of {import_id} is not one to fix: it was not rejected, or is handed in.")


def correct_row(home: Home, import_id: str, row_number: int, cells: Mapping[str, str]) -> RowToCorrect:
    """Change cells of a row, or without cells take it as it is; return it as it is then.

    Raises: UsageError when there is no such row to correct, or no such column; as `rejected_rows`.
    """
    desk = open_desk(home, import_id)
    _check_is_there(desk, import_id, row_number)
    unknown = next((name for name in cells if name not in desk.rejected.columns), None)
    if unknown is not None:
        near = did_you_mean(unknown, desk.rejected.columns)
        raise UsageError(f"The file has no column '{unknown}'.{near} Its columns are {listed(desk.rejected.columns)}.")
    (now,) = _these(desk.rows, [row_number]).to_dicts()
    new = {name: text for name, text in cells.items() if text != (now[name] or "")}
    if new or row_number not in desk.changes:
        title = f"Row {row_number}: {', '.join(new)}" if new else f"Row {row_number}: taken as it is"
        _keep(home, import_id, title, {row_number: new})
    return _as_models(open_desk(home, import_id), [row_number])[0]


def correct_rows(home: Home, import_id: str, rule: BulkCorrection, *, preview: bool) -> BulkOutcome:
    """Change all rows with the reason in the column, or with `preview` say what that would do.

    Raises: UsageError when there is no such column, or the rule says too little; as `rejected_rows`.
    """
    desk = open_desk(home, import_id)
    if rule.action != "take" and rule.column not in desk.rejected.columns:
        near = did_you_mean(rule.column, desk.rejected.columns)
        raise UsageError(f"The file has no column '{rule.column}'.{near} Choose the column that is to be changed.")
    chosen = _chosen(desk, "open" if rule.action == "take" else "all", rule.code, "")
    rows = _these(desk.rows, sorted(chosen & _about(desk, rule)))
    changes = _changes(desk, rows, rule)
    after = _judged(_these(with_changes(desk.rows, changes, desk.rejected.columns), list(changes)), desk.rejected)
    prospects = after.prospects() if after else {}
    outcome = BulkOutcome(
        title=title_of_rule(rule, len(changes)),
        rows=rows.height,
        changed=len(changes),
        good=sum(prospect in HANDED_IN for prospect in prospects.values()),
        examples=_examples(rows, changes, rule, after),
    )
    if changes and not preview:
        _keep(home, import_id, outcome.title, changes)
    return outcome


def _about(desk: Desk, rule: BulkCorrection) -> set[int]:
    """Return the rows that have the reason in that column; a reason without a column is about all of the row."""
    if not rule.code:
        return set(desk.rows["row_number"])
    found: set[int] = set()
    for judged in desk.judged:
        reasons = judged.reasons().filter(pl.col("code") == rule.code)
        here = (pl.col("column") == rule.column) | pl.col("column").is_null()
        found |= set((reasons if rule.action == "take" else reasons.filter(here))["row_number"])
    return found


def _changes(desk: Desk, rows: pl.DataFrame, rule: BulkCorrection) -> Changes:
    if rule.action == "take":
        return {row: {} for row in rows["row_number"]}
    cells, suggested = rows[rule.column], None
    if rule.action == "suggestion":
        found: dict[int, str] = {}
        for judged in desk.judged:
            found |= judged.suggested(rule.column)
        texts = [found.get(row) for row in rows["row_number"]]
        suggested = pl.Series(rule.column, texts, dtype=pl.String)
    new = changed_cells(cells, rule, suggested)
    is_new = new.fill_null("") != cells.fill_null("")
    found_rows = rows.select("row_number", text=new.fill_null("")).filter(is_new)
    return {row: {rule.column: text} for row, text in found_rows.iter_rows()}


def _examples(
    rows: pl.DataFrame, changes: Changes, rule: BulkCorrection, after: JudgedRows | None
) -> tuple[BulkExample, ...]:
    numbers = list(changes)[:_EXAMPLES]
    if after is None:
        return ()
    verdicts = after.verdicts(numbers)
    before = {}
    if rule.column:
        before = dict(_these(rows, numbers).select("row_number", rule.column).iter_rows())
    return tuple(
        BulkExample(
            row_number=number,
            before=before.get(number) or "",
            after=changes[number].get(rule.column, before.get(number) or ""),
            verdict=verdicts[number],
        )
        for number in numbers
    )


def _keep(home: Home, import_id: str, title: str, changes: Changes) -> None:
    with changing(home, import_id) as corrections:
        step = CorrectionStep(title=title, changes=changes, at=utc_now())
        write_corrections(home, corrections.model_copy(update={"steps": (*corrections.steps, step)}))


def undo_correction(home: Home, import_id: str) -> str:
    """Take the last change back and return what it was; raises UsageError when there is none."""
    with changing(home, import_id) as corrections:
        if not corrections.steps:
            raise UsageError(f"Nothing was changed in {import_id}, so there is nothing to undo.")
        *steps, last = corrections.steps
        write_corrections(home, corrections.model_copy(update={"steps": tuple(steps)}))
    return last.title
