"""Asset checks: what must be true of every import, as the UI shows it. What is found is not decided here."""

from functools import partial

import dagster as dg

from lead_pipeline.importing.findings import (
    Check,
    check_accepted,
    check_accounted_for,
    check_layout,
    check_reasons,
    check_reject_rate,
)
from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.resources import HomeResource


@recipes.asset_check(
    asset="imported_leads", description="The file could be read, and its columns mapped by the profile."
)
def file_accepted(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Fail for files that were quarantined, with the sentence that says why."""
    return _checked(context, home, check_accepted)


@recipes.asset_check(
    asset="imported_leads", blocking=True, description="Every row that was read has exactly one outcome."
)
def rows_accounted_for(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Fail when rows are missing or doubled; then no report is made."""
    return _checked(context, home, check_accounted_for)


@recipes.asset_check(asset="rejected_leads", description="The share of rejected rows stays below the profile's limits.")
def reject_rate(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Warn or fail by the worst file of the run."""
    return _checked(context, home, check_reject_rate)


@recipes.asset_check(asset="imported_leads", description="The columns are those of the profile's last files.")
def layout_stable(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Warn with what is missing, renamed, moved, emptied or new."""
    return _checked(context, home, check_layout)


@recipes.asset_check(asset="rejected_leads", description="Every reason that was given is in the registry.")
def reasons_registered(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """Fail when a reason has no title and guidance."""
    return _checked(context, home, check_reasons)


def _checked(context: dg.AssetCheckExecutionContext, home: HomeResource, check: Check) -> dg.AssetCheckResult:
    import_ids = context.op_execution_context.partition_keys
    finding = failures_without_values("checking", partial(home.engine.check, check, import_ids))
    return dg.AssetCheckResult(
        passed=finding.passed,
        severity=dg.AssetCheckSeverity.ERROR if finding.is_error else dg.AssetCheckSeverity.WARN,
        description=finding.message,
        metadata=finding.numbers,
    )
