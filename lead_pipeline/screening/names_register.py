"""Keeps the names of the companies and tags that a destination has leads of: a name that is new is added, and none is
ever taken away. The leads themselves keep the spelling of their file.
"""

from datetime import datetime

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.store.workspace import Workspace


def register_names(workspace: Workspace, profile: ImportProfile, import_no: int, at: datetime) -> None:
    """Add the companies and tags of the leads that the import wrote. Names are compared case-insensitively and without
    surrounding whitespace.
    """
    if "company" in profile.fields:
        _register(workspace, "companies", "company_id", "company as name", import_no, at)
    if "tags" in profile.fields:
        _register(workspace, "tags", "tag_id", "unnest(tags) as name", import_no, at)


def _register(workspace: Workspace, table: str, counter: str, names: str, import_no: int, at: datetime) -> None:
    workspace.run(
        f"""
        create or replace temp table new_names as
        with named as (
            select lead_id, destination_id, {names} from base.leads
            where import_no = $import_no or updated_by = $import_no
        ), folded as (
            select destination_id, lower(trim(name)) as folded, arg_min(trim(name), lead_id) as name,
                   min(lead_id) as first_lead
            from named where trim(name) <> '' group by all
        )
        select f.destination_id, f.name, row_number() over (order by f.first_lead, f.name) as position
        from folded f
        anti join (select destination_id, lower(name) as folded from base.{table}) known using (destination_id, folded)
        """,  # noqa: S608  # names of ours
        {"import_no": import_no},
    )
    new = int(workspace.one("select count(*) from new_names"))
    before = workspace.reserve(counter, new)
    workspace.run(
        f"insert into base.{table} by name select $before + position as {counter}, destination_id, name,"  # noqa: S608
        " $import_no as import_no, $at as created_at from new_names order by position",
        {"before": before, "import_no": import_no, "at": at},
    )
