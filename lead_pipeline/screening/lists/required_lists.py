"""Stops an import while a suppression list that its profile requires cannot be relied on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.lists.required_list import RequiredList
from lead_pipeline.store.workspace import Workspace

#: The state of each list that is required, and of those that are not there, as far as deliveries of them were refused.
#: A refusal of which nobody knows the list counts for every list; a name counts whatever kind was said of it.
STATE_OF_LISTS = """
    with lists as (
        select name, max(version) as version, arg_max(entries_trusted, list_no) as trusted,
               arg_max(entries_after, list_no) as after, max(delivered_at) as delivered_at,
               max(delivered_at) filter (mode <> 'remove') as filled_at
        from base.suppression_lists
        where (name = $name or kind = $kind) and (destination_id is null or destination_id = $destination_id)
        group by name
    ),
    refused as (
        select r.name, r.kind, max(r.staged_at) as staged_at, arg_max(r.list_id, r.staged_at) as list_id
        from base.refused_lists r
        left join base.destinations d on d.kind || ':' || d.name = r.destination
        where r.destination is null or d.destination_id = $destination_id
        group by r.name, r.kind
    ),
    accepted as (select name, max(accepted_at) as accepted_at from base.accepted_lists group by name),
    named as (
        select name from lists
        union select name from refused where name = $name or kind = $kind
    )
    select n.name, l.version, l.trusted, l.after, l.filled_at,
           exists (select 1 from base.suppressions s join base.suppression_lists o using (list_no)
                   where o.name = n.name and s.ended_by is null and (s.expires_at is null or s.expires_at > $at)),
           (select arg_max(r.list_id, r.staged_at) from refused r
            where (r.name is null or r.name = n.name)
              and r.staged_at > coalesce(greatest(l.delivered_at, a.accepted_at), '-infinity'::timestamptz))
    from named n left join lists l using (name) left join accepted a using (name)
    order by n.name
"""


def require_lists(workspace: Workspace, required: Sequence[RequiredList], destination_id: int, at: datetime) -> None:
    """Check the lists that hold for a destination.

    Raises: ScreeningError when one is missing, a delivery of it was refused since, it is too old, or it lost too many
    of its entries since a person last accepted it.
    """
    for one in required:
        params = {"name": one.name, "kind": one.kind, "destination_id": destination_id, "at": at}
        found = workspace.rows(STATE_OF_LISTS, params)
        faults = [_fault(row, one, at) for row in found] if found else ["was never loaded"]
        for fault in filter(None, faults):
            raise ScreeningError(
                f"The {one} that the profile requires {fault}, so nothing is imported. The file stays staged, and is "
                "imported by itself when the list is there: load it with `lead-pipeline suppress`, or drop it into "
                "inbox/suppressions/. `lead-pipeline lists` shows what there is, and `lead-pipeline lists accept` says "
                "that a list is as it should be."
            )


def _fault(row: tuple[Any, ...], required: RequiredList, at: datetime) -> str:
    """Return what is wrong with a list, empty for nothing. Taking entries off a list does not make it any newer."""
    name, version, trusted, after, filled_at, has_any, refused = row
    which = "" if required.name else f" ('{name}')"
    if version is None:
        return f"was never loaded{which}: it was refused as {refused}"
    if refused is not None:
        return f"was refused when it came last{which}, as {refused}"
    if not has_any:
        return f"has no entries in force{which}"
    age = None if filled_at is None else at - filled_at
    if required.max_age_days is not None and (age is None or age > timedelta(days=required.max_age_days)):
        days = "never" if age is None else f"{age / timedelta(days=1):,.1f} days ago"
        return f"was last filled {days}{which}, and {required.max_age_days:g} days are allowed"
    if required.max_shrink is not None and after < trusted * (1 - required.max_shrink):
        return f"shrank from {trusted:,} to {after:,} entries with version {version}{which}"
    return ""
