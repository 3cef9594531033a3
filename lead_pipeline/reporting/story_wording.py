"""The story of a person as lines for people. It holds personal data: it goes to whoever asked, and nowhere else."""

from collections.abc import Callable, Iterable, Iterator

from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.story import PersonStory, StoryEvent
from lead_pipeline.reporting.enrollment_wording import change_sentence, enrollment_sentence
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
        yield from (f"  {enrollment_sentence(one)}" for one in lead.enrollments)
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
        return sentence + warned + (f" {one_line(event.hints)}" if event.hints else "") + _lead_matched(event)
    if event.event == "identified":
        known = f"{event.kind} {one_line(event.value or '')}"
        return f"Contact {event.contact_id} is known by {known} since {one_line(event.file_name or '')}."
    if event.event == "value_differed":
        return _difference(event, lead)
    if event.event == "secondary_contact":
        return f"{_source(event)} made {one_line(event.value or '')} a secondary contact of {lead}{why}."
    if event.event == "consented":
        return _consent(event, lead)
    told = _OF_ENROLLMENTS.get(event.event)
    if told is not None:
        return told(event)
    if event.event == "attribute_withheld":
        taken = f"{one_line(event.value or '')}, the attribute {one_line(event.field or '')} of {lead}"
        return f"Taken out: {taken}{why}, by list {event.list_id}."
    return _call(event) if event.event == "called" else _entry(event)


def _enrolled(event: StoryEvent) -> str:
    return f"Enrolled: lead {event.lead_id} in action {event.action} of {one_line(event.destination or '')}."


def _enrollment_ended(event: StoryEvent) -> str:
    why = f": {_titles(event.reasons)}" if event.reasons else ""
    place = one_line(event.destination or "")
    return f"Enrollment ended: lead {event.lead_id} in action {event.action} of {place}{why}."


def _expired(event: StoryEvent) -> str:
    return f"Expired by the clock: lead {event.lead_id} in {one_line(event.destination or '')}."


_OF_ENROLLMENTS: dict[str, Callable[[StoryEvent], str]] = {
    "enrolled": _enrolled,
    "enrollment_ended": _enrollment_ended,
    "enrollment_changed": change_sentence,
    "lead_expired": _expired,
}


def _lead_matched(event: StoryEvent) -> str:
    """Return which lead a duplicate row met; what the other rules matched is in the hints of the row."""
    hit = next((one for one in event.hits if one.rule == "existing_lead"), None)
    return "" if hit is None else f" Lead {hit.lead_id} was created on {hit.matched_on}."


def _call(event: StoryEvent) -> str:
    said = ["dialed" if event.dialed else "not dialed", *(["reached"] if event.connected else [])]
    said += ["converted"] if event.converted else []
    said += [f"{event.attempts} attempts"] if event.attempts not in (None, 1) else []
    who = one_line(event.value or "") or f"lead {event.lead_id}"
    result = f", result {one_line(event.disposition)}" if event.disposition else ""
    buyer = f", buyer {one_line(event.buyer)}" if event.buyer else ""
    place = f", for {one_line(event.destination)}" if event.destination else ""
    file = f"row {event.row_number} of {one_line(event.file_name or '')} ({event.drop_id})"
    return f"Call to {who}: {', '.join(said)}{result}{buyer}{place}; {file}."


def _entry(event: StoryEvent) -> str:
    """Return what became of an entry of a list."""
    entry = f"{event.identifier_kind} {one_line(event.value or '')}"
    by = f"list {event.list_id} ({one_line(event.file_name or '')})"
    name = f"'{one_line(event.list_name or '')}', version {event.list_version}"
    if event.event == "suppression_ended":
        return f"No longer on the list {name} ({event.kind}): {entry}, ended by {by}."
    if event.event == "suppression_expired":
        return f"Expired on the list {name} ({event.kind}): {entry}."
    facts = [
        f"listed {event.listed_on}" if event.listed_on else "",
        f"source {one_line(event.source)}" if event.source else "",
        f"country {one_line(event.country)}" if event.country else "",
        f"for {one_line(event.destination)} only" if event.destination else "",
        f"until {event.expires_at:%Y-%m-%d}" if event.expires_at else "",
    ]
    more = "".join(f", {fact}" for fact in facts if fact)
    note = f" Reason on the list: {one_line(event.note)}." if event.note else ""
    return f"Suppressed ({event.kind}): {entry}, by {by}, which is the list {name}{more}.{note}"


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
