"""Recorded runs that are carried out in the process that serves, one after the other, over one Dagster instance that is
opened when the first of them is asked for.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread
from fastapi import HTTPException, Request

from lead_pipeline.pipeline import LeadPipeline

_T = TypeVar("_T")

#: How long a run waits for the store before it gives up.
_STORE_WAIT_SECONDS = 30.0

#: More than so many do not wait for their turn.
_MOST_WAITING = 256


class RunsHere:
    """The runs of one home that this process carries out."""

    def __init__(self, home: Path) -> None:
        """Choose the home; nothing is opened yet."""
        self._leads = LeadPipeline(home, store_wait=_STORE_WAIT_SECONDS)
        self._opened = ExitStack()
        self._turn = anyio.Lock()
        self._is_open, self._waiting = False, 0

    async def run(self, work: Callable[[LeadPipeline], _T]) -> _T:
        """Return what `work` returns, once it is its turn; raises HTTPException (503) when too many wait already."""
        if self._waiting >= _MOST_WAITING:
            raise HTTPException(
                503,
                f"{_MOST_WAITING} requests are waiting for their turn. Nothing was done; try again in some seconds, or "
                "upload a file, which may have any number of leads.",
                {"Retry-After": "10"},
            )
        self._waiting += 1
        try:
            async with self._turn:
                return await anyio.to_thread.run_sync(self._run, work)
        finally:
            self._waiting -= 1

    def _run(self, work: Callable[[LeadPipeline], _T]) -> _T:
        if not self._is_open:
            self._opened.enter_context(self._leads)
            self._is_open = True
        return work(self._leads)

    def close(self) -> None:
        """Close what the runs have opened."""
        self._opened.close()


def runs_of(request: Request) -> RunsHere:
    """Return what carries out recorded runs."""
    runs: RunsHere = request.app.state.runs
    return runs
