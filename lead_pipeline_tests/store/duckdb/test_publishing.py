"""Parquet for analysts: what is written from the parts of a commit is what the store would give."""

import polars as pl
import pytest

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store.duckdb.lead_store import LeadStore
from lead_pipeline.store.duckdb.publishing import publish, publish_from_parts
from lead_pipeline_tests.screening.screened import Row, Screened, profile

A, B, C, D = "+12125550101", "+12125550102", "+442079460103", "+12125550104"
ROWS = [
    Row(C, "ann@example.com", expires_in=5, attributes='{"note":"née \\"x\\""}'),
    Row(A),
    Row(B, reasons=("number_invalid",)),
    Row(D, expires_in=0),
    Row(C),
    Row(B, attributes='{"a":"1"}'),
]


@pytest.fixture
def screened(tmp_path):
    with LeadStore.open(tmp_path) as store:
        yield Screened(store, tmp_path)


def published_both_ways(screened, entry) -> tuple[pl.DataFrame, pl.DataFrame]:
    parts = sorted(screened.folder.glob(f"part-{screened.imports}-*.parquet"))
    from_store, from_parts = screened.folder / "store.parquet", screened.folder / "parts.parquet"
    assert publish(screened.store, "leads", entry.import_id, from_store) == entry.counts.created
    assert publish_from_parts(screened.store, entry.import_id, from_parts, parts) == entry.counts.created
    return pl.read_parquet(from_store), pl.read_parquet(from_parts)


@pytest.mark.parametrize("parts", [1, 3])
def test_leads_are_published_from_the_parts_as_the_store_has_them(screened, parts):
    screened.add([Row(A)], profile())
    from_store, from_parts = published_both_ways(screened, screened.add(ROWS, profile(), parts=parts))
    assert from_parts["row_number"].to_list() == [1, 4, 6]
    assert from_parts.schema == from_store.schema
    assert from_parts.equals(from_store.sort("row_number"))


def test_files_of_both_kinds_are_read_as_one_table(screened):
    published_both_ways(screened, screened.add(ROWS, profile()))
    both = [screened.folder / "store.parquet", screened.folder / "parts.parquet"]
    assert pl.read_parquet(both).height == 8
    sql = "select count(*), count(distinct lead_id) from read_parquet(?)"
    assert screened.store.rows(sql, [[str(path) for path in both]]) == [(8, 4)]


def test_the_leads_of_other_imports_stay_out(screened):
    screened.add([Row(A), Row(B)], profile())
    other = profile(destination={"kind": "offer", "name": "solar"})
    from_store, from_parts = published_both_ways(screened, screened.add([Row(B), Row(A)], other))
    for leads in (from_store, from_parts):
        assert leads.select("phone", "destination_name").rows() == [(B, "solar"), (A, "solar")]


def test_nothing_but_leads_and_rejected_leads_is_published(screened):
    with pytest.raises(StoreError, match="'suppressions' is not a table that is published"):
        publish(screened.store, "suppressions", "x", screened.folder / "x.parquet")
