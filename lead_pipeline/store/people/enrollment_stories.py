"""Tells of a person's enrollments: how each came about, every change of it with its cause, and that a lead expired. Who
the person is, is found elsewhere.
"""

from typing import Any

from lead_pipeline.model.fields import IDENTIFIER_KINDS
from lead_pipeline.model.story import StoryEnrollment
from lead_pipeline.store.people.person_lookup import IS_EMAIL, IS_PHONE
from lead_pipeline.store.workspace import Workspace

#: Entries `s` that name the person, by anything that is known of them; see `params_of`.
ENTRY_NAMES_PERSON = f"""
    ((s.identifier_kind = 'phone' and {IS_PHONE.format(digits="s.key")})
     or (s.identifier_kind = 'email' and {IS_EMAIL.format(value="s.value")})
     or (s.identifier_kind = 'domain' and list_contains($domains, lower(ltrim(s.value, '@'))))
     or (s.identifier_kind = 'prefix' and len(list_filter($phones, lambda one:
            starts_with(one::varchar, ltrim(s.value, '+')))) > 0)
     or list_contains($others, s.identifier_kind || ':' || s.value))
"""

#: An import enrolls the leads that it creates: those of which the first change says so, or nothing changed.
_ENROLLED = """
    select i.committed_at as at, i.import_id, i.file_name, l.lead_id, d.kind || ':' || d.name as destination,
           1 as action
    from base.leads l join base.imports i using (import_no)
    join base.destinations d on d.destination_id = i.destination_id
    where list_contains($leads, l.lead_id) and l.copied_from is null
      and coalesce(
          (select arg_min(v.before.status is not null, (v.at, v.rowid)) from base.enrollment_events v
           where v.lead_id = l.lead_id
             and coalesce(v.before.destination_id, v.destination_id) = i.destination_id),
          exists (select 1 from base.enrollments e
                  where e.lead_id = l.lead_id and e.destination_id = i.destination_id and e.import_no = i.import_no))
"""

#: Which leads a command meant, without the identifiers of others that it excluded: whoever asks has named one person.
_CONDITIONS = f"""
    to_json(list_transform(c.conditions::json[], lambda one:
        case when one ->> 'operator' = '!=' and regexp_replace(one ->> 'field', '^lead[.]', '') in {IDENTIFIER_KINDS}
             then json_merge_patch(one, '{{"value": "…"}}') else one end))::varchar
"""

_CHANGED = f"""
    select v.at, v.lead_id, v.change, coalesce(v.before.status, 'none') as before,
           coalesce(v.after.status, 'none') as after,
           b.kind || ':' || b.name as destination_before, d.kind || ':' || d.name as destination,
           v.after.action as action, v.after.due_at as due_at, v.after.expires_at as expires_at,
           v.after.attempts as attempts,
           case when v.after.reason is not null then [v.after.reason] else [] end as reasons, v.cause,
           i.import_id, coalesce(i.file_name, l.file_name, a.file_name) as file_name, l.list_id, l.name as list_name,
           l.version as list_version, a.drop_id, c.command_id, c.command, {_CONDITIONS} as conditions, c.note,
           case v.cause
               when 'list' then (
                   select string_agg(s.identifier_kind || ' ' || s.value, ', ' order by s.identifier_kind, s.value)
                   from base.suppressions s where s.list_no = v.cause_no and {ENTRY_NAMES_PERSON})
           end as value,
           case v.cause
               when 'activity' then (select min(t.row_number) from base.call_activity t where t.drop_no = v.cause_no
                   and (t.lead_id = v.lead_id or {IS_PHONE.format(digits="t.phone_key")}))
               when 'import' then (select min(n.row_number) from base.do_not_contact n
                   where n.import_no = v.cause_no and list_contains($contacts, n.contact_id))
           end as row_number
    from base.enrollment_events v
    left join base.destinations b on b.destination_id = v.before.destination_id
    left join base.destinations d on d.destination_id = v.destination_id
    left join base.imports i on v.cause = 'import' and i.import_no = v.cause_no
    left join base.suppression_lists l on v.cause = 'list' and l.list_no = v.cause_no
    left join base.activity_drops a on v.cause = 'activity' and a.drop_no = v.cause_no
    left join base.lead_commands c on v.cause = 'command' and c.command_no = v.cause_no
    where list_contains($leads, v.lead_id)
"""  # noqa: S608  # conditions of ours

#: What ended before there was a history of changes.
_ENDED = """
    select e.ended_at as at, e.lead_id, d.kind || ':' || d.name as destination, e.action,
           case when e.reason is not null then [e.reason] else [] end as reasons
    from base.enrollments e join base.destinations d using (destination_id)
    where e.status <> 'due' and list_contains($leads, e.lead_id)
      and not exists (select 1 from base.enrollment_events v
                      where v.lead_id = e.lead_id and v.after.destination_id = e.destination_id)
"""

#: Leads that expired by the clock: nobody did anything.
_EXPIRED = """
    select l.expires_at as at, l.lead_id, d.kind || ':' || d.name as destination
    from base.leads l join base.destinations d using (destination_id)
    where l.expires_at <= base.asked_at() and list_contains($leads, l.lead_id)
      and not exists (select 1 from base.enrollment_events v
                      where v.lead_id = l.lead_id and v.change = 'expired' and v.after.expires_at = l.expires_at)
"""

#: Events by queries with columns named like the fields of StoryEvent; `$leads` and `$contacts` are the person's.
ENROLLMENT_EVENTS = {
    "enrolled": _ENROLLED,
    "enrollment_changed": _CHANGED,
    "enrollment_ended": _ENDED,
    "lead_expired": _EXPIRED,
}

_NOW = """
    with times as (from main.calling_times_among($leads))
    select e.lead_id, e.destination_kind || ':' || e.schedule as destination, e.status, e.action, e.attempts,
           e.max_attempts, e.due_at, e.reason, t.verdict, t.callable_until, t.next_at, t.time_zones, t.local_times,
           list_transform(t.time_zones, lambda zone: strftime(timezone(zone, t.next_at), '%a %H:%M')) as next_local,
           t.time_zone_evidence as evidence, r.opens, r.closes
    from main.enrollments e
    join base.rules_of_destinations r on r.destination_kind = e.destination_kind and r.destination_name = e.schedule
    left join times t on t.lead_id = e.lead_id and t.destination_kind = e.destination_kind
        and t.destination_name = e.schedule
    where list_contains($leads, e.lead_id) order by e.lead_id, destination
"""


def enrollments_now(workspace: Workspace, leads: list[int]) -> dict[int, list[StoryEnrollment]]:
    """Return the enrollments of leads as they are now, with when the people may be called, by lead."""
    found: dict[int, list[StoryEnrollment]] = {}
    for row in workspace.frame(_NOW, {"leads": leads}).to_dicts() if leads else []:
        facts: dict[str, Any] = {name: value for name, value in row.items() if value is not None}
        found.setdefault(facts.pop("lead_id"), []).append(StoryEnrollment.model_validate(facts))
    return found
