"""Puts the definitions together, named and labelled as whoever has a Dagster of their own wants. Nothing is wired
elsewhere.
"""

import warnings
from collections.abc import Mapping, Sequence
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
    approved,
    file_accepted,
    layout_stable,
    reasons_registered,
    reject_rate,
    rows_accounted_for,
)
from lead_pipeline.orchestration.decision_jobs import approve_import, cancel_import
from lead_pipeline.orchestration.defining.asset_labels import Labels
from lead_pipeline.orchestration.defining.naming import Naming, parsed_key_prefix
from lead_pipeline.orchestration.defining.recipes import HOME_RESOURCE, NO_VALUES_RESOURCE
from lead_pipeline.orchestration.jobs import import_leads, load_suppressions
from lead_pipeline.orchestration.outbox_sensor import outbox_sensor
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.sensors import inbox_sensor
from lead_pipeline.orchestration.suppression_asset import suppressions
from lead_pipeline.orchestration.telling.trends import import_trends

_ASSETS = (
    *(raw_leads, mapped_leads, normalized_leads, screened_leads, import_report, import_trends),
    *(suppressions, call_activity),
)
_CHECKS = (file_accepted, approved, rows_accounted_for, layout_stable, reject_rate, reasons_registered)
_JOBS = (import_leads, approve_import, cancel_import, load_suppressions, load_call_activity)
_SENSORS = (inbox_sensor, activity_sensor, outbox_sensor)

#: No asset hands a value to another; Dagster's default would let run config name the folder of such values.
_NO_VALUES = dg.IOManagerDefinition(lambda _context: dg.InMemoryIOManager(), config_schema={})  # type: ignore[no-untyped-call]


def build_definitions(
    home: Path,
    *,
    key_prefix: str | Sequence[str] | None = None,
    group_name: str | None = None,
    owners: Sequence[str] = (),
    tags: Mapping[str, str] | None = None,
    sensors: bool = True,
    resources: Mapping[str, Any] | None = None,
) -> dg.Definitions:
    """Return assets, checks, jobs and sensors for a home. They can be merged with definitions of your own: no executor
    and no I/O manager is set for what is not ours.

    Args:
        home: the folder below which everything lies.
        key_prefix: before the keys of the assets, and the names of jobs, sensors, resources and dynamic partitions:
            `crm`, or `crm/leads`. Needed for a second home in the same Dagster, and where names of yours are the same.
        group_name: one group for all assets, instead of `leads`, `suppressions` and `call_activity`.
        owners: of all assets: email addresses, or teams as `team:sales`.
        tags: of all assets.
        sensors: whether there are sensors, which watch the inbox and send emails; without them, only commands import.
        resources: replace or add to ours by name.

    Raises: UsageError for a key prefix that cannot be in names.
    """
    naming = Naming(home.absolute(), parsed_key_prefix(key_prefix))
    labels = Labels(naming, group_name=group_name, owners=tuple(owners), tags=dict(tags or {}))
    ours = {
        naming.name(HOME_RESOURCE): HomeResource(root=str(home), key_prefix=naming.key_prefix),
        naming.name(NO_VALUES_RESOURCE): _NO_VALUES,
    }
    with warnings.catch_warnings():  # Dagster says at every load that backfill policies may change; our tests notice it
        warnings.filterwarnings("ignore", message=".*is currently in (beta|preview).*")
        return dg.Definitions(
            assets=[labels.put_on(one.define(naming)) for one in _ASSETS],
            asset_checks=[one.define(naming) for one in _CHECKS],
            jobs=[one.define(naming) for one in _JOBS],
            sensors=[one.define(naming) for one in _SENSORS] if sensors else [],
            resources={**ours, **(resources or {})},
        )


def build_location(home: Path) -> dg.Definitions:
    """Return the definitions of a code location that has one home and nothing else.

    All steps of a run share one process, also of one that is started from an asset's page: Dagster's default executor
    costs two seconds a step.
    """
    whole = dg.Definitions(executor=dg.in_process_executor, resources={"io_manager": _NO_VALUES})
    return dg.Definitions.merge(build_definitions(home), whole)
