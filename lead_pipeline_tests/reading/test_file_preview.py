import gzip

import pytest

from lead_pipeline.model.errors import FileEmptyError
from lead_pipeline.reading import file_preview, preview_file

TEXT = "name;phone;note\nAna;+19518761336;\nBo;+19518761337;x\nCy;n/a\n\n"


@pytest.fixture
def previewed(tmp_path):
    def preview_content(content):
        path = tmp_path / "staged"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return preview_file(path, file_name="leads.csv", rows=2)

    return preview_content


def test_a_preview_says_what_was_found_and_how_sure_that_is(previewed):
    found = previewed(TEXT)
    assert (found.facts.delimiter, found.facts.encoding, found.facts.header_line) == (";", "utf-8", 1)
    assert 0 < found.facts.dialect_sure <= 1
    assert (found.row_count, found.row_count_is_exact) == (4, True)
    assert found.reasons == {"row_too_few_cells": 1, "row_blank": 1}
    assert found.rows == (("Ana", "+19518761336", ""), ("Bo", "+19518761337", "x"))


def test_a_preview_describes_each_column(previewed):
    name, phone, note = previewed(TEXT).columns
    assert (name.samples, name.fill_rate, name.looks_like) == (("Ana", "Bo", "Cy"), 0.75, "text")
    assert (phone.looks_like, phone.looks_like_share) == ("phone", pytest.approx(2 / 3, abs=1e-4))
    assert (note.samples, note.fill_rate) == (("x",), 0.25)


def test_the_rows_of_a_large_file_are_estimated_and_it_says_so(previewed, monkeypatch):
    monkeypatch.setattr(file_preview, "COUNTED_BYTES", 1000)
    found = previewed("name,phone\n" + "Ana,+19518761336\n" * 5000)
    assert not found.row_count_is_exact
    assert found.row_count == pytest.approx(5000, rel=0.02)


def test_the_rows_of_a_compressed_file_are_counted(previewed, monkeypatch):
    monkeypatch.setattr(file_preview, "COUNTED_BYTES", 10)
    found = previewed(gzip.compress(TEXT.encode()))
    assert (found.row_count, found.row_count_is_exact, found.facts.packing) == (4, True, "gzip")


def test_a_file_without_rows_is_refused_as_it_would_be_for_import(previewed):
    with pytest.raises(FileEmptyError):
        previewed("")
