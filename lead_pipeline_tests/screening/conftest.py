"""A store for each test, emptied instead of made anew: making one takes longer than most of these tests."""

import pytest

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.written import Written, empty
from lead_pipeline_tests.support import quick_folder


@pytest.fixture(scope="module")
def open_store():
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        yield store


@pytest.fixture
def fresh(open_store):
    """What gives an empty store, as often as it is asked."""
    return lambda: Written(empty(open_store), open_store.home)


@pytest.fixture
def written(fresh):
    return fresh()
