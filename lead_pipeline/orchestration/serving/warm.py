"""Makes a process warm from which runs are forked: it has loaded and once tried what every run needs. A run of ours
would start the threads of Polars and DuckDB, which a fork loses; what those need is imported by name.
"""

import importlib
import tempfile
import warnings
from typing import Any

import dagster as dg

from lead_pipeline.orchestration.sqlite import release_sqlite

#: What the libraries load at the first use of something that every import uses: a third of the time of its run.
LATE = (
    "disposable_email_domains", "hypothesis.strategies", "jinja2.ext", "lead_pipeline.orchestration.coordinator",
    "pandera.backends.polars.builtin_checks", "pandera.backends.polars.components", "pandera.backends.polars.container",
    "pandera.strategies.base_strategies", "phonenumbers.data.region_US",
)  # fmt: skip

_QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def warm_up() -> None:
    """Have this process load and compile what a run needs, by one that starts no thread; its forks inherit it."""
    with warnings.catch_warnings(action="ignore"):
        for module in LATE:
            importlib.import_module(module)
    partitions = dg.DynamicPartitionsDefinition(name="warm")

    @dg.asset(partitions_def=partitions, pool="warm")
    def warm() -> None:
        return None

    @dg.asset_check(asset=warm)
    def warm_check() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True, metadata={"rows": 1, "told": dg.MetadataValue.md("x")})

    job = dg.define_asset_job("warm_job", dg.AssetSelection.assets("warm"), partitions_def=partitions)
    definitions = dg.Definitions([warm], jobs=[job], asset_checks=[warm_check], executor=dg.in_process_executor)
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        instance.add_dynamic_partitions("warm", ["x"])
        definitions.resolve_job_def("warm_job").execute_in_process(
            instance=instance, partition_key="x", run_config=_QUIET
        )
        release_sqlite()
