"""Whatever bytes a file has, it becomes a table or is refused with a sentence; longer in benchmarks/reading_fuzz.py."""

import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings

from lead_pipeline.reading import open_rows
from lead_pipeline_tests.reading.hostile import SEEDS, hostile_files, read_whole


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=hostile_files())
@example(b"\xef\xbb\xbf}\r\x1f\x8b\x08\x00PK")  # Polars would unpack the first row
@example(
    b"s\xe9\xc9p\xff=|\na|b\n|2\n=\n*a\xeeb\n\x142\na|b\n|2\n=\n*a\xeeb\n\x142\n"
)  # a header of two rows, wider than rows
def test_any_bytes_become_a_table_or_are_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "leads.csv"
    path.write_bytes(content)
    read_whole(path)


@pytest.mark.parametrize("seed", SEEDS[:-2], ids=range(len(SEEDS) - 2))
def test_the_files_that_are_damaged_here_are_tables_before(tmp_path, seed):
    """Else the property would mostly be about refusals."""
    path = tmp_path / "leads.csv"
    path.write_bytes(seed)
    assert read_whole(path) == "table"
    assert sum(batch.height for batch in open_rows(path).batches()) >= 1


PACKED = {
    "zlib": zlib.compress(b"invented,2 " * 3, 0),  # stored as it is: unpacked it would be a row of two cells
    "gzip": b"\x1f\x8b\x08 is no row,2",
    "zstd": b"(\xb5/\xfd is no row,2",
}


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
def test_rows_that_begin_as_packed_data_does_are_read_as_text(tmp_path, packed):
    """And never unpacked into rows that nobody sees in the file."""
    path = tmp_path / "leads.csv"
    path.write_bytes(b"a,b\n" + packed + b"\n3,4\n")
    assert read_whole(path) == "table"
    rows = [row for batch in open_rows(path).batches() for row in batch.iter_rows()]
    assert len(rows) == 2
    assert rows[0][2] != "invented"
    assert rows[1][:4] == (2, 3, "3", "4")
