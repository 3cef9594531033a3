"""Runs one step for every import of a Dagster run, one after the other; a refused file is a result, and others go on.
What a step does belongs in stages.py.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Any

import dagster as dg

from lead_pipeline.filing.decisions import started_at, state_of
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import is_finished
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.approval import commit_or_hold
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.concluding import earlier_result, report_import
from lead_pipeline.importing.facts import CommitFacts, Refusal, Timings
from lead_pipeline.importing.progress import report_waiting
from lead_pipeline.importing.steps import record_refusal
from lead_pipeline.model.errors import FileRefusedError
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.notifying.delivery import deliver
from lead_pipeline.orchestration.boundary import telling_dagster
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.reporting.summary import markdown_summary, metadata_numbers, summary_line
from lead_pipeline.store.settings import OnWait

#: The tag that says in the list of runs what came of the files: a run is green also when they wait or were refused.
_STATUS = "lead_pipeline/status"

Stage = Callable[[WorkFolder], dict[str, int]]


def run_stage(
    context: dg.AssetExecutionContext, home: HomeResource, table: str, stage: Stage, *, anew: bool = False
) -> None:
    """Run a step that works on parts for each import of the run, and attach its counts to each partition.

    `anew` forgets what an earlier, interrupted attempt left behind.
    """
    for work in _unfinished(context, home, f"making {table}"):
        if anew:
            work.clear()
        with telling_dagster(f"making {table} of {work.manifest.import_id}"):
            numbers = _refusable(work, table, stage)
        context.add_asset_metadata(_counted(numbers), asset_key=table, partition_key=work.manifest.import_id)


def run_commits(context: dg.AssetExecutionContext, home: HomeResource) -> None:
    """Commit each import of the run, with the store open for as long as it takes and no longer."""
    on_wait = waiting_logged(context)
    with telling_dagster("opening the store"), home.open_store(on_wait) as store:
        for work in _unfinished(context, home, "committing"):
            import_id, started = work.manifest.import_id, perf_counter()
            refusal = work.get("refusal", Refusal)
            if refusal is None:
                numbers = commit_or_hold(work, store, utc_now())
            else:
                record_refusal(work, store, refusal, utc_now())
                numbers = {"imported": 0, "rejected": 0}
            _time(work, "imported_leads", started)
            commit = work.get("committed", CommitFacts)
            counts = {f"rows_{name}": rows for name, rows in commit.counts.model_dump().items()} if commit else {}
            for table, rows in (("imported_leads", numbers["imported"]), ("rejected_leads", numbers["rejected"])):
                context.add_asset_metadata(_counted({"rows": rows}) | counts, asset_key=table, partition_key=import_id)


def run_reports(context: dg.AssetExecutionContext, home: HomeResource) -> None:
    """Report each import of the run, and finish it; for one that was finished before, show what came of it then.

    People are told when all of them are finished: a mail server that does not answer delays no import.
    """
    results = [_reported(work) for work in _works(context, home, "reporting")]
    with telling_dagster("sending emails"):
        deliver(home.home, utc_now(), os.environ, context.log.warning, own_imports={one.import_id for one in results})
    context.instance.add_run_tags(context.run.run_id, {_STATUS: _statuses(results)})
    for result in results:
        context.log.info(f"{result.import_id}: {summary_line(result)}")
        for notice in result.notices:
            context.log.warning(f"{result.import_id}: {notice}")
        context.add_asset_metadata(_told(home.home, result), asset_key="import_report", partition_key=result.import_id)


def _reported(work: WorkFolder) -> ImportResult:
    import_id = work.manifest.import_id
    with telling_dagster(f"reporting {import_id}"):
        if is_finished(work.home, import_id):
            return earlier_result(work.home, import_id)
        result = report_import(work, started_at(work.home, work.manifest), utc_now(), os.environ)
        work.clear()
        return result
    raise AssertionError("telling_dagster never swallows")


def _told(home: Home, result: ImportResult) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "status": result.status.value,
        "summary": dg.MetadataValue.md(markdown_summary(result, home.root)),
    }
    if result.report_file:
        metadata["report"] = dg.MetadataValue.path(str(home.root / result.report_file))
    if result.rejected_file:
        metadata["rejected_file"] = dg.MetadataValue.path(str(home.root / result.rejected_file))
    return metadata | metadata_numbers(result)


def _statuses(results: Sequence[ImportResult]) -> str:
    """Return how the imports of a run ended: `completed`, or of several `8 completed, 2 awaiting_approval`."""
    counted = Counter(result.status.value for result in results)
    return ", ".join(f"{files} {status}" if len(results) > 1 else status for status, files in counted.most_common())


def waiting_logged(context: dg.AssetExecutionContext) -> OnWait:
    """Return what logs, once, that the store is held by somebody else, and tells whoever started the run."""
    said: list[str] = []

    def log(waited: float, holder: str) -> None:
        report_waiting(waited, holder)
        if not said:
            context.log.info(f"The lead store is held by {holder}; waiting for it.")
            said.append(holder)

    return log


def _works(context: dg.AssetExecutionContext, home: HomeResource, doing: str) -> Iterator[WorkFolder]:
    for import_id in context.partition_keys:
        with telling_dagster(f"{doing}: claiming {import_id}"):
            work = home.work(import_id)
        yield work


def _unfinished(context: dg.AssetExecutionContext, home: HomeResource, doing: str) -> Iterator[WorkFolder]:
    """Yield the imports for which something is left to do: a run over a finished one changes nothing."""
    for work in _works(context, home, doing):
        if not is_finished(work.home, work.manifest.import_id):
            yield work


def _refusable(work: WorkFolder, table: str, stage: Stage) -> dict[str, int]:
    if work.get("refusal", Refusal) is not None or state_of(work.home, work.manifest) == "cancelled":
        return {"rows": 0}
    started = perf_counter()
    try:
        numbers = stage(work)
    except FileRefusedError as error:
        work.put("refusal", Refusal(code=error.reason or Reason.FILE_UNREADABLE, message=str(error)))
        numbers = {"rows": 0}
    _time(work, table, started)
    return numbers


def _time(work: WorkFolder, stage: str, started: float) -> None:
    timings = work.get("timings", Timings) or Timings()
    work.put("timings", timings.with_stage(stage, perf_counter() - started))


def _counted(numbers: dict[str, int]) -> dict[str, Any]:
    """Return the numbers under the names that the UI plots."""
    return {"dagster/row_count" if name == "rows" else name: number for name, number in numbers.items()}
