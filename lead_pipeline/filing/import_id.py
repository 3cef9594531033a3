"""What an import is called: the slug of its file's name and the first digits of its identity. Reads no file."""

import hashlib
import re
import unicodedata

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ImportNotFoundError
from lead_pipeline.model.profile import ImportProfile

SLUG_LENGTH = 18
_ID_DIGITS = 12

#: What may be part of the name of a file in the home.
_FILE_NAME = re.compile(r"[\w-]*", re.ASCII)

#: Endings that say how a file is packed; every other short ending is the extension itself.
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_PACKINGS = frozenset({".gz", ".zst", ".zip", ".bz2", ".xz"})


def identity_hash(name: str) -> "hashlib._Hash":
    """Return the SHA-256 that becomes an identity once the content is added: it begins with `name` and a NUL byte.

    `name` is the profile's, or whatever else makes the same content another import.
    """
    return hashlib.sha256(name.encode() + b"\0")


def aimed_at(profile: ImportProfile, destination: Destination | None) -> tuple[ImportProfile, str]:
    """Return the profile aimed at a destination (None: its own), and the name that the identity of its imports has.

    The same content for another destination is another import.
    """
    if destination is None or destination == profile.destination:
        return profile, profile.name
    return profile.with_destination(destination), f"{profile.name} to {destination}"


def import_id_of(file_name: str, identity: str) -> str:
    """Return the import id: the slug of the file name, `@`, and the first 12 hex digits of the identity."""
    return f"{slug_of(file_name)}@{identity[:_ID_DIGITS]}"


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


def short_of(identity_or_id: str) -> str:
    """Return the 12 hex digits that an identity and its import id share, which files are named by.

    Raises: ImportNotFoundError for what would lead elsewhere: anybody can launch a run for a partition of any name.
    """
    short = identity_or_id.rpartition("@")[2][:_ID_DIGITS]
    if _FILE_NAME.fullmatch(short) is None:
        raise ImportNotFoundError(
            f"'{identity_or_id}' is not the id of an import. `lead-pipeline history` lists all imports."
        )
    return short
