"""Makes a process warm from which runs are forked: it has loaded and once tried what every run needs. A run of ours
would start the threads of Polars and DuckDB, which a fork loses; what those need is imported by name.
"""

import importlib
import importlib.util
import logging
import tempfile
import warnings
from typing import Any

import dagster as dg

from lead_pipeline.orchestration.dagster_internals import NO_COMPUTE_LOGS

_log = logging.getLogger(__name__)

#: What the libraries load at the first use of something that every import uses: a third of the time of its run.
LATE = (
    "disposable_email_domains", "encodings.cp1250", "encodings.cp1251", "encodings.cp1252", "encodings.cp1253",
    "encodings.cp1254", "encodings.cp1257", "encodings.cp437", "encodings.iso8859_2", "encodings.mac_roman",
    "encodings.unicode_escape", "encodings.utf_16_le", "encodings.utf_8_sig",
    "jinja2.ext", "lead_pipeline.orchestration.coordinator",
    "pandera.api.pandas", "pandera.backends.polars.builtin_checks", "pandera.backends.polars.checks",
    "pandera.backends.polars.components", "pandera.backends.polars.container", "pandera.backends.register_checks",
    "pandera.strategies.base_strategies", "phonenumbers.data.region_US", "pyarrow.compute", "tzdata", "xlsxwriter",
)  # fmt: skip

#: The same of packages that pandera uses where they are installed, and that we do not ask for.
LATE_WHERE_INSTALLED = ("hypothesis.strategies",)

_QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def warm_up() -> bool:
    """Have this process load and compile what a run needs, by a run that starts no thread; its forks inherit it.

    Returns: whether all of it succeeded. What fails is logged and costs each run some time: a run loads it by itself.
    """
    installed = [name for name in LATE_WHERE_INSTALLED if importlib.util.find_spec(name.partition(".")[0])]
    with warnings.catch_warnings(action="ignore"):
        loaded = [_load(name) for name in (*LATE, NO_COMPUTE_LOGS["module"], *installed)]
    return _try_a_run() and all(loaded)


def _load(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError as error:
        _log.warning("%s cannot be loaded in advance, so that runs start slower: %s", name, error)
        return False
    return True


def _try_a_run() -> bool:
    try:
        succeeded = _run_trial_job()
    except (dg.DagsterError, OSError) as error:
        _log.warning("No run could be tried in advance, so that runs start slower: %s", error)
        return False
    if not succeeded:
        _log.warning("The run that was tried in advance failed, so that runs start slower.")
    return succeeded


def _run_trial_job() -> bool:
    partitions = dg.DynamicPartitionsDefinition(name="warm")

    @dg.asset(partitions_def=partitions, pool="warm")
    def warm() -> None:
        return None

    @dg.asset_check(asset=warm)
    def warm_check() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True, metadata={"rows": 1, "summary": dg.MetadataValue.md("x")})

    job = dg.define_asset_job("warm_job", dg.AssetSelection.assets("warm"), partitions_def=partitions)
    definitions = dg.Definitions([warm], jobs=[job], asset_checks=[warm_check], executor=dg.in_process_executor)
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        instance.add_dynamic_partitions("warm", ["x"])
        result = definitions.resolve_job_def("warm_job").execute_in_process(
            instance=instance, partition_key="x", run_config=_QUIET, raise_on_error=False
        )
    return result.success
