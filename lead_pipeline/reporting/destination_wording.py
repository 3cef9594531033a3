"""Destinations as lines for people: their actions, when people may be called, and how many leads they have."""

from collections.abc import Iterator
from datetime import timedelta

from lead_pipeline.model.errors import counted
from lead_pipeline.model.lead_management.destination_settings import (
    WEEKDAYS,
    Action,
    CallingWindow,
    DestinationSettings,
)
from lead_pipeline.model.lead_management.destination_state import DestinationState
from lead_pipeline.reporting.enrollment_wording import clock_of
from lead_pipeline.reporting.wording import one_line

_UNITS = (("week", 7 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60))


def destination_line(one: DestinationState) -> str:
    """Return a destination in one line."""
    where = one.file or "no file, defaults hold"
    return f"{one_line(one.destination)}: {counted(one.leads, 'lead')}{_enrollments(one)}; {where}"


def destination_lines(one: DestinationState) -> Iterator[str]:
    """Yield everything that there is to say about a destination."""
    said = one.settings
    yield f"{one_line(one.destination)}{f': {one_line(said.description)}' if said.description else ''}"
    yield f"  File: destinations/{one.file}" if one.file else "  No file in destinations/: defaults hold."
    yield f"  Actions: {', then '.join(map(action_text, said.actions)) or 'none are listed; the dialer decides'}"
    yield f"  People are called {window_text(said.calling_window)}."
    yield f"  {zone_text(said)}"
    most = "No limit of calls" if said.max_attempts is None else f"At most {counted(said.max_attempts, 'call')}"
    yield f"  {most} per lead."
    yield f"  Done after: {one_line(', '.join(said.completed_by)) or 'its last action'}"
    yield f"  {counted(one.leads, 'lead')}{_enrollments(one)}"


def action_text(action: Action) -> str:
    """Return an action, as `sms after 2 hours`."""
    return f"{action.do} after {_span(action.after)}" if action.after else f"{action.do} at once"


def window_text(window: CallingWindow) -> str:
    """Return when people are called, as `from 08:00 to 21:00 of their time, on any day`."""
    days = "on any day" if set(window.days) == set(WEEKDAYS) else f"on {', '.join(window.days)}"
    return f"from {clock_of(window.opens)} to {clock_of(window.closes)} of their time, {days}"


def zone_text(said: DestinationSettings) -> str:
    """Return what holds for people of unknown time zone."""
    if said.unknown_time_zone == "fail_closed":
        return "Whose time zone is not known is not called."
    return f"Whose time zone is not known is called by the clock of {said.unknown_time_zone}."


def _enrollments(one: DestinationState) -> str:
    known = ", ".join(f"{number:,} {status}" for status, number in one.enrollments.items())
    return f"; enrolled: {known}" if known else ""


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    unit, length = next(((name, length) for name, length in _UNITS if seconds % length == 0), ("second", 1))
    return counted(seconds // length, unit)
