"""A store is copied into PostgreSQL and back, and is the same."""

import pytest

from lead_pipeline.model.errors import StoreError, UsageError
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.opening import copy_store
from lead_pipeline.store.postgres import copying
from lead_pipeline.store.postgres.stored_tables import Column
from lead_pipeline.store.settings import StoreSettings, wait_silently
from lead_pipeline_tests.postgres_server import database
from lead_pipeline_tests.screening.histories.playing import Play
from lead_pipeline_tests.screening.written import Written, tables_of


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """The folder of an embedded store with something in it."""
    folder = tmp_path_factory.mktemp("filled")
    with DuckdbLeadStore.open(folder) as store:
        Play(Written(store, folder), 5, circles=25).run(steps=8)
        store.workspace.run(
            "insert into base.enrollment_events by name select 1 as lead_id, 1 as destination_id, 'moved' as change,"
            " {'destination_id': 1, 'status': 'due', 'action': 2, 'due_at': now(), 'reason': null, 'ended_at': null,"
            " 'attempts': 0, 'expires_at': null, 'started_at': now(), 'reported_at': null} as \"after\","
            " 'command' as cause, 1 as cause_no, now() as at"
        )
    return folder


@pytest.fixture
def address(monkeypatch):
    with database() as empty:
        monkeypatch.setenv("LEAD_PIPELINE_STORE", empty)
        yield empty


def copied(folder, *, into_postgres: bool) -> dict[str, int]:
    return copy_store(folder, into_postgres=into_postgres, settings=StoreSettings(), on_wait=wait_silently)


def rows_of(folder) -> dict[str, list[str]]:
    with DuckdbLeadStore.open(folder) as store:
        rows = store.workspace.rows
        return {table: list(map(repr, rows(f"select * from base.{table}"))) for table in tables_of(store)}


def test_a_store_comes_back_as_it_was_row_by_row_in_the_order_in_which_it_was_written(filled, address, tmp_path):
    there = copied(filled, into_postgres=True)
    assert copied(tmp_path, into_postgres=False) == there
    assert sum(1 for rows in there.values() if rows) > 15
    assert rows_of(tmp_path) == rows_of(filled)


def test_nothing_is_copied_over_what_is_there(filled, address, tmp_path):
    copied(filled, into_postgres=True)
    with pytest.raises(StoreError, match="has rows already"):
        copied(filled, into_postgres=True)
    with pytest.raises(StoreError, match="There is a lead store at"):
        copied(filled, into_postgres=False)


@pytest.mark.parametrize("into_postgres", [True, False])
def test_a_copy_that_differs_in_a_single_value_is_not_kept(filled, address, tmp_path, monkeypatch, into_postgres):
    if not into_postgres:
        copied(filled, into_postgres=True)
    changed = Column.sent.fget if into_postgres else Column.received.fget

    def wrong(self):
        right = changed(self)
        return f"reverse({right})" if self.name == "email" else right

    compared = copying._compared

    def compared_rightly(*arguments):
        with monkeypatch.context() as right:
            right.setattr(Column, "sent" if into_postgres else "received", property(changed))
            return compared(*arguments)

    monkeypatch.setattr(copying, "_compared", compared_rightly)
    monkeypatch.setattr(Column, "sent" if into_postgres else "received", property(wrong))
    folder = filled if into_postgres else tmp_path
    with pytest.raises(StoreError, match=r"leads has .* with other values"):
        copied(folder, into_postgres=into_postgres)
    monkeypatch.undo()
    assert into_postgres or [path.name for path in tmp_path.iterdir() if "duckdb" in path.name] == []


def test_a_copy_needs_to_know_which_database_is_meant(filled, monkeypatch):
    monkeypatch.delenv("LEAD_PIPELINE_STORE", raising=False)
    with pytest.raises(UsageError, match="LEAD_PIPELINE_STORE=postgresql://"):
        copied(filled, into_postgres=True)
