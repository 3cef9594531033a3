"""Writes one import's rows of a view as a Parquet file, for analysts who never open the store. Where the file goes, and
that readers see all of it or nothing, belongs in filing/.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store.connection import values_kept_in
from lead_pipeline.store.lead_store import LeadStore

_VIEWS = ("leads", "rejected_leads")


def publish(store: LeadStore, view: str, import_id: str, path: Path) -> int:
    """Write one import's rows of the `leads` or `rejected_leads` view to a Parquet file; return how many.

    Raises: StoreError for another view, or when DuckDB cannot write it.
    """
    if view not in _VIEWS:
        raise StoreError(f"'{view}' is not a table that is published; {' and '.join(_VIEWS)} are.")
    # In the order of the file: rows are inserted in it, and DuckDB keeps insertion order.
    sql = f"select * exclude (import_id) from main.{view} where import_id = ?"  # noqa: S608
    with values_kept_in(f"publishing {view}"):
        store.con.sql(sql, params=[import_id]).write_parquet(str(path), compression="zstd")
        return int(store.rows("select num_rows from parquet_file_metadata(?)", [str(path)])[0][0])


def publish_from_parts(store: LeadStore, import_id: str, path: Path, parts: Sequence[Path]) -> int:
    """Write the same rows of `leads` as `publish`, their long texts from the parts that were just committed.

    To unpack those from the store again takes longer than everything else about it. Only for parts that this very
    commit wrote: those of a later attempt may come from a newer release, and the store is what is true.
    """
    view = "main.leads where import_id = ?"
    kinds = {name: kind for name, kind, *_ in store.rows("describe select * exclude (import_id) from main.leads")}
    texts = [name for name in _texts_of(parts[0]) if name in kinds]
    # A text that is in no part is the same in every lead of the import: its destination, or nothing.
    same = [name for name, kind in kinds.items() if kind == "VARCHAR" and name not in texts]
    numbers = [name for name in kinds if name not in (*texts, *same)]
    constants = store.frame(f"select {', '.join(same)} from {view} limit 1", [import_id])  # noqa: S608  # names of ours
    leads = store.frame(f"select {', '.join(numbers)} from {view}", [import_id])  # noqa: S608  # names of ours
    # As DuckDB would have written it, so that files of both kinds can be read as one table.
    leads = leads.with_columns(pl.col(pl.Datetime).dt.convert_time_zone("UTC"))
    rows = pl.scan_parquet(list(parts), glob=False).select("row_number", *texts)
    whole = rows.join(leads.lazy(), on="row_number", how="inner", maintain_order="left")
    whole = whole.with_columns(pl.lit(constants[name].item(), dtype=pl.String).alias(name) for name in same)
    whole.select(*kinds).sink_parquet(path, compression="zstd", compression_level=1)
    return leads.height


def _texts_of(part: Path) -> list[str]:
    """Return the text columns of a part: fields go into the store as they stand there."""
    return [name for name, dtype in pl.read_parquet_schema(part).items() if dtype == pl.String]
