"""The sensor of call activity: loads each complete file in inbox/call_activity."""

from functools import partial

import dagster as dg

from lead_pipeline.importing.activity.activity_drops import ActivityRun, watch_activity
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.orchestration.activity.activity_asset import call_activity_partitions, load_call_activity
from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.liveness import drops_with_a_run
from lead_pipeline.orchestration.resources import HomeResource


@recipes.sensor(
    jobs=[load_call_activity],
    minimum_interval_seconds=3,
    description="Watches inbox/call_activity/ and loads each complete file.",
)
def activity_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult:
    """Stage what is complete, and request a run for each drop that is due and has none."""
    watch = partial(
        watch_activity, home.home, context.cursor, utc_now(), drops_with_a_run(context.instance, home.naming)
    )
    runs, remembered = failures_without_values("watching the inbox for call activity", watch)
    partitions = home.naming.partitions_name(call_activity_partitions)
    context.instance.add_dynamic_partitions(partitions, list(map(_key_of, runs)))
    return dg.SensorResult(run_requests=list(map(_requested, runs)), cursor=remembered)


def _key_of(run: ActivityRun) -> str:
    return run.drop_id


def _requested(run: ActivityRun) -> dg.RunRequest:
    return dg.RunRequest(run_key=run.key, partition_key=run.drop_id, tags=run.tags)
