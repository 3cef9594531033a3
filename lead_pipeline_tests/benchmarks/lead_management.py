"""How long it takes to change a million leads of ten million, beside the bare UPDATE that DuckDB needs for it, and to
ask who may be called now. In one run, over one store; everything but the time zones of leads is rolled back.

    python -m lead_pipeline_tests.benchmarks.lead_management --home DIR [--leads 10000000] [--suppressions 2000000]
"""

import argparse
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lead_pipeline.enrolling.changes import Cause, change_enrollments
from lead_pipeline.enrolling.history import bound
from lead_pipeline.importing.managing.time_zones_of_leads import find_zones_of_leads
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline.store.workspace import Workspace
from lead_pipeline_tests.benchmarks.large_store import NOW, Sizes, make_store

#: When the questions are asked: 18:00 UTC of a day on which everything in the store is due.
ASKED = NOW + timedelta(days=1, hours=6)
_ONE_IN = 10

#: What DuckDB needs for no more than the state itself.
_BARE = {
    "stop": "update base.enrollments set status = 'stopped', ended_at = $at where status = 'due' and {chosen}",
    "start": "update base.enrollments set status = 'due', due_at = $at, ended_at = null"
    " where status = 'stopped' and {chosen}",
    "restart": "update base.enrollments set status = 'due', due_at = $at, action = 1, attempts = 0 where {chosen}",
    "expire": "update base.enrollments set status = 'expired', ended_at = $at where status = 'due' and {chosen};"
    " update base.leads set expires_at = $at where {chosen}",
    "move": "update base.enrollments set destination_id = 2, due_at = $at where destination_id <> 2 and {chosen};"
    " update base.leads set destination_id = 2 where destination_id <> 2 and {chosen}",
}

_QUESTIONS = {
    "callable_leads limit 1000": "select * from callable_leads limit 1000",
    "callable_among 1200 that are due": "from callable_among((select list(lead_id) from (select lead_id"
    " from base.enrollments where status = 'due' order by due_at limit 1200)))",
    "callable_leads in order limit 1000": "select * from callable_leads order by priority desc, due_at limit 1000",
    "callable_leads counted": "select count(*) from callable_leads",
    "calling_times of one lead": "select * from calling_times_among([4711])",
}


def measured(doing: Callable[[], Any]) -> dict[str, float]:
    """Return seconds of the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    doing()
    return {
        "seconds": round(time.perf_counter() - clock, 3),
        "processor": round(time.process_time() - processor, 3),
    }


def choose(workspace: Workspace) -> None:
    """Choose one lead in ten, all over the store."""
    workspace.run(
        "create or replace temp table managed_leads as"
        f" select lead_id from base.leads where hash(lead_id) % {_ONE_IN} = 3"
    )


def change(workspace: Workspace, verb: Any) -> dict[str, float]:
    """Measure a change; nothing of it stays."""
    cause = Cause("command", 1, ASKED)
    with workspace.rolled_back("measuring"):
        prepare(workspace, verb)
        return measured(lambda: change_enrollments(workspace, verb, cause, to=2 if verb in ("move", "add") else None))


def bare(workspace: Workspace, verb: str) -> dict[str, float]:
    """Measure the statements alone."""
    chosen = "lead_id in (select lead_id from managed_leads)"
    statements = [one.format(chosen=chosen) for one in _BARE[verb].split(";")]
    with workspace.rolled_back("measuring"):
        prepare(workspace, verb)
        return measured(lambda: [workspace.rows(one, bound(one, at=ASKED)) for one in statements])


def prepare(workspace: Workspace, verb: str) -> None:
    choose(workspace)
    if verb == "start":
        workspace.run("update base.enrollments set status = 'stopped' where lead_id in (from managed_leads)")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, required=True)
    arguments.add_argument("--leads", type=int, default=10_000_000)
    arguments.add_argument("--suppressions", type=int, default=2_000_000)
    arguments.add_argument("--verbs", nargs="*", default=list(_BARE))
    arguments.add_argument("--questions", action=argparse.BooleanOptionalAction, default=True)
    given = arguments.parse_args()
    if not DuckdbLeadStore.path(given.home).exists():
        make_store(given.home, Sizes(0, given.leads, given.suppressions, 0))
    figures: dict[str, Any] = {"at": datetime.now(UTC).isoformat()}
    with DuckdbLeadStore.open(given.home, settings=StoreSettings(memory_limit="4GB")) as store:
        workspace = store.workspace
        with workspace.transaction("giving leads their time zones"):
            figures["time zones"] = measured(lambda: find_zones_of_leads(workspace))
        workspace.run(f"create or replace macro base.asked_at() as timestamptz '{ASKED}'")
        for question, sql in _QUESTIONS.items() if given.questions else ():
            workspace.rows(sql)
            figures[question] = measured(lambda sql=sql: workspace.rows(sql))
        for verb in given.verbs:
            ours, rival = change(workspace, verb), bare(workspace, verb)
            ratio = round(ours["processor"] / rival["processor"], 2)
            figures[verb] = {"ours": ours, "bare": rival, "ratio of processor": ratio}
            print(json.dumps({verb: figures[verb]}), flush=True)
        workspace.run("create or replace macro base.asked_at() as now()")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
