"""One function per step of an import: takes the work folder, calls the rooms, leaves parts and facts.
No Dagster here; what a row or value means belongs in the rooms that are called.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import finish, read_json, write_json
from lead_pipeline.filing.overlapping import in_order
from lead_pipeline.filing.parts import WorkFolder
from lead_pipeline.filing.publishing import published_path
from lead_pipeline.filing.shelving import archive_import, quarantine_import, restore_copy
from lead_pipeline.mapping.columns import map_columns
from lead_pipeline.mapping.rows import map_rows
from lead_pipeline.model.contracts import mapped_leads, normalized_leads, raw_leads, validate_contract
from lead_pipeline.model.errors import ImportNotFoundError
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.reasons import REASONS, Reason, in_registry_order
from lead_pipeline.model.results import FileFacts, ImportResult, ReasonCount
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.orchestration.facts import CommitFacts, MappedFacts, ReadFacts, Refusal, Timings
from lead_pipeline.orchestration.progress import tell, told
from lead_pipeline.reading import open_rows
from lead_pipeline.reporting.rejected_file import write_rejected_file
from lead_pipeline.reporting.report import write_report
from lead_pipeline.screening.committing import commit_import
from lead_pipeline.store.lead_store import ImportRecord, LeadStore
from lead_pipeline.store.publishing import publish, publish_from_parts
from lead_pipeline.validating.rows import judge_rows

RAW, MAPPED, NORMALIZED = "raw_leads", "mapped_leads", "normalized_leads"


def read_file(work: WorkFolder) -> dict[str, int]:
    """Read the staged file into parts of `raw_leads`; raises FileRefusedError and its kin."""
    manifest = work.manifest
    restore_copy(work.home, manifest)
    reader = open_rows(manifest.staged_file(work.home), file_name=manifest.file_name, options=manifest.profile.reading)
    batches = (validate_contract(batch, raw_leads()) for batch in told(RAW, reader.batches()))
    rows = work.write_parts(RAW, batches)
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
    """Give each column its field or make it an attribute; raises RequiredColumnUnmappedError."""
    profile = work.manifest.profile
    sample = next(work.read_parts(RAW), None) if profile.mapping == "auto" else None
    mapping = map_columns([column.name for column in _read_facts(work).columns], profile, sample)
    work.put("mapped", MappedFacts(fields=mapping.fields, attributes=mapping.attributes, ignored=mapping.ignored))
    contract = mapped_leads(profile)

    def mapped(batch: pl.DataFrame) -> pl.DataFrame:
        return validate_contract(map_rows(batch, mapping, profile), contract)

    rows = work.write_parts(MAPPED, told(MAPPED, in_order(mapped, work.read_parts(RAW))))
    return {"rows": rows, "fields": len(mapping.fields), "attributes": len(mapping.attributes)}


def normalize_leads(work: WorkFolder) -> dict[str, int]:
    """Make the values canonical and judge each row by the profile's rules."""
    profile = work.manifest.profile
    contract = normalized_leads(profile)
    faulty: list[int] = []

    def judged(batch: pl.DataFrame) -> pl.DataFrame:
        rows = validate_contract(judge_rows(normalize_rows(batch, profile), profile), contract)
        faulty.append(int((rows["reasons"].list.len() > 0).sum()))
        return rows

    rows = work.write_parts(NORMALIZED, told(NORMALIZED, in_order(judged, work.read_parts(MAPPED))))
    return {"rows": rows, "rows_with_reasons": sum(faulty)}


def commit_leads(work: WorkFolder, store: LeadStore, at: datetime) -> dict[str, int]:
    """Screen and write the import in one transaction, and publish its rows as Parquet after the commit."""
    manifest, read, parts = work.manifest, _read_facts(work), work.part_paths(NORMALIZED)
    tell("imported_leads", 0)
    entry = commit_import(
        store,
        _record(work),
        manifest.profile,
        parts=[str(path) for path in parts],
        rows_read=read.rows_read,
        raw_rows=lambda wanted: _original_rows(work, read, wanted),
        at=at,
        supplied=frozenset(manifest.profile.rules) | {"attributes"},
    )
    ledger_rows, ledger_numbers = store.count_ledger(entry.import_no)
    work.put(
        "committed",
        CommitFacts(
            status=entry.status,
            rows_read=entry.rows_read,
            counts=entry.counts,
            ledger_rows=ledger_rows,
            ledger_numbers=ledger_numbers,
            contacts_created=entry.contacts_created,
            reasons=_explained(store.count_reasons(entry.import_no)),
            message=entry.message,
        ),
    )
    just_committed = entry.committed_at == at  # and not by an attempt that died after it
    imported = _publish(
        work, store, "leads", "imported_leads", parts if just_committed and entry.counts.created else []
    )
    rejected = _publish(work, store, "rejected_leads", "rejected_leads", [])
    tell("imported_leads", read.rows_read)
    return {"imported": imported, "rejected": rejected}


def record_refusal(work: WorkFolder, store: LeadStore, refusal: Refusal, at: datetime) -> None:
    """Write into the ledger that the file was refused."""
    store.record_refusal(_record(work), status=ImportStatus.QUARANTINED, message=refusal.message, at=at)


def report_import(work: WorkFolder, started_at: datetime, ended_at: datetime) -> ImportResult:
    """Write what people get: rejected file, report, result; then shelve the file and write the receipt, in this order.

    A crash in between leaves the import without a receipt: it is run again, finds itself committed, and ends up here.
    """
    refusal = work.get("refusal", Refusal)
    result = _refused(work, refusal, started_at, ended_at) if refusal else _finished(work, started_at, ended_at)
    home, manifest = work.home, work.manifest
    folder = home.reports / manifest.import_id
    write_report(folder / "report.html", result)
    write_json(folder / "result.json", result)
    if refusal:
        quarantine_import(home, manifest, refusal.message)
    else:
        archive_import(home, manifest)
    finish(home, manifest, result.status, ended_at)
    return result


def earlier_result(home: Home, import_id: str) -> ImportResult:
    """Return what came of a finished import; raises ImportNotFoundError when its result is gone."""
    result = read_json(home.reports / import_id / "result.json", ImportResult)
    if result is None:
        raise ImportNotFoundError(
            f"Import {import_id} is finished, but its result is no longer under {home.reports}. "
            "The ledger still has it: `lead-pipeline history`."
        )
    return result.model_copy(update={"already_imported": result.status in COMMITTED})


def _read_facts(work: WorkFolder) -> ReadFacts:
    facts = work.get("read", ReadFacts)
    if facts is None:
        raise LookupError("the facts of raw_leads are missing although its step ran")
    return facts


def _record(work: WorkFolder) -> ImportRecord:
    manifest = work.manifest
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
    with published_path(_table(work, table)) as path:
        if parts:
            return publish_from_parts(store, work.manifest.import_id, path, parts)
        return publish(store, view, work.manifest.import_id, path)


def _table(work: WorkFolder, table: str) -> Path:
    """Return where one import's rows of a table are published."""
    return work.home.tables / table / f"import_id={work.manifest.import_id}" / "part-00000.parquet"


def _finished(work: WorkFolder, started_at: datetime, ended_at: datetime) -> ImportResult:
    read, commit = _read_facts(work), work.get("committed", CommitFacts)
    mapped = work.get("mapped", MappedFacts)
    if commit is None or mapped is None:
        raise LookupError("the facts of imported_leads are missing although its step ran")
    manifest, folder = work.manifest, work.home.reports / work.manifest.import_id
    lost = commit.counts.rejected + commit.counts.suppressed + commit.counts.duplicate
    rejected = folder / "rejected.csv" if lost else None
    if rejected is not None:
        columns = [(column.name, column.header) for column in read.columns]
        write_rejected_file(rejected, columns, _rejected_rows(work))
    return ImportResult(
        import_id=manifest.import_id,
        status=commit.status,
        profile=manifest.profile.name,
        destination=str(manifest.profile.destination),
        file=read.file.model_copy(update={"mapping": mapped.fields}),
        rows_read=commit.rows_read,
        counts=commit.counts,
        contacts_created=commit.contacts_created,
        reasons=commit.reasons,
        message=commit.message,
        started_at=started_at,
        ended_at=ended_at,
        timings=(work.get("timings", Timings) or Timings()).stages,
        rejected_file=work.home.relative(rejected) if rejected else None,
        report_file=work.home.relative(folder / "report.html"),
    )


def _rejected_rows(work: WorkFolder) -> Iterator[pl.DataFrame]:
    """Yield the rows that did not become leads, cells as in the file, with outcome and reasons."""
    verdicts = pl.read_parquet(
        _table(work, "rejected_leads"),
        columns=["row_number", "outcome", "reason_codes", "hints"],
        glob=False,
        memory_map=False,
    )
    verdicts = verdicts.rename({"reason_codes": "row_reasons", "hints": "row_hints"})
    for part in work.read_rows(RAW, verdicts["row_number"]):
        rows = part.drop("reasons").join(verdicts, on="row_number", how="inner", maintain_order="left")
        yield rows.rename({"row_reasons": "reasons"})


def _refused(work: WorkFolder, refusal: Refusal, started_at: datetime, ended_at: datetime) -> ImportResult:
    manifest, read = work.manifest, work.get("read", ReadFacts)
    file = FileFacts(file_name=manifest.file_name, file_sha256=manifest.file_sha256, file_bytes=manifest.file_bytes)
    return ImportResult(
        import_id=manifest.import_id,
        status=ImportStatus.QUARANTINED,
        profile=manifest.profile.name,
        destination=str(manifest.profile.destination),
        file=read.file if read else file,
        rows_read=None,
        reasons=(ReasonCount(code=refusal.code, outcome="file", count=1),),
        message=refusal.message,
        started_at=started_at,
        ended_at=ended_at,
        timings=(work.get("timings", Timings) or Timings()).stages,
        report_file=work.home.relative(work.home.reports / manifest.import_id / "report.html"),
    )
