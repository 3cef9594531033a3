"""Loads a staged list of people who may not be contacted. Who of an import is suppressed is decided elsewhere, inside
the import's own transaction.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.mapping.lists import ListColumns, map_list_columns
from lead_pipeline.model.errors import FileEmptyError
from lead_pipeline.normalizing.phones import normalize_phones
from lead_pipeline.reading import ReadingOptions, RowReader, open_rows
from lead_pipeline.screening.suppression_lists import add_suppressions
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import ListCounts, ListKeys, ListRecord

#: Of how many unusable rows the line is named.
_LINES_NAMED = 20


def load_list(store: LeadStore, manifest: ListManifest, home: Home, at: datetime) -> tuple[ListCounts, list[int]]:
    """Load a staged list; return its counts and the lines of its first unusable rows (no number could be read).

    Raises: FileRefusedError, StoreError, or a subclass of these.
    """
    before = store.list_counts(manifest.identity)
    if before is not None:
        manifest.staged_file(home).unlink(missing_ok=True)
        return before, []
    usable: list[pl.DataFrame] = []
    bad_lines: list[int] = []
    rejected = 0
    for rows in _numbers(manifest.staged_file(home), manifest):
        usable.append(rows.filter(pl.col("value").is_not_null()).select("value", "reason"))
        bad = rows.filter(pl.col("value").is_null())["line_number"]
        rejected += bad.len()
        bad_lines.extend(bad.drop_nulls().head(_LINES_NAMED - len(bad_lines)).to_list())
    entries = pl.concat(usable) if usable else pl.DataFrame(schema={"value": pl.String, "reason": pl.String})
    record = ListRecord(manifest.list_id, manifest.identity, manifest.kind, manifest.file_name, manifest.file_sha256)
    keys = ListKeys(record.identity, record.kind, entries["value"])
    with store.writing(keys, f"loading suppression list {record.list_id}") as workspace:
        counts = add_suppressions(workspace, record, entries, rows_rejected=rejected, at=at)
    manifest.staged_file(home).unlink(missing_ok=True)
    return counts, bad_lines


def _numbers(path: Path, manifest: ListManifest) -> Iterator[pl.DataFrame]:
    """Yield `line_number value reason` of every row that is not blank; value is null where no number can be read.

    A number that is possible but not valid is kept: a list may name numbers that no numbering plan knows any more.
    """
    reader = _opened(path, manifest)
    names = [column.name for column in reader.columns]
    heading = normalize_phones(pl.Series(names, dtype=pl.String), manifest.region)
    if heading["possible"].any():  # a list without a header: its first line is a number, and must not get lost
        index = heading["possible"].to_list().index(True)
        yield pl.DataFrame(
            {"line_number": [1], "value": [heading["e164"][index]], "reason": [None]},
            schema={"line_number": pl.Int64, "value": pl.String, "reason": pl.String},
        )
        columns = ListColumns(phone=names[index], reason=None)
    else:
        columns = map_list_columns(names) if reader.facts.header_line else ListColumns(names[0], reason=None)
    for batch in reader.batches():
        if reader.facts.header_line is None and len(names) > 1:
            columns = ListColumns(phone=_column_of_numbers(batch, names, manifest.region), reason=None)
        rows = batch.filter(~pl.col("reasons").list.contains("row_blank"))
        phones = normalize_phones(rows[columns.phone], manifest.region)
        yield rows.select(
            "line_number",
            value=pl.when(phones["possible"].fill_null(value=False)).then(phones["e164"]),
            reason=pl.col(columns.reason) if columns.reason else pl.lit(None, dtype=pl.String),
        )


def _opened(path: Path, manifest: ListManifest) -> RowReader:
    """Open a list; one of a single line is a number without a header, not a header without numbers."""
    try:
        return open_rows(path, file_name=manifest.file_name)
    except FileEmptyError:
        return open_rows(path, file_name=manifest.file_name, options=ReadingOptions(header=False))


def _column_of_numbers(batch: pl.DataFrame, names: list[str], region: str | None) -> str:
    """Return the column of a list without a header that holds the most phone numbers."""
    head = batch.head(1000)
    return max(names, key=lambda name: int(normalize_phones(head[name], region)["possible"].sum()))
