"""Rows that are read ahead are the same rows in the same order, and how their reader ends is known."""

import threading

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.store.postgres.postgres_connection import Connection, ConnectionLostError
from lead_pipeline.store.postgres.reading_ahead import _WORTH_IT, read_ahead
from lead_pipeline_tests.postgres_server import server

SCHEMA = pa.schema({"n": pa.int64()})
SIZES = st.lists(st.sampled_from([0, 1, 7, _WORTH_IT - 1, _WORTH_IT, _WORTH_IT + 1]), max_size=6)


def batches(sizes):
    first = 0
    for size in sizes:
        yield pa.record_batch([pa.array(range(first, first + size), pa.int64())], schema=SCHEMA)
        first += size


@given(SIZES)
def test_all_batches_come_in_their_order(sizes):
    with read_ahead(pa.RecordBatchReader.from_batches(SCHEMA, batches(sizes))) as ahead:
        assert ahead.reader.read_all() == pa.Table.from_batches(batches(sizes), SCHEMA)
    assert not ahead.has_failed


@pytest.mark.parametrize("fails_after", [1, 3])
def test_a_reader_that_fails_is_known_to_have_failed(fails_after):
    def failing():
        yield from batches([_WORTH_IT] * fails_after)
        raise OSError

    rows = pa.RecordBatchReader.from_batches(SCHEMA, failing())
    with read_ahead(rows) as ahead, pytest.raises(OSError):  # noqa: PT011  # which one is said by nobody
        ahead.reader.read_all()
    assert ahead.has_failed


def test_who_stops_in_the_middle_leaves_no_thread_behind():
    before = threading.active_count()
    with read_ahead(pa.RecordBatchReader.from_batches(SCHEMA, batches([_WORTH_IT] * 9))) as ahead:
        for _ in range(3):
            ahead.reader.read_next_batch()
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_a_connection_that_is_lost_while_rows_come_is_said_to_be_lost(opened):
    there, con = Connection(opened._address), duckdb.connect()

    def read() -> None:
        with (
            there.reading("a test"),
            there.reader("select n, repeat('x', 100) as x from generate_series(1, 400000) n") as rows,
        ):
            con.register("rows_there", rows)
            database = opened._address.partition("@/")[2].partition("?")[0]
            server().psql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'")
            con.execute("create table n as select * from rows_there")

    with pytest.raises(ConnectionLostError):
        read()
    con.close()
