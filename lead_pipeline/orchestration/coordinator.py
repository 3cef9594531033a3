"""Starts a run at once when there is room for it, and leaves it to Dagster's queue otherwise. How many runs may be at
work is said in dagster.yaml, which names this coordinator.
"""

import threading

from dagster import DagsterRun, DagsterRunStatus, QueuedRunCoordinator, RunsFilter
from dagster._core.instance.config import PoolGranularity
from dagster._core.run_coordinator import SubmitRunContext

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

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Launch the run, or queue it when as many as may be are at work or waiting already."""
        with _one_at_a_time:
            if context.dagster_run.status != DagsterRunStatus.NOT_STARTED or not self.has_room():
                return super().submit_run(context)
            return self._instance.launch_run(context.dagster_run.run_id, context.workspace)

    def has_room(self) -> bool:
        """Tell whether one more run may be at work, as far as can be told without the queue."""
        concurrency = self._instance.get_concurrency_config()
        queue = concurrency.run_queue_config
        if queue is None or queue.tag_concurrency_limits:
            return False  # only the queue counts tags
        if concurrency.pool_config.pool_granularity != PoolGranularity.OP:
            return False  # only the queue counts whole runs against pools
        count = self._instance.get_runs_count(RunsFilter(statuses=_AT_WORK_OR_WAITING))
        return queue.max_concurrent_runs == -1 or count < queue.max_concurrent_runs
