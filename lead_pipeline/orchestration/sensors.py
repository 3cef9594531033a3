"""The inbox sensor: looks at the inbox for most of a minute per tick, and asks for a run as soon as a file is complete.
It never opens the store. Which files are taken, and which runs are due, is decided in intake.py.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache

import dagster as dg
from dagster import DagsterInstance
from pydantic import Field, ValidationError

from lead_pipeline.filing.cleanup import sweep
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.inbox import Drop, Looks, list_drops
from lead_pipeline.filing.manifests import Manifest, note_request
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.intake import due, grouped, not_taken, take
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.orchestration.boundary import telling_dagster
from lead_pipeline.orchestration.jobs import import_leads
from lead_pipeline.orchestration.liveness import FIRST, LAST, active_keys
from lead_pipeline.orchestration.partitions import imports_partitions
from lead_pipeline.orchestration.resources import HomeResource

#: A tick may take 60 seconds (dagster issue 14830); one that lasts saves the daemon's 5 seconds between two ticks.
POLL_SECONDS = 40.0
GLANCE_SECONDS = 0.1
RECONCILE_SECONDS = 5.0

#: Bounds of one tick, so that ten thousand files neither block it nor flood the queue.
FILES_PER_TICK = 400
STAGING_SECONDS = 20.0


class Cursor(FrozenModel):
    """What the sensor remembers between ticks: how files looked, and since when runs seem dead."""

    looks: Looks = Looks()
    suspects: dict[str, float] = Field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Read a cursor; one that cannot be read is forgotten, which costs seconds and loses nothing."""
        try:
            return cls.model_validate_json(text or "{}")
        except ValidationError:
            return cls()


@dg.sensor(
    name="inbox_sensor",
    job=import_leads,
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Watches inbox/<profile>/ and imports each complete file; asks again for what a crash left behind.",
)
def inbox_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult:
    """Look until there is something to ask for, or the tick is over."""
    with telling_dagster("looking at the inbox"):
        home.home.prepare()
        sweep(home.home, utc_now().timestamp())
        return watch(home.home, context.instance, context.cursor, log=context.log.info)
    raise AssertionError("telling_dagster never swallows")


def watch(
    home: Home,
    instance: DagsterInstance,
    cursor: str | None,
    *,
    log: Callable[[str], object],
    seconds: float = POLL_SECONDS,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], object] = time.sleep,
) -> dg.SensorResult:
    """Take complete files and return the runs that are due, as soon as there are any or after `seconds`."""
    state, started, reconciled = Cursor.parse(cursor), clock().timestamp(), float("-inf")
    log_once = cache(log)
    while True:
        now = clock().timestamp()
        looks, settled = _look(home, state.looks, now, log_once)
        state = Cursor(looks=looks, suspects=state.suspects)
        fresh = not_taken(home, settled)
        for line in take(home, _bounded(fresh, clock), clock):
            log(line)
        requests: list[dg.RunRequest] = []
        if fresh or now - reconciled >= RECONCILE_SECONDS:
            reconciled = now
            active, suspects = active_keys(home, instance, state.suspects, now)
            state = Cursor(looks=looks, suspects=suspects)
            requests = ask(home, instance, due(home, active, clock()), clock)
        if requests or now - started >= seconds:
            return dg.SensorResult(run_requests=requests, cursor=state.model_dump_json())
        # A look at thousands of files takes a while itself, and must not be all that this process does.
        sleep(max(GLANCE_SECONDS, clock().timestamp() - now))


def _look(home: Home, looks: Looks, now: float, told: Callable[[str], object]) -> tuple[Looks, list[Drop]]:
    drops = list_drops(home, told)
    after = looks.after(drops, now)
    return after, [drop for drop in drops if after.is_settled(drop, now)]


def _bounded(settled: Sequence[Drop], clock: Callable[[], datetime]) -> Iterator[Drop]:
    until = clock().timestamp() + STAGING_SECONDS
    for drop in settled[:FILES_PER_TICK]:
        if clock().timestamp() > until:
            return
        yield drop


def ask(
    home: Home, instance: DagsterInstance, manifests: Sequence[Manifest], clock: Callable[[], datetime]
) -> list[dg.RunRequest]:
    """Register the partitions of imports and return the run requests for them."""
    if not manifests:
        return []
    name = str(imports_partitions.name)
    known = set(instance.get_dynamic_partitions(name))
    instance.add_dynamic_partitions(name, [one.import_id for one in manifests if one.import_id not in known])
    stored = instance.get_dynamic_partitions(name)
    noted = {one.import_id: note_request(home, one, clock()) for one in manifests}
    requests = []
    for request in grouped(noted, stored):
        first = noted[request.first]
        tags = {"lead_pipeline/profile": first.profile.name, "lead_pipeline/files": str(request.files)}
        if request.files == 1:
            tags["lead_pipeline/file"] = first.file_name
            requests.append(
                dg.RunRequest(
                    run_key=f"{request.first}#{first.attempts}@{clock().timestamp()}",
                    partition_key=request.first,
                    tags=tags,
                )
            )
        else:
            tags |= {FIRST: request.first, LAST: request.last}
            run_key = f"{request.first}..{request.last}#{first.attempts}@{clock().timestamp()}"
            requests.append(dg.RunRequest(run_key=run_key, tags=tags))
    return requests
