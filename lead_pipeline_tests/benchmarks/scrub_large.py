"""Screens N rows against a large store (leads, entries of lists, calls), with every scrub rule on, and beside it the
bare hash anti-joins that DuckDB needs over the same tables. Then, where asked for, a late opt-out of
10,000 numbers, and who is callable. Prints seconds, processor seconds and peak memory of each.
Run it by hand: `python -m lead_pipeline_tests.benchmarks.scrub_large --help`.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from lead_pipeline.enrolling.enrollments import suppress_enrollments
from lead_pipeline.importing.committing import commit_import
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.lists.listed_leads import find_listed_leads, suppress_secondary_contacts
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, add_suppressions
from lead_pipeline.screening.screen import screen
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.ledger import destination_id
from lead_pipeline.store.records import ImportRecord, ListKeys, ListRecord
from lead_pipeline.store.workspace import Workspace
from lead_pipeline_tests.benchmarks.large_store import NOW, Sizes, digits_of, make_store, write_part

#: How a profile deals with people who are there, and whether its rows have further identifiers.
VARIANTS = {"skip": (False, False), "update": (True, False), "aliases": (True, True)}

_RULES = {
    "existing_lead": {"statuses": ["won", "contacted", "new"]},
    "dialed": True,
    "connected": True,
    "converted": {"buyers": ["Buyer 3", "buyer-4"]},
    "dispositions": ["no answer", "wrong number", "DNC"],
    "attempts": 4,
    "area_codes": ["+1212", "+1305", "+4420"],
}

#: What is kept of the rows when only what must be asked is asked: each identifier once against each table.
_BARE = """
    create or replace temp table clean as
    with good as (
        select row_number, phone::ubigint as phone, {email_key} as email{more_columns}
        from read_parquet($parts) where len(reasons) = 0
    )
    select row_number from good
    anti join (select key from base.identifiers where kind = 'phone') i on i.key = good.phone
    anti join (select key from base.suppressions where identifier_kind = 'phone' and ended_by is null) s
        on s.key = good.phone
    anti join (select key from base.suppressions where identifier_kind = 'email' and ended_by is null) e
        on e.key = good.email
    anti join base.call_activity a on a.phone_key = good.phone {more_joins}
"""
_BARE_ALIASES = """
    anti join (select key from base.identifiers where kind = 'email') j on j.key = good.email
    anti join (select key from base.identifiers where kind = 'external_id') x on x.key = good.external_id
    anti join (select key from base.suppressions where identifier_kind = 'external_id' and ended_by is null) y
        on y.key = good.external_id
"""


def profile_of(variant: str) -> ImportProfile:
    """Return a profile with every scrub rule on."""
    updates, aliases = VARIANTS[variant]
    names = ("first_name", "last_name", "city")
    return ImportProfile.model_validate(
        {
            "name": f"bench_{variant}",
            "destination": {"kind": "schedule", "name": "s0"},
            "write_mode": "upsert" if updates else "create_only",
            "duplicates_in_file": "first",
            "fields": {"phone": {"type": "phone", "required": True}, "email": {"type": "email"}}
            | {name: {"type": "text"} for name in names},
            "aliases": {"email": {"column": "email_2"}, "external_id": {"column": "customer_no"}} if aliases else {},
            "scrub": {"scope": "company", "lookback_days": 365, "rules": _RULES},
        }
    )


@contextmanager
def timed(figures: dict[str, float], name: str) -> Iterator[None]:
    """Note wall and processor seconds of a block."""
    wall, spent = time.perf_counter(), time.process_time()
    yield
    figures[name] = time.perf_counter() - wall
    figures[f"{name}_processor"] = time.process_time() - spent


def run_screen(home: Path, part: Path, variant: str, profiling: Path | None) -> dict[str, float]:
    """Screen the part in a transaction that is rolled back."""
    profile, figures, parts = profile_of(variant), dict[str, float](), [str(part)]
    with DuckdbLeadStore.open(home) as store, store.workspace.rolled_back("screening") as _:
        workspace = store.workspace if profiling is None else Profiled(store.workspace, profiling)
        destination = destination_id(store.workspace, profile.destination)
        with timed(figures, "seconds"):
            screen(workspace, profile, parts, destination, at=NOW, aliases=bool(profile.aliases))
        found = store.workspace.rows("select outcome::varchar, count(*) from decided_rows group by all order by all")
        sums = store.workspace.rows(
            "select 'checksum', (sum(hash(row_number, outcome::varchar, reason_codes, hints, known_lead, known_contact)"
            " % 1000003))::bigint from decided_rows"
        )
    return figures | dict(found) | dict(sums)


class Profiled(Workspace):
    """A workspace that prints how long each statement took."""

    def __init__(self, workspace: Workspace, log: Path) -> None:
        super().__init__(workspace._con)  # a look inside
        self._log = log

    def _noted(self, sql: str, work: Callable[[], object]) -> object:
        wall, spent = time.perf_counter(), time.process_time()
        done = work()
        line = f"{time.perf_counter() - wall:7.3f} {time.process_time() - spent:7.3f}  {' '.join(sql.split())[:150]}\n"
        with self._log.open("a") as log:
            log.write(line)
        return done

    def run(self, sql: str, params: object = None) -> None:  # type: ignore[override]
        """Execute one statement."""
        self._noted(sql, lambda: super(Profiled, self).run(sql, params))  # type: ignore[arg-type]

    def rows(self, sql: str, params: object = None) -> list[tuple[object, ...]]:  # type: ignore[override]
        """Return every row."""
        return self._noted(sql, lambda: super(Profiled, self).rows(sql, params))  # type: ignore[arg-type,return-value]


def run_import(home: Path, part: Path, variant: str) -> dict[str, float]:
    """Write the import, as its commit does, and roll it back."""
    profile, figures = profile_of(variant), dict[str, float]()
    name = f"bench-{variant}"
    record = ImportRecord(
        f"{name}@0", name, profile.name, profile.fingerprint, profile.destination, f"{name}.csv", "0" * 64, 1, NOW
    )
    ((rows,),) = duckdb.execute("select count(*) from read_parquet(?)", [str(part)]).fetchall()
    staged = StagedRows(
        (str(part),),
        rows,
        frozenset(profile.rules) | {"attributes"},
        raw_rows=lambda wanted: [wanted.with_columns(raw=pl.lit("{}"))],
    )
    with DuckdbLeadStore.open(home) as store:
        rolled_back = RolledBack(store)
        with timed(figures, "seconds"):
            entry = commit_import(rolled_back, record, profile, staged, at=NOW)  # type: ignore[arg-type]
    return figures | entry.counts.model_dump()


class RolledBack:
    """A store that keeps nothing, so that the large one stays as it is."""

    def __init__(self, store: DuckdbLeadStore) -> None:
        self.writing = store.dry_run


def run_bare(home: Path, part: Path, variant: str) -> dict[str, float]:
    """Run the anti-joins alone, on a connection with the store's own settings."""
    _, aliases = VARIANTS[variant]
    sql = _BARE.format(
        email_key=KEY_OF["email"].format(value="email"),
        more_columns=f", {KEY_OF['external_id'].format(value='aliases[2].value')} as external_id" if aliases else "",
        more_joins=_BARE_ALIASES if aliases else "",
    )
    figures: dict[str, float] = {}
    with DuckdbLeadStore.open(home) as store:
        with timed(figures, "seconds"):
            store.workspace.run(sql, {"parts": [str(part)]})
        figures["kept"] = store.workspace.one("select count(*) from clean")
    return figures


def run_late_list(home: Path, sizes: Sizes) -> dict[str, float]:
    """Load a list of 10,000 numbers, most of them of leads, and end what is due for these; roll it back."""
    figures: dict[str, float] = {}
    with DuckdbLeadStore.open(home) as store, store.workspace.rolled_back("a late list"):
        sql = f"select '+' || {digits_of('n')} as value from (select i * 4903 as n from range(10000) r(i))"
        entries = store.workspace.frame(sql).select(identifier_kind=pl.lit("phone"), value="value", reason=pl.lit(None))
        record = ListRecord("late@0", "late", "opted_out", "late.csv", "0" * 64, name="late")
        ListKeys(record.identity, record.kind, entries["value"], record.list_name)
        with timed(figures, "seconds"):
            add_suppressions(
                store.workspace, record, entries.cast(ENTRIES_SCHEMA), rows_read=10_000, rows_rejected=0, at=NOW
            )
            find_listed_leads(store.workspace, "opted_out")
            affected = suppress_enrollments(store.workspace, "opted_out", NOW)
            suppress_secondary_contacts(store.workspace, "opted_out")
        figures["leads"] = sum(one.leads for one in affected)
        figures["enrollments"] = sum(one.enrollments for one in affected)
    return figures


def run_callable(home: Path, _sizes: Sizes) -> dict[str, float]:
    """Ask which leads are on no list: for one of them, for the first thousand that are due, and how many there are."""
    figures: dict[str, float] = {}
    due = "select list(lead_id) from (select lead_id from base.enrollments where status = 'due' limit 1000)"
    with DuckdbLeadStore.open(home, read_only=True) as store:
        with timed(figures, "one"):
            store.workspace.rows("from reachable_among([77])")
        with timed(figures, "thousand"):
            figures["of_thousand"] = store.workspace.one(f"select count(*) from reachable_among(({due}))")
        with timed(figures, "seconds"):
            figures["reachable"] = store.workspace.one("select count(*) from reachable_leads")
    return figures


def measured(what: str, home: Path, *how: str) -> dict[str, float]:
    """Run one step in a process of its own; return its figures and the peak memory of the process in MB."""
    command = [sys.executable, "-m", "lead_pipeline_tests.benchmarks.scrub_large", "--home", str(home)]
    done = subprocess.run([*command, "--part-of-a-run", what, *how], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{what} ended with {done.returncode}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def print_pairs(home: Path, variant: str, runs: int) -> None:
    """Run the anti-joins and the screening in turn, and print medians and the ratio pair by pair."""
    pairs = [(measured("bare", home, variant), measured("screen", home, variant)) for _ in range(runs)]
    for name, which in (("bare anti-joins", 0), ("screening", 1)):
        one = [pair[which] for pair in pairs]
        seconds, spent, peak = (
            statistics.median(figures[key] for figures in one) for key in ("seconds", "seconds_processor", "peak")
        )
        print(f"{variant}: {name}: {seconds:.2f} s ({spent:.1f} s of processor), peak {peak:,.0f} MB")
    for key, what in (("seconds", "seconds"), ("seconds_processor", "processor seconds")):
        ratios = sorted(ours[key] / bare[key] for bare, ours in pairs)
        print(f"  ratio of {what}: {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    kept = {key: value for key, value in pairs[0][1].items() if not key.startswith(("seconds", "peak"))}
    print(f"  outcomes: {kept}; the anti-joins kept {pairs[0][0]['kept']:,}")


def run_part(arguments: argparse.Namespace) -> None:
    """Do one step and print its figures."""
    what, *how = arguments.part_of_a_run
    home, sizes = arguments.home, Sizes(**json.loads((arguments.home / "sizes.json").read_text()))
    if what in ("late-list", "callable"):
        figures = {"late-list": run_late_list, "callable": run_callable}[what](home, sizes)
    else:
        part = home / f"part-{'aliases' if VARIANTS[how[0]][1] else 'plain'}.parquet"
        if what == "screen":
            figures = run_screen(home, part, how[0], arguments.statements)
        else:
            figures = {"bare": run_bare, "import": run_import}[what](home, part, how[0])
    figures["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def main() -> None:
    """Make the store where it is not there yet, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--home", type=Path, required=True, help="where the store is made, or found from an earlier run"
    )
    for name, default in (("rows", 1), ("leads", 50), ("suppressions", 20), ("calls", 50)):
        parser.add_argument(f"--{name}", type=int, default=default * 1_000_000)
    parser.add_argument("--variant", choices=VARIANTS, action="append", help="default: all of them")
    parser.add_argument("--also", choices=["import", "late-list", "callable"], action="append", default=[])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--statements", type=Path, help="a file for how long each statement of the screening took")
    parser.add_argument("--part-of-a-run", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    home = arguments.home
    if arguments.part_of_a_run:
        run_part(arguments)
        return
    if not (home / "sizes.json").exists():
        sizes = Sizes(arguments.rows, arguments.leads, arguments.suppressions, arguments.calls)
        make_store(home, sizes)
        write_part(home / "part-plain.parquet", sizes, aliases=False)
        write_part(home / "part-aliases.parquet", sizes, aliases=True)
        (home / "sizes.json").write_text(json.dumps(sizes._asdict()))
    sizes = Sizes(**json.loads((home / "sizes.json").read_text()))
    size = (home / "leads.duckdb").stat().st_size / 2**30
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, ", end="")
    print(f"duckdb {duckdb.__version__}; load {os.getloadavg()[0]:.1f}; {datetime.now(UTC):%Y-%m-%d}")
    print(f"{sizes.rows:,} rows against {sizes.leads:,} leads, {sizes.suppressions:,} entries of lists, ", end="")
    print(f"{sizes.calls:,} calls; store of {size:.1f} GB")
    for variant in arguments.variant or VARIANTS:
        if arguments.runs:
            print_pairs(home, variant, arguments.runs)
        if "import" in arguments.also:
            print(f"{variant}: whole commit: {measured('import', home, variant)}")
    for also in ("late-list", "callable"):
        if also in arguments.also:
            print(f"{also}: {measured(also, home)}")


if __name__ == "__main__":
    main()
