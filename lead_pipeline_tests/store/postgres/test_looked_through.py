"""What an import costs does not grow with what the store has: of long tables PostgreSQL looks at the rows that a
transaction asks for, and at few others, whichever plan it makes.
"""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from lead_pipeline.store.postgres import enough
from lead_pipeline.store.postgres.enough import Enough
from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
from lead_pipeline.store.postgres.stored_tables import ORDERS, columns_of
from lead_pipeline.store.records import ImportKeys
from lead_pipeline_tests.screening.screened import NOW, Row, Screened, profile

#: So many imports of so many people each, and of a few rows that were left out.
IMPORTS, PEOPLE = 40, 1_000

#: Of each further import people, leads and rows are those of the first one, moved on.
_MOVED = {
    '"import_no"': "import_no + n",
    '"contact_id"': f"contact_id + n * {PEOPLE}", '"lead_id"': f"lead_id + n * {PEOPLE}",
    '"phone_key"': f"phone_key + n * {10 * PEOPLE}", '"key"': f"key + n * {10 * PEOPLE}",
    '"identity"': "identity || n", '"import_id"': "import_id || n",
}  # fmt: skip

#: The driver gets rows by COPY, which explains nothing.
_PLAN_OF = """
    create function public.plan_of(asked text) returns text language plpgsql as $$
    declare plan json;
    begin
        execute 'explain (analyze, format json) ' || asked into plan;
        return plan::text;
    end $$
"""

LONG = ("leads", "contacts", "identifiers", "enrollments", "row_outcomes", "rejected_rows")


@pytest.fixture(scope="module")
def long_store(opened) -> PostgresLeadStore:
    """A store with many imports, of which each reached people of its own."""
    opened.empty()
    rows = [Row(f"+1212555{number:04}") for number in range(PEOPLE)]
    Screened(opened, opened.home).add([*rows, rows[0], Row(None, reasons=("missing_required",))], profile())
    opened.workspace.run("update base.imports set header_key = 7")
    with opened._read(Enough(), "a test") as workspace:
        columns = columns_of(workspace.connection)
    with opened._there.upgrading("a test", opened._settings, opened._on_wait):
        for table in (*LONG, "imports"):
            names = [column.quoted for column in columns[table]]
            moved = [_MOVED.get(name, name) for name in names]
            opened._there.run(
                f"insert into base.{table} ({', '.join(names)}) select {', '.join(moved)} from base.{table},"
                f" generate_series(1, {IMPORTS - 1}) n"
            )
        opened._there.run("analyze")
        opened._there.run(_PLAN_OF)
    return opened


@dataclass
class Looks:
    """How many rows PostgreSQL looked at in each long table."""

    rows: Counter[str]

    def look(self, there: Connection, sql: str) -> None:
        """Explain a statement, and add up what its plan looked at."""
        ((plan,),) = there.rows("select public.plan_of($1)", [sql])
        self._add(json.loads(plan)[0]["Plan"])

    def _add(self, node: dict[str, Any]) -> None:
        if node.get("Relation Name") in LONG:
            removed = sum(
                int(node.get(name, 0)) for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck")
            )
            self.rows[node["Relation Name"]] += int((node["Actual Rows"] + removed) * node["Actual Loops"])
        for inner in node.get("Plans", ()):
            self._add(inner)


def looks_of(there: Connection, asked: Enough) -> Counter[str]:
    looks = Looks(Counter())
    for table, condition in asked.conditions.items():
        order = f" order by {ORDERS[table]}" if table in ORDERS else ""
        looks.look(there, f"select * from base.{table} where {condition}{order}")
    return looks.rows


def few(looks: Counter[str], times: int) -> bool:
    """Tell whether each table was looked at no more often than for so many imports."""
    return all(rows <= times * (PEOPLE + 2) for rows in looks.values())


@pytest.mark.parametrize("what", ["leads", "rejected", "recovered", "warned", "import_no"])
def test_to_publish_an_import_others_are_not_looked_through(long_store, what):
    with long_store._there.reading("a test"):
        looks = looks_of(long_store._there, getattr(enough, f"enough_for_{what}")(IMPORTS // 2))
    assert looks
    assert few(looks, 6), looks


@pytest.mark.parametrize("known", [0, PEOPLE], ids=["of new people", "of those of an import"])
@pytest.mark.parametrize("came", [NOW, NOW - timedelta(hours=1)], ids=["came last", "came first"])
def test_to_write_an_import_others_are_not_looked_through(long_store, known, came):
    """Of imports that it could continue, or that could continue it, what they left out, and the rows of its people."""
    by = profile()
    phones = [f"+1212555{number:04}" if number < known else f"+1213555{number:04}" for number in range(PEOPLE)]
    parts = Screened(long_store, long_store.home, imports=100).write([Row(phone) for phone in phones])
    keys = ImportKeys("x", by.destination, parts, ("phone", "email"), has_aliases=False, profile=by.name)
    keys = replace(keys, header_key=7, started_at=came)
    with long_store.dry_run(keys, "a test") as workspace:
        looks = looks_of(long_store._there, workspace.enough)
    assert looks
    assert few(looks, 6), looks


def test_that_tables_are_looked_through_would_be_seen(long_store):
    """The condition that was once here: one thing or another, with a query in it."""
    updated = "select o.lead_id from base.row_outcomes o where o.import_no = 1 and o.outcome = 'updated'"
    once = Enough({"leads": f"import_no = 1 or lead_id in ({updated})"})
    with long_store._there.reading("a test"):
        assert not few(looks_of(long_store._there, once), 6)
