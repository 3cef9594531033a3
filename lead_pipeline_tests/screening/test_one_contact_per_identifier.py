"""What a unique index would hold is held by a look at the end of the transaction: an identifier has one contact."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.errors import StoreError
from lead_pipeline.screening import contacts
from lead_pipeline.screening.contacts import require_one_contact_per_identifier
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.support import quick_folder

EARLIER, THIS = 1, 2

#: Few kinds, keys and values, so that they meet; values of equal keys differ as those of equal hashes do.
IDENTIFIERS = st.tuples(st.sampled_from(["phone", "email"]), st.integers(0, 5), st.sampled_from([None, "a", "b"]))


@pytest.fixture(scope="module")
def workspace():
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        yield store.workspace


def required(workspace, earlier, fresh):
    """Look at a store that had identifiers, after an import wrote some: each has a contact of its own."""
    workspace.run("delete from base.identifiers")
    rows = [(*one, EARLIER) for one in earlier] + [(*one, THIS) for one in fresh]
    for contact, (kind, key, value, import_no) in enumerate(rows, 1):
        workspace.run(
            "insert into base.identifiers (kind, key, value, contact_id, import_no) values (?, ?, ?, ?, ?)",
            [kind, key, value, contact, import_no],
        )
    require_one_contact_per_identifier(workspace, THIS)


@pytest.mark.parametrize("together", [1, 2, 1_000])
@given(earlier=st.sets(IDENTIFIERS, max_size=5), fresh=st.lists(IDENTIFIERS, max_size=6))
def test_an_identifier_of_two_contacts_stops_an_import_however_few_are_looked_at_together(
    workspace, together, earlier, fresh
):
    times = Counter([*earlier, *fresh])
    doubled = sum(times[one] > 1 for one in set(fresh))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contacts, "_IDENTIFIERS_TOGETHER", together)
        if doubled:
            with pytest.raises(StoreError, match=rf"^{doubled} identifiers would belong to two contacts; nothing was"):
                required(workspace, earlier, fresh)
        else:
            required(workspace, earlier, fresh)


def test_identifiers_that_nobody_wrote_now_are_not_looked_at(workspace):
    required(workspace, [("phone", 7, None), ("phone", 7, None)], [("phone", 8, None)])
