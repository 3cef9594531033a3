"""Which runs live. Dagster does not notice that a machine or process died (issues 4319, 15325): the kernel's locks on
imports show it. What is requested again then is not decided here.
"""

from collections.abc import Iterator, Mapping, Sequence

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from lead_pipeline.importing.homes import Home, is_locked
from lead_pipeline.orchestration.activity.activity_asset import load_call_activity
from lead_pipeline.orchestration.dagster_internals import launches_here
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.jobs import import_leads, load_suppressions
from lead_pipeline.orchestration.partitions import imports_partitions

#: A run that says it is running while no living process has locked any of its imports is dead after this long. So is
#: one that has not got so far: its process takes a second to start, and may need a while on a busy machine.
SUSPECT_SECONDS = 20.0
STARTING_SECONDS = 60.0

#: Tags of a run over one partition, and of one over a range of them.
PARTITION, FIRST, LAST = (
    "dagster/partition",
    "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end",
)

_ON_THE_WAY = (DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING)
_UNFINISHED = [DagsterRunStatus.QUEUED, *_ON_THE_WAY, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def active_imports(
    home: Home, instance: DagsterInstance, naming: Naming, suspects: Mapping[str, float], now: float
) -> tuple[set[str], dict[str, float]]:
    """Return the imports and lists that runs are at work on, and the runs that seem dead, since when; fail these, and
    dead runs over call activity too.
    """
    active: set[str] = set()
    suspected: dict[str, float] = {}
    for run, keys, lives in _unfinished(home, instance, naming):
        since = now if lives else suspects.get(run.run_id, now)
        if now - since >= (STARTING_SECONDS if run.status in _ON_THE_WAY else SUSPECT_SECONDS):
            _fail(instance, run)
            continue
        if not lives:
            suspected[run.run_id] = since
        if run.job_name != naming.name(load_call_activity.name):
            active.update(keys)
    return active, suspected


def drops_with_a_run(instance: DagsterInstance, naming: Naming) -> set[str]:
    """Return the drops of call activity that have a run which has not ended, be it queued or dead."""
    return {key for run in _runs_of(load_call_activity.name, instance, naming) for key in _keys_of(run, ())}


def fail_dead_runs(home: Home, instance: DagsterInstance, naming: Naming) -> None:
    """Fail every run that no process is at work on: to be called while no daemon or code server of ours runs."""
    for run, _, lives in _unfinished(home, instance, naming):
        if not lives:
            _fail(instance, run)


def _runs_of(job: str, instance: DagsterInstance, naming: Naming) -> Sequence[DagsterRun]:
    """Return the runs of one of our jobs that have not ended; none of another home's or team's in the same Dagster."""
    return instance.get_runs(filters=RunsFilter(job_name=naming.name(job), statuses=_UNFINISHED, tags=naming.run_tags))


def _unfinished(home: Home, instance: DagsterInstance, naming: Naming) -> Iterator[tuple[DagsterRun, list[str], bool]]:
    """Yield each run that has not ended, its partitions, and whether it waits or a living process holds one of them.

    Where runs are handed to a queue of somebody else's (a broker, a cluster), one that is on the way waits there, for
    as long as Dagster's own `run_monitoring: start_timeout_seconds` lets it.
    """
    stored = instance.get_dynamic_partitions(naming.partitions_name(imports_partitions))
    waiting = {DagsterRunStatus.QUEUED} if launches_here(instance) else {DagsterRunStatus.QUEUED, *_ON_THE_WAY}
    for job in (import_leads.name, load_suppressions.name, load_call_activity.name):
        for run in _runs_of(job, instance, naming):
            keys = _keys_of(run, stored)
            yield run, keys, run.status in waiting or any(is_locked(home, key) for key in keys)


def _fail(instance: DagsterInstance, run: DagsterRun) -> None:
    instance.report_run_failed(run, "The process of this run died. What it left undone is requested again.")


def _keys_of(run: DagsterRun, stored: Sequence[str]) -> list[str]:
    if FIRST not in run.tags:
        return [run.tags[PARTITION]] if PARTITION in run.tags else []
    first, last = run.tags[FIRST], run.tags[LAST]
    if first not in stored or last not in stored:
        return []
    return list(stored[stored.index(first) : stored.index(last) + 1])
