"""Runs the steps of imports, for whoever schedules them: each over several imports, one after the other. A refused file
is a result, so that the others go on; an import that is finished is left alone, so every step may be run again.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from lead_pipeline.filing.activity.activity_manifests import count_activity_run, load_activity_manifest
from lead_pipeline.filing.decisions import started_at, state_of
from lead_pipeline.filing.home import Home, masked_name
from lead_pipeline.filing.inbox import source_of
from lead_pipeline.filing.life_cycle import count_run, is_finished, load_manifest, note_waiting
from lead_pipeline.filing.list_manifests import load_list_manifest
from lead_pipeline.filing.locks import acquire, locked, release
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.activity.activity_drops import load_staged
from lead_pipeline.importing.activity.activity_results import activity_metadata
from lead_pipeline.importing.approval import commit_or_hold, may_yet_wait
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.concluding import earlier_result, report_import
from lead_pipeline.importing.facts import CommitFacts, HeldNumbers, ReadFacts, Refusal, Timings
from lead_pipeline.importing.findings import REFUSED, Check, Examined, Finding, examined, why_not
from lead_pipeline.importing.handed_in.kept_progress import progress_kept
from lead_pipeline.importing.lists.delivered_list import load_and_put_away
from lead_pipeline.importing.lists.refused_lists import note_refused_deliveries
from lead_pipeline.importing.lists.suppression_list import as_metadata
from lead_pipeline.importing.progress import report_waiting
from lead_pipeline.importing.sequels.recoveries import recoveries_of
from lead_pipeline.importing.steps import map_leads, normalize_leads, read_file, record_refusal
from lead_pipeline.importing.webhooks.webhooks_of_home import send_webhooks
from lead_pipeline.importing.withheld import errors_without_values
from lead_pipeline.model.errors import (
    ConnectionLostError,
    FileRefusedError,
    ScreeningError,
    StoreFullError,
    StoreLockedError,
    StoreMemoryError,
)
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.notifying.delivery import deliver
from lead_pipeline.reporting.activity_report import activity_report
from lead_pipeline.reporting.list_report import list_report
from lead_pipeline.reporting.summary import markdown_summary, metadata_numbers, summary_line
from lead_pipeline.reporting.waterfall_wording import step_records, usable_rows
from lead_pipeline.store.opening import open_store
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.settings import OnWait, StoreSettings, settings_to_try

__all__ = ["Checked", "Engine", "OnWait", "Report"]

#: Numbers about one import by name; `rows` are the rows of the table that a step made.
Numbers = dict[str, int]

Step = Callable[[WorkFolder], Numbers]

#: The store was not to be had, which says nothing about a file: it is tried for as long as that lasts.
_STORE_AWAY = (ConnectionLostError, StoreLockedError, StoreFullError)


@dataclass(frozen=True, slots=True)
class Report:
    """What people are shown of an import that ended or waits."""

    result: ImportResult
    source: str  # folder below that of the profile from which the file came, empty for none
    line: str  # one line, for logs
    summary: str  # Markdown
    numbers: dict[str, int | float]
    files: dict[str, Path]  # the report, and the rejected file if there is one
    left_out: list[dict[str, str | int]]  # by which rules rows were left out, a line of a table each
    recoveries: dict[str, dict[str, str | int]]  # of imports whose rows this one recovered: what is to be noted of them

    @property
    def is_committed(self) -> bool:
        """Return whether its leads are in the store."""
        return self.result.status in COMMITTED

    @property
    def is_refused(self) -> bool:
        """Return whether nothing of it was imported although nobody decided so."""
        return self.result.status in REFUSED

    @property
    def waits(self) -> bool:
        """Return whether a person is asked about it."""
        return self.result.status == ImportStatus.AWAITING_APPROVAL

    @property
    def why(self) -> str:
        """Return why it was refused, for where everybody reads."""
        return why_not(self.result)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found of an import; with what people are shown of it where it did not pass."""

    import_id: str
    finding: Finding
    shown: Report | None


class Engine:
    """The imports of one home. A step locks the imports that it works on; `release` ends that, as does the process."""

    def __init__(self, home: Home, *, store_wait: float = 60.0, lock_wait: float = 600.0) -> None:
        """Choose the home, and the seconds to wait for the store, and for an import that another process works on."""
        self.home = home
        self._settings = StoreSettings(wait_seconds=store_wait)
        self._lock_wait = lock_wait
        self._locks: dict[str, int] = {}
        self._examined: dict[str, Examined] = {}  # what is looked at by one check after the other

    def read_files(self, import_ids: Sequence[str]) -> dict[str, Numbers]:
        """Read staged files into `raw_leads`, from scratch; return the numbers of each import that has the table now.

        One that was committed before has none. One that was refused or cancelled is missing, and so is one that may
        yet have to wait for a person: `commit` says of that what it was made of.
        """
        return dict(self._made("raw_leads", read_file, import_ids, from_scratch=True))

    def map_leads(self, import_ids: Sequence[str]) -> dict[str, Numbers]:
        """Make `mapped_leads` of `raw_leads`; return as `read_files`."""
        return dict(self._made("mapped_leads", map_leads, import_ids))

    def normalize_leads(self, import_ids: Sequence[str]) -> dict[str, Numbers]:
        """Make `normalized_leads` of `mapped_leads`; return as `read_files`."""
        return dict(self._made("normalized_leads", partial(normalize_leads, at=utc_now()), import_ids))

    def commit(self, import_ids: Sequence[str], on_wait: OnWait) -> dict[str, dict[str, Numbers]]:
        """Screen and commit imports, with the store open for as long as it takes and no longer.

        Returns: of `imported_leads` and `rejected_leads` the numbers of each import that is committed, and of the
        tables before them those of imports that might have had to wait. What is refused, cancelled or waits is missing.

        Raises: ScreeningError, after all others are committed, when one cannot be screened; it stays staged and waits.
        """
        self._examined.clear()
        try:
            committed, stopped = self._committed_frugally(import_ids, on_wait)
        except _STORE_AWAY:
            for work in self._works(import_ids):
                count_run(self.home, work.manifest, -1)
            raise
        if stopped:
            raise stopped[0]
        return committed

    def _committed_frugally(
        self, import_ids: Sequence[str], on_wait: OnWait
    ) -> tuple[dict[str, dict[str, Numbers]], list[ScreeningError]]:
        *tries, last = settings_to_try(self._settings, self._rows_of(import_ids))
        for settings in tries:
            try:
                return self._committed(import_ids, self._store(on_wait, settings))
            except StoreMemoryError:  # what cannot be spilled needs more; what is committed already stays so
                continue
        return self._committed(import_ids, self._store(on_wait, last))

    def _committed(
        self, import_ids: Sequence[str], opened: AbstractContextManager[LeadStore]
    ) -> tuple[dict[str, dict[str, Numbers]], list[ScreeningError]]:
        stopped: list[ScreeningError] = []
        committed: dict[str, dict[str, Numbers]] = {"imported_leads": {}, "rejected_leads": {}}
        with opened as store:
            note_refused_deliveries(store, self.home)
            for work in self._works(import_ids):
                import_id = work.manifest.import_id
                if is_finished(self.home, import_id):
                    if is_imported(self.home, import_id):
                        committed["imported_leads"][import_id] = committed["rejected_leads"][import_id] = {}
                    continue
                try:
                    numbers = errors_without_values(f"committing {import_id}", partial(_commit, work, store))
                except ScreeningError as error:  # the others of the run may be screened by other lists
                    note_waiting(self.home, work.manifest, str(error))
                    stopped.append(error)
                    continue
                for table, made in numbers.items():
                    committed.setdefault(table, {})[import_id] = made
        return committed, stopped

    def report(self, import_ids: Sequence[str], warn: Callable[[str], object]) -> list[Report]:
        """Report imports and finish them; of one that was finished before, return what came of it then.

        Emails are sent when all of them are finished: a mail server that does not answer delays no import.
        """
        self._examined.clear()
        ended = [
            (work.manifest, errors_without_values(f"reporting {work.manifest.import_id}", partial(_report, work)))
            for work in self._works(import_ids)
        ]
        own_imports = {result.import_id for _, result in ended}
        deliver(self.home, utc_now(), os.environ, warn, own_imports=own_imports)
        send_webhooks(self.home, utc_now(), os.environ, warn, own_imports=own_imports)
        return [self._described(manifest, result) for manifest, result in ended]

    def check(self, check: Check, import_ids: Sequence[str]) -> list[Checked]:
        """Return what a check finds of each import, between its commit and its report or after its end."""
        return [self._checked(check, work) for work in self._works(import_ids)]

    def _checked(self, check: Check, work: WorkFolder) -> Checked:
        import_id = work.manifest.import_id
        if import_id not in self._examined:
            self._examined[import_id] = examined(work)
        one = self._examined[import_id]
        finding = check(one)
        return Checked(import_id, finding, None if finding.passed else self._described(work.manifest, one.result))

    def load_list(self, list_id: str, on_wait: OnWait) -> dict[str, Any]:
        """Load a staged suppression list, and put it away where it came from the inbox; return what came of it as
        metadata.
        """
        with locked(self.home, list_id, self._lock_wait), self._store(on_wait) as store:
            note_refused_deliveries(store, self.home)
            loaded = load_and_put_away(store, load_list_manifest(self.home, list_id), self.home, utc_now())
            return {"summary": list_report(loaded)} | as_metadata(loaded)

    def load_activity(self, drop_id: str, on_wait: OnWait) -> dict[str, Any]:
        """Load a staged drop of call activity; return what came of it as metadata."""
        with locked(self.home, drop_id, self._lock_wait):
            count_activity_run(self.home, drop_id)
            try:
                with self._store(on_wait) as store:
                    manifest = load_activity_manifest(self.home, drop_id)
                    result = load_staged(store, manifest, self.home, utc_now())
            except _STORE_AWAY:
                count_activity_run(self.home, drop_id, -1)
                raise
            return {"summary": activity_report(result)} | activity_metadata(result)

    def send_emails(self, warn: Callable[[str], object]) -> int:
        """Send the emails and webhooks that are due, and return how many were sent."""
        sent = deliver(self.home, utc_now(), os.environ, warn)
        return sent + send_webhooks(self.home, utc_now(), os.environ, warn)

    def release(self) -> None:
        """Release the locks of the imports that steps have worked on."""
        while self._locks:
            import_id, descriptor = self._locks.popitem()
            release(self.home, import_id, descriptor)

    def _rows_of(self, import_ids: Sequence[str]) -> int:
        """Return the rows of the largest of some imports, as far as they were read."""
        read = [work.get("read", ReadFacts) for work in self._works(import_ids)]
        return max((facts.rows_read for facts in read if facts), default=0)

    def _store(self, on_wait: OnWait, settings: StoreSettings | None = None) -> AbstractContextManager[LeadStore]:
        def report(waited: float, holder: str) -> None:
            report_waiting(waited, holder)
            on_wait(waited, holder)

        return open_store(self.home.root, settings=settings or self._settings, on_wait=report)

    def _works(self, import_ids: Sequence[str]) -> Iterator[WorkFolder]:
        """Yield the work folders of imports, locked against every other process."""
        for import_id in import_ids:
            if import_id not in self._locks:
                self._locks[import_id] = acquire(self.home, import_id, self._lock_wait)
            yield WorkFolder(self.home, load_manifest(self.home, import_id))

    def _made(
        self, table: str, step: Step, import_ids: Sequence[str], *, from_scratch: bool = False
    ) -> Iterator[tuple[str, Numbers]]:
        """Run a step that works on parts, and yield its numbers; `from_scratch` drops what an earlier attempt left."""
        for work in self._works(import_ids):
            import_id = work.manifest.import_id
            if is_finished(self.home, import_id):
                if is_imported(self.home, import_id):
                    yield import_id, {}
                continue
            if from_scratch:
                count_run(self.home, work.manifest)
                work.clear()
            numbers = errors_without_values(f"making {table} of {import_id}", partial(_make, work, table, step))
            if numbers is not None:
                yield import_id, numbers

    def _described(self, manifest: Manifest, result: ImportResult) -> Report:
        files = {
            "report": result.report_file,
            "rejected_file": result.rejected_file,
            "rejected_workbook": result.rejected_workbook,
            "warned_file": result.warned_file,
        }
        masked = _with_masked_name(result)
        return Report(
            result=result,
            source=source_of(self.home, manifest),
            line=f"{result.import_id}: {summary_line(masked)}",
            summary=markdown_summary(masked, self.home.root),
            numbers=metadata_numbers(result),
            files={name: self.home.root / path for name, path in files.items() if path},
            left_out=step_records(result.waterfall, usable_rows(result)),
            recoveries=recoveries_of(self.home, result),
        )


def _with_masked_name(result: ImportResult) -> ImportResult:
    """Return a result for the scheduler's log: names of files are names of people often enough."""
    name = result.file.file_name
    file = result.file.model_copy(update={"file_name": masked_name(name)})
    message = result.message and result.message.replace(name, masked_name(name))
    return result.model_copy(update={"file": file, "message": message})


def _make(work: WorkFolder, table: str, step: Step) -> Numbers | None:
    """Make one table of an import; return None where nobody is to see it: of a file that is refused or cancelled, and
    of one that may yet have to wait.
    """
    state = state_of(work.home, work.manifest)
    if work.get("refusal", Refusal) is not None or state == "cancelled":
        return None
    started = perf_counter()
    try:
        with progress_kept(work):
            numbers = step(work)
    except FileRefusedError as error:
        code = work.manifest.refusal_code or error.reason or Reason.FILE_UNREADABLE
        work.put("refusal", Refusal(code=code, message=str(error)))
        _note_seconds(work, table, started)
        return None
    _note_seconds(work, table, started)
    if state != "approved" and may_yet_wait(work):
        held = work.get("held", HeldNumbers) or HeldNumbers()
        work.put("held", held.with_table(table, numbers))
        return None
    return numbers


def _commit(work: WorkFolder, store: LeadStore) -> dict[str, Numbers]:
    """Commit, hold or refuse an import; return the numbers of the tables that people are to see now, by their names."""
    started, refusal = perf_counter(), work.get("refusal", Refusal)
    if refusal is not None:
        record_refusal(work, store, refusal, utc_now())
        _note_seconds(work, "imported_leads", started)
        return {}
    with progress_kept(work):
        published = commit_or_hold(work, store, utc_now())
    _note_seconds(work, "imported_leads", started)
    facts = work.get("committed", CommitFacts)
    if facts is None or facts.status not in COMMITTED:
        return {}
    counts = {f"rows_{name}": rows for name, rows in facts.counts.model_dump().items()}
    held = work.get("held", HeldNumbers) or HeldNumbers()
    return held.by_table | {
        "imported_leads": {"rows": published["imported"]} | counts,
        "rejected_leads": {"rows": published["rejected"]} | counts,
    }


def _report(work: WorkFolder) -> ImportResult:
    if is_finished(work.home, work.manifest.import_id):
        return earlier_result(work.home, work.manifest.import_id)
    with progress_kept(work):
        result = report_import(work, started_at(work.home, work.manifest), utc_now(), os.environ)
    work.clear()
    return result


def _note_seconds(work: WorkFolder, table: str, started: float) -> None:
    timings = work.get("timings", Timings) or Timings()
    work.put("timings", timings.with_stage(table, perf_counter() - started))
