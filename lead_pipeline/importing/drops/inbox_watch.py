"""Watches the inbox for as long as a scheduler lets it, and requests runs as soon as a file is complete. It never opens
the store. What a run is, and which runs are alive, the scheduler says.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Generic, Protocol, TypeVar

from pydantic import Field, ValidationError

from lead_pipeline.filing.cleanup import sweep
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.inbox import ACTIVITY_FOLDER, Drop, Sightings, list_drops
from lead_pipeline.filing.lists.list_drops import LISTS_FOLDER
from lead_pipeline.filing.uploads.handed_over import take_word
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.drops.intake import (
    Taken,
    imports_to_run,
    not_staged,
    note_requests,
    stage_drops,
)
from lead_pipeline.importing.drops.late_arrivals import stage_late_arrivals
from lead_pipeline.importing.drops.list_intake import list_requests
from lead_pipeline.importing.drops.run_requests import RunRequest
from lead_pipeline.importing.drops.settling import settle_of_lists, settle_seconds
from lead_pipeline.importing.drops.time_limits import PATIENCE, StillAtWorkError, within
from lead_pipeline.importing.waiting import may_ever_wait
from lead_pipeline.model.fields import FrozenModel

#: A tick of Dagster's may take 60 seconds (dagster issue 14830); one that lasts saves the pauses between two ticks.
WATCH_SECONDS = 40.0
GLANCE_SECONDS = 0.1
RECONCILE_SECONDS = 5.0

#: A file that cannot be taken yet (somebody writes it, the disk is full) is tried again after so many seconds; then
#: the pause doubles.
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15.0

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


class Pause(FrozenModel):
    """Until when a file is left alone that could not be taken yet, how long that is, and what was said about it."""

    until: float
    seconds: float
    said: str


class WatchState(FrozenModel):
    """What is remembered between two watches: what files looked like, which could not be taken yet, and since when
    runs seem dead.
    """

    sightings: Sightings = Sightings()
    suspects: dict[str, float] = Field(default_factory=dict)
    pauses: dict[str, Pause] = Field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> "WatchState":
        """Read what was remembered; what cannot be read is forgotten, which costs seconds and loses nothing."""
        try:
            return cls.model_validate_json(text or "{}")
        except ValidationError:
            return cls()

    def is_due(self, drop: Drop, now: float) -> bool:
        """Return whether a file need not be left alone any more."""
        pause = self.pauses.get(drop.key)
        return pause is None or now >= pause.until

    def after(self, taken: Sequence[Taken], now: float) -> "WatchState":
        """Return the state with a longer pause for each file that could not be taken, and none for what is gone."""
        pauses = {key: pause for key, pause in self.pauses.items() if key in self.sightings.seen}
        for one in taken:
            before = pauses.pop(one.drop.key, None)
            if one.later:
                seconds = min(before.seconds * 2, LONGEST_PAUSE) if before else FIRST_PAUSE
                pauses[one.drop.key] = Pause(until=now + seconds, seconds=seconds, said=one.line)
        return self.model_copy(update={"pauses": pauses})

    def is_news(self, taken: Taken) -> bool:
        """Return whether what was done with a file is to be said: that it has to wait is said once."""
        pause = self.pauses.get(taken.drop.key)
        return pause is None or pause.said != taken.line


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
        sightings, complete = _look_in_time(home, state.sightings, now, log_once)
        state = state.model_copy(update={"sightings": sightings})
        fresh = [drop for drop in not_staged(home, complete) if state.is_due(drop, now)]
        taken = stage_drops(home, _bounded(fresh, clock), clock)
        for one in filter(state.is_news, taken):
            log(one.line)
        state = state.after(taken, now)
        runs: list[_Run] = []
        is_news = take_word(home) or not all(one.later for one in taken)
        if is_news or now - reconciled >= RECONCILE_SECONDS:
            reconciled = now
            _tell_late_arrivals(home, clock(), log)
            active, suspects = scheduler.active_imports(state.suspects, now)
            state = state.model_copy(update={"suspects": suspects})
            runs = _due_runs(home, scheduler, active, clock())
        if runs or now - started >= seconds:
            return Watched(runs, state.model_dump_json())
        # A look at thousands of files takes a while itself, and must not be all that this process does.
        sleep(max(GLANCE_SECONDS, clock().timestamp() - now))


def _due_runs(home: Home, scheduler: Scheduler[_Run], active: set[str], now: datetime) -> list[_Run]:
    lists = [scheduler.run_of(request) for request in list_requests(home, active, now)]
    due = {manifest.import_id: manifest for manifest in imports_to_run(home, active, now)}
    if not due:
        return lists
    # New ones that may wait for a person are neighbours of one another, as a run over several of them needs.
    order = scheduler.in_run_order(sorted(due, key=lambda one: may_ever_wait(due[one].profile)))
    return lists + [scheduler.run_of(request) for request in note_requests(home, due, order, now)]


def _look_in_time(
    home: Home, before: Sightings, now: float, warn: Callable[[str], object]
) -> tuple[Sightings, list[Drop]]:
    """Look, unless that takes too long: then nothing is complete, and the running imports are still looked after."""
    try:
        return within(PATIENCE, f"{home.root}/look", partial(_look, home, before, now, warn))
    except StillAtWorkError:
        warn("The inbox takes long to list: is a disk or a network drive hanging? No file is taken meanwhile.")
        return before, []


def _tell_late_arrivals(home: Home, now: datetime, log: Callable[[str], object]) -> None:
    with contextlib.suppress(StillAtWorkError):
        for line in within(PATIENCE, f"{home.root}/late", lambda: list(stage_late_arrivals(home, now))):
            log(line)


def _look(home: Home, before: Sightings, now: float, warn: Callable[[str], object]) -> tuple[Sightings, list[Drop]]:
    """Return what lies in the inbox, and which of it is complete."""
    drops = [drop for drop in list_drops(home, warn) if drop.folder != ACTIVITY_FOLDER]
    after = before.after(drops, now)
    settle = {folder: _settle(home, *folder) for folder in {_folder_of(drop) for drop in drops}}
    return after, [drop for drop in drops if after.is_stable(drop, now, settle[_folder_of(drop)])]


def _folder_of(drop: Drop) -> tuple[str, str]:
    """Return the folder of a drop, and of a list the folder below it that says what it is."""
    return drop.folder, drop.inner.split("/", 1)[0] if drop.folder == LISTS_FOLDER else ""


def _settle(home: Home, folder: str, inner: str) -> float:
    return settle_of_lists(home, inner) if folder == LISTS_FOLDER else settle_seconds(home.profiles, folder)


def _bounded(complete: Sequence[Drop], clock: Callable[[], datetime]) -> Iterator[Drop]:
    until = clock().timestamp() + STAGING_SECONDS
    for drop in complete[:FILES_AT_ONCE]:
        if clock().timestamp() > until:
            return
        yield drop
