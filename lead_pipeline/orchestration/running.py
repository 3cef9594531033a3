"""What every asset does around its step: attaches what came of it to the partitions of the run, and logs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from lead_pipeline.importing.engine import OnWait, Report, statuses_of

#: The tag that says in the list of runs what came of the files: a run is green also when they wait or were refused.
_STATUS = "lead_pipeline/status"


def key_of(context: dg.AssetExecutionContext, table: str) -> dg.AssetKey:
    """Return the key that one of the assets of this step has here, whatever prefix it was given."""
    keys: Iterable[dg.AssetKey] = context.assets_def.keys
    return next(key for key in keys if key.path[-1] == table)


def add_numbers(context: dg.AssetExecutionContext, table: str, numbers: Mapping[str, Mapping[str, int]]) -> None:
    """Attach the numbers of each import to its partition, under the names that the UI plots."""
    for import_id, counts in numbers.items():
        metadata = {"dagster/row_count" if name == "rows" else name: number for name, number in counts.items()}
        context.add_asset_metadata(metadata, asset_key=key_of(context, table), partition_key=import_id)


def materialized(
    context: dg.AssetExecutionContext, tables: Mapping[str, Mapping[str, Mapping[str, int]]]
) -> Iterator[dg.MaterializeResult[None]]:
    """Yield a result for each of several tables that one step made, with the numbers of each import attached."""
    for table, numbers in tables.items():
        add_numbers(context, table, numbers)
        yield dg.MaterializeResult(asset_key=key_of(context, table))


def add_reports(context: dg.AssetExecutionContext, reports: Sequence[Report]) -> None:
    """Attach what people are shown of each import to its partition, log it, and tag the run with how they ended."""
    context.instance.add_run_tags(context.run.run_id, {_STATUS: statuses_of(reports)})
    for report in reports:
        context.log.info(report.line)
        for notice in report.result.notices:
            context.log.warning(f"{report.result.import_id}: {notice}")
        asset_key = key_of(context, "import_report")
        context.add_asset_metadata(_metadata(report), asset_key=asset_key, partition_key=report.result.import_id)
        for first, noted in report.recoveries.items():  # so that its partition says so, without being made again
            context.log_event(dg.AssetObservation(asset_key=asset_key, partition=first, metadata=noted))


def _metadata(report: Report) -> dict[str, Any]:
    files = {name: dg.MetadataValue.path(str(path)) for name, path in report.files.items()}
    summary = dg.MetadataValue.md(report.summary)
    # A long summary is behind a click in the UI; a table is not.
    records = [dg.TableRecord(line) for line in report.left_out]
    left_out = {"left_out": dg.MetadataValue.table(records)} if records else {}
    return {"status": report.result.status.value, "summary": summary, **left_out, **files, **report.numbers}


def shown(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata with its `summary` as the UI renders it."""
    return {**metadata, "summary": dg.MetadataValue.md(metadata["summary"])}


def log_waiting(context: dg.AssetExecutionContext) -> OnWait:
    """Return what logs, once, that another process holds the store."""
    said: list[str] = []

    def log(_waited: float, holder: str) -> None:
        if not said:
            context.log.info(f"The lead store is held by {holder}; waiting for it.")
            said.append(holder)

    return log
