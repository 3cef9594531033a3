"""Stages what lies complete in the inbox, and says which staged files a run must be requested for. How files are copied
and moved does not belong here, nor what a run is.
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from lead_pipeline.filing.archive import clear_known, quarantine_unread, quarantine_unstaged
from lead_pipeline.filing.decisions import decision_on, state_of
from lead_pipeline.filing.home import Home, is_plain_file, masked_name, shown_name
from lead_pipeline.filing.inbox import Drop
from lead_pipeline.filing.left_in_place import leave_in_place, left_drops
from lead_pipeline.filing.life_cycle import forget, note_request, register_manifest
from lead_pipeline.filing.lists.list_drops import LISTS_FOLDER, waiting_list_drops
from lead_pipeline.filing.locks import is_locked
from lead_pipeline.filing.manifests import DroppedFile, Manifest, path_hex, pending_manifests, waiting_drops
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.filing.staging import FileBeingWrittenError, FileChangedError, manifest_of_unread, stage_import
from lead_pipeline.importing.concluding import set_aside
from lead_pipeline.importing.drops.list_intake import refuse_list_drop, stage_list_drop
from lead_pipeline.importing.drops.pauses import pause_after
from lead_pipeline.importing.drops.run_requests import RunRequest
from lead_pipeline.importing.drops.time_limits import PATIENCE, StillAtWorkError, within
from lead_pipeline.importing.sequels.judging_again import changed_profile
from lead_pipeline.importing.waiting import may_ever_wait
from lead_pipeline.model.errors import DiskError, FileRefusedError, ProfileError, UsageError, listed
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reason_codes import Reason
from lead_pipeline.profiles.loader import load_profile, profile_names
from lead_pipeline.profiles.unusable import unusable_profile

#: Up to this many new files get a run each: its own page, its own retry. More are imported by runs over ranges: by four
#: or more where each has enough to do, for while one commits, another reads; of one over all nothing would be reported
#: before everything is committed. Enough are so many files, or as many as have so many bytes, some seconds of work.
#: Where there is much, each has so many bytes, half a minute of work: many hosts may share it.
SINGLE_RUNS = 8
RANGE_FILES = 200
_RANGES, _FEW_FILES, _FEW_BYTES = 4, 25, 2_000_000
_MOST_RANGES, _MANY_BYTES = 16, 8_000_000

#: A staged file whose runs keep dying is set aside after this many that had begun with it, and not for want of the
#: store; between attempts the pause doubles.
MAX_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=10)

#: A file staged by a command in another process is that process's to import, for this long.
_HANDS_OFF = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was done with a complete file, for the log; `later` when it stays where it is and is to be tried again."""

    drop: Drop
    line: str
    later: bool = False


def stage_drops(home: Home, drops: Iterable[Drop], clock: Callable[[], datetime]) -> list[Taken]:
    """Stage every complete file, each by itself: what is wrong with one costs no other. Return what was done."""
    return [_taken(home, drop, clock()) for drop in drops]


def _taken(home: Home, drop: Drop, now: datetime) -> Taken:
    name = shown_name(drop.path)
    try:
        what = within(PATIENCE, f"{drop.key}/{drop.size}/{drop.mtime_ns}", partial(_stage_drop, home, drop, now))
        return Taken(drop, f"{name}: {what}")
    except StillAtWorkError:
        slow = "takes long to read or copy (is a disk or a network drive hanging?); no other file waits for it"
        return Taken(drop, f"{name}: {slow}.", later=True)
    except (FileBeingWrittenError, DiskError) as error:
        return Taken(drop, f"{error} It is checked again later.", later=True)
    except FileChangedError:
        return Taken(drop, f"{name}: changed or gone while it was being read; it is checked again later.", later=True)
    except OSError as error:
        what = f"{name}: not imported ({os.strerror(error.errno or 0)}); it stays where it is and is tried again."
        return Taken(drop, what, later=True)


def not_staged(home: Home, drops: Sequence[Drop]) -> list[Drop]:
    """Return the drops that are not staged yet: a staged file stays in the inbox until its import is finished, and one
    that cannot be moved after that.
    """
    if not drops:
        return []
    known = waiting_drops(home) | waiting_list_drops(home) | left_drops(home)
    return [drop for drop in drops if _as_dropped(drop) not in known]


def _as_dropped(drop: Drop) -> DroppedFile:
    return DroppedFile(path_hex=path_hex(drop.path), size=drop.size, mtime_ns=drop.mtime_ns, inode=drop.inode)


def _stage_drop(home: Home, drop: Drop, now: datetime) -> str:
    try:
        if not is_plain_file(drop.path):
            raise FileRefusedError("This is a link, pipe or device, not a file. Drop the file itself.")
        if drop.folder == LISTS_FOLDER:
            return stage_list_drop(home, drop, _as_dropped(drop), now)
        if not drop.folder:
            names = listed(entry.name for entry in profile_names(home.profiles))
            raise ProfileError(
                "The file lies in the inbox itself, so it is not clear which profile it is for. "
                f"Drop it into a folder named after one: inbox/<profile>/. The profiles are {names}."
            )
        manifest = stage_import(
            home, drop.path, load_profile(drop.folder, folder=home.profiles), now=now, from_inbox=True
        )
    except FileChangedError:  # not refused, but to be tried again
        raise
    except (FileRefusedError, ProfileError, UsageError) as error:
        if not os.path.lexists(drop.path):
            raise FileChangedError("Gone before it could be read.") from None
        if drop.folder == LISTS_FOLDER:
            refuse_list_drop(home, drop, str(error), now)
            return _set_list_aside(home, drop, str(error))
        return _refused(home, drop, str(error), now)
    return _said_of(home, manifest)


def _said_of(home: Home, manifest: Manifest) -> str:
    if is_imported(home, manifest.identity):
        clear_known(home, manifest, changed_profile(home, manifest))
        return f"imported before as {manifest.import_id}"
    if manifest.refusal is not None:
        return f"refused as {manifest.import_id}"
    waits = state_of(home, manifest) == "awaited"
    return f"waits for approval as {manifest.import_id}" if waits else f"staged as {manifest.import_id}"


def _refused(home: Home, drop: Drop, message: str, now: datetime) -> str:
    """Stage a file only to be refused, in a run, so that history, checks and email say so, and its content is known
    when it is dropped again. One that cannot be read is moved to quarantine at once, or stays where nobody can.
    """
    profile, code = _claimed_by(home, drop)
    try:
        return _said_of(
            home,
            stage_import(home, drop.path, profile, now=now, from_inbox=True, refusal=message, refusal_code=code),
        )
    except FileChangedError:
        raise
    except FileRefusedError:
        dropped = _as_dropped(drop)
    unread = manifest_of_unread(drop.path, profile, dropped, refusal=message, refusal_code=code, now=now)
    try:
        quarantine_unread(home, unread, drop.path)
    except OSError as error:
        why = f"{message} It could not be moved to quarantine either ({os.strerror(error.errno or 0)}) and stays there."
        register_manifest(home, unread.model_copy(update={"refusal": why}))
        leave_in_place(home, dropped, why)
        return why
    return _said_of(home, register_manifest(home, unread))


def _claimed_by(home: Home, drop: Drop) -> tuple[ImportProfile, str]:
    """Return the profile of the folder that a refused file lies in; where none can be used, one that stands for it, by
    the folder's name, and the reason that this is.
    """
    try:
        return load_profile(drop.folder, folder=home.profiles), ""
    except ProfileError:
        return unusable_profile(drop.folder), Reason.FILE_PROFILE_UNUSABLE


def _set_list_aside(home: Home, drop: Drop, message: str) -> str:
    try:
        quarantine_unstaged(home, drop.path, message, LISTS_FOLDER)
    except OSError as error:
        why = f"{message} It could not be moved to quarantine either ({os.strerror(error.errno or 0)}) and stays there."
        leave_in_place(home, _as_dropped(drop), why)
        return why
    return "quarantined"


def imports_to_run(home: Home, active: Collection[str], now: datetime) -> list[Manifest]:
    """Return the staged imports that no run, process or person is at work on, and whose pause is over.

    This is also the reconciler: what a dead daemon, run or machine left behind has a manifest and no receipt.
    """
    found = []
    for manifest in pending_manifests(home):
        if is_imported(home, manifest.identity):  # left by a process that died right after its receipt
            forget(home, manifest)
            continue
        if manifest.import_id in active or not _is_time(home, manifest, now) or is_locked(home, manifest.import_id):
            continue
        if manifest.begun + 1 >= MAX_ATTEMPTS:
            _give_up(home, manifest, now)
        else:
            found.append(manifest)
    return found


def _is_time(home: Home, manifest: Manifest, now: datetime) -> bool:
    decision = decision_on(home, manifest)
    if decision is not None and decision.state == "awaited":
        return False
    if decision is not None and (manifest.requested_at is None or decision.at > manifest.requested_at):
        return True  # the answer to the question that the last run left: no pause is due
    is_anybodys = manifest.dropped or manifest.refusal is not None or manifest.handed_in
    if not is_anybodys and now - manifest.staged_at < _HANDS_OFF:
        return False
    if manifest.requested_at is None:
        return True
    if manifest.waits_for:  # it is woken when a list comes
        return now - manifest.requested_at >= _LONGEST_PAUSE
    return now - manifest.requested_at >= pause_after(manifest.attempts, _FIRST_PAUSE, _LONGEST_PAUSE)


def _give_up(home: Home, manifest: Manifest, now: datetime) -> None:
    message = (
        f"The import was tried {manifest.begun + 1} times and each run died or failed for a reason that is not the "
        f"file's own; nothing was imported. Look at the failed runs of partition {manifest.import_id} in the Dagster "
        "UI, fix what they name, and drop the file again."
    )
    set_aside(home, manifest, message, now, os.environ)


def note_requests(
    home: Home, manifests: Mapping[str, Manifest], order: Sequence[str], now: datetime
) -> list[RunRequest]:
    """Count an attempt for each import, and return the runs that import them.

    `manifests` are the imports that a run is due for, by id; `order` are the ids of all imports that the scheduler
    knows, in the order in which a run over a range takes them.
    """
    noted = {import_id: note_request(home, manifest, now) for import_id, manifest in manifests.items()}
    # A run over several fails where one of them has to wait for a list, so that these have runs of their own. It fails
    # as well where one is refused, and then would show those as failed that wait for a person.
    alone = [import_id for import_id, manifest in noted.items() if manifest.waits_for]
    asking = [one for one, manifest in noted.items() if one not in alone and may_ever_wait(manifest.profile)]
    others = [one for one in noted if one not in alone and one not in asking]
    groups: list[list[str]] = []
    for ids in (others, asking):
        groups += group_for_runs({one: noted[one].file_bytes for one in ids}, order)
    groups += [[one] for one in alone]
    return [_request(noted, ids, now) for ids in groups]


def _request(noted: Mapping[str, Manifest], import_ids: Sequence[str], now: datetime) -> RunRequest:
    first, last = noted[import_ids[0]], import_ids[-1]
    profiles = sorted({noted[import_id].profile.name for import_id in import_ids})
    tags = {"lead_pipeline/profile": ", ".join(profiles), "lead_pipeline/files": str(len(import_ids))}
    if len(profiles) > 1:  # a filter compares the whole value
        tags |= {f"lead_pipeline/profile.{profile}": "true" for profile in profiles}
    if len(import_ids) == 1:
        tags["lead_pipeline/file"] = masked_name(first.file_name)
    key = f"{first.import_id}..{last}#{first.attempts}@{now.timestamp()}"
    return RunRequest(first=first.import_id, last=last, files=len(import_ids), key=key, tags=tags)


def group_for_runs(sizes: Mapping[str, int], order: Sequence[str]) -> list[list[str]]:
    """Return the imports of each run, given the bytes of their files by import id, and all imports in the order in
    which a run over a range takes them.

    A range is everything between its two ends, so only neighbours may share one.
    """
    if len(sizes) <= SINGLE_RUNS:
        return [[key] for key in order if key in sizes]
    total = sum(sizes.values())
    enough = min(_FEW_FILES, -(-_FEW_BYTES * len(sizes) // max(1, total)))
    ranges = min(max(_RANGES, total // _MANY_BYTES), _MOST_RANGES)
    most = min(max(-(-len(sizes) // ranges), enough), RANGE_FILES)
    size = -(-len(sizes) // -(-len(sizes) // most))  # of as many runs as that makes, none is left with a few
    groups: list[list[str]] = [[]]
    for key in order:
        if key not in sizes or len(groups[-1]) == size:
            groups.append([])
        if key in sizes:
            groups[-1].append(key)
    return [group for group in groups if group]
