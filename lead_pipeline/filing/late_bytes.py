"""Remembers for a day which files were taken out of the inbox, and finds those that have changed since: their writer
had not finished. Remembers as well which could not be taken because they had grown since they were staged. What is said
about either does not belong here.
"""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO

from lead_pipeline.filing.activity.activity_manifests import ActivityManifest
from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.filing.manifests import DroppedFile, Manifest
from lead_pipeline.filing.open_writers import is_open_for_writing
from lead_pipeline.filing.staging import original_path
from lead_pipeline.model.fields import FrozenModel

#: A writer that pauses for longer is not waited for.
WATCHED_FOR = timedelta(days=1)

_BLOCK = 1 << 20


class TakenFile(FrozenModel):
    """A file that was moved out of the inbox: what it was staged as, what it looked like, where its bytes are now."""

    manifest: Manifest | ListManifest | ActivityManifest
    dropped: DroppedFile
    kept: str  # below the home


class BegunFile(FrozenModel):
    """A file that stayed in the inbox because it had grown, and the import of what it was before."""

    import_id: str
    file_bytes: int
    file_sha256: str
    dropped: DroppedFile


@dataclass(frozen=True, slots=True)
class Changed:
    """A taken file that is not what was imported any more."""

    record: Path
    taken: TakenFile
    path: Path
    size: int


def remember(
    home: Home, manifest: Manifest | ListManifest | ActivityManifest, dropped: DroppedFile, kept: Path
) -> Path:
    """Note that a file is about to be moved to `kept`, so that bytes which arrive there later are found."""
    path = home.staging / "taken" / f"{short_of(manifest.identity)}-{dropped.inode}.json"
    write_json(path, TakenFile(manifest=manifest, dropped=dropped, kept=home.relative(kept)))
    return path


def move_aside(home: Home, manifest: ListManifest | ActivityManifest, dropped: DroppedFile, kept: Path) -> None:
    """Rename an original to where it is kept: what its writer may still write is found there, and looked for.

    Raises: OSError where it cannot be moved, or somebody has it open for writing: it is looked at again when it has
    changed.
    """
    original = original_path(dropped)
    with original.open("rb") as file:
        if is_open_for_writing(file.fileno()):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
    if not rename_original(home, manifest, dropped, kept):
        shutil.move(original, kept)
        _make_private(kept)


def rename_original(
    home: Home, manifest: Manifest | ListManifest | ActivityManifest, dropped: DroppedFile, kept: Path
) -> bool:
    """Rename an original to where it is kept: what its writer may still write is found there. Return whether that could
    be done; on another file system it cannot.

    Raises: OSError where it cannot be moved at all.
    """
    record = remember(home, manifest, dropped, kept)
    try:
        original_path(dropped).rename(kept)
    except OSError as error:
        record.unlink(missing_ok=True)
        if error.errno != errno.EXDEV:
            raise
        return False
    _make_private(kept)
    return True


def _make_private(kept: Path) -> None:
    with contextlib.suppress(OSError):  # the file of another user keeps its mode; the folder is private
        kept.chmod(0o600)


def note_begun(home: Home, manifest: Manifest, dropped: DroppedFile) -> None:
    """Note that a file which stays in the inbox was imported in part: as `manifest` says that it was."""
    begun = BegunFile(
        import_id=manifest.import_id,
        file_bytes=manifest.file_bytes,
        file_sha256=manifest.file_sha256,
        dropped=dropped,
    )
    write_json(home.staging / "grown" / f"{short_of(manifest.identity)}-{dropped.inode}.json", begun)


def begun_as(home: Home, dropped: DroppedFile, content: Path, now: datetime) -> BegunFile | None:
    """Return the import of the longest beginning of a file, `content`, that was `dropped`; None when there is none."""
    found: list[BegunFile] = []
    for record in (home.staging / "grown").glob("[!.]*.json"):
        with contextlib.suppress(OSError):  # forgotten by another process meanwhile
            if now.timestamp() - record.stat().st_mtime > WATCHED_FOR.total_seconds():
                record.unlink(missing_ok=True)
            begun = readable_json(record, BegunFile)
            if begun and (begun.dropped.path_hex, begun.dropped.inode) == (dropped.path_hex, dropped.inode):
                found.append(begun)
    for begun in sorted(found, key=lambda one: -one.file_bytes):
        if begun.file_bytes < dropped.size:
            with content.open("rb") as file:
                if _sha256(file, begun.file_bytes) == begun.file_sha256:
                    return begun
    return None


def changed_files(home: Home, now: datetime) -> Iterator[Changed]:
    """Yield the taken files that have changed and that nobody is writing now; what is a day old is forgotten."""
    for record in sorted((home.staging / "taken").glob("[!.]*.json")):
        with contextlib.suppress(OSError):  # forgotten by another process meanwhile, or tried again at the next look
            yield from _changed(home, record, now)


def _changed(home: Home, record: Path, now: datetime) -> Iterator[Changed]:
    written_at = record.stat().st_mtime
    taken = _read_once(record, written_at)
    if taken is None:
        record.unlink(missing_ok=True)
        return
    path, before = home.root / taken.kept, taken.dropped
    try:
        facts = path.lstat()
    except FileNotFoundError:
        record.unlink(missing_ok=True)
        return
    if (facts.st_size, facts.st_mtime_ns) == (before.size, before.mtime_ns):
        if now.timestamp() - written_at > WATCHED_FOR.total_seconds():
            record.unlink(missing_ok=True)
        return
    with path.open("rb") as file:
        if is_open_for_writing(file.fileno()):
            return
        if facts.st_size == taken.manifest.file_bytes and _sha256(file) == taken.manifest.file_sha256:
            record.unlink(missing_ok=True)  # its time was changed, not its content
        else:
            yield Changed(record, taken, path, facts.st_size)


@lru_cache(maxsize=16384)
def _read_once(record: Path, _written_at: float) -> TakenFile | None:
    return readable_json(record, TakenFile)


def restore_imported(changed: Changed) -> bool:
    """Put the content that was imported back in its place, when the changed file begins with it; forget the file.

    Returns: whether it did. A file that was rewritten does not hold what was imported any more, and stays as it is.
    """
    manifest = changed.taken.manifest
    with changed.path.open("rb") as file:
        if begins_with_imported := _sha256(file, manifest.file_bytes) == manifest.file_sha256:
            file.seek(0)
            with published(changed.path) as copy:
                for block in _blocks(file, manifest.file_bytes):
                    copy.write(block)
    changed.record.unlink(missing_ok=True)
    return begins_with_imported


def return_to_inbox(changed: Changed) -> Path:
    """Put the changed file back where it was dropped, and what was loaded of it in its place; forget the file.

    Its writer, if there still is one, goes on writing there. Another file that lies there by now is left alone.
    Returns: where the file is. Raises: OSError.
    """
    before = original_path(changed.taken.dropped)
    before.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = (before, *(before.with_name(f"{before.stem}-{number}{before.suffix}") for number in range(2, 100)))
    target = next(path for path in names if not os.path.lexists(path))
    changed.path.rename(target)
    manifest = changed.taken.manifest
    with target.open("rb") as file:
        if _sha256(file, manifest.file_bytes) == manifest.file_sha256:
            file.seek(0)
            with published(changed.path) as copy:
                for block in _blocks(file, manifest.file_bytes):
                    copy.write(block)
    changed.record.unlink(missing_ok=True)
    return target


def _sha256(file: IO[bytes], size: int | None = None) -> str:
    digest = hashlib.sha256()
    for block in _blocks(file, size):
        digest.update(block)
    return digest.hexdigest()


def _blocks(file: IO[bytes], size: int | None) -> Iterator[bytes]:
    """Yield the bytes of a file, at most `size` of them."""
    left = size
    while block := file.read(_BLOCK if left is None else min(_BLOCK, left)):
        left = None if left is None else left - len(block)
        yield block
