"""New leads and outcomes are written some at a time: what becomes of a row does not depend on the others."""

import errno

import pyarrow.parquet as pq
import pytest

from lead_pipeline.screening import writing
from lead_pipeline.store import publishing
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.screened import NOW, Row, Screened, profile
from lead_pipeline_tests.support import quick_folder

#: A number and the time zone that it is known by.
PLACES = [
    ("+1212555{:04}", "America/New_York"),
    ("+1213555{:04}", "America/Los_Angeles"),
    ("+44207946{:04}", "Europe/London"),
]
PEOPLE = [(form.format(100 + index), zone) for index in range(5) for form, zone in PLACES]
ROWS = [
    *(Row(phone, f"p{index}@example.com", expires_in=index) for index, (phone, _) in enumerate(PEOPLE[:7])),
    Row(None, reasons=("phone_missing",), about="phone"),
    Row(PEOPLE[2][0], "again@example.com", attributes='{"city":"Bonn"}'),
    *(Row(phone, attributes=f'{{"n":"{index}"}}') for index, (phone, _) in enumerate(PEOPLE[7:])),
    Row(PEOPLE[12][0], "late@example.com"),
]


def imported(parts, together, monkeypatch, in_file):
    """Return the leads of an import of the rows in so many parts, so many rows written together."""
    monkeypatch.setattr(writing, "_ROWS_TOGETHER", together)
    by = profile(duplicates_in_file=in_file)
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        entry = Screened(store, folder).add(ROWS, by, parts=parts)
        assert entry.counts.created == len(PEOPLE)
        return store.workspace.rows(
            "select l.* exclude (time_zone_set), z.time_zones, z.evidence"
            " from base.leads l left join base.time_zone_sets z using (time_zone_set) order by lead_id"
        )


@pytest.mark.parametrize("in_file", ["first", "last", "merge"])
@pytest.mark.parametrize(("parts", "together"), [(16, 1), (5, 1), (5, 7), (4, 100)])
def test_leads_are_the_same_whatever_is_written_together(monkeypatch, parts, together, in_file):
    assert imported(parts, together, monkeypatch, in_file) == imported(1, 1000, monkeypatch, in_file)


def test_each_new_lead_has_the_values_and_the_time_zones_of_its_own_row(monkeypatch):
    monkeypatch.setattr(writing, "_ROWS_TOGETHER", 4)
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        Screened(store, folder).add(ROWS, profile(), parts=6)
        found = store.workspace.rows(
            "select l.phone, l.row_number, z.time_zones from base.leads l"
            " left join base.time_zone_sets z using (time_zone_set) order by lead_id"
        )
    first = {row.phone: number for number, row in reversed(list(enumerate(ROWS, 1))) if row.phone}
    assert found == [(phone, first[phone], [zone]) for phone, zone in PEOPLE]


@pytest.mark.parametrize("together", [1, 3])
def test_a_part_is_published_whole_whatever_is_joined_together(monkeypatch, together):
    monkeypatch.setattr(publishing, "_ROWS_TOGETHER", together)
    monkeypatch.setattr(publishing, "_FEW", 0)
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        screened = Screened(store, folder)
        entry = screened.add(ROWS, profile(), parts=3)
        parts, path = sorted(folder.glob("part-*.parquet")), folder / "leads.parquet"
        assert store.publish_leads(entry.import_id, path, parts=parts, committed_at=NOW) == len(PEOPLE)
        found = store.workspace.rows("select phone from read_parquet(?)", [str(path)])
    assert found == [(phone,) for phone, _ in PEOPLE]


def ledger(together, monkeypatch, in_file):
    """Return what the ledger says of each row, where the outcomes of so many are written together."""
    monkeypatch.setattr(writing, "_OUTCOMES_TOGETHER", together)
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        Screened(store, folder).add(ROWS, profile(duplicates_in_file=in_file), parts=2)
        return store.workspace.rows(
            "select o.row_number, o.line_number, o.outcome::varchar, reason_codes,"
            " list_transform(reason_columns, lambda one: one.code || ' of ' || one.field), l.row_number as row_of_lead"
            " from base.row_outcomes o left join base.leads l using (lead_id) order by o.rowid"
        )


@pytest.mark.parametrize("together", [1, 3, 7, 1_000])
@pytest.mark.parametrize("in_file", ["first", "last", "merge"])
def test_the_ledger_has_every_row_once_in_the_order_of_the_file(monkeypatch, together, in_file):
    of_person = {}  # the rows of each, in the order of the file
    for number, row in enumerate(ROWS, 1):
        of_person.setdefault(row.phone, []).append(number)
    expected = []
    for number, row in enumerate(ROWS, 1):
        if row.reasons:
            said = ("rejected", ["phone_missing"], ["phone_missing of phone"], None)
        else:
            kept = of_person[row.phone][-1 if in_file == "last" else 0]
            code = "duplicate_merged" if in_file == "merge" else "duplicate_in_file"
            said = ("created", None, None, kept) if number == kept else ("duplicate", [code], None, kept)
        expected.append((number, number + 1, *said))
    assert ledger(together, monkeypatch, in_file) == expected


@pytest.mark.parametrize("nth", [1, 4, 9])
def test_leads_that_cannot_be_written_beside_the_next_ones_are_not_said_to_be(monkeypatch, nth):
    monkeypatch.setattr(publishing, "_ROWS_TOGETHER", 2)
    monkeypatch.setattr(publishing, "_FEW", 0)
    written, write = [], pq.ParquetWriter.write_table

    def write_until_it_is_full(writer, table):
        written.append(table.num_rows)
        if len(written) == nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(writer, table)

    with quick_folder() as folder, DuckdbLeadStore.open(folder) as store:
        entry = Screened(store, folder).add(ROWS, profile(), parts=1)
        parts = sorted(folder.glob("part-*.parquet"))
        monkeypatch.setattr(pq.ParquetWriter, "write_table", write_until_it_is_full)
        with pytest.raises(OSError, match="No space left"):
            store.publish_leads(entry.import_id, folder / "leads.parquet", parts=parts, committed_at=NOW)
    assert len(written) == nth
