"""A store for each test, emptied instead of made anew: making one takes longer than most of these tests. Tests that say
nothing else run on both stores.
"""

import pytest

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.peeked_store import peeked_store
from lead_pipeline_tests.screening.written import Written, empty
from lead_pipeline_tests.support import quick_folder


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def open_store(request):
    with quick_folder() as folder:
        opened = DuckdbLeadStore.open(folder) if request.param == "duckdb" else peeked_store(folder)
        with opened as store:
            yield store


@pytest.fixture
def fresh(open_store):
    """What gives an empty store, as often as it is asked."""
    return lambda: Written(empty(open_store), open_store.home)


@pytest.fixture
def written(fresh):
    return fresh()
