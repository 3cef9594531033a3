"""Where dropped files of call activity end up: archive, or quarantine with a note beside it."""

import os
from pathlib import Path

from lead_pipeline.filing.activity.activity_manifests import ActivityManifest, activity_manifest_path
from lead_pipeline.filing.archive import write_reason
from lead_pipeline.filing.home import Home, safe_suffix
from lead_pipeline.filing.json_files import write_json
from lead_pipeline.filing.late_bytes import move_aside
from lead_pipeline.filing.left_in_place import leave_in_place
from lead_pipeline.filing.staging import is_still_there


def archive_activity(home: Home, manifest: ActivityManifest) -> None:
    """Put the files of a drop that was loaded into the archive; may be repeated at any point."""
    _put_away(home, manifest, home.archive / "call_activity" / _name(manifest))


def quarantine_activity(home: Home, manifest: ActivityManifest, message: str) -> None:
    """Put the files of a drop that was refused into quarantine, with `<name>.reason.txt` beside it."""
    target = home.quarantine / "call_activity" / _name(manifest)
    if manifest.dropped:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_reason(target, manifest.file_name, message)
    _put_away(home, manifest, target)


def release_activity(home: Home, manifest: ActivityManifest) -> None:
    """Say that nothing is left to do for a drop; its files stay where they are."""
    write_json(activity_manifest_path(home, manifest.drop_id), manifest.model_copy(update={"dropped": ()}))


def _name(manifest: ActivityManifest) -> str:
    return f"{manifest.drop_id}{safe_suffix(manifest.file_name)}"


def _put_away(home: Home, manifest: ActivityManifest, target: Path) -> None:
    """Move the originals that are still the files that were staged; one that cannot be moved is remembered."""
    for dropped in filter(is_still_there, manifest.dropped):
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            move_aside(home, manifest, dropped, target)
        except OSError as error:
            leave_in_place(home, dropped, os.strerror(error.errno or 0))
    release_activity(home, manifest)
