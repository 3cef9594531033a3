"""The story of a person as lines for people. It holds personal data: it goes to whoever asked, and nowhere else."""

from collections.abc import Iterable, Iterator

from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.story import PersonStory, StoryEvent
from lead_pipeline.reporting.wording import one_line

NOBODY = "The store holds nothing of this person."


def story_lines(story: PersonStory) -> Iterator[str]:
    """Yield the story, a line each: what the person is known by, the leads as they are, then what happened."""
    if story.is_empty:
        yield NOBODY
        return
    if story.identifiers:
        yield "Known by"
        yield from (f"  {one.kind} {one_line(one.value)} (contact {one.contact_id})" for one in story.identifiers)
    for lead in story.leads:
        state = "callable now" if lead.is_callable else "not callable now"
        yield f"Lead {lead.lead_id} in {one_line(lead.destination)}, {state}"
        yield from (f"  {one_line(name)}: {one_line(str(value))}" for name, value in lead.values.items())
    if story.events:
        yield "What happened"
    for event in story.events:
        when = "(time not kept)    " if event.at is None else f"{event.at:%Y-%m-%d %H:%M:%S}"
        yield f"  {when}  {event_sentence(event)}"
        if event.raw is not None:
            cells = ((name, value) for name, value in event.raw.items() if value not in (None, ""))
            yield from (f"      {one_line(name)}: {one_line(str(value))}" for name, value in cells)


def _consent(event: StoryEvent, lead: str) -> str:
    said = (("from", event.value), ("address", event.ip), ("text", event.text_hash))
    known = ", ".join(f"{what} {one_line(text)}" for what, text in said if text)
    state = {"replaced": " A newer one replaced it.", "not_taken": " The lead kept the one that it had."}
    return f"Consent for {lead}{' ' if known else ''}{known}.{state.get(event.state or '', '')}"


def event_sentence(event: StoryEvent) -> str:
    """Return what happened, as a sentence."""
    lead, place = f"lead {event.lead_id}", one_line(event.destination or "")
    why = f": {_titles(event.reasons)}" if event.reasons else ""
    if event.event == "row":
        of_lead = f", {lead}" if event.lead_id is not None else ""
        sentence = f"{_source(event)} for {place}: {event.outcome}{of_lead}{why}."
        warned = f" Warned: {_titles(event.warnings)}." if event.warnings else ""
        return sentence + warned + (f" {one_line(event.hints)}" if event.hints else "")
    if event.event == "identified":
        known = f"{event.kind} {one_line(event.value or '')}"
        return f"Contact {event.contact_id} is known by {known} since {one_line(event.file_name or '')}."
    if event.event == "value_differed":
        return _difference(event, lead)
    if event.event == "secondary_contact":
        return f"{_source(event)} made {one_line(event.value or '')} a secondary contact of {lead}{why}."
    if event.event == "consented":
        return _consent(event, lead)
    if event.event == "enrolled":
        return f"Enrolled: {lead} in action {event.action} of {place}."
    if event.event == "enrollment_ended":
        return f"Enrollment ended: {lead} in action {event.action} of {place}{why}."
    note = f" Reason on the list: {one_line(event.note)}." if event.note else ""
    entry = f"{event.identifier_kind} {one_line(event.value or '')}"
    return f"Suppressed ({event.kind}): {entry}, by list {event.list_id} ({one_line(event.file_name or '')}).{note}"


def _difference(event: StoryEvent, lead: str) -> str:
    before, after = (("nothing" if one is None else f"'{one_line(one)}'") for one in (event.before, event.after))
    field = one_line(event.field or "")
    if event.kept == "row":
        return f"{_source(event)} changed {field} of {lead} from {before} to {after}."
    return f"{_source(event)} had {field} {after}; {lead} kept {before}."


def _source(event: StoryEvent) -> str:
    row = "" if event.row_number is None else f"Row {event.row_number} of "
    return f"{row}{one_line(event.file_name or '')} ({event.import_id})"


def _titles(codes: Iterable[str]) -> str:
    return ", ".join(f"{REASONS[Reason(code)].title} ({code})" for code in codes)
