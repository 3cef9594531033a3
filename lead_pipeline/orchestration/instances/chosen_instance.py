"""Which Dagster keeps the history of a home: the home's own, or that of somebody who loads our location into theirs.

A location leaves word in the home whenever its sensors look or its runs begin, so that commands record their runs where
the other runs are, under the same names. Opening an instance does not belong here.
"""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from lead_pipeline.importing.homes import Home, readable_json, write_json
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.orchestration.defining.naming import Naming

#: Says where commands record their runs, whatever is known otherwise: the folder of an instance, or `own`.
SETTING = "LEAD_PIPELINE_DAGSTER_HOME"
OWN = "own"

#: How old the word of a location may be while it is at work: its sensors look every few seconds.
AT_WORK_SECONDS = 120.0
_RENEWED_SECONDS = 15.0


class Location(FrozenModel):
    """A Dagster that has loaded our definitions for a home, and how they are called there."""

    dagster_home: str
    key_prefix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChosenInstance:
    """Where runs of a home are recorded; `dagster_home` is None for the home's own. `sentence` is for the user."""

    dagster_home: Path | None = None
    key_prefix: tuple[str, ...] = ()
    sentence: str | None = None


def note_instance(naming: Naming, instance: dg.DagsterInstance | None) -> None:
    """Leave word in the home that this instance works on it, unless it is the home's own or does not last."""
    home = Home(naming.home)
    if instance is None or instance.is_ephemeral or _is_own(home, Path(instance.root_directory)):
        return
    location = Location(dagster_home=str(_dagster_home_of(instance)), key_prefix=naming.key_prefix)
    path = _path(home)
    if readable_json(path, Location) != location:
        write_json(path, location)
    elif _age(path) > _RENEWED_SECONDS:
        with contextlib.suppress(FileNotFoundError):  # a command has just forgotten it
            os.utime(path)


def choose_instance(home: Home) -> ChosenInstance:
    """Return where a command records its run.

    Raises: UsageError when the environment names a folder that is not there.
    """
    location = readable_json(_path(home), Location)
    given = os.environ.get(SETTING)
    if given == OWN:
        return ChosenInstance()
    if given:
        return _given(home, Path(given).expanduser().absolute(), location)
    if location is None:
        return ChosenInstance()
    folder = Path(location.dagster_home)
    if folder.is_dir():
        return ChosenInstance(folder, location.key_prefix, f"Recorded in the Dagster at {folder}, which has this home.")
    if _age(_path(home)) > AT_WORK_SECONDS:
        forget_location(home)
    return ChosenInstance(
        sentence=f"The Dagster at {folder}, which had this home, cannot be seen from here, so this is recorded in the "
        f"home's own history. If it is another path here, name that in {SETTING}."
    )


def location_at_work(home: Home) -> str | None:
    """Return the folder of another Dagster whose sensors or runs are at work on the home; None when there is none."""
    location = readable_json(_path(home), Location)
    return location.dagster_home if location and _age(_path(home)) <= AT_WORK_SECONDS else None


def forget_location(home: Home) -> None:
    """Have commands record in the home's own history again, until another Dagster works on the home."""
    _path(home).unlink(missing_ok=True)


def _given(home: Home, folder: Path, location: Location | None) -> ChosenInstance:
    if _is_own(home, folder):
        return ChosenInstance()
    if not folder.is_dir():
        raise UsageError(
            f"{SETTING} is {folder}, which is not a folder. Give the DAGSTER_HOME of the Dagster that has this home, "
            f"or {OWN} for the home's own history."
        )
    prefix = location.key_prefix if location else ()
    return ChosenInstance(folder, prefix, f"Recorded in the Dagster at {folder}, as {SETTING} says.")


def _dagster_home_of(instance: dg.DagsterInstance) -> Path:
    """Return the folder that has the settings of an instance; its artifacts may be kept elsewhere."""
    root, given = Path(instance.root_directory), os.environ.get("DAGSTER_HOME")
    return root if not given or (root / "dagster.yaml").exists() else Path(given).expanduser()


def _is_own(home: Home, folder: Path) -> bool:
    return folder.resolve() == home.dagster.resolve()


def _path(home: Home) -> Path:
    return home.dagster / "location.json"


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
