"""Keeps the names of the companies and tags that a destination has leads of: a name that is new is added, and none is
ever taken away. The leads themselves keep the spelling of their file.
"""

from datetime import datetime

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.store.duckdb.lead_store import LeadStore


def register_names(store: LeadStore, profile: ImportProfile, import_no: int, at: datetime) -> None:
    """Add the companies and tags of the leads that the import wrote. Letter case and outer blanks make no new name."""
    if "company" in profile.fields:
        _register(store, "companies", "company_id", "company as name", import_no, at)
    if "tags" in profile.fields:
        _register(store, "tags", "tag_id", "unnest(tags) as name", import_no, at)


def _register(store: LeadStore, table: str, counter: str, names: str, import_no: int, at: datetime) -> None:
    store.run(
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
        select f.destination_id, f.name, row_number() over (order by f.first_lead, f.name) as place
        from folded f
        anti join (select destination_id, lower(name) as folded from base.{table}) known using (destination_id, folded)
        """,  # noqa: S608  # names of ours
        {"import_no": import_no},
    )
    new = int(store.rows("select count(*) from new_names")[0][0])
    before = store.reserve(counter, new)
    store.run(
        f"insert into base.{table} by name select $before + place as {counter}, destination_id, name,"  # noqa: S608
        " $import_no as import_no, $at as created_at from new_names order by place",
        {"before": before, "import_no": import_no, "at": at},
    )
