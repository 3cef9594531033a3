"""What commands about leads came to, as lines for people. Counts and lead ids only: no value of a row."""

from collections.abc import Iterator, Mapping

from lead_pipeline.model.errors import counted
from lead_pipeline.model.lead_management.command_results import (
    LEADS_NAMED,
    ChangedCount,
    LeadCommandResult,
    LeadFound,
    LeadsFound,
    RemainingSuppression,
)
from lead_pipeline.reporting.wording import one_line


def command_lines(result: LeadCommandResult) -> Iterator[str]:
    """Yield what a command did, or would do."""
    if not result.leads_chosen:
        yield "No lead fulfils these conditions; nothing was done."
        yield from _attributes_meant(result.attributes_meant)
        return
    yield f"{counted(result.leads_chosen, 'lead')} chosen:"
    yield from (f"  {one_line(one.destination)}, {_status(one.status)}: {one.leads:,}" for one in result.chosen)
    would = "would change" if result.dry_run else "changed"
    unchanged = "" if result.leads_changed else ": they are already as the command would make them, or have to stay so"
    yield f"{counted(result.leads_changed, 'lead')} {would}{unchanged}."
    yield from (f"  {_change(one)}" for one in result.changes)
    yield from _lists(result)
    if result.first_leads:
        more = " …" if result.leads_changed > LEADS_NAMED else ""
        yield f"Lead ids: {', '.join(map(str, result.first_leads))}{more}"
    if result.remaining:
        yield "Still may not be contacted:"
        yield from (f"  {remaining_line(one)}" for one in result.remaining)
    if result.command_id:
        yield f"Recorded as {result.command_id}."


def remaining_line(one: RemainingSuppression) -> str:
    """Return why leads may still not be contacted."""
    by = (
        f"list '{one_line(one.list_name)}'" if one.list_name else "another entry of their person, or a row that said so"
    )
    where = f", for {one_line(one.destination)} only" if one.destination else ""
    return f"{counted(one.leads, 'lead')}: {one.kind} by {by}{where}"


def found_lines(found: LeadsFound) -> Iterator[str]:
    """Yield the leads that conditions chose, one line each, and how many there are by destination and status."""
    yield from map(_lead, found.leads)
    yield f"{counted(found.leads_chosen, 'lead')}{':' if found.chosen else ''}"
    yield from (f"  {one_line(one.destination)}, {_status(one.status)}: {one.leads:,}" for one in found.chosen)
    yield from _attributes_meant(found.attributes_meant)


def _attributes_meant(attributes: Mapping[str, str]) -> Iterator[str]:
    for field, attribute in attributes.items():
        yield (
            f"No lead has a value in the field {field}; {one_line(attribute)} is an attribute of theirs: write "
            f"--where 'attribute.{one_line(attribute)}=…'."
        )


def _lead(one: LeadFound) -> str:
    enrolled = "" if one.action is None else f", action {one.action}, {counted(one.attempts or 0, 'call')}"
    due = f", due {one.due_at:%Y-%m-%d %H:%M} UTC" if one.due_at and one.status in ("due", "waiting") else ""
    expires = f", expires {one.expires_at:%Y-%m-%d %H:%M} UTC" if one.expires_at else ""
    where = f"Lead {one.lead_id} in {one_line(one.destination)}"
    return f"{where}: {_status(one.status)}{enrolled}{due}{expires}; {one.import_id}"


def _status(status: str) -> str:
    return "not enrolled" if status == "none" else status


def _change(one: ChangedCount) -> str:
    before, after = one.before or "not enrolled", one.after or "not enrolled"
    return f"{one_line(one.destination)}: {one.leads:,} {one.change} ({before} -> {after})"


def _lists(result: LeadCommandResult) -> Iterator[str]:
    for one in result.lists:
        done = [f"{one.entries_added:,} added"] if one.entries_added else []
        done += [f"{one.entries_ended:,} ended"] if one.entries_ended else []
        yield f"List '{one_line(one.list_name)}', version {one.version}: {', '.join(done) or 'nothing new'}."
    if result.leads_without_identifier:
        missing = counted(result.leads_without_identifier, "lead")
        yield f"{missing} without any phone, email or other identifier: no list can name them. Expire them instead."
