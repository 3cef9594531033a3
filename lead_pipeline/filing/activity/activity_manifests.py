"""Manifests of drops of call activity: what a staged drop is, and where that is noted."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import read_json, readable_json, write_json
from lead_pipeline.filing.manifests import DroppedFile
from lead_pipeline.model.errors import ImportNotFoundError
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.scrub.activity_settings import ActivitySettings


class ActivityManifest(FrozenModel):
    """What a drop of call activity is made of, fixed when its file is staged."""

    drop_id: str
    identity: str
    settings: ActivitySettings
    file_name: str
    file_sha256: str
    file_bytes: int
    staged_at: datetime
    dropped: tuple[DroppedFile, ...] = ()  # where it lies in the inbox, while something is left to do for it
    attempts: int = 0  # requests for a run
    begun: int = 0  # runs after the first that began with it, and did not fail for want of the store
    requested_at: datetime | None = None

    def staged_file(self, home: Home) -> Path:
        """Return the immutable copy that everything reads."""
        return home.staging / self.identity


def activity_manifest_path(home: Home, drop_id: str) -> Path:
    """Return where the manifest of a drop lies."""
    return home.staging / "activity" / f"{short_of(drop_id)}.json"


def load_activity_manifest(home: Home, drop_id: str) -> ActivityManifest:
    """Return the manifest of a drop; raises ImportNotFoundError when there is none."""
    manifest = read_json(activity_manifest_path(home, drop_id), ActivityManifest)
    if manifest is None:
        raise ImportNotFoundError(f"No call activity is staged as '{drop_id}'. Use `lead-pipeline activity FILE`.")
    return manifest


def count_activity_run(home: Home, drop_id: str, by: int = 1) -> None:
    """Count a run that begins with a dropped file, unless it is the first; with -1, have it not count."""
    path = activity_manifest_path(home, drop_id)
    current = readable_json(path, ActivityManifest)
    if current is not None and current.dropped and current.attempts > 1:
        write_json(path, current.model_copy(update={"begun": max(current.begun + by, 0)}))


def pending_activity(home: Home) -> list[ActivityManifest]:
    """Return the manifests of dropped files for which something is left to do, oldest first."""
    paths = (home.staging / "activity").glob("[!.]*.json")
    found = [_read_once(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in paths]
    waiting = [manifest for manifest in found if manifest is not None and manifest.dropped]
    return sorted(waiting, key=lambda manifest: manifest.staged_at)


@lru_cache(maxsize=4096)
def _read_once(path: Path, _inode: int, _mtime_ns: int) -> ActivityManifest | None:
    """Read a manifest; each version of it is another file."""
    return readable_json(path, ActivityManifest)
