"""Carries out what somebody wants done to leads that are there, in one transaction: chooses them, changes them, records
the command. A dry run does the same and keeps nothing.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from lead_pipeline.enrolling.changes import Cause, Verb, change_enrollments
from lead_pipeline.enrolling.chosen_leads import (
    attributes_meant,
    choose_leads,
    count_chosen,
    count_chosen_leads,
    destinations_of_chosen,
    manage_chosen,
)
from lead_pipeline.enrolling.command_records import (
    CommandRecord,
    count_changes,
    next_command,
    record_command,
)
from lead_pipeline.enrolling.history import begin_changes
from lead_pipeline.enrolling.leads_of_destinations import known_destinations
from lead_pipeline.enrolling.settings_of_destinations import keep_settings
from lead_pipeline.filing.home import Home
from lead_pipeline.importing.managing.contact_decisions import Decided, contact_again, contact_no_more
from lead_pipeline.importing.managing.time_zones_of_leads import find_zones_of_leads
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.lead_management.command_results import (
    GOING,
    LEADS_NAMED,
    ChangedCount,
    ChosenCount,
    LeadCommandResult,
    LeadVerb,
    settings_of,
)
from lead_pipeline.model.lead_management.lead_conditions import TypedCondition
from lead_pipeline.profiles.destinations.destination_files import load_destinations
from lead_pipeline.screening.lists.phones_in_new_places import suppress_phones_in_new_places
from lead_pipeline.store.ledger import destination_id
from lead_pipeline.store.opening import has_store, open_store
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import CommandKeys
from lead_pipeline.store.settings import OnWait, StoreSettings
from lead_pipeline.store.workspace import Workspace

_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class LeadCommand:
    """What is to be done, to which leads, where they go, and why."""

    verb: LeadVerb
    conditions: tuple[TypedCondition, ...]
    to: Destination | None = None
    note: str = ""

    @property
    def written(self) -> tuple[str, ...]:
        """Return the conditions for a result, which has no value of a person in it."""
        return tuple(one.condition.shown for one in self.conditions)


def manage_leads(
    home: Home, command: LeadCommand, at: datetime, *, dry_run: bool, settings: StoreSettings, on_wait: OnWait
) -> LeadCommandResult:
    """Carry out a command, or say what it would do, and return what came of it.

    A command that chooses no lead is not recorded.

    Raises: UsageError when it does not fit; ProfileError when a file of destinations cannot be used; ScreeningError
    when it cannot be known who may be called; StoreError, or a subclass of these. Nothing is changed then.
    """
    _require_sense(command)
    said = load_destinations(home.destinations)
    if not has_store(home.root):
        raise UsageError("There are no leads yet: nothing was ever imported. Try: lead-pipeline import FILE")
    with (
        open_store(home.root, settings=settings, on_wait=on_wait) as store,
        _opened(store, command, dry_run=dry_run) as workspace,
    ):
        keep_settings(workspace, tuple(said.values()), at)
        find_zones_of_leads(workspace)
        return _carry_out(workspace, command, at, dry_run=dry_run)


def _opened(store: LeadStore, command: LeadCommand, *, dry_run: bool) -> AbstractContextManager[Workspace]:
    doing = f"the command leads {command.verb}"
    return store.dry_run(CommandKeys(), doing) if dry_run else store.writing(CommandKeys(), doing)


def _require_sense(command: LeadCommand) -> None:
    if command.verb in GOING and command.to is None:
        raise UsageError(f"Where to {command.verb} the leads is missing: --to KIND:NAME, such as --to schedule:solar.")
    if command.verb not in GOING and command.to is not None:
        raise UsageError(f"Leads that you {command.verb} go nowhere: leave --to out, or use {listed(GOING)}.")
    if command.verb == "add" and command.to is not None and command.to.kind != "schedule":
        raise UsageError(f"Leads are added to schedules, and {command.to} is none. Use move or copy.")
    if len(command.note) > _LONGEST_NOTE:
        raise UsageError(f"The note is longer than {_LONGEST_NOTE} characters. Shorten it.")


def _carry_out(workspace: Workspace, command: LeadCommand, at: datetime, *, dry_run: bool) -> LeadCommandResult:
    _require_known_destinations(workspace, command)
    choose_leads(workspace, command.conditions)
    chosen = tuple(ChosenCount(**one._asdict()) for one in count_chosen(workspace))
    result = LeadCommandResult(
        command=command.verb,
        dry_run=dry_run,
        conditions=command.written,
        to=str(command.to) if command.to else None,
        note=command.note,
        leads_chosen=count_chosen_leads(workspace),
        chosen=chosen,
        at=at,
    )
    if not chosen:
        return result.model_copy(update={"attributes_meant": attributes_meant(workspace, command.conditions)})
    record = _record_of(workspace, command, at)
    begin_changes(workspace)
    decided = _DO[command.verb](workspace, command, Cause("command", record.command_no, at), record.command_id)
    made = count_changes(workspace, LEADS_NAMED)
    record_command(workspace, record, made.leads, made.enrollments)
    return result.model_copy(
        update={
            "command_id": None if dry_run else record.command_id,
            "leads_changed": made.leads,
            "enrollments_changed": made.enrollments,
            "changes": tuple(ChangedCount(**one) for one in made.counts),
            "first_leads": made.first_leads,
            "lists": decided.lists,
            "leads_without_identifier": decided.leads_without_identifier,
            "remaining": decided.remaining,
        }
    )


def _require_known_destinations(workspace: Workspace, command: LeadCommand) -> None:
    """Refuse a destination that has neither leads nor a file: it is a slip of the pen, and would be a new one."""
    known = {Destination.parse(name).key: name for name in known_destinations(workspace)}
    named = [value for one in command.conditions if one.type == "destination" for value in one.values]
    for destination in [*named, *([command.to] if command.to else [])]:
        if destination.key not in known:
            raise UsageError(
                f"There is no destination '{destination}'.{did_you_mean(str(destination), known.values())} The "
                f"destinations are {listed(known.values())}. For a new one, put a file about it into destinations/ of "
                "the home first: lead-pipeline destinations sample NAME."
            )


def _record_of(workspace: Workspace, command: LeadCommand, at: datetime) -> CommandRecord:
    number = next_command(workspace)
    conditions = [one.condition.model_dump() for one in command.conditions]
    settings = settings_of(command.verb, str(command.to) if command.to else None)
    said = json.dumps([number, command.verb, conditions, settings, at.isoformat()])
    command_id = f"leads-{command.verb}@{hashlib.sha256(said.encode()).hexdigest()[:12]}"
    return CommandRecord(number, command_id, command.verb, conditions, settings, command.note, at)


def _change(workspace: Workspace, command: LeadCommand, cause: Cause, _command_id: str) -> Decided:
    """Change the enrollments that were chosen, destination by destination: of a lead that is in several, conditions may
    have chosen one only.
    """
    verb = _VERBS[command.verb]
    to = None if command.to is None else destination_id(workspace, command.to)
    for destination in destinations_of_chosen(workspace):
        manage_chosen(workspace, destination)
        change_enrollments(workspace, verb, cause, to=to, in_destination=destination)
    if to is not None:
        suppress_phones_in_new_places(workspace, to, cause.at)
    return Decided()


def _go_too(workspace: Workspace, command: LeadCommand, cause: Cause, _command_id: str) -> Decided:
    """Have leads elsewhere besides: each once, wherever its enrollments are."""
    manage_chosen(workspace)
    to = destination_id(workspace, _target(command))
    change_enrollments(workspace, _VERBS[command.verb], cause, to=to)
    suppress_phones_in_new_places(workspace, to, cause.at)
    return Decided()


def _target(command: LeadCommand) -> Destination:
    if command.to is None:
        raise UsageError(f"Where to {command.verb} the leads is missing.")
    return command.to


def _contact_no_more(workspace: Workspace, command: LeadCommand, cause: Cause, command_id: str) -> Decided:
    manage_chosen(workspace)
    return contact_no_more(workspace, "blocked" if command.verb == "block" else "opted_out", command_id, cause.at)


def _contact_again(workspace: Workspace, command: LeadCommand, cause: Cause, command_id: str) -> Decided:
    manage_chosen(workspace)
    return contact_again(workspace, "blocked" if command.verb == "unblock" else "opted_out", cause, command_id)


_VERBS: dict[LeadVerb, Verb] = {
    "stop": "stop", "start": "start", "restart": "restart", "expire": "expire", "move": "move", "add": "add",
    "copy": "copy",
}  # fmt: skip

_Doing = Callable[[Workspace, LeadCommand, Cause, str], Decided]
_DO: dict[LeadVerb, _Doing] = {
    "stop": _change,
    "start": _change,
    "restart": _change,
    "expire": _change,
    "move": _change,
    "add": _go_too,
    "copy": _go_too,
    "block": _contact_no_more,
    "opt-out": _contact_no_more,
    "unblock": _contact_again,
    "opt-in": _contact_again,
}
