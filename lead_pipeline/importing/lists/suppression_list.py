"""Loads a staged list of people who may not be contacted, or refuses it whole. Who of an import is suppressed is
decided elsewhere, inside the import's own transaction.
"""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from lead_pipeline.enrolling.enrollments import AffectedLeads
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.importing.few_rows import LINES_NAMED, notes_of_drop
from lead_pipeline.importing.lists.list_reading import ReadList, read_list, require_trust
from lead_pipeline.importing.lists.written_version import write_version
from lead_pipeline.model.listings import AffectedImport, ListResult
from lead_pipeline.model.suppression_kinds import default_list_name
from lead_pipeline.reporting.row_files.rejected_file import write_rejected_file
from lead_pipeline.screening.lists.list_trust import note_delivery
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import ListCounts, ListKeys, ListRecord


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
    attributes_withheld: int = 0


def load_list(store: LeadStore, manifest: ListManifest, home: Home, at: datetime) -> LoadedList:
    """Load a staged list, and end the enrollments of the people on it, in one transaction.

    Raises: ListRefusedError when too much of it cannot be read, FileRefusedError when nothing can; then nothing of
    it is loaded. StoreError, or a subclass of these.
    """
    rejected_file = home.reports / manifest.list_id / "rejected.csv"
    record = record_of(manifest)
    before = store.list_counts(record)
    if before is not None:
        _note_delivery(store, record)
        manifest.staged_file(home).unlink(missing_ok=True)
        return LoadedList(before, rejected_file=home.relative(rejected_file) if rejected_file.exists() else None)
    with _read_into_parts(home, manifest) as read:
        loaded = _load(store, manifest, home, at, read)
    manifest.staged_file(home).unlink(missing_ok=True)
    return loaded


@contextmanager
def _read_into_parts(home: Home, manifest: ListManifest) -> Iterator[ReadList]:
    """Read a list into files below the home, which are gone afterwards."""
    folder = home.list_parts / uuid.uuid4().hex
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield read_list(manifest.staged_file(home), manifest, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _load(store: LeadStore, manifest: ListManifest, home: Home, at: datetime, read: ReadList) -> LoadedList:
    record, rejected_file = record_of(manifest), home.reports / manifest.list_id / "rejected.csv"
    bad = read.unreadable.height
    if bad:
        _write_unreadable(rejected_file, read)
    require_trust(read, home.relative(rejected_file))
    keys = ListKeys(
        record.identity, record.kind, pl.Series(dtype=pl.String), record.list_name, parts=read.parts.entries
    )
    with store.writing(keys, f"loading suppression list {record.list_id}") as workspace:
        written = write_version(
            workspace, record, manifest.kind, read.parts, rows_read=read.rows, rows_rejected=bad, at=at
        )
    return LoadedList(
        written.counts,
        lines_rejected=read.unreadable["line"].head(LINES_NAMED).to_list(),
        rejected_file=home.relative(rejected_file) if bad else None,
        notices=notes_of_drop(read.reader.facts),
        affected=written.affected,
        secondary_contacts=written.secondary_contacts,
        attributes_withheld=written.attributes_withheld,
    )


def _note_delivery(store: LeadStore, record: ListRecord) -> None:
    keys = ListKeys(record.identity, record.kind, pl.Series(dtype=pl.String), record.list_name)
    with store.writing(keys, f"noting that list {record.list_id} was delivered again") as workspace:
        note_delivery(workspace, record)


def record_of(manifest: ListManifest) -> ListRecord:
    """Return the facts of a list that the store keeps."""
    said = manifest.said
    return ListRecord(
        manifest.list_id,
        manifest.identity,
        manifest.kind,
        manifest.file_name,
        manifest.file_sha256,
        name=said.name or "",
        mode=said.mode,
        destination=said.destination,
        staged_at=manifest.staged_at,
    )


def _write_unreadable(path: Path, read: ReadList) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    columns = [(column.name, column.header) for column in read.reader.columns]
    write_rejected_file(path, columns, [read.unreadable.drop("line")])


def as_result(manifest: ListManifest, loaded: LoadedList) -> ListResult:
    """Return what came of a list, for people; no value of a row is in it."""
    counts, said = loaded.counts, manifest.said
    return ListResult(
        list_id=manifest.list_id,
        kind=manifest.kind,
        file_name=manifest.file_name,
        list_name=said.name or default_list_name(said.kind, said.destination),
        mode=said.mode,
        version=counts.version,
        destination=str(said.destination) if said.destination else None,
        rows_read=counts.read,
        rows_added=counts.added,
        rows_known=counts.known,
        rows_ended=counts.ended,
        entries_kept=counts.kept,
        rows_rejected=counts.rejected,
        lines_rejected=tuple(loaded.lines_rejected),
        rejected_file=loaded.rejected_file,
        leads_affected=sum(one.leads for one in loaded.affected),
        enrollments_suppressed=sum(one.enrollments for one in loaded.affected),
        secondary_contacts_suppressed=loaded.secondary_contacts,
        attributes_withheld=loaded.attributes_withheld,
        affected=tuple(AffectedImport.model_validate(one.as_dict()) for one in loaded.affected),
        notices=(*loaded.notices, *_about_kept_entries(counts)),
        loaded_before=counts.loaded_before,
    )


def _about_kept_entries(counts: ListCounts) -> tuple[str, ...]:
    if not counts.kept:
        return ()
    return (
        f"Entries that this version does not have, and that stay in force all the same: {counts.kept:,}. Rows of it "
        "could not be read, and may be these. Correct the rows, and load the whole list again.",
    )


def as_metadata(result: ListResult) -> dict[str, Any]:
    """Return what came of a list as values that an event log can keep: none is of a row."""
    values = result.model_dump(exclude={"list_id", "kind", "file_name", "destination"})
    return values | {
        "lines_rejected": ", ".join(map(str, result.lines_rejected)),
        "rejected_file": result.rejected_file or "",
        "affected": [one.model_dump() for one in result.affected],
        "notices": list(result.notices),
    }
