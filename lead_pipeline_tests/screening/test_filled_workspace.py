"""Screening needs no more of a store than what the keys of the import touch: a store elsewhere can fill a workspace."""

import pytest
from hypothesis import HealthCheck, given, settings

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.filled_workspace import FilledStore
from lead_pipeline_tests.screening.row_by_row import Row
from lead_pipeline_tests.screening.test_row_by_row import HISTORIES
from lead_pipeline_tests.screening.written import Written, empty, profile
from lead_pipeline_tests.support import quick_folder


@pytest.fixture(scope="module")
def elsewhere():
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        yield FilledStore(store)


@given(history=HISTORIES)
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_leaves_the_same_rows_as_in_a_store_that_is_its_own_workspace(fresh, elsewhere, history):
    embedded, filled = fresh(), Written(elsewhere, elsewhere.folder)
    empty(elsewhere)
    for one in history:
        for written in (embedded, filled):
            if isinstance(one[0], str):
                written.suppress(one[0], *one[1])
            else:
                by, supplied, rows, _again = one
                written.add(rows, by, supplied)
        assert filled.dump() == embedded.dump()


def test_suppressions_that_are_missing_elsewhere_stop_an_import_that_touches_none_of_them(elsewhere):
    written = Written(elsewhere, elsewhere.folder)
    empty(elsewhere)
    written.suppress("blocked", "+12125550101", "+12125550102")
    elsewhere.workspace.run("delete from base.suppressions where value = '+12125550102'")
    with pytest.raises(ScreeningError, match="1 suppressions but 2 were loaded"):
        written.add([Row({"email": "ana@example.com"})], profile())
