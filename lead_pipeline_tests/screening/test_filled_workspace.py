"""Screening needs no more of a store than what the keys of the import touch: a store elsewhere can fill a workspace."""

import pytest
from hypothesis import HealthCheck, given, settings

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.filled_workspace import FilledStore
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.test_row_by_row import HISTORIES
from lead_pipeline_tests.screening.written import Written, empty, profile
from lead_pipeline_tests.support import quick_folder

P, Q, R = "+12125550101", "+12125550102", "+12125550103"


@pytest.fixture(scope="module")
def elsewhere():
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        yield FilledStore(store)


@pytest.fixture
def filled(elsewhere):
    empty(elsewhere)
    return Written(elsewhere, elsewhere.folder)


def row(name, *aliases, **values):
    return Row({"email": f"{name}@example.com", **values}, aliases=tuple(("phone", alias) for alias in aliases))


def test_each_key_of_a_row_brings_what_the_store_knows_by_it(written, filled):
    """Aliases; an opt-out of another number of the contact; one of the lead's own number; a block in the row itself."""
    by = profile(aliases={"phone": {}})
    for store in (written, filled):
        store.add([row("ana", P), row("bo", Q), row("cy", phone=R), row("dee"), row("eve", city="Bonn")], by)
        store.suppress("opted_out", Q, R)
        store.suppress("do_not_call", "+12125550104")
        rows = [row("new", P), row("bo"), row("cy"), row("dee", phone="+12125550104"), row("eve", city="Rome")]
        assert [(outcome, reasons) for outcome, reasons, _lead in store.ledger(store.add(rows, by))] == [
            ("updated", ()),
            ("suppressed", ("opted_out",)),
            ("suppressed", ("opted_out",)),
            ("suppressed", ("do_not_call",)),
            ("updated", ()),
        ]
    assert filled.dump() == written.dump()


@given(history=HISTORIES)
@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def test_suppressions_that_are_missing_elsewhere_stop_an_import_that_touches_none_of_them(filled):
    filled.suppress("blocked", P, Q)
    filled.store.workspace.run(f"delete from base.suppressions where value = '{Q}'")
    with pytest.raises(ScreeningError, match="1 suppressions but 2 were loaded"):
        filled.add([row("ana")], profile())
