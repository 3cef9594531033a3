"""Where a file ends up: archive or quarantine, with a note beside it where a person needs to know why.
Deciding which of the two belongs to the import, not here.
"""

import contextlib
import os
import shutil
import uuid
from pathlib import Path

from lead_pipeline.filing.home import Home, safe_suffix, shown_name
from lead_pipeline.filing.manifests import Manifest, pending_manifests
from lead_pipeline.filing.publishing import published
from lead_pipeline.filing.staging import is_still_there, original_path
from lead_pipeline.reading.fingerprint import slug_of


def archive_import(home: Home, manifest: Manifest) -> Path:
    """Put the imported file into the archive and clear it from the inbox; may be repeated at any point."""
    target = home.archive / manifest.profile.name / f"{manifest.import_id}{safe_suffix(manifest.file_name)}"
    _keep_copy(manifest.staged_file(home), target)
    _clear(home, manifest)
    return target


def quarantine_import(home: Home, manifest: Manifest, message: str) -> Path:
    """Put the refused file into quarantine with `<name>.reason.txt` beside it, and clear it from the inbox."""
    target = home.quarantine / f"{manifest.import_id}{safe_suffix(manifest.file_name)}"
    _keep_copy(manifest.staged_file(home), target)
    write_reason(target, manifest.file_name, message)
    _clear(home, manifest)
    return target


def quarantine_unstaged(home: Home, source: Path, message: str) -> Path:
    """Move a file that could not even be staged (unknown profile, no permission, a link) out of the inbox."""
    name = shown_name(source)
    target = home.quarantine / f"{slug_of(name)}-{uuid.uuid4().hex[:8]}{safe_suffix(name)}"
    source.rename(target)
    write_reason(target, name, message)
    return target


def clear_known(home: Home, source: Path, manifest: Manifest, imported_as: str) -> None:
    """Move a file whose content was imported before out of the inbox, and leave a note about it in the archive."""
    target = home.archive / manifest.profile.name / f"{imported_as}{safe_suffix(manifest.file_name)}"
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if target.exists():
        source.unlink(missing_ok=True)
    else:
        source.rename(target)
    write_reason(
        target,
        shown_name(source),
        f"This content was imported before, as {imported_as} (file_already_imported). Nothing was imported again; "
        "nothing needs to be done.",
    )
    _clear(home, manifest)


def write_reason(target: Path, file_name: str, message: str) -> None:
    """Write the note for people beside a shelved file."""
    with published(target.with_name(target.name + ".reason.txt")) as note:
        note.write(f"{file_name}\n\n{message}\n".encode("utf-8", "backslashreplace"))


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


def _clear(home: Home, manifest: Manifest) -> None:
    """Remove the inbox original, if it is still the file that was staged, and the staged copy."""
    if manifest.dropped is not None and is_still_there(manifest.dropped):
        original_path(manifest.dropped).unlink(missing_ok=True)
    discard_copy(home, manifest)


def discard_copy(home: Home, manifest: Manifest) -> None:
    """Remove the staged copy of an import for which nothing is left to do, unless another one waits for its bytes."""
    waiting = {other.file_sha256 for other in pending_manifests(home) if other.identity != manifest.identity}
    if manifest.file_sha256 not in waiting:
        manifest.staged_file(home).unlink(missing_ok=True)
