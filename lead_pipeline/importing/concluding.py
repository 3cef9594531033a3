"""What people get of an import: its result with report, files of rows and email; then the file is archived or
quarantined, and the receipt written. What became of the rows is read from facts; nothing is decided here.
"""

from collections.abc import Mapping
from datetime import datetime

from lead_pipeline.filing.archive import archive_import, quarantine_import
from lead_pipeline.filing.atomic import Lasting
from lead_pipeline.filing.decisions import await_decision, started_at
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.inbox import source_of
from lead_pipeline.filing.json_files import read_json, write_json
from lead_pipeline.filing.late_bytes import begun_as
from lead_pipeline.filing.life_cycle import finish
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import (
    Cancellation,
    CommitFacts,
    MappedFacts,
    ReadFacts,
    Refusal,
    Timings,
    supplying_columns,
)
from lead_pipeline.importing.progress import report_progress
from lead_pipeline.importing.row_files.writing_row_files import with_row_files
from lead_pipeline.importing.sequels.recoveries import tell_first_imports, tell_late_recoveries, with_recoveries
from lead_pipeline.model.errors import ImportNotFoundError, ProfileError, counted
from lead_pipeline.model.formula_injection import added_columns
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.results import FileFacts, ImportResult, ReasonCount
from lead_pipeline.model.webhooks.webhook_settings import WebhookSettings
from lead_pipeline.notifying.announcements import announce, is_continued
from lead_pipeline.notifying.delivery import post_message, with_notice
from lead_pipeline.notifying.webhooks.webhook_delivery import post_webhooks
from lead_pipeline.profiles.webhooks.webhook_file import load_webhooks
from lead_pipeline.reporting.report import write_report
from lead_pipeline.reporting.sequel_wording import sequel_sentences
from lead_pipeline.reporting.wording import status_sentence

#: What is said until they are there.
_FILES_TO_COME = "The leads are imported; the files of the rows that were left out are being written."

#: The view of the store that has both values where a row met a lead with another one.
_DIFFERING = "the view `differing_values`"


def report_import(
    work: WorkFolder, started_at: datetime, ended_at: datetime, environment: Mapping[str, str]
) -> ImportResult:
    """Write what people get: files of rows, report, result, email; then archive the file and write the receipt.

    In this order: a crash in between leaves the import without a receipt, so that it is run again, finds itself
    committed, and ends up here. The file of an import that waits for a person stays where it is, and a question takes
    the receipt's place. `environment` says whether emails can be sent, and where people find the report.
    """
    report_progress("import_report", 0)
    return _conclude(work.home, work.manifest, with_row_files(work, result_of(work, started_at, ended_at)), environment)


def report_commit(work: WorkFolder, at: datetime) -> None:
    """Write report and result as soon as an import is committed, for who looks: tables and files of rows, which take
    longer of a large file, are written after them, and then both again. Emails are of the latter.
    """
    result = result_of(work, started_at(work.home, work.manifest), at)
    result = result.model_copy(update={"notices": (*result.notices, _FILES_TO_COME)})
    folder = work.home.reports / work.manifest.import_id
    # Both are written again, and then to last, before there is a receipt; without one the import is run again.
    write_report(folder / "report.html", result, work.home.root, Lasting.WHOLE)
    write_json(folder / "result.json", result, Lasting.WHOLE)


def set_aside(
    home: Home, manifest: Manifest, message: str, at: datetime, environment: Mapping[str, str]
) -> ImportResult:
    """Conclude an import that cannot be completed, for a reason that is not the file's own."""
    work = WorkFolder(home, manifest)
    result = _without_rows(work, ImportStatus.FAILED, message, manifest.staged_at, at)
    return _conclude(home, manifest, result, environment)


def earlier_result(home: Home, import_id: str) -> ImportResult:
    """Return what came of a finished import; raises ImportNotFoundError when its result is gone."""
    result = read_json(home.reports / import_id / "result.json", ImportResult)
    if result is None:
        raise ImportNotFoundError(
            f"Import {import_id} is finished, but its result is no longer under {home.reports}. "
            "The ledger still has it: `lead-pipeline history`."
        )
    is_imported = result.status in COMMITTED
    result = with_recoveries(home, result) if is_imported else result
    return result.model_copy(update={"already_imported": is_imported})


def _conclude(home: Home, manifest: Manifest, result: ImportResult, environment: Mapping[str, str]) -> ImportResult:
    result = _with_beginning(home, manifest, _continued(home, result, manifest))
    folder, result = home.reports / manifest.import_id, with_notice(home, result, manifest, environment)
    hooks, result = _webhooks(home, result)
    write_report(folder / "report.html", result, home.root, Lasting.WHOLE)
    write_json(folder / "result.json", result)  # which flushes the folder of both
    if result.status in COMMITTED:
        again = [(manifest.again.first, manifest.import_id)] if manifest.again else []
        tell_first_imports(home, result.sequel, again)
        result = tell_late_recoveries(home, result)
    post_message(home, manifest, result, environment)
    post_webhooks(home, hooks, manifest, result)
    announce(home, manifest, result)
    if result.status == ImportStatus.AWAITING_APPROVAL:
        await_decision(home, manifest, result.ended_at)
        return result
    if result.status in COMMITTED:
        archive_import(home, manifest)
    else:
        quarantine_import(home, manifest, _why_set_aside(result))
    finish(home, manifest, result.status, result.ended_at)
    return result


def _webhooks(home: Home, result: ImportResult) -> tuple[WebhookSettings, ImportResult]:
    """Return whom to tell of the import; where nobody can be read from the home's file, say so instead."""
    try:
        return load_webhooks(home.root), result
    except ProfileError as error:
        said = f"No webhook was told of this import, for their file is wrong. {' '.join(str(error).splitlines())}"
        return WebhookSettings(), result.model_copy(update={"notices": (*result.notices, said)})


def _continued(home: Home, result: ImportResult, manifest: Manifest) -> ImportResult:
    """Say of an import that a command began, and did not see to its end, that this is its end."""
    if not is_continued(home, manifest):
        return result
    said = f"A command began this import and failed or was stopped; attempt {max(manifest.attempts, 2)} took it up."
    return result.model_copy(update={"notices": (*result.notices, said)})


def _add_notice(home: Home, import_id: str, said: str) -> None:
    """Add a sentence to the report of an import that ended before; may be repeated."""
    folder = home.reports / import_id
    earlier = read_json(folder / "result.json", ImportResult)
    if earlier is None or said in earlier.notices:
        return
    noted = earlier.model_copy(update={"notices": (*earlier.notices, said)})
    write_report(folder / "report.html", noted, home.root)
    write_json(folder / "result.json", noted)


def _with_beginning(home: Home, manifest: Manifest, result: ImportResult) -> ImportResult:
    """Say of a file of which a beginning was imported before, while it was still being uploaded, that this is so."""
    found = [
        begun_as(home, dropped, manifest.staged_file(home), result.ended_at)
        for dropped in manifest.dropped
        if result.status in COMMITTED and manifest.staged_file(home).exists()
    ]
    begun = next((one for one in found if one is not None and one.import_id != manifest.import_id), None)
    if begun is None:
        return result
    said = (
        f"The first {begun.file_bytes:,} bytes of this file were imported as {begun.import_id}, while it was still "
        f"being uploaded. Rows that are in both were matched with those; the last row of {begun.import_id} may have "
        "been cut in the middle: look at it, and correct it."
    )
    late = (
        "This file was still being uploaded when it was imported; the whole of it was imported as "
        f"{manifest.import_id}. The last row may have been cut in the middle: look at it, and correct it."
    )
    _add_notice(home, begun.import_id, late)
    return result.model_copy(update={"notices": (*result.notices, said)})


def _why_set_aside(result: ImportResult) -> str:
    """Return what the note beside the file says: why, and what was found while reading it, without which the advice may
    be that for another file.
    """
    cancelled = result.status == ImportStatus.CANCELLED
    why = f"{status_sentence(result)} {result.message}" if cancelled else result.message
    found = "\n".join(f"- {note}" for note in result.file.notes)
    return f"{why}\n\nWhat was found while reading the file:\n{found}" if found else why


def result_of(work: WorkFolder, started_at: datetime, ended_at: datetime) -> ImportResult:
    """Return what the facts of the steps say came of an import, or would come of it; nothing is written."""
    refusal, cancellation = work.get("refusal", Refusal), work.get("cancelled", Cancellation)
    if refusal is not None:
        return _refused(work, refusal, started_at, ended_at)
    if cancellation is not None:
        return _cancelled(work, cancellation, started_at, ended_at)
    return _finished(work, started_at, ended_at)


def _finished(work: WorkFolder, started_at: datetime, ended_at: datetime) -> ImportResult:
    read, mapped = work.require("read", ReadFacts), work.require("mapped", MappedFacts)
    commit, manifest = work.require("committed", CommitFacts), work.manifest
    return ImportResult(
        import_id=manifest.import_id,
        status=commit.status,
        profile=manifest.profile.name,
        destination=str(manifest.profile.destination),
        source=source_of(work.home, manifest),
        file=_shown_file(read, mapped),
        rows_read=commit.rows_read,
        counts=commit.counts,
        contacts_created=commit.contacts_created,
        reasons=commit.reasons,
        waterfall=commit.waterfall,
        lead_changes=commit.lead_changes,
        message=commit.message,
        layout_changes=commit.layout_changes,
        sequel=commit.sequel,
        notices=(
            *_sequel_notices(manifest, commit),
            *_differing_notices(commit),
            *_scrub_notices(manifest, commit),
        ),
        started_at=started_at,
        ended_at=ended_at,
        timings=(work.get("timings", Timings) or Timings()).stages,
        report_file=_report_file(work),
    )


def _shown_file(read: ReadFacts, mapped: MappedFacts) -> FileFacts:
    """Return the facts of the file with what its columns are for, by the names that may be shown. Not among the ignored
    ones are those that a file of ours has for people.
    """
    shown = dict(zip((column.name for column in read.columns), mapped.shown, strict=True))
    ours = added_columns([column.name for column in read.columns])
    ignored = tuple(shown[column] for column in mapped.ignored if column not in ours)
    mapping = supplying_columns(read, mapped)
    return read.file.model_copy(update={"columns": mapped.shown, "mapping": mapping, "ignored": ignored})


def _sequel_notices(manifest: Manifest, commit: CommitFacts) -> tuple[str, ...]:
    """Say which rows had been left out by earlier imports, and what becomes of them now."""
    if manifest.again is not None:
        return (f"These are the rows of {manifest.again.first} that became no lead; only they were judged again.",)
    return sequel_sentences(commit.sequel, supposed=commit.status not in COMMITTED)


def _differing_notices(commit: CommitFacts) -> tuple[str, ...]:
    """Say that rows and leads had different values, and where both are; overwriting is what an update is for."""
    leads, rows = counted(commit.leads_overwritten, "lead"), counted(commit.rows_not_taken, "row")
    overwritten = f"Values of {leads} give way to different ones in the file; an import keeps both in {_DIFFERING}."
    not_taken = f"Values of {rows} differ from those that their leads keep; an import keeps both in {_DIFFERING}."
    return (overwritten,) * bool(commit.leads_overwritten) + (not_taken,) * bool(commit.rows_not_taken)


def _scrub_notices(manifest: Manifest, commit: CommitFacts) -> tuple[str, ...]:
    """Say which rules about lists are off, and how many rows that let through."""
    warning = manifest.profile.scrub.rules.warning
    found = ", ".join(f"{counted(one.rows, 'row')} on lists of {one.rule}" for one in commit.waterfall.let_through)
    return (f"{warning} In this file: {found or 'nobody'}.",) if warning else ()


def _report_file(work: WorkFolder) -> str:
    return work.home.relative(work.home.reports / work.manifest.import_id / "report.html")


def _refused(work: WorkFolder, refusal: Refusal, started_at: datetime, ended_at: datetime) -> ImportResult:
    result = _without_rows(work, ImportStatus.QUARANTINED, refusal.message, started_at, ended_at)
    reason = ReasonCount(code=refusal.code, outcome="file", count=1)
    return result.model_copy(update={"reasons": (reason,)})


def _cancelled(work: WorkFolder, cancellation: Cancellation, started_at: datetime, ended_at: datetime) -> ImportResult:
    """Return the result that waited for a person, cancelled; what would have become of the rows stays in it."""
    waited = read_json(work.home.reports / work.manifest.import_id / "result.json", ImportResult)
    if waited is None:
        return _without_rows(work, ImportStatus.CANCELLED, cancellation.message, started_at, ended_at)
    changes = {"status": ImportStatus.CANCELLED, "message": cancellation.message, "ended_at": ended_at}
    return waited.model_copy(update=changes)


def _without_rows(
    work: WorkFolder, status: ImportStatus, message: str, started_at: datetime, ended_at: datetime
) -> ImportResult:
    """Return the result of an import whose rows were not screened."""
    manifest, read = work.manifest, work.get("read", ReadFacts)
    known = FileFacts(file_name=manifest.file_name, file_sha256=manifest.file_sha256, file_bytes=manifest.file_bytes)
    return ImportResult(
        import_id=manifest.import_id,
        status=status,
        profile=manifest.profile.name,
        destination=str(manifest.profile.destination),
        source=source_of(work.home, manifest),
        file=read.file if read else known,
        rows_read=None,
        message=message,
        started_at=started_at,
        ended_at=ended_at,
        timings=(work.get("timings", Timings) or Timings()).stages,
        report_file=_report_file(work),
    )
