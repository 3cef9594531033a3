"""The ledger, as SQL over a workspace: what became of each import and list, and the record of the next. What becomes
of rows does not belong here.
"""

from typing import Any

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.lead_management.leads_changed import CHANGES, LeadsChanged
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.results import ReasonCount, RowCounts, SequelFacts
from lead_pipeline.model.scrub.waterfall import Waterfall
from lead_pipeline.store.records import (
    ActivityCounts,
    Conclusion,
    ImportRecord,
    LedgerCounts,
    LedgerEntry,
    ListCounts,
    ListRecord,
)
from lead_pipeline.store.workspace import Workspace

#: Of how many rows a reason names the numbers.
_ROWS_NAMED = 5


def find_entry(workspace: Workspace, identity: str) -> LedgerEntry | None:
    """Return what became of the import with that identity, or None when nothing is decided yet."""
    found = workspace.rows(
        "select import_no, import_id, status, rows_read, rows_created, rows_updated, rows_unchanged,"
        " rows_duplicate, rows_suppressed, rows_rejected, rows_skipped, contacts_created, message, started_at,"
        " committed_at"
        " from base.imports where identity = ?",
        [identity],
    )
    if not found:
        return None
    number, import_id, status, rows_read, *counts, contacts, message, started_at, committed_at = found[0]
    return LedgerEntry(
        import_no=number,
        import_id=import_id,
        status=ImportStatus(status),
        rows_read=rows_read,
        counts=RowCounts(**dict(zip((outcome.value for outcome in Outcome), counts, strict=True))),
        contacts_created=contacts,
        message=message,
        started_at=started_at,
        committed_at=committed_at,
    )


def find_committed(workspace: Workspace, identity: str) -> LedgerEntry | None:
    """Return the entry of an import whose rows are in the store, or None."""
    entry = find_entry(workspace, identity)
    return entry if entry is not None and entry.status in COMMITTED else None


def record_import(workspace: Workspace, import_no: int, record: ImportRecord, conclusion: Conclusion) -> None:
    """Write the import's line of the ledger, instead of that of an earlier attempt which imported nothing."""
    workspace.run(
        "delete from base.imports where identity = ? and status not in ('completed', 'completed_with_rejects')",
        [record.identity],
    )
    values: dict[str, Any] = {
        "import_no": import_no,
        "import_id": record.import_id,
        "identity": record.identity,
        "status": conclusion.status.value,
        "profile": record.profile,
        "profile_fingerprint": record.profile_fingerprint,
        "destination_id": destination_id(workspace, record.destination),
        "file_name": record.file_name,
        "file_sha256": record.file_sha256,
        "file_bytes": record.file_bytes,
        "rows_read": conclusion.rows_read,
        **{f"rows_{outcome.value}": conclusion.counts.of(outcome) for outcome in Outcome},
        "contacts_created": conclusion.contacts_created,
        "suppressions_known": workspace.suppression_totals().in_force,
        "message": conclusion.message,
        "started_at": record.started_at,
        "committed_at": conclusion.at,
        "layout": record.layout,
        "header_key": record.header_key,
    }
    columns, slots = ", ".join(values), ", ".join(f"${name}" for name in values)
    workspace.run(f"insert into base.imports ({columns}) values ({slots})", values)  # noqa: S608  # names are ours


#: A destination's name, an expression, as it is compared: case-insensitive, its words apart by one space.
FOLDED_NAME = r"regexp_replace(lower({name}), '\s+', ' ', 'g')"


def destination_id(workspace: Workspace, destination: Destination) -> int:
    """Return the number of a destination, which is recorded when it is new.

    Names are case-insensitive, as people write them in profiles, lists and commands: a list of `schedule:solar` has to
    reach the leads of `schedule:Solar`. Of a store that has both from before, each keeps its own.
    """
    here, sought = FOLDED_NAME.format(name="name"), FOLDED_NAME.format(name="$name")
    found = workspace.rows(
        f"""
        select destination_id from base.destinations where kind = $kind and {here} = {sought}
        order by name = $name desc, destination_id limit 1
        """,  # noqa: S608  # expressions of ours
        {"kind": destination.kind, "name": destination.name},
    )
    if found:
        return int(found[0][0])
    number = workspace.reserve("destination_id", 1) + 1
    workspace.run("insert into base.destinations values (?, ?, ?)", [number, destination.kind, destination.name])
    return number


def count_rows(workspace: Workspace, import_no: int) -> LedgerCounts:
    """Count the ledger's rows of an import, by code its reasons and warnings, and the leads it wrote over."""
    # Of a clean file nothing else need be asked: each of these questions takes as long as a small file's rows.
    (there,) = workspace.rows(_WHAT_THERE_IS, {"import_no": import_no})
    rows, row_numbers, coded, in_columns, out, overwritten, not_taken, is_cause, has_sequel = there
    return LedgerCounts(
        rows=int(rows),
        row_numbers=int(row_numbers),
        reasons=_reasons(workspace, import_no, in_columns=bool(in_columns)) if coded else (),
        leads_overwritten=int(overwritten),
        rows_not_taken=int(not_taken),
        waterfall=_left_out(workspace, import_no) if coded or out else Waterfall.of_codes([], []),
        lead_changes=count_lead_changes(workspace, import_no) if is_cause else (),
        sequel=count_sequel(workspace, import_no) if has_sequel else SequelFacts(),
    )


#: How many rows an import has, how many of these have reasons or warnings, and of which columns, how many are left out,
#: the values that differ, whether anything happened to leads because of it, and whether it is or has a sequel.
_WHAT_THERE_IS = """
    select count(*), count(distinct row_number),
           count(*) filter (reason_codes is not null or warning_codes is not null), count(reason_columns),
           count(*) filter (outcome in ('suppressed', 'duplicate')),
           (select count(distinct lead_id) filter (kept = 'row') from base.differing_values
            where import_no = $import_no),
           (select count(distinct row_number) filter (kept = 'lead') from base.differing_values
            where import_no = $import_no),
           exists (from base.enrollment_events where cause = 'import' and cause_no = $import_no)
               or exists (from base.suppression_lists l join base.imports i on i.import_id = l.list_id
                          where i.import_no = $import_no),
           exists (from base.imports where import_no = $import_no and sequel_of is not null)
               or exists (from base.sequel_rows where first_import_no = $import_no)
    from base.row_outcomes where import_no = $import_no
"""


def _reasons(workspace: Workspace, import_no: int, *, in_columns: bool) -> tuple[ReasonCount, ...]:
    """Count the rows of an import by code of reason and warning, with the first of them."""
    found = workspace.rows(
        f"""
        with given as (
            select unnest(reason_codes) as code, false as warns, row_number, line_number
            from base.row_outcomes where import_no = $import_no and reason_codes is not null
            union all
            select unnest(warning_codes), true, row_number, line_number
            from base.row_outcomes where import_no = $import_no and warning_codes is not null
        )
        select code, warns, count(*), (list(row_number order by row_number))[1:{_ROWS_NAMED}],
               (list(line_number order by row_number) filter (line_number is not null))[1:{_ROWS_NAMED}]
        from given group by code, warns order by code, warns
        """,  # noqa: S608  # an integer of ours
        {"import_no": import_no},
    )
    columns = _columns_of_reasons(workspace, import_no) if in_columns else {}
    return tuple(
        ReasonCount(
            code=code,
            outcome="warning" if warns else "",
            count=count,
            first_rows=tuple(numbers),
            first_lines=tuple(lines or ()),
            columns=columns.get((code, warns), {}),
        )
        for code, warns, count, numbers, lines in found
    )


def count_sequel(workspace: Workspace, import_no: int) -> SequelFacts:
    """Return what an import is a sequel of, and count the rows that it recovered and those that are as they were."""
    found = workspace.rows(
        "select f.import_id from base.imports i join base.imports f on f.import_no = i.sequel_of where i.import_no = ?",
        [import_no],
    )
    before = workspace.rows(
        "select distinct i.import_id from base.sequel_rows s join base.imports i using (import_no)"
        " where s.first_import_no = $import_no and s.import_no < $import_no order by 1",
        {"import_no": import_no},
    )
    preceded_by = tuple(import_id for (import_id,) in before)
    if not found:
        return SequelFacts(preceded_by=preceded_by)
    recovered = workspace.rows(
        "select import_id, count(*) from main.recovered_rows"
        " where recovered_by = (select import_id from base.imports where import_no = ?) group by import_id order by 1",
        [import_no],
    )
    still = workspace.one(
        "select count(*) from base.sequel_rows where import_no = ? and not is_changed"
        " and outcome = 'rejected' and first_outcome = 'rejected'",
        [import_no],
    )
    known = workspace.one(f"select count(*) from ({KNOWN_ROWS})", {"import_no": import_no})  # noqa: S608  # ours
    return SequelFacts(
        of=found[0][0],
        recovered=dict(recovered),
        still_rejected=int(still),
        known=int(known),
        preceded_by=preceded_by,
    )


#: The rows of a sequel that nobody has to look at: duplicates of leads of the imports that it continues, and duplicates
#: and suppressed rows that were that before, and are as they were.
KNOWN_ROWS = """
    with family as (
        select f.import_no from base.imports f, (from base.imports where import_no = $import_no) i
        where f.import_no = i.sequel_of or (f.sequel_of = i.sequel_of and f.import_no < i.import_no)
    ), leads as (
        select distinct lead_id from base.row_outcomes semi join family using (import_no) where lead_id is not null
    ), before as (
        select row_number from base.sequel_rows
        where import_no = $import_no and not is_changed and first_outcome in ('duplicate', 'suppressed')
    )
    select o.row_number from base.row_outcomes o
    left join before b using (row_number) left join leads l using (lead_id)
    where o.import_no = $import_no and o.outcome in ('duplicate', 'suppressed')
      and (b.row_number is not null or (o.outcome = 'duplicate' and l.lead_id is not null))
"""


def count_lead_changes(workspace: Workspace, import_no: int) -> tuple[LeadsChanged, ...]:
    """Count by destination what an import did to leads that were there already, itself or by the entries that it wrote
    into suppression lists.
    """
    found = workspace.rows(
        """
        with made as (
            from base.enrollment_events where cause = 'import' and cause_no = $import_no
            union all
            from base.enrollment_events where cause = 'list' and cause_no in (
                select list_no from base.suppression_lists
                where list_id = (select import_id from base.imports where import_no = $import_no))
        ), went as (
            select e.change, e.lead_id, e.destination_id as there,
                   coalesce(e."before".destination_id, o.destination_id, l.destination_id) as here
            from made e left join base.leads l using (lead_id) left join base.leads o on o.lead_id = l.copied_from
        ), counted as (
            select change, h.kind || ':' || h.name as "of",
                   case when there <> here then t.kind || ':' || t.name end as "to", count(distinct lead_id) as leads
            from went w join base.destinations h on h.destination_id = w.here
            join base.destinations t on t.destination_id = w.there
            group by all
        )
        from counted order by list_position($changes, change), "of", "to"
        """,
        {"import_no": import_no, "changes": list(CHANGES)},
    )
    return tuple(LeadsChanged(change=change, destination=here, to=to, leads=leads) for change, here, to, leads in found)


def _columns_of_reasons(workspace: Workspace, import_no: int) -> dict[tuple[str, bool], dict[str, int]]:
    """Return how often each code was given for which column, the most frequent first; warnings apart."""
    found = workspace.rows(
        """
        with given as (
            select unnest(reason_columns) as one, warning_codes from base.row_outcomes
            where import_no = $import_no and reason_columns is not null
        )
        select one.code, coalesce(list_contains(warning_codes, one.code), false) as warns,
               coalesce(one."column", one.field) as name, count(*) as times
        from given group by all order by times desc, name
        """,
        {"import_no": import_no},
    )
    columns: dict[tuple[str, bool], dict[str, int]] = {}
    for code, warns, name, times in found:
        columns.setdefault((code, warns), {})[name] = times
    return columns


def _left_out(workspace: Workspace, import_no: int) -> Waterfall:
    """Return which rules left rows out, and which were off: the ledger's reasons and warnings that are of a rule."""
    found = workspace.rows(
        """
        select codes, count(*)
        from (select list_sort(list_filter(reason_codes, lambda code:
                         code = 'duplicate_existing'
                         or (outcome = 'suppressed' and not starts_with(code, 'duplicate_')))) as codes
              from base.row_outcomes where import_no = $import_no and outcome in ('suppressed', 'duplicate'))
        where len(codes) > 0 group by codes
        """,
        {"import_no": import_no},
    )
    warned = workspace.rows(
        "select code, count(*) from (select unnest(warning_codes) as code from base.row_outcomes"
        " where import_no = $import_no and warning_codes is not null)"
        " where ends_with(code, '_let_through') group by code",
        {"import_no": import_no},
    )
    return Waterfall.of_codes(found, warned)


def find_activity(workspace: Workspace, identity: str) -> ActivityCounts | None:
    """Return what became of a drop of call activity when it was loaded before, or None."""
    found = workspace.rows(
        "select rows_read, rows_added, rows_known, rows_rejected from base.activity_drops where identity = ?",
        [identity],
    )
    if not found:
        return None
    read, added, known, rejected = found[0]
    return ActivityCounts(read, added, known, rejected, loaded_before=True)


def find_list(workspace: Workspace, record: ListRecord) -> ListCounts | None:
    """Return what became of a version of a suppression list when it was loaded before, or None.

    Another delivery of the same content is the same version, unless a later version has undone something of it: then
    it is to be loaded again.
    """
    found = workspace.rows(
        """
        with versions as (from base.suppression_lists where name = $name)
        select v.rows_read, v.rows_added, v.rows_known, v.rows_rejected, v.rows_ended, v.version, v.entries_kept
        from versions v
        where v.identity = $identity
          and (v.staged_at = $staged_at or not exists (
              from versions later where later.list_no > v.list_no
              and case $mode when 'add' then later.rows_ended > 0 when 'remove' then later.rows_added > 0
                   else true end))
        order by v.list_no desc limit 1
        """,
        {"name": record.list_name, "identity": record.identity, "staged_at": record.staged_at, "mode": record.mode},
    )
    if not found:
        return None
    read, added, known, rejected, ended, version, kept = found[0]
    return ListCounts(read, added, known, rejected, loaded_before=True, ended=ended, version=version, kept=kept)
