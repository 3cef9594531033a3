"""How long files must have looked the same before they are taken: what their profile says, or what is said about the
lists of their folder. The inbox is looked at ten times a second, so that is read again only when a file has changed.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.inbox import STABLE_SECONDS
from lead_pipeline.model.errors import ProfileError, UsageError
from lead_pipeline.profiles.document import Plain
from lead_pipeline.profiles.lists.list_folders import FILE_NAME, folder_keys
from lead_pipeline.profiles.loader import load_profile

_LONGEST = 86_400

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


def settle_of_lists(home: Home, folder: str) -> float:
    """Return `settle` of a folder of suppression lists; the default when it says none, or cannot be read."""
    own = home.root / FILE_NAME
    try:
        version = (own.stat().st_size, own.stat().st_mtime_ns)
    except OSError:
        version = (0, 0)
    return _settle_of_lists(own, folder, version)


@lru_cache(maxsize=256)
def _settle_of_lists(own: Path, folder: str, _unchanged: tuple[int, int]) -> float:
    try:
        return settle_said(folder_keys(folder, own))
    except (ProfileError, UsageError):
        return STABLE_SECONDS


def settle_said(keys: Mapping[str, Plain]) -> float:
    """Return `settle` of what is said about a folder of lists; raises UsageError when it is no number of seconds."""
    said = keys.get("settle")
    if said is None:
        return STABLE_SECONDS
    text = str(said)
    if text.isascii() and text.isdigit() and int(text) <= _LONGEST:
        return float(text)
    raise UsageError(f"What is said about the list does not fit: settle: write whole seconds from 0 to {_LONGEST:,}.")


def _versions(profiles: Path) -> _Versions:
    """Return what changes whenever a profile does, or one that it extends."""
    try:
        with os.scandir(profiles) as entries:
            return tuple(sorted((one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in entries))
    except OSError:
        return ()
