import gzip
import io
import os
import zipfile

import pytest

from lead_pipeline.model.errors import (
    FileEmptyError,
    FileEncryptedError,
    FileTypeUnsupportedError,
    FileUnreadableError,
    HeaderMissingError,
)
from lead_pipeline.reading import open_rows, read_rows


def zip_of(**files: str | bytes) -> bytes:
    if not files:
        return zip_of(a="a,b\n1,2\n")[:-8]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return packed.getvalue()


#: The same zip archive with the encryption bit set in both of its headers.
ENCRYPTED_ZIP = (
    zip_of(a="a,b\n1,2\n")
    .replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    .replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
)


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        pytest.param(b"", FileEmptyError, "is empty", id="no-bytes"),
        pytest.param(b"\xef\xbb\xbf", FileEmptyError, "is empty", id="only-a-bom"),
        pytest.param(b" \r\n\t\n", FileEmptyError, "is empty", id="only-white-space"),
        pytest.param(b"phone,email\n", FileEmptyError, "no row below", id="header-only"),
        pytest.param(b"phone,email", FileEmptyError, "no row below", id="header-only-without-newline"),
        pytest.param(b"phone,email\n\n \n", FileEmptyError, "no row below", id="header-and-blank-lines"),
        pytest.param(b",,\n1,2,3\n", HeaderMissingError, "no header: line 1 has 3 empty cells", id="no-header-cell"),
        pytest.param(b"%PDF-1.7\n", FileTypeUnsupportedError, "PDF", id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00", FileTypeUnsupportedError, "PNG", id="png"),
        pytest.param(b"PAR1\x15\x04", FileTypeUnsupportedError, "Parquet", id="parquet"),
        pytest.param(zip_of(xl__workbook="x"), FileUnreadableError, "damaged workbook", id="xlsx-with-nothing-in-it"),
        pytest.param(zip_of(word__document="x"), FileTypeUnsupportedError, "a Word document", id="docx"),
        pytest.param(zip_of(), FileUnreadableError, "damaged zip", id="cut-zip"),
        pytest.param(zip_of(a="a,b", b="a,b"), FileTypeUnsupportedError, "with 2 files in it", id="zip-of-two"),
        pytest.param(zip_of(leads=zip_of(x="y")), FileTypeUnsupportedError, "another archive", id="zip-in-zip"),
        pytest.param(gzip.compress(b"a,b\n1,2\n")[:-6], FileUnreadableError, "damaged gzip", id="cut-gzip"),
        pytest.param(gzip.compress(b""), FileEmptyError, "is empty", id="empty-gzip"),
        pytest.param(b"\x28\xb5\x2f\xfdxxxx", FileUnreadableError, "damaged zstd", id="damaged-zstd"),
        pytest.param(ENCRYPTED_ZIP, FileEncryptedError, "password", id="encrypted-zip"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), FileUnreadableError, "damaged", id="cut-xls"),
        pytest.param(b"<html><table><tr><td>1", FileTypeUnsupportedError, "web page", id="html"),
        pytest.param(b"BEGIN:VCARD\n", FileTypeUnsupportedError, "vCard", id="vcard"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\n", FileTypeUnsupportedError, "Git LFS", id="lfs"),
        pytest.param(bytes(1000), FileTypeUnsupportedError, "zero", id="nothing-but-zeros"),
    ],
)
def test_a_file_without_rows_to_read_is_refused_with_what_was_found(opened, content, error, says):
    with pytest.raises(error, match=says) as refusal:
        opened(content)
    assert "'leads.csv'" in str(refusal.value)


def test_a_file_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(FileUnreadableError, match=r"There is no file 'x\.csv'"):
        open_rows(tmp_path / "nothing", file_name="x.csv")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(FileUnreadableError, match="is a folder"):
        open_rows(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_read_permission_is_refused(tmp_path):
    path = tmp_path / "staged"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(FileUnreadableError, match="permission denied"):
        open_rows(path)


def test_a_name_with_wildcards_is_that_file_and_no_other(tmp_path):
    (tmp_path / "leads1.csv").write_text("a\nwrong\n")
    (tmp_path / "leads[1].csv").write_text("a\nright\n")
    assert next(read_rows(tmp_path / "leads[1].csv"))["a"].to_list() == ["right"]


def test_an_unknown_option_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no_such_option"):
        next(read_rows(tmp_path / "x", no_such_option=1))
