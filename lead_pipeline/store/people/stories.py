"""Tells the story of a person: leads as they are, and in the order of time everything that the store holds of what
happened. Who the person is, is found elsewhere.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl

from lead_pipeline.model.story import PersonStory, Sought, StoryEvent, StoryLead
from lead_pipeline.store.people.enrollment_stories import ENROLLMENT_EVENTS, ENTRY_NAMES_PERSON, enrollments_now
from lead_pipeline.store.people.person_lookup import IS_PHONE, Person, find_person, params_of
from lead_pipeline.store.workspace import Workspace

#: Given originals of rows (`raw`, a JSON object each) and who is sought: whether each row names the person (Boolean).
NamesPerson = Callable[[pl.DataFrame, Sought], pl.Series]

#: The last digits that all forms of a number share, by which originals of rows are looked through.
_LAST_DIGITS = 7
#: Columns of the view `leads` that a StoryLead has under names of its own.
_APART = {
    "lead_id", "contact_id", "destination_kind", "destination_name", "import_id", "created_at", "updated_at",
    "attributes", "is_callable", "row_number",
}  # fmt: skip

_ORDER = {
    kind: position
    for position, kind in enumerate(
        (
            "consented",
            "row",
            "identified",
            "value_differed",
            "secondary_contact",
            "enrolled",
            "called",
            "suppression_ended",
            "suppression_expired",
            "suppressed",
            "attribute_withheld",
            "enrollment_ended",
            "enrollment_changed",
            "lead_expired",
        )
    )
}

#: Entries of lists that are of the person, and what there is to say of one.
_ENTRY = f"""
    s.kind, s.identifier_kind, s.value, s.reason as note, l.list_id, l.file_name, l.name as list_name,
    l.version as list_version, s.listed_on, s.source, s.country, s.expires_at, d.kind || ':' || d.name as destination
    from base.suppressions s left join base.suppression_lists l using (list_no)
    left join base.suppression_lists e on e.list_no = s.ended_by
    left join base.destinations d on d.destination_id = s.destination_id
    where {ENTRY_NAMES_PERSON}
"""

#: Events by queries with columns named like the fields of StoryEvent; `$leads` and `$contacts` are the person's.
_IMPORT = "i.committed_at as at, i.import_id, i.file_name"
_EVENTS = {
    "identified": f"""
        select {_IMPORT}, d.kind as kind, coalesce(d.value, '+' || d.key) as value, d.contact_id
        from base.identifiers d join base.imports i using (import_no) where list_contains($contacts, d.contact_id)
    """,  # noqa: S608  # names and conditions of ours
    "value_differed": """
        select i.committed_at as at, v.import_id, i.file_name, v.row_number, v.lead_id, v.field,
               v.lead_value as before, v.row_value as after, v.kept
        from main.differing_values v join base.imports i using (import_id) where list_contains($leads, v.lead_id)
    """,  # names and conditions of ours
    "consented": """
        select c.consent_at as at, c.lead_id, c.state, c.consent_source as value, c.consent_ip as ip,
               c.consent_text_hash as text_hash, c.import_id, c.row_number
        from main.consents c where list_contains($leads, c.lead_id)
    """,
    **ENROLLMENT_EVENTS,
    "secondary_contact": f"""
        select {_IMPORT}, s.lead_id, s.phone as value, case when s.reason is not null then [s.reason] else [] end
               as reasons
        from base.secondary_contacts s join base.imports i using (import_no)
        where {IS_PHONE.format(digits="try_cast(s.phone as ubigint)")}
    """,  # noqa: S608  # names and conditions of ours
    "attribute_withheld": f"""
        select w.withheld_at as at, w.lead_id, w.name as field, w.value, [w.reason] as reasons, l.list_id, l.file_name
        from base.withheld_attributes w join base.suppression_lists l using (list_no)
        where {IS_PHONE.format(digits="try_cast(w.value as ubigint)")} or list_contains($leads, w.lead_id)
    """,  # noqa: S608  # names and conditions of ours
    "called": f"""
        select a.happened_at as at, d.drop_id, d.file_name, a.row_number, '+' || a.phone_key as value, a.lead_id,
               a.destination, a.buyer, a.disposition, a.dialed, a.connected, a.converted, a.attempts
        from base.call_activity a join base.activity_drops d using (drop_no)
        where {IS_PHONE.format(digits="a.phone_key")} or list_contains($leads, a.lead_id)
           or list_contains($contacts, a.contact_id)
    """,  # noqa: S608  # names and conditions of ours
    "suppressed": f"select s.added_at as at, {_ENTRY}",  # ours
    "suppression_ended": f"""
        select s.ended_at as at, {_ENTRY.replace("l.list_id, l.file_name", "e.list_id, e.file_name")}
        and s.ended_by is not null
    """,  # ours
    "suppression_expired": f"""
        select s.expires_at as at, {_ENTRY}
        and s.expires_at <= now() and (s.ended_at is null or s.ended_at > s.expires_at)
    """,  # ours
}

_ROWS = f"""
    select {_IMPORT}, o.row_number, o.line_number, o.outcome::varchar as outcome,
           coalesce(o.reason_codes, []) as reasons, coalesce(o.warning_codes, []) as warnings, o.hints, o.lead_id,
           r.raw, d.kind || ':' || d.name as destination
    from base.row_outcomes o join base.imports i using (import_no) join base.destinations d
        on d.destination_id = i.destination_id
    left join base.rejected_rows r on r.import_no = o.import_no and r.row_number = o.row_number
    where list_contains($leads, o.lead_id)
       or list_contains($rows, struct_pack(import_no := o.import_no, row_number := o.row_number))
"""  # noqa: S608  # names of ours

_HITS = """
    select import_id, row_number, rule, reason_code, list_name, list_version, matched_kind, matched, matched_on,
           lead_id, drop_id, activity_row, matches
    from main.scrub_hits
    where list_contains($rows, struct_pack(import_id := import_id, row_number := row_number))
    order by import_id, row_number, reason_code, list_name
"""

#: Rows that became no lead and may name the person, by a part of a phone or email that every spelling of it has. Not by
#: other identifiers: an external id of 7 is a quantity in the row of somebody else.
_ROWS_LIKE = """
    select import_no, row_number, raw
    from (select *, regexp_replace(raw, '[^0-9]', '', 'g') as digits, lower(raw) as folded from base.rejected_rows)
    where len(list_filter($digits, lambda one: contains(digits, one))) > 0
       or len(list_filter($emails, lambda one: contains(folded, one))) > 0
       or (len($digits) > 0 and regexp_matches(regexp_replace(raw, '[0-9]', '', 'g'), '\\p{Nd}'))
"""


def tell_story(workspace: Workspace, sought: Sought, names_person: NamesPerson) -> PersonStory:
    """Return everything that the store holds of whoever has one of the identifiers."""
    person = find_person(workspace, sought)
    leads = _leads(workspace, person)
    bound: dict[str, Any] = {"contacts": list(person.contacts), "leads": [lead.lead_id for lead in leads]}
    bound |= params_of(workspace, person.whole) | {"others": list(person.others)}
    bound["domains"] = [email.rpartition("@")[2] for email in person.whole.emails]
    events = _rows(workspace, person, bound["leads"], names_person)
    for kind, sql in _EVENTS.items():
        params = {name: value for name, value in bound.items() if f"${name}" in sql}
        events += [StoryEvent.model_validate({"event": kind, **_plain(row)}) for row in _dicts(workspace, sql, params)]
    return PersonStory(identifiers=person.identifiers, leads=leads, events=tuple(sorted(events, key=_in_time)))


def _leads(workspace: Workspace, person: Person) -> tuple[StoryLead, ...]:
    found = _dicts(
        workspace,
        "select l.*, l.lead_id in (select lead_id from main.callable_among((select list(lead_id) from base.leads"
        " where list_contains($contacts, contact_id)))) as is_callable from main.leads l"
        " where list_contains($contacts, l.contact_id) order by l.lead_id",
        {"contacts": list(person.contacts)},
    )
    enrolled = enrollments_now(workspace, [row["lead_id"] for row in found])
    leads = []
    for row in found:
        values = {name: value for name, value in row.items() if name not in _APART and value not in (None, [])}
        values |= {f"attribute.{name}": value for name, value in json.loads(row["attributes"] or "{}").items()}
        own = {name: row[name] for name in ("lead_id", "contact_id", "import_id", "created_at", "updated_at")}
        destination = f"{row['destination_kind']}:{row['destination_name']}"
        now = tuple(enrolled.get(row["lead_id"], ()))
        callable_now = row["is_callable"]
        leads.append(
            StoryLead(**own, destination=destination, values=values, is_callable=callable_now, enrollments=now)
        )
    return tuple(leads)


def _rows(workspace: Workspace, person: Person, leads: list[int], names_person: NamesPerson) -> list[StoryEvent]:
    named = _rows_that_name(workspace, person, names_person)
    rows = _dicts(workspace, _ROWS, {"leads": leads, "rows": named})
    hits = _hits(workspace, rows)
    return [
        StoryEvent.model_validate(
            {
                "event": "row",
                **_plain(row),
                "raw": None if row["raw"] is None else json.loads(row["raw"]),
                "hits": tuple(hits.get((row["import_id"], row["row_number"]), ())),
            }
        )
        for row in rows
    ]


def _hits(workspace: Workspace, rows: list[dict[str, Any]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Return the rules that left rows out, by import and row."""
    wanted = [{"import_id": row["import_id"], "row_number": row["row_number"]} for row in rows if row["reasons"]]
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    if not wanted:
        return found
    for hit in _dicts(workspace, _HITS, {"rows": wanted}):
        found.setdefault((hit.pop("import_id"), hit.pop("row_number")), []).append(hit)
    return found


def _rows_that_name(workspace: Workspace, person: Person, names_person: NamesPerson) -> list[dict[str, int]]:
    digits = [phone.lstrip("+")[-_LAST_DIGITS:] for phone in person.whole.phones]
    found = workspace.frame(_ROWS_LIKE, {"digits": digits, "emails": list(person.whole.emails)})
    if found.is_empty():
        return []
    return found.filter(names_person(found.select("raw"), person.whole)).select("import_no", "row_number").to_dicts()


def _dicts(workspace: Workspace, sql: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    return workspace.frame(sql, params).to_dicts()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _in_time(event: StoryEvent) -> tuple[object, ...]:
    """Order by time, what nobody noted the time of last; at one time as one thing follows from the other."""
    at = event.at or datetime.max.replace(tzinfo=UTC)
    return (at, _ORDER[event.event], event.import_id or "", event.row_number or 0, event.field or event.value or "")
