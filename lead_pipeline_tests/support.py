"""What the tests of several rooms need: a home on a quick disk, imports through the real job on a real instance, and a
canonical dump of everything that imports leave in a home, read without the project's own code.
"""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.model.profile import Destination, ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.orchestration.launching import Launcher
from lead_pipeline.profiles.loader import load_profile


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
    home = Home(root)
    home.prepare()
    instance = open_instance(home)
    try:
        yield Importing(home, Launcher(home, instance, store_wait_seconds=store_wait_seconds))
    finally:
        instance.dispose()


def _unheard(_step: str, _rows: int) -> None:
    return None


def query(home: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask the store with DuckDB alone."""
    with duckdb.connect(str(home / "leads.duckdb"), read_only=True) as con:
        return con.execute(sql, list(values)).fetchall()


def dump_store(home: Path) -> dict[str, list[str]]:
    """Return every row of every table, in an order of its own and without times; only how long a lead lives is kept."""
    with duckdb.connect(str(home / "leads.duckdb"), read_only=True) as con:
        tables = con.execute(
            "select table_name, list(column_name order by ordinal_position)"
            " filter (data_type not like 'TIMESTAMP%') from information_schema.columns"
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


def dump_home(home: Path) -> dict[str, object]:
    """Return what imports leave for people: store, tables, rejected files, results, archive, and what still waits."""
    return {
        "store": dump_store(home),
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
