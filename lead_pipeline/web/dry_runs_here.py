"""Dry runs that go on in this process while a page shows how far they are. What a dry run comes to is not decided here;
none survives the process, and each can be made again.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.results import ImportResult, Progress
from lead_pipeline.pipeline import LeadPipeline

#: So many at once; others wait for their turn.
_AT_ONCE = 2

#: Results of so many are remembered.
_REMEMBERED = 50

_CRASHED = "The dry run crashed, and nothing was kept. The log of the workbench says where."


@dataclass
class DryRunHere:
    """One dry run: how far it is, and at the end what it came to or why it came to nothing."""

    version: str
    step: str = ""
    progress: Progress = field(default_factory=Progress)
    _future: "Future[ImportResult] | None" = None

    @property
    def is_done(self) -> bool:
        """Tell whether it is over."""
        return self._future is not None and self._future.done()

    @property
    def result(self) -> ImportResult | None:
        """Return what it came to; None while it goes on, or when it failed."""
        if self._future is None or not self._future.done() or self._future.exception() is not None:
            return None
        return self._future.result()

    @property
    def trouble(self) -> str:
        """Return why it failed, empty when it did not."""
        error = self._future.exception() if self._future is not None and self._future.done() else None
        if error is None:
            return ""
        return str(error) if isinstance(error, LeadPipelineError) else _CRASHED


class DryRunsHere:
    """The dry runs of a home that this process makes, by draft."""

    def __init__(self, pipeline: LeadPipeline) -> None:
        """Choose the home; nothing is begun yet."""
        self._pipeline = pipeline
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="dry-run")
        self._lock = threading.Lock()
        self._runs: dict[str, DryRunHere] = {}

    def begin(self, draft_id: str, version: str) -> None:
        """Begin one, unless the same is going on."""
        with self._lock:
            before = self._runs.get(draft_id)
            if before is not None and before.version == version and not before.is_done:
                return
            while len(self._runs) >= _REMEMBERED:
                self._runs.pop(next(iter(self._runs)))
            run = self._runs[draft_id] = DryRunHere(version)
            run._future = self._threads.submit(self._made, draft_id, run)

    def of(self, draft_id: str, version: str) -> DryRunHere | None:
        """Return the one of a draft as it is now, None when there is none."""
        found = self._runs.get(draft_id)
        return found if found is not None and found.version == version else None

    def close(self) -> None:
        """Begin no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _made(self, draft_id: str, run: DryRunHere) -> ImportResult:
        def heard(step: str, _rows: int, progress: Progress) -> None:
            run.step, run.progress = step, progress

        return self._pipeline.dry_run_draft(draft_id, on_progress=heard)
