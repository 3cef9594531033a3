"""Puts the definitions together, with overrides for whoever has a Dagster of their own. Nothing is wired elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from lead_pipeline.orchestration.activity.activity_asset import call_activity, load_call_activity
from lead_pipeline.orchestration.activity.activity_sensor import activity_sensor
from lead_pipeline.orchestration.assets import (
    import_report,
    mapped_leads,
    normalized_leads,
    raw_leads,
    screened_leads,
)
from lead_pipeline.orchestration.checks import (
    file_accepted,
    layout_stable,
    reasons_registered,
    reject_rate,
    rows_accounted_for,
)
from lead_pipeline.orchestration.decision_jobs import approve_import, cancel_import
from lead_pipeline.orchestration.jobs import import_leads, load_suppressions
from lead_pipeline.orchestration.outbox_sensor import outbox_sensor
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.sensors import inbox_sensor
from lead_pipeline.orchestration.suppression_asset import suppressions

#: No asset hands a value to another; Dagster's default would let run config name the folder of such values.
_NO_VALUES = dg.IOManagerDefinition(lambda _context: dg.InMemoryIOManager(), config_schema={})  # type: ignore[no-untyped-call]


def build_definitions(home: Path, *, resources: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Return assets, checks, jobs and the sensor for a home; `resources` replaces or adds to ours by name.

    All steps of a run share one process: the default executor costs two seconds a step.
    """
    return dg.Definitions(
        assets=[raw_leads, mapped_leads, normalized_leads, screened_leads, import_report, suppressions, call_activity],
        asset_checks=[file_accepted, rows_accounted_for, layout_stable, reject_rate, reasons_registered],
        jobs=[import_leads, approve_import, cancel_import, load_suppressions, load_call_activity],
        sensors=[inbox_sensor, activity_sensor, outbox_sensor],
        resources={"home": HomeResource(root=str(home)), "io_manager": _NO_VALUES, **(resources or {})},
        executor=dg.in_process_executor,
    )
