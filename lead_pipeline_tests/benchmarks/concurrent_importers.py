"""Has N processes import files of the same people at once into one store on PostgreSQL, sometimes the very same file or
a list of some of them, and holds what is there afterwards against an embedded store into which the same files came one
after another. Run it by hand: `python -m lead_pipeline_tests.benchmarks.concurrent_importers --help`.

Every process has a home of its own, as a machine has. In which order they committed, PostgreSQL itself is asked.
"""

import argparse
import contextlib
import multiprocessing
import os
import platform
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.staging import stage_import, stage_list
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.approval import commit_or_hold
from lead_pipeline.importing.lists.suppression_list import load_list
from lead_pipeline.importing.steps import map_leads, normalize_leads, read_file
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.postgres.postgres_migrating import bring_up_to_date
from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline_tests.peeked_store import PeekedStore
from lead_pipeline_tests.postgres_server import Server, prepared_folder
from lead_pipeline_tests.screening.written import tables_of
from lead_pipeline_tests.support import Stages, quick_folder, write_csv

#: Nothing here has to survive a power cut; when a row was committed has to be known.
_SETTINGS = {
    "fsync": "off", "listen_addresses": "", "max_connections": "60", "shared_buffers": "256MB", "autovacuum": "off",
    "log_min_messages": "fatal", "track_commit_timestamp": "on",
}  # fmt: skip

_TEMPLATE = "empty_store"
_HANGS_AFTER = 300

#: Rows are few: threads would be in one another's way.
_SETTINGS_OF_STORES = StoreSettings(wait_seconds=_HANGS_AFTER, threads=1)

#: By commit of their rows: what is only added to keeps the transaction that wrote it.
_ORDER = """
    select 'import', i.import_id, pg_xact_commit_timestamp(o.xmin) as at
    from base.imports i join lateral (
        select xmin from base.row_outcomes o where o.import_no = i.import_no limit 1) o on true
    union all
    select 'list', list_id, pg_xact_commit_timestamp(xmin) from base.suppression_lists
    order by at
"""


@dataclass(frozen=True)
class Drop:
    """A file that an importer brings: as leads under a profile, or as a list of a kind; and when it was staged, which
    is its time wherever it comes to.
    """

    path: Path
    staged_at: datetime
    profile: str = ""
    kind: str = ""

    def bring(self, stages: Stages) -> tuple[str, str]:
        """Import or load it, up to the commit; return what it is, and the id that the store knows it by."""
        if self.kind:
            manifest = stage_list(stages.home, self.path, self.kind, "US", now=self.staged_at)  # type: ignore[arg-type]
            load_list(stages.store, manifest, stages.home, self.staged_at)
            return "list", manifest.list_id
        profile = load_profile(self.profile, folder=None)
        manifest = stage_import(stages.home, self.path, profile, now=self.staged_at)
        work = WorkFolder(stages.home, manifest)
        work.clear()
        read_file(work)
        map_leads(work)
        normalize_leads(work, at=self.staged_at)
        commit_or_hold(work, stages.store, self.staged_at)
        work.clear()
        return "import", manifest.import_id


@dataclass
class Importer:
    """A process with a home of its own, which brings a drop when it is told to."""

    process: multiprocessing.process.BaseProcess
    pipe: Pipe

    def answer(self) -> tuple[str, str]:
        """Wait for what became of the drop; raises RuntimeError with what went wrong."""
        if not self.pipe.poll(_HANGS_AFTER):
            raise RuntimeError(f"an importer did not end within {_HANGS_AFTER} seconds")
        ended, said = self.pipe.recv()
        if not ended:
            raise RuntimeError(said)
        return said


def _serve(pipe: Pipe, root: Path) -> None:
    """Bring drops into the store at an address until there is none left; a new address is a new home."""
    with ExitStack() as stack:
        opened: dict[str, Stages] = {}
        while (told := pipe.recv()) is not None:
            address, drop = told
            try:
                if address not in opened:
                    stack.close()
                    shutil.rmtree(root, ignore_errors=True)
                    home = Home(root)
                    home.prepare()
                    store = stack.enter_context(PostgresLeadStore.open(root, address, settings=_SETTINGS_OF_STORES))
                    opened = {address: Stages(home, store)}  # type: ignore[arg-type]
                pipe.send((True, None if drop is None else drop.bring(opened[address])))
            except Exception:  # noqa: BLE001  # whatever it is, the other side says it
                pipe.send((False, traceback.format_exc()))


@contextlib.contextmanager
def importers(folder: Path, how_many: int) -> Iterator[list[Importer]]:
    """Give processes that have loaded everything."""
    context, started = multiprocessing.get_context("spawn"), []
    try:
        for number in range(how_many):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, folder / f"machine-{number}"), daemon=True)
            process.start()
            started.append(Importer(process, ours))
        yield started
    finally:
        for importer in started:
            with contextlib.suppress(OSError):
                importer.pipe.send(None)
            importer.process.join(30)


@dataclass
class People:
    """Few enough people for files to overlap, and files with rows of them."""

    random: Random
    folder: Path
    clock: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)
    files: int = 0
    kinds: tuple[str, ...] = ("blocked", "opted_out", "do_not_call")
    profiles: tuple[str, ...] = ("call_schedule", "call_schedule", "crm_workspace", "identity_upsert")
    brought: list[Drop] = field(default_factory=list)

    def drops(self, how_many: int, rows: int) -> list[Drop]:
        """Return what the importers of a round bring."""
        found: list[Drop] = []
        for _ in range(how_many):
            chance = self.random.random()
            if found and chance < 0.08:
                found.append(self.random.choice(found))  # the very same file, by another machine
            elif chance < 0.16:
                found.append(self._list())
            else:
                found.append(self._file(rows))
        return found

    def _next(self) -> tuple[Path, datetime]:
        self.files += 1
        self.clock += timedelta(seconds=1)
        return self.folder / f"list-{self.files}.csv", self.clock

    def _person(self) -> int:
        return self.random.randrange(60)

    def _file(self, rows: int) -> Drop:
        path, at = self._next()
        profile = self.random.choice(self.profiles)
        header, row = {
            "call_schedule": (("caller_id", "email", "expires_in", "state"), self._called),
            "crm_workspace": (("First Name", "Email", "Phone", "Company", "Tags"), self._sold_to),
            "identity_upsert": (("email", "phone", "first_name", "city", "_alias_phone"), self._known),
        }[profile]
        write_csv(path, header, [row() for _ in range(rows)])
        return Drop(path, at, profile=profile)

    def _list(self) -> Drop:
        path, at = self._next()
        values = [self.random.choice((self._phone, self._email))() for _ in range(3)]
        return Drop(
            write_csv(path, ("phone",), [(value,) for value in values]), at, kind=self.random.choice(self.kinds)
        )

    def _phone(self) -> str:
        return f"+1212555{self._person():04}"

    def _email(self) -> str:
        return f"person{self._person()}@example.com"

    def _called(self) -> Sequence[str]:
        phone = "12" if self.random.random() < 0.1 else self._phone()
        return phone, self.random.choice(("", self._email())), self.random.choice(("", "24", "999999")), "NY"

    def _sold_to(self) -> Sequence[str]:
        bad = self.random.random() < 0.05
        return (
            self.random.choice(("Ana", "Bo", "")), "no address" if bad else self._email(),
            self.random.choice(("", self._phone())), self.random.choice(("Acme", "Bolt", "")),
            self.random.choice(("vip", "new", "")),
        )  # fmt: skip

    def _known(self) -> Sequence[str]:
        return (
            self._email(), self.random.choice(("", self._phone())), self.random.choice(("Ana", "Bo", "")),
            self.random.choice(("Pisa", "Rome", "")), self.random.choice(("", "", self._phone())),
        )  # fmt: skip


def rows_of(store: DuckdbLeadStore | PeekedStore) -> dict[str, list[str]]:
    """Return every row of every table, without times."""
    found = {}
    tables = tables_of(store)
    with contextlib.ExitStack() as stack:
        if isinstance(store, PeekedStore):
            stack.enter_context(store.workspace.rolled_back("comparing"))
        for table in tables:
            frame = store.workspace.frame(f"select * from base.{table}")  # names of ours
            found[table] = sorted(map(repr, frame.select(pl.exclude(pl.Datetime, pl.Struct)).rows()))
    return found


@dataclass
class Compared:
    """A store on PostgreSQL, and the embedded one into which the same comes in a serial order."""

    there: PeekedStore
    here: Stages
    replayed: int = 0

    def order(self) -> list[tuple[str, str]]:
        """Return what was committed, in the order of commits."""
        with self.there._there.reading("asking for the order"):
            rows = self.there._there.rows(_ORDER)
            numbers = self.there._there.rows("select import_id from base.imports order by import_no")
        imports = [name for what, name, _at in rows if what == "import"]
        if imports != [name for (name,) in numbers]:
            raise RuntimeError("imports are not numbered in the order of their commits")
        return [(what, name) for what, name, _at in rows]

    def differing(self, drops: dict[tuple[str, str], Drop]) -> list[str]:
        """Replay what was committed since the last time, and return the tables that differ."""
        order = self.order()
        fresh, self.replayed = order[self.replayed :], len(order)
        if sorted(fresh) != sorted(drops):
            return [f"committed: {fresh} of {sorted(drops)}"]
        for one in fresh:
            drops[one].bring(self.here)
        there, here = rows_of(self.there), rows_of(self.here.store)
        return [table for table in here if there[table] != here[table]]


@contextlib.contextmanager
def compared(folder: Path, server: Server, name: str) -> Iterator[tuple[str, Compared]]:
    """Give the address of an empty store, and what compares it."""
    server.psql(f"create database {name} template {_TEMPLATE} strategy file_copy")
    address, home = server.address(name), Home(folder / f"here-{name}")
    home.prepare()
    peeking = folder / f"there-{name}"
    peeking.mkdir()
    with (
        DuckdbLeadStore.open(home.root, settings=_SETTINGS_OF_STORES) as here,
        PeekedStore.open(peeking, address, settings=_SETTINGS_OF_STORES) as there,
    ):
        yield address, Compared(there, Stages(home, here))
    shutil.rmtree(home.root)


def prepare(server: Server) -> None:
    """Make the database that others are copies of."""
    server.psql(f"create database {_TEMPLATE}")
    con = Connection(server.address(_TEMPLATE))
    bring_up_to_date(con, StoreSettings(), read_only=False)
    con.close()


def run(rounds: int, how_many: int, rows: int, seed: int, rounds_of_store: int) -> int:
    """Run the rounds and print; return how many stores differed from their serial order's."""
    wrong, done, outcomes, began = 0, 0, Counter[str](), time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(quick_folder())
        data = prepared_folder()
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        server = Server(data, _SETTINGS)
        stack.callback(server.stop)
        prepare(server)
        workers = stack.enter_context(importers(folder, how_many))
        people = People(Random(seed), folder)
        while done < rounds:
            with compared(folder, server, f"leads_{done}") as (address, both):
                _tell(workers, [(address, None)] * how_many)  # all have opened it before the first round
                for _round in range(min(rounds_of_store, rounds - done)):
                    done += 1
                    drops = people.drops(how_many, rows)
                    known = dict(zip(_tell(workers, [(address, drop) for drop in drops]), drops, strict=True))
                    differing = both.differing(known)
                    wrong += bool(differing)
                    print(f"{done}: {len(known)} of {how_many} files, {differing or 'same'}", flush=True)
                    if differing:
                        break  # what follows from it says nothing
                outcomes.update(
                    dict(both.here.rows("select outcome::varchar, count(*) from base.row_outcomes group by 1"))
                )
    print(f"{platform.machine()}, {os.cpu_count()} processors: {done} rounds of {how_many} importers, {wrong} wrong, "
          f"{time.monotonic() - began:.0f} s; rows: {dict(sorted(outcomes.items()))}")  # fmt: skip
    return wrong


def _tell(workers: list[Importer], told: list[tuple[str, Drop | None]]) -> list[Any]:
    """Have each process do its part, all at once, and wait for all."""
    for worker, one in zip(workers, told, strict=True):
        worker.pipe.send(one)
    return [worker.answer() for worker in workers]


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--importers", type=int, default=8)
    arguments.add_argument("--rows", type=int, default=12, help="of each file")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--rounds-of-store", type=int, default=5, help="before a store is begun anew")
    given = arguments.parse_args()
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # of the processes that are started
    sys.exit(run(given.rounds, given.importers, given.rows, given.seed, given.rounds_of_store) > 0)
