"""Lists what an import changes of leads that are there already, value by value, for people to look at before it is
imported.
"""

from collections.abc import Sequence

from lead_pipeline.screening.updates.updating import Change
from lead_pipeline.store.workspace import Workspace


def list_changes(workspace: Workspace, changes: Sequence[Change]) -> None:
    """Fill `lead_changes` from the old and new values in `updates`, each attribute on a line of its own."""
    workspace.run(
        "create or replace temp table lead_changes"
        " (row_number bigint, lead_id bigint, field varchar, before varchar, after varchar)"
    )
    for change in changes:
        workspace.run(_ATTRIBUTES_CHANGED if change.name == "attributes" else _changed(change))
    if changes:
        workspace.run(_IDENTIFIERS_ADDED)


def _changed(change: Change) -> str:
    field, now = (
        ("secondary_contacts", "new_secondaries") if change.name == "secondaries" else (change.name, change.name)
    )
    shown = {"tags": "array_to_string({it}, ', ')", "secondaries": "to_json({it})::varchar"}
    before, after = (
        shown.get(change.name, "{it}::varchar").format(it=column) for column in (f"was_{change.name}", now)
    )
    return f"""
        insert into lead_changes by name
        select import_row as row_number, lead_id, '{field}' as field, {before} as before, {after} as after
        from updates where was_{change.name} is distinct from {now}
    """  # noqa: S608  # names of ours


_ATTRIBUTES_CHANGED = """
    insert into lead_changes by name
    with members as (
        select import_row as row_number, lead_id, was_attributes, attributes as new_attributes,
               unnest(list_distinct(list_concat(json_keys(coalesce(was_attributes, '{}')),
                                                json_keys(coalesce(attributes, '{}'))))) as name
        from updates
    ), compared as (
        select row_number, lead_id, 'attribute.' || name as field,
               json_extract_string(was_attributes, '/' || replace(replace(name, '~', '~0'), '/', '~1')) as before,
               json_extract_string(new_attributes, '/' || replace(replace(name, '~', '~0'), '/', '~1')) as after
        from members
    )
    select * from compared where before is distinct from after
"""

_IDENTIFIERS_ADDED = """
    insert into lead_changes by name
    select u.import_row as row_number, u.lead_id, 'alias.' || i.kind as field, null::varchar as before,
           coalesce(i.value, '+' || i.key) as after
    from updates u join new_identifiers i on i.row_number = u.import_row
"""
