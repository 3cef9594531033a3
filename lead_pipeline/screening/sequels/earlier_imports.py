"""What the store has of earlier imports that a file could be a sequel of: which these are, and what they left out."""

from dataclasses import dataclass

import polars as pl

from lead_pipeline.store.records import ImportRecord
from lead_pipeline.store.workspace import Workspace

#: So many imports are looked at, the newest of those with the same columns: a file is corrected soon, if ever.
_LATEST = 20

#: So many rows of a file are looked up in each of them before all are.
_SAMPLED = 1_000

_CANDIDATES = """
    select import_no, rows_read, rows_read - rows_skipped as rows,
           rows_rejected + rows_suppressed + rows_skipped as without_lead, rows_duplicate
    from base.imports
    where profile = $profile and header_key = $header_key
      and case when $among is null then import_no < $import_no else import_no = $among end
      and destination_id = (select destination_id from base.imports where import_no = $import_no)
      and started_at <= (select started_at from base.imports where import_no = $import_no)
      and status in ('completed', 'completed_with_rejects')
      and rows_rejected + rows_suppressed + rows_skipped > 0
    order by import_no desc limit $latest
"""

#: The rows of both imports that are of one lead. Of several such rows the one in the same place is the same one, and of
#: the others the first is the first.
_ROWS_OF_ONE_LEAD = """
    with leads as (from base.row_outcomes where lead_id is not null),
    now as (select row_number, lead_id from leads where import_no = $import_no),
    earlier as (select row_number, lead_id from leads where import_no = $earlier),
    in_place as (select n.row_number as row, n.lead_id from now n join earlier e using (lead_id, row_number)),
    moved as (
        select n.row_number as row, e.row_number as earlier
        from (select *, row_number() over (partition by lead_id order by row_number) as nth
              from now anti join in_place on row = row_number) n
        join (select *, row_number() over (partition by lead_id order by row_number) as nth
              from earlier anti join in_place on row = row_number) e using (lead_id, nth)
    )
    select row, row as earlier from in_place union all select row, earlier from moved
"""


@dataclass(frozen=True, slots=True)
class EarlierImport:
    """An import whose left-out rows may come again; `rows` are those that are not blank or the like. Most rows that it
    left out have no lead; duplicates have one.
    """

    import_no: int
    rows_read: int
    rows: int
    without_lead: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class LaterDrop:
    """An import written before one whose file came earlier; `rows` does not count those that are blank or the like."""

    import_no: int
    import_id: str
    rows_read: int
    rows: int


def find_earlier_imports(
    workspace: Workspace, record: ImportRecord, import_no: int, *, among: int | None = None
) -> list[EarlierImport]:
    """Return committed imports of the same profile, destination and columns that left rows out and whose files came
    earlier, newest first: those before an import, or the one with the number `among`.
    """
    if record.header_key is None:
        return []
    sought = {"profile": record.profile, "header_key": record.header_key, "import_no": import_no, "among": among}
    return [EarlierImport(*numbers) for numbers in workspace.rows(_CANDIDATES, sought | {"latest": _LATEST})]


def find_later_drops(workspace: Workspace, record: ImportRecord, import_no: int) -> list[LaterDrop]:
    """Return imports with the same columns that are no sequels, whose file came later than that of an import which was
    just written and left rows out, and that were committed before it.
    """
    return [
        LaterDrop(*values)
        for values in workspace.rows(
            """
            select i.import_no, i.import_id, i.rows_read, i.rows_read - i.rows_skipped as rows
            from base.imports i join (from base.imports where import_no = $import_no) n
              on i.profile = n.profile and i.header_key = n.header_key and i.destination_id = n.destination_id
            where i.import_no < n.import_no and i.started_at > n.started_at and i.sequel_of is null
              and n.sequel_of is null and i.status in ('completed', 'completed_with_rejects')
              and n.rows_rejected + n.rows_suppressed + n.rows_skipped > 0 and $header_key is not null
            order by i.import_no limit $latest
            """,
            {"import_no": import_no, "header_key": record.header_key, "latest": _LATEST},
        )
    ]


def count_rows_of(workspace: Workspace, import_no: int) -> tuple[int, int]:
    """Return how many rows an import has, and how many of them are not blank or the like."""
    sql = "select rows_read, rows_skipped from base.imports where import_no = ?"
    ((rows, skipped),) = workspace.rows(sql, [import_no])
    return int(rows), int(rows - skipped)


def estimate_shared_leads(
    workspace: Workspace, import_no: int, rows: int, earlier: list[EarlierImport]
) -> dict[int, float]:
    """Return of each earlier import the share of rows, among some of this one, whose lead it has as well."""
    numbers = [one.import_no for one in earlier]
    step = max(1, rows // _SAMPLED)
    found = workspace.rows(
        """
        with sampled as (
            select row_number, lead_id from base.row_outcomes where import_no = $import_no and row_number % $step = 0
        )
        select o.import_no, count(distinct s.row_number)
        from base.row_outcomes o join sampled s using (lead_id)
        where o.import_no between $first and $last and list_contains($numbers, o.import_no)
        group by o.import_no
        """,
        {"import_no": import_no, "step": step, "first": min(numbers), "last": max(numbers), "numbers": numbers},
    )
    return {int(number): shared / (rows // step) for number, shared in found}


def estimate_leads_shared_by(workspace: Workspace, drops: list[LaterDrop], import_no: int) -> dict[int, float]:
    """Return of each drop, by number, the share of its rows, among some, whose lead an import has as well: what
    `estimate_shared_leads` returns of the two, of all drops at once.
    """
    steps = {one.import_no: max(1, one.rows_read // _SAMPLED) for one in drops}
    sampled = pl.DataFrame({"import_no": list(steps), "step": list(steps.values())})
    with workspace.registered("sampled_drops", sampled):
        found = workspace.rows(
            """
            select s.import_no, count(distinct s.row_number)
            from (select o.import_no, o.row_number, o.lead_id
                  from base.row_outcomes o join sampled_drops d using (import_no)
                  where o.import_no between $first and $last and o.row_number % d.step = 0) s
            semi join (from base.row_outcomes where import_no = $import_no) o on o.lead_id = s.lead_id
            group by s.import_no
            """,
            {"import_no": import_no, "first": min(steps), "last": max(steps)},
        )
    rows = {one.import_no: one.rows_read // steps[one.import_no] for one in drops}
    return {int(number): shared / rows[number] for number, shared in found}


def find_rows_of_one_lead(workspace: Workspace, import_no: int, earlier: EarlierImport) -> pl.DataFrame:
    """Return the rows (`row`) of this import that have the lead of a row (`earlier`) of an earlier one."""
    return workspace.frame(_ROWS_OF_ONE_LEAD, {"import_no": import_no, "earlier": earlier.import_no})


def find_left_out(workspace: Workspace, earlier: EarlierImport, among: pl.Series) -> pl.DataFrame:
    """Return which of these rows an import left out: `row_number`, `reasons` (codes, as a rejected file lists them),
    `raw` (a JSON object).
    """
    with workspace.registered("wanted_rows", pl.DataFrame({"row_number": among})):
        return workspace.frame(
            """
            select row_number, array_to_string(reason_codes, '; ') as reasons, raw
            from base.rejected_rows semi join wanted_rows using (row_number)
            where import_no = $earlier order by row_number
            """,
            {"earlier": earlier.import_no},
        )


def find_rows_without_lead(workspace: Workspace, earlier: EarlierImport) -> pl.Series:
    """Return the numbers of the rows that an import left out, without duplicates: those are rows of their lead."""
    sql = "select row_number from base.rejected_rows where import_no = ? and outcome <> 'duplicate' order by row_number"
    return workspace.frame(sql, [earlier.import_no])["row_number"]


def find_row_numbers(workspace: Workspace, import_no: int) -> pl.Series:
    """Return the numbers of the rows of an import that are not blank or the like."""
    return workspace.frame(
        "select row_number from base.row_outcomes where import_no = ? and outcome <> 'skipped' order by row_number",
        [import_no],
    )["row_number"]


def keep_pairs(workspace: Workspace, import_no: int, earlier_no: int, pairs: pl.DataFrame) -> None:
    """Write which rows are which rows of an earlier import (`row`, `earlier`, `is_changed`), and so what this import is
    a sequel of. Rows that the earlier one had left out of one before it are rows of that.
    """
    with workspace.registered("sequel_pairs", pairs):
        workspace.run(
            """
            insert into base.sequel_rows by name
            select $import_no as import_no, p.row as row_number, o.outcome, o.lead_id,
                   coalesce(c.first_import_no, $earlier) as first_import_no,
                   coalesce(c.first_row_number, p.earlier) as first_row_number,
                   coalesce(c.first_outcome, e.outcome) as first_outcome, p.is_changed
            from sequel_pairs p
            join (from base.row_outcomes where import_no = $import_no) o on o.row_number = p.row
            join (from base.row_outcomes where import_no = $earlier) e on e.row_number = p.earlier
            left join (from base.sequel_rows where import_no = $earlier) c on c.row_number = p.earlier
            order by p.row
            """,
            {"import_no": import_no, "earlier": earlier_no},
        )
    workspace.run(
        """
        update base.imports set sequel_of = (
            select first_import_no from base.sequel_rows where import_no = $import_no
            group by first_import_no order by count(*) desc, first_import_no limit 1)
        where import_no = $import_no
        """,
        {"import_no": import_no},
    )


def keep_rows_judged_again(workspace: Workspace, import_no: int, import_id: str) -> None:
    """Write that the rows of an import are those, of the same content, that another one left out."""
    found = workspace.rows("select import_no from base.imports where import_id = ?", [import_id])
    for (earlier_no,) in found:
        pairs = workspace.frame(
            "select row_number as row, row_number as earlier, false as is_changed from base.row_outcomes"
            " where import_no = ?",
            [import_no],
        )
        keep_pairs(workspace, import_no, earlier_no, pairs)
