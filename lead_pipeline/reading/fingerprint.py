"""Who a file is: its SHA-256, the slug of its name and the import id made from both. Never opens a file by another name
than the one given, and never judges its content.
"""

import hashlib
import re
import unicodedata
from pathlib import Path

SLUG_LENGTH = 18
_ID_DIGITS = 12
_BLOCK_BYTES = 2**20

#: Endings that say how a file is packed; every other short ending is the extension itself.
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_PACKINGS = frozenset({".gz", ".zst", ".zip", ".bz2", ".xz"})


def sha256_of(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hex digits, read in blocks."""
    return _feed(hashlib.sha256(), Path(path)).hexdigest()


def slug_of(file_name: str) -> str:
    """Return a short name safe anywhere: `Purchased List (Nov).csv` becomes `purchased-list-nov`.

    Lower-case ASCII letters, digits and single hyphens, at most 18 characters, `file` when nothing is left. Accents
    are dropped (NFKD), the extension is dropped, and a packing extension (.gz) with the one before it.
    """
    stem = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    if stem.lower().endswith(tuple(_PACKINGS)):
        stem = stem.rsplit(".", 1)[0]
    stem = _EXTENSION.sub("", stem)
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return slug[:SLUG_LENGTH].strip("-") or "file"


def identity_of(profile_name: str, content: bytes | str | Path) -> str:
    """Return the SHA-256 over profile name, a NUL byte and the content (bytes, or a file's path): 64 hex digits."""
    digest = hashlib.sha256(profile_name.encode() + b"\x00")
    if isinstance(content, bytes):
        digest.update(content)
        return digest.hexdigest()
    return _feed(digest, Path(content)).hexdigest()


def import_id_of(file_name: str, profile_name: str, content: bytes | str | Path) -> str:
    """Return the import id: the slug of the file name, `@`, and the first 12 digits of the identity."""
    return f"{slug_of(file_name)}@{identity_of(profile_name, content)[:_ID_DIGITS]}"


def _feed(digest: "hashlib._Hash", path: Path) -> "hashlib._Hash":
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest
