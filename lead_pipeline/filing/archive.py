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
from lead_pipeline.filing.late_bytes import note_begun, rename_original
from lead_pipeline.filing.left_in_place import leave_in_place
from lead_pipeline.filing.manifests import DroppedFile, Manifest
from lead_pipeline.filing.open_writers import is_open_for_writing
from lead_pipeline.filing.receipts import find_receipt
from lead_pipeline.filing.staging import has_grown, is_still_there, original_path

_NOTE = ".reason.txt"


def archive_import(home: Home, manifest: Manifest) -> Path:
    """Put the imported file into the archive and clear it from the inbox; may be repeated at any point."""
    target = _archived(home, manifest)
    _keep_copy(manifest.staged_file(home), target)
    for dropped in filter(has_grown, manifest.dropped):
        note_begun(home, manifest, dropped)
    _clear(home, manifest, target)
    return target


def quarantine_import(home: Home, manifest: Manifest, message: str) -> Path:
    """Put the refused file into quarantine with `<name>.reason.txt` beside it, and clear it from the inbox."""
    target = _quarantined(home, manifest)
    _keep_copy(manifest.staged_file(home), target)
    write_reason(target, manifest.file_name, message)
    _clear(home, manifest, target)
    return target


def quarantine_unstaged(home: Home, source: Path, message: str, folder: str) -> Path:
    """Move a list or calls that could not be staged (no permission, a link) out of the inbox, into a folder of
    quarantine/; raises OSError when it cannot be moved.
    """
    name = shown_name(source)
    target = home.quarantine / folder / f"{slug_of(name)}-{uuid.uuid4().hex[:8]}{safe_suffix(name)}"
    _move(source, target, name, message)
    return target


def quarantine_unread(home: Home, manifest: Manifest, source: Path) -> Path:
    """Move a file that cannot be read (no permission, a link) to where its refused import puts it; raises OSError when
    it cannot be moved.
    """
    target = _quarantined(home, manifest)
    _move(source, target, manifest.file_name, manifest.refusal or "")
    return target


def _move(source: Path, target: Path, name: str, message: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.move(source, target)
    write_reason(target, name, message)


def clear_known(home: Home, manifest: Manifest, advice: str = "") -> None:
    """Move a file whose content was imported before out of the inbox, and leave a note about it in the archive.

    `advice` says what to do where there is something.
    """
    receipt = find_receipt(home, manifest.identity)
    target = _archived(home, receipt.manifest if receipt else manifest)
    _keep_copy(manifest.staged_file(home), target)
    write_reason(
        target,
        manifest.file_name,
        f"This content was imported before, as {manifest.import_id} (file_already_imported). Nothing was imported "
        f"again. {advice or 'Nothing needs to be done.'}",
    )
    _clear(home, manifest, target)


def write_reason(target: Path, file_name: str, message: str) -> None:
    """Write the note for people beside an archived or quarantined file."""
    with published(target.with_name(target.name + _NOTE)) as note:
        note.write(f"{file_name}\n\n{message}\n".encode("utf-8", "backslashreplace"))


def archived_file(home: Home, manifest: Manifest) -> Path | None:
    """Return where an imported file is kept, None when it is not any more."""
    path = _archived(home, manifest)
    return path if path.exists() else None


def quarantined_file(home: Home, manifest: Manifest) -> Path | None:
    """Return where a refused file is kept, None when it is not any more."""
    path = _quarantined(home, manifest)
    return path if path.exists() else None


def _archived(home: Home, manifest: Manifest) -> Path:
    return home.archive / manifest.profile.name / f"{manifest.import_id}{safe_suffix(manifest.file_name)}"


def _quarantined(home: Home, manifest: Manifest) -> Path:
    return home.quarantine / manifest.profile.name / f"{manifest.import_id}{safe_suffix(manifest.file_name)}"


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
    """Take the originals that are still the files that were staged out of the inbox, and remove the staged copy, if
    one is kept. An original that cannot be moved stays, and is remembered, so that it is not imported again.
    """
    if not kept.exists():
        return
    for dropped in manifest.dropped:
        if is_still_there(dropped):
            try:
                _take(home, manifest, dropped, kept)
            except OSError as error:
                leave_in_place(home, dropped, os.strerror(error.errno or 0))
    discard_copy(home, manifest)


def _take(home: Home, manifest: Manifest, dropped: DroppedFile, kept: Path) -> None:
    """Rename an original to the copy that is kept of it: what its writer may still write is found there.

    On another file system it can only be removed, and is not while somebody has it open for writing: then it stays in
    the inbox, where it is looked at again when it has changed.
    """
    if not rename_original(home, manifest, dropped, kept):
        _remove(original_path(dropped))


def _remove(original: Path) -> None:
    with original.open("rb") as file:
        if not is_open_for_writing(file.fileno()):
            original.unlink(missing_ok=True)


def discard_copy(home: Home, manifest: Manifest) -> None:
    """Remove the staged copy of an import for which nothing is left to do."""
    manifest.staged_file(home).unlink(missing_ok=True)
