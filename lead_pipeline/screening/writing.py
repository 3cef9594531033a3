"""Screens one import and writes what comes of its rows, inside a transaction of the caller's: contacts, leads, ledger
and import record land together or not at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from lead_pipeline.model.errors import StoreError
from lead_pipeline.model.fields import DERIVED_COLUMNS
from lead_pipeline.model.outcomes import ImportStatus, Outcome
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.results import RowCounts
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.contacts import (
    find_new_identifiers,
    require_one_contact_per_identifier,
    write_contacts,
)
from lead_pipeline.screening.lead_columns import RowSource, lead_columns, rows_of, secondary_contacts
from lead_pipeline.screening.let_through import find_uncallable_leads, warn_of_let_through
from lead_pipeline.screening.listed_contacts import note_phone_attributes, without_listed_contacts
from lead_pipeline.screening.merging import with_merged_rows
from lead_pipeline.screening.names_register import register_names
from lead_pipeline.screening.screen import screen
from lead_pipeline.screening.scrub.list_hits import keep_list_hits
from lead_pipeline.screening.scrub.scrubbed_rows import keep_scrub_hits
from lead_pipeline.screening.staged_rows import RawRows, StagedRows
from lead_pipeline.screening.updates.differing_values import find_differing_values, write_differing_values
from lead_pipeline.screening.updates.newest_consent import keep_other_consents
from lead_pipeline.screening.updates.updating import Change, find_updates, write_updates
from lead_pipeline.store.ledger import destination_id, record_import
from lead_pipeline.store.records import Conclusion, ImportRecord
from lead_pipeline.store.workspace import Workspace

#: Given queries for people who become leads (`lead_id`, `phone`, `postal_code`, `state`, `country`, `attributes`), each
#: with what it binds, and the names that attributes may have: yields `lead_id`, `time_zone_set` for one after another.
FindZones = Callable[[Workspace, Iterable[tuple[str, Mapping[str, Any]]], Sequence[str] | None], Iterator[pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class ScreenedImport:
    """An import whose rows are decided: its numbers, its rows as they are written, and what the leads in `updates`
    change in.
    """

    import_no: int
    destination_id: int
    at: datetime
    aliases: bool
    rows: RowSource
    counts: RowCounts
    changes: list[Change]


def write_import(
    workspace: Workspace,
    record: ImportRecord,
    profile: ImportProfile,
    staged: StagedRows,
    *,
    at: datetime,
    find_zones: FindZones | None = None,
) -> ScreenedImport:
    """Decide what becomes of the rows, write everything that comes of them, and record the import. Without `find_zones`
    new leads have no time zones yet.

    Raises: StoreError or a subclass when nothing could be kept; ScreeningError when screening cannot be trusted.
    """
    screened = _screen_import(workspace, record, profile, staged, at)
    contacts_created = _write_leads_and_contacts(workspace, profile, screened, staged, find_zones)
    _find_reason_columns(workspace, staged)
    _write_ledger(workspace, screened.import_no, staged.rows_read)
    keep_scrub_hits(workspace, screened.import_no)
    keep_list_hits(workspace, screened.import_no)
    _keep_raw_rows(workspace, screened.import_no, staged.raw_rows)
    require_one_contact_per_identifier(workspace, screened.import_no)
    conclusion = Conclusion(
        status=ImportStatus.COMPLETED_WITH_REJECTS if screened.counts.rejected else ImportStatus.COMPLETED,
        at=at,
        rows_read=staged.rows_read,
        counts=screened.counts,
        contacts_created=contacts_created,
    )
    record_import(workspace, screened.import_no, record, conclusion)
    return screened


def _screen_import(
    workspace: Workspace,
    record: ImportRecord,
    profile: ImportProfile,
    staged: StagedRows,
    at: datetime,
) -> ScreenedImport:
    """Fill `decided_rows`, `new_identifiers` and `updates`; nothing but numbers is taken from the store."""
    destination = destination_id(workspace, record.destination)
    import_no = workspace.reserve("import_no", 1) + 1
    aliases = staged.may_have_aliases(profile)
    screen(
        workspace,
        profile,
        staged.parts,
        destination,
        aliases=aliases,
        at=at,
        do_not_contact=staged.do_not_contact,
    )
    rows = without_listed_contacts(workspace, profile, rows_of(workspace, staged.parts))
    rows = with_merged_rows(workspace, profile, rows)
    find_new_identifiers(workspace, aliases=aliases)
    changes: list[Change] = []
    if profile.when_known in ("update", "fill"):
        changes = find_updates(workspace, profile, rows, supplied=staged.supplied, at=at)
        find_differing_values(workspace, profile, rows, changes, staged.supplied)
    warn_of_let_through(workspace)
    counts = _count(workspace)
    if counts.total != staged.rows_read:
        raise StoreError(
            f"Import {record.import_id}: {staged.rows_read} rows were read but {counts.total} were screened. Nothing "
            "was kept; please report this with the file's dialect."
        )
    return ScreenedImport(import_no, destination, at, aliases, rows, counts, changes)


def _count(workspace: Workspace) -> RowCounts:
    found = dict(workspace.rows("select outcome::varchar, count(*) from decided_rows group by outcome"))
    return RowCounts(**{outcome.value: found.get(outcome.value, 0) for outcome in Outcome})


def _write_leads_and_contacts(
    workspace: Workspace,
    profile: ImportProfile,
    screened: ScreenedImport,
    staged: StagedRows,
    find_zones: FindZones | None,
) -> int:
    """Write the leads that are new or change, and whom they are of; return how many contacts are new."""
    contacts_created = _number_leads(workspace, screened.counts.created)
    find_uncallable_leads(workspace)
    write_contacts(workspace, profile, screened.import_no, screened.at, aliases=screened.aliases)
    _write_leads(workspace, profile, screened, staged, find_zones)
    if profile.when_known in ("update", "fill"):
        keep_other_consents(workspace, profile, screened.rows, staged.supplied, screened.import_no)
    if screened.counts.updated:
        write_updates(workspace, screened.changes, screened.import_no, screened.at)
    if profile.when_known in ("update", "fill"):
        write_differing_values(workspace, screened.import_no)
    register_names(workspace, profile, screened.import_no, screened.at)
    note_phone_attributes(workspace, profile, screened.destination_id)
    return contacts_created


def _number_leads(workspace: Workspace, created: int) -> int:
    """Give each created row its lead and its contact, the known one or a new one; return how many are new.

    Numbers follow the order of the file. `row_number() over ()` counts rows as they stream by, without a sort: DuckDB
    keeps insertion order, and the candidates were inserted in the order of the parts. Contact numbers may have gaps.
    """
    new = int(workspace.one("select count(*) from decided_rows where outcome = 'created' and known_contact is null"))
    first_lead, first_contact = workspace.reserve("lead_id", created), workspace.reserve("contact_id", created)
    workspace.run(
        """
        create or replace temp table new_leads as
        select row_number, key, value, known_contact is null as is_new_contact,
               $first_lead + row_number() over () as lead_id,
               coalesce(known_contact, $first_contact + row_number() over ()) as contact_id
        from decided_rows where outcome = 'created'
        """,
        {"first_lead": first_lead, "first_contact": first_contact},
    )
    return new


def _write_leads(
    workspace: Workspace,
    profile: ImportProfile,
    screened: ScreenedImport,
    staged: StagedRows,
    find_zones: FindZones | None,
) -> None:
    """Write the new leads part by part: rows and leads of a whole file do not have to fit into memory for that, and the
    time zones of the next part are found meanwhile. These come with the leads and not by an update afterwards: DuckDB
    keeps all that an update replaces in memory.
    """
    parts = list(_parts_of(workspace, screened.rows, staged.parts))
    if find_zones is None:
        for rows in parts:
            _write_leads_of(workspace, profile, screened, rows, with_zones=False)
        return
    people = ((_new_people(profile, rows), rows.params) for rows in parts)
    for rows, zones in zip(parts, find_zones(workspace, people, staged.attributes), strict=True):
        with workspace.registered("zones_of_new_leads", zones):
            _write_leads_of(workspace, profile, screened, rows, with_zones=True)


#: The new leads of a part.
_NEW_LEADS = "(from new_leads where row_number between $first and $last)"


#: So many rows of the file at least are written by one statement: enough for a row group of DuckDB's (122,880 rows) to
#: be written at once, and few enough for hash tables that stay small however long the file is. Measured: see page 0150.
_ROWS_TOGETHER = 150_000


def _parts_of(workspace: Workspace, rows: RowSource, parts: Sequence[str]) -> Iterator[RowSource]:
    """Yield the source of the rows of some parts together, with `first` and `last`, the numbers of these rows."""
    some: list[str] = []
    first = 0
    for part in parts:
        ((begin, last),) = workspace.rows("select min(row_number), max(row_number) from read_parquet(?)", [part])
        if begin is None:
            continue
        first = first if some else begin
        some.append(part)
        if last - first >= _ROWS_TOGETHER:
            yield replace(rows, params=rows.params | {"parts": some, "first": first, "last": last})
            some = []
    if some:
        yield replace(rows, params=rows.params | {"parts": some, "first": first, "last": last})


def _new_people(profile: ImportProfile, rows: RowSource) -> str:
    """Return the query for where the people are who become leads, as `FindZones` takes it."""
    known = lead_columns(profile)
    columns = [
        f"{known[name].value if name in known else 'null::varchar'} as {name}"
        for name in ("phone", "postal_code", "state", "country")
    ]
    return (
        f"select n.lead_id, {', '.join(columns)}, p.attributes"  # noqa: S608  # names of standard fields
        f" from {rows.sql} p join {_NEW_LEADS} n using (row_number)"
    )


def _write_leads_of(
    workspace: Workspace, profile: ImportProfile, screened: ScreenedImport, rows: RowSource, *, with_zones: bool
) -> None:
    """Write the new leads of the rows of a part, with their further contacts."""
    columns = [f"{column.value} as {column.name}" for column in lead_columns(profile).values()]
    if "phone" in profile.fields:
        columns.append(f"{KEY_OF['phone'].format(value='p.phone')} as phone_key")
    columns += [f"p.{name}" for name in DERIVED_COLUMNS if name in rows.columns]
    columns += ["z.time_zone_set"] if with_zones else []
    zones = "left join zones_of_new_leads z using (lead_id)" if with_zones else ""
    workspace.run(
        f"""
        insert into base.leads by name
        select n.lead_id, n.contact_id, $destination_id as destination_id, {", ".join(columns)}, p.attributes,
               $import_no as import_no, n.row_number, $at as created_at, $at as updated_at
        from {rows.sql} p join {_NEW_LEADS} n using (row_number) {zones}
        """,  # noqa: S608  # names of standard fields
        rows.params | {"destination_id": screened.destination_id, "import_no": screened.import_no, "at": screened.at},
    )
    _write_secondary_contacts(workspace, rows, screened.import_no)


def _write_secondary_contacts(workspace: Workspace, rows: RowSource, import_no: int) -> None:
    """Keep the further contacts of new leads in calling order; they are not identifiers: nobody is known by them."""
    contacts = secondary_contacts(rows.columns)
    if contacts is None:
        return
    workspace.run(
        f"""
        insert into base.secondary_contacts by name
        select lead_id, position, contact.phone, contact.attributes, $import_no as import_no
        from (select n.lead_id, unnest({contacts}) as contact, generate_subscripts({contacts}, 1) as position
              from {rows.sql} p join {_NEW_LEADS} n using (row_number))
        """,  # noqa: S608  # names of ours
        rows.params | {"import_no": import_no},
    )


def _find_reason_columns(workspace: Workspace, staged: StagedRows) -> None:
    """Fill `reason_columns`: of rows whose reasons or warnings are about fields, which fields and columns these are.

    A field without a column has its value from the profile, or the file has none.
    """
    workspace.run(
        """
        create or replace temp table reason_columns as
        select row_number, list_transform(reason_fields, lambda one: struct_pack(
                   code := one.code, field := one.field,
                   "column" := list_extract($columns, list_position($fields, one.field)))) as reason_columns
        from read_parquet($parts) where reason_fields is not null
        """,
        {"parts": list(staged.parts), "fields": list(staged.columns), "columns": list(staged.columns.values())},
    )


#: So many rows of the file have their outcomes written by one statement: what they are joined with is no longer than
#: that, however long the file is.
_OUTCOMES_TOGETHER = 2_000_000

#: The new leads that rows of a range became or are duplicates of: these may be of any other row.
_LEADS_OF_RANGE = """
    (from new_leads semi join (
        select lead_row as row_number from decided_rows where row_number between $first and $last) using (row_number))
"""


def _write_ledger(workspace: Workspace, import_no: int, rows: int) -> None:
    """Write the outcome of every row, with the lead it became or matched."""
    ranges, leads = [(0, 2**62)], "new_leads"
    if rows > _OUTCOMES_TOGETHER:
        ((first, last),) = workspace.rows("select min(row_number), max(row_number) from decided_rows")
        starts = range(first, last + 1, _OUTCOMES_TOGETHER)
        ranges, leads = [(start, start + _OUTCOMES_TOGETHER - 1) for start in starts], _LEADS_OF_RANGE
    for first, last in ranges:
        workspace.run(
            f"""
            insert into base.row_outcomes by name
            select $import_no as import_no, d.row_number, d.line_number, d.outcome, d.reason_codes, d.warning_codes,
                   d.hints, coalesce(d.known_lead, n.lead_id) as lead_id, c.reason_columns
            from (from decided_rows where row_number between $first and $last) d
            left join {leads} n on n.row_number = d.lead_row
            left join (from reason_columns where row_number between $first and $last) c on c.row_number = d.row_number
            """,  # noqa: S608  # ours
            {"import_no": import_no, "first": first, "last": last},
        )


def _keep_raw_rows(workspace: Workspace, import_no: int, raw_rows: RawRows) -> None:
    """Keep the original of every row that did not become a lead, with its reasons; of a blank row there is nothing."""
    # Only these rows, so that each of the batches below is not joined with the outcomes of the whole file.
    workspace.run(
        "create or replace temp table rows_left_out as"
        " select row_number, line_number, outcome, reason_codes, hints, reason_columns"
        " from decided_rows left join reason_columns using (row_number)"
        " where outcome in ('rejected', 'suppressed', 'duplicate') or reason_codes = [$nothing_kept]",
        {"nothing_kept": Reason.ROW_NOTHING_KEPT.value},
    )
    wanted = workspace.frame("select row_number from rows_left_out")
    if wanted.is_empty():
        return
    kept = 0
    for raw in raw_rows(wanted):
        with workspace.registered("raw_rows", raw.select("row_number", "raw")):
            workspace.run(
                "insert into base.rejected_rows by name select $import_no as import_no, o.row_number, o.line_number,"
                " o.outcome, o.reason_codes, o.hints, o.reason_columns, r.raw"
                " from raw_rows r join rows_left_out o using (row_number)"
                " order by o.row_number",
                {"import_no": import_no},
            )
        kept += raw.height
    if kept != wanted.height:
        raise StoreError(f"{wanted.height} rows were not imported but {kept} originals were kept; nothing was written.")
