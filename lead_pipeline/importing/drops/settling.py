"""How long files of a profile must have looked the same before they are taken. The inbox is looked at ten times a
second, so a profile is read again only when a file among the profiles has changed.
"""

import os
from functools import lru_cache
from pathlib import Path

from lead_pipeline.filing.inbox import STABLE_SECONDS
from lead_pipeline.model.errors import ProfileError
from lead_pipeline.profiles.loader import load_profile

#: Name, size and time of change of every file in the folder of profiles.
_Versions = tuple[tuple[str, int, int], ...]


def settle_seconds(profiles: Path, folder: str) -> float:
    """Return `settle` of the profile that a folder of the inbox is for; the default when it cannot be read."""
    return _settle(profiles, folder, _versions(profiles))


@lru_cache(maxsize=256)
def _settle(profiles: Path, name: str, _unchanged: _Versions) -> float:
    try:
        return load_profile(name, folder=profiles).settle
    except ProfileError:
        return STABLE_SECONDS


def _versions(profiles: Path) -> _Versions:
    """Return what changes whenever a profile does, or one that it extends."""
    try:
        with os.scandir(profiles) as entries:
            return tuple(sorted((one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in entries))
    except OSError:
        return ()
