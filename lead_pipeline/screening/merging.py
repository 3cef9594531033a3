"""Makes one row of the several that a file has for one person, where the profile says so: later values win, empty ones
never do. Which rows these are is decided elsewhere.
"""

from lead_pipeline.model.fields import DERIVED_COLUMNS, SECONDARY_CONTACTS, SECONDARY_PHONES
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.screening.attribute_merge import merged_attributes
from lead_pipeline.screening.lead_columns import RowSource, is_default, new_tags
from lead_pipeline.store.workspace import Workspace


def with_merged_rows(workspace: Workspace, profile: ImportProfile, rows: RowSource) -> RowSource:
    """Return the rows with those that other rows were merged into in their merged form, under their own number."""
    if profile.duplicates_in_file != "merge":
        return rows
    workspace.run(
        """
        create or replace temp table rows_to_merge as
        with others as (
            select row_number, lead_row from decided_rows where list_contains(reason_codes, $merged)
        )
        select * from others union all select distinct lead_row, lead_row from others
        """,
        {"merged": Reason.DUPLICATE_MERGED.value},
    )
    if not workspace.rows("select 1 from rows_to_merge limit 1"):
        return rows
    merged, bound = _merged_columns(profile, rows)
    columns = ", ".join(merged)
    made = ", ".join(f"{expression} as {name}" for name, expression in merged.items())
    workspace.run(
        f"""
        create or replace temp table merged_rows as
        select m.lead_row as row_number, {made}
        from {rows.sql} p join rows_to_merge m using (row_number) group by m.lead_row
        """,  # noqa: S608  # names and expressions of ours
        rows.params | bound,
    )
    return RowSource(
        f"(select row_number, {columns} from {rows.sql} anti join merged_rows using (row_number)"  # noqa: S608
        f" union all by name select row_number, {columns} from merged_rows)",
        rows.params,
        rows.columns,
    )


def _merged_columns(profile: ImportProfile, rows: RowSource) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the columns of a merged row are made of, over the rows `p` of one person, and what that binds."""
    made = {name: _last(name, profile) for name in profile.fields}
    # What is derived from a phone comes from the row that the phone comes from.
    made |= {name: f"arg_max_null(p.{name}, p.row_number) filter (p.phone is not null)" for name in DERIVED_COLUMNS}
    made |= {
        name: f"arg_max(p.{name}, p.row_number) filter (len(p.{name}) > 0)"
        for name in (SECONDARY_PHONES, SECONDARY_CONTACTS)
    }
    if "tags" in profile.fields:
        made["tags"] = new_tags("flatten(list(p.tags order by p.row_number) filter (p.tags is not null))")
    made["warnings"] = "flatten(list(p.warnings))"
    made["attributes"], bound = merged_attributes(profile)
    bound |= {f"default_{name}": rule.default for name, rule in profile.fields.items() if rule.default is not None}
    return {name: expression for name, expression in made.items() if name in rows.columns}, bound


def _last(name: str, profile: ImportProfile) -> str:
    """Return the last value; a default says what an empty cell means, so it only stands where nothing else does."""
    last = f"arg_max(p.{name}, p.row_number)"
    if profile.fields[name].default is None:
        return last
    return f"coalesce({last} filter (({is_default(name, profile)}) is not true), {last})"
