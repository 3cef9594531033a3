"""Remembers the entries of the inbox that nothing more is to be done with although they cannot be moved: files in a
folder that may not be written, entries that cannot be read. Each is known by path, size, time of change and inode, so
that a later file under the name is another.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.filing.manifests import DroppedFile
from lead_pipeline.model.fields import FrozenModel


class LeftInPlace(FrozenModel):
    """An entry that stays where it is, and why."""

    dropped: DroppedFile
    why: str


def leave_in_place(home: Home, dropped: DroppedFile, why: str) -> None:
    """Remember that an entry stays in the inbox and is not to be looked at again until it changes."""
    name = hashlib.sha256(dropped.model_dump_json().encode()).hexdigest()[:24]
    write_json(home.staging / "left" / f"{name}.json", LeftInPlace(dropped=dropped, why=why))


def left_drops(home: Home) -> frozenset[DroppedFile]:
    """Return what was left in place."""
    records = (home.staging / "left").glob("[!.]*.json")
    return frozenset(left.dropped for left in map(_read_once, records) if left is not None)


@lru_cache(maxsize=4096)
def _read_once(record: Path) -> LeftInPlace | None:
    """Read a record; its name says what is in it, and the inbox is looked at ten times a second."""
    return readable_json(record, LeftInPlace)
