"""What the tests of several rooms need: a home on a quick disk, imports through the real job on a real instance, and a
canonical dump of everything that imports leave in a home, read without the project's own code.
"""

import atexit
import contextlib
import functools
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from lead_pipeline.filing.archive import discard_copy
from lead_pipeline.filing.decisions import Answer, decide, state_of
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.filing.staging import stage_activity, stage_import, stage_list
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.activity.loading_calls import load_activity
from lead_pipeline.importing.approval import commit_or_hold
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.concluding import earlier_result, report_import
from lead_pipeline.importing.dry_running import dry_run
from lead_pipeline.importing.facts import Refusal
from lead_pipeline.importing.lists.suppression_list import load_list
from lead_pipeline.importing.steps import (
    map_leads,
    normalize_leads,
    read_file,
    record_refusal,
)
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import FileRefusedError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.results import ImportResult, Progress
from lead_pipeline.model.scrub.activity_settings import ActivitySettings
from lead_pipeline.model.suppression_kinds import SuppressionKind
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.orchestration.launching import Launcher
from lead_pipeline.orchestration.sqlite import release_sqlite
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.records import ActivityCounts, ListCounts
from lead_pipeline.store.settings import StoreSettings

#: When tests say that it is.
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@contextlib.contextmanager
def quick_folder() -> Iterator[Path]:
    """Give a folder in memory where there is one: Dagster's SQLite files flush to the disk hundreds of times a run."""
    memory = Path("/dev/shm")
    below = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="lead-pipeline-", dir=below))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def _template() -> Home:
    """A home, made once per process, whose instance and store have their tables."""
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    home = Home(kept.enter_context(quick_folder()) / "home")
    instance = open_instance(home)
    instance.get_runs(limit=1)
    instance.get_dynamic_partitions("imports")
    instance.dispose()
    release_sqlite()
    with DuckdbLeadStore.open(home.root):
        return home


def prepared_home(root: Path) -> Home:
    """Return the home at `root`; a new one gets a Dagster instance that has its tables, which takes long to make."""
    home = Home(root)
    home.prepare()
    if not any(home.dagster.iterdir()):
        shutil.copytree(_template().dagster, home.dagster, dirs_exist_ok=True)
    return home


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write plain cells (no comma, quote or line break in them) as CSV."""
    path.write_text("".join(",".join(cells) + "\n" for cells in [header, *rows]), encoding="utf-8")
    return path


def call_schedule(**changes: object) -> ImportProfile:
    """Return the bundled profile, with some of its keys changed."""
    return ImportProfile.model_validate(load_profile("call_schedule", folder=None).model_dump() | changes)


@dataclass(frozen=True)
class Importing:
    """A home whose files are imported in this process, as the command line does it."""

    home: Home
    launcher: Launcher

    def file(self, path: Path, profile: ImportProfile, destination: Destination | None = None) -> ImportResult:
        """Stage and import a file."""
        return self.launcher.import_staged(self.launcher.stage(path, profile, destination), _unheard)


@contextlib.contextmanager
def importing(root: Path, *, store_wait_seconds: float = 60.0) -> Iterator[Importing]:
    """Open the Dagster instance of a home and give what imports files into it."""
    home = prepared_home(root)
    instance = open_instance(home)
    try:
        yield Importing(home, Launcher(home, instance, store_wait_seconds=store_wait_seconds))
    finally:
        instance.dispose()


def _unheard(_step: str, _rows: int, _progress: Progress) -> None:
    return None


def dry_run_of(home: Home, file: Path, profile: ImportProfile) -> ImportResult:
    """Return what an import of a file would come to, as the command line asks; nothing is listened to."""
    return dry_run(
        home,
        file,
        profile,
        identity_name=profile.name,
        settings=StoreSettings(),
        on_wait=lambda *_waited: None,
        listener=lambda *_told: None,
    )


def query(home: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask the store with DuckDB alone."""
    with duckdb.connect(str(home / "leads.duckdb"), read_only=True) as con:
        return con.execute(sql, list(values)).fetchall()


def dump_store(home: Path) -> dict[str, list[str]]:
    """Return every row of every table, in an order of its own and without times; only how long a lead lives is kept."""
    with duckdb.connect(str(home / "leads.duckdb"), read_only=True) as con:
        tables = con.execute(
            "select table_name, list(column_name order by ordinal_position)"
            " filter (data_type not like '%TIMESTAMP%') from information_schema.columns"
            " where table_schema = 'base' and table_name in"
            "   (select table_name from information_schema.tables where table_type = 'BASE TABLE')"
            " group by table_name order by table_name"
        ).fetchall()
        dump = {
            table: sorted(map(repr, con.execute(f"select {', '.join(columns)} from base.{table}").fetchall()))
            for table, columns in tables
        }
        lives = con.execute("select lead_id, expires_at - created_at from base.leads order by lead_id").fetchall()
    return dump | {"lives": list(map(repr, lives))}


def dump_home(home: Path, *, store: Callable[[Path], dict[str, list[str]]] = dump_store) -> dict[str, object]:
    """Return what imports leave for people: store, tables, rejected files, results, archive, and what still waits."""
    return {
        "store": store(home),
        "tables": {
            _name(home, path): pl.read_parquet(path, glob=False, hive_partitioning=False)
            .select(pl.exclude("created_at", "updated_at", "expires_at"))
            .rows()
            for path in _files(home / "tables")
        },
        "rejected files": {
            _name(home, path): path.read_bytes() for path in _files(home / "reports") if path.suffix == ".csv"
        },
        "reports": [_name(home, path) for path in _files(home / "reports")],
        "results": {
            _name(home, path): {
                key: value
                for key, value in json.loads(path.read_text()).items()
                if key not in ("started_at", "ended_at", "timings", "already_imported")
            }
            for path in _files(home / "reports")
            if path.suffix == ".json"
        },
        "archive": {_name(home, path): path.read_bytes() for path in _files(home / "archive")},
        "quarantine": [_name(home, path) for path in _files(home / "quarantine")],
        "inbox": [_name(home, path) for path in _files(home / "inbox")],
        "waiting": [_name(home, path) for path in _files(home / "staging" / "manifests")],
        "receipts": {
            path.name: json.loads(path.read_text())["status"] for path in _files(home / "staging" / "receipts")
        },
    }


def _files(folder: Path) -> list[Path]:
    """Return the files that readers look at: hidden ones are the leavings of a killed writer."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _name(home: Path, path: Path) -> str:
    return path.relative_to(home).as_posix()


@dataclass(frozen=True)
class Stages:
    """A home whose files are imported step by step without Dagster, the store open all the while: quick, and the same
    functions that the assets call.
    """

    home: Home
    store: DuckdbLeadStore
    environment: Mapping[str, str] = field(default_factory=dict)

    def file(self, path: Path, profile: ImportProfile, *, identity_name: str | None = None) -> ImportResult:
        """Stage a file and run every step of its import."""
        manifest = stage_import(self.home, path, profile, now=datetime.now(UTC), identity_name=identity_name)
        if is_imported(self.home, manifest.identity):
            discard_copy(self.home, manifest)
            return earlier_result(self.home, manifest.import_id)
        return self.run(manifest)

    def decide(self, import_id: str, answer: Answer) -> ImportResult:
        """Answer for a person, and carry it out."""
        return self.run(decide(self.home, import_id, answer, datetime.now(UTC)))

    def run(self, manifest: Manifest) -> ImportResult:
        """Run every step of a staged import."""
        work = WorkFolder(self.home, manifest)
        work.clear()
        try:
            normalize = functools.partial(normalize_leads, at=datetime.now(UTC))
            for step in () if state_of(self.home, manifest) == "cancelled" else (read_file, map_leads, normalize):
                step(work)
        except FileRefusedError as error:
            refusal = Refusal(code=manifest.refusal_code or error.reason or Reason.FILE_UNREADABLE, message=str(error))
            work.put("refusal", refusal)
            record_refusal(work, self.store, refusal, datetime.now(UTC))
        else:
            commit_or_hold(work, self.store, datetime.now(UTC))
        result = report_import(work, manifest.staged_at, datetime.now(UTC), self.environment)
        work.clear()
        return result

    def suppress(self, path: Path, kind: SuppressionKind = "blocked", region: str | None = "US") -> ListCounts:
        """Stage and load a suppression list."""
        manifest = stage_list(self.home, path, kind, region, now=datetime.now(UTC))
        return load_list(self.store, manifest, self.home, utc_now()).counts

    def call(self, path: Path, *, region: str | None = "US") -> ActivityCounts:
        """Stage and load a drop of call activity."""
        now = utc_now()
        manifest = stage_activity(self.home, path, ActivitySettings(region=region, timezone="UTC"), now=now)
        return load_activity(self.store, manifest, self.home, now).counts

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the store, which is open here, so that nobody else can."""
        return self.store.workspace.rows(sql, list(values))


@contextlib.contextmanager
def staging(root: Path) -> Iterator[Stages]:
    """Prepare a home, open its store and give what imports files into it without Dagster."""
    home = Home(root)
    home.prepare()
    if not home.store.exists():
        shutil.copy2(_template().store, home.store)  # an empty store, which takes long to make
    with DuckdbLeadStore.open(home.root) as store:
        yield Stages(home, store)
