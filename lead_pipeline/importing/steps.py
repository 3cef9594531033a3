"""One function per step of an import: takes the work folder, calls the rooms, leaves parts and facts.
What a row or value means does not belong here.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import polars as pl

from lead_pipeline.filing.archive import restore_copy
from lead_pipeline.filing.atomic import published_path
from lead_pipeline.filing.staging import has_grown
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.committing import commit_import
from lead_pipeline.importing.facts import (
    CommitFacts,
    MappedFacts,
    ReadFacts,
    Refusal,
    column_mapping,
    supplying_columns,
)
from lead_pipeline.importing.layout_drift import layout_text, records_layout
from lead_pipeline.importing.managing.settings_in_force import Settings
from lead_pipeline.importing.managing.time_zones_of_leads import places_among
from lead_pipeline.importing.progress import report_outcomes, report_progress, with_progress
from lead_pipeline.importing.row_files.kept_rows import SuggestionsKept, keep_warned
from lead_pipeline.importing.row_files.suggestions import SuggestedRows, SuggestionsOnTrial, suggested_rows
from lead_pipeline.importing.sequels.cells_of_files import cells_of_import, cells_of_work
from lead_pipeline.importing.sequels.judging_again import rows_to_judge
from lead_pipeline.importing.sequels.recoveries import publish_recoveries, tell_sequels_before
from lead_pipeline.mapping.column_names import certain_names, contact_columns, shown_names
from lead_pipeline.mapping.columns import ColumnMapping, attribute_names, map_columns
from lead_pipeline.mapping.do_not_contact import (
    do_not_contact_rows,
    find_do_not_contact_columns,
    why_unclear,
)
from lead_pipeline.mapping.layout_changes import count_filled
from lead_pipeline.mapping.rows import map_rows
from lead_pipeline.mapping.supplying import SourceNames, supplied_names
from lead_pipeline.model.column_layout import FilledCells
from lead_pipeline.model.contracts import mapped_leads, normalized_leads, raw_leads, validate_contract
from lead_pipeline.model.errors import FileUnreadableError
from lead_pipeline.model.fields import SUGGESTIONS
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import REASONS, SKIPPED_CODES, Reason, in_registry_order
from lead_pipeline.model.results import FileFacts, ReasonCount
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.reading import open_rows
from lead_pipeline.screening.sequels.cells import header_key
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import Conclusion, ImportRecord, LedgerCounts, LedgerEntry
from lead_pipeline.validating.rows import validate_rows

#: So many originals are written to the store at once: a row group of DuckDB's (2.0), which then need not stay in memory
#: until the transaction ends, as what is less does.
_ORIGINALS_TOGETHER = 122_880

RAW, MAPPED, NORMALIZED = "raw_leads", "mapped_leads", "normalized_leads"


def read_file(work: WorkFolder) -> dict[str, int]:
    """Read the staged file into parts of `raw_leads`; raises FileRefusedError or a subclass.

    Also where its columns are not those that the profile needs: a file is refused before any table is made of it.
    """
    manifest = work.manifest
    if manifest.refusal is not None:
        raise FileUnreadableError(manifest.refusal)
    if manifest.dropped and all(map(has_grown, manifest.dropped)):
        raise FileUnreadableError(
            f"'{manifest.file_name}' was written to after it was taken: its upload had only paused. Nothing of this "
            "half was imported; the whole file is in the inbox, and is imported by itself when nobody writes it any "
            "more. To prevent this, upload under a temporary name and rename the file, or set `settle:` in the profile."
        )
    restore_copy(work.home, manifest)
    reader = open_rows(manifest.staged_file(work.home), file_name=manifest.file_name, options=manifest.profile.reading)
    batches = (
        validate_contract(batch, raw_leads()) for batch in with_progress(RAW, rows_to_judge(work, reader.batches()))
    )
    rows = work.write_parts(RAW, batches)
    report_progress(RAW, rows, total=rows)
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
        columns=_shown([column.name for column in reader.columns], manifest.profile),
    )
    work.put("read", ReadFacts(columns=reader.columns, file=facts, rows_read=rows))
    _mapping_of(work, _first_rows(work))
    return {"rows": rows, "columns": len(reader.columns)}


def _shown(columns: list[str], profile: ImportProfile, sample: pl.DataFrame | None = None) -> tuple[str, ...]:
    """Return what reports call the columns, in file order: names that may be values of a row are not shown."""
    certain = certain_names(columns, profile, contact_columns(sample, columns))
    return tuple(shown_names(columns, certain).values())


def map_leads(work: WorkFolder) -> dict[str, int]:
    """Give each column its field or make it an attribute, and note the layout; raises RequiredColumnUnmappedError."""
    profile, columns = work.manifest.profile, [column.name for column in work.require("read", ReadFacts).columns]
    sample = _first_rows(work)
    mapping = _mapping_of(work, sample)
    source = SourceNames(file_name=work.manifest.file_name, folder=work.manifest.folder)
    contract, is_noted = mapped_leads(profile), records_layout(profile, mapping)
    counted: list[FilledCells] = []
    stops, said = find_do_not_contact_columns(columns, profile), [do_not_contact_rows(sample.head(0), ())]

    def mapped(batch: pl.DataFrame) -> pl.DataFrame:
        said.append(do_not_contact_rows(batch, stops).filter(pl.col("kind").is_null()))
        if is_noted:
            counted.append(count_filled(batch, columns))
        return validate_contract(map_rows(batch, mapping, profile, source), contract)

    rows = work.write_parts(MAPPED, with_progress(MAPPED, work.map_parts(RAW, mapped)))
    facts = MappedFacts(
        fields=mapping.fields,
        joined=mapping.joined,
        attributes=mapping.attributes,
        ignored=mapping.ignored,
        supplied=tuple(sorted(supplied_names(mapping, profile))),
        layout=layout_text(columns, counted, sample, profile.default_region) if is_noted else "",
        shown=_shown(columns, profile, sample),
        unclear_consent=why_unclear(pl.concat(said), stops, profile),
    )
    work.put("mapped", facts)
    return {"rows": rows, "fields": len(mapping.fields), "attributes": len(mapping.attributes)}


def _first_rows(work: WorkFolder) -> pl.DataFrame:
    columns = [column.name for column in work.require("read", ReadFacts).columns]
    return next(work.read_parts(RAW), pl.DataFrame(schema=dict.fromkeys(columns, pl.String)))


def _mapping_of(work: WorkFolder, sample: pl.DataFrame) -> ColumnMapping:
    """Return which column supplies which field; raises FileRefusedError where the profile needs one that is missing."""
    columns = [column.name for column in work.require("read", ReadFacts).columns]
    return map_columns(columns, work.manifest.profile, sample)


def normalize_leads(work: WorkFolder, at: datetime | None = None) -> dict[str, int]:
    """Make the values canonical and validate each row by the profile's rules; `at` is when consents are judged."""
    profile = work.manifest.profile
    contract = normalized_leads(profile)
    faulty: list[int] = []
    places = _places(work) if profile.lead_management.require.time_zone else {}

    def judged(batch: pl.DataFrame) -> pl.DataFrame:
        return validate_rows(normalize_rows(batch, profile, places), profile, at)

    def validated(batch: pl.DataFrame) -> tuple[pl.DataFrame, SuggestedRows]:
        rows = judged(batch)
        return validate_contract(rows.drop(SUGGESTIONS), contract), suggested_rows(batch, rows)

    trial = SuggestionsOnTrial(judged, SuggestionsKept(work).keep)

    def normalized() -> Iterator[pl.DataFrame]:
        for rows, suggested in work.use_up_parts(MAPPED, validated):
            faulty.append(int((rows["reasons"].list.len() > 0).sum()))
            trial.add(suggested)
            yield rows

    rows = work.write_parts(NORMALIZED, with_progress(NORMALIZED, normalized(), _rows_and_invalid))
    trial.finish()
    return {"rows": rows, "rows_with_reasons": sum(faulty)}


def _places(work: WorkFolder) -> dict[str, list[str]]:
    """Return which attributes say where somebody is: postal codes, states, countries that are no fields."""
    return places_among(_names_of_attributes(work))


def _names_of_attributes(work: WorkFolder) -> list[str]:
    """Return every name that an attribute of a row may have, those of the file's columns first."""
    profile, mapped = work.manifest.profile, work.require("mapped", MappedFacts)
    columns = column_mapping(work.require("read", ReadFacts), mapped)
    given = (*profile.attributes, *profile.attribute_defaults, *profile.lead_management.additional_data)
    return list(dict.fromkeys([*attribute_names(columns, profile).values(), *given]))


def _rows_and_invalid(batch: pl.DataFrame) -> tuple[int, int]:
    """Return how many rows a batch has, and how many of them are invalid; a blank row is nobody's mistake."""
    invalid = (batch["reasons"].list.len() > 0) & ~batch["reasons"].list.first().is_in(SKIPPED_CODES)
    return batch.height, int(invalid.sum())


def commit_leads(
    work: WorkFolder,
    store: LeadStore,
    at: datetime,
    layout_changes: tuple[str, ...] = (),
    settings: Settings = (),
    on_commit: Callable[[WorkFolder], object] | None = None,
) -> dict[str, int]:
    """Screen and write the import in one transaction, and publish its rows as Parquet after the commit. `settings` is
    what the files of destinations say; `on_commit` is called in between, as soon as the facts are known.

    The normalized parts end here; of the raw ones the rejected file needs the rows that were left out.
    """
    report_progress("imported_leads", 0)
    record, profile = record_of(work), work.manifest.profile
    entry = commit_import(store, record, profile, staged_rows(work), at=at, settings=settings)
    work.put("committed", facts_of(entry, store.ledger_counts(entry.import_no), layout_changes))
    if on_commit is not None:
        on_commit(work)
    with store.for_another_thread() as other, ThreadPoolExecutor(1) as aside:
        leads = aside.submit(_publish_leads, work, other, at)
        rejected = _publish_rejected(work, store)
        facts = work.require("committed", CommitFacts)
        sequel = facts.sequel
        publish_recoveries(work.home, store, work.manifest.import_id, sequel)
        tell_sequels_before(work.home, store, sequel)
        if facts.has_warnings:
            keep_warned(work, store)
        imported = leads.result()
    work.drop_parts(NORMALIZED)
    report_outcomes("imported_leads", entry.counts, imported=True)
    return {"imported": imported, "rejected": rejected}


def staged_rows(work: WorkFolder) -> StagedRows:
    """Return the normalized rows of an import, as they are handed over for the commit."""
    read, mapped = work.require("read", ReadFacts), work.require("mapped", MappedFacts)
    return StagedRows(
        parts=tuple(str(path) for path in work.part_paths(NORMALIZED)),
        rows_read=read.rows_read,
        supplied=frozenset(mapped.supplied),
        raw_rows=partial(_original_rows, work, read),
        attributes=_names_of_attributes(work),
        columns=supplying_columns(read, mapped),
        do_not_contact=_do_not_contact(work, read),
        cells=cells_of_work(work, RAW),
        cells_of_import=partial(cells_of_import, work),
    )


def _do_not_contact(work: WorkFolder, read: ReadFacts) -> pl.DataFrame | None:
    """Return the rows that say of themselves that they may not be contacted, None where no column says so."""
    stops = find_do_not_contact_columns([column.name for column in read.columns], work.manifest.profile)
    if not stops:
        return None
    said = (do_not_contact_rows(part, stops).drop_nulls("kind") for part in work.read_parts(RAW))
    return pl.concat(rows.select("row_number", "kind").unique() for rows in said)


def facts_of(entry: LedgerEntry, counts: LedgerCounts, layout_changes: tuple[str, ...]) -> CommitFacts:
    """Return what the ledger says of an import, and what its rows come to when they are counted."""
    return CommitFacts(
        status=entry.status,
        rows_read=entry.rows_read,
        counts=entry.counts,
        ledger_rows=counts.rows,
        ledger_numbers=counts.row_numbers,
        contacts_created=entry.contacts_created,
        reasons=_with_outcomes(counts.reasons),
        message=entry.message,
        layout_changes=layout_changes,
        leads_overwritten=counts.leads_overwritten,
        rows_not_taken=counts.rows_not_taken,
        waterfall=counts.waterfall,
        lead_changes=counts.lead_changes,
        sequel=counts.sequel,
    )


def record_refusal(work: WorkFolder, store: LeadStore, refusal: Refusal, at: datetime) -> None:
    """Write into the ledger that the file was refused."""
    store.record(record_of(work), Conclusion(ImportStatus.QUARANTINED, at, message=refusal.message))


def record_of(work: WorkFolder) -> ImportRecord:
    """Return the facts of an import that the ledger keeps."""
    manifest, mapped, read = work.manifest, work.get("mapped", MappedFacts), work.get("read", ReadFacts)
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
        header_key=header_key([column.name for column in read.columns]) if read else None,
        judges_again=manifest.again.first if manifest.again else "",
    )


def _original_rows(work: WorkFolder, read: ReadFacts, wanted: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield `row_number raw` of the wanted rows: the cells as they are in the file, as a JSON object."""
    names = [column.name for column in read.columns]
    for rows in work.read_rows(RAW, wanted["row_number"], together=_ORIGINALS_TOGETHER):
        cells = [*names, "extra_cells"] if rows["extra_cells"].count() else names
        yield rows.select("row_number", raw=pl.struct(cells).struct.json_encode())


def _with_outcomes(counts: Iterable[ReasonCount]) -> tuple[ReasonCount, ...]:
    """Return the reasons in registry order, each with the outcome that the registry gives it."""
    found = list(counts)
    order = {code: index for index, code in enumerate(in_registry_order(count.code for count in found))}
    complete = [
        count.model_copy(update={"outcome": count.outcome or REASONS[Reason(count.code)].effect}) for count in found
    ]
    return tuple(sorted(complete, key=lambda count: (order[Reason(count.code)], count.outcome)))


def _publish_leads(work: WorkFolder, store: LeadStore, at: datetime) -> int:
    """Publish the leads of an import as a Parquet file that appears whole or not at all."""
    with published_path(work.published("imported_leads")) as path:
        parts = work.part_paths(NORMALIZED)
        return store.publish_leads(work.manifest.import_id, path, parts=parts, committed_at=at)


def _publish_rejected(work: WorkFolder, store: LeadStore) -> int:
    """Publish its rejected leads in the same way."""
    with published_path(work.published("rejected_leads")) as path:
        return store.publish_rejected(work.manifest.import_id, path)
