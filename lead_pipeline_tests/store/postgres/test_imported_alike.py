"""Whole imports of the bundled samples into both stores, with lists, calls and commands: the same rows are left, the
same files are published, and the same is told of people, lists and imports.
"""

import re
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.explaining import explain_person
from lead_pipeline.importing.lists.looking_at_lists import accept, find_lists, find_suppressions, find_versions
from lead_pipeline.importing.managing.finding_leads import find_leads
from lead_pipeline.importing.managing.looking_at_destinations import find_destinations
from lead_pipeline.importing.managing.managing_leads import LeadCommand, manage_leads
from lead_pipeline.importing.managing.reading_conditions import read_conditions
from lead_pipeline.model.access.store_place import STORE
from lead_pipeline.model.destination import Destination
from lead_pipeline.store.queries import ask, find_import, find_import_id, list_imports
from lead_pipeline.store.settings import StoreSettings, wait_silently
from lead_pipeline_tests.make_samples import SAMPLES
from lead_pipeline_tests.peeked_store import PeekedStore
from lead_pipeline_tests.postgres_server import database
from lead_pipeline_tests.screening.written import tables_of
from lead_pipeline_tests.support import Stages, call_schedule, staging

_OPEN = {"settings": StoreSettings(), "on_wait": wait_silently}

#: What is drawn from the time, and differs from run to run: ids of commands, the hashes of what they wrote, clocks.
_DRAWN = re.compile(r"(leads-[a-z-]+@)[0-9a-f]{12}|'[0-9a-f]{64}'|'[A-Z][a-z]{2} \d\d:\d\d'")

_IMPORTED = (
    "spring-webinar.csv",
    "partner-list.csv",
    "messy-purchased-list.csv",
    "messy-corrected.csv",
    "partner-list.csv",
)


def plain(value: Any) -> Any:
    """Return what is said without times, which are others in another run."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if hasattr(value, "model_dump"):
        value = value.model_dump()
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if "second" not in name}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    is_time = isinstance(value, datetime) or (isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value))
    return "a time" if is_time else value


def shown(value: Any) -> str:
    return _DRAWN.sub(r"\1", repr(plain(value)))


def bring(stages: Stages) -> list[str]:
    """Do what comes as files."""
    said = [shown(stages.suppress(SAMPLES / "blocked-numbers.csv"))]
    said += [shown(stages.file(SAMPLES / name, call_schedule())) for name in _IMPORTED]
    said.append(shown(stages.call(SAMPLES / "call-activity.csv")))
    said.append(shown(stages.suppress(SAMPLES / "litigators.csv", "litigator")))
    return said


def manage_and_look(home: Home) -> list[str]:
    """Do what people do besides, each time with the store opened anew."""
    root, now = home.root, utc_now()
    phone = ask(root, "select phone from leads order by lead_id", limit=3, **_OPEN)[0]["phone"][1]
    every = read_conditions([], everything=True, region="US")
    one = read_conditions([f"phone={phone}"], everything=False, region="US")
    there = Destination.parse(find_destinations(home, **_OPEN)[0].destination)
    commands = [
        (LeadCommand("stop", every), True),
        (LeadCommand("stop", one), False),
        (LeadCommand("block", one, note="asked to"), False),
        (LeadCommand("unblock", one), False),
        (LeadCommand("restart", one), False),
        (LeadCommand("copy", one, to=there), False),
    ]
    said = [shown(manage_leads(home, command, now, dry_run=dry_run, **_OPEN)) for command, dry_run in commands]
    version = find_versions(home, "litigator", **_OPEN)[-1].version
    accept(home, "litigator", version, "looked at", now, **_OPEN)
    imports = list_imports(root, limit=9, **_OPEN)
    said += [shown(find_import(root, line["import_id"], **_OPEN)) for line in imports]
    said += [
        shown(sorted(map(shown, imports))),
        find_import_id(root, "spring-webinar.csv", **_OPEN),
        shown(find_leads(home, one, 5, **_OPEN)),
        shown(explain_person(root, phone, "US", **_OPEN)),
        shown(find_suppressions(home, phone, "US", now, **_OPEN)),
        shown(find_lists(home, now, **_OPEN)),
        shown(find_versions(home, "blocked", **_OPEN)),
        shown(find_destinations(home, **_OPEN)),
        shown(
            ask(root, "select outcome, count(*) from row_outcomes group by all order by all", limit=9, **_OPEN)[
                0
            ].rows()
        ),
    ]
    return said


def published(home: Home) -> dict[str, list[str]]:
    return {
        path.relative_to(home.tables).as_posix(): [
            repr(row) for row in pl.read_parquet(path).select(pl.exclude(pl.Datetime)).rows()
        ]
        for path in sorted(home.tables.rglob("*.parquet"))
    }


def kept(stages: Stages) -> dict[str, list[str]]:
    found = {}
    for table in tables_of(stages.store):
        frame = stages.store.workspace.frame(f"select * from base.{table}").select(pl.exclude(pl.Datetime, pl.Struct))
        found[table] = sorted(_DRAWN.sub(r"\1", repr(row)) for row in frame.rows())
    return found


def in_the_embedded_store(root) -> tuple[Any, ...]:
    with staging(root) as stages:
        said = bring(stages)
    said += manage_and_look(stages.home)
    with staging(root) as stages:
        return said, published(stages.home), kept(stages)


def on_postgresql(root, monkeypatch) -> tuple[Any, ...]:
    home = Home(root)
    home.prepare()
    with database() as address, PeekedStore.open(root, address) as store:
        monkeypatch.setenv(STORE, address)
        stages = Stages(home, store)
        said = bring(stages) + manage_and_look(home)
        return said, published(home), kept(stages)


def test_samples_lists_calls_and_commands_leave_and_say_the_same_in_both_stores(tmp_path, monkeypatch):
    here = in_the_embedded_store(tmp_path / "here")
    there = on_postgresql(tmp_path / "there", monkeypatch)
    for said_here, said_there in zip(here[0], there[0], strict=True):
        assert said_there == said_here
    assert there[1] == here[1]
    assert {table for table in here[2] if there[2][table] != here[2][table]} == set()
    assert not (tmp_path / "there" / "leads.duckdb").exists()
    assert sum(map(bool, here[2].values())) > 14
