"""Where a file ends up: archive or quarantine, with a note beside it where a person needs to know why.
Deciding which of the two belongs to the import, not here.
"""

import contextlib
import os
import shutil
import uuid
from pathlib import Path

from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home, safe_suffix, shown_name
from lead_pipeline.filing.import_id import slug_of
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.filing.receipts import find_receipt
from lead_pipeline.filing.staging import is_still_there, original_path

_NOTE = ".reason.txt"


def archive_import(home: Home, manifest: Manifest) -> Path:
    """Put the imported file into the archive and clear it from the inbox; may be repeated at any point."""
    target = _archived(home, manifest)
    _keep_copy(manifest.staged_file(home), target)
    _clear(home, manifest, target)
    return target


def quarantine_import(home: Home, manifest: Manifest, message: str) -> Path:
    """Put the refused file into quarantine with `<name>.reason.txt` beside it, and clear it from the inbox."""
    target = _quarantined(home, manifest)
    _keep_copy(manifest.staged_file(home), target)
    write_reason(target, manifest.file_name, message)
    _clear(home, manifest, target)
    return target


def quarantine_unstaged(home: Home, source: Path, message: str) -> Path:
    """Move a file that could not be staged (unknown profile, no permission, a link) out of the inbox."""
    name = shown_name(source)
    target = home.quarantine / f"{slug_of(name)}-{uuid.uuid4().hex[:8]}{safe_suffix(name)}"
    source.rename(target)
    write_reason(target, name, message)
    return target


def clear_known(home: Home, manifest: Manifest) -> None:
    """Move a file whose content was imported before out of the inbox, and leave a note about it in the archive."""
    receipt = find_receipt(home, manifest.identity)
    target = _archived(home, receipt.manifest if receipt else manifest)
    _keep_copy(manifest.staged_file(home), target)
    write_reason(
        target,
        manifest.file_name,
        f"This content was imported before, as {manifest.import_id} (file_already_imported). Nothing was imported "
        "again; nothing needs to be done.",
    )
    _clear(home, manifest, target)


def write_reason(target: Path, file_name: str, message: str) -> None:
    """Write the note for people beside an archived or quarantined file."""
    with published(target.with_name(target.name + _NOTE)) as note:
        note.write(f"{file_name}\n\n{message}\n".encode("utf-8", "backslashreplace"))


def _archived(home: Home, manifest: Manifest) -> Path:
    return home.archive / manifest.profile.name / f"{manifest.import_id}{safe_suffix(manifest.file_name)}"


def _quarantined(home: Home, manifest: Manifest) -> Path:
    return home.quarantine / f"{manifest.import_id}{safe_suffix(manifest.file_name)}"


def restore_copy(home: Home, manifest: Manifest) -> None:
    """Put the staged copy back from the archive or quarantine, when it is missing.

    A process that died between archiving a file and writing its receipt leaves an import to be run again without one.
    """
    for kept in (_archived(home, manifest), _quarantined(home, manifest)):
        if kept.exists():
            _keep_copy(kept, manifest.staged_file(home))


def _keep_copy(staged: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if target.exists() or not staged.exists():
        return
    with contextlib.suppress(FileExistsError):
        try:
            os.link(staged, target)
        except OSError:  # another file system, or one without hard links
            with staged.open("rb") as source, published(target) as copy:
                shutil.copyfileobj(source, copy)


def _clear(home: Home, manifest: Manifest, kept: Path) -> None:
    """Remove the inbox originals that are still the files that were staged, and the staged copy, if one is kept."""
    if not kept.exists():
        return
    for dropped in manifest.dropped:
        if is_still_there(dropped):
            original_path(dropped).unlink(missing_ok=True)
    discard_copy(home, manifest)


def discard_copy(home: Home, manifest: Manifest) -> None:
    """Remove the staged copy of an import for which nothing is left to do."""
    manifest.staged_file(home).unlink(missing_ok=True)
