"""The files that are here already and can be imported without being sent again: uploads, drops that lie in the inbox,
and files that were refused. Each is named by a word that leads to it and is no path.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lead_pipeline.filing.home import Home, is_plain_file, shown_name
from lead_pipeline.filing.inbox import is_wanted
from lead_pipeline.filing.uploads.uploaded_files import Receiving, find_upload, list_uploads
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.workbench.import_drafts import FileToPick

#: Of so many files the newest are offered.
_MOST = 50

_PIECE = 1 << 20
_NOTE = ".reason.txt"


def files_to_pick(home: Home) -> tuple[FileToPick, ...]:
    """Return the newest files that are here."""
    uploads = [
        FileToPick(
            file_ref=f"upload-{one.file_id}", file_name=one.file_name, where="upload", size=one.size, at=one.uploaded_at
        )
        for one in list_uploads(home, utc_now())
    ]
    found = [*uploads, *(file for file, _ in _lying(home))]
    return tuple(sorted(found, key=lambda file: file.at, reverse=True)[:_MOST])


def picked_file(home: Home, file_ref: str) -> str:
    """Return the id of an upload with the content of a file that somebody picked; raises UsageError for none such."""
    if file_ref.startswith("upload-"):
        return find_upload(home, file_ref.removeprefix("upload-"), utc_now()).file_id
    path = next((path for file, path in _lying(home) if file.file_ref == file_ref), None)
    if path is None:
        raise UsageError("That file is not there any more: it was imported, moved or removed. Choose another one.")
    with Receiving(home, shown_name(path)) as receiving, path.open("rb") as file:
        while piece := file.read(_PIECE):
            receiving.write(piece)
        return receiving.finish(utc_now()).file_id


def _lying(home: Home) -> Iterator[tuple[FileToPick, Path]]:
    for where, root in (("inbox", home.inbox), ("quarantine", home.quarantine)):
        for path in sorted(root.glob("*")) + sorted(root.glob("*/*")) if root.is_dir() else []:
            if not is_plain_file(path) or not is_wanted(path.name) or path.name.endswith(_NOTE):
                continue
            facts = path.lstat()
            name = str(path.relative_to(home.root)).encode("utf-8", "surrogateescape")
            note = path.with_name(path.name + _NOTE)
            yield (
                FileToPick(
                    file_ref=f"{where}-{hashlib.sha256(name).hexdigest()[:24]}",
                    file_name=shown_name(path),
                    where=where,
                    size=facts.st_size,
                    at=datetime.fromtimestamp(facts.st_mtime, UTC),
                    note=note.read_text(encoding="utf-8", errors="replace")[:300] if is_plain_file(note) else "",
                ),
                path,
            )
