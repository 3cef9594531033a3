"""A process that imports files in children of its own, and has them killed (SIGKILL) at named points or after a time.
Run as a module: it loads everything once, then forks one child per request (a JSON object per line on standard input)
and answers with a line each. The points are wrapped around functions in the child; production code knows none of them.
"""

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")


from lead_pipeline.filing import archive, decisions, inbox, life_cycle, staging  # noqa: E402
from lead_pipeline.filing.decisions import Answer, waiting_imports  # noqa: E402
from lead_pipeline.filing.list_manifests import ListManifest, load_list_manifest  # noqa: E402
from lead_pipeline.filing.lists import list_drops  # noqa: E402
from lead_pipeline.filing.receipts import Receipt  # noqa: E402
from lead_pipeline.filing.work_folder import WorkFolder  # noqa: E402
from lead_pipeline.importing import (  # noqa: E402
    approval,
    committing,
    concluding,
    steps,
    submitting,
)
from lead_pipeline.importing.drops import list_intake  # noqa: E402
from lead_pipeline.importing.drops.intake import imports_to_run, not_staged, stage_drops  # noqa: E402
from lead_pipeline.importing.lists import delivered_list, suppression_list, written_version  # noqa: E402
from lead_pipeline.importing.row_files import writing_row_files  # noqa: E402
from lead_pipeline.model.errors import LeadPipelineError  # noqa: E402
from lead_pipeline.model.lists.list_settings import ListSettings  # noqa: E402
from lead_pipeline.model.outcomes import ImportStatus  # noqa: E402
from lead_pipeline.model.suppression_kinds import ListMode, SuppressionKind  # noqa: E402
from lead_pipeline.orchestration.serving.warm import warm_up  # noqa: E402
from lead_pipeline.profiles.loader import load_profile  # noqa: E402
from lead_pipeline.screening import writing  # noqa: E402
from lead_pipeline.store.duckdb import connection  # noqa: E402
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore  # noqa: E402
from lead_pipeline_tests.support import Importing, importing  # noqa: E402

_HANGS_AFTER = 150


def die() -> None:
    """End this process as a power cut of it would: no handler, no `finally`, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Point:
    """Before or after a call of a function; `which` chooses the call by its arguments."""

    owner: Any
    function: str
    after: bool = True
    which: Callable[..., bool] = lambda *_args, **_named: True

    def arm(self) -> None:
        """Have this process die when it gets there."""
        original = getattr(self.owner, self.function)

        def dying(*args: object, **named: object) -> object:
            chosen = self.which(*args, **named)
            if chosen and not self.after:
                die()
            result = original(*args, **named)
            if chosen:
                die()
            return result

        setattr(self.owner, self.function, dying)


def _parts_of(table: str) -> Point:
    return Point(WorkFolder, "write_parts", which=lambda _work, written, _batches: written == table)


def _recorded_as(status: ImportStatus) -> Point:
    return Point(DuckdbLeadStore, "record", which=lambda _store, _record, conclusion: conclusion.status == status)


#: Where an import can die, in the order in which it gets there.
POINTS: dict[str, Point] = {
    "copied, not yet staged": Point(staging, "register_manifest", after=False),
    "staged": Point(submitting, "note_request", after=False),
    "raw leads read": _parts_of("raw_leads"),
    "leads mapped": _parts_of("mapped_leads"),
    "leads normalized": _parts_of("normalized_leads"),
    "store brought up to date": Point(connection, "migrate"),
    "store opened": Point(steps, "commit_import", after=False),
    "rows screened": Point(writing, "screen"),
    "leads written": Point(writing, "_write_leads"),
    "before the commit": Point(writing, "record_import"),
    "leads managed": Point(committing, "manage_matches"),
    "after the commit": Point(steps, "commit_import"),
    "before the first table is published": Point(steps, "_publish_leads", after=False),
    "imported leads published": Point(steps, "_publish_leads"),
    "rejected leads published": Point(steps, "_publish_rejected"),
    "rejected file written": Point(writing_row_files, "write_rejected_file"),
    "rejected workbook written": Point(writing_row_files, "write_rejected_workbook"),
    "report written": Point(concluding, "write_report"),
    "before archiving": Point(concluding, "archive_import", after=False),
    "copied to the archive": Point(archive, "_keep_copy"),
    "archived": Point(concluding, "archive_import"),
    "receipt written": Point(life_cycle, "write_json", which=lambda _path, model, *_: isinstance(model, Receipt)),
    "finished": Point(concluding, "finish"),
}


#: Where an import that waits for a person can die: while it is judged, and once somebody has decided. What an approved
#: import goes through after that is above.
WAITING_POINTS: dict[str, Point] = {
    "dry run done": Point(approval, "dry_run_import"),
    "rejects of the dry run kept": Point(approval, "_keep_rejects"),
    "recorded as waiting": _recorded_as(ImportStatus.AWAITING_APPROVAL),
    "result of the dry run written": Point(concluding, "write_report"),
    "question put": Point(concluding, "await_decision"),
}
DECIDED_POINTS: dict[str, Point] = {
    "answer recorded": Point(decisions, "_write"),
    "cancellation recorded": _recorded_as(ImportStatus.CANCELLED),
    "put into quarantine": Point(concluding, "quarantine_import"),
}
#: Where the load of a suppression list from the inbox can die.
LIST_POINTS: dict[str, Point] = {
    "list copied, not yet noted": Point(list_intake, "note_list", after=False),
    "list staged": Point(list_intake, "note_list"),
    "list read": Point(suppression_list, "read_list"),
    "entries added": Point(written_version, "add_suppressions"),
    "enrollments ended": Point(written_version, "suppress_enrollments"),
    "before the commit of the list": Point(written_version, "withhold_attributes"),
    "after the commit of the list": Point(delivered_list, "load_list"),
    "report of the list made": Point(delivered_list, "list_report"),
    "before the list is put away": Point(delivered_list, "put_list_away", after=False),
    "list moved": Point(list_drops, "move_aside"),
    "list put away": Point(delivered_list, "put_list_away"),
}
POINTS_OF_ALL = POINTS | WAITING_POINTS | DECIDED_POINTS | LIST_POINTS


@dataclass(frozen=True)
class Attempt:
    """Imports in a child: of files, by command; without any, of what the inbox holds or was left, as a daemon does.
    With `list_of`, a kind, the files are suppression lists.

    With an `answer`, a person gives it by command to every import that waits.
    """

    home: str
    files: tuple[str, ...]
    profile: str = "call_schedule"
    list_of: SuppressionKind | None = None
    mode: ListMode = "add"
    answer: Answer | None = None
    point: str | None = None
    seconds: float | None = None
    by_clock: bool = False  # the seconds go by while it waits for a server, too
    file_limit: int | None = None  # no file may grow beyond so many bytes during the commit, as on a full disk


@dataclass(frozen=True)
class Ended:
    """How a child ended: killed or not, what it said, and how long it took."""

    killed: bool
    said: str
    seconds: float
    cpu: float
    loaded: list[str]  # modules that the child had to load, once it had ended well


class Crasher:
    """The other side: asks a warm process for imports in children of it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @classmethod
    @contextlib.contextmanager
    def started(cls, **environment: str) -> Iterator["Crasher"]:
        """Start the warm process, and end it afterwards."""
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"} | environment
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "lead_pipeline_tests.orchestration.crashing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=environment,
            cwd=Path(__file__).resolve().parents[2],
        )
        try:
            yield cls(process)
        finally:
            process.stdin.close()
            process.wait(30)
            process.stdout.close()

    def start(self, home: Path, *files: Path, **how: Any) -> None:
        """Ask for an attempt, and come back for `ended` later."""
        self._process.stdin.write(json.dumps(vars(Attempt(str(home), tuple(map(str, files)), **how))) + "\n")
        self._process.stdin.flush()

    def ended(self) -> Ended:
        """Wait for the attempt that was started; one that hangs (waits for a dead process, say) is a failure."""
        told, _, _ = select.select([self._process.stdout], [], [], _HANGS_AFTER)
        if not told:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise AssertionError(f"the import did not end within {_HANGS_AFTER} seconds")
        return Ended(**json.loads(self._process.stdout.readline()))

    def attempt(self, home: Path, *files: Path, **how: Any) -> Ended:
        """Import files by command, or what the inbox holds; killed at `point`, or after `seconds` of work."""
        self.start(home, *files, **how)
        return self.ended()


def _serve() -> None:
    warm_up()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(vars(_run(Attempt(**json.loads(line))))) + "\n")
        sys.stdout.flush()


def _run(attempt: Attempt) -> Ended:
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_the_child(attempt, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        told_us = {"said": "", "loaded": []} | json.loads(told.read() or "{}")
    _, status, used = os.wait4(child, 0)
    return Ended(
        killed=os.WIFSIGNALED(status),
        seconds=time.monotonic() - started,
        cpu=used.ru_utime + used.ru_stime,
        **told_us,
    )


def _be_the_child(attempt: Attempt, pipe: int) -> None:
    code, before = 1, sys.modules.keys() | set()
    try:
        if attempt.point:
            POINTS_OF_ALL[attempt.point].arm()
        if attempt.seconds is not None:
            # Counts the processor's time, so that a busy machine does not change where the import is hit. Nobody
            # handles SIGPROF: its default action ends the process as SIGKILL does.
            # SIGALRM, which is of the clock, does the same.
            signal.setitimer(signal.ITIMER_REAL if attempt.by_clock else signal.ITIMER_PROF, attempt.seconds)
        if attempt.file_limit is not None:
            _limit_commit(attempt.file_limit)
        with importing(Path(attempt.home)) as imports:
            said = _import(attempt, imports)
        os.write(pipe, json.dumps({"said": said, "loaded": sorted(sys.modules.keys() - before)}).encode())
        code = 0
    except LeadPipelineError as error:
        os.write(pipe, json.dumps({"said": f"{type(error).__name__}: {error}"}).encode())
    finally:
        os._exit(code)


def _limit_commit(size: int) -> None:
    original, before = steps.commit_import, resource.getrlimit(resource.RLIMIT_FSIZE)

    def limited(*args: Any, **named: Any) -> Any:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            return original(*args, **named)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    steps.commit_import = limited


def _import(attempt: Attempt, imports: Importing) -> str:
    if attempt.list_of:
        said = ListSettings(kind=attempt.list_of, name="mine", mode=attempt.mode)
        return ",".join(_load(imports, imports.launcher.stage_list(Path(file), said)) for file in attempt.files)
    if attempt.files:
        profile = load_profile(attempt.profile, folder=imports.home.profiles)
        return ",".join(imports.file(Path(file), profile).status.value for file in attempt.files)
    later = datetime.now(UTC) + timedelta(hours=1)  # every pause between two attempts is over
    launcher = imports.launcher
    if attempt.answer is not None:
        decided = [decisions.decide(imports.home, one, attempt.answer, later) for one in waiting_imports(imports.home)]
        return ",".join(launcher.carry_out(manifest, lambda *_: None).status.value for manifest in decided)
    stage_drops(imports.home, not_staged(imports.home, inbox.list_drops(imports.home)), lambda: later)
    asked_before = [one.requested_at for one in list_drops.waiting_lists(imports.home) if one.requested_at]
    requests = list_intake.list_requests(imports.home, (), max([later, *asked_before]) + timedelta(hours=1))
    lists = [load_list_manifest(imports.home, one.first) for one in requests]
    loaded = [_load(imports, manifest) for manifest in lists]
    asked = imports_to_run(imports.home, (), later)
    return ",".join(loaded + [launcher.import_staged(manifest, lambda *_: None).status.value for manifest in asked])


def _load(imports: Importing, manifest: ListManifest) -> str:
    imports.launcher.load_list(manifest)
    return "loaded"


if __name__ == "__main__":
    _serve()
