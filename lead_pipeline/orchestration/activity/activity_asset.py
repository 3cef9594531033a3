"""The asset `call_activity`: records of earlier calls, one partition per drop that was loaded."""

from functools import partial

import dagster as dg

from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.running import log_waiting, shown

call_activity_partitions = dg.DynamicPartitionsDefinition(name="call_activity")


@recipes.asset(
    group_name="call_activity",
    partitions_def=call_activity_partitions,
    kinds={"duckdb", "csv"},
    pool="lead_store",
)
def call_activity(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """Who was dialed, reached and converted, for the scrub rules of profiles; calls are only ever added."""
    load = partial(home.engine.load_activity, context.partition_key, log_waiting(context))
    return dg.MaterializeResult(metadata=shown(failures_without_values("loading call activity", load)))


load_call_activity = recipes.asset_job(
    "load_call_activity",
    ["call_activity"],
    "Loads a staged drop of call activity. Started by its sensor and by `lead-pipeline activity`; launched by hand, "
    "it has nothing to load: drop the file into `inbox/call_activity/`.",
)
