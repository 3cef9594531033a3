"""Answers what lists there are, what stops imports because of them, and which entries named a person at a time; and
records that a person accepts a list as it is.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.life_cycle import wake_waiting
from lead_pipeline.filing.lists.refused_deliveries import refused_deliveries
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.explaining import read_sought
from lead_pipeline.importing.lists.refused_lists import note_refused_deliveries
from lead_pipeline.model.errors import ProfileError, ScreeningError, UsageError, did_you_mean, listed
from lead_pipeline.model.lists.list_state import (
    ListEntry,
    ListsFound,
    ListState,
    ListVersion,
    RefusedList,
    SuppressionAnswer,
)
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.loader import load_profile, profile_names
from lead_pipeline.screening.lists.list_trust import accept_list
from lead_pipeline.screening.lists.required_lists import require_lists
from lead_pipeline.store.ledger import destination_id
from lead_pipeline.store.opening import has_store, open_store
from lead_pipeline.store.records import ListKeys
from lead_pipeline.store.settings import OnWait, StoreSettings
from lead_pipeline.store.workspace import Workspace

_NOTHING = ListKeys("", "", pl.Series(dtype=pl.String))


def find_lists(home: Home, at: datetime, *, settings: StoreSettings, on_wait: OnWait) -> ListsFound:
    """Return the lists of a home, and which profiles they stop; raises StoreError."""
    profiles, stops = _profiles(home)
    if not has_store(home.root):
        stops |= {one.name: "No list was ever loaded." for one in profiles if one.required_lists}
        return ListsFound(refused=tuple(_not_noted_yet(home)), stops=stops)
    with open_store(home.root, settings=settings, on_wait=on_wait) as store:
        states, refusals = store.lists(at)
        with store.dry_run(_NOTHING, "looking at suppression lists") as workspace:
            stops |= {one.name: _stopped(workspace, one, at) for one in profiles}
    of_list: dict[str | None, list[RefusedList]] = {}
    for refusal in refusals:
        of_list.setdefault(refusal.pop("of_list"), []).append(RefusedList.model_validate(refusal))
    found = tuple(
        ListState.model_validate(
            state
            | {
                "refused": of_list.get(state["name"], []),
                "required_by": [one.name for one in profiles if _requires(one, state)],
            }
        )
        for state in states
    )
    unknown = [*of_list.get(None, []), *_not_noted_yet(home)]
    return ListsFound(lists=found, refused=tuple(unknown), stops={name: why for name, why in stops.items() if why})


def _profiles(home: Home) -> tuple[list[ImportProfile], dict[str, str]]:
    """Return the profiles that there are, and what is wrong with those that cannot be used."""
    found, wrong = [], {}
    for entry in profile_names(home.profiles):
        try:
            found.append(load_profile(entry.name, folder=home.profiles))
        except ProfileError as error:
            wrong[entry.name] = str(error)
    return found, wrong


def _stopped(workspace: Workspace, profile: ImportProfile, at: datetime) -> str:
    try:
        require_lists(workspace, profile.required_lists, destination_id(workspace, profile.destination), at)
    except ScreeningError as error:
        return str(error)
    return ""


def _requires(profile: ImportProfile, state: dict[str, Any]) -> bool:
    here = state["destination"] in (None, str(profile.destination))
    return here and any(one.name == state["name"] or one.kind == state["kind"] for one in profile.required_lists)


def _not_noted_yet(home: Home) -> Iterator[RefusedList]:
    """Yield what was refused before it was staged, of which the store hears with the next import or list."""
    for _, refused in refused_deliveries(home):
        said = refused.settings
        yield RefusedList(
            list_id=refused.list_id,
            name=said.name if said else None,
            kind=said.kind if said else None,
            file_name=refused.file_name,
            message=refused.message,
            staged_at=refused.staged_at,
        )


def find_versions(home: Home, name: str, *, settings: StoreSettings, on_wait: OnWait) -> tuple[ListVersion, ...]:
    """Return the versions of a list; raises UsageError when there is no such list, StoreError."""
    names: list[str] = []
    if has_store(home.root):
        with open_store(home.root, settings=settings, read_only=True, on_wait=on_wait) as store:
            found = store.list_versions(name)
            if found:
                return tuple(ListVersion.model_validate(one) for one in found)
            names = [one["name"] for one in store.lists(utc_now())[0]]
    raise UsageError(f"There is no list '{name}'.{did_you_mean(name, names)} The lists are {listed(names)}.")


def accept(
    home: Home, name: str, version: int, note: str, at: datetime, *, settings: StoreSettings, on_wait: OnWait
) -> None:
    """Record that a person relies on a list as it is in its last version, and let imports that wait be tried.

    Raises: UsageError when there is no such list, a later version of it, or no note; StoreError.
    """
    if not note.strip():
        raise UsageError("Say why the list is as it should be: --note TEXT. It is kept with the list.")
    if not has_store(home.root):
        raise UsageError(f"There is no list '{name}': none was ever loaded.")
    with open_store(home.root, settings=settings, on_wait=on_wait) as store:
        note_refused_deliveries(store, home)
        with store.writing(_NOTHING, f"accepting a version of list {name}") as workspace:
            accept_list(workspace, name, version, note.strip(), at)
    wake_waiting(home, pending_manifests(home))


def find_suppressions(
    home: Home, asked: str, region: str | None, at: datetime, *, settings: StoreSettings, on_wait: OnWait
) -> SuppressionAnswer:
    """Return which entries name a person, and which of them were in force at a time, as known then.

    Raises: UsageError when there is no such region; StoreError.
    """
    sought = read_sought(asked, region)
    if not has_store(home.root):
        return SuppressionAnswer(at=at)
    with open_store(home.root, settings=settings, read_only=True, on_wait=on_wait) as store:
        found = store.list_entries(sought, at)
    return SuppressionAnswer(at=at, entries=tuple(ListEntry.model_validate(one) for one in found))
