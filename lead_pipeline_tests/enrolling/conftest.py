"""A small world of leads for each test; its store is emptied instead of made anew, which takes longer than a test."""

import pytest

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.enrolling.managed_world import ManagedWorld
from lead_pipeline_tests.support import quick_folder


@pytest.fixture(scope="module")
def managed_store():
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as opened:
        yield opened


@pytest.fixture
def world(managed_store):
    return ManagedWorld(managed_store)
