"""Imports dropped files with workers on two hosts and on one, and has things die meanwhile: a worker, the broker,
PostgreSQL, the network between a worker and everything else. Run it by hand, as root:
`python -m lead_pipeline_tests.benchmarks.several_hosts`.

Hosts are network namespaces of one machine. The first has PostgreSQL, Redis, and what `lead-pipeline ui` is made of;
the others a worker each. Where there are fewer cores than hosts, each gets the same part of one. They share disk,
memory and caches, which hosts of one's own would not.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg2

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.engine import Engine
from lead_pipeline.importing.submitting import submit_file
from lead_pipeline_tests.benchmarks.hosts import Host, hosts
from lead_pipeline_tests.orchestration.serving import Ui, drop, receipts, unfinished_runs
from lead_pipeline_tests.orchestration.workers import Worker, settings_of, shared_home
from lead_pipeline_tests.postgres_server import Server, prepared_folder
from lead_pipeline_tests.redis_server import Redis
from lead_pipeline_tests.support import call_schedule, quick_folder, write_csv

_HEADER = ("caller_id", "email", "expires_in", "state")
_PATIENCE = 1800.0

#: As a server has it that must not lose anything.
_POSTGRES = {
    "fsync": "on", "synchronous_commit": "on", "max_connections": "100", "shared_buffers": "256MB",
    "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000", "log_min_messages": "fatal",
}  # fmt: skip

_LIBPQ = "connect_timeout=10&keepalives_idle=5&keepalives_interval=2&keepalives_count=3&tcp_user_timeout=10000"

_WHAT_CAME = (
    "select i.file_name, o.row_number, o.line_number, o.outcome, o.reason_codes::text, l.phone, l.email,"
    " l.attributes::text, l.destination_name, (select count(*) from enrollments e where e.lead_id = l.lead_id)"
    " from row_outcomes o join imports i using (import_id) left join leads l using (lead_id) order by 1, 2"
)
_NUMBERS = (
    "select (select count(*) from leads), (select count(distinct phone) from leads), (select count(*) from contacts),"
    " (select count(*) from enrollments), (select count(*) from imports), (select count(*) from row_outcomes)"
)


class Site:
    """PostgreSQL and Redis on the first host, and a home that all share."""

    def __init__(self, folder: Path, first: Host) -> None:
        self.folder, self.first = folder, first
        self.postgres_folder = prepared_folder()
        self.postgres = Server(self.postgres_folder, _POSTGRES | {"listen_addresses": first.address})
        with (self.postgres.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {first.address.rpartition('.')[0]}.0/24 trust\n")
        self.postgres.psql("select pg_reload_conf()")
        self.redis = Redis(folder / "redis", 6379, host=first.address)

    def database(self, name: str) -> str:
        """Make a database, and return its address on the network."""
        self.postgres.psql(f"create database {name}")
        return f"postgresql://tester@{self.first.address}/{name}?{_LIBPQ}"

    def restart_postgres(self, how: signal.Signals) -> None:
        self.postgres.stop(how)
        (self.postgres_folder / ".s.PGSQL.5432").unlink(missing_ok=True)
        self.postgres.start()

    def end(self) -> None:
        self.redis.stop()
        self.postgres.stop()
        shutil.rmtree(self.postgres_folder, ignore_errors=True)


class Cluster:
    """Services on the first host, a worker on each other one, over a home and databases of their own."""

    def __init__(self, site: Site, name: str, others: Sequence[Host], at_once: int) -> None:
        self.site, self.others, self.at_once = site, others, at_once
        self.home = shared_home(site.folder / name)
        (self.home / "inbox" / "call_schedule").mkdir(exist_ok=True)
        self.store = site.database(f"{name}_leads")
        self.environment = settings_of(
            self.home, store=self.store, dagster=site.database(f"{name}_dagster"), broker=site.redis.address
        )
        os.environ.update(self.environment)
        self.workers = {host.space: self._worker(host) for host in others}
        self.ui = Ui(self.home)
        self.ui.wait_until_ready()
        for host in others:
            self.ui.wait_for("worker", self.workers[host.space].is_ready)

    def _worker(self, host: Host) -> Worker:
        log = self.site.folder / f"{host.space}-{time.monotonic_ns()}.log"
        return Worker(host.space, self.environment, log, prefix=host.prefix, concurrency=self.at_once)

    def restart_worker(self, host: Host) -> None:
        self.workers[host.space] = self._worker(host)

    def wait_for_receipts(self, count: int) -> float:
        began = time.monotonic()
        self.ui.wait_for("receipts", lambda: len(receipts(self.home)) == count, patience=_PATIENCE)
        return time.monotonic() - began

    def asked(self, sql: str) -> list[tuple[object, ...]]:
        return asked(self.store, sql)

    def stop(self) -> None:
        for worker in self.workers.values():
            worker.kill()
        self.ui.stop()


def asked(address: str, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(address)) as con, con.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def files_of(folder: Path, name: str, first: int, count: int, rows: int) -> list[Path]:
    """Write files that share no lead: good rows, one twice, one that is no number, one that is blank."""
    folder.mkdir(exist_ok=True)
    made = []
    for number in range(first, first + count):
        good = [_row(number * rows + row) for row in range(rows)]
        bad = [good[0], ("12345", "", "", "NY"), ("", "", "", "")]
        made.append(write_csv(folder / f"{name}-{number:04d}.csv", _HEADER, [*good, *bad]))
    return made


def _row(number: int) -> tuple[str, str, str, str]:
    """Return a person whose number is valid: area code, exchange and line count up."""
    rest, line = divmod(number, 10_000)
    area, exchange = divmod(rest, 700)
    return f"{(212, 213, 305, 312, 404, 415)[area]}{200 + exchange:03d}{line:04d}", f"p{number}@example.com", "24", "NY"


def measure(site: Site, name: str, others: Sequence[Host], files: Sequence[Path], rows: int, *, at_once: int) -> float:
    """Drop all files at once and return the seconds until the last receipt; raises AssertionError for a lost row."""
    cluster = Cluster(site, name, others, at_once)
    try:
        warm = files_of(site.folder / "warm", f"warm-{name}", 4_000_000, len(others), 10)
        drop(cluster.home, warm)
        cluster.wait_for_receipts(len(warm))
        waited = [host.throttled for host in (site.first, *others)]
        drop(cluster.home, files)
        took = cluster.wait_for_receipts(len(warm) + len(files))
        waited = [host.throttled - before for host, before in zip((site.first, *others), waited, strict=True)]
        leads, phones, *_, outcomes = cluster.asked(_NUMBERS)[0]
        assert leads == phones == len(files) * rows + len(warm) * 10, (leads, phones)
        assert outcomes == len(files) * (rows + 3) + len(warm) * 13, outcomes
    finally:
        cluster.stop()
    print(
        f"{name}: {len(files)} files of {rows} rows in {took:.1f} s, {len(files) * rows / took:.0f} rows/s; "
        f"seconds that each host waited for its share of a core: {', '.join(f'{one:.0f}' for one in waited)}",
        flush=True,
    )
    return took


class Faults:
    """What can happen to a cluster. Each takes as long as it takes, and leaves the cluster to recover by itself."""

    def __init__(self, cluster: Cluster, chance: random.Random, away: float) -> None:
        self._cluster, self._chance, self._away = cluster, chance, away

    def worker_killed(self) -> str:
        """End a worker with everything that it does, and start it again."""
        host = self._chance.choice(self._cluster.others)
        self._cluster.workers[host.space].kill()
        time.sleep(self._chance.uniform(0, 3))
        self._cluster.restart_worker(host)
        return "a worker was killed"

    def broker_away(self) -> str:
        """Stop the broker for a while."""
        self._cluster.site.redis.stop()
        time.sleep(self._away)
        self._cluster.site.redis.start()
        return f"the broker was away for {self._away:.0f} s"

    def postgres_restarted(self) -> str:
        """Restart PostgreSQL, politely or as if it had crashed."""
        how = self._chance.choice((signal.SIGINT, signal.SIGQUIT))
        self._cluster.site.restart_postgres(how)
        return f"PostgreSQL was restarted ({how.name})"

    def network_cut(self) -> str:
        """Unplug a worker, while it holds the lock of whoever writes if one does soon."""
        host, when = self._writer()
        host.unplug()
        time.sleep(self._chance.uniform(1, max(2.0, self._away)))
        host.plug()
        return f"a worker was unplugged {when}"

    def _writer(self) -> tuple[Host, str]:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            found = self._cluster.asked(
                "select host(client_addr) from pg_locks join pg_stat_activity using (pid)"
                " where locktype = 'advisory' and granted and client_addr is not null"
            )
            for host in self._cluster.others:
                if (host.address,) in found:
                    time.sleep(self._chance.uniform(0, 0.5))
                    return host, "while it wrote"
        return self._chance.choice(self._cluster.others), "at a moment"

    def one(self, number: int) -> str:
        """Do the next one; each kind has its turn."""
        kinds: list[Callable[[], str]] = [
            self.worker_killed, self.network_cut, self.postgres_restarted, self.broker_away
        ]  # fmt: skip
        return kinds[number % len(kinds)]()


def torment(site: Site, others: Sequence[Host], given: argparse.Namespace) -> int:
    """Drop files, have something die, wait until all is well again; return how much differs from undisturbed ones."""
    chance, dropped, count, rows = random.Random(given.seed), [], 0, given.rows
    files, until = max(1, given.files // given.faults), time.monotonic() + 60 * given.minutes
    cluster = Cluster(site, "faults", others, given.at_once)
    faults = Faults(cluster, chance, given.away)
    try:
        for number in range(given.faults):
            if time.monotonic() > until:
                break
            count += 1
            some = files_of(site.folder / "files", "list", len(dropped), files, rows)
            drop(cluster.home, some)
            dropped += some
            time.sleep(chance.uniform(2.0, 9.0))
            told = faults.one(number)
            print(f"{number + 1}: {told}; whole after {cluster.wait_for_receipts(len(dropped)):.0f} s", flush=True)
        cluster.ui.wait_for("end of all runs", lambda: not unfinished_runs(cluster.home), pause=1, patience=_PATIENCE)
        found = cluster.asked(_WHAT_CAME), cluster.asked(_NUMBERS)
        left = [path.name for path in (cluster.home / "staging" / "parts").iterdir()]
        left += [path.name for path in (cluster.home / "quarantine").rglob("*") if path.is_file()]
        left += [path.name for path in (cluster.home / "inbox").rglob("*.csv")]
    finally:
        cluster.stop()
    expected = undisturbed(site, dropped)
    lost = len(set(expected[0]) - set(found[0]))
    doubled = len(found[0]) - len({row[:2] for row in found[0]})
    print(
        f"{count} faults, {len(expected[0])} rows of {len(dropped)} files: {lost} lost, {doubled} doubled, left {left}"
    )
    print(f"numbers {found[1][0]}, undisturbed {expected[1][0]}")
    return lost + doubled + len(left) + (found != expected)


def undisturbed(site: Site, files: Sequence[Path]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Import the same files one by one in this process, without Dagster, into a store of their own."""
    address = site.database("undisturbed")
    os.environ["LEAD_PIPELINE_STORE"] = address
    home = Home(site.folder / "undisturbed")
    home.prepare()
    for file in files:
        import_ids = [submit_file(home, file, call_schedule()).import_id]
        engine = Engine(home)
        for step in (engine.read_files, engine.map_leads, engine.normalize_leads):
            step(import_ids)
        engine.commit(import_ids, lambda *_: None)
        engine.report(import_ids, lambda _message: None)
        engine.release()
    return asked(address, _WHAT_CAME), asked(address, _NUMBERS)


def on_the_first_host(given: argparse.Namespace, all_hosts: list[Host]) -> int:
    """Do what was asked for, in the network of the first host."""
    first, *others = all_hosts
    with _folder(given.folder) as folder:
        site = Site(folder, first)
        try:
            if not given.faults or given.measure:
                files = files_of(folder / "files", "list", 0, given.files, given.rows)
                two = measure(site, "two_hosts", others, files, given.rows, at_once=given.at_once)
                one = measure(site, "one_host", others[:1], files, given.rows, at_once=given.at_once)
                print(f"two hosts: {one / two:.2f} times one")
            if given.faults:
                return torment(site, others, given)
        finally:
            site.end()
    return 0


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is None:
        with quick_folder() as folder:
            yield folder
        return
    given.mkdir(parents=True)
    yield given


def main() -> int:
    """Make the hosts and go to the first, which is done by running this program there; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200, help="with --faults, of all faults together")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=1, help="imports at a time on each worker")
    parser.add_argument("--faults", type=int, default=0, help="so many faults, instead of measuring")
    parser.add_argument("--measure", action="store_true", help="measure before the faults as well")
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="begin with no further fault after so long")
    parser.add_argument("--away", type=float, default=60.0, help="seconds that the broker is away; a cut is shorter")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the home lies, and stays; in memory if not given")
    parser.add_argument("--hosts", help=argparse.SUPPRESS)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if given.hosts:
        return on_the_first_host(given, [_known(said) for said in given.hosts.split(",")])
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nsenter"):
        sys.exit("Network namespaces need root, iproute2 and util-linux.")
    with hosts(3, limited=not given.faults or given.measure) as made:
        told = ",".join(f"{one.space}/{one.address}/{'' if one.core is None else one.core}/{one.group}" for one in made)
        command = [sys.executable, "-m", "lead_pipeline_tests.benchmarks.several_hosts", *sys.argv[1:]]
        inside = subprocess.Popen([*made[0].prefix, *command, "--hosts", told])
        try:
            return inside.wait()
        finally:
            inside.terminate()  # it tidies up as well
            inside.wait(60)


def _known(said: str) -> Host:
    """Return a host that is there already."""
    space, address, core, group = said.split("/", 3)
    host = Host.__new__(Host)
    host.space, host.address, host.core = space, address, int(core) if core else None
    host.group = None if group == "None" else Path(group)
    return host


if __name__ == "__main__":
    sys.exit(main())
