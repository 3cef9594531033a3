"""Drops of call activity in the inbox: staged when they are complete, loaded by a run, and put away. What is in them is
not known here.
"""

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from lead_pipeline.filing.activity.activity_archive import archive_activity, quarantine_activity, release_activity
from lead_pipeline.filing.activity.activity_manifests import (
    ActivityManifest,
    activity_manifest_path,
    pending_activity,
)
from lead_pipeline.filing.archive import quarantine_unstaged
from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home, is_plain_file, masked_name
from lead_pipeline.filing.inbox import ACTIVITY_FOLDER, Drop, Sightings, list_drops
from lead_pipeline.filing.json_files import write_json
from lead_pipeline.filing.left_in_place import leave_in_place, left_drops
from lead_pipeline.filing.locks import is_locked
from lead_pipeline.filing.manifests import DroppedFile, path_hex
from lead_pipeline.filing.staging import FileChangedError, has_grown, stage_activity
from lead_pipeline.importing.activity.activity_results import activity_report_file, as_activity_result
from lead_pipeline.importing.activity.activity_settings_given import folder_activity_settings
from lead_pipeline.importing.activity.loading_calls import load_activity
from lead_pipeline.importing.drops.pauses import pause_after
from lead_pipeline.model.errors import DiskError, FileRefusedError, ListRefusedError, ProfileError, UsageError
from lead_pipeline.model.listings import ActivityResult
from lead_pipeline.reporting.activity_report import activity_report
from lead_pipeline.store.protocol import LeadStore

#: A drop whose runs keep dying is set aside after this many; between attempts the pause doubles.
_MAX_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(seconds=20)
_LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ActivityRun:
    """A run to start over one drop; no other request has its `key`."""

    drop_id: str
    key: str
    tags: Mapping[str, str]


def watch_activity(
    home: Home, remembered: str | None, now: datetime, asked_for: Collection[str] = ()
) -> tuple[list[ActivityRun], str]:
    """Stage the complete files in inbox/call_activity; return the runs that are due, and what is to be remembered.

    Drops that are `asked_for` have a run that has not ended, though it may wait in a queue for long.
    """
    home.prepare()
    drops = [drop for drop in list_drops(home) if drop.folder == ACTIVITY_FOLDER]
    sightings = _sightings(remembered).after(drops, now.timestamp())
    known = {dropped for manifest in pending_activity(home) for dropped in manifest.dropped} | left_drops(home)
    for drop in drops:
        if sightings.is_stable(drop, now.timestamp()) and _as_dropped(drop) not in known:
            _stage(home, drop, now)
    return list(_due(home, now, asked_for)), sightings.model_dump_json()


def _sightings(remembered: str | None) -> Sightings:
    try:
        return Sightings.model_validate_json(remembered or "{}")
    except ValidationError:
        return Sightings()


def _as_dropped(drop: Drop) -> DroppedFile:
    return DroppedFile(path_hex=path_hex(drop.path), size=drop.size, mtime_ns=drop.mtime_ns, inode=drop.inode)


def _stage(home: Home, drop: Drop, now: datetime) -> None:
    """Stage a file, or put one aside that cannot be; one that is still written, or meets a full disk, waits."""
    with contextlib.suppress(FileChangedError, DiskError):
        try:
            if not is_plain_file(drop.path):
                raise FileRefusedError("This is a link, pipe or device, not a file. Drop the file itself.")
            settings = folder_activity_settings(home, drop.inner.split("/", 1)[0])
            stage_activity(home, drop.path, settings, now=now, from_inbox=True)
        except FileChangedError:
            raise
        except (FileRefusedError, ProfileError, UsageError) as error:
            if os.path.lexists(drop.path):
                _set_aside(home, drop, str(error))


def _set_aside(home: Home, drop: Drop, message: str) -> None:
    try:
        quarantine_unstaged(home, drop.path, message, ACTIVITY_FOLDER)
    except OSError as error:
        leave_in_place(home, _as_dropped(drop), f"{message} ({os.strerror(error.errno or 0)})")


def _due(home: Home, now: datetime, asked_for: Collection[str]) -> Iterator[ActivityRun]:
    for manifest in pending_activity(home):
        if manifest.drop_id in asked_for or is_locked(home, manifest.drop_id) or not _is_time(manifest, now):
            continue
        if manifest.begun + 1 >= _MAX_ATTEMPTS:
            message = (
                f"The call activity was tried {manifest.begun + 1} times and each run died or failed for a reason that "
                f"is not the file's own; nothing was loaded. Look at the failed runs of partition {manifest.drop_id} "
                "in the Dagster UI, fix what they name, and drop the file again."
            )
            quarantine_activity(home, manifest, message)
            continue
        asked = manifest.model_copy(update={"attempts": manifest.attempts + 1, "requested_at": now})
        write_json(activity_manifest_path(home, manifest.drop_id), asked)
        key = f"{manifest.drop_id}#{asked.attempts}@{now.timestamp()}"
        yield ActivityRun(manifest.drop_id, key, {"lead_pipeline/file": masked_name(manifest.file_name)})


def _is_time(manifest: ActivityManifest, now: datetime) -> bool:
    if manifest.requested_at is None:
        return True
    return now - manifest.requested_at >= pause_after(manifest.attempts, _FIRST_PAUSE, _LONGEST_PAUSE)


def load_staged(store: LeadStore, manifest: ActivityManifest, home: Home, at: datetime) -> ActivityResult:
    """Load a staged drop, write its report, and put its file away where it was dropped into the inbox.

    Raises: as `load_activity`; a file that is refused goes to quarantine.
    """
    if manifest.dropped and all(map(has_grown, manifest.dropped)):
        release_activity(home, manifest)
        raise ListRefusedError(
            f"'{manifest.file_name}' was written to after it was taken: its upload had only paused. Nothing of this "
            "half was loaded; the whole file is in the inbox, and is loaded by itself when nobody writes it any more."
        )
    try:
        result = as_activity_result(manifest, load_activity(store, manifest, home, at), home)
    except (FileRefusedError, ListRefusedError) as error:
        quarantine_activity(home, manifest, str(error))
        manifest.staged_file(home).unlink(missing_ok=True)
        raise
    report = home.root / activity_report_file(home, manifest.drop_id)
    report.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not result.loaded_before or not report.exists():
        with published(report) as file:
            file.write(activity_report(result).encode("utf-8", "backslashreplace"))
    archive_activity(home, manifest)
    return result
