"""The files of rows of an import: those that were left out as CSV and as workbook, and those that were imported with
warnings. What became of the rows is read from what the commit left; nothing is decided here.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import polars as pl

from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import CommitFacts, MappedFacts, ReadFacts, column_mapping
from lead_pipeline.importing.row_files.kept_rows import kept_suggestions, warned_rows
from lead_pipeline.importing.row_files.left_out_table import LEFT_OUT, WARNED, kept_for_looking
from lead_pipeline.importing.steps import RAW
from lead_pipeline.mapping.cell_types import with_numbers_spelled
from lead_pipeline.mapping.columns import attribute_names
from lead_pipeline.model.fields import RESERVED_COLUMNS, attribute_column
from lead_pipeline.model.outcomes import COMMITTED, Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult, ReasonCount
from lead_pipeline.reporting.row_files.original_columns import EXTRA_CELLS, OriginalColumns
from lead_pipeline.reporting.row_files.rejected_file import write_rejected_file, write_warned_file
from lead_pipeline.reporting.row_files.rejected_workbook import LeftOutRows, RowsOfSheet, write_rejected_workbook
from lead_pipeline.reporting.row_files.workbook_frame import ReasonLine
from lead_pipeline.reporting.wording import one_line

#: Outcomes of rows on the first sheet of the workbook, in their order, and on the last.
_TO_CORRECT = (Outcome.REJECTED, Outcome.SKIPPED)
_OTHERS = (Outcome.DUPLICATE, Outcome.SUPPRESSED)

#: Of a clean file each part has few such rows, and each batch of them costs about as much as thousands of rows.
_ROWS_TOGETHER = 25_000

#: Of a duplicate: the lead that was there, and the import that created it.
_MATCHED = ("matched_lead_id", "matched_import_id")

_NO_WORKBOOK = (
    "There is no rejected workbook: the file has more columns than a sheet can have. rejected.csv has every row."
)


def with_row_files(work: WorkFolder, result: ImportResult) -> ImportResult:
    """Write the files of the rows that were left out, or would be, and of those that were imported with warnings.

    Returns the result that names them. Where there are no such rows, a file of an earlier attempt goes.
    """
    commit = work.get("committed", CommitFacts)
    if commit is None:
        return result
    folder = work.home.reports / work.manifest.import_id
    files = _RowFiles(work, folder, commit)
    return files.with_warned(files.with_rejected(result))


@dataclass(frozen=True, slots=True)
class _RowFiles:
    work: WorkFolder
    folder: Path
    commit: CommitFacts

    def with_rejected(self, result: ImportResult) -> ImportResult:
        rejected, workbook = self.folder / "rejected.csv", self.folder / "rejected.xlsx"
        if not _left_out(self.commit):
            rejected.unlink(missing_ok=True)  # of a dry run that left rows out
            workbook.unlink(missing_ok=True)
            (self.folder / LEFT_OUT).unlink(missing_ok=True)
            return result
        rows = _Rows(self.work, self._verdicts(), "reason_codes")
        with ThreadPoolExecutor(1) as aside:
            written = aside.submit(self._write_rejected, rejected, rows)
            try:
                missing = write_rejected_workbook(workbook, self._in_sheets(rows, result))
            finally:
                written.result()
        if missing is None:
            workbook.unlink(missing_ok=True)
            missing = (_NO_WORKBOOK,)
        names: dict[str, object] = {
            "rejected_file": self.work.home.relative(rejected),
            "rejected_workbook": self.work.home.relative(workbook) if workbook.exists() else None,
            "duplicates_of": rows.matched_imports(),
        }
        return result.model_copy(update={**names, "notices": (*result.notices, *missing)})

    def _write_rejected(self, path: Path, rows: "_Rows") -> None:
        with kept_for_looking(self.folder / LEFT_OUT, rows.originals) as keep:
            write_rejected_file(path, rows.columns, map(keep, rows.of()), rows.supplying)

    def with_warned(self, result: ImportResult) -> ImportResult:
        path, kept = self.folder / "warned.csv", warned_rows(self.work)
        is_any = self.commit.status in COMMITTED and self.commit.has_warnings
        rows = _Rows(self.work, kept, "warning_codes") if is_any else None
        if rows is None or not rows.count():
            path.unlink(missing_ok=True)
            (self.folder / WARNED).unlink(missing_ok=True)
            return result
        with kept_for_looking(self.folder / WARNED, rows.originals) as keep:
            write_warned_file(path, rows.columns, map(keep, rows.of()), rows.supplying)
        return result.model_copy(update={"warned_file": self.work.home.relative(path)})

    def _verdicts(self) -> Path:
        committed = self.commit.status in COMMITTED
        return self.work.published("rejected_leads") if committed else self.work.dry_run_rejects

    def _in_sheets(self, rows: "_Rows", result: ImportResult) -> LeftOutRows:
        correct = chain.from_iterable(rows.of(outcome) for outcome in _TO_CORRECT)
        codes = {found.code for found in result.reasons}
        earlier = any(header.strip() == EXTRA_CELLS for _, header in rows.columns)
        return LeftOutRows(
            columns=rows.columns,
            supplying=rows.supplying,
            to_correct=RowsOfSheet(rows.count(*_TO_CORRECT), correct),
            others=RowsOfSheet(rows.count(*_OTHERS), rows.of(*_OTHERS)),
            reasons=_reason_lines(result),
            wide=earlier or Reason.ROW_TOO_MANY_CELLS in codes,
            at=result.ended_at,
        )


class _Rows:
    """Rows of the file with what became of them: cells as in the file, under names that nothing else has."""

    def __init__(self, work: WorkFolder, verdicts: Path, codes: str) -> None:
        read, self._mapped = work.require("read", ReadFacts), work.require("mapped", MappedFacts)
        names = {column.name: f"cell {column.position}" for column in read.columns}
        self._work, self._path, self._codes, self._names = work, verdicts, codes, names
        self.columns = [(names[column.name], column.header) for column in read.columns]
        attributes = attribute_names(column_mapping(read, self._mapped), work.manifest.profile)
        supplying: dict[str, tuple[str, ...]] = {
            attribute_column(name): (column,) for column, name in attributes.items()
        }
        supplying |= {name: self._mapped.joined.get(name, (column,)) for name, column in self._mapped.fields.items()}
        self.supplying = {name: tuple(names[one] for one in columns) for name, columns in supplying.items()}

    @property
    def originals(self) -> OriginalColumns:
        """Return the columns as they stand in files of ours."""
        return OriginalColumns.among(self.columns, self.supplying)

    def count(self, *outcomes: Outcome) -> int:
        """Return how many rows have one of the outcomes, or any."""
        if not self._path.exists():
            return 0
        return int(self._verdicts(outcomes).select(pl.len()).collect().item())

    def matched_imports(self) -> dict[str, int]:
        """Return how many rows are leads that each earlier import created, most first."""
        rows = self._verdicts(())
        if "matched_import_id" not in rows.collect_schema():
            return {}
        matched = rows.select(pl.col("matched_import_id").drop_nulls().value_counts(sort=True, name="rows")).collect()
        found = matched.to_series().struct.unnest().sort("rows", "matched_import_id", descending=[True, False])
        return dict(found.iter_rows())

    def of(self, *outcomes: Outcome) -> Iterator[pl.DataFrame]:
        """Yield the rows with one of the outcomes, or any, in the order of the file."""
        verdicts, suggestions = self._verdicts(outcomes), kept_suggestions(self._work)
        numbers = verdicts.select("row_number").collect()["row_number"]
        for part in self._work.read_rows(RAW, numbers, together=_ROWS_TOGETHER):
            cells = with_numbers_spelled(part, self._mapped.fields, self._work.manifest.profile)
            own = [name for name in cells.columns if name in RESERVED_COLUMNS and name not in ("reasons", "cell_types")]
            cells = cells.select(*own, *(pl.col(name).alias(ours) for name, ours in self._names.items()))
            # by range, so that Parquet's statistics spare reading all verdicts for each part
            here = pl.col("row_number").is_between(part["row_number"][0], part["row_number"][-1])
            said = verdicts.filter(here).join(suggestions.filter(here), on="row_number", how="left")
            yield cells.join(said.collect(), on="row_number", how="inner", maintain_order="left")

    def _verdicts(self, outcomes: tuple[Outcome, ...]) -> pl.LazyFrame:
        rows = pl.scan_parquet(self._path, glob=False)
        there = rows.collect_schema()
        if "is_known" in there:
            rows = rows.filter(~pl.col("is_known"))
        rows = rows.select(
            "row_number",
            "outcome",
            pl.col(self._codes).alias("reasons"),
            pl.col("hints").alias("row_hints"),
            "reason_columns",
            *(name for name in _MATCHED if name in there),
        )
        return rows.filter(pl.col("outcome").is_in([one.value for one in outcomes])) if outcomes else rows


def _left_out(commit: CommitFacts) -> int:
    """Return how many rows are for people to look at: those that are no lead now, and were not blank; of a sequel
    without those that are known from the import that it continues.
    """
    emptied = sum(reason.count for reason in commit.reasons if reason.code == Reason.ROW_NOTHING_KEPT)
    left_out = commit.counts.rejected + commit.counts.suppressed + commit.counts.duplicate + emptied
    return left_out - commit.sequel.known


def _reason_lines(result: ImportResult) -> list[ReasonLine]:
    """Return the table of reasons of the rows that were left out: those to correct first, and the most frequent."""
    outcomes = [outcome.value for outcome in (*_TO_CORRECT, *_OTHERS)]
    found = [one for one in result.reasons if one.outcome in outcomes]
    ordered = sorted(found, key=lambda one: (outcomes.index(one.outcome), -one.count))
    return [line for one in ordered for line in _lines_of(one)]


def _lines_of(found: ReasonCount) -> Iterator[ReasonLine]:
    info = REASONS[Reason(found.code)]
    for column, rows in (found.columns or {"": found.count}).items():
        yield ReasonLine(info.title, found.code, one_line(column), found.outcome, rows, info.guidance)
