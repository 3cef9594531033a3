"""Decides and writes one import in one transaction: verdicts, contacts, leads, ledger and import record land together
or not at all. Reading files and publishing results do not belong here.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import polars as pl

from lead_pipeline.model.errors import StoreError
from lead_pipeline.model.fields import DERIVED_COLUMNS, alias_column
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import RowCounts
from lead_pipeline.screening.contacts import (
    find_new_identifiers,
    require_one_contact_per_identifier,
    write_contacts,
)
from lead_pipeline.screening.lead_columns import RowSource, lead_columns, rows_of, secondary_contacts
from lead_pipeline.screening.merging import with_merged_rows
from lead_pipeline.screening.names_register import register_names
from lead_pipeline.screening.screen import screen
from lead_pipeline.screening.updating import Change, find_updates, write_updates
from lead_pipeline.store.duckdb.lead_store import ImportRecord, LeadStore, LedgerEntry

#: Given the numbers of rows (`row_number`), yields frames of `row_number raw`: those rows as they stood in the file.
RawRows = Callable[[pl.DataFrame], Iterable[pl.DataFrame]]


def commit_import(
    store: LeadStore,
    record: ImportRecord,
    profile: ImportProfile,
    *,
    parts: Sequence[str],
    rows_read: int,
    raw_rows: RawRows,
    at: datetime,
    supplied: frozenset[str],
) -> LedgerEntry:
    """Import the normalized rows of `parts` exactly once and return the ledger's line, the earlier one if it is known.

    `supplied` names the rules of the profile (and "attributes") that the file has values for: an update touches
    nothing else.

    Raises: StoreError and its kin when nothing could be kept; ScreeningError when screening cannot be trusted.
    """
    with store.transaction(f"importing {record.import_id}"):
        known = store.ledger_entry(record.identity)
        if known is None or known.status not in COMMITTED:
            write_import(
                store, record, profile, parts=parts, rows_read=rows_read, raw_rows=raw_rows, at=at, supplied=supplied
            )
    entry = store.ledger_entry(record.identity)
    if entry is None:
        raise StoreError(f"Import {record.import_id} was committed and is not in the ledger: please report this.")
    return entry


def write_import(
    store: LeadStore,
    record: ImportRecord,
    profile: ImportProfile,
    *,
    parts: Sequence[str],
    rows_read: int,
    raw_rows: RawRows,
    at: datetime,
    supplied: frozenset[str],
    remember: bool = False,
) -> list[Change]:
    """Judge the rows and write everything that comes of them, inside a transaction of the caller's.

    Returns what the leads in the temporary table `updates` changed in; it has their old values too, to `remember` them.
    """
    destination_id = store.destination_id(record.destination)
    import_no = store.reserve("import_no", 1) + 1
    aliases = any(alias_column(kind) in supplied for kind in profile.aliases)
    screen(store, profile, parts, destination_id, aliases=aliases)
    rows = with_merged_rows(store, profile, rows_of(store, parts))
    find_new_identifiers(store, aliases=aliases)
    changes: list[Change] = []
    if profile.when_known in ("update", "fill"):
        changes = find_updates(store, profile, rows, supplied=supplied, at=at, remember=remember)
    counts = _count(store)
    if counts.total != rows_read:
        raise StoreError(
            f"Import {record.import_id}: {rows_read} rows were read and {counts.total} judged. Nothing was kept; "
            "please report this with the file's dialect."
        )
    contacts = _number_leads(store, counts.created)
    write_contacts(store, profile, import_no, at, aliases=aliases)
    _write_leads(store, profile, rows, import_no, destination_id, at)
    _write_secondary_contacts(store, rows, import_no)
    if counts.updated:
        write_updates(store, changes, import_no, at)
    register_names(store, profile, import_no, at)
    if record.destination.kind == "schedule":
        _enroll(store, import_no, destination_id, at)
    _write_ledger(store, import_no)
    _keep_raw_rows(store, import_no, raw_rows)
    require_one_contact_per_identifier(store, import_no)
    store.record_import(
        import_no,
        record,
        status=ImportStatus.COMPLETED_WITH_REJECTS if counts.rejected else ImportStatus.COMPLETED,
        rows_read=rows_read,
        counts=counts,
        contacts_created=contacts,
        message="",
        at=at,
    )
    return changes


def _count(store: LeadStore) -> RowCounts:
    found = dict(store.rows("select outcome::varchar, count(*) from verdicts group by outcome"))
    return RowCounts(**{outcome.value: found.get(outcome.value, 0) for outcome in Outcome})


def _number_leads(store: LeadStore, created: int) -> int:
    """Give each created row its lead and its contact, the known one or a new one; return how many are new.

    Numbers follow the order of the file. `row_number() over ()` counts rows as they stream by, without a sort: DuckDB
    keeps insertion order, and the candidates were inserted in the order of the parts. Contact numbers may have gaps.
    """
    new = int(store.rows("select count(*) from verdicts where outcome = 'created' and known_contact is null")[0][0])
    first_lead, first_contact = store.reserve("lead_id", created), store.reserve("contact_id", created)
    store.run(
        """
        create or replace temp table new_leads as
        select row_number, key, value, known_contact is null as is_new_contact,
               $first_lead + row_number() over () as lead_id,
               coalesce(known_contact, $first_contact + row_number() over ()) as contact_id
        from verdicts where outcome = 'created'
        """,
        {"first_lead": first_lead, "first_contact": first_contact},
    )
    return new


def _write_leads(
    store: LeadStore, profile: ImportProfile, rows: RowSource, import_no: int, destination_id: int, at: datetime
) -> None:
    columns = [f"{column.value} as {column.name}" for column in lead_columns(profile).values()]
    columns += [f"p.{name}" for name in DERIVED_COLUMNS if name in rows.columns]
    store.run(
        f"""
        insert into base.leads by name
        select n.lead_id, n.contact_id, $destination_id as destination_id, {", ".join(columns)}, p.attributes,
               $import_no as import_no, n.row_number, $at as created_at, $at as updated_at
        from {rows.sql} p join new_leads n using (row_number)
        """,  # noqa: S608  # names of standard fields
        rows.params | {"destination_id": destination_id, "import_no": import_no, "at": at},
    )


def _write_secondary_contacts(store: LeadStore, rows: RowSource, import_no: int) -> None:
    """Keep the further contacts of new leads in calling order; they are not identifiers: nobody is known by them."""
    contacts = secondary_contacts(rows.columns)
    if contacts is None:
        return
    store.run(
        f"""
        insert into base.secondary_contacts by name
        select lead_id, place as position, contact.phone, contact.attributes, $import_no as import_no
        from (select n.lead_id, unnest({contacts}) as contact, generate_subscripts({contacts}, 1) as place
              from {rows.sql} p join new_leads n using (row_number))
        """,  # noqa: S608  # names of ours
        rows.params | {"import_no": import_no},
    )


def _enroll(store: LeadStore, import_no: int, destination_id: int, at: datetime) -> None:
    """Put each new lead of a schedule at the schedule's first action, due now."""
    store.run(
        "insert into base.enrollments by name select lead_id, $destination_id as destination_id, 1 as action,"
        " 'due' as status, $at as due_at, $import_no as import_no from new_leads",
        {"destination_id": destination_id, "at": at, "import_no": import_no},
    )


def _write_ledger(store: LeadStore, import_no: int) -> None:
    """Write the outcome of every row, with the lead it became or matched."""
    store.run(
        """
        insert into base.row_outcomes by name
        select $import_no as import_no, v.row_number, v.line_number, v.outcome, v.reason_codes, v.warning_codes,
               v.hints, coalesce(v.known_lead, n.lead_id) as lead_id
        from verdicts v left join new_leads n on n.row_number = v.lead_row
        """,
        {"import_no": import_no},
    )


def _keep_raw_rows(store: LeadStore, import_no: int, raw_rows: RawRows) -> None:
    """Keep the original of every row that did not become a lead, with its reasons."""
    # Only these rows, so that each of the batches below is not joined with the verdicts of the whole file.
    store.run(
        "create or replace temp table left_out as select row_number, line_number, outcome, reason_codes, hints"
        " from verdicts where outcome in ('rejected', 'suppressed', 'duplicate')"
    )
    wanted = store.frame("select row_number from left_out")
    if wanted.is_empty():
        return
    kept = 0
    for raw in raw_rows(wanted):
        store.con.register("raw_rows", raw.select("row_number", "raw").to_arrow())
        store.run(
            "insert into base.rejected_rows by name select $import_no as import_no, v.row_number, v.line_number,"
            " v.outcome, v.reason_codes, v.hints, r.raw from raw_rows r join left_out v using (row_number)"
            " order by v.row_number",
            {"import_no": import_no},
        )
        store.con.unregister("raw_rows")
        kept += raw.height
    if kept != wanted.height:
        raise StoreError(f"{wanted.height} rows were not imported and {kept} originals were kept; nothing was written.")
