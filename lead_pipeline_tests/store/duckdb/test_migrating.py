"""An older store is upgraded in place, whole or not at all; a newer one is refused and left alone."""

import duckdb
import pytest

from lead_pipeline.model.errors import StoreError, StoreVersionError
from lead_pipeline.store.duckdb import migrating
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.duckdb.migrating import create_schema, migrate, migrations
from lead_pipeline_tests.support import query

NEWEST = migrating.newest_version()
GOOD = (NEWEST + 1, "next", "create table base.next (a integer); insert into base.next values (7)")
BAD = (NEWEST + 2, "broken", "create table base.after_next (a integer); insert into base.no_such_table values (1)")


@pytest.fixture
def home(tmp_path):
    with DuckdbLeadStore.open(tmp_path) as store, store.workspace.transaction("planting"):
        store.workspace.run("update base.counters set value = 41 where name = 'lead_id'")
    return tmp_path


@pytest.fixture
def releases(monkeypatch):
    """Have this release know some migrations more."""

    def know(*more):
        every = tuple(sorted((*migrating.migrations(), *more)))
        monkeypatch.setattr(migrating, "migrations", lambda: every)

    return know


def versions(home):
    return [version for (version,) in query(home, "select version from schema_versions order by applied_at")]


def test_a_new_store_has_every_migration_once(home):
    every = [version for version, _name, _sql in migrating.migrations()]
    assert versions(home) == every
    with DuckdbLeadStore.open(home):
        pass
    assert versions(home) == every


def test_no_two_migrations_share_a_number():
    every = [version for version, _name, _sql in migrating.migrations()]
    assert every == sorted(set(every))


def test_a_migration_that_fills_a_gap_later_is_applied_then(home, releases):
    releases((NEWEST + 5, "far ahead", "select 1"))
    with DuckdbLeadStore.open(home):
        pass
    releases(GOOD)
    with DuckdbLeadStore.open(home) as store:
        assert store.workspace.rows("select a from base.next") == [(7,)]
    assert versions(home)[-2:] == [NEWEST + 5, NEWEST + 1]


def test_an_older_store_is_upgraded_in_place_and_keeps_its_rows(home, releases):
    releases(GOOD)
    with DuckdbLeadStore.open(home) as store:
        assert store.workspace.rows("select a from base.next") == [(7,)]
    assert versions(home)[-1] == NEWEST + 1
    assert query(home, "select value from base.counters where name = 'lead_id'") == [(41,)]


def test_an_empty_duckdb_file_becomes_a_store(tmp_path):
    duckdb.connect(str(tmp_path / "leads.duckdb")).close()
    with DuckdbLeadStore.open(tmp_path) as store:
        assert store.workspace.rows("select count(*) from main.leads") == [(0,)]


def test_a_migration_that_fails_rolls_back_and_keeps_those_before_it(home, releases):
    releases(GOOD, BAD)
    with pytest.raises(StoreError, match="upgrading the store"), DuckdbLeadStore.open(home):
        pass
    assert versions(home)[-1] == NEWEST + 1
    assert query(home, "select a from base.next") == [(7,)]
    assert query(home, "select count(*) from information_schema.tables where table_name = 'after_next'") == [(0,)]


def test_a_store_of_a_newer_release_is_refused_with_both_versions_and_left_alone(home, releases, monkeypatch):
    with monkeypatch.context():
        releases(GOOD)
        with DuckdbLeadStore.open(home):
            pass
        monkeypatch.undo()
    before = (home / "leads.duckdb").read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreVersionError) as refused, DuckdbLeadStore.open(home, read_only=read_only):
            pass
        assert f"schema version {NEWEST + 1}" in str(refused.value)
        assert f"up to {NEWEST}:" in str(refused.value)
        assert "Upgrade lead-pipeline" in str(refused.value)
    assert (home / "leads.duckdb").read_bytes() == before


def test_asking_an_older_store_says_what_upgrades_it(home, releases):
    releases(GOOD)
    with pytest.raises(StoreVersionError, match="Any import upgrades it"), DuckdbLeadStore.open(home, read_only=True):
        pass
    assert versions(home)[-1] == NEWEST


def test_a_store_that_is_made_at_once_has_the_schema_of_one_that_was_upgraded_step_by_step():
    kinds = {
        "columns": "select schema_name, table_name, column_name, data_type, is_nullable, column_default"
        " from duckdb_columns() where not internal order by all",
        "views": "select schema_name, view_name, sql from duckdb_views() where not internal order by all",
        "constraints": "select schema_name, table_name, constraint_text from duckdb_constraints() order by all",
        "types": "select type_name, labels from duckdb_types() where not internal order by all",
        "versions": "select version, name from main.schema_versions order by version",
        "counters": "from base.counters order by all",
    }
    with duckdb.connect() as at_once, duckdb.connect() as by_steps:
        create_schema(at_once)
        assert migrate(by_steps) == len(migrations())
        for kind, sql in kinds.items():
            there = at_once.execute(sql).fetchall()
            assert there == by_steps.execute(sql).fetchall(), kind
            assert there, kind
        assert migrate(at_once) == 0
