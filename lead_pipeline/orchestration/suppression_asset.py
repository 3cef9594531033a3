"""The asset `suppressions`: people who may not be contacted, one partition per list that was loaded."""

from functools import partial

import dagster as dg

from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.partitions import suppression_lists_partitions
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.running import log_waiting, shown


@recipes.asset(
    group_name="suppressions",
    partitions_def=suppression_lists_partitions,
    kinds={"duckdb", "csv"},
    pool="lead_store",
)
def suppressions(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """People who may not be contacted, by list; entries end, and are never deleted."""
    load = partial(home.engine.load_list, context.partition_key, log_waiting(context))
    return dg.MaterializeResult(metadata=shown(failures_without_values("loading a suppression list", load)))
