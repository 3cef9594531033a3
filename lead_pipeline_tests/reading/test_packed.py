import gzip
import io
import zipfile

import pyarrow as pa
import pytest

from lead_pipeline.model.errors import FileTypeUnsupportedError, FileUnreadableError
from lead_pipeline.reading import source

TEXT = b"name,phone\nAna,1\nBo,2\n"


def zstd(data: bytes) -> bytes:
    return pa.compress(data, codec="zstd", asbytes=True)


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "packing"),
    [
        pytest.param(gzip.compress(TEXT), "gzip", id="gzip"),
        pytest.param(gzip.compress(TEXT[:11]) + gzip.compress(TEXT[11:]), "gzip", id="gzip-of-two-members"),
        pytest.param(zstd(TEXT), "zstd", id="zstd"),
        pytest.param(zipped(leads=TEXT), "zip", id="zip"),
        pytest.param(
            zipped(MACOSX__x=b"", leads=TEXT).replace(b"MACOSX/x", b".DS_Store"[:8]), "zip", id="zip-with-litter"
        ),
    ],
)
def test_a_compressed_file_is_read_as_what_is_in_it(opened, content, packing):
    reader = opened(content)
    assert reader.facts.packing == packing
    assert next(reader.batches())["name"].to_list() == ["Ana", "Bo"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd, lambda data: zipped(leads=data)])
def test_a_bomb_is_stopped_at_the_bound(opened, monkeypatch, pack):
    monkeypatch.setattr(source, "UNPACKED_BYTES", 2**20)
    with pytest.raises(FileUnreadableError, match="unpacks to more than"):
        list(opened(pack(TEXT + bytes(8 * 2**20))).batches())


def test_a_zip_with_two_lists_is_refused(opened):
    with pytest.raises(FileTypeUnsupportedError, match="2 files"):
        opened(zipped(a=TEXT, b=TEXT))
