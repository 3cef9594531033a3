"""Parquet for analysts: what is written from the parts of a commit is what the store would give."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from lead_pipeline.store import publishing
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.screened import NOW, Row, Screened, profile

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
def screened(tmp_path, monkeypatch):
    monkeypatch.setattr(publishing, "_FEW", 0)  # else files as short as these are written from the store alone
    with DuckdbLeadStore.open(tmp_path) as store:
        yield Screened(store, tmp_path)


def published_both_ways(screened, entry) -> tuple[pl.DataFrame, pl.DataFrame]:
    parts = sorted(screened.folder.glob(f"part-{screened.imports}-*.parquet"))
    from_store, from_parts = screened.folder / "store.parquet", screened.folder / "parts.parquet"
    for path, given in ((from_store, []), (from_parts, parts)):
        published = screened.store.publish_leads(entry.import_id, path, parts=given, committed_at=NOW)
        assert published == entry.counts.created
    return pl.read_parquet(from_store), pl.read_parquet(from_parts)


@pytest.mark.parametrize("parts", [1, 3])
def test_leads_are_published_from_the_parts_as_the_store_has_them(screened, parts):
    screened.add([Row(A)], profile())
    from_store, from_parts = published_both_ways(screened, screened.add(ROWS, profile(), parts=parts))
    assert from_parts["row_number"].to_list() == [1, 4, 6]
    assert from_parts.schema == from_store.schema
    assert from_parts.equals(from_store.sort("row_number"))


def test_leads_are_published_part_by_part_so_that_memory_does_not_follow_the_file(screened):
    entry = screened.add([Row(f"+1201555{number:04}") for number in range(100, 112)], profile(), parts=4)
    published_both_ways(screened, entry)
    assert pq.read_metadata(screened.folder / "parts.parquet").num_row_groups == 4


def test_files_of_both_kinds_are_read_as_one_table(screened):
    published_both_ways(screened, screened.add(ROWS, profile()))
    both = [screened.folder / "store.parquet", screened.folder / "parts.parquet"]
    assert pl.read_parquet(both).height == 8
    sql = "select count(*), count(distinct lead_id) from read_parquet(?)"
    assert screened.store.workspace.rows(sql, [[str(path) for path in both]]) == [(8, 4)]


def test_the_leads_of_other_imports_stay_out(screened):
    screened.add([Row(A), Row(B)], profile())
    other = profile(destination={"kind": "offer", "name": "solar"})
    from_store, from_parts = published_both_ways(screened, screened.add([Row(B), Row(A)], other))
    for leads in (from_store, from_parts):
        assert leads.select("phone", "destination_name").rows() == [(B, "solar"), (A, "solar")]


def changed_parts(screened) -> list[Path]:
    """Return the parts of the last import with another email in each: whoever reads them can be seen."""
    parts = sorted(screened.folder.glob(f"part-{screened.imports}-*.parquet"))
    for part in parts:
        pl.read_parquet(part).with_columns(email=pl.lit("from@parts.example")).write_parquet(part)
    return parts


MERGING = {"duplicates_in_file": "merge", "write_mode": "upsert"}


@pytest.mark.parametrize(
    ("rows", "by", "hours_later", "is_from_parts"),
    [
        pytest.param([Row(A), Row(B)], {}, 0, True, id="each lead from a row of this commit"),
        pytest.param([Row(A), Row(B)], MERGING, 0, True, id="none was merged"),
        pytest.param([Row(A), Row(A, "a@example.com")], MERGING, 0, False, id="merged"),
        pytest.param([Row(A), Row(C, "c@example.com")], MERGING, 0, False, id="updated"),
        pytest.param([Row(A), Row(B)], {}, 1, False, id="committed by an earlier attempt"),
    ],
)
def test_texts_come_from_the_parts_only_where_they_are_those_of_the_leads(
    screened, rows, by, hours_later, is_from_parts
):
    screened.add([Row(C)], profile(**by))
    entry, path = screened.add(rows, profile(**by)), screened.folder / "leads.parquet"
    at = NOW + timedelta(hours=hours_later)
    screened.store.publish_leads(entry.import_id, path, parts=changed_parts(screened), committed_at=at)
    assert ("from@parts.example" in pl.read_parquet(path)["email"]) is is_from_parts


@pytest.mark.parametrize(("few", "is_from_parts"), [(2, False), (1, True)])
def test_few_leads_are_taken_from_the_store_in_the_order_of_the_file(screened, monkeypatch, few, is_from_parts):
    monkeypatch.setattr(publishing, "_FEW", few)
    entry, path = screened.add([Row(D), Row(A)], profile()), screened.folder / "leads.parquet"
    screened.store.publish_leads(entry.import_id, path, parts=changed_parts(screened), committed_at=NOW)
    leads = pl.read_parquet(path)
    assert leads["phone"].to_list() == [D, A]
    assert ("from@parts.example" in leads["email"]) is is_from_parts


def test_a_table_without_rows_is_a_file_like_any_other_and_the_next_import_is_not_taken_for_one(screened):
    """The first and second have none, of which the second is a copy; the third has them."""
    paths = {name: [screened.folder / f"{name}-{number}.parquet" for number in range(3)] for name in ("out", "warned")}
    with_warnings = Row(A, reasons=()), Row("+12125550199", warnings=("email_role",))
    for number, rows in enumerate([[Row(B)], [Row(D)], [*with_warnings, Row(C, reasons=("number_invalid",))]]):
        entry = screened.add(rows, profile())
        left_out = screened.store.publish_rejected(entry.import_id, paths["out"][number])
        warned = screened.store.publish_warned(entry.import_id, paths["warned"][number])
        assert (left_out, warned) == ((1, 1) if number == 2 else (0, 0))
    for tables in paths.values():
        frames = [pl.read_parquet(path) for path in tables]
        assert [frame.height for frame in frames] == [0, 0, 1]
        assert frames[0].schema == frames[1].schema == frames[2].schema
        assert tables[0].read_bytes() == tables[1].read_bytes()


def test_a_file_that_was_said_to_have_no_rows_has_them_where_it_has(screened):
    workspace, path = screened.store.workspace, screened.folder / "x.parquet"
    assert workspace.write_no_rows(path, "select unnest([1, 2]) as n", doing="writing") == 2
    assert pl.read_parquet(path)["n"].to_list() == [1, 2]
    assert workspace.write_no_rows(path, "select 1 as n where false", doing="writing") == 0
    assert pl.read_parquet(path).height == 0


def test_of_rejected_leads_everything_is_published_but_their_cells(screened):
    entry, path = screened.add(ROWS, profile()), screened.folder / "rejected.parquet"
    assert screened.store.publish_rejected(entry.import_id, path) == 2
    assert pl.read_parquet(path).to_dicts() == [
        {"row_number": row, "line_number": row + 1, "outcome": outcome, "reason_codes": [code], "hints": None}
        | {"reason_columns": [], "is_known": False, "matched_lead_id": None, "matched_import_id": None}
        for row, outcome, code in ((3, "rejected", "number_invalid"), (5, "duplicate", "duplicate_in_file"))
    ]
