"""How long pages take: of an import with a million rejected rows, of rows that are looked for among a hundred thousand,
and today's with two thousand imports; and how long after its commit an import can be looked at.

Beside rows that are looked for stands what one does by hand: `rejected.csv` read by Polars, and filtered. Pages are
asked for over HTTP from the real server, in this process; each figure is the median of five, after a first one that is
said.

    python -m lead_pipeline_tests.benchmarks.workbench_pages [--rejected 1000000] [--looked-among 100000]
        [--imports 2000] [--good 1000000]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import polars as pl

from lead_pipeline.importing import approval, steps
from lead_pipeline.model.results import ImportResult
from lead_pipeline_tests.importing.looking.test_looking_at_imports import put
from lead_pipeline_tests.support import Stages, call_schedule, staging
from lead_pipeline_tests.web.serving_pages import served


def rejected_file(path: Path, rows: int) -> Path:
    """Write rows that are all rejected: their phones are too short."""
    number = pl.int_range(rows, eager=True)
    frame = pl.select(
        caller_id=pl.format("951{}", number % 1000),
        email=pl.format("person{}@example.com", number),
        first_name=pl.format("First {}", number % 5_000),
        last_name=pl.format("Last {}", number % 9_000),
        zip=pl.format("{}", 10_000 + number % 80_000),
        lead_priority=pl.lit("3"),
        expires_in=pl.lit("48"),
        **{f"answer_{index}": pl.format("answer {} of {}", index, number) for index in range(6)},
    )
    frame.write_csv(path)
    return path


def good_file(path: Path, rows: int) -> Path:
    """Write rows that all become leads."""
    number = pl.int_range(rows, eager=True)
    pl.select(
        caller_id=pl.format("+1{}{}", 201 + number // 5_000_000, 5_000_000 + number % 5_000_000),
        email=pl.format("person{}@example.com", number),
    ).write_csv(path)
    return path


def timed(what: str, call: Callable[[], object], times: int = 5) -> None:
    """Print how long the first call takes, and the median of the following ones."""
    seconds = []
    for _ in range(times + 1):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    print(f"{what}: {statistics.median(seconds[1:]):.3f} s (first {seconds[0]:.3f} s)", flush=True)


def got(client: httpx.Client, path: str) -> Callable[[], None]:
    def get() -> None:
        client.get(path).raise_for_status()

    return get


def after_commit(stages: Stages, path: Path) -> ImportResult:
    """Import a file and print when it could be looked at, counted from the end of its transaction."""
    moments: dict[str, float] = {}
    commit, early = steps.commit_import, approval.report_commit

    def committed(*args: object, **values: object) -> object:
        entry = commit(*args, **values)  # type: ignore[arg-type]
        moments["commit"] = time.perf_counter()
        return entry

    def reported(work: object, at: datetime) -> None:
        early(work, at)  # type: ignore[arg-type]
        moments["report"] = time.perf_counter()

    steps.commit_import, approval.report_commit = committed, reported  # type: ignore[assignment]
    try:
        result = stages.file(path, call_schedule())
    finally:
        steps.commit_import, approval.report_commit = commit, early
    ended = time.perf_counter()
    rows = result.rows_read or 0
    print(
        f"{rows:,} rows: report and page {moments['report'] - moments['commit']:.2f} s after the commit; "
        f"tables, files of rows and archive {ended - moments['commit']:.2f} s after it",
        flush=True,
    )
    return result


def look_by_hand(path: Path, text: str) -> Callable[[], None]:
    def look() -> None:
        rows = pl.read_csv(path, infer_schema=False)
        found = pl.any_horizontal(pl.all().str.to_lowercase().str.contains(text, literal=True))
        rows.filter(pl.col("_reasons").str.contains("phone_too_short") & found).head(50)

    return look


def rows_looked_for(stages: Stages, rows: int) -> None:
    """Time the page of an import and of its rows, first without and then with what is looked for."""
    result = after_commit(stages, rejected_file(stages.home.root / f"rejected{rows}.csv", rows))
    url = f"/imports/{result.import_id}"
    with served(stages.home.root) as address, httpx.Client(base_url=address, timeout=60) as client:
        token = client.get(f"{url}/rows").text.partition('name="csrf_token" value="')[2][:64]
        form = {"csrf_token": token, "code": "phone_too_short", "text": "person777"}
        timed(f"page of an import with {rows:,} rejected rows", got(client, url))
        timed(f"  first of {rows:,} rows", got(client, f"{url}/rows"))
        timed("  last of them", got(client, f"{url}/rows?page={rows // 50}"))
        timed("  those of a reason and column", got(client, f"{url}/rows?code=phone_too_short&column=caller_id"))
        timed("  with a text besides", lambda: client.post(f"{url}/rows", data=form).raise_for_status())
        timed("  one row", got(client, f"{url}/rows/{rows // 2}?code=phone_too_short"))
        timed(
            "  the text by hand in rejected.csv",
            look_by_hand(stages.home.root / str(result.rejected_file), "person777"),
        )


def main() -> None:
    """Print a line for each figure."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rejected", type=int, default=1_000_000)
    given.add_argument("--looked-among", type=int, default=100_000)
    given.add_argument("--imports", type=int, default=2_000)
    given.add_argument("--good", type=int, default=1_000_000)
    said = given.parse_args()
    print(datetime.now(UTC).isoformat(timespec="minutes"))
    with tempfile.TemporaryDirectory() as folder, staging(Path(folder) / "rows") as stages:
        for rows in sorted({said.looked_among, said.rejected}):
            if rows:
                rows_looked_for(stages, rows)
        if said.good:
            after_commit(stages, good_file(stages.home.root / "good.csv", said.good))
    with tempfile.TemporaryDirectory() as folder, staging(Path(folder) / "imports") as stages:
        for number in range(said.imports):
            put(stages.home, number, profile=f"profile-{number % 12}", rejected=20 + number % 7, days=-(number % 30))
        with served(stages.home.root) as address, httpx.Client(base_url=address, timeout=60) as client:
            timed(f"today with {said.imports:,} imports", got(client, "/"))
            timed("  all imports of a profile", got(client, "/imports?profile=profile-3"))


if __name__ == "__main__":
    main()
