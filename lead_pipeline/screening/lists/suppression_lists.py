"""Loads a version of a suppression list into the store: adds entries, ends those that it takes off, and keeps what
became of each of its rows. No entry is ever deleted. Whom the entries concern does not belong here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl

from lead_pipeline.model.errors import ListRefusedError
from lead_pipeline.screening.lists.matching import KEY_OF_ENTRY, key_of_all_forms
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.store.ledger import destination_id, find_list
from lead_pipeline.store.records import ListCounts, ListRecord
from lead_pipeline.store.workspace import Workspace

_Schema = dict[str, pl.DataType | type[pl.DataType]]
ENTRIES_SCHEMA: _Schema = {"identifier_kind": pl.String, "value": pl.String, "reason": pl.String}

#: What an entry may have besides: the row that it is of, and what the list says about it.
ENTRY_FACTS: _Schema = {
    "row_number": pl.Int64,
    "country": pl.String,
    "listed_on": pl.Date,
    "source": pl.String,
    "expires_at": pl.Datetime("us", "UTC"),
}
ROWS_SCHEMA: _Schema = {
    "row_number": pl.Int64, "line_number": pl.Int64, "outcome": pl.String, "reason_codes": pl.List(pl.String)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListParts:
    """A list in Parquet files: its entries (ENTRIES_SCHEMA, ENTRY_FACTS, and `digits`: of phones those of the E.164, as
    UInt64, else null), and its rows (ROWS_SCHEMA). Where it has nothing but phones, no text is read to compare entries.
    """

    entries: tuple[str, ...]
    rows: tuple[str, ...]
    only_phones: bool = False


#: The country of several rows of one entry: where they do not agree, or one says none, the entry counts everywhere.
_COUNTRY = "case when count(*) = count(country) and min(country) = max(country) then min(country) end"
_IN_FORCE = "ended_by is null and (expires_at is null or expires_at > $at)"


def add_suppressions(
    workspace: Workspace,
    record: ListRecord,
    entries: pl.DataFrame | ListParts,
    *,
    rows_read: int,
    rows_rejected: int,
    at: datetime,
    rows: pl.DataFrame | None = None,
) -> ListCounts:
    """Load a version of a list inside a transaction of the caller's and return its counts; the same version twice
    changes nothing.

    `entries` (ENTRIES_SCHEMA, and any of ENTRY_FACTS) has the kind, the value (E.164, the address in lower case, the
    domain, the digits of a prefix, or any other identifier) and the reason that the list gives, or null, of everything
    that the list names; `rows` (ROWS_SCHEMA) are its rows, the outcome of those that were read is null. Both may be in
    files. Makes the temporary view `listed_people` of the entries that suppress from now on, as suppressions are
    matched; where the entries are in files, it is there as long as these.

    Raises: ListRefusedError when a list of that name has another kind or another scope.
    """
    before = find_list(workspace, record)
    if before is not None:
        return before
    scope = None if record.destination is None else destination_id(workspace, record.destination)
    last = _last_version(workspace, record, scope)
    list_no = int(workspace.one("select coalesce(max(list_no), 0) + 1 from base.suppression_lists"))
    read = _load_entries(workspace, entries)
    _find_held(workspace, record)
    held_before = _count_held(workspace, record, at)
    kept = _find_ended(workspace, record, in_doubt=rows_rejected > 0)
    added, ended = _change(workspace, record, list_no, scope, at)
    _list_people(workspace, record, scope, at)
    known = read - (ended if record.mode == "remove" else added)
    version = last.version + 1
    counts = ListCounts(rows_read, added, max(known, 0), rows_rejected, ended=ended, version=version, kept=kept)
    facts = {"entries_before": held_before, "entries_after": held_before, "destination_id": scope}
    _record(workspace, record, counts, {"list_no": list_no, "loaded_at": at, **facts})
    after = _count_held(workspace, record, at)
    trusted = max(last.trusted - max(last.after - held_before, 0), after)  # what expired meanwhile was not lost
    workspace.run(
        "update base.suppression_lists set entries_after = ?, entries_trusted = ? where list_no = ?",
        [after, trusted, list_no],
    )
    if isinstance(entries, ListParts):
        workspace.view_parquet("rows_of_list", entries.rows)
        _keep_rows(workspace, record, list_no)
    elif rows is not None:
        with workspace.registered("rows_of_list", rows.select(ROWS_SCHEMA.keys())):
            _keep_rows(workspace, record, list_no)
    return counts


class _LastVersion(NamedTuple):
    """The last version of a list: its number, the entries in force after it, and what their number is compared with."""

    version: int = 0
    after: int = 0
    trusted: int = 0


def _last_version(workspace: Workspace, record: ListRecord, scope: int | None) -> _LastVersion:
    last = workspace.rows(
        "select kind, destination_id, version, entries_after, entries_trusted from base.suppression_lists"
        " where name = ? order by version desc limit 1",
        [record.list_name],
    )
    if not last:
        return _LastVersion()
    kind, destination, *numbers = last[0]
    if (kind, destination) != (record.kind, scope):
        raise ListRefusedError(
            f"There is a list '{record.list_name}' of kind {kind}"
            f"{' for the whole company' if destination is None else ' for one destination'}, and a version of a list "
            "has its kind and scope. Give this list another name, or load it with that kind and scope."
        )
    return _LastVersion(*map(int, numbers))


def _load_entries(workspace: Workspace, entries: pl.DataFrame | ListParts) -> int:
    """Make `list_entries`: every entry of the list, with its key and the one that all its forms share; return how many
    these are. What is in files stays there: a list may be as long as everything else in the store.
    """
    if isinstance(entries, ListParts):
        workspace.view_parquet("entries_as_read", entries.entries)
    else:
        missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in ENTRY_FACTS.items() if name not in entries]
        whole = entries.with_columns(missing).select(*ENTRIES_SCHEMA, *ENTRY_FACTS)
        with workspace.registered("entries_given", whole):
            workspace.run("create or replace temp table entries_here as from entries_given")
        workspace.run(
            "create or replace temp view entries_as_read as select *, null::ubigint as digits from entries_here"
        )
    key, any_key = f"coalesce(digits, {KEY_OF_ENTRY})", key_of_all_forms("key")
    if isinstance(entries, ListParts) and entries.only_phones:
        key, any_key = "digits", same_number_key("key")
    workspace.run(
        f"""
        create or replace temp view list_entries as
        select *, {any_key} as any_key from (select * exclude (digits), {key} as key from entries_as_read)
        """  # noqa: S608  # expressions of ours
    )
    return int(workspace.one("select count(*) from list_entries"))


def _find_held(workspace: Workspace, record: ListRecord) -> None:
    """Fill `held_entries`: the entries of the list that have not ended, and whether this version has them too."""
    same = "any_key" if record.mode == "remove" else "value"
    workspace.run(
        f"""
        create or replace temp table held_entries as
        with held as (
            select s.rowid as id, s.identifier_kind, s.value, s.expires_at, s.country,
                   {key_of_all_forms("s.key")} as any_key
            from base.suppressions s join base.suppression_lists l using (list_no)
            where l.name = $name and s.ended_by is null
        ),
        named as (
            select identifier_kind, {same}, count(*) as rows, {_COUNTRY} as country,
                   case when bool_or(expires_at is null) then null else max(expires_at) end as until
            from list_entries
            where any_key in (select any_key from held)
            group by identifier_kind, {same}
        )
        select h.id, h.identifier_kind, h.value, h.any_key, h.expires_at, n.rows is not null as is_named, n.until,
               h.country, n.country is distinct from h.country as country_differs
        from held h left join named n on n.identifier_kind = h.identifier_kind and n.{same} = h.{same}
        where $mode = 'replace' or n.rows is not null
        """,  # noqa: S608  # expressions of ours
        {"name": record.list_name, "mode": record.mode},
    )


def _count_held(workspace: Workspace, record: ListRecord, at: datetime) -> int:
    sql = f"""
        select count(*) from base.suppressions
        semi join (select list_no from base.suppression_lists where name = $name) using (list_no) where {_IN_FORCE}
        """  # noqa: S608  # a condition of ours
    return int(workspace.one(sql, {"name": record.list_name, "at": at}))


def _find_ended(workspace: Workspace, record: ListRecord, *, in_doubt: bool) -> int:
    """Fill `ended_entries`, what the version ends; return how many entries it keeps because it is in doubt.

    An entry whose expiry changes ends and is added again, so that what was known at any time stays known. Of a list
    that is added to, an entry only ever holds for longer: a shorter expiry does not take the longer one back. A version
    that replaces ends no entry for not having it where some of its rows could not be read: it may be one of these.
    """
    missing = "false" if in_doubt else "not is_named"
    ends = {
        "remove": "true",
        "replace": f"{missing} or (is_named and (until is distinct from expires_at or country_differs))",
        "add": "expires_at is not null and (until is null or until > expires_at)"
        " or country is not null and country_differs",
    }[record.mode]
    workspace.run(f"create or replace temp table ended_entries as select id from held_entries where {ends}")  # noqa: S608
    return int(workspace.one("select count(*) from held_entries anti join ended_entries using (id) where not is_named"))


def _change(workspace: Workspace, record: ListRecord, list_no: int, scope: int | None, at: datetime) -> tuple[int, int]:
    """End what the version ends, and add what it adds; return how many entries these are."""
    ended = int(workspace.one("select count(*) from ended_entries"))
    if ended:
        workspace.run(
            "update base.suppressions set ended_by = $list_no, ended_at = $at where rowid in (from ended_entries)",
            {"list_no": list_no, "at": at},
        )
    _find_compared(workspace)
    _find_new(workspace, record)
    added = workspace.rows(
        "insert into base.suppressions by name select $kind as kind, identifier_kind, key, value, reason,"
        " $scope as destination_id, country, listed_on, source, expires_at, $list_no as list_no, $at as added_at"
        " from (select * exclude (row_number) from new_suppressions union all by name"
        " select identifier_kind, key, value, reason, country, listed_on, source, expires_at"
        " from list_entries anti join compared_keys using (key) where $mode <> 'remove')",
        {"kind": record.kind, "list_no": list_no, "scope": scope, "at": at, "mode": record.mode},
    )
    return int(added[0][0]), ended


def _find_compared(workspace: Workspace) -> None:
    """Fill `compared_keys` and `compared_entries`: entries that the list has more than once, or had before. All others
    are new, and as they are.
    """
    of_held = "select key from list_entries where any_key in (select any_key from held_entries)"
    workspace.run(
        "create or replace temp table compared_keys as select key from list_entries group by key having count(*) > 1"
    )
    if workspace.rows("select 1 from held_entries limit 1"):
        workspace.run(f"insert into compared_keys {of_held}")
    workspace.run(
        "create or replace temp table compared_entries as"
        " select * from list_entries semi join compared_keys using (key)"
    )


def _find_new(workspace: Workspace, record: ListRecord) -> None:
    """Fill `new_suppressions`: of the compared entries those to be added, one line per entry, with the row that had it
    first.

    What a list is added to had under one country, and now has under another or none, it has everywhere from now on, and
    for as long as either says.
    """
    workspace.run(
        f"""
        create or replace temp table new_suppressions as
        select identifier_kind, value, any_value(key) as key, arg_min(reason, row_number) as reason,
               min(row_number) as row_number,
               case when bool_or(was_elsewhere) is not true then {_COUNTRY} end as country,
               min(listed_on) as listed_on, arg_min(source, row_number) as source,
               case when not bool_or(expires_at is null or coalesce(held_on, false))
                    then greatest(max(expires_at), max(held_until)) end as expires_at
        from (select * replace (coalesce(row_number, 0) as row_number) from compared_entries) e
        left join (select identifier_kind, value, country_differs as was_elsewhere, expires_at as held_until,
                          expires_at is null as held_on
                   from held_entries semi join ended_entries using (id) where $mode = 'add') h
        using (identifier_kind, value)
        anti join (select identifier_kind, value from held_entries anti join ended_entries using (id)) known
        using (identifier_kind, value)
        where $mode <> 'remove'
        group by identifier_kind, value
        """,  # noqa: S608  # an expression of ours
        {"mode": record.mode},
    )


def _list_people(workspace: Workspace, record: ListRecord, scope: int | None, at: datetime) -> None:
    where = "false" if record.mode == "remove" else "expires_at is null or expires_at > loaded_at"
    workspace.run(
        "create or replace temp table list_terms as select $at::timestamptz as loaded_at, $scope::integer as scope",
        {"at": at, "scope": scope},
    )
    workspace.run(
        f"""
        create or replace temp view listed_people as
        select identifier_kind, value, any_key as key, scope as destination_id from list_entries, list_terms
        where {where}
        """  # noqa: S608  # a condition of ours
    )


def _record(workspace: Workspace, record: ListRecord, counts: ListCounts, facts: dict[str, Any]) -> None:
    values = facts | {
        "list_id": record.list_id,
        "identity": record.identity,
        "kind": record.kind,
        "file_name": record.file_name,
        "file_sha256": record.file_sha256,
        "name": record.list_name,
        "mode": record.mode,
        "version": counts.version,
        "staged_at": record.staged_at,
        "delivered_at": record.staged_at or facts["loaded_at"],
        "rows_read": counts.read,
        "rows_added": counts.added,
        "rows_known": counts.known,
        "rows_rejected": counts.rejected,
        "rows_ended": counts.ended,
        "entries_kept": counts.kept,
    }
    columns, slots = ", ".join(values), ", ".join(f"${name}" for name in values)
    workspace.run(f"insert into base.suppression_lists ({columns}) values ({slots})", values)  # noqa: S608  # ours


def _keep_rows(workspace: Workspace, record: ListRecord, list_no: int) -> None:
    """Keep the outcome of every row of `rows_of_list`: that of its best entry, where the row itself has none."""
    done, undone = ("removed", "not_listed") if record.mode == "remove" else ("added", "known")
    if record.mode == "remove":
        nothing_done = """
            select distinct row_number from list_entries anti join (
                select row_number from list_entries semi join held_entries using (identifier_kind, any_key)
            ) d using (row_number)
        """
    else:
        nothing_done = """
            select distinct row_number from compared_entries anti join new_suppressions using (row_number)
            anti join (select row_number from list_entries anti join compared_keys using (key)) new using (row_number)
        """
    workspace.run(f"create or replace temp table rows_undone as {nothing_done}")
    workspace.run(
        """
        insert into base.suppression_rows by name
        select $list_no as list_no, row_number, line_number, reason_codes,
               coalesce(outcome, case when u.row_number is null then $done else $undone end) as outcome
        from rows_of_list left join rows_undone u using (row_number)
        """,
        {"list_no": list_no, "done": done, "undone": undone},
    )
