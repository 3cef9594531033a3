"""Upserts N generated rows, half of them of people who are there, into a store of M contacts: the whole command, the
commit alone, and beside them bare DuckDB (MERGE INTO, and UPDATE then INSERT) over a plain table of the same leads.
Prints seconds, processor time and peak memory of each. Run it by hand: `python upsert_rows.py --help`.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import yaml

from lead_pipeline.importing.committing import commit_import
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import RowCounts
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.ledger import destination_id, record_import
from lead_pipeline.store.records import Conclusion, ImportRecord
from lead_pipeline.store.settings import StoreSettings

_AT = datetime(2026, 1, 1, tzinfo=UTC)

#: Person number n, as a lead has it; with another salt the city and an attribute are others.
_LEAD = """
    'person' || n || '@example.com' as email, 'Name' || hash(n) % 977 as first_name,
    'Surname' || hash(n + 1) % 7919 as last_name, 'Company ' || hash(n + 2) % 50000 as company,
    'City' || hash(n + 3 + $salt) % 900 as city, 's' || hash(n + 4) % 50 as traffic_source,
    'aff-' || hash(n + 5 + $salt) % 5000 as sub_id, 'call back, please ' || hash(n + 6) % 100000 as comments
"""
_AS_JSON = """'{"traffic_source":"' || traffic_source || '","sub_id":"' || sub_id
    || '","comments":"' || comments || '"}' as attributes"""

#: The people of the file: every second one is there already, all in a random order.
_PEOPLE = """select number, case when hash(number) % 2 = 0 then hash(number + 7) % $contacts else $contacts + number end
    as n from (select i as number from range($rows) r(i)) order by hash(number + 9)"""


def written_profile(aliases: bool) -> dict[str, object]:
    """Return a profile like identity_upsert, as it is written: known by email, updated by what is not empty."""
    names = ("first_name", "last_name", "company", "city")
    return {
        "name": "bench_upsert",
        "destination": {"kind": "workspace", "name": "bench"},
        "identify_by": "email",
        "write_mode": "upsert",
        "duplicates_in_file": "merge",
        "fields": {"email": {"type": "email", "required": True}} | {name: {"type": "text"} for name in names},
        "aliases": {"external_id": {"column": "customer_no"}} if aliases else {},
    }


def profile_of(aliases: bool) -> ImportProfile:
    """Return that profile."""
    return ImportProfile.model_validate(written_profile(aliases))


def record_of(name: str, profile: ImportProfile) -> ImportRecord:
    """Return the facts of an import that nobody staged."""
    return ImportRecord(
        f"{name}@0", name, profile.name, profile.fingerprint, profile.destination, f"{name}.csv", "0" * 64, 1, _AT
    )


def make_store(home: Path, contacts: int, profile: ImportProfile) -> None:
    """Put what one import of so many contacts leaves into a new store, a million at a time, set by set."""
    home.mkdir(parents=True)
    kinds = {"email": "'person' || n || '@example.com'"} | dict.fromkeys(profile.aliases, "'no-' || n")
    settings = StoreSettings(memory_limit="3GB")
    with DuckdbLeadStore.open(home, settings=settings) as store, store.workspace.transaction("filling"):
        number = store.workspace.reserve("import_no", 1) + 1
        destination = destination_id(store.workspace, profile.destination)
        for counter in ("contact_id", "lead_id"):
            store.workspace.reserve(counter, contacts)
        for first in range(0, contacts, 1_000_000):
            some = {"first": first, "end": min(contacts, first + 1_000_000)}
            people = "from (select i as n from range($first, $end) r(i))"
            stamp = f"{number} as import_no, timestamptz '{_AT}' as created_at"
            store.workspace.run(f"insert into base.contacts by name select n + 1 as contact_id, {stamp} {people}", some)
            for kind, value in kinds.items():
                store.workspace.run(
                    f"insert into base.identifiers by name select '{kind}' as kind, md5_number_lower({value}) as key,"
                    f" {value} as value, n + 1 as contact_id, {number} as import_no {people}",
                    some,
                )
            store.workspace.run(
                f"insert into base.leads by name select n + 1 as lead_id, n + 1 as contact_id,"
                f" {destination} as destination_id, * exclude (n, traffic_source, sub_id, comments), {_AS_JSON},"
                f" n + 1 as row_number, {stamp}, created_at as updated_at from (select n, {_LEAD} {people})",
                some | {"salt": 0},
            )
            store.workspace.run(
                f"insert into base.row_outcomes by name select {number} as import_no, n + 1 as row_number,"
                f" n + 2 as line_number, 'created'::base.outcome as outcome, n + 1 as lead_id {people}",
                some,
            )
        counts = RowCounts(created=contacts)
        done = Conclusion(ImportStatus.COMPLETED, _AT, rows_read=contacts, counts=counts, contacts_created=contacts)
        record_import(store.workspace, number, record_of("made", profile), done)


def write_files(folder: Path, rows: int, contacts: int, aliases: bool) -> None:
    """Write the file to import, and the part that the rooms before the commit would make of it."""
    con = duckdb.connect()
    con.execute(
        f"create table rows as select n, {_LEAD} from ({_PEOPLE})", {"rows": rows, "contacts": contacts, "salt": 1}
    )
    alias = ", 'no-' || n as customer_no" if aliases else ""
    con.execute(f"copy (select * exclude (n){alias} from rows) to '{folder / 'leads.csv'}'")
    listed = ", [{'kind': 'external_id', 'value': 'no-' || n}] as aliases" if aliases else ""
    con.execute(
        f"copy (select * exclude (n, traffic_source, sub_id, comments), {_AS_JSON}, null::varchar as hints,"
        " row_number() over () as row_number, row_number() over () + 1 as line_number, []::varchar[] as reasons,"
        f" []::varchar[] as warnings{listed} from rows) to '{folder / 'part.parquet'}' (compression uncompressed)"
    )
    con.close()


def make_plain_table(folder: Path, contacts: int) -> None:
    """Put the same leads into one plain table of a DuckDB file."""
    con = duckdb.connect(str(folder / "plain.duckdb"))
    con.execute(
        f"create table leads as select n + 1 as lead_id, * exclude (n, traffic_source, sub_id, comments), {_AS_JSON},"
        f" timestamptz '{_AT}' as updated_at from (select n, {_LEAD} from (select i as n from range($contacts) r(i)))",
        {"contacts": contacts, "salt": 0},
    )
    con.close()


#: One row per person: MERGE INTO refuses several, and the file has a few people twice.
_INCOMING = f"""select distinct on (email) email, first_name, last_name, company, city, {_AS_JSON}
    from read_csv('leads.csv', all_varchar = true, header = true)"""
_SET = ", ".join(
    f"{name} = coalesce(new.{name}, leads.{name})" for name in ("first_name", "last_name", "company", "city")
)
_BARE = {
    "MERGE INTO": [
        f"merge into leads using ({_INCOMING}) as new on leads.email = new.email"
        f" when matched then update set {_SET}, attributes = new.attributes, updated_at = now()"
        " when not matched then insert by name"
    ],
    "UPDATE, then INSERT": [
        f"create temp table new as {_INCOMING}",
        f"update leads set {_SET}, attributes = new.attributes, updated_at = now() from new"
        " where leads.email = new.email",
        "insert into leads by name select * from new anti join leads using (email)",
    ],
}


def run_bare(name: str) -> None:
    """Do what the import does to the leads alone with bare DuckDB, in the working folder."""
    con = duckdb.connect("plain.duckdb")
    con.execute("begin")
    for statement in _BARE[name]:
        con.execute(statement).fetchall()
    con.execute("commit")
    con.close()


def run_commit(home: Path, aliases: bool, memory_limit: str | None) -> None:
    """Commit the part into the store of a home, as the step of the import does; print the seconds of the call."""
    profile = profile_of(aliases)
    settings = StoreSettings() if memory_limit is None else StoreSettings(memory_limit=memory_limit)
    part = home / "part.parquet"
    rows = duckdb.execute("select count(*) from read_parquet(?)", [str(part)]).fetchall()[0][0]
    started = time.perf_counter()
    with DuckdbLeadStore.open(home, settings=settings) as store:
        entry = commit_import(
            store,
            record_of("bench", profile),
            profile,
            StagedRows(
                parts=(str(part),),
                rows_read=rows,
                supplied=frozenset(profile.rules) | {"attributes"},
                raw_rows=lambda wanted: [wanted.with_columns(raw=pl.lit("{}"))],  # of the few repeated rows
            ),
            at=datetime.now(UTC),
        )
    print(json.dumps({"seconds": time.perf_counter() - started, **entry.counts.model_dump()}))


def measured(command: list[str], folder: Path) -> tuple[float, float, float, str]:
    """Run a command; return its seconds, processor seconds, peak memory in MB (VmHWM) and output."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
    peak, spent = 0.0, 0.0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
            used = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            break
        peak = max([peak, *(float(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))])
        spent = (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")
        time.sleep(0.02)
    output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - started, spent, peak, output


def main() -> None:
    """Generate, import, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--contacts", type=int, default=10_000_000)
    parser.add_argument("--aliases", action="store_true", help="each row also has a customer number, as an alias")
    parser.add_argument("--keep", type=Path, help="folder to make the stores in, or to find them from an earlier run")
    parser.add_argument("--memory-limit", help="DuckDB's, of the commit alone; default: that of the store")
    parser.add_argument("--only", choices=["import", "commit", "bare"], action="append")
    parser.add_argument("--part-of-a-run", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part_of_a_run:
        what, *how = arguments.part_of_a_run
        if what == "bare":
            run_bare(*how)
        else:
            run_commit(Path(how[0]), arguments.aliases, arguments.memory_limit)
        return
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-"))
    made = folder / f"made-{arguments.contacts}-{arguments.rows}{'-aliases' * arguments.aliases}"
    if not made.exists():
        make_store(made / "home", arguments.contacts, profile_of(arguments.aliases))
        make_plain_table(made, arguments.contacts)
        write_files(made, arguments.rows, arguments.contacts, arguments.aliases)
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"{arguments.rows:,} rows into {arguments.contacts:,} contacts; load {os.getloadavg()[0]:.1f}")
    wanted = arguments.only or ["import", "commit", "bare"]
    if "import" in wanted:
        print_import(made, arguments.aliases)
    if "commit" in wanted:
        print_commit(made, arguments)
    if "bare" in wanted:
        print_bare(made)
    if arguments.keep is None:
        shutil.rmtree(folder)


def print_import(made: Path, aliases: bool) -> None:
    """Run the whole command on a copy of the store."""
    home = copied(made)
    (home / "profiles").mkdir()
    (home / "profiles" / "bench_upsert.yaml").write_text(yaml.safe_dump(written_profile(aliases), sort_keys=False))
    command = [sys.executable, "-m", "lead_pipeline", "--home", str(home), "import", str(made / "leads.csv")]
    command += ["--profile", "bench_upsert", "--json"]
    seconds, spent, peak, output = measured(command, made)
    result = json.loads(output)
    timings = json.loads((home / "reports" / result["import_id"] / "result.json").read_text())["timings"]
    told = ", ".join(f"{one['stage']} {one['seconds']:.2f}" for one in timings)
    print(f"whole import: {seconds:.2f} s ({spent:.1f} s of processor), peak {peak:,.0f} MB; {told}")
    print(f"  {result['rows_created']:,} created, {result['rows_updated']:,} updated")
    shutil.rmtree(home)


def print_commit(made: Path, arguments: argparse.Namespace) -> None:
    """Run the commit alone on a copy of the store."""
    home = copied(made)
    shutil.copy(made / "part.parquet", home)
    command = [sys.executable, __file__, *(["--aliases"] if arguments.aliases else [])]
    command += ["--memory-limit", arguments.memory_limit] if arguments.memory_limit else []
    _, spent, peak, output = measured([*command, "--part-of-a-run", "commit", str(home)], made)
    counts = json.loads(output)
    size = (home / "leads.duckdb").stat().st_size / 2**20
    before = (made / "home" / "leads.duckdb").stat().st_size / 2**20
    print(
        f"commit alone: {counts['seconds']:.2f} s ({spent:.1f} s of processor), peak {peak:,.0f} MB;"
        f" store {before:,.0f} -> {size:,.0f} MB"
    )
    print(f"  {counts['created']:,} created, {counts['updated']:,} updated, {counts['unchanged']:,} unchanged")
    shutil.rmtree(home)


def print_bare(made: Path) -> None:
    """Run bare DuckDB on copies of the plain table."""
    for name in _BARE:
        folder = Path(tempfile.mkdtemp(dir=made))
        shutil.copy(made / "plain.duckdb", folder)
        shutil.copy(made / "leads.csv", folder)
        command = [sys.executable, __file__, "--part-of-a-run", "bare", name]
        seconds, spent, peak, _ = measured(command, folder)
        print(f"bare DuckDB, {name}: {seconds:.2f} s ({spent:.1f} s of processor), peak {peak:,.0f} MB")
        shutil.rmtree(folder)


def copied(made: Path) -> Path:
    """Return a home with a copy of the store, written out so that the disk is not still busy with it."""
    home = Path(tempfile.mkdtemp(dir=made)) / "home"
    shutil.copytree(made / "home", home)
    os.sync()
    return home


if __name__ == "__main__":
    main()
