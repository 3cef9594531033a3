"""Receives files in pieces and keeps them for a week, below staging/, under names that nobody can guess. An upload is
there when its record is, which is written last: whatever dies in between leaves nothing that looks like one.
"""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from lead_pipeline.filing.atomic import flush_folder
from lead_pipeline.filing.disk_trouble import disk_trouble
from lead_pipeline.filing.home import Home, shown_name
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.model.errors import DiskError, UploadNotFoundError, UploadTooLargeError
from lead_pipeline.model.handed_in.uploads import Upload

#: How long an upload is kept.
KEPT = timedelta(days=7)

#: What an upload may have at most, unless something else is said.
MOST_BYTES = 2 << 30

#: What has to stay free on the disk: this, or a twentieth of a disk that is small.
_RESERVE = 512 << 20

#: After so many further bytes the room on the disk is looked at again.
_LOOK_AGAIN = 16 << 20

#: Content that has no record for so long will never get one.
_ORPHANS_KEPT = timedelta(hours=6)

_FILE_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST_NAME = 150


class Receiving:
    """An upload that is being received; leaving its `with` block without `finish` leaves nothing behind."""

    def __init__(self, home: Home, name: str, most_bytes: int = MOST_BYTES) -> None:
        """Choose what the file is called and how long it may become; raises DiskError."""
        self._home, self._most, self._name = home, most_bytes, name_of(name)
        self._size, self._looked_at, self._hash = 0, 0, hashlib.sha256()
        uploads_folder(home).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._check_room()
        descriptor, temporary = tempfile.mkstemp(prefix=".upload.", suffix=".tmp", dir=uploads_folder(home))
        self._file, self._temporary = os.fdopen(descriptor, "wb"), Path(temporary)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def write(self, piece: bytes) -> None:
        """Add the next bytes; raises UploadTooLargeError, DiskError."""
        self._size += len(piece)
        if self._size > self._most:
            raise UploadTooLargeError(
                f"'{self._name}' is larger than {_in_megabytes(self._most)}, the most that is taken here. Split it, or "
                "compress it with gzip; or copy it into the inbox, which has no limit."
            )
        if self._size - self._looked_at > _LOOK_AGAIN:
            self._check_room()
        with self._disk_named():
            self._file.write(piece)
        self._hash.update(piece)

    def finish(self, now: datetime) -> Upload:
        """Keep what was received, and return what it is known by; raises DiskError."""
        upload = Upload(
            file_id=secrets.token_hex(16),
            file_name=self._name,
            size=self._size,
            sha256=self._hash.hexdigest(),
            uploaded_at=now,
            expires_at=now + KEPT,
        )
        with self._disk_named():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._temporary.rename(_content_path(self._home, upload.file_id))
            flush_folder(uploads_folder(self._home))
            write_json(_record_path(self._home, upload.file_id), upload)
        return upload

    def discard(self) -> None:
        """Forget what was received, unless it was finished."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _check_room(self) -> None:
        self._looked_at = self._size
        usage = shutil.disk_usage(uploads_folder(self._home))
        if usage.free < min(_RESERVE, usage.total // 20):
            raise DiskError(
                f"The disk of the home has only {_in_megabytes(usage.free)} left, so nothing is uploaded to it. Free "
                "some space, and send the file again."
            )

    @contextlib.contextmanager
    def _disk_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            trouble = disk_trouble(error, f"'{self._name}' was being received")
            if trouble is None:
                raise
            raise trouble from None


def find_upload(home: Home, file_id: str, now: datetime) -> Upload:
    """Return an upload by its id; raises UploadNotFoundError where there is none, or it is not kept any more."""
    upload = None
    if _FILE_ID.fullmatch(file_id):  # nothing else may become a path
        upload = readable_json(_record_path(home, file_id), Upload)
    if upload is None or upload.expires_at <= now or not _content_path(home, file_id).exists():
        raise UploadNotFoundError(
            f"There is no upload with that file_id: it was never given out here, or it is older than {KEPT.days} days "
            "and was removed. Upload the file again."
        )
    return upload


def upload_path(home: Home, file_id: str, now: datetime) -> Path:
    """Return where the content of an upload lies; raises UploadNotFoundError."""
    return _content_path(home, find_upload(home, file_id, now).file_id)


def remove_upload(home: Home, file_id: str, now: datetime) -> None:
    """Remove an upload; raises UploadNotFoundError."""
    upload = find_upload(home, file_id, now)
    _record_path(home, upload.file_id).unlink(missing_ok=True)
    _content_path(home, upload.file_id).unlink(missing_ok=True)


def list_uploads(home: Home, now: datetime) -> list[Upload]:
    """Return the uploads that are kept, newest first."""
    found = [readable_json(path, Upload) for path in uploads_folder(home).glob("[!.]*.json")]
    kept = [one for one in found if one is not None and one.expires_at > now]
    return sorted(kept, key=lambda one: one.uploaded_at, reverse=True)


def sweep_uploads(home: Home, now: datetime) -> list[Path]:
    """Remove the uploads whose time is over, and content that has no record since long; return what was removed."""
    removed = []
    for path in list(uploads_folder(home).glob("[!.]*")):
        file_id = path.name.removesuffix(".json")
        record = readable_json(_record_path(home, file_id), Upload)
        with contextlib.suppress(OSError):
            kept_until = record.expires_at if record else _time_of(path) + _ORPHANS_KEPT
            if kept_until <= now:
                # The record first: an upload without content would be one that cannot be imported.
                _record_path(home, file_id).unlink(missing_ok=True)
                _content_path(home, file_id).unlink(missing_ok=True)
                removed.append(_content_path(home, file_id))
    return removed


def name_of(given: str) -> str:
    """Return what people may be shown of a name that a client gave: its last part, printable, not too long."""
    last = re.split(r"[/\\]", given.strip())[-1].encode("utf-8", "replace").decode()
    name = "upload" if last in ("", ".", "..") else shown_name(Path(last))
    if len(name) <= _LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: _LONGEST_NAME - 10]}…{dot}{ending}" if stem and len(ending) < 8 else name[:_LONGEST_NAME]


def uploads_folder(home: Home) -> Path:
    """Return the folder that uploads lie in."""
    return home.staging / "uploads"


def _content_path(home: Home, file_id: str) -> Path:
    return uploads_folder(home) / file_id


def _record_path(home: Home, file_id: str) -> Path:
    return uploads_folder(home) / f"{file_id}.json"


def _time_of(path: Path) -> datetime:
    return datetime.fromtimestamp(path.lstat().st_mtime).astimezone()


def _in_megabytes(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MB" if size >= 1 << 20 else f"{size:,} bytes"
