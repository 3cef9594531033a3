"""Loads a staged drop of call activity, or refuses it whole. Whom an import leaves out because of it is decided in the
import's own transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from lead_pipeline.filing.activity.activity_manifests import ActivityManifest
from lead_pipeline.filing.home import Home
from lead_pipeline.mapping.activity_columns import ActivityColumns, map_activity_columns
from lead_pipeline.model.errors import FileEmptyError, ListRefusedError
from lead_pipeline.model.reasons import SKIPPED_CODES, Reason
from lead_pipeline.normalizing.calls import CallForm, read_calls
from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.reading import ReadingOptions, RowReader, open_rows
from lead_pipeline.reporting.rejected_file import write_rejected_file
from lead_pipeline.screening.scrub.activity_records import CALLS_SCHEMA, add_activity
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import ActivityCounts, ActivityKeys, ActivityRecord

#: Of how many unusable rows the line is named.
_LINES_NAMED = 20

#: More unusable rows than this number and this share: the file was read wrongly, and is not loaded in part.
_FEW_ROWS, _FEW_SHARE = 3, 0.01


@dataclass(frozen=True, slots=True)
class LoadedActivity:
    """What came of loading a drop: its counts, the lines of its first unusable rows, the file that has all of these
    (path below the home), what there is to know about the file, and which column says what.
    """

    counts: ActivityCounts
    lines_rejected: list[int] = field(default_factory=list)
    rejected_file: str | None = None
    notices: tuple[str, ...] = ()
    mapping: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Read:
    """A drop, read: its calls, its rows as they are in the file with `faults` (null for none), and its columns."""

    reader: RowReader
    columns: ActivityColumns
    calls: pl.DataFrame
    rows: pl.DataFrame

    def rejected(self, unknown: pl.Series) -> pl.DataFrame:
        """Return the unusable rows as the rejected file wants them, those of unknown leads included, and `line`."""
        nobody = pl.lit([Reason.MATCH_MISSING.value], dtype=pl.List(pl.String))
        rows = self.rows.with_columns(
            reasons=pl.when(pl.col("row_number").is_in(unknown.to_list())).then(nobody).otherwise("faults")
        ).filter(pl.col("reasons").is_not_null())
        line = pl.coalesce("line_number", pl.col("row_number") + (self.reader.facts.header_line or 0))
        return rows.drop("faults").with_columns(line=line, outcome=pl.lit("rejected"))


def load_activity(store: LeadStore, manifest: ActivityManifest, home: Home, at: datetime) -> LoadedActivity:
    """Load a staged drop in one transaction.

    Raises: ListRefusedError when too much of it cannot be used, FileRefusedError when nothing can; then nothing of it
    is loaded. StoreError, or a subclass of these.
    """
    rejected_file = home.reports / manifest.drop_id / "rejected.csv"
    before = store.activity_counts(manifest.identity)
    if before is not None:
        manifest.staged_file(home).unlink(missing_ok=True)
        return LoadedActivity(before, rejected_file=home.relative(rejected_file) if rejected_file.exists() else None)
    read = _read(manifest, home)
    rejected: list[pl.DataFrame] = []

    def check(unknown: pl.DataFrame) -> None:
        rejected.append(read.rejected(unknown["row_number"]))
        if not rejected[0].is_empty():
            rejected_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            columns = [(column.name, column.header) for column in read.reader.columns]
            write_rejected_file(rejected_file, columns, [rejected[0].drop("line")])
        _require_trust(read, rejected[0], home.relative(rejected_file))

    record = ActivityRecord(manifest.drop_id, manifest.identity, manifest.file_name, manifest.file_sha256)
    keys = ActivityKeys(record.identity, read.calls["phone"], read.calls["lead_id"])
    faulty = read.rows["faults"].len() - read.rows["faults"].null_count()
    with store.writing(keys, f"loading call activity {record.drop_id}") as workspace:
        counts = add_activity(
            workspace, record, read.calls, rows_read=read.rows.height, rows_rejected=faulty, at=at, check=check
        )
    manifest.staged_file(home).unlink(missing_ok=True)
    return LoadedActivity(
        counts,
        lines_rejected=rejected[0]["line"].head(_LINES_NAMED).to_list() if rejected else [],
        rejected_file=home.relative(rejected_file) if rejected and rejected[0].height else None,
        notices=(*read.reader.facts.notes, *_notices(read.columns)),
        mapping=_shown_mapping(read),
    )


def _require_trust(read: _Read, rejected: pl.DataFrame, rejected_file: str) -> None:
    bad, rows = rejected.height, read.rows.height
    if bad == rows or (bad > _FEW_ROWS and bad > _FEW_SHARE * rows):
        lines = ", ".join(map(str, rejected["line"].head(_LINES_NAMED).to_list()))
        more = " …" if bad > _LINES_NAMED else ""
        raise ListRefusedError(
            f"{bad:,} of {rows:,} rows of the call activity cannot be used (lines {lines}{more}; all are in "
            f"{rejected_file}, with reasons), so that nothing of it was loaded. Correct them, or give the --region of "
            "the numbers that have no + and of the order of day and month, and load the file again."
        )


def _notices(columns: ActivityColumns) -> tuple[str, ...]:
    if "happened_at" in columns.others:
        return ()
    return ("No column says when the calls were: they count however far a scrub rule looks back.",)


def _shown_mapping(read: _Read) -> dict[str, str]:
    """Return which header says what; of a file without a header the column's number."""
    headers = {column.name: column.header for column in read.reader.columns}
    names = {what: headers[name] for what, name in read.columns.others.items()}
    names |= {"phone": " + ".join(headers[name] for name in read.columns.phones)} if read.columns.phones else {}
    return names if read.reader.facts.header_line is not None else dict.fromkeys(names, "")


def _read(manifest: ActivityManifest, home: Home) -> _Read:
    form = CallForm(manifest.region, manifest.timezone)
    reader = _opened(manifest, home, form)
    columns: ActivityColumns | None = None
    calls, rows = [pl.DataFrame(schema=CALLS_SCHEMA)], []
    for batch in reader.batches():
        filled = batch.filter(~pl.col("reasons").list.first().is_in(SKIPPED_CODES).fill_null(value=False))
        if filled.is_empty():
            continue
        columns = columns or _columns(reader, filled, form)
        found = read_calls(filled, columns.phones, columns.others, form)
        good = found.filter(pl.col("faults").is_null())
        calls.append(
            _of_destination(good, manifest.destination).select(CALLS_SCHEMA.keys()).cast(pl.Schema(CALLS_SCHEMA))
        )
        by_row = found.select("row_number", "faults").unique("row_number")
        rows.append(filled.drop("reasons").join(by_row, on="row_number", how="left", maintain_order="left"))
    if columns is None:
        raise ListRefusedError("The file is empty: it has no row of a call.")
    return _Read(reader, columns, pl.concat(calls), pl.concat(rows))


def _of_destination(calls: pl.DataFrame, destination: str | None) -> pl.DataFrame:
    if destination is None:
        return calls
    return calls.with_columns(destination=pl.coalesce("destination", pl.lit(destination)))


def _opened(manifest: ActivityManifest, home: Home, form: CallForm) -> RowReader:
    """Open a drop. Where what looks like its header is a phone, it has none."""
    path, headless = manifest.staged_file(home), ReadingOptions(header=False)
    try:
        reader = open_rows(path, file_name=manifest.file_name)
    except FileEmptyError:  # a single line is a call without a header, or a header without any
        return _only_line(open_rows(path, file_name=manifest.file_name, options=headless), form)
    if reader.facts.header_line is None:
        return reader
    headers = pl.Series([column.header for column in reader.columns], dtype=pl.String)
    if read_list_entries(headers, form.region)["valid"].any():
        return open_rows(path, file_name=manifest.file_name, options=headless)
    return reader


def _only_line(reader: RowReader, form: CallForm) -> RowReader:
    line = next(reader.batches(1))
    if not any(read_list_entries(line[column.name], form.region)["valid"].any() for column in reader.columns):
        raise ListRefusedError("The file is empty: it has no row of a call.")
    return reader


def _columns(reader: RowReader, sample: pl.DataFrame, form: CallForm) -> ActivityColumns:
    has_header = reader.facts.header_line is not None
    headers = {column.name: column.header if has_header else "" for column in reader.columns}
    return map_activity_columns(headers, sample, form)


def as_metadata(loaded: LoadedActivity) -> dict[str, Any]:
    """Return a loaded drop as values that an event log can keep: none of them is of a row."""
    counts = loaded.counts
    return {
        "rows_read": counts.read,
        "calls_added": counts.added,
        "calls_known": counts.known,
        "rows_rejected": counts.rejected,
        "lines_rejected": ", ".join(map(str, loaded.lines_rejected)),
        "rejected_file": loaded.rejected_file or "",
        "loaded_before": counts.loaded_before,
        "columns": loaded.mapping,
        "notices": list(loaded.notices),
    }
