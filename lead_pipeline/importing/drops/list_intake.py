"""Stages the suppression lists that lie complete in the inbox, and says for which of them a run must be requested."""

import contextlib
from collections.abc import Collection
from datetime import datetime, timedelta

from lead_pipeline.filing.home import Home, masked_name, shown_name
from lead_pipeline.filing.inbox import Drop
from lead_pipeline.filing.list_manifests import load_list_manifest
from lead_pipeline.filing.lists.list_drops import note_list, note_list_request, waiting_lists
from lead_pipeline.filing.lists.refused_deliveries import note_refused_delivery
from lead_pipeline.filing.locks import is_locked
from lead_pipeline.filing.manifests import DroppedFile
from lead_pipeline.filing.staging import stage_list
from lead_pipeline.importing.drops.pauses import pause_after
from lead_pipeline.importing.drops.run_requests import RunRequest
from lead_pipeline.importing.drops.settling import settle_said
from lead_pipeline.importing.lists.list_settings_given import settings_given
from lead_pipeline.model.errors import ProfileError, UsageError
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.profiles.lists.list_folders import FILE_NAME, folder_keys

#: A list is tried until it is loaded or refused, for nobody may be called meanwhile who is on it; the pause doubles.
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=10)


def folder_settings(home: Home, folder: str) -> ListSettings:
    """Return what is said about the lists of a folder; raises ProfileError or UsageError."""
    said = dict(folder_keys(folder, home.root / FILE_NAME))
    settle_said(said)
    said.pop("settle", None)
    kind, region = said.pop("kind"), said.pop("region", "US")
    return settings_given(str(kind), None if region is None else str(region), said)


def stage_list_drop(home: Home, drop: Drop, dropped: DroppedFile, now: datetime) -> str:
    """Stage a list and note that it is to be loaded; return what was done.

    Raises: ProfileError, UsageError, FileUnreadableError, FileChangedError (try later), DiskError (try again).
    """
    settings = folder_settings(home, drop.inner.split("/", 1)[0])
    manifest = stage_list(home, drop.path, settings.kind, settings.region, now=now, settings=settings)
    note_list(home, manifest.list_id, dropped)
    return f"staged as list {manifest.list_id}"


def refuse_list_drop(home: Home, drop: Drop, message: str, now: datetime) -> None:
    """Note that a list could not even be staged; where nobody knows which list it was for, every list is in doubt."""
    settings = None
    with contextlib.suppress(ProfileError, UsageError):
        settings = folder_settings(home, drop.inner.split("/", 1)[0])
    note_refused_delivery(home, shown_name(drop.path), settings, message, now)


def list_requests(home: Home, active: Collection[str], now: datetime) -> list[RunRequest]:
    """Count an attempt for each list that no run is at work on and whose pause is over, and return the runs."""
    requests = []
    for waiting in waiting_lists(home):
        pause = pause_after(waiting.attempts + 1, _FIRST_PAUSE, _LONGEST_PAUSE)
        early = waiting.requested_at is not None and now - waiting.requested_at < pause
        if waiting.list_id in active or early or is_locked(home, waiting.list_id):
            continue
        manifest = load_list_manifest(home, waiting.list_id)
        noted = note_list_request(home, waiting, now)
        tags = {"lead_pipeline/kind": manifest.kind, "lead_pipeline/file": masked_name(manifest.file_name)}
        key = f"{noted.list_id}#{noted.attempts}@{now.timestamp()}"
        requests.append(RunRequest(noted.list_id, noted.list_id, 1, key, tags, is_list=True))
    return requests
