"""The inbox sensor with a clock of our own: ticks are driven one by one, and the runs asked for are really executed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import Manifest, pending_manifests
from lead_pipeline.filing.receipts import find_receipt
from lead_pipeline.importing.drops.inbox_watch import watch_inbox
from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline.orchestration.dagster_scheduler import DagsterScheduler
from lead_pipeline.orchestration.defining.naming import Naming

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Watching:
    """A home whose sensor ticks when told to."""

    home: Home
    instance: dg.DagsterInstance
    now: datetime = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    cursor: str | None = None
    said: list[str] = field(default_factory=list)

    def tick(self, seconds: float = 4.0) -> list[dg.RunRequest]:
        """Run one tick that looks for at most `seconds` of our clock, and return what it asks for."""
        watched = watch_inbox(
            self.home,
            DagsterScheduler(self.home, self.instance, Naming(self.home.root)),
            self.cursor,
            log=self.said.append,
            seconds=seconds,
            clock=lambda: self.now,
            sleep=self.pass_time,
        )
        self.cursor = watched.remembered
        return watched.runs

    def watch_for(self, seconds: float) -> list[dg.RunRequest]:
        """Run one tick by the clock on the wall, and return what it asks for."""
        scheduler = DagsterScheduler(self.home, self.instance, Naming(self.home.root))
        watched = watch_inbox(self.home, scheduler, self.cursor, log=self.said.append, seconds=seconds)
        self.cursor = watched.remembered
        return watched.runs

    def pass_time(self, seconds: float) -> None:
        """Move our clock."""
        self.now += timedelta(seconds=seconds)

    def launch(self, job: str, partition: str) -> dg.ExecuteInProcessResult:
        """Launch a job for a partition, as a click in the UI does."""
        return (
            build_definitions(self.home.root)
            .resolve_job_def(job)
            .execute_in_process(
                instance=self.instance, partition_key=partition, run_config=_QUIET, raise_on_error=False
            )
        )

    def profile(self, name: str, **keys: object) -> str:
        """Write a profile of one's own that extends the bundled one, and return its name."""
        document = {"extends": "call_schedule", "name": name, **keys}
        (self.home.profiles / f"{name}.yaml").write_text(json.dumps(document))
        return name

    def execute(self, requests: Sequence[dg.RunRequest]) -> list[dg.ExecuteInProcessResult]:
        """Execute what was asked for, in this process, with the tags that were asked for."""
        job = build_definitions(self.home.root).resolve_job_def("import_leads")
        return [
            job.execute_in_process(
                instance=self.instance,
                partition_key=request.partition_key,
                tags=dict(request.tags),
                run_config=_QUIET,
                raise_on_error=False,
            )
            for request in requests
        ]

    def drop(self, name: str, content: str | bytes, folder: str = "call_schedule"):
        """Put a file into the inbox."""
        path = self.home.inbox / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def waiting(self) -> list[Manifest]:
        """Return the staged imports that are not finished."""
        return list(pending_manifests(self.home))

    def status(self, identity: str) -> str | None:
        """Return what the receipt says."""
        receipt = find_receipt(self.home, identity)
        return receipt.status.value if receipt else None


def recorded_run(watching: Watching, partition: str, status: dg.DagsterRunStatus) -> str:
    """Record a run as Dagster does for one that some daemon launched."""
    job = build_definitions(watching.home.root).resolve_job_def("import_leads")
    tags = {"dagster/partition": partition, **job.run_tags}
    run = watching.instance.create_run_for_job(job, tags=tags, status=status)
    return run.run_id


def leads(first: int, rows: int = 1) -> str:
    """Return a CSV file of valid numbers that no other `first` has."""
    return "caller_id,name\n" + "".join(f"212{200 + first % 700:03d}{row:04d},n{row}\n" for row in range(rows))
