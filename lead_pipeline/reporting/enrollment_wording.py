"""Enrollments and their changes as sentences for whoever asked about the person: where one stands, what changed."""

import json

from lead_pipeline.model.errors import counted
from lead_pipeline.model.lead_management.completions import COMPLETIONS
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.story import StoryEnrollment, StoryEvent
from lead_pipeline.reporting.wording import one_line

#: What became of an enrollment, as a sentence begins.
_DID = {
    "stopped": "Stopped", "started": "Started again", "restarted": "Restarted", "expired": "Expired", "moved": "Moved",
    "added": "Enrolled besides", "copied": "Copied", "suppressed": "Enrollment ended", "advanced": "Next action",
    "completed": "Completed", "reopened": "May be contacted again, stopped",
}  # fmt: skip


#: What says where somebody is, as it is called in a sentence.
_EVIDENCE = {"postal_code": "postal code", "destination": "what the file of the destination assumes"}


def enrollment_sentence(one: StoryEnrollment) -> str:
    """Return where an enrollment stands, and whether the person may be called now, or next when, and why."""
    most = "" if one.max_attempts is None else f" of {one.max_attempts}"
    calls = f"{counted(one.attempts, 'call')} made{most}"
    why = f" ({_title(one.reason)})" if one.reason else ""
    due = f" since {one.due_at:%Y-%m-%d %H:%M} UTC" if one.status == "due" else ""
    due = f" until {one.due_at:%Y-%m-%d %H:%M} UTC" if one.status == "waiting" else due
    stands = f"{one_line(one.destination)}: {one.status}{due}{why}, action {one.action}, {calls}."
    return f"{stands} {_verdict(one)}".rstrip()


def _verdict(one: StoryEnrollment) -> str:
    """Return what the clocks say."""
    if one.verdict is None:
        return ""
    if one.verdict == "time_zone_unknown":
        return "Not callable: nothing says in which time zone the person is."
    places = zip(one.time_zones, one.local_times, strict=True)
    clocks = ", ".join(f"{clock} in {zone}" for zone, clock in places)
    by = " and ".join(_EVIDENCE.get(what, what) for what in one.evidence)
    window = f"calling hours are {clock_of(one.opens)} to {clock_of(one.closes)}, and it is {clocks} (known by {by})"
    if one.verdict == "callable":
        until = f" until {one.callable_until:%Y-%m-%d %H:%M} UTC" if one.callable_until else ""
        return f"May be called now{until}: {window}."
    if one.next_at is None:
        return f"Never callable: {window}, and there is no time that is within them everywhere."
    theirs = ", ".join(dict.fromkeys(one.next_local))
    return f"May be called next at {one.next_at:%Y-%m-%d %H:%M} UTC ({theirs} their time): {window}."


def clock_of(minute: int) -> str:
    """Return a time of day: 08:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def change_sentence(event: StoryEvent) -> str:
    """Return what became of an enrollment, and by which import, list, call or command."""
    why = f": {', '.join(f'{_title(code)} ({code})' for code in event.reasons)}" if event.reasons else ""
    did = _DID.get(event.change or "", (event.change or "").capitalize())
    return f"{did}: lead {event.lead_id} {_where(event)}{_status(event)}{why}, by {_cause(event)}."


def _title(code: str) -> str:
    """Return why an enrollment was suppressed or completed."""
    return REASONS[Reason(code)].title if code in set(Reason) else COMPLETIONS.get(code, code)


def _where(event: StoryEvent) -> str:
    here = one_line(event.destination or "")
    action = "" if event.action is None else f"action {event.action} of "
    if event.destination_before not in (None, event.destination):
        return f"from {one_line(event.destination_before or '')} to {action}{here}"
    return f"in {action}{here}"


def _status(event: StoryEvent) -> str:
    def named(status: str | None) -> str:
        return "not enrolled" if status in (None, "none") else str(status)

    became = f", {named(event.before)} before, {named(event.after)} now" if event.before != event.after else ""
    due = f", due on {event.due_at:%Y-%m-%d %H:%M} UTC" if event.after == "due" and event.due_at else ""
    return became + due


def _cause(event: StoryEvent) -> str:
    """Return what made the change."""
    file, row = one_line(event.file_name or ""), f"row {event.row_number} of " if event.row_number else ""
    if event.cause == "import":
        return f"{row}{file} ({event.import_id})"
    if event.cause == "list":
        entry = f" with {one_line(event.value)}" if event.value else ""
        return f"list {event.list_id}, version {event.list_version} of '{one_line(event.list_name or '')}'{entry}"
    if event.cause == "activity":
        return f"{row}{file} ({event.drop_id}), calls that were made"
    conditions = [f"{one['field']}{one['operator']}{one['value']}" for one in json.loads(event.conditions or "[]")]
    where = one_line(" and ".join(conditions)) or "every lead"
    note = f": {one_line(event.note)}" if event.note else ""
    return f"the command leads {event.command} ({event.command_id}) for {where}{note}"
