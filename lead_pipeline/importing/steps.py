"""One function per step of an import: takes the work folder, calls the rooms, leaves parts and facts.
No Dagster here; what a row or value means belongs in the rooms that are called.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from lead_pipeline.filing.archive import restore_copy
from lead_pipeline.filing.atomic import published_path
from lead_pipeline.filing.concurrency import in_order
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import CommitFacts, MappedFacts, ReadFacts, Refusal
from lead_pipeline.importing.layout_drift import is_laid_out, layout_text
from lead_pipeline.importing.progress import tell, tell_outcomes, told
from lead_pipeline.mapping.columns import map_columns
from lead_pipeline.mapping.layout_changes import count_filled
from lead_pipeline.mapping.rows import map_rows
from lead_pipeline.mapping.supplying import supplied_names
from lead_pipeline.model.column_layout import FilledCells
from lead_pipeline.model.contracts import mapped_leads, normalized_leads, raw_leads, validate_contract
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.reasons import REASONS, Reason, in_registry_order
from lead_pipeline.model.results import FileFacts, ReasonCount
from lead_pipeline.model.source_names import SourceNames
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.reading import open_rows
from lead_pipeline.screening.committing import commit_import
from lead_pipeline.store.duckdb.lead_store import ImportRecord, LeadStore, LedgerEntry
from lead_pipeline.store.duckdb.publishing import publish, publish_from_parts
from lead_pipeline.validating.rows import validate_rows

RAW, MAPPED, NORMALIZED = "raw_leads", "mapped_leads", "normalized_leads"


def read_file(work: WorkFolder) -> dict[str, int]:
    """Read the staged file into parts of `raw_leads`; raises FileRefusedError and its kin."""
    manifest = work.manifest
    restore_copy(work.home, manifest)
    reader = open_rows(manifest.staged_file(work.home), file_name=manifest.file_name, options=manifest.profile.reading)
    batches = (validate_contract(batch, raw_leads()) for batch in told(RAW, reader.batches()))
    rows = work.write_parts(RAW, batches)
    tell(RAW, rows, total=rows)
    facts = FileFacts(
        file_name=manifest.file_name,
        file_sha256=manifest.file_sha256,
        file_bytes=manifest.file_bytes,
        format=reader.facts.format,
        encoding=reader.facts.encoding,
        delimiter=reader.facts.delimiter,
        newline=reader.facts.newline,
        sheet=reader.facts.sheet,
        header_line=reader.facts.header_line,
        notes=reader.facts.notes,
        columns=tuple(column.name for column in reader.columns),
    )
    work.put("read", ReadFacts(columns=reader.columns, file=facts, rows_read=rows))
    return {"rows": rows, "columns": len(reader.columns)}


def map_leads(work: WorkFolder) -> dict[str, int]:
    """Give each column its field or make it an attribute, and note the layout; raises RequiredColumnUnmappedError."""
    profile, columns = work.manifest.profile, [column.name for column in work.require("read", ReadFacts).columns]
    sample = next(work.read_parts(RAW), pl.DataFrame(schema=dict.fromkeys(columns, pl.String)))
    mapping = map_columns(columns, profile, sample)
    source = SourceNames(file_name=work.manifest.file_name, folder=work.manifest.folder)
    contract, is_noted = mapped_leads(profile), is_laid_out(profile, mapping)
    counted: list[FilledCells] = []

    def mapped(batch: pl.DataFrame) -> pl.DataFrame:
        if is_noted:
            counted.append(count_filled(batch, columns))
        return validate_contract(map_rows(batch, mapping, profile, source), contract)

    rows = work.write_parts(MAPPED, told(MAPPED, in_order(mapped, work.read_parts(RAW))))
    facts = MappedFacts(
        fields=mapping.fields,
        attributes=mapping.attributes,
        ignored=mapping.ignored,
        supplied=tuple(sorted(supplied_names(mapping, profile))),
        layout=layout_text(columns, counted, sample, profile.default_region) if is_noted else "",
    )
    work.put("mapped", facts)
    return {"rows": rows, "fields": len(mapping.fields), "attributes": len(mapping.attributes)}


def normalize_leads(work: WorkFolder) -> dict[str, int]:
    """Make the values canonical and judge each row by the profile's rules."""
    profile = work.manifest.profile
    contract = normalized_leads(profile)
    faulty: list[int] = []

    def judged(batch: pl.DataFrame) -> pl.DataFrame:
        rows = validate_contract(validate_rows(normalize_rows(batch, profile), profile), contract)
        faulty.append(int((rows["reasons"].list.len() > 0).sum()))
        return rows

    batches = told(NORMALIZED, in_order(judged, work.read_parts(MAPPED)), _rows_and_invalid)
    rows = work.write_parts(NORMALIZED, batches)
    return {"rows": rows, "rows_with_reasons": sum(faulty)}


def _rows_and_invalid(batch: pl.DataFrame) -> tuple[int, int]:
    """Return the rows of a batch that are judged, and those that are no use; a blank row is no mistake of anybody's."""
    invalid = (batch["reasons"].list.len() > 0) & ~batch["reasons"].list.contains(Reason.ROW_BLANK.value)
    return batch.height, int(invalid.sum())


def commit_leads(
    work: WorkFolder, store: LeadStore, at: datetime, layout_changes: tuple[str, ...] = ()
) -> dict[str, int]:
    """Screen and write the import in one transaction, and publish its rows as Parquet after the commit."""
    tell("imported_leads", 0)
    entry = commit_import(store, record_of(work), work.manifest.profile, at=at, **rows_of(work))
    with store.beside() as other, ThreadPoolExecutor(1) as aside:
        leads = aside.submit(_publish, work, other, "leads", "imported_leads", _own_parts(work, entry, at))
        work.put("committed", facts_of(store, entry, layout_changes))
        rejected = _publish(work, store, "rejected_leads", "rejected_leads", [])
        imported = leads.result()
    tell_outcomes("imported_leads", entry.counts, imported=True)
    return {"imported": imported, "rejected": rejected}


def rows_of(work: WorkFolder) -> dict[str, Any]:
    """Return what `commit_import` and `rehearse_import` are given of the rows."""
    read = work.require("read", ReadFacts)
    return {
        "parts": [str(path) for path in work.part_paths(NORMALIZED)],
        "rows_read": read.rows_read,
        "raw_rows": lambda wanted: _original_rows(work, read, wanted),
        "supplied": frozenset(work.require("mapped", MappedFacts).supplied),
    }


def facts_of(store: LeadStore, entry: LedgerEntry, layout_changes: tuple[str, ...]) -> CommitFacts:
    """Return what the ledger says of an import, counted in its rows as well."""
    ledger_rows, ledger_numbers = store.count_ledger(entry.import_no)
    return CommitFacts(
        status=entry.status,
        rows_read=entry.rows_read,
        counts=entry.counts,
        ledger_rows=ledger_rows,
        ledger_numbers=ledger_numbers,
        contacts_created=entry.contacts_created,
        reasons=_explained(store.count_reasons(entry.import_no)),
        message=entry.message,
        layout_changes=layout_changes,
    )


def record_refusal(work: WorkFolder, store: LeadStore, refusal: Refusal, at: datetime) -> None:
    """Write into the ledger that the file was refused."""
    store.record_refusal(record_of(work), status=ImportStatus.QUARANTINED, message=refusal.message, at=at)


def record_of(work: WorkFolder) -> ImportRecord:
    """Return the facts of an import that the ledger keeps."""
    manifest, mapped = work.manifest, work.get("mapped", MappedFacts)
    return ImportRecord(
        import_id=manifest.import_id,
        identity=manifest.identity,
        profile=manifest.profile.name,
        profile_fingerprint=manifest.profile.fingerprint,
        destination=manifest.profile.destination,
        file_name=manifest.file_name,
        file_sha256=manifest.file_sha256,
        file_bytes=manifest.file_bytes,
        started_at=manifest.staged_at,
        layout=mapped.layout if mapped else "",
    )


def _original_rows(work: WorkFolder, read: ReadFacts, wanted: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield `row_number raw` of the wanted rows: the cells as they stand in the file, as a JSON object."""
    names = [column.name for column in read.columns]
    for rows in work.read_rows(RAW, wanted["row_number"]):
        cells = [*names, "extra_cells"] if rows["extra_cells"].count() else names
        yield rows.select("row_number", raw=pl.struct(cells).struct.json_encode())


def _explained(counts: Iterable[ReasonCount]) -> tuple[ReasonCount, ...]:
    """Return the reasons in registry order, each with the outcome that the registry gives it."""
    found = list(counts)
    order = {code: place for place, code in enumerate(in_registry_order(count.code for count in found))}
    told_apart = [
        count.model_copy(update={"outcome": count.outcome or REASONS[Reason(count.code)].effect}) for count in found
    ]
    return tuple(sorted(told_apart, key=lambda count: (order[Reason(count.code)], count.outcome)))


def _publish(work: WorkFolder, store: LeadStore, view: str, table: str, parts: list[Path]) -> int:
    """Publish one import's rows of a view as a Parquet file that appears whole or not at all."""
    with published_path(work.published(table)) as path:
        if parts:
            return publish_from_parts(store, work.manifest.import_id, path, parts)
        return publish(store, view, work.manifest.import_id, path)


def _own_parts(work: WorkFolder, entry: LedgerEntry, at: datetime) -> list[Path]:
    """Return the parts when their texts are those of the import's leads: just committed, and only created."""
    profile = work.manifest.profile
    as_written = profile.duplicates_in_file != "merge" and "tags" not in profile.fields
    just_committed = entry.committed_at == at  # and not by an attempt that died after it
    if just_committed and as_written and entry.counts.created and not entry.counts.updated:
        return work.part_paths(NORMALIZED)
    return []
