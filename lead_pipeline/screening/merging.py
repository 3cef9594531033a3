"""Makes one row of the several that a file has for one person, where the profile says so: later values win, empty ones
never do, and what gives way is noted. Which rows these are is decided elsewhere.
"""

from typing import Any

from lead_pipeline.model.fields import CONSENT_FIELDS, DERIVED_COLUMNS, SECONDARY_CONTACTS, SECONDARY_PHONES
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.screening.lead_columns import RowSource, is_default, new_tags
from lead_pipeline.screening.updates.attribute_merge import merged_attributes
from lead_pipeline.screening.updates.newest_consent import consents_of_merged_rows
from lead_pipeline.store.workspace import Workspace

#: Values that differ only in case are one; `p` is the row, `k` the merged row.
_DIFFERS = "lower({it}) <> lower(k.{name}::varchar)"

_MEMBERS = """
    select row_number, lead_row, 'attribute ' || name as field, json_extract_string(attributes, pointer) as value,
           json_extract_string(merged, pointer) as kept
    from (select *, '/' || replace(replace(name, '~', '~0'), '/', '~1') as pointer
          from (select p.row_number, m.lead_row, p.attributes, k.attributes as merged,
                       unnest(json_keys(p.attributes)) as name
                from {rows} p join rows_to_merge m using (row_number) join merged_rows k on k.row_number = m.lead_row
                where p.attributes <> k.attributes))
    where lower(value) <> lower(kept) and not list_contains($attribute_defaults, name || ': ' || value)
"""

_FORM = "{} '{}' of row {} (kept: '{}')"

#: What a row lost stands with the row; what the row that is kept lost, also with the last one merged into it, for only
#: that one is in the rejected file.
_NOTED = """
    create or replace temp table dropped_values_of_rows as
    with one_by_one as (
        select row_number, lead_row,
               format($form, field, value, row_number, kept) as dropped
        from ({values})
    ), noted as (
        select row_number, dropped from one_by_one
        union all
        select last_row, dropped
        from one_by_one join (select lead_row, max(row_number) as last_row from rows_to_merge group by lead_row)
            using (lead_row)
        where row_number = lead_row and last_row <> lead_row
    )
    select row_number,
           'Dropped when rows of one person were merged: ' || string_agg(dropped, ', ' order by dropped) || '.' as hint
    from noted group by row_number
"""


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
    _note_dropped_values(workspace, profile, rows)
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
    made |= consents_of_merged_rows(profile)
    made["warnings"] = "flatten(list(p.warnings))"
    made["attributes"], bound = merged_attributes(profile)
    defaulted = {name: rule for name, rule in profile.fields.items() if name not in CONSENT_FIELDS}
    bound |= {f"default_{name}": rule.default for name, rule in defaulted.items() if rule.default is not None}
    return {name: expression for name, expression in made.items() if name in rows.columns}, bound


def _last(name: str, profile: ImportProfile) -> str:
    """Return the last value; a default says what an empty cell means, so it only stands where nothing else does."""
    last = f"arg_max(p.{name}, p.row_number)"
    if profile.fields[name].default is None:
        return last
    return f"coalesce({last} filter (({is_default(name, profile)}) is not true), {last})"


def _note_dropped_values(workspace: Workspace, profile: ImportProfile, rows: RowSource) -> None:
    """Add to `decided_rows` what the rows in `rows_to_merge` have and `merged_rows` has otherwise."""
    parts, bound = _dropped(profile, rows)
    workspace.run(_NOTED.format(values=" union all ".join(parts)), rows.params | bound | {"form": _FORM})
    if not workspace.rows("select 1 from dropped_values_of_rows limit 1"):
        return
    # Made again in order: leads are numbered in the order of this table.
    workspace.run(
        """
        create or replace temp table decided_rows as
        select d.* replace (
            case when v.hint is not null then list_append(coalesce(warning_codes, []), $dropped) else warning_codes end
                as warning_codes,
            nullif(concat_ws(' ', d.hints, v.hint), '') as hints)
        from decided_rows d left join dropped_values_of_rows v using (row_number)
        order by d.row_number
        """,
        {"dropped": Reason.DUPLICATE_VALUE_DROPPED.value},
    )


def _dropped(profile: ImportProfile, rows: RowSource) -> tuple[list[str], dict[str, Any]]:
    """Return queries of `row_number lead_row field value kept`, and the values that they bind."""
    parts, bound = [], {}
    lists = [name for name in (SECONDARY_PHONES, SECONDARY_CONTACTS) if name in rows.columns]
    for name in [*(field for field in profile.fields if field != "tags"), *lists]:
        value = f"p.{name}::varchar"
        condition = _DIFFERS.format(it=value, name=name)
        rule = profile.fields.get(name)
        if rule is not None and rule.default is not None:
            condition += f" and ({is_default(name, profile)}) is not true"
            bound[f"default_{name}"] = rule.default
        parts.append(
            f"select p.row_number, m.lead_row, '{name}' as field, {value} as value, k.{name}::varchar as kept"  # noqa: S608
            f" from {rows.sql} p join rows_to_merge m using (row_number)"
            f" join merged_rows k on k.row_number = m.lead_row where {condition}"
        )
    defaults = {name: rule.default for name, rule in profile.attributes.items() if rule.default is not None}
    defaults |= profile.attribute_defaults
    parts.append(_MEMBERS.format(rows=rows.sql))
    return parts, bound | {"attribute_defaults": ["", *(f"{name}: {value}" for name, value in defaults.items())]}
