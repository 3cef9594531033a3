"""What every asset does around its step: says of each import of the run what came of it, and logs. What is refused,
cancelled or waits is never materialized, so that nothing shows it as done.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from lead_pipeline.importing.engine import Numbers, OnWait, Report
from lead_pipeline.orchestration.boundary import REFUSED
from lead_pipeline.orchestration.dagster_internals import unmaterialized
from lead_pipeline.orchestration.telling.tagging import statuses_of, tag_run
from lead_pipeline.orchestration.telling.trends import observed_trends

#: Numbers that are true of a file of which nothing is imported, too.
_OF_THE_FILE = ("rows_read", "seconds")

#: What an asset's body yields for one import, or for all imports of the run at once.
Yielded = dg.MaterializeResult[None] | dg.AssetMaterialization | dg.AssetObservation | dg.Output[None]


def materialized(context: dg.AssetExecutionContext, tables: Mapping[str, Mapping[str, Numbers]]) -> Iterator[Yielded]:
    """Materialize tables of those imports of the run that have them, with their numbers attached.

    `tables` are numbers by import by table. Tables of other steps may be among them: of imports of which only this
    step knew that they need not wait.
    """
    own = {key.path[-1]: key for key in context.assets_def.keys}
    folder = next(iter(own.values())).path[:-1]
    for table in sorted(set(tables) - set(own)):
        for import_id, numbers in tables[table].items():
            yield _of_one(dg.AssetKey([*folder, table]), import_id, _plotted(numbers))
    for table, key in own.items():
        found = {import_id: _plotted(numbers) for import_id, numbers in tables.get(table, {}).items()}
        yield from _materialized_asset(context, key, found)


def _materialized_asset(
    context: dg.AssetExecutionContext, key: dg.AssetKey, found: Mapping[str, Mapping[str, Any]]
) -> Iterator[Yielded]:
    """Materialize the partitions that `found` has metadata of, and let the steps after this one run in any case.

    Dagster materializes every partition of a run for an output, and without one it would skip the steps that refuse,
    hold and report the others. To add metadata to one partition of several, it loads all partitions that there are
    (dagster 1.13), so that these are said one by one, too.
    """
    import_ids, said_by_us = context.partition_keys, unmaterialized()
    if set(import_ids) <= set(found) and (len(import_ids) == 1 or not said_by_us):
        for import_id, metadata in found.items():
            context.add_asset_metadata(metadata, asset_key=key, partition_key=import_id)
        yield dg.MaterializeResult(asset_key=key)
        return
    for import_id, metadata in found.items():
        yield _of_one(key, import_id, metadata)
    name = context.assets_def.get_output_name_for_asset_key(key)
    yield dg.Output(None, output_name=name, metadata=said_by_us)


def _of_one(key: dg.AssetKey, import_id: str, metadata: Mapping[str, Any]) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(asset_key=key, partition=import_id, metadata=metadata)


def _plotted(numbers: Numbers) -> dict[str, int]:
    """Return numbers under the names that the UI plots."""
    return {"dagster/row_count" if name == "rows" else name: number for name, number in numbers.items()}


def reported(context: dg.AssetExecutionContext, reports: Sequence[Report]) -> Iterator[Yielded]:
    """Show what people are shown of each import on its partition, log it, and tag the run with how they ended.

    The report of an import that is not committed is an observation: it can be read, and nothing looks done.

    Raises: Failure, when all is said, where files were refused: a run that did not import a file did not succeed.
    """
    tag_run(context, reports)
    (key,) = context.assets_def.keys
    for report in reports:
        context.log.info(report.line)
        for notice in report.result.notices:
            context.log.warning(f"{report.result.import_id}: {notice}")
        for first, noted in report.recoveries.items():  # so that its partition says so, without being made again
            yield dg.AssetObservation(asset_key=key, partition=first, metadata=noted)
        yield from observed_trends(key, report)
        if not report.is_committed:
            yield from _seen_on_its_partition(key, report)
    committed = {report.result.import_id: shown_of(report) for report in reports if report.is_committed}
    refused = [report for report in reports if report.is_refused]
    if not refused:
        yield from _materialized_asset(context, key, committed)
        return
    for import_id, metadata in committed.items():
        yield _of_one(key, import_id, metadata)
    raise dg.Failure(description=_why_failed(reports, refused), metadata={REFUSED: True}, allow_retries=False)


def _seen_on_its_partition(key: dg.AssetKey, report: Report) -> Iterator[dg.AssetObservation]:
    """Yield what people are shown of an import that is not committed, for the two assets where they look for it."""
    for asset in (key, dg.AssetKey([*key.path[:-1], "imported_leads"])):
        yield dg.AssetObservation(
            asset_key=asset, partition=report.result.import_id, metadata=shown_of(report), description=report.line
        )


def _why_failed(reports: Sequence[Report], refused: Sequence[Report]) -> str:
    said = "\n".join(f"- {report.result.import_id}: {report.why}" for report in refused)
    if len(reports) == 1:
        return f"The file was refused, and nothing of it was imported.\n{said}"
    others = statuses_of([report for report in reports if not report.is_refused])
    rest = f" The others: {others}." if others else ""
    return f"{len(refused)} of the {len(reports)} files of this run were refused.{rest}\n{said}"


def shown_of(report: Report) -> dict[str, Any]:
    """Return what people are shown of an import as metadata, what matters first."""
    files = {name: dg.MetadataValue.path(str(path)) for name, path in report.files.items()}
    summary = dg.MetadataValue.md(report.summary)
    # A long summary is behind a click in the UI; a table is not.
    records = [dg.TableRecord(line) for line in report.left_out]
    left_out = {"left_out": dg.MetadataValue.table(records)} if records else {}
    # Of what is not imported nothing was created: counts of what would be are in the summary, not in a plot.
    numbers = {name: number for name, number in report.numbers.items() if report.is_committed or name in _OF_THE_FILE}
    return {"status": report.result.status.value, "summary": summary, **files, **numbers, **left_out}


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
