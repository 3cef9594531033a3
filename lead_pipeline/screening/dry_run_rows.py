"""Writes what a dry run says of each row: outcome, reasons, what would change of which lead."""

from pathlib import Path

from lead_pipeline.store.workspace import Workspace

_ROWS = """
    with made as (select lead_id from base.leads where import_no = $import_no),
    changed as (
        select row_number, list(struct_pack(field, before, after) order by field) as changes
        from lead_changes group by row_number
    ), managed as (
        select row_number, list(struct_pack(lead_id, change, destination, "to") order by lead_id, change) as leads
        from rows_of_changes group by row_number
    )
    select o.row_number, o.line_number, o.outcome::varchar as outcome, o.reason_codes, o.warning_codes, o.hints,
           case when made.lead_id is null then o.lead_id end as lead_id, changed.changes,
           managed.leads
    from base.row_outcomes o
    left join made on made.lead_id = o.lead_id
    left join changed on changed.row_number = o.row_number
    left join managed on managed.row_number = o.row_number
    where o.import_no = $import_no order by o.row_number
"""


def write_dry_run_rows(workspace: Workspace, import_no: int, path: Path) -> None:
    """Write the rows of an import as Parquet, in the order of the file; to be called inside its dry run.

    Columns: row_number, line_number BIGINT; outcome VARCHAR; reason_codes, warning_codes VARCHAR[] (null for none);
    hints VARCHAR; lead_id BIGINT, of leads that are there already, null for those that the import would create;
    changes STRUCT(field, before, after)[], null for none; leads STRUCT(lead_id, change, destination, to)[]: what would
    become of leads that are there, null for none.
    """
    workspace.write_parquet(path, _ROWS, {"import_no": import_no}, doing="writing what would become of the rows")
