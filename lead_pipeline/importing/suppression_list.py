"""Loads a staged list of people who may not be contacted, or refuses it whole. Who of an import is suppressed is
decided elsewhere, inside the import's own transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from lead_pipeline.enrolling.enrollments import AffectedLeads, suppress_enrollments
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.mapping.lists import ListColumns, list_evidence, map_list_columns
from lead_pipeline.model.errors import FileEmptyError, ListRefusedError
from lead_pipeline.model.reasons import SKIPPED_CODES, Reason
from lead_pipeline.normalizing.list_entries import read_list_entries
from lead_pipeline.reading import ReadingOptions, RowReader, open_rows
from lead_pipeline.reporting.rejected_file import write_rejected_file
from lead_pipeline.screening.lists.listed_leads import find_listed_leads, suppress_secondary_contacts
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, add_suppressions
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import ListCounts, ListKeys, ListRecord

#: Of how many unusable rows the line is named.
_LINES_NAMED = 20

#: More unreadable rows than this number and this share: the list was read wrongly, and is not loaded in part.
_FEW_ROWS, _FEW_SHARE = 3, 0.01

_ENTRIES = {**ENTRIES_SCHEMA, "valid": pl.Boolean}


@dataclass(frozen=True, slots=True)
class LoadedList:
    """What came of loading a list: its counts, the lines of its first unreadable rows, the file that has all of these
    (path below the home), what there is to know about the file, and the leads and secondary contacts that it concerns.
    """

    counts: ListCounts
    lines_rejected: list[int] = field(default_factory=list)
    rejected_file: str | None = None
    notices: tuple[str, ...] = ()
    affected: tuple[AffectedLeads, ...] = ()
    secondary_contacts: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """A list, read: its entries, how many rows it has, and those that were not read in full."""

    reader: RowReader
    entries: pl.DataFrame
    rows: int
    unreadable: pl.DataFrame


def load_list(store: LeadStore, manifest: ListManifest, home: Home, at: datetime) -> LoadedList:
    """Load a staged list, and end the enrollments of the people on it, in one transaction.

    Raises: ListRefusedError when too much of it cannot be read, FileRefusedError when nothing can; then nothing of
    it is loaded. StoreError, or a subclass of these.
    """
    rejected_file = home.reports / manifest.list_id / "rejected.csv"
    record = ListRecord(manifest.list_id, manifest.identity, manifest.kind, manifest.file_name, manifest.file_sha256)
    before = store.list_counts(record)
    if before is not None:
        manifest.staged_file(home).unlink(missing_ok=True)
        return LoadedList(before, rejected_file=home.relative(rejected_file) if rejected_file.exists() else None)
    read = _read(manifest.staged_file(home), manifest)
    bad = read.unreadable.height
    if bad:
        _write_unreadable(rejected_file, read)
    _require_trust(read, home.relative(rejected_file))
    keys = ListKeys(record.identity, record.kind, read.entries["value"])
    with store.writing(keys, f"loading suppression list {record.list_id}") as workspace:
        counts = add_suppressions(workspace, record, read.entries, rows_read=read.rows, rows_rejected=bad, at=at)
        find_listed_leads(workspace, manifest.kind)
        affected = suppress_enrollments(workspace, manifest.kind)
        secondaries = suppress_secondary_contacts(workspace, manifest.kind)
    manifest.staged_file(home).unlink(missing_ok=True)
    return LoadedList(
        counts,
        lines_rejected=read.unreadable["line"].head(_LINES_NAMED).to_list(),
        rejected_file=home.relative(rejected_file) if bad else None,
        notices=read.reader.facts.notes,
        affected=affected,
        secondary_contacts=secondaries,
    )


def _require_trust(read: _Read, rejected_file: str) -> None:
    bad, phones = read.unreadable.height, read.entries.filter(pl.col("identifier_kind") == "phone")
    doubtful = phones.filter(~pl.col("valid")).height
    if read.entries.is_empty():
        raise ListRefusedError("The list names nobody: no phone number or email address in it can be read.")
    if bad > _FEW_ROWS and bad > _FEW_SHARE * read.rows:
        lines = ", ".join(map(str, read.unreadable["line"].head(_LINES_NAMED).to_list()))
        more = " …" if bad > _LINES_NAMED else ""
        raise ListRefusedError(
            f"{bad:,} of {read.rows:,} rows of the list cannot be read (lines {lines}{more}; all are in "
            f"{rejected_file}), so that nothing of it was loaded. Correct them, or give the --region of the numbers "
            "that have no +, and load the list again."
        )

    if doubtful > _FEW_ROWS and doubtful > phones.height / 2:
        raise ListRefusedError(
            f"{doubtful:,} of {phones.height:,} phone numbers of the list are not valid, so that nothing of it was "
            "loaded. Give the --region of the numbers that have no +, and load the list again."
        )


def _read(path: Path, manifest: ListManifest) -> _Read:
    """Read a list; a row is unreadable when something in it is, or when it names nobody."""
    reader = _opened(path, manifest)
    columns: ListColumns | None = None
    entries, unreadable, rows = [pl.DataFrame(schema=_ENTRIES)], [], 0
    for batch in reader.batches():
        filled = batch.filter(~pl.col("reasons").list.first().is_in(SKIPPED_CODES).fill_null(value=False))
        if filled.is_empty():
            continue
        if columns is None:
            columns = _columns(reader, filled, manifest.region)
        found = _entries(filled, columns, manifest.region)
        entries.append(found.filter(pl.col("value").is_not_null()).select(_ENTRIES.keys()))
        unreadable.append(_unreadable(filled, found, (reader.facts.header_line or 0)))
        rows += filled.height
    if not unreadable:
        raise ListRefusedError("The list is empty: it has no row that names anybody.")
    return _Read(reader, pl.concat(entries), rows, pl.concat(unreadable))


def _opened(path: Path, manifest: ListManifest) -> RowReader:
    """Open a list. Where what looks like its header, or what stands above it, names somebody, it has none."""
    headless = ReadingOptions(header=False)
    try:
        reader = open_rows(path, file_name=manifest.file_name)
    except FileEmptyError:  # a list of a single line is somebody without a header, or a header without anybody
        return open_rows(path, file_name=manifest.file_name, options=headless)
    line = reader.facts.header_line
    if line is None:
        return reader
    headers = pl.Series([column.header for column in reader.columns], dtype=pl.String)
    if _names_somebody(headers, manifest.region):
        return open_rows(path, file_name=manifest.file_name, options=headless)
    if line > 1:
        other = open_rows(path, file_name=manifest.file_name, options=headless)
        above = next(other.batches(line - 1)).head(line - 1)
        if any(_names_somebody(above[column.name], manifest.region) for column in other.columns):
            return other
    return reader


def _names_somebody(values: pl.Series, region: str | None) -> bool:
    return bool(read_list_entries(values, region)["valid"].any())


def _columns(reader: RowReader, sample: pl.DataFrame, region: str | None) -> ListColumns:
    has_header = reader.facts.header_line is not None
    headers = {column.name: column.header if has_header else "" for column in reader.columns}
    return map_list_columns(headers, list_evidence(sample, list(headers), region))


def _entries(rows: pl.DataFrame, columns: ListColumns, region: str | None) -> pl.DataFrame:
    """Return what `read_list_entries` finds in all columns of identifiers, and the `reason` that the row gives."""
    found = [read_list_entries(rows[column], region) for column in columns.identifiers]
    # Numbers apart by the delimiter of the file itself are in cells that no column is for.
    extra = read_list_entries(rows["extra_cells"].list.join("; "), region)
    found.append(extra.filter(pl.col("valid")))
    why = rows[columns.reason] if columns.reason else pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    reasons = pl.DataFrame({"why": why}).with_row_index("index")
    return pl.concat(found).rename({"reason": "fault"}).join(reasons, on="index").rename({"why": "reason"})


def _unreadable(rows: pl.DataFrame, found: pl.DataFrame, header_line: int) -> pl.DataFrame:
    """Return the rows with a value that cannot be read or without any, as the rejected file wants them, and `line`."""
    faults = found.group_by("index").agg(reasons=pl.col("fault").drop_nulls().unique(maintain_order=True))
    nobody = pl.lit([Reason.IDENTIFIER_MISSING.value], dtype=pl.List(pl.String))
    judged = rows.drop("reasons").with_row_index("index").join(faults, on="index", how="left", maintain_order="left")
    judged = judged.with_columns(pl.col("reasons").fill_null(nobody)).filter(pl.col("reasons").list.len() > 0)
    line = pl.coalesce("line_number", pl.col("row_number") + header_line)
    return judged.drop("index").with_columns(line=line, outcome=pl.lit("rejected"))


def _write_unreadable(path: Path, read: _Read) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    columns = [(column.name, column.header) for column in read.reader.columns]
    write_rejected_file(path, columns, [read.unreadable.drop("line")])


def as_metadata(loaded: LoadedList) -> dict[str, Any]:
    """Return a loaded list as values that an event log can keep: none of them is of a row."""
    counts = loaded.counts
    return {
        "rows_read": counts.read,
        "rows_added": counts.added,
        "rows_known": counts.known,
        "rows_rejected": counts.rejected,
        "lines_rejected": ", ".join(map(str, loaded.lines_rejected)),
        "rejected_file": loaded.rejected_file or "",
        "loaded_before": counts.loaded_before,
        "leads_affected": sum(one.leads for one in loaded.affected),
        "enrollments_suppressed": sum(one.enrollments for one in loaded.affected),
        "secondary_contacts_suppressed": loaded.secondary_contacts,
        "affected": [one.as_dict() for one in loaded.affected],
        "notices": list(loaded.notices),
    }
