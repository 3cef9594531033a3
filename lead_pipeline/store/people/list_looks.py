"""Looks at suppression lists for people: how each is, its versions, and the entries that name somebody at any time.
Nothing is changed here.
"""

from datetime import datetime
from typing import Any

from lead_pipeline.model.story import Sought
from lead_pipeline.store.people.person_lookup import IS_EMAIL, IS_PHONE, find_person, params_of
from lead_pipeline.store.workspace import Workspace

_STATES = """
    with entries as (
        select l.name, count(*) as entries
        from base.suppressions s join base.suppression_lists l using (list_no)
        where s.ended_by is null and (s.expires_at is null or s.expires_at > $at) group by l.name
    )
    select l.name, any_value(l.kind) as kind, any_value(d.kind || ':' || d.name) as destination,
           max(l.version) as version, arg_max(l.mode, l.list_no) as mode, any_value(coalesce(e.entries, 0)) as entries,
           arg_max(l.entries_trusted, l.list_no) as entries_trusted, max(l.delivered_at) as delivered_at,
           max(l.delivered_at) filter (l.mode <> 'remove') as filled_at, arg_max(l.list_id, l.list_no) as list_id,
           arg_max(l.file_name, l.list_no) as file_name, arg_max(l.file_sha256, l.list_no) as file_sha256
    from base.suppression_lists l left join base.destinations d using (destination_id)
    left join entries e on e.name = l.name
    group by l.name order by l.name
"""

#: Refusals that no later delivery and no person settled; those of no list that is there have no `of_list`.
_REFUSED = """
    with settled as (
        select name, max(settled_at) as settled_at
        from (select name, delivered_at as settled_at from base.suppression_lists
              union all select name, accepted_at from base.accepted_lists)
        group by name
    )
    select s.name as of_list, r.list_id, r.name, r.kind, r.file_name, r.message, r.staged_at
    from base.refused_lists r left join settled s on r.name is null or r.name = s.name
    where s.settled_at is null or r.staged_at > s.settled_at
    order by r.staged_at, r.list_id
"""

_VERSIONS = """
    select l.name, l.version, l.mode, l.list_id, l.file_name, l.file_sha256, l.rows_read, l.rows_rejected,
           l.rows_added as entries_added, l.rows_ended as entries_ended, coalesce(l.entries_kept, 0) as entries_kept,
           coalesce(l.entries_before, 0) as entries_before, coalesce(l.entries_after, 0) as entries_after, l.loaded_at,
           l.delivered_at, a.note as accepted_note
    from base.suppression_lists l
    left join (select list_no, arg_max(note, accepted_at) as note from base.accepted_lists group by list_no) a
        using (list_no)
    where l.name = $name order by l.version
"""

_ENTRIES = f"""
    select s.kind, s.identifier_kind, s.value, d.kind || ':' || d.name as destination, l.name as list_name,
           l.version as list_version, l.list_id, l.file_sha256, s.reason, s.country, s.source, s.listed_on,
           s.expires_at, s.added_at, s.ended_at, e.list_id as ended_by,
           case when s.added_at > $at then 'not known yet' when s.ended_at <= $at then 'ended'
                when s.expires_at <= $at then 'expired' else 'in force' end as held
    from base.suppressions s join base.suppression_lists l using (list_no)
    left join base.suppression_lists e on e.list_no = s.ended_by
    left join base.destinations d on d.destination_id = s.destination_id
    where (s.identifier_kind = 'phone' and {IS_PHONE.format(digits="s.key")})
       or (s.identifier_kind = 'email' and {IS_EMAIL.format(value="s.value")})
       or (s.identifier_kind = 'domain' and list_contains($domains, lower(ltrim(s.value, '@'))))
       or (s.identifier_kind = 'prefix' and len(list_filter($all_phones, lambda one:
              starts_with(one, ltrim(s.value, '+')))) > 0)
       or list_contains($others, s.identifier_kind || ':' || s.value)
    order by s.added_at, s.kind, s.identifier_kind, s.value, l.name
"""  # noqa: S608  # conditions of ours


def find_list_states(workspace: Workspace, at: datetime) -> list[dict[str, Any]]:
    """Return each list as it is at a time."""
    return workspace.frame(_STATES, {"at": at}).to_dicts()


def find_refusals(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the refusals that are not settled, once for each list they count for; `of_list` is null for none."""
    return workspace.frame(_REFUSED).to_dicts()


def find_list_versions(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """Return the versions of a list, first to last."""
    return workspace.frame(_VERSIONS, {"name": name}).to_dicts()


def find_entries(workspace: Workspace, sought: Sought, at: datetime) -> list[dict[str, Any]]:
    """Return every entry there ever was that names somebody, by what is sought or by anything known of the person; and
    whether it was in force at a time, as known then.
    """
    person = find_person(workspace, sought)
    bound = params_of(workspace, person.whole)
    digits = {str(number) for number in bound["phones"]} | {phone.lstrip("+") for phone in person.whole.phones}
    return workspace.frame(
        _ENTRIES,
        {
            "at": at,
            "phones": bound["phones"],
            "emails": bound["emails"],
            "domains": [email.rpartition("@")[2] for email in person.whole.emails],
            "all_phones": sorted(digits),
            "others": list(person.others),
        },
    ).to_dicts()
