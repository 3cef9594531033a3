"""Asset checks: what must be true of every import, evaluated for each partition of a run, so that the red check of one
file is not turned green by the next. What is found is not decided here.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import dagster as dg

from lead_pipeline.importing.engine import Checked
from lead_pipeline.importing.findings import (
    Check,
    check_accepted,
    check_accounted_for,
    check_approved,
    check_layout,
    check_reasons,
    check_reject_rate,
)
from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.dagster_internals import check_target
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.partitions import imports_partitions
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.running import shown_of

Evaluations = Iterator[dg.AssetCheckEvaluation | dg.Output[None]]

_of_each_import = partial(recipes.asset_check, partitions_def=imports_partitions)


@_of_each_import(
    asset="imported_leads",
    description="The file could be read, and its columns mapped by the profile.",
)
def file_accepted(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Evaluations:
    """Fail for a file that was quarantined, with the sentence that says why."""
    yield from _evaluated(context, home, check_accepted)


@_of_each_import(
    asset="imported_leads",
    description="Nobody has to approve the import, or somebody has. Where it warns, nothing is imported yet: launch "
    "approve_import or cancel_import for the partition.",
)
def approved(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Evaluations:
    """Warn of an import that waits for a person, and of one that was cancelled."""
    yield from _evaluated(context, home, check_approved)


@_of_each_import(
    asset="imported_leads",
    blocking=True,
    description="Every row that was read has exactly one outcome.",
)
def rows_accounted_for(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Evaluations:
    """Fail when rows are missing or doubled; then no report is made."""
    yield from _evaluated(context, home, check_accounted_for)


@_of_each_import(
    asset="rejected_leads",
    description="The share of rejected rows stays below the profile's limits.",
)
def reject_rate(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Evaluations:
    """Warn or fail by the limits of the profile."""
    yield from _evaluated(context, home, check_reject_rate)


@_of_each_import(
    asset="imported_leads",
    description="The columns are those of the profile's last files.",
)
def layout_stable(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Evaluations:
    """Warn with what is missing, renamed, moved, emptied or new."""
    yield from _evaluated(context, home, check_layout)


@_of_each_import(
    asset="rejected_leads",
    description="Every reason that was given is in the registry.",
)
def reasons_registered(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Evaluations:
    """Fail when a reason has no title and guidance."""
    yield from _evaluated(context, home, check_reasons)


def _evaluated(context: dg.AssetCheckExecutionContext, home: HomeResource, check: Check) -> Evaluations:
    """Yield an evaluation for each import of the run.

    A result of a check has no partition in a run over several (dagster 1.13), so that the last file of the run would
    stand for all.
    """
    (spec,), import_ids = context.check_specs, context.op_execution_context.partition_keys
    found = failures_without_values("checking", partial(home.engine.check, check, import_ids))
    targets = _targets(context.instance, spec.asset_key, import_ids)
    for one in found:
        yield dg.AssetCheckEvaluation(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=one.finding.passed,
            severity=dg.AssetCheckSeverity.ERROR if one.finding.is_error else dg.AssetCheckSeverity.WARN,
            description=one.finding.message,
            metadata=_metadata(one),
            blocking=spec.blocking,
            partition=one.import_id,
            target_materialization_data=targets.get(one.import_id),
        )
    yield dg.Output(None, output_name=context.op_def.output_defs[0].name)


def _targets(instance: dg.DagsterInstance, key: dg.AssetKey, import_ids: Sequence[str]) -> dict[str, Any]:
    """Return which materialization of each import a check is about, as Dagster's own results of checks say it: without
    that, a check is not taken for current.
    """
    target = check_target()
    if target is None:
        return {}
    wanted = dg.AssetRecordsFilter(asset_key=key, asset_partitions=list(import_ids))
    newest_first = instance.fetch_materializations(wanted, limit=2 * len(import_ids)).records
    return {
        str(one.partition_key): target(storage_id=one.storage_id, run_id=one.run_id, timestamp=one.timestamp)
        for one in reversed(newest_first)
    }


def _metadata(one: Checked) -> dict[str, Any]:
    """Return the numbers of a finding, and what people are shown of an import that did not pass."""
    about = shown_of(one.shown) if one.shown else {}
    return {**one.finding.numbers, **{name: about[name] for name in ("status", "summary", "report") if name in about}}
