"""Says of files that went on growing after they were imported what came too late. A file of leads as it is now becomes
an import that is refused: in quarantine, in history, in a failing check and an email, like every other refused file. A
list or calls go back into the inbox whole, for these are loaded again without harm.
"""

from collections.abc import Iterator
from datetime import datetime

from lead_pipeline.filing.activity.activity_manifests import ActivityManifest
from lead_pipeline.filing.archive import write_reason
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.late_bytes import Changed, changed_files, restore_imported, return_to_inbox
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.filing.staging import FileChangedError, stage_import


def stage_late_arrivals(home: Home, now: datetime) -> Iterator[str]:
    """Stage the files that have changed since they were taken as imports to refuse; yield a line on each for the log.

    Raises: DiskError, FileUnreadableError; what was not staged is found again at the next look.
    """
    for changed in changed_files(home, now):
        imported = changed.taken.manifest
        if not isinstance(imported, Manifest):
            yield _loaded_again(changed, imported)
            continue
        message = _message(changed, imported)
        try:
            manifest = stage_import(
                home, changed.path, imported.profile, now=now, known_as=imported.file_name, refusal=message
            )
        except FileChangedError:
            continue
        restore_imported(changed)
        yield f"{message} It is {manifest.import_id}."


def _loaded_again(changed: Changed, loaded: ListManifest | ActivityManifest) -> str:
    name = loaded.list_id if isinstance(loaded, ListManifest) else loaded.drop_id
    folder = return_to_inbox(changed).parent.name
    message = (
        f"'{loaded.file_name}' was still being uploaded when it was loaded as {name}. The whole file is in "
        f"inbox/…/{folder}/ again, and is loaded by itself when nobody writes it any more. To prevent this, upload "
        "under a temporary name and rename the file."
    )
    if changed.path.exists():
        write_reason(changed.path, loaded.file_name, message)
    return message


def _message(changed: Changed, manifest: Manifest) -> str:
    more = changed.size - manifest.file_bytes
    what = f"{more:,} bytes of it arrived" if more > 0 else "it was written again"
    return (
        f"'{manifest.file_name}' was still being uploaded when it was imported as {manifest.import_id}: {what} after "
        "that, and they were not imported. This is the whole file as it is now. To import the rest, drop it into "
        f"inbox/{manifest.profile.name}/ again: rows that were imported before are not imported twice. Look at the "
        "last row of the earlier import, which may have been cut in the middle, and correct it. To prevent this, "
        "upload under a temporary name and rename the file, or set `settle:` in the profile."
    )
