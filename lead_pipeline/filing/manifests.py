"""Manifests: small JSON files that say what was staged for import. An import has one for as long as something is left
to do for it; what happens to it meanwhile does not belong here.
"""

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import readable_json
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.profile import ImportProfile


class DroppedFile(FrozenModel):
    """Where a staged file lay, so that exactly that file and no later one under its name is cleared away."""

    path_hex: str  # the bytes of the path: a name need not be text
    size: int
    mtime_ns: int
    inode: int


def path_hex(path: Path) -> str:
    """Return an absolute path as text, whatever bytes it has."""
    return os.fsencode(path.absolute()).hex()


class JudgedAgain(FrozenModel):
    """Says that an import is of rows only that became no lead in an earlier one."""

    first: str  # import id of the import that had the whole file
    rows_of: str  # import id of the last one that these rows were in: the first, or one that judged again before


class Manifest(FrozenModel):
    """What an import is made of, fixed when its file is staged: content, name and the profile as it was then."""

    import_id: str
    identity: str
    profile: ImportProfile
    file_name: str
    folder: str = ""  # name of the folder that the file lay in
    file_sha256: str
    file_bytes: int
    staged_at: datetime
    dropped: tuple[DroppedFile, ...] = ()  # where it lies in the inbox; the same content may lie there twice
    refusal: str | None = None  # why it is refused without being read
    refusal_code: str = ""  # the reason that this is; empty for the usual one
    again: JudgedAgain | None = None
    waits_for: str = ""  # why screening could not be trusted at the last attempt: a suppression list is missing
    attempts: int = 0  # requests for a run
    begun: int = 0  # runs after the first that got as far as this file, and did not fail for want of the store
    requested_at: datetime | None = None
    commanded_by: str = ""  # the command that asked for it last, if one did (see `waiting_command`)
    handed_in: bool = False  # nobody runs it in a process of their own: the next that looks asks for its run

    def staged_file(self, home: Home) -> Path:
        """Return the immutable copy that everything reads."""
        return home.staging / self.identity


def manifest_path(home: Home, identity_or_id: str) -> Path:
    """Return where the manifest of an import lies."""
    return home.staging / "manifests" / f"{short_of(identity_or_id)}.json"


def pending_manifests(home: Home) -> Iterator[Manifest]:
    """Yield the manifests of imports for which something is left to do, oldest first."""
    waiting = []
    with os.scandir(home.staging / "manifests") as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):  # finished since the folder was listed
                    facts = entry.stat()
                    waiting.append(_read_once(Path(entry.path), facts.st_ino, facts.st_mtime_ns))
    yield from sorted((found for found in waiting if found is not None), key=lambda manifest: manifest.staged_at)


@lru_cache(maxsize=4096)
def _read_once(path: Path, inode: int, mtime_ns: int) -> Manifest | None:  # noqa: ARG001  # each version is another file
    """Read a manifest; a thousand pending ones are looked at many times a minute."""
    return readable_json(path, Manifest)


def waiting_drops(home: Home) -> frozenset[DroppedFile]:
    """Return the files in the inbox that are staged already, and lie there until their import is finished."""
    return frozenset(dropped for manifest in pending_manifests(home) for dropped in manifest.dropped)
