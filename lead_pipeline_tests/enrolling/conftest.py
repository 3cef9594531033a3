"""A small world of leads for each test; its store is emptied instead of made anew, which takes longer than a test."""

import contextlib

import pytest

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.enrolling.managed_world import ManagedWorld
from lead_pipeline_tests.peeked_store import peeked_store
from lead_pipeline_tests.support import quick_folder

#: Tests of what is written, which run on both stores; what the views answer, another test compares view by view.
_ON_BOTH = {"test_changes_of_enrollments", "test_reported_calls", "test_first_actions"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "managed_store" in metafunc.fixturenames:
        on_both = metafunc.module.__name__.rpartition(".")[2] in _ON_BOTH
        stores = ["duckdb", "postgres"] if on_both else ["duckdb"]
        metafunc.parametrize("managed_store", stores, indirect=True, scope="module")


@pytest.fixture(scope="module")
def managed_store(request):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(quick_folder())
        stores = {"duckdb": DuckdbLeadStore.open, "postgres": peeked_store}
        yield stack.enter_context(stores[request.param](folder))


@pytest.fixture
def world(managed_store):
    return ManagedWorld(managed_store)
