"""What a file really is, by its first bytes: names lie."""

import re
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

from lead_pipeline.model.errors import FileEncryptedError, FileTypeUnsupportedError, FileUnreadableError
from lead_pipeline.reading.source import Packing

#: A text has no NUL bytes; a few may be damage, more than this number and share make a binary file.
_NULS = 8
_NUL_SHARE = 0.25

#: The same for the other control characters that no text has.
_CONTROL_SHARE = 0.05
_CONTROLS_FEW = 3
_TEXT = bytes({*range(32, 127), *b"\t\r\n"})
_CONTROLS = bytes(set(range(1, 32)) - set(b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f\x01")) + b"\x7f"

#: The same for bytes beyond ASCII that are words in no encoding.
_BEYOND_SHARE = 0.2
_BEYOND_ASCII = bytes(range(128, 256))

#: A workbook may unpack to this much, to so many times its size if that is more, and never to more than the most.
_WORKBOOK_BYTES = 256 * 2**20
_WORKBOOK_RATIO = 100
_WORKBOOK_MOST = 8 * 2**30

_ZIP_ENCRYPTED_BIT = 0x1
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"

#: How a workbook of Excel before 1997 begins: with the record that opens a worksheet or workbook, in BIFF 2 to 5.
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")


class Signature(NamedTuple):
    """The first bytes of a kind of file, and the name of that kind.

    A start of letters and digits alone may be that of a header as well; then bytes must follow that no text has.
    """

    start: bytes
    name: str
    remedy: str


_AS_CSV = "Open it in the program it came from, save the list as a CSV file and drop that."
_UNPACK = "Unpack it and drop the file inside."

SIGNATURES = (
    Signature(b"%PDF-", "a PDF document", _AS_CSV),
    Signature(b"\x89PNG\r\n\x1a\n", "a PNG image", _AS_CSV),
    Signature(b"\xff\xd8\xff", "a JPEG image", _AS_CSV),
    Signature(b"GIF87a", "a GIF image", _AS_CSV),
    Signature(b"GIF89a", "a GIF image", _AS_CSV),
    Signature(b"BZh", "a bzip2 archive", _UNPACK),
    Signature(b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    Signature(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    Signature(b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    Signature(b"PAR1", "a Parquet file", _AS_CSV),
    Signature(b"ARROW1", "an Arrow file", _AS_CSV),
    Signature(b"Obj\x01", "an Avro file", _AS_CSV),
    Signature(b"PK\x05\x06", "an empty zip archive", "Pack the file again, or drop it unpacked."),
    Signature(b"MZ\x90\x00", "a program", _AS_CSV),
    Signature(b"SQLite format 3\x00", "an SQLite database", _AS_CSV),
    Signature(b"\x7fELF", "a program", _AS_CSV),
    Signature(b"{\\rtf", "a rich text document", _AS_CSV),
)


#: Texts that are not tables, by how they begin (after whitespace, in lower case).
TEXTS = (
    (("<!doctype html", "<html", "<head", "<body", "<table", "<style", "<meta", "<!--"), "a web page (HTML)"),
    (("<?xml", "<workbook"), "an XML document"),
    (("mime-version:",), "a web archive or an email (MIME)"),
    (("version https://git-lfs.github.com",), "a Git LFS pointer, not the file that it points to"),
    (("begin:vcard",), "a vCard address book"),
    (("begin:vcalendar",), "a calendar (iCalendar)"),
    (("-----begin ",), "an encrypted or signed text"),
    (("%!ps",), "a PostScript document"),
)

#: SYLK says `ID;P` and the name of a program, and has a kind of record at the start of every line; a list may begin
#: with `ID;Phone`.
_SYLK = re.compile(r"id;p\w*(;[ne])*[\r\n]+(p|f|b|o|nn|c);")

#: JSON begins with an object, or a list of objects, that has a name and a colon.
_JSON = re.compile(r'(\[\s*)?\{\s*"[^"\n]*"\s*:')

#: Names of files that explain data: by their ending, or a read-me and a licence of whatever ending.
_BESIDE_DATA = re.compile(
    r"\.(md|pdf|html?|rtf|docx?|xsd|sha256|md5)$|(^|/)(read.?me|licen[cs]e|lies.?mich|lisez.?moi)[^/]*$", re.IGNORECASE
)

#: Where a tar archive says that it is one (POSIX.1-1988, ustar header).
_TAR_MARK = slice(257, 262)


class ZipContent(NamedTuple):
    """What a zip file is (xlsx, xlsb, ods, or zip); of a zip the one data file in it, and the others."""

    kind: str
    member: str = ""
    left_out: tuple[str, ...] = ()


def container_of(head: bytes) -> str:
    """Return `zip`, `ole`, `biff` or nothing: the containers in which workbooks come."""
    if head.startswith(_OLE):
        return "ole"
    if head.startswith(_BIFF):
        return "biff"
    return "zip" if head.startswith(_ZIP) else ""


def what_a_zip_holds(path: Path, display_name: str) -> ZipContent:
    """Return what a zip file is and, for a plain archive, the one data file in it.

    Raises FileUnreadableError for a damaged archive or one that unpacks to too much, FileEncryptedError for one with a
    password, FileTypeUnsupportedError for other documents and for archives with no data file or several.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            mimetype = archive.read("mimetype")[:100] if "mimetype" in archive.namelist() else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zlib.error):
        raise FileUnreadableError(
            f"{display_name} is a damaged zip archive or workbook. Save the file again, or drop it as CSV."
        ) from None
    names = {entry.filename.replace("\\", "/").casefold() for entry in entries}
    kind = _kind_of_zip(names, mimetype, display_name)
    unpacked, packed = sum(entry.file_size for entry in entries), path.stat().st_size
    if kind != "zip":
        if unpacked > max(_WORKBOOK_BYTES, _WORKBOOK_RATIO * packed) or unpacked > _WORKBOOK_MOST:
            raise FileUnreadableError(
                f"{display_name} unpacks to {unpacked // 2**20} MB, too much for a workbook of its size. "
                "Save the list as a CSV file and drop that."
            )
        return ZipContent(kind)
    files = [entry for entry in entries if not _is_litter(entry.filename)]
    if any(entry.flag_bits & _ZIP_ENCRYPTED_BIT for entry in files):
        raise FileEncryptedError(f"{display_name} is a zip archive protected by a password. {_UNPACK}")
    data = [entry for entry in files if not _is_text_beside(entry.filename)] if len(files) > 1 else files
    if len(data) != 1:
        raise FileTypeUnsupportedError(
            f"{display_name} is a zip archive with {len(files)} files in it; one data file is expected. {_UNPACK}"
        )
    left_out = tuple(entry.filename for entry in files if entry is not data[0])
    return ZipContent("zip", data[0].filename, left_out)


def _kind_of_zip(names: set[str], mimetype: bytes, display_name: str) -> str:
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if any(name.endswith("xl/workbook.bin") for name in names):
        return "xlsb"
    if not mimetype and {"content.xml", "meta-inf/manifest.xml"} <= names:
        return "ods"
    if any(name.startswith("xl/") or name.endswith("/workbook.xml") or name == "workbook.xml" for name in names):
        return "xlsx"
    for start, name in (
        ("word/", "a Word document"),
        ("ppt/", "a PowerPoint presentation"),
        ("index/", "a Numbers file"),
    ):
        if any(entry.startswith(start) for entry in names):
            raise FileTypeUnsupportedError(f"{display_name} is {name}, not a list. {_AS_CSV}")
    if mimetype.startswith(b"application/"):
        raise FileTypeUnsupportedError(f"{display_name} is an OpenDocument file, but not a spreadsheet. {_AS_CSV}")
    return "zip"


def _is_litter(name: str) -> bool:
    """Return whether an archiver added the file by itself."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith(".") or name.endswith("/Thumbs.db")


def _is_text_beside(name: str) -> bool:
    """Return whether a file explains or licenses data."""
    return _BESIDE_DATA.search(name) is not None


def refuse_packed_twice(head: bytes, display_name: str) -> None:
    """Raise FileTypeUnsupportedError when what was packed is itself an archive or a workbook."""
    if container_of(head) or packing_of(head):
        raise FileTypeUnsupportedError(
            f"{display_name} is an archive with another archive or a workbook inside. {_UNPACK}"
        )


def packing_of(head: bytes) -> Packing:
    """Return how a file is compressed, by its first bytes."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"  # a frame of data, or one to skip (RFC 8878, section 3.1)
    return ""


def refuse_what_is_not_a_table(head: bytes, display_name: str) -> None:
    """Raise FileTypeUnsupportedError when the first bytes are those of no table, naming what they are."""
    for signature in SIGNATURES:
        if head.startswith(signature.start) and (not signature.start.isalnum() or head[:64].translate(None, _TEXT)):
            raise FileTypeUnsupportedError(f"{display_name} is {signature.name}, not a CSV file. {signature.remedy}")
    if head[_TAR_MARK] == b"ustar":
        raise FileTypeUnsupportedError(f"{display_name} is a tar archive. {_UNPACK}")
    refuse_other_texts(head[:1024].decode("latin-1").removeprefix("\xef\xbb\xbf"), display_name)


def refuse_other_texts(start: str, display_name: str) -> None:
    """Raise FileTypeUnsupportedError when a text begins as no table does, naming what it is."""
    begins = start[:512].lstrip("\ufeff \t\r\n").lower()
    for beginnings, name in TEXTS:
        if begins.startswith(beginnings):
            raise FileTypeUnsupportedError(f"{display_name} is {name}. {_AS_CSV}")
    for pattern, name in ((_JSON, "a JSON document"), (_SYLK, "a SYLK spreadsheet")):
        if pattern.match(begins):
            raise FileTypeUnsupportedError(f"{display_name} is {name}. {_AS_CSV}")


def refuse_bytes_without_words(head: bytes, display_name: str) -> None:
    """Raise FileTypeUnsupportedError for bytes that are words in no encoding, when they are many."""
    beyond = len(head) - len(head.translate(None, _BEYOND_ASCII))
    if beyond > max(_NULS, len(head) * _BEYOND_SHARE):
        raise FileTypeUnsupportedError(
            f"{display_name} is not text: its bytes make no words in any encoding. {_AS_CSV}"
        )


def refuse_zeros(head: bytes, display_name: str) -> None:
    """Raise FileTypeUnsupportedError for a start full of zero bytes that is not a wide encoding either."""
    head = head.rstrip(b"\x00") or head  # what a crash leaves behind the last line
    if head.count(0) > max(_NULS, len(head) * _NUL_SHARE):
        raise FileTypeUnsupportedError(
            f"{display_name} is not text: {head.count(0)} of its first {len(head)} bytes are zero. {_AS_CSV}"
        )
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > max(_CONTROLS_FEW, len(head) * _CONTROL_SHARE):
        raise FileTypeUnsupportedError(
            f"{display_name} is not text: {controls} of its first {len(head)} bytes are control characters. {_AS_CSV}"
        )
