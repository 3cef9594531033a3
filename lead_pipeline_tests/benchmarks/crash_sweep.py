"""Kills N imports at random moments of their work, some of the re-runs too, runs each again and compares what is left
with an undisturbed import; prints the tally. With `--store postgres` the store is there, and besides imports that are
killed, connections are cut and the server is killed or restarted under them. Run it by hand:
`python -m lead_pipeline_tests.benchmarks.crash_sweep`.
"""

import argparse
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lead_pipeline.model.access.store_place import STORE
from lead_pipeline_tests.orchestration.crashing import Crasher
from lead_pipeline_tests.postgres_server import Server, prepared_folder
from lead_pipeline_tests.support import (
    call_schedule,
    dump_home,
    dump_store,
    importing,
    quick_folder,
    staging,
    write_csv,
)

#: What is committed has to survive the end of the server, and no power cut.
_SETTINGS = {"fsync": "off", "listen_addresses": "", "shared_buffers": "64MB", "log_min_messages": "fatal"}

_TABLES = """
    select c.relname, string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'base'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
      and a.atttypid <> 'timestamptz'::regtype and a.attname <> 'stored_no' and c.relname not in ('commits', 'stores')
    group by c.relname
"""

#: How often an import is run again by itself until it must have ended.
_ENOUGH = 6


@dataclass(frozen=True)
class Disturbed:
    """Where trials take place: what is there before each, what is left of one, and what can happen besides a kill."""

    crasher: Crasher
    template: Path
    file: Path
    begin: Callable[[], None]
    dump: Callable[[Path], dict[str, list[str]]]
    harms: dict[str, Callable[[], None]]


def prepare(folder: Path, rows: int) -> tuple[Path, Path, Path]:
    """Return an empty home, a file that comes first, and one that shares half of its leads."""
    home, header = folder / "template", ("caller_id", "state")
    numbers = [(f"21255{n:05d}", "NY") for n in range(20_000, 20_000 + rows)]
    file = write_csv(folder / "list.csv", header, [*numbers, numbers[0], ("12", "bad")])
    known = write_csv(folder / "known.csv", header, numbers[: rows // 2])
    with importing(home):
        pass
    return home, known, file


@contextmanager
def embedded(rows: int) -> Iterator[Disturbed]:
    """Give trials with the store in the home."""
    with quick_folder() as folder, Crasher.started() as crasher:
        template, known, file = prepare(folder, rows)
        with staging(template) as imports:
            imports.file(known, call_schedule())
        yield Disturbed(crasher, template, file, lambda: None, dump_store, {})


@contextmanager
def on_postgres(rows_of_file: int) -> Iterator[Disturbed]:
    """Give trials with the store on a PostgreSQL server of their own."""
    data = prepared_folder()
    server = Server(data, _SETTINGS)
    address = server.address("leads")

    def begin() -> None:
        server.psql("drop database if exists leads with (force)")
        server.psql("create database leads template template_leads")

    def cut() -> None:
        server.psql("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'leads'")

    def end(how: signal.Signals) -> None:
        server.stop(how)
        server.start()

    def rows(sql: str) -> list[str]:
        return server.psql(sql, "leads").splitlines()

    def dump(_home: Path) -> dict[str, list[str]]:
        tables = [line.split("|") for line in rows(_TABLES)]
        found = {name: sorted(rows(f"select {columns} from base.{name}")) for name, columns in tables}
        return found | {"lives": rows("select lead_id, expires_at - created_at from base.leads order by lead_id")}

    try:
        with quick_folder() as folder, Crasher.started(**{STORE: address}) as crasher:
            template, known, file = prepare(folder, rows_of_file)
            server.psql("create database leads")
            said = crasher.attempt(template, known).said
            if said != "completed":
                raise RuntimeError(f"the first import ended as: {said}")
            server.psql("alter database leads rename to template_leads")
            yield Disturbed(crasher, template, file, begin, dump, {
                "connections cut": cut,
                "server killed": lambda: end(signal.SIGQUIT),
                "server restarted": lambda: end(signal.SIGINT),
            })  # fmt: skip
    finally:
        server.stop()
        shutil.rmtree(data, ignore_errors=True)


class Sweep:
    """Trials one after another, and what came of them."""

    def __init__(self, place: Disturbed, seed: int, longest: float, by_clock: float) -> None:
        self.place, self.seed, self.chance = place, seed, random.Random(seed)
        self.longest, self.by_clock = longest, by_clock
        self.tally: Counter[str] = Counter()

    def kill(self, home: Path) -> str:
        """Import, and be killed: after so much work, or, where there is a server to wait for, after so much time."""
        by_clock = bool(self.place.harms) and self.chance.random() < 0.5
        moment = self.chance.uniform(0.01, self.by_clock if by_clock else self.longest)
        ended = self.place.crasher.attempt(home, self.place.file, seconds=moment, by_clock=by_clock)
        self.tally["killed"] += ended.killed
        return f"{'killed' if ended.killed else 'not killed'} at {moment:.3f} s{' by the clock' * by_clock}"

    def harm(self, home: Path) -> str:
        """Import, and have something happen to the server meanwhile."""
        what = self.chance.choice(sorted(self.place.harms))
        moment = self.chance.uniform(0.01, self.by_clock)
        self.place.crasher.start(home, self.place.file)
        time.sleep(moment)
        self.place.harms[what]()
        said = self.place.crasher.ended().said
        self.tally[what] += 1
        self.tally["imports that went on or were tried again by themselves"] += said.startswith("completed")
        return f"{what} at {moment:.3f} s: '{said}'"

    def trial(self, home: Path) -> list[str]:
        """Disturb an import one to three times, and have it done; return what happened."""
        told = []
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            does_harm = bool(self.place.harms) and self.chance.random() < 0.5
            told.append(self.harm(home) if does_harm else self.kill(home))
        for _ in range(_ENOUGH):
            said = self.place.crasher.attempt(home, self.place.file).said
            told.append(f"'{said}'")
            if said.startswith("completed"):
                break
        return told


def sweep(place: Disturbed, rounds: int | None, kills: int, rows: int, seed: int) -> int:
    """Run the sweep; return how many homes differed."""
    wrong, started = 0, time.monotonic()
    home = place.template.with_name("home")

    def undisturbed() -> dict[str, object]:
        return dump_home(home, store=place.dump)

    begin_trial(place, home)
    ended = place.crasher.attempt(home, place.file)
    expected = undisturbed()
    if len(expected["store"]["leads"]) != rows:  # type: ignore[index]
        raise RuntimeError(f"the undisturbed import, which ended as {ended.said}, did not leave the leads of its file")
    swept, trials = Sweep(place, seed, ended.cpu, ended.seconds), 0
    while trials < rounds if rounds else swept.tally["killed"] < kills:
        trials += 1
        begin_trial(place, home)
        told = swept.trial(home)
        found = undisturbed()
        if found != expected:
            wrong += 1
            differs = [name for name in expected if found[name] != expected[name]]
            print(f"seed {seed}, trial {trials}: {'; '.join(told)}: differs in {differs}", flush=True)
    tally = ", ".join(f"{count} {what}" for what, count in sorted(swept.tally.items()))
    print(f"{trials} imports of {rows} rows: {tally}; {wrong} wrong, {time.monotonic() - started:.0f} s")
    return wrong


def begin_trial(place: Disturbed, home: Path) -> None:
    """Have home and store be as they were before."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(place.template, home)
    place.begin()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--rounds", type=int, help="of so many imports, however many are killed")
    arguments.add_argument("--rows", type=int, default=2_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--store", choices=("embedded", "postgres"), default="embedded")
    given = arguments.parse_args()
    with on_postgres(given.rows) if given.store == "postgres" else embedded(given.rows) as disturbed:
        sys.exit(sweep(disturbed, given.rounds, given.kills, given.rows, given.seed) > 0)
