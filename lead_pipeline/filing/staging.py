"""Copies a dropped file into staging and gives it its identity: from then on everybody reads the immutable copy.
Which files are staged when, and where they end up, does not belong here.
"""

import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from lead_pipeline.filing.activity.activity_manifests import ActivityManifest, activity_manifest_path
from lead_pipeline.filing.atomic import flush_folder
from lead_pipeline.filing.home import Home, shown_name
from lead_pipeline.filing.import_id import identity_hash, import_id_of
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.filing.life_cycle import register_manifest
from lead_pipeline.filing.list_manifests import ListManifest, list_manifest_path
from lead_pipeline.filing.manifests import DroppedFile, JudgedAgain, Manifest, path_hex
from lead_pipeline.filing.open_writers import is_open_for_writing
from lead_pipeline.model.errors import DiskError, FileUnreadableError
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.scrub.activity_settings import ActivitySettings
from lead_pipeline.model.suppression_kinds import SuppressionKind

_BLOCK = 1 << 20

#: FICLONE, as most processors number it (ioctl_ficlone(2)); Python names it from 3.13 on.
_FICLONE = 0x40049409


class FileChangedError(FileUnreadableError):
    """The file changed while it was copied: the file is not at fault, try again."""


class FileBeingWrittenError(FileChangedError):
    """Another program has the file open for writing: wait for it."""


@dataclass(frozen=True, slots=True)
class StagedCopy:
    """An immutable copy in staging: its digests and where the original lay."""

    sha256: str
    identity: str
    size: int
    dropped: DroppedFile


def stage_import(
    home: Home,
    source: Path,
    profile: ImportProfile,
    *,
    now: datetime,
    from_inbox: bool = False,
    identity_name: str | None = None,
    known_as: str | None = None,
    refusal: str | None = None,
    refusal_code: str = "",
    again: JudgedAgain | None = None,
    handed_in: bool = False,
) -> Manifest:
    """Stage a file for import under a profile, and return the manifest that says so.

    The identity is a SHA-256 over the profile's name (or `identity_name`, for a profile that was changed by the
    caller), a NUL byte and the content, so the same content is the same import whatever the file is called. `known_as`
    is the name that people know the file by; `refusal` says why its import is to be refused without reading it, and
    `refusal_code` is the reason that this is. One that is `handed_in` waits for no command.
    Raises: FileUnreadableError, FileChangedError (try later), DiskError (try again).
    """
    copy = _copy(home, source, identity_name or profile.name)
    name = known_as or shown_name(source)
    manifest = Manifest(
        import_id=import_id_of(name, copy.identity),
        identity=copy.identity,
        profile=profile,
        file_name=name,
        folder=shown_name(source.absolute().parent),
        file_sha256=copy.sha256,
        file_bytes=copy.size,
        staged_at=now,
        dropped=(copy.dropped,) if from_inbox else (),
        refusal=refusal,
        refusal_code=refusal_code,
        again=again,
        handed_in=handed_in,
    )
    try:
        if not from_inbox:
            flush_folder(home.staging)  # with the name of the copy: what is in the inbox would be copied again
        return register_manifest(home, manifest)
    except OSError as error:
        raise _not_copied(home, name, error) from None


def manifest_of_unread(
    source: Path,
    profile: ImportProfile,
    dropped: DroppedFile,
    *,
    refusal: str,
    refusal_code: str = "",
    now: datetime,
) -> Manifest:
    """Return the manifest of an import of a file that cannot be read, which a run is to refuse; nothing is registered.

    There is no content to know it by, so its identity is that of the entry: another file under the name is another.
    """
    name = shown_name(source)
    identity = identity_hash(f"unread/{profile.name}")
    identity.update(dropped.model_dump_json().encode())
    return Manifest(
        import_id=import_id_of(name, identity.hexdigest()),
        identity=identity.hexdigest(),
        profile=profile,
        file_name=name,
        folder=shown_name(source.absolute().parent),
        file_sha256="",
        file_bytes=dropped.size,
        staged_at=now,
        dropped=(dropped,),
        refusal=refusal,
        refusal_code=refusal_code,
    )


def identity_of(source: Path, identity_name: str) -> str:
    """Return the identity that an import of the file has or would have; nothing is staged.

    Raises: FileUnreadableError.
    """
    identity = identity_hash(identity_name)
    with os.fdopen(_opened(source, shown_name(source)), "rb") as file:
        while block := file.read(_BLOCK):
            identity.update(block)
    return identity.hexdigest()


def stage_list(
    home: Home,
    source: Path,
    kind: SuppressionKind,
    region: str | None,
    *,
    now: datetime,
    settings: ListSettings | None = None,
    known_as: str | None = None,
) -> ListManifest:
    """Stage a suppression list, about which `settings` may say more. What is said is part of its identity; `known_as`
    is the name that people know the file by.

    Raises: FileUnreadableError, FileChangedError, DiskError.
    """
    said = settings or ListSettings(kind=kind, region=region)
    plain = f"suppressions-2/{said.kind}/{said.region or '-'}"
    copy = _copy(home, source, plain if said.is_plain else f"suppressions-3/{said.model_dump_json()}")
    name = known_as or shown_name(source)
    manifest = ListManifest(
        list_id=import_id_of(name, copy.identity),
        identity=copy.identity,
        kind=said.kind,
        region=said.region,
        file_name=name,
        file_sha256=copy.sha256,
        file_bytes=copy.size,
        staged_at=now,
        settings=said,
    )
    try:
        write_json(list_manifest_path(home, manifest.list_id), manifest)
    except OSError as error:
        raise _not_copied(home, name, error) from None
    return manifest


def stage_activity(
    home: Home, source: Path, settings: ActivitySettings, *, now: datetime, from_inbox: bool = False
) -> ActivityManifest:
    """Stage a drop of call activity; what is said about it is part of its identity.

    The same content may lie in the inbox more than once: then it is one drop of several files.
    Raises: FileUnreadableError, FileChangedError, DiskError.
    """
    copy = _copy(home, source, f"call_activity/{settings.model_dump_json()}")
    name = shown_name(source)
    manifest = ActivityManifest(
        drop_id=import_id_of(name, copy.identity),
        identity=copy.identity,
        settings=settings,
        file_name=name,
        file_sha256=copy.sha256,
        file_bytes=copy.size,
        staged_at=now,
    )
    try:
        path = activity_manifest_path(home, manifest.drop_id)
        if (before := readable_json(path, ActivityManifest)) is not None:
            manifest = before
        if from_inbox:
            again = {} if manifest.dropped else {"attempts": 0, "requested_at": None}
            manifest = manifest.model_copy(update={"dropped": (*manifest.dropped, copy.dropped), **again})
        write_json(path, manifest)
    except OSError as error:
        raise _not_copied(home, name, error) from None
    return manifest


def _copy(home: Home, source: Path, identity_name: str) -> StagedCopy:
    """Copy through one open descriptor, so that a file swapped in between is never mixed in."""
    name = shown_name(source)
    with os.fdopen(_opened(source, name), "rb") as file:
        before = os.fstat(file.fileno())
        _refuse_unfinished(file.fileno(), name)
        try:
            with _temporary(home.staging) as (copy, copy_name):
                sha256, identity = _copied(file, copy, identity_name)
                after = os.fstat(file.fileno())
                if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                    raise FileChangedError(f"'{name}' changed while it was being read; it is staged when complete.")
                _refuse_unfinished(file.fileno(), name)
                with contextlib.suppress(FileExistsError):  # the same bytes are there already
                    os.link(copy_name, home.staging / identity)
        except OSError as error:
            raise _not_copied(home, name, error) from None
    original = DroppedFile(
        path_hex=path_hex(source), size=before.st_size, mtime_ns=before.st_mtime_ns, inode=before.st_ino
    )
    return StagedCopy(sha256=sha256, identity=identity, size=before.st_size, dropped=original)


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[tuple[IO[bytes], str]]:
    """Give a temporary file and its name. One of `tempfile.NamedTemporaryFile` that cannot be closed for want of space
    would be left behind, and complain when it is collected.
    """
    descriptor, name = tempfile.mkstemp(prefix=".copy.", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file, name
    finally:
        Path(name).unlink(missing_ok=True)


def _not_copied(home: Home, name: str, error: OSError) -> DiskError:
    return DiskError(
        f"'{name}' could not be copied to {home.staging} ({os.strerror(error.errno or 0)}). Free some space or repair "
        "the disk, and try again; the file is where it was, and a file in the inbox is tried again by itself."
    )


def _refuse_unfinished(descriptor: int, name: str) -> None:
    if is_open_for_writing(descriptor):
        raise FileBeingWrittenError(
            f"'{name}' is still being written: another program has it open for writing. Nothing was imported. Wait "
            "until the upload is finished, or close the program."
        )


def _opened(source: Path, name: str) -> int:
    """Open a plain file and return its descriptor; raises FileUnreadableError."""
    try:
        # O_NONBLOCK: opening a pipe must not wait for a writer. O_NOFOLLOW: a link may point anywhere.
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise FileUnreadableError(f"There is no file '{name}' in {source.parent.absolute()}. Check the path.") from None
    except OSError as error:
        raise FileUnreadableError(
            f"'{name}' cannot be opened ({os.strerror(error.errno or 0)}). "
            "Give the user that runs the pipeline permission to read it, and drop the file itself, not a link."
        ) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileUnreadableError(f"'{name}' is a folder, pipe or device, not a file. Drop the file itself.")
    return descriptor


def _copied(file: IO[bytes], copy: IO[bytes], identity_name: str) -> tuple[str, str]:
    """Copy all bytes and flush them to the disk; return their SHA-256 and the identity of the import.

    They are read once, for both digests and the copy. Where the file system lets two files share their blocks until one
    of them is written to, nothing is copied at all, and the digests are those of the copy.
    """
    content, identity = hashlib.sha256(), identity_hash(identity_name)
    is_shared = _shares_blocks(file, copy)
    with ThreadPoolExecutor(2) as pool:  # both at once; of less than a block, sooner than a thread starts
        under_way: list[Future[None]] = []
        while block := (copy if is_shared else file).read(_BLOCK):
            while under_way:
                under_way.pop().result()
            for digest in (content, identity):
                if len(block) < _BLOCK:
                    digest.update(block)
                else:
                    under_way.append(pool.submit(digest.update, block))
            if not is_shared:
                copy.write(block)
        while under_way:
            under_way.pop().result()
    copy.flush()
    os.fsync(copy.fileno())
    return content.hexdigest(), identity.hexdigest()


def _shares_blocks(file: IO[bytes], copy: IO[bytes]) -> bool:
    """Make an empty file, open for writing, a copy that shares its blocks on the disk with the original until either is
    written to; return whether that can be done: on Btrfs, XFS, bcachefs and the like, and within one file system.
    """
    with contextlib.suppress(OSError):
        fcntl.ioctl(copy.fileno(), getattr(fcntl, "FICLONE", _FICLONE), file.fileno())
        return True
    return False


def original_path(dropped: DroppedFile) -> Path:
    """Return the path a dropped file had, bytes that are not UTF-8 included."""
    return Path(os.fsdecode(bytes.fromhex(dropped.path_hex)))


def has_grown(dropped: DroppedFile) -> bool:
    """Return whether the very file that was staged was written to after that, and now has another size."""
    try:
        found = original_path(dropped).lstat()
    except OSError:
        return False
    return found.st_ino == dropped.inode and found.st_size != dropped.size


def is_still_there(dropped: DroppedFile) -> bool:
    """Return whether the path still holds the very file that was staged, and not a later one under the same name."""
    try:
        found = original_path(dropped).lstat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns, found.st_ino) == (dropped.size, dropped.mtime_ns, dropped.inode)
