"""Answers what destinations there are: what their files say, and how many leads they have. Nothing is changed here."""

import json

from lead_pipeline.enrolling.leads_of_destinations import LeadsOfDestination, count_leads
from lead_pipeline.filing.home import Home
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ProfileError, did_you_mean, listed
from lead_pipeline.model.lead_management.destination_settings import DestinationSettings
from lead_pipeline.model.lead_management.destination_state import DestinationCheck, DestinationState
from lead_pipeline.profiles.destinations.destination_files import check_destinations
from lead_pipeline.store.opening import has_store, open_store
from lead_pipeline.store.records import CommandKeys
from lead_pipeline.store.settings import OnWait, StoreSettings

#: A sample of a file about a destination: everything that one can say.
_SAMPLE = """\
# What happens to the leads of a destination. Save it in destinations/ of the home, as a .yaml file of any name.
kind: schedule            # schedule, offer, campaign, flow, list or workspace
name: {name}
description: ""

# What is done with a lead, one after the other: call, sms or email, each so long after the one before.
actions:
  - {{do: call}}
  - {{do: sms, after: 30m}}
  - {{do: call, after: 1 day}}

# When people may be called, by the clock where they are.
calling_window:
  opens: "08:00"
  closes: "21:00"
  days: [mon, tue, wed, thu, fri, sat, sun]

# Whose clock counts for people of whom nothing says where they are: fail_closed (nobody calls them), or a time zone.
unknown_time_zone: fail_closed

# After how many calls a lead is not called any more.
max_attempts: 6

# Dispositions of calls after which a lead is done; converted: every call of which the person converted.
completed_by: [converted, not interested]
"""


def check_files(home: Home) -> tuple[DestinationCheck, ...]:
    """Return what is wrong with each file of destinations; none where there are no files."""
    return tuple(
        DestinationCheck(
            file=file.path.name,
            destination=str(file.settings.destination) if file.settings is not None else None,
            problems=file.problems,
        )
        for file in check_destinations(home.destinations)
    )


def find_destinations(home: Home, *, settings: StoreSettings, on_wait: OnWait) -> tuple[DestinationState, ...]:
    """Return every destination that has a file or is in the store, in alphabetical order.

    Raises: ProfileError when a file cannot be used; StoreError.
    """
    files = check_destinations(home.destinations)
    problems = [problem for file in files for problem in file.problems]
    if problems:
        raise ProfileError("\n".join(problems))
    said = {file.settings.destination.key: (file.path.name, file.settings) for file in files if file.settings}
    held: dict[str, LeadsOfDestination] = {}
    if has_store(home.root):
        with (
            open_store(home.root, settings=settings, on_wait=on_wait) as store,
            store.dry_run(CommandKeys(), "looking at destinations") as workspace,
        ):
            held = count_leads(workspace)
    spelled = {Destination.parse(name).key: name for name in held}
    states = [
        DestinationState(
            destination=spelled[key] if key in spelled else str(said[key][1].destination),
            file=said[key][0] if key in said else None,
            settings=said[key][1] if key in said else default_settings(spelled[key]),
            **(held[spelled[key]]._asdict() if key in spelled else {}),
        )
        for key in {*said, *spelled}
    ]
    return tuple(sorted(states, key=lambda one: one.destination))


def find_destination_state(home: Home, name: str, *, settings: StoreSettings, on_wait: OnWait) -> DestinationState:
    """Return one destination, by `kind:name`, its name alone, or the name of its file.

    Raises: ProfileError when there is none, it is one of several, or a file cannot be used; StoreError.
    """
    every = find_destinations(home, settings=settings, on_wait=on_wait)
    names = [one.destination for one in every]
    sought = " ".join(name.lower().split())
    found = [one for one in every if one.settings.destination.key == sought]
    found = found or [one for one in every if sought == one.settings.destination.key.partition(":")[2]]
    found = found or [one for one in every if one.file == f"{name}.yaml"]
    if len(found) == 1:
        return found[0]
    if found:
        several = listed(one.destination for one in found)
        raise ProfileError(f"'{name[:80]}' is the name of several destinations. Write one of {several}.")
    raise ProfileError(
        f"There is no destination '{name[:80]}'.{did_you_mean(name, names)} The destinations are {listed(names)}. A "
        "destination comes with the first import into it, or with a file destinations/NAME.yaml in the home."
    )


def sample_of(name: str) -> str:
    """Return a file about a schedule of that name, with every key that there is; raises UsageError for no name."""
    schedule = Destination.parse(f"schedule:{name}")
    return _SAMPLE.format(name=json.dumps(schedule.name, ensure_ascii=False))


def default_settings(destination: str) -> DestinationSettings:
    """Return what holds for a destination, as `kind:name`, that has no file."""
    known = Destination.parse(destination)
    return DestinationSettings(kind=known.kind, name=known.name)
