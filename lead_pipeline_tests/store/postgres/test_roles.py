"""The roles that docs/postgresql.md sets up can do what they are for, and no more."""

import re
import uuid
from pathlib import Path

import pytest

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
from lead_pipeline.store.settings import StoreSettings, wait_silently
from lead_pipeline_tests.postgres_server import server
from lead_pipeline_tests.screening.screened import Row, Screened, profile

_WITHOUT_WAITING = (StoreSettings(), wait_silently)

PAGE = Path(__file__).parents[3] / "docs" / "postgresql.md"


@pytest.fixture(scope="module")
def leads(tmp_path_factory):
    """A store that was set up as the page says: the name of its database, its home, and what sets its roles apart."""
    ours = uuid.uuid4().hex[:8]
    (page,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    named = re.sub(r"\b(lead_pipeline|lead_readers|leads|ana)\b", rf"\1_{ours}", page)
    before, after = named.split("-- in the database")
    database = f"leads_{ours}"
    for statement in before.split(";"):
        if statement.strip():
            server().psql(statement)
    home = tmp_path_factory.mktemp("home")
    with PostgresLeadStore.open(home, server().address(database, f"lead_pipeline_{ours}")) as store:
        Screened(store, home).add([Row("+12125550101")], profile())
    server().psql(after.partition("\n")[2], database)
    yield database, home, ours
    server().psql(f"drop database {database} with (force)")
    server().psql(f"drop role ana_{ours}; drop role lead_readers_{ours}; drop role lead_pipeline_{ours}")


@pytest.fixture
def ana(leads):
    database, _home, ours = leads
    con = Connection(server().address(database, f"ana_{ours}"))
    yield con
    con.close()


def test_a_reader_sees_every_view(ana):
    with ana.reading("a test"):
        views = [view for (view,) in ana.rows("select viewname from pg_views where schemaname = 'public'")]
        counts = {view: ana.rows(f"select count(*) from {view}")[0][0] for view in views}
    assert (counts["leads"], counts["reachable_leads"], counts["imports"]) == (1, 1, 1)


_SOME = "select lead_id from {}(array[1, 2])"


@pytest.mark.parametrize("function", ["reachable_among", "callable_among", "calling_times_among"])
def test_a_reader_asks_about_some_leads_and_nobody_else_who_gets_in_does(leads, ana, function):
    database, _home, ours = leads
    with ana.reading("a test"):
        found = ana.rows(_SOME.format(function))
    assert found in (([], [(1,)]) if function == "callable_among" else ([(1,)],))  # at night nobody is callable
    server().psql(f"create role stranger_{ours} login")
    stranger = Connection(server().address(database, f"stranger_{ours}"))
    try:
        with pytest.raises(StoreError, match="may not do that"), stranger.reading("a test"):
            stranger.rows(_SOME.format(function))
    finally:
        stranger.close()
        server().psql(f"drop role stranger_{ours}")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from base.leads",
        "delete from base.leads",
        "insert into leads (lead_id) values (1)",
        "create table public.mine (i integer)",
        "update base.counters set value = 0",
    ],
)
def test_a_reader_sees_no_table_and_changes_nothing(ana, statement):
    with (
        pytest.raises(StoreError, match=r"may not do that|PostgreSQL refused a test"),
        ana.upgrading("a test", *_WITHOUT_WAITING),
    ):
        ana.run(statement)


def test_who_may_only_read_imports_nothing(leads):
    database, home, ours = leads
    with (
        pytest.raises(StoreError, match="may not do that"),
        PostgresLeadStore.open(home, server().address(database, f"ana_{ours}")),
    ):
        pass
