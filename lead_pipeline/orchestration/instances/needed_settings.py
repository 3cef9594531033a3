"""The settings of an instance that imports need, wherever it is: which are missing, and the lines that give them."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg

from lead_pipeline.model.access.store_place import store_address
from lead_pipeline.orchestration.defining.naming import Naming

#: The pool of the steps that write the store.
STORE_POOL = "lead_store"


def missing_settings(instance: dg.DagsterInstance, naming: Naming) -> list[str]:
    """Return the settings that imports need and the instance does not have, as lines of dagster.yaml."""
    return [line for line, is_there in _NEEDED.items() if not is_there(instance, naming.name(STORE_POOL))]


def skip_reason(instance: dg.DagsterInstance, naming: Naming, runs: Sequence[dg.RunRequest]) -> dg.SkipReason | None:
    """Return what a tick that requests no run says when settings are missing; None when all are there."""
    missing = () if runs else missing_settings(instance, naming)
    if not missing:
        return None
    return dg.SkipReason(
        f"dagster.yaml lacks lines that imports need: {'; '.join(missing)}. Add them and restart "
        "Dagster; `lead-pipeline dagster-settings` prints them with the reasons."
    )


def _has_pool(instance: dg.DagsterInstance, pool: str) -> bool:
    config = instance.get_concurrency_config().pool_config
    if config.pool_granularity is None or config.pool_granularity.value != "op":
        return False
    if config.default_pool_limit == 1 or store_address(os.environ):  # imports queue at PostgreSQL's own lock
        return True
    limits = {limit.name: limit.limit for limit in instance.event_log_storage.get_pool_limits()}
    return limits.get(pool) == 1


def _frees_slots(instance: dg.DagsterInstance, _pool: str) -> bool:
    monitoring: Mapping[str, Any] = instance.get_settings("run_monitoring")
    return bool(monitoring.get("enabled")) and (monitoring.get("free_slots_after_run_end_seconds") or 0) > 0


def _has_threads(instance: dg.DagsterInstance, _pool: str) -> bool:
    return bool(instance.get_settings("sensors").get("use_threads"))


_NEEDED: dict[str, Callable[[dg.DagsterInstance, str], bool]] = {
    "concurrency: {pools: {granularity: op, default_limit: 1}}": _has_pool,
    "run_monitoring: {enabled: true, free_slots_after_run_end_seconds: 5}": _frees_slots,
    "sensors: {use_threads: true, num_workers: 4}": _has_threads,
}
