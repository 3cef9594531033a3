"""Writes what a rehearsal says of each row, while it can be seen: outcome, reasons, what would change of which lead.
Rehearsing itself belongs in rehearsing.py, the file for people in reporting/.
"""

from pathlib import Path

from lead_pipeline.store.duckdb.connection import values_kept_in
from lead_pipeline.store.duckdb.lead_store import LeadStore, LedgerEntry


def write_rehearsed_rows(store: LeadStore, entry: LedgerEntry, path: Path) -> None:
    """Write the rows of an import as Parquet, in the order of the file; to be called inside its rehearsal.

    Columns: row_number, line_number BIGINT; outcome VARCHAR; reason_codes, warning_codes VARCHAR[] (null for none);
    hints VARCHAR; lead_id BIGINT, of leads that are there already, null for those that the import would create;
    changes STRUCT(field, before, after)[], null for none.
    """
    with values_kept_in("writing what would become of the rows"):
        store.con.sql(
            """
            with made as (select lead_id from base.leads where import_no = $import_no),
            changed as (
                select row_number, list(struct_pack(field, before, after) order by field) as changes
                from changes group by row_number
            )
            select o.row_number, o.line_number, o.outcome::varchar as outcome, o.reason_codes, o.warning_codes, o.hints,
                   case when made.lead_id is null then o.lead_id end as lead_id, changed.changes
            from base.row_outcomes o
            left join made on made.lead_id = o.lead_id
            left join changed on changed.row_number = o.row_number
            where o.import_no = $import_no order by o.row_number
            """,
            params={"import_no": entry.import_no},
        ).write_parquet(str(path))
