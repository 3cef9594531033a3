"""Zero bytes where an upload left out what it had reserved space for."""

import gzip
import io
import zipfile

import pytest

from lead_pipeline.model.errors import FileUnreadableError
from lead_pipeline.reading import open_rows

TEXT = "name,city\n" + "".join(f"Ilse{number},Graz\n" for number in range(200))


def rows_of(tmp_path, content, name="list.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return sum(batch.height for batch in open_rows(path).batches())


@pytest.mark.parametrize("zeros", [4, 100, 2**20 + 7])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_text_that_ends_in_zeros_is_refused_with_their_number(tmp_path, zeros, pack):
    with pytest.raises(FileUnreadableError, match=rf"ends in {zeros:,} zero bytes: its upload was not finished"):
        rows_of(tmp_path, pack(TEXT.encode() + bytes(zeros)))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_the_zeros_of_wide_encodings_are_part_of_their_characters(tmp_path, encoding):
    assert rows_of(tmp_path, TEXT.encode(encoding)) == 200
    with pytest.raises(FileUnreadableError, match="zero bytes"):
        rows_of(tmp_path, TEXT.encode(encoding) + bytes(40))


def test_a_single_zero_behind_the_last_line_costs_nothing(tmp_path):
    assert rows_of(tmp_path, TEXT.encode() + b"\x00") == 200


@pytest.mark.parametrize("where", [1500, 3 * 2**20, 9 * 2**20], ids=["start", "middle", "late"])
def test_a_gap_inside_a_text_is_refused(tmp_path, where):
    content = bytearray(TEXT.encode() * 4000)
    content[where : where + 4096] = bytes(4096)
    with pytest.raises(FileUnreadableError, match="has a gap: 512 zero bytes or more in a row"):
        rows_of(tmp_path, bytes(content))


def archive():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("list.csv", TEXT)
    return packed.getvalue()


def test_an_archive_that_ends_in_zeros_of_its_own_is_read(tmp_path):
    assert rows_of(tmp_path, archive(), "list.zip") == 200


@pytest.mark.parametrize("kept", [0.5, 1.0], ids=["half of it", "all of it"])
def test_an_archive_followed_by_zeros_is_refused_for_them(tmp_path, kept):
    content = archive()
    short = content[: int(len(content) * kept)]
    with pytest.raises(FileUnreadableError, match="zero bytes: its upload was not finished"):
        rows_of(tmp_path, short + bytes(5000), "list.zip")
