"""Which files in the inbox are complete: same size and time of change over two looks, some seconds apart.
No clock here (it is passed in), and no opinion about the content.
"""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from lead_pipeline.filing.home import Home
from lead_pipeline.model.fields import FrozenModel

SETTLE_SECONDS = 2.0

_UNFINISHED = (".tmp", ".part", ".crdownload")
_CLUTTER = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Drop:
    """Something that lies in the inbox: `folder` is the name of its sub-folder, empty when it lies in none."""

    path: Path
    folder: str
    size: int
    mtime_ns: int
    inode: int = 0

    @property
    def key(self) -> str:
        """Return a text that names the path, whatever bytes it has."""
        return os.fsencode(f"{self.folder}/{self.path.name}").hex()


class Look(FrozenModel):
    """What a file looked like, and since when (seconds of the clock that was passed in)."""

    size: int
    mtime_ns: int
    since: float


class Looks(FrozenModel):
    """Everything seen at the last look; kept in the sensor's cursor."""

    seen: dict[str, Look] = Field(default_factory=dict)

    @classmethod
    def parse(cls, cursor: str | None) -> "Looks":
        """Read a cursor; one that cannot be read is forgotten, which costs two seconds and loses nothing."""
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            return cls()

    def after(self, drops: Iterable[Drop], now: float) -> "Looks":
        """Return the looks after seeing `drops` at time `now`; what is gone is forgotten.

        Never a high-water mark of times of change: `mv`, `cp -p` and `rsync -t` bring files with old ones.
        """
        seen: dict[str, Look] = {}
        for drop in drops:
            before = self.seen.get(drop.key)
            same = before is not None and (before.size, before.mtime_ns) == (drop.size, drop.mtime_ns)
            since = min(before.since, now) if before is not None and same else now
            seen[drop.key] = Look(size=drop.size, mtime_ns=drop.mtime_ns, since=since)
        return Looks(seen=seen)

    def is_settled(self, drop: Drop, now: float) -> bool:
        """Tell whether the file has looked the same for long enough."""
        look = self.seen.get(drop.key)
        return (
            look is not None
            and (look.size, look.mtime_ns) == (drop.size, drop.mtime_ns)
            and now - look.since >= SETTLE_SECONDS
        )


def is_wanted(name: str) -> bool:
    """Tell whether a name can be that of a complete dropped file."""
    lower = name.lower()
    return not (lower.startswith((".", "~$")) or lower.endswith(_UNFINISHED) or lower in _CLUTTER)


def list_drops(home: Home) -> list[Drop]:
    """Return what lies in the inbox and its sub-folders, oldest change first; unfinished names are passed over."""
    found: list[Drop] = []
    for folder in ("", *sorted(_folders(home.inbox))):
        found.extend(_drops_of(home.inbox / folder, folder))
    return sorted(found, key=lambda drop: (drop.mtime_ns, drop.key))


def _folders(inbox: Path) -> list[str]:
    with os.scandir(inbox) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False) and is_wanted(entry.name)]


def _drops_of(place: Path, folder: str) -> list[Drop]:
    drops = []
    with os.scandir(place) as entries:
        for entry in entries:
            try:
                facts = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # taken away since the folder was listed
                continue
            if is_wanted(entry.name) and not stat.S_ISDIR(facts.st_mode):
                drops.append(Drop(Path(entry.path), folder, facts.st_size, facts.st_mtime_ns, facts.st_ino))
    return drops
