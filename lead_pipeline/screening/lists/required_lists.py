"""Stops an import while a suppression list that its profile requires cannot be relied on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.lists.required_list import RequiredList
from lead_pipeline.store.workspace import Workspace


def require_lists(workspace: Workspace, required: Sequence[RequiredList], destination_id: int, at: datetime) -> None:
    """Check the lists that hold for a destination.

    Raises: ScreeningError when one is missing, was refused since it was loaded last, is too old, or lost too many of
    its entries.
    """
    for one in required:
        found = workspace.rows(
            """
            with lists as (
                select * from base.suppression_lists
                where (name = $name or kind = $kind) and (destination_id is null or destination_id = $destination_id)
            )
            select l.name, max(l.version), max(l.loaded_at), arg_max(l.entries_before, l.list_no),
                   arg_max(l.entries_after, l.list_no), any_value(r.refused_at),
                   max(l.loaded_at) filter (l.mode <> 'remove')
            from lists l
            left join (select name, kind, max(refused_at) as refused_at from base.refused_lists group by name, kind) r
                using (name, kind)
            group by l.name order by l.name
            """,
            {"name": one.name, "kind": one.kind, "destination_id": destination_id},
        )
        faults = [_fault(row, one, at) for row in found] if found else ["was never loaded"]
        for fault in filter(None, faults):
            raise ScreeningError(
                f"The {one} that the profile requires {fault}, so nothing is imported. The file stays staged, and is "
                "imported by itself when the list is there: load it with `lead-pipeline suppress`, or drop it into "
                "inbox/suppressions/."
            )


def _fault(row: tuple[Any, ...], required: RequiredList, at: datetime) -> str:
    """Return what is wrong with a list, empty for nothing. Taking entries off a list does not make it any newer."""
    name, version, loaded_at, before, after, refused_at, filled_at = row
    which = "" if required.name else f" ('{name}')"
    if refused_at is not None and refused_at >= loaded_at:
        return f"was refused when it came last{which}"
    if not after:
        return f"has no entries in force{which}"
    age = None if filled_at is None else at - filled_at
    if required.max_age_days is not None and (age is None or age > timedelta(days=required.max_age_days)):
        days = "never" if age is None else f"{age / timedelta(days=1):,.1f} days ago"
        return f"was last filled {days}{which}, and {required.max_age_days:g} days are allowed"
    if required.max_shrink is not None and before and after < before * (1 - required.max_shrink):
        return f"shrank from {before:,} to {after:,} entries with version {version}{which}"
    return ""
