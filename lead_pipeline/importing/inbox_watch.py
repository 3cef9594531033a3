"""Watches the inbox for as long as a scheduler lets it, and requests runs as soon as a file is complete. It never opens
the store. What a run is, and which runs are alive, the scheduler says.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Generic, Protocol, TypeVar

from pydantic import Field, ValidationError

from lead_pipeline.filing.cleanup import sweep
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.inbox import Drop, Sightings, list_drops
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.intake import RunRequest, imports_to_run, not_staged, note_requests, stage_drops
from lead_pipeline.model.fields import FrozenModel

#: A tick of Dagster's may take 60 seconds (dagster issue 14830); one that lasts saves the pauses between two ticks.
WATCH_SECONDS = 40.0
GLANCE_SECONDS = 0.1
RECONCILE_SECONDS = 5.0

#: Bounds of one watch, so that ten thousand files neither block it nor flood a queue.
FILES_AT_ONCE = 400
STAGING_SECONDS = 20.0

_Run = TypeVar("_Run", covariant=True)


class Scheduler(Protocol[_Run]):
    """What the watch asks of whoever runs imports."""

    def active_imports(self, suspects: Mapping[str, float], now: float) -> tuple[set[str], dict[str, float]]:
        """Return the imports that runs are at work on, and the runs that seem dead, since when."""
        ...

    def in_run_order(self, import_ids: Sequence[str]) -> Sequence[str]:
        """Make imports known, and return all known ones in the order in which a run over a range takes them."""
        ...

    def run_of(self, request: RunRequest) -> _Run:
        """Return the scheduler's own form of a request."""
        ...


class WatchState(FrozenModel):
    """What is remembered between two watches: what files looked like, and since when runs seem dead."""

    sightings: Sightings = Sightings()
    suspects: dict[str, float] = Field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> "WatchState":
        """Read what was remembered; what cannot be read is forgotten, which costs seconds and loses nothing."""
        try:
            return cls.model_validate_json(text or "{}")
        except ValidationError:
            return cls()


@dataclass(frozen=True, slots=True)
class Watched(Generic[_Run]):
    """What came of a watch: the runs to start, and what is to be remembered."""

    runs: list[_Run]
    remembered: str


def watch_inbox(
    home: Home,
    scheduler: Scheduler[_Run],
    remembered: str | None,
    *,
    log: Callable[[str], object],
    seconds: float = WATCH_SECONDS,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], object] = time.sleep,
) -> Watched[_Run]:
    """Stage complete files and return the runs that are due, as soon as there are any or after `seconds`."""
    home.prepare()
    state, started, reconciled = WatchState.parse(remembered), clock().timestamp(), float("-inf")
    sweep(home, started)
    log_once = cache(log)
    while True:
        now = clock().timestamp()
        sightings, complete = _look(home, state.sightings, now, log_once)
        state = WatchState(sightings=sightings, suspects=state.suspects)
        fresh = not_staged(home, complete)
        for line in stage_drops(home, _bounded(fresh, clock), clock):
            log(line)
        runs: list[_Run] = []
        if fresh or now - reconciled >= RECONCILE_SECONDS:
            reconciled = now
            active, suspects = scheduler.active_imports(state.suspects, now)
            state = WatchState(sightings=sightings, suspects=suspects)
            runs = _due_runs(home, scheduler, active, clock())
        if runs or now - started >= seconds:
            return Watched(runs, state.model_dump_json())
        # A look at thousands of files takes a while itself, and must not be all that this process does.
        sleep(max(GLANCE_SECONDS, clock().timestamp() - now))


def _due_runs(home: Home, scheduler: Scheduler[_Run], active: set[str], now: datetime) -> list[_Run]:
    due = {manifest.import_id: manifest for manifest in imports_to_run(home, active, now)}
    if not due:
        return []
    order = scheduler.in_run_order(list(due))
    return [scheduler.run_of(request) for request in note_requests(home, due, order, now)]


def _look(home: Home, before: Sightings, now: float, warn: Callable[[str], object]) -> tuple[Sightings, list[Drop]]:
    """Return what lies in the inbox, and which of it is complete."""
    drops = list_drops(home, warn)
    after = before.after(drops, now)
    return after, [drop for drop in drops if after.is_stable(drop, now)]


def _bounded(complete: Sequence[Drop], clock: Callable[[], datetime]) -> Iterator[Drop]:
    until = clock().timestamp() + STAGING_SECONDS
    for drop in complete[:FILES_AT_ONCE]:
        if clock().timestamp() > until:
            return
        yield drop
