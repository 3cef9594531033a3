"""Whether the HTTP API loses or doubles anything when many programs call it at the same moment, and how long it takes
them: each uploads a file, starts its import and asks until it is over; then each hands in one lead. The services are
those of `lead-pipeline ui`. And how long the preview of a large upload takes, beside an upload as Starlette keeps one
by itself (a spooled temporary file) and Polars or Python's csv reading its head.

    python -m lead_pipeline_tests.benchmarks.api_clients [--clients 100] [--rows 20] [--preview-mb 100]
"""

import argparse
import csv
import io
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import httpx
import polars as pl
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lead_pipeline_tests.orchestration.serving import Ui, free_port
from lead_pipeline_tests.support import prepared_home, query
from lead_pipeline_tests.web.api_client import Client
from lead_pipeline_tests.web.serving_pages import served

_TIMEOUT = 900
_HEAD = 20


def numbers_of(client: int, rows: int) -> list[str]:
    """Return the phones of a client's file, which no other client has."""
    return [f"+1{212 + client // 100:03d}{client % 100 + 500:03d}{row:04d}" for row in range(rows)]


def file_of(client: int, rows: int) -> bytes:
    """Return a file of good rows and one that is rejected."""
    lines = ["caller_id,email", *(f"{number},c{client}@example.com" for number in numbers_of(client, rows)), "12,"]
    return "\n".join(lines).encode()


def at_once(clients: int, work: Callable[[int], float]) -> list[float]:
    """Let clients begin at the same moment; return the seconds that each took."""
    barrier = Barrier(clients)

    def begin(client: int) -> float:
        barrier.wait()
        return work(client)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(begin, range(clients)))


def import_a_file(address: str, number: int, rows: int) -> float:
    """Upload, start, and ask once a second until it is over; raises AssertionError when it is not whole."""
    began = time.perf_counter()
    with Client(base_url=address, timeout=_TIMEOUT) as client:
        job_id = client.started(file_of(number, rows), profile="call_schedule")
        while (job := client.job(job_id))["status"] == "in_progress":
            assert time.perf_counter() - began < _TIMEOUT, job
            time.sleep(1)
    assert (job["status"], job["created_count"], job["failed_count"]) == ("completed", rows, 1), job
    return time.perf_counter() - began


def hand_in_a_lead(address: str, number: int) -> float:
    """Hand in one lead, and a second time, as a program does that heard no answer."""
    began = time.perf_counter()
    with Client(base_url=address, timeout=_TIMEOUT) as client:
        (lead,) = client.leads({"phone": lead_of(number)}).raise_for_status().json()["leads"]
        took = time.perf_counter() - began
        again = client.leads({"phone": lead_of(number)}).raise_for_status().json()
    assert lead["outcome"] == "created", lead
    assert (again["already_imported"], again["leads"][0]["lead_id"]) == (True, lead["lead_id"])
    return took


def lead_of(client: int) -> str:
    """Return the phone of the lead that a client hands in."""
    return f"+1646{200 + client // 100:03d}{client % 100:04d}"


def said_of(what: str, seconds: Sequence[float], expected: list[str], found: list[str], outcomes: int) -> bool:
    """Print what was lost or doubled, and how long it took; return whether nothing was."""
    counted = Counter(found)
    lost = [phone for phone in expected if not counted[phone]]
    doubled = [phone for phone, times in counted.items() if times > 1]
    strange = counted.keys() - set(expected)
    print(
        f"{what}: {len(expected):,} leads expected, {len(lost)} lost, {len(doubled)} doubled, {len(strange)} strange; "
        f"{outcomes:,} outcomes of rows; the median client waited {statistics.median(seconds):.2f} s, the last "
        f"{max(seconds):.2f} s",
        flush=True,
    )
    return not (lost or doubled or strange)


def phones(home: Path, like: str) -> list[str]:
    """Return the phones of leads in the store."""
    return [
        phone for (phone,) in query(home, "select phone from leads where (phone like '+1646%') = (? = 'one')", like)
    ]


def many_clients(home: Path, clients: int, rows: int) -> bool:
    """Let clients import files, and then hand in leads, with the services running; return whether all of it is there
    exactly once.
    """
    ui = Ui(home)
    try:
        ui.wait_until_ready()
        address = f"http://127.0.0.1:{ui.pages_port}"
        seconds = at_once(clients, lambda number: import_a_file(address, number, rows))
        leads = at_once(clients, lambda number: hand_in_a_lead(address, number))
    finally:
        ui.stop()
    counts = query(
        home,
        "select count(*), count(distinct (import_id, row_number)) from row_outcomes join imports using (import_id)",
    )
    print(f"outcomes of rows in the store: {counts[0][0]:,}, of which different rows: {counts[0][1]:,}")
    files = [phone for client in range(clients) for phone in numbers_of(client, rows)]
    whole = said_of("upload, start, ask", seconds, files, phones(home, "file"), clients * (rows + 1))
    whole &= said_of("one lead each", leads, [*map(lead_of, range(clients))], phones(home, "one"), clients)
    return whole and counts[0] == (clients * (rows + 2),) * 2


def large_file(path: Path, megabytes: int) -> Path:
    """Write a file of that size."""
    rows, number = megabytes * 12_500, pl.int_range(megabytes * 12_500, eager=True)
    pl.select(
        phone=pl.format("+1{}{}", 201 + number // 5_000_000, 5_000_000 + number % 5_000_000),
        email=pl.format("person{}@example.com", number),
        first_name=pl.format("First {}", number % 5_000),
        last_name=pl.format("Last {}", number % 9_000),
        notes=pl.lit("wants to be called in the morning"),
    ).write_csv(path)
    print(f"a file of {path.stat().st_size / 1e6:.0f} MB, {rows:,} rows")
    return path


async def _rival_polars(request: Request) -> Response:
    async with request.form() as form:
        file = form["file"].file  # type: ignore[union-attr]
        head = await run_in_threadpool(pl.read_csv, file, n_rows=_HEAD, infer_schema=False)
        return JSONResponse({"headers": head.columns, "rows": head.rows()})


async def _rival_csv(request: Request) -> Response:
    async with request.form() as form:
        lines = csv.reader(io.TextIOWrapper(form["file"].file, "utf-8", newline=""))  # type: ignore[union-attr]
        return JSONResponse({"rows": [row for row, _ in zip(lines, range(_HEAD), strict=False)]})


@contextmanager
def rival() -> Iterator[str]:
    """Serve the rivals."""
    routes = [Route("/polars", _rival_polars, methods=["POST"]), Route("/csv", _rival_csv, methods=["POST"])]
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def timed(what: str, address: str, path: Path, times: int = 3) -> None:
    """Print how long an upload takes until it is answered: the median, and the first."""
    seconds = []
    with httpx.Client(timeout=_TIMEOUT) as client:
        for _ in range(times + 1):
            with path.open("rb") as file:
                began = time.perf_counter()
                client.post(address, files={"file": (path.name, file)}).raise_for_status()
                seconds.append(time.perf_counter() - began)
    print(f"{what}: {statistics.median(seconds[1:]):.2f} s (first {seconds[0]:.2f} s)", flush=True)


def previews(folder: Path, megabytes: int) -> None:
    """Time the preview of a large upload, and the rivals'."""
    path = large_file(folder / "large.csv", megabytes)
    with served(prepared_home(folder / "previews").root) as address:
        timed("preview, kept for a week, with suggested mappings", f"{address}/leads/import/preview", path)
        timed("  upload alone", f"{address}/api/v1/uploads", path)
    with rival() as address:
        timed("  Starlette's upload, Polars reads its head", f"{address}/polars", path)
        timed("  Starlette's upload, csv reads its head", f"{address}/csv", path)


def main() -> None:
    """Print the figures; exit with 1 when anything was lost or doubled."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--clients", type=int, default=100)
    given.add_argument("--rows", type=int, default=20)
    given.add_argument("--preview-mb", type=int, default=100)
    said = given.parse_args()
    print(datetime.now(UTC).isoformat(timespec="minutes"))
    with tempfile.TemporaryDirectory() as folder:
        if said.preview_mb:
            previews(Path(folder), said.preview_mb)
        if said.clients and not many_clients(Path(folder) / "home", said.clients, said.rows):
            raise SystemExit("something was lost or doubled")


if __name__ == "__main__":
    main()
