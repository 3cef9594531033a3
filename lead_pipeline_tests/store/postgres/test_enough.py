"""What an import fetches is enough for it, and no more: what it asks about the whole store has the right answer, and
the rows of others stay where they are.
"""

import threading
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pyarrow as pa
import pytest

from lead_pipeline.model.errors import ImportNotFoundError, ScreeningError, StoreError
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.store.postgres import touched
from lead_pipeline.store.postgres.enough import (
    enough_for_identity,
    enough_for_leads,
    enough_for_recovered,
    enough_for_rejected,
    enough_for_warned,
)
from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
from lead_pipeline.store.records import CommandKeys, ImportKeys, ListKeys
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline_tests.screening.screened import NOW, Row, Screened, profile

A, B, C, D = "+12125550101", "+12125550102", "+12125550103", "+12125550104"


def test_identifiers_are_looked_up_by_the_keys_that_they_have():
    for kind, key in KEY_OF.items():
        ours = touched.KEY_OF_PHONE if kind == "phone" else touched.KEY_OF_OTHER
        value = "lower({value})" if kind == "email" else "{value}"
        assert ours.format(value=value.format(value="v")) == key.format(value="v")


def keys_of(screened, rows) -> ImportKeys:
    by = profile()
    return ImportKeys("x", by.destination, screened.write(rows), ("phone", "email"), has_aliases=False, profile=by.name)


def test_only_the_people_of_the_rows_are_fetched_and_who_shares_something_with_them(screened):
    screened.add([Row(A), Row(B), Row(C), Row(D)], profile())
    screened.store.workspace.run(f"update base.leads set phone = '{B}', phone_key = 12125550102 where phone = '{A}'")
    with screened.store.dry_run(keys_of(screened, [Row(A)]), "a test") as workspace:
        assert workspace.filled.in_part >= {"leads", "identifiers", "suppressions"}
        found = workspace.rows("select distinct contact_id from base.leads order by 1")
    assert found == [(1,), (2,)]  # of C and D nothing is fetched


def test_a_required_list_is_in_force_whoever_is_on_it(screened):
    by = profile(required_lists=[{"kind": "blocked"}])
    screened.load("blocked", {"identifier_kind": "phone", "value": D, "expires_at": NOW + timedelta(hours=1)})
    assert screened.add([Row(A)], by).counts.created == 1
    screened.load("blocked", {"identifier_kind": "phone", "value": D}, mode="remove", delivery=NOW)
    with pytest.raises(ScreeningError, match="has no entries in force"):
        screened.add([Row(B)], by)


def test_entries_that_are_missing_stop_an_import_that_touches_none_of_them(screened):
    screened.suppress("blocked", C, D)
    screened.store.workspace.run(f"delete from base.suppressions where value = '{D}'")
    with pytest.raises(ScreeningError, match="1 suppressions but 2 were loaded"):
        screened.add([Row(A)], profile())


def test_the_ledger_counts_the_entries_of_the_whole_store(screened):
    screened.suppress("blocked", C, D)
    screened.add([Row(A)], profile())
    assert screened.store.workspace.rows("select suppressions_known from base.imports") == [(2,)]


def test_rows_that_were_not_fetched_are_never_taken_out(screened):
    """As if a condition had forgotten some of the rows that are replaced together."""
    screened.add([Row(A)], profile())
    screened.store.workspace.run("insert into base.secondary_contacts values (1, 1, 'x', 1, null, null)")
    screened.store.workspace.run("insert into base.secondary_contacts values (1, 2, 'y', 1, null, null)")

    def change() -> None:
        with screened.store.writing(CommandKeys(), "a test") as workspace:
            workspace.enough = workspace.enough.also(secondary_contacts="position = 1")
            workspace.run("update base.secondary_contacts set reason = 'blocked'")

    with pytest.raises(
        StoreError, match="1 rows of secondary_contacts were fetched to be changed, and the store has 2"
    ):
        change()
    assert screened.store.workspace.rows("select count(*) from base.secondary_contacts") == [(2,)]


def test_who_imports_at_once_leaves_what_one_after_another_would(screened):
    """Four importers of files that overlap: every number becomes one lead, and every row has its outcome."""
    rounds, done = 3, []

    def work(number: int) -> None:
        settings = StoreSettings(wait_seconds=300)
        with PostgresLeadStore.open(screened.folder, screened.store._address, settings=settings) as store:
            importer = Screened(store, screened.folder, imports=100 * number)
            for turn in range(rounds):
                rows = [Row(f"+1212555{100 + (number * 3 + turn * 2 + offset) % 12:04}") for offset in range(6)]
                done.append(importer.add(rows, profile()).counts)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
    rows = screened.store.workspace.rows
    assert len(done) == 4 * rounds
    ((leads, numbers, contacts),) = rows(
        "select count(*), count(distinct phone), count(distinct contact_id) from base.leads"
    )
    assert leads == numbers == contacts == sum(counts.created for counts in done)
    assert rows("select count(*), count(distinct (import_no, row_number)) from base.row_outcomes") == [(72, 72)]
    assert rows("select value from base.counters where name in ('import_no', 'lead_id') order by name") == [
        (12,),
        (leads,),
    ]


def list_of(*values: str) -> ListKeys:
    return ListKeys("l", "blocked", pl.Series(values, dtype=pl.String), "blocked")


def test_of_a_list_only_those_are_fetched_whom_its_entries_name_and_who_shares_something_with_them(screened):
    screened.add([Row(A, "ana@example.com"), Row(B), Row(C), Row(D)], profile())
    screened.store.workspace.run(f"update base.leads set phone = '{B}', phone_key = 12125550102 where phone = '{A}'")
    screened.store.workspace.run("insert into base.secondary_contacts values (4, 1, '+12125550105', 1, null, null)")
    for value, people in (("ana@example.com", [1, 2]), (B, [1, 2]), ("+12125550105", [4]), ("+12125559999", [])):
        with screened.store.dry_run(list_of(value), "a test") as workspace:
            assert "leads" in workspace.filled.in_part
            assert workspace.rows("select distinct contact_id from base.leads order by 1") == [(one,) for one in people]


@pytest.mark.parametrize("value", ["example.com", "@example.com", "1212"])
def test_of_a_list_that_names_many_everybody_is_fetched(screened, value):
    screened.add([Row(A, "ana@example.com"), Row(B)], profile())
    with screened.store.dry_run(list_of(value), "a test") as workspace:
        assert workspace.rows("select count(*) from base.leads") == [(2,)]
        assert "leads" in workspace.filled.whole


@pytest.mark.parametrize("changes", [False, True], ids=["only added to", "changed at last"])
def test_rows_added_before_a_table_was_fetched_are_sent_and_the_fetched_ones_are_not(screened, monkeypatch, changes):
    screened.add([Row(A)], profile())
    for position in (1, 2):
        screened.store.workspace.run(f"insert into base.secondary_contacts values (1, {position}, 'x', 1, null, null)")
    sent = []
    with screened.store.writing(CommandKeys(), "a test") as workspace:
        workspace.run("insert into base.secondary_contacts values (1, 3, 'x', 1, null, null)")
        assert workspace.rows("select count(*) from base.secondary_contacts") == [(3,)]
        workspace.run("insert into base.secondary_contacts values (1, 4, 'x', 1, null, null)")
        if changes:
            workspace.run("update base.secondary_contacts set reason = 'blocked' where position = 2")
        copy_in = workspace.there.copy_in

        def counted(table, rows, **more):
            whole = rows if isinstance(rows, pa.Table) else rows.read_all()
            sent.append((table, whole.num_rows))
            copy_in(table, whole, **more)

        monkeypatch.setattr(workspace.there, "copy_in", counted)
    monkeypatch.undo()
    sent_rows = dict(sent)["secondary_contacts"]
    assert sent_rows == (4 if changes else 2)  # all of a lead's are replaced when one of them changed
    found = screened.store.workspace.rows("select position, reason from base.secondary_contacts order by position")
    assert found == [(1, None), (2, "blocked" if changes else None), (3, None), (4, None)]


def test_of_an_import_that_it_may_continue_only_rows_of_its_people_and_those_left_out_are_fetched(screened):
    screened.add([Row(A), Row(B), Row(None, reasons=("missing_required",)), Row(C)], profile())
    screened.store.workspace.run("update base.imports set header_key = 7")
    keys = replace(keys_of(screened, [Row(A)]), header_key=7, started_at=NOW)
    with screened.store.dry_run(keys, "a test") as workspace:
        assert workspace.rows("select row_number from base.row_outcomes order by 1") == [(1,), (3,)]
    with screened.store.dry_run(replace(keys, started_at=NOW - timedelta(hours=1)), "a test") as workspace:
        assert workspace.rows("select row_number from base.row_outcomes order by 1") == [(1,), (3,)]
        workspace.bring_outcomes(1)  # it came later, and is found to be one that may continue this
        assert workspace.rows("select row_number from base.row_outcomes order by 1") == [(1,), (2,), (3,), (4,)]
    with screened.store.dry_run(replace(keys, header_key=8), "a test") as workspace:
        assert workspace.rows("select row_number from base.row_outcomes") == []


def test_of_an_import_that_is_judged_again_all_rows_are_fetched_under_each_number_that_the_ledger_has_of_it(screened):
    screened.add([Row(A)], profile())
    screened.add([Row(B), Row(C)], profile())
    screened.store.workspace.run("update base.imports set import_id = 'import-2@0'")
    keys = replace(keys_of(screened, [Row(D)]), judges_again="import-2@0")
    with screened.store.dry_run(keys, "a test") as workspace:
        found = workspace.rows("select import_no, row_number from base.row_outcomes order by all")
    assert found == [(1, 1), (2, 1), (2, 2)]


def test_of_the_ledger_only_the_imports_of_its_people_are_fetched(screened):
    for phone in (A, B, C):
        screened.add([Row(phone)], profile())
    with screened.store.dry_run(keys_of(screened, [Row(B), Row(D)]), "a test") as workspace:
        assert workspace.rows("select import_id from base.imports") == [("import-2@0",)]
    with screened.store._read(enough_for_identity("import-3"), "a test") as workspace:
        assert workspace.rows("select import_id from base.imports") == [("import-3@0",)]


def test_of_an_import_that_is_not_there_the_nearest_is_named(screened):
    screened.add([Row(A)], profile())
    with pytest.raises(ImportNotFoundError, match="import-1@0"):
        screened.store.find_import("inport-1@0")
    for publish in (screened.store.publish_rejected, screened.store.publish_recovered, screened.store.publish_warned):
        assert publish("inport-1@0", screened.folder / "none.parquet") == 0


#: Which rows of an import come back to be published as what; numbers are of the rows that the test imports.
PUBLISHED = {
    "rejected": (enough_for_rejected, {2, 3}, {A}),
    "warned": (enough_for_warned, {4}, set()),
    "leads": (enough_for_leads, {2, 3, 4}, {B, C}),
    "recovered": (enough_for_recovered, {1, 2, 3, 4}, set()),
}


@pytest.mark.parametrize("what", PUBLISHED)
def test_what_is_published_is_all_that_is_fetched_of_an_import(screened, what):
    screened.add([Row(A)], profile())
    screened.add([Row(B), Row(A), Row(None, reasons=("missing_required",)), Row(C, warnings=("odd",))], profile())
    enough, rows, phones = PUBLISHED[what]
    with screened.store._read_import("import-2@0", "a test", enough) as workspace:
        assert set(workspace.rows("select row_number from base.row_outcomes")) == {(row,) for row in rows}
        if what != "warned":  # of leads it says nothing, and reads none
            assert set(workspace.rows("select phone from base.leads")) == {(phone,) for phone in phones}
