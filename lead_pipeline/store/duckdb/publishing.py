"""Writes one import's rows of a view as a Parquet file, for analysts who never open the store. Where the file goes, and
that readers see all of it or nothing, belongs in filing/.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store.duckdb.connection import values_kept_in
from lead_pipeline.store.duckdb.lead_store import LeadStore

_VIEWS = ("leads", "rejected_leads")


#: The leads that an import wrote: those it created, as they are now, and those it updated, under the number of the row
#: that did. The second condition on these is implied, and lets DuckDB pass over the leads that nobody wrote since.
_UPDATED = """
    union all by name
    select l.* exclude (import_id) replace (o.row_number as row_number), 'updated' as outcome
    from main.leads l
    join (select lead_id, row_number from base.row_outcomes
          where import_no = $import_no and outcome = 'updated') o using (lead_id)
    where l.updated_import_id in (select import_id from base.imports where import_no >= $import_no)
"""


def publish(store: LeadStore, view: str, import_id: str, path: Path) -> int:
    """Write one import's rows of the `leads` or `rejected_leads` view to a Parquet file; return how many.

    Its leads are those that it created and those that it updated, told apart by the column `outcome`.

    Raises: StoreError for another view, or when DuckDB cannot write it.
    """
    if view not in _VIEWS:
        raise StoreError(f"'{view}' is not a table that is published; {' and '.join(_VIEWS)} are.")
    # In the order of the file: rows are inserted in it, and DuckDB keeps insertion order. Updated leads come last.
    outcome = ", 'created' as outcome" if view == "leads" else ""
    sql = f"select * exclude (import_id){outcome} from main.{view} where import_id = $import_id"  # noqa: S608
    params: dict[str, Any] = {"import_id": import_id}
    found = store.rows("select import_no, rows_updated from base.imports where import_id = ?", [import_id])
    if view == "leads" and found and found[0][1]:
        sql, params = sql + _UPDATED, params | {"import_no": found[0][0]}
    with values_kept_in(f"publishing {view}"):
        store.con.sql(sql, params=params).write_parquet(str(path), compression="zstd")
        return int(store.rows("select num_rows from parquet_file_metadata(?)", [str(path)])[0][0])


def publish_from_parts(store: LeadStore, import_id: str, path: Path, parts: Sequence[Path]) -> int:
    """Write the same rows of `leads` as `publish`, their long texts from the parts that were just committed.

    To unpack those from the store again takes longer than everything else about it. Only for parts that this very
    commit wrote, those of a later attempt may come from a newer release, and the store is what is true; and only where
    it created leads of single rows: what it merged or updated stands in no part.
    """
    view = "main.leads where import_id = ?"
    kinds = {name: kind for name, kind, *_ in store.rows("describe select * exclude (import_id) from main.leads")}
    there = pl.read_parquet_schema(parts[0])
    texts = [name for name, dtype in there.items() if name in kinds and dtype == pl.String]
    # A text that is in no part is the same in every lead of the import, its destination or nothing. What else has no
    # value need not be asked for row by row either.
    same = [name for name, kind in kinds.items() if kind == "VARCHAR" and name not in there]
    rest = [name for name in kinds if name not in (*texts, *same)]
    counts = ", ".join(f"count({name})" for name in rest)
    filled = store.rows(f"select {counts} from {view}", [import_id])[0]  # noqa: S608  # names of ours
    numbers = [name for name, count in zip(rest, filled, strict=True) if count]
    same += [name for name in rest if name not in numbers]
    constants = store.frame(f"select {', '.join(same)} from {view} limit 1", [import_id])  # noqa: S608  # names of ours
    leads = store.frame(f"select {', '.join(numbers)} from {view}", [import_id])  # noqa: S608  # names of ours
    # As DuckDB would have written it, so that files of both kinds can be read as one table.
    leads = leads.with_columns(pl.col(pl.Datetime).dt.convert_time_zone("UTC"))
    rows = pl.scan_parquet(list(parts), glob=False).select("row_number", *texts)
    whole = rows.join(leads.lazy(), on="row_number", how="inner", maintain_order="left")
    whole = whole.with_columns(pl.lit(column.item(), dtype=column.dtype).alias(column.name) for column in constants)
    whole.select(*kinds, outcome=pl.lit("created")).sink_parquet(path, compression="zstd", compression_level=1)
    return leads.height
