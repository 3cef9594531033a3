"""The asset `suppressions`: people who may not be contacted, one partition per list that was loaded.
Who of an import is suppressed is decided in screening/, inside the import's own transaction.
"""

import dagster as dg

from lead_pipeline.filing.manifests import load_list_manifest
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.suppression_list import load_list
from lead_pipeline.orchestration.boundary import telling_dagster
from lead_pipeline.orchestration.partitions import suppression_lists_partitions
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.running import waiting_logged


@dg.asset(
    group_name="suppressions",
    partitions_def=suppression_lists_partitions,
    kinds={"duckdb", "csv"},
    pool="lead_store",
)
def suppressions(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """Numbers that are blocked, opted out or on a do-not-call list; entries are only ever added."""
    with telling_dagster("loading a suppression list"), home.open_store(waiting_logged(context)) as store:
        counts, bad_lines = load_list(store, load_list_manifest(home.home, context.partition_key), home.home, utc_now())
    return dg.MaterializeResult(
        metadata={
            "rows_read": counts.read,
            "rows_added": counts.added,
            "rows_known": counts.known,
            "rows_rejected": counts.rejected,
            "lines_rejected": ", ".join(map(str, bad_lines)),
            "loaded_before": counts.loaded_before,
        }
    )
