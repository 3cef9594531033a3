"""A store of the first release, with rows in every table, becomes what a new store is and loses nothing."""

import pytest

from lead_pipeline.store.duckdb import migrating
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import Written, profile

#: What the first release wrote: an import that created three leads, one row that it rejected, a list, an enrollment.
ROWS_OF_0001 = """
update base.counters set value = 3 where name in ('contact_id', 'lead_id');
update base.counters set value = 1 where name in ('import_no', 'destination_id');
insert into base.destinations values (1, 'schedule', 'main');
insert into base.imports by name
    select 1 as import_no, 'old@000000000000' as import_id, 'old' as identity, 'completed_with_rejects' as status,
           'call_schedule' as profile, 'f' as profile_fingerprint, 1 as destination_id, 'old.csv' as file_name,
           'a' as file_sha256, 9 as file_bytes, 4 as rows_read, 3 as rows_created, 0 as rows_updated,
           0 as rows_unchanged, 0 as rows_duplicate, 0 as rows_suppressed, 1 as rows_rejected, 0 as rows_skipped,
           3 as contacts_created, 1 as suppressions_known, '' as message, now() as started_at, now() as committed_at;
insert into base.contacts select n, 1, now() from range(1, 4) r(n);
insert into base.identifiers values
    ('phone', 12125550101, null, 1, 1), ('phone', 12125550102, null, 2, 1),
    ('email', md5_number_lower('Ana@example.com'), 'Ana@example.com', 2, 1),
    ('email', md5_number_lower('ANA@example.com'), 'ANA@example.com', 3, 1),
    ('email', md5_number_lower('bo@example.com'), 'bo@example.com', 3, 1);
insert into base.leads by name
    select n as lead_id, n as contact_id, 1 as destination_id, '+1212555010' || n as phone,
           case n when 2 then 'Ana@example.com' end as email, ['Acme', ' ACME', 'Alder'][n] as company,
           '{"sub_id":"' || n || '"}' as attributes, ['America/New_York'] as phone_time_zones,
           1 as import_no, n as row_number, now() as created_at, now() as updated_at
    from range(1, 4) r(n);
insert into base.secondary_contacts values (1, 1, '+12125550109', 1);
insert into base.enrollments values (1, 1, 1, 'due', now(), 1);
insert into base.row_outcomes values
    (1, 1, 2, 'created', null, null, null, 1), (1, 2, 3, 'created', null, ['email_role'], null, 2),
    (1, 3, 4, 'created', null, null, null, 3), (1, 4, 5, 'rejected', ['phone_missing'], null, null, null);
insert into base.rejected_rows values (1, 4, 5, 'rejected', ['phone_missing'], null, '{"phone":""}');
insert into base.suppression_lists values (1, 'l@0', 'l', 'blocked', 'l.csv', 'b', 1, 1, 0, 0, now());
insert into base.suppressions values ('blocked', 'phone', 12125550103, '+12125550103', null, 1, now());
"""


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A home whose store the first release wrote."""
    with monkeypatch.context() as first_release:
        only = migrating.migrations()[:1]
        first_release.setattr(migrating, "migrations", lambda: only)
        with DuckdbLeadStore.open(tmp_path) as store:
            assert store.workspace.rows("select max(version) from main.schema_versions") == [(1,)]
            store.workspace.run(ROWS_OF_0001)
    return tmp_path


def shape(store: DuckdbLeadStore) -> list[tuple[object, ...]]:
    return store.workspace.rows(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
        " where table_schema in ('base', 'main') order by all"
    )


def test_an_upgraded_store_has_the_shape_of_a_new_one(old, tmp_path):
    with DuckdbLeadStore.open(old) as store, DuckdbLeadStore.open(tmp_path / "new") as new:
        assert shape(store) == shape(new)
        assert store.workspace.rows("select name from base.counters order by 1") == new.workspace.rows(
            "select name from base.counters order by 1"
        )


def test_every_row_is_still_there(old):
    with DuckdbLeadStore.open(old) as store:
        assert store.workspace.rows(
            "select lead_id, phone, company, attributes, status, tags, updated_import_id from leads order by 1"
        ) == [
            (n, f"+1212555010{n}", company, f'{{"sub_id":"{n}"}}', None, None, None)
            for n, company in ((1, "Acme"), (2, " ACME"), (3, "Alder"))
        ]
        assert store.workspace.rows("select lead_id, position, phone, attributes from secondary_contacts") == [
            (1, 1, "+12125550109", None)
        ]
        assert store.workspace.rows("select outcome, count(*) from row_outcomes group by 1 order by 1") == [
            ("created", 3),
            ("rejected", 1),
        ]
        assert store.workspace.rows("select import_id, rows_read, rows_created from imports") == [
            ("old@000000000000", 4, 3)
        ]
        assert store.workspace.rows("select count(*) from enrollments, suppressions, rejected_leads") == [(1,)]
        assert store.last_layouts("call_schedule", 5) == []


def test_the_companies_that_leads_name_are_known_afterwards(old):
    with DuckdbLeadStore.open(old) as store:
        assert store.workspace.rows(
            "select company_id, name, destination_name, import_id from companies order by 1"
        ) == [
            (1, "Acme", "main", "old@000000000000"),
            (2, "Alder", "main", "old@000000000000"),
        ]
        assert store.workspace.rows("select value from base.counters where name = 'company_id'") == [(2,)]


def test_an_email_in_several_spellings_stays_with_the_oldest_contact(old):
    with DuckdbLeadStore.open(old) as store:
        assert store.workspace.rows(
            "select value, contact_id from base.identifiers where kind = 'email' order by 1"
        ) == [
            ("ana@example.com", 2),
            ("bo@example.com", 3),
        ]
        assert store.workspace.rows(
            "select count(*) from base.identifiers where kind = 'email' and key <> md5_number_lower(value)"
        ) == [(0,)]


def test_its_leads_are_updated_like_any(old):
    with DuckdbLeadStore.open(old) as store:
        written = Written(store, old)
        by = profile("phone", destination={"kind": "schedule", "name": "main"}, aliases={"email": {}})
        rows = [
            Row({"phone": "+12125550102", "company": "acme", "tags": ["vip"]}, aliases=(("email", "ANA@EXAMPLE.COM"),)),
            Row({"phone": "+12125550101", "city": "Bonn"}, aliases=(("email", "bo@example.com"),)),
            Row({"phone": "+12125550103", "city": "Bonn"}),
        ]
        entry = written.add(rows, by)
        assert written.ledger(entry) == [
            ("updated", (), 2),
            ("rejected", ("match_ambiguous", "blocked"), None),
            ("suppressed", ("blocked",), None),
        ]
        lead = written.leads()[2]
        assert (lead["company"], lead["tags"], lead["attributes"]) == ("acme", ["vip"], {"sub_id": "2"})
        assert store.workspace.rows("select name from companies order by 1") == [("Acme",), ("Alder",)]
