"""Writes one import's rows as Parquet files, for analysts who never open the store. Where a file goes, and that readers
see all of it or nothing, does not belong here.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from lead_pipeline.model.reasons import Reason
from lead_pipeline.store.ledger import KNOWN_ROWS
from lead_pipeline.store.workspace import Workspace

#: The leads that an import created, as they are now.
_CREATED = "select * exclude (import_id), 'created' as outcome from main.leads where import_id = $import_id"

#: The leads that it updated, under the number of the row that did. The second condition on these is implied, and lets
#: DuckDB pass over the leads that nobody wrote since.
_UPDATED = """
    union all by name
    select l.* exclude (import_id) replace (o.row_number as row_number), 'updated' as outcome
    from main.leads l
    join (select lead_id, row_number from base.row_outcomes
          where import_no = $import_no and outcome = 'updated') o using (lead_id)
    where l.updated_import_id in (select import_id from base.imports where import_no >= $import_no)
"""

#: Only an import that merged rows, or took a listed phone out of one, has leads whose texts are in no part.
_IS_ALTERED = """
    select exists(from base.row_outcomes where import_no = $import_no
                  and (list_contains(reason_codes, $merged) or list_contains(warning_codes, $taken_out)))
"""


def publish_leads(
    workspace: Workspace, import_id: str, path: Path, *, parts: Sequence[Path], committed_at: datetime
) -> int:
    """Write the leads that an import created and updated, distinguished by the column `outcome`; return how many.

    They come in the order of the file: rows are inserted in it, and DuckDB keeps insertion order. Updated leads come
    last. `parts` are the normalized rows of the commit at `committed_at`; they are read only where the leads have the
    same texts: where that very commit wrote them (the parts of a later attempt may come from a newer release, and the
    store is what is true), each from a single row.

    Raises: StoreError when DuckDB cannot write the file.
    """
    sql, params = _CREATED, dict[str, object](import_id=import_id)
    known = workspace.rows(
        "select import_no, rows_created, rows_updated, committed_at from base.imports where import_id = ?", [import_id]
    )
    # None: the content was committed under the name it had before, and its receipt was lost since.
    for import_no, created, updated, at in known:
        is_long = created > _FEW
        if parts and at == committed_at and is_long and not updated and not _is_altered(workspace, import_no):
            return _publish_from_parts(workspace, import_id, path, parts)
        if updated:
            sql, params = sql + _UPDATED, params | {"import_no": import_no}
        elif not is_long:
            sql += " order by row_number"
    return workspace.write_parquet(path, sql, params, doing="publishing leads")


#: So few leads are written by one statement, which DuckDB plans once: to unpack their texts takes no time.
_FEW = 5_000

#: How many rows of a part become leads of the published file at a time.
_ROWS_TOGETHER = 40_000

_NO_ROWS = "select null::bigint as row_number where false"

#: The rows with their hints, and of those whose lead is there already which one that is.
_REJECTED = """
    with known as (
        select o.row_number, 'Lead ' || l.lead_id || ' in ' || d.kind || ':' || d.name || ' was created on '
               || strftime(l.created_at, '%Y-%m-%d') || ' by ' || i.import_id || '.' as lead, l.lead_id, i.import_id
        from base.row_outcomes o
        join base.leads l using (lead_id)
        join base.destinations d using (destination_id)
        join base.imports i on i.import_no = l.import_no
        where o.import_no = (select import_no from base.imports where import_id = $import_id)
          and list_contains(o.reason_codes, $existing)
    )
    select r.* exclude (import_id, raw) replace (nullif(concat_ws(' ', r.hints, k.lead), '') as hints),
           c.row_number is not null as is_known, k.lead_id as matched_lead_id, k.import_id as matched_import_id
    from main.rejected_leads r left join known k using (row_number)
    left join ({come_again}) c on c.row_number = r.row_number
    where r.import_id = $import_id order by r.row_number
"""


def publish_rejected(workspace: Workspace, import_id: str, path: Path) -> int:
    """Write the rows that did not become leads, in the order of the file; return how many.

    Columns: row_number, line_number BIGINT; outcome VARCHAR; reason_codes VARCHAR[]; hints VARCHAR; reason_columns
    STRUCT(code, field, column)[]; is_known BOOLEAN: a row of a sequel that is known from the import that it continues,
    and that nobody has to look at; matched_lead_id BIGINT, matched_import_id VARCHAR: of a duplicate, the lead that is
    there and the import that created it. Their cells are beside the rejected file and, as `raw`, in the
    view `rejected_leads`; another copy would only be one more to erase.

    Raises: StoreError when DuckDB cannot write the file.
    """
    params: dict[str, object] = {"import_id": import_id, "existing": Reason.DUPLICATE_EXISTING.value}
    found = workspace.rows(
        "select import_no, sequel_of is not null,"
        " exists (from base.rejected_rows r where r.import_no = i.import_no)"
        " from base.imports i where import_id = ?",
        [import_id],
    )
    come_again, write = _NO_ROWS, workspace.write_no_rows
    for import_no, is_sequel, is_any in found:
        if is_sequel:
            come_again, params = KNOWN_ROWS, params | {"import_no": import_no}
        if is_any:
            write = workspace.write_parquet
    return write(path, _REJECTED.format(come_again=come_again), params, doing="publishing rejected leads")


def publish_recovered(workspace: Workspace, import_id: str, path: Path) -> int:
    """Write which rows of an import became leads by a later one, in the order of the file; return how many.

    Columns: row_number BIGINT, first_outcome, recovered_by VARCHAR, recovered_row_number BIGINT, outcome VARCHAR,
    lead_id BIGINT, as in the view `recovered_rows`.

    Raises: StoreError when DuckDB cannot write the file.
    """
    recovered = "select * exclude (import_id) from main.recovered_rows where import_id = $import_id order by row_number"
    return workspace.write_parquet(path, recovered, {"import_id": import_id}, doing="publishing recovered rows")


#: The rows that were imported although something about them is odd.
_WARNED = """
    select row_number, line_number, outcome::varchar as outcome, warning_codes, hints, reason_columns
    from base.row_outcomes
    where import_no = (select import_no from base.imports where import_id = $import_id)
      and outcome in ('created', 'updated', 'unchanged') and len(warning_codes) > 0
    order by row_number
"""


def publish_warned(workspace: Workspace, import_id: str, path: Path) -> int:
    """Write the rows that were imported with warnings, in the order of the file; return how many.

    Columns: row_number, line_number BIGINT; outcome VARCHAR; warning_codes VARCHAR[]; hints VARCHAR; reason_columns
    STRUCT(code, field, column)[].

    Raises: StoreError when DuckDB cannot write the file.
    """
    is_any = workspace.one(
        "select exists (from base.row_outcomes where len(warning_codes) > 0"
        " and import_no = (select import_no from base.imports where import_id = ?))",
        [import_id],
    )
    write = workspace.write_parquet if is_any else workspace.write_no_rows
    return write(path, _WARNED, {"import_id": import_id}, doing="publishing warned leads")


def _is_altered(workspace: Workspace, import_no: int) -> bool:
    codes = {"merged": Reason.DUPLICATE_MERGED.value, "taken_out": Reason.SECONDARY_PHONE_SUPPRESSED.value}
    return bool(workspace.one(_IS_ALTERED, {"import_no": import_no, **codes}))


def _publish_from_parts(workspace: Workspace, import_id: str, path: Path, parts: Sequence[Path]) -> int:
    """Write created leads part by part, their long texts from the parts that were just committed.

    To unpack those from the store again takes longer than everything else about it.
    """
    columns = _columns_of(workspace, import_id, parts[0])
    leads = 0
    with _WrittenAside(path) as file:
        for part in parts:
            # Some at a time: a row is in memory five times here, as read, joined, as Arrow, compressed and as the next.
            rows = pl.read_parquet(part, columns=["row_number", *columns.texts], glob=False, memory_map=False)
            for some in rows.iter_slices(_ROWS_TOGETHER) if rows.height else [rows]:
                table = _leads_of(workspace, import_id, some, columns).to_arrow()
                file.write(table)
                leads += table.num_rows
    return leads


class _WrittenAside:
    """A Parquet file whose tables are each written while the next one is made: both let go of the interpreter's lock.
    It has the columns of the first one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._aside = ThreadPoolExecutor(1)
        self._writer: pq.ParquetWriter | None = None
        self._written: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def write(self, table: pa.Table) -> None:
        """Write a table when the one before it is written; raises what writing that one raised."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd", compression_level=1)
        if self._written is not None:
            self._written.result()
        if table.num_rows:
            self._written = self._aside.submit(self._writer.write_table, table.cast(self._writer.schema))

    def __exit__(self, failed: type[BaseException] | None, *_of_it: object) -> None:
        self._aside.shutdown()
        if self._writer is not None:
            self._writer.close()
        if failed is None and self._written is not None:
            self._written.result()


class _Columns(NamedTuple):
    """The columns of published leads, in order, and where they come from: parts, store, or alike in every lead."""

    names: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    constants: pl.DataFrame


def _columns_of(workspace: Workspace, import_id: str, part: Path) -> _Columns:
    view = "main.leads where import_id = ?"
    kinds = workspace.columns("select * exclude (import_id) from main.leads")
    there = pl.read_parquet_schema(part)
    texts = [name for name, dtype in there.items() if name in kinds and dtype == pl.String]
    # A text that is in no part is the same in every lead of the import, its destination or nothing. What else has no
    # value need not be asked for row by row either.
    same = [name for name, kind in kinds.items() if kind == "VARCHAR" and name not in there]
    rest = [name for name in kinds if name not in (*texts, *same)]
    counts = ", ".join(f"count({name})" for name in rest)
    filled = workspace.rows(f"select {counts} from {view}", [import_id])[0]  # noqa: S608  # names of ours
    numbers = [name for name, count in zip(rest, filled, strict=True) if count]
    same += [name for name in rest if name not in numbers]
    constants = workspace.frame(f"select {', '.join(same)} from {view} limit 1", [import_id])  # noqa: S608
    return _Columns(tuple(kinds), tuple(texts), tuple(numbers), constants)


def _leads_of(workspace: Workspace, import_id: str, rows: pl.DataFrame, columns: _Columns) -> pl.DataFrame:
    """Return the leads of some rows of a part, in their order."""
    first, last = (rows["row_number"][0], rows["row_number"][-1]) if rows.height else (0, 0)
    leads = workspace.frame(
        f"select {', '.join(columns.numbers)} from main.leads"  # noqa: S608  # names of ours
        " where import_id = ? and row_number between ? and ?",
        [import_id, first, last],
    )
    # As DuckDB would have written it, so that files of both kinds can be read as one table.
    leads = leads.with_columns(pl.col(pl.Datetime).dt.convert_time_zone("UTC"))
    whole = rows.join(leads, on="row_number", how="inner", maintain_order="left")
    whole = whole.with_columns(pl.lit(one.item(), dtype=one.dtype).alias(one.name) for one in columns.constants)
    return whole.select(*columns.names, outcome=pl.lit("created"))
