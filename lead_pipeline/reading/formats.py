"""What a file really is, told from its first bytes: names lie. Opening what can be opened belongs elsewhere."""

from typing import NamedTuple

from lead_pipeline.model.errors import FileEncryptedError, FileTypeUnsupportedError

#: How much of the file the decision is made from.
HEAD_BYTES = 64 * 2**10

#: A text has no NUL bytes; a few may be damage, more than this number and share make a binary file.
_NULS = 8
_NUL_SHARE = 0.05

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ZIP_ENCRYPTED_BIT = 0x1


class Signature(NamedTuple):
    """The first bytes of a kind of file, and what that kind is called."""

    start: bytes
    name: str
    remedy: str


_AS_CSV = "Open it in the program it came from, save the list as a CSV file and drop that."
_UNPACK = "Unpack it and drop the CSV file inside."

SIGNATURES = (
    Signature(_OLE, "an old Excel workbook or another Office file", _AS_CSV),
    Signature(b"%PDF-", "a PDF document", _AS_CSV),
    Signature(b"\x89PNG\r\n\x1a\n", "a PNG image", _AS_CSV),
    Signature(b"\xff\xd8\xff", "a JPEG image", _AS_CSV),
    Signature(b"GIF8", "a GIF image", _AS_CSV),
    Signature(b"\x1f\x8b", "a gzip archive", _UNPACK),
    Signature(b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    Signature(b"BZh", "a bzip2 archive", _UNPACK),
    Signature(b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    Signature(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    Signature(b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    Signature(b"PAR1", "a Parquet file", _AS_CSV),
    Signature(b"SQLite format 3\x00", "an SQLite database", _AS_CSV),
    Signature(b"\x7fELF", "a program", _AS_CSV),
    Signature(b"{\\rtf", "a rich text document", _AS_CSV),
)


def refuse_what_is_not_text(head: bytes, shown: str) -> None:
    """Raise FileTypeUnsupportedError or FileEncryptedError when the first bytes are those of no text file."""
    if head.startswith(_ZIP):
        _refuse_zip(head, shown)
    if head.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in head:
        raise FileEncryptedError(
            f"{shown} is an Office file protected by a password. Save a copy without a password and drop that."
        )
    for signature in SIGNATURES:
        if head.startswith(signature.start):
            raise FileTypeUnsupportedError(f"{shown} is {signature.name}, not a CSV file. {signature.remedy}")
    if head.count(0) > max(_NULS, len(head) * _NUL_SHARE):
        raise FileTypeUnsupportedError(
            f"{shown} is not text: {head.count(0)} of its first {len(head)} bytes are zero. {_AS_CSV}"
        )


def _refuse_zip(head: bytes, shown: str) -> None:
    if len(head) > 6 and head[6] & _ZIP_ENCRYPTED_BIT:
        raise FileEncryptedError(
            f"{shown} is a zip archive protected by a password. Unpack it and drop the CSV file inside."
        )
    is_workbook = b"[Content_Types].xml" in head or b"xl/" in head or b"opendocument.spreadsheet" in head
    name, remedy = ("an Excel workbook", _AS_CSV) if is_workbook else ("a zip archive", _UNPACK)
    raise FileTypeUnsupportedError(f"{shown} is {name}, not a CSV file. {remedy}")
