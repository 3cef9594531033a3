"""Starts a run at once when there is room for it, and leaves it to Dagster's queue otherwise. How many runs may be at
work is said in dagster.yaml, which names this coordinator.
"""

import threading
import weakref

from dagster import (
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    QueuedRunCoordinator,
    RunsFilter,
    SubmitRunContext,
)

_AT_WORK_OR_WAITING = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]

#: Per process. Two that start a run at the same moment, daemon and web server, may exceed the limit by one.
_one_at_a_time = threading.Lock()


class EagerRunCoordinator(QueuedRunCoordinator):
    """Dagster's queue without the wait of up to a second in which nobody looks at it."""

    _opened: "weakref.ref[DagsterInstance] | None" = None

    def register_instance(self, instance: DagsterInstance) -> None:
        """Remember whose runs these are: Dagster calls this when it opens the instance."""
        super().register_instance(instance)
        self._opened = weakref.ref(instance)

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Launch the run, or queue it when as many as may be are at work or waiting already."""
        instance = self._opened() if self._opened else None
        with _one_at_a_time:
            if instance is None or context.dagster_run.status != DagsterRunStatus.NOT_STARTED or not has_room(instance):
                return super().submit_run(context)
            return instance.launch_run(context.dagster_run.run_id, context.workspace)


def has_room(instance: DagsterInstance) -> bool:
    """Return whether one more run may be at work, as far as is known without the queue."""
    concurrency = instance.get_concurrency_config()
    queue, granularity = concurrency.run_queue_config, concurrency.pool_config.pool_granularity
    if queue is None or queue.tag_concurrency_limits:
        return False  # only the queue counts tags
    if granularity is None or granularity.value != "op":
        return False  # only the queue counts whole runs against pools
    count = instance.get_runs_count(RunsFilter(statuses=_AT_WORK_OR_WAITING))
    return queue.max_concurrent_runs == -1 or count < queue.max_concurrent_runs
