"""Which files in the inbox may be complete: same size and modification time in two sightings, some seconds apart.
No clock here (it is passed in), and no opinion about the content.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from lead_pipeline.filing.home import Home, shown_name
from lead_pipeline.filing.import_id import slug_of
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.model.fields import FrozenModel

STABLE_SECONDS = 2.0

#: The folder of the inbox that is of no profile: what lies in it are records of calls.
ACTIVITY_FOLDER = "call_activity"

_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")
_CLUTTER = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Drop:
    """Something that lies in the inbox, in the folder of a profile or deeper.

    `folder` is the name of the profile's folder, empty when it lies in none; `inner` the path below that, empty when
    it lies in the folder itself.
    """

    path: Path
    folder: str
    size: int
    mtime_ns: int
    inode: int = 0
    inner: str = ""

    @property
    def key(self) -> str:
        """Return text that stands for the path below the inbox and does not show it: names of people may be in it."""
        return hashlib.sha256(self.inbox_path).hexdigest()[:24]

    @property
    def inbox_path(self) -> bytes:
        """Return the path below the inbox, whatever bytes it has."""
        return os.fsencode("/".join(filter(None, (self.folder or "/", self.inner, self.path.name))))


class Sighting(FrozenModel):
    """What a file looked like, and since when (in seconds of the clock that was passed in)."""

    size: int
    mtime_ns: int
    since: float


class Sightings(FrozenModel):
    """Everything in the inbox as it was seen last; kept in the sensor's cursor."""

    seen: dict[str, Sighting] = Field(default_factory=dict)

    def after(self, drops: Iterable[Drop], now: float) -> "Sightings":
        """Return the sightings after seeing `drops` at time `now`; what is gone is forgotten.

        Never a high-water mark of modification times: `mv`, `cp -p` and `rsync -t` bring files with old ones.
        """
        seen: dict[str, Sighting] = {}
        for drop in drops:
            before = self.seen.get(drop.key)
            same = before is not None and (before.size, before.mtime_ns) == (drop.size, drop.mtime_ns)
            since = min(before.since, now) if before is not None and same else now
            seen[drop.key] = Sighting(size=drop.size, mtime_ns=drop.mtime_ns, since=since)
        return Sightings(seen=seen)

    def is_stable(self, drop: Drop, now: float, settle: float = STABLE_SECONDS) -> bool:
        """Return whether the file has looked the same for `settle` seconds."""
        seen = self.seen.get(drop.key)
        return (
            seen is not None and (seen.size, seen.mtime_ns) == (drop.size, drop.mtime_ns) and now - seen.since >= settle
        )


def _ignore(_message: str) -> None:
    return None


def is_wanted(name: str) -> bool:
    """Return whether a name can be that of a complete dropped file."""
    lower = name.lower()
    return not (lower.startswith((".", "~$")) or lower.endswith(_UNFINISHED) or lower in _CLUTTER)


def list_drops(home: Home, warn: Callable[[str], object] = _ignore) -> list[Drop]:
    """Return what lies in the inbox and below its folders, oldest change first; unfinished names are passed over.

    A folder that may not be read is passed over with a warning, so that it costs no other folder its files.
    """
    found, folders = _listed(home.inbox, "", "", warn)
    waiting = [(name, "") for name in folders]
    while waiting:
        folder, inner = waiting.pop()
        drops, deeper = _listed(home.inbox / folder / inner, folder, inner, warn)
        found.extend(drops)
        waiting.extend((folder, f"{inner}/{name}" if inner else name) for name in deeper)
    return sorted(found, key=lambda drop: (drop.mtime_ns, drop.inbox_path))


def source_of(home: Home, manifest: Manifest) -> str:
    """Return what is known of where a dropped file comes from: the folder, or folders, below the one that names its
    profile, as in inbox/solar/acme/. Empty for a file in that one itself, and for one that a command imports.
    """
    for dropped in manifest.dropped:
        path = Path(os.fsdecode(bytes.fromhex(dropped.path_hex)))
        with contextlib.suppress(ValueError):
            return "/".join(slug_of(f"{name}.csv") for name in path.relative_to(home.inbox.absolute()).parts[1:-1])
    return ""


def _listed(path: Path, folder: str, inner: str, warn: Callable[[str], object]) -> tuple[list[Drop], list[str]]:
    """Return the drops in one folder, and the names of its folders; a link to a folder is a drop, and never entered."""
    drops, folders = [], []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                facts = _stat(entry, warn)
                if facts is None or not is_wanted(entry.name):
                    continue
                if stat.S_ISDIR(facts.st_mode):
                    folders.append(entry.name)
                else:
                    drops.append(Drop(Path(entry.path), folder, facts.st_size, facts.st_mtime_ns, facts.st_ino, inner))
    except (FileNotFoundError, NotADirectoryError):  # removed since the folder above was listed
        return [], []
    except OSError as error:
        warn(
            f"The folder {shown_name(path)} in the inbox cannot be read ({os.strerror(error.errno or 0)}), so no file "
            "in it is imported. Give the user that runs the pipeline permission to read and enter it, or move it to "
            "where its path is shorter."
        )
        return [], []
    return drops, folders


def _stat(entry: "os.DirEntry[str]", warn: Callable[[str], object]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # removed since the folder was listed
        return None
    except OSError as error:
        warn(
            f"{shown_name(Path(entry.name))} in the inbox cannot be looked at ({os.strerror(error.errno or 0)}), so it "
            "is not imported. Give the user that runs the pipeline permission to enter its folder, or move it to where "
            "its path is shorter."
        )
        return None
