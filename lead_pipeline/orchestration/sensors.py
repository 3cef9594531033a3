"""The inbox sensor: a tick watches the inbox for most of a minute, and requests runs as soon as files are complete."""

from functools import partial

import dagster as dg

from lead_pipeline.importing.drops.inbox_watch import watch_inbox
from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.dagster_scheduler import DagsterScheduler
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.instances.needed_settings import skip_reason
from lead_pipeline.orchestration.jobs import import_leads, load_suppressions
from lead_pipeline.orchestration.resources import HomeResource


@recipes.sensor(
    jobs=[import_leads, load_suppressions],
    minimum_interval_seconds=1,
    description="Watches inbox/<profile>/ and inbox/suppressions/<folder>/: imports or loads each complete file, and "
    "restarts what a crash interrupted.",
)
def inbox_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult:
    """Watch until there is a run to request, or the tick is over."""
    scheduler = DagsterScheduler(home.home, context.instance, home.naming)
    watch = partial(watch_inbox, home.home, scheduler, context.cursor, log=context.log.info)
    watched = failures_without_values("watching the inbox", watch)
    reason = skip_reason(context.instance, home.naming, watched.runs)
    return dg.SensorResult(run_requests=watched.runs, cursor=watched.remembered, skip_reason=reason)
