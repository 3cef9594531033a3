"""Whatever is done to leads, in whatever order: the store is what somebody would keep by hand, state by state."""

import pytest

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.enrolling.managing_at_random import RandomHistory, zones_of_people
from lead_pipeline_tests.support import quick_folder


@pytest.fixture(scope="module")
def store():
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def zones():
    return zones_of_people()


@pytest.mark.parametrize("seed", range(8))
def test_leads_become_what_somebody_would_keep_by_hand(store, zones, tmp_path, seed):
    RandomHistory(store, store.home, seed, zones).play(12)
