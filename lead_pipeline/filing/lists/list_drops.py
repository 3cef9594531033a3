"""Notes which suppression lists from the inbox wait to be loaded, and puts them away afterwards. A note is there for as
long as something is left to do, whatever process dies.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from lead_pipeline.filing.archive import write_reason
from lead_pipeline.filing.home import Home, safe_suffix
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.filing.late_bytes import move_aside
from lead_pipeline.filing.left_in_place import leave_in_place
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.filing.manifests import DroppedFile
from lead_pipeline.filing.staging import has_grown, is_still_there
from lead_pipeline.model.fields import FrozenModel

#: The folder of the inbox that has lists, not files of leads.
LISTS_FOLDER = "suppressions"


class WaitingList(FrozenModel):
    """A list from the inbox that is to be loaded: where it lies, and how often a run was asked for."""

    list_id: str
    dropped: tuple[DroppedFile, ...]
    attempts: int = 0
    requested_at: datetime | None = None

    def has_grown(self) -> bool:
        """Return whether everything that was staged as this list was written to since."""
        return bool(self.dropped) and all(map(has_grown, self.dropped))


def _note_path(home: Home, list_id: str) -> Path:
    return home.staging / "lists" / "waiting" / f"{short_of(list_id)}.json"


def note_list(home: Home, list_id: str, dropped: DroppedFile) -> None:
    """Note that a staged list is to be loaded; the same content may lie in the inbox several times."""
    before = find_waiting_list(home, list_id)
    first = before or WaitingList(list_id=list_id, dropped=())
    both = tuple(dict.fromkeys((*first.dropped, dropped)))
    write_json(_note_path(home, list_id), first.model_copy(update={"dropped": both}))


def find_waiting_list(home: Home, list_id: str) -> WaitingList | None:
    """Return the note of a list, or None when it waits for nothing."""
    return readable_json(_note_path(home, list_id), WaitingList)


def waiting_lists(home: Home) -> Iterator[WaitingList]:
    """Yield the lists from the inbox that are to be loaded, oldest drop first."""
    paths = (home.staging / "lists" / "waiting").glob("[!.]*.json")
    found = (readable_json(path, WaitingList) for path in paths)
    yield from sorted((one for one in found if one is not None), key=lambda one: one.dropped[0].mtime_ns)


def waiting_list_drops(home: Home) -> frozenset[DroppedFile]:
    """Return the files in the inbox that are staged as lists already."""
    return frozenset(dropped for one in waiting_lists(home) for dropped in one.dropped)


def note_list_request(home: Home, waiting: WaitingList, at: datetime) -> WaitingList:
    """Count one more attempt to load a list."""
    noted = waiting.model_copy(update={"attempts": waiting.attempts + 1, "requested_at": at})
    write_json(_note_path(home, waiting.list_id), noted)
    return noted


def put_list_away(home: Home, manifest: ListManifest, refusal: str | None = None) -> None:
    """Move a list that came from the inbox to the archive, or to quarantine with a note where it was refused, and
    forget it. What cannot be moved, or is being written, stays, and is looked at again when it has changed.
    """
    waiting = find_waiting_list(home, manifest.list_id)
    if waiting is None:
        return
    folder = (home.quarantine if refusal else home.archive) / LISTS_FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{manifest.list_id}{safe_suffix(manifest.file_name)}"
    for dropped in filter(is_still_there, waiting.dropped):
        try:
            move_aside(home, manifest, dropped, target)
        except OSError as error:
            leave_in_place(home, dropped, refusal or os.strerror(error.errno or 0))
    if refusal:
        write_reason(target, manifest.file_name, refusal)
    manifest.staged_file(home).unlink(missing_ok=True)
    forget_list(home, manifest.list_id)


def forget_list(home: Home, list_id: str) -> None:
    """Remove the note of a list; what lies in the inbox is looked at as if it were new."""
    _note_path(home, list_id).unlink(missing_ok=True)
