"""Rehearses an import: everything that the real one does, seen from inside its transaction and then rolled back. What
of it is to be seen belongs to whoever looks.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from lead_pipeline.model.errors import StoreError
from lead_pipeline.model.outcomes import COMMITTED
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.committing import RawRows, write_import
from lead_pipeline.screening.updating import Change
from lead_pipeline.store.duckdb.lead_store import ImportRecord, LeadStore, LedgerEntry

_Seen = TypeVar("_Seen")


def rehearse_import(
    store: LeadStore,
    record: ImportRecord,
    profile: ImportProfile,
    *,
    parts: Sequence[str],
    rows_read: int,
    raw_rows: RawRows,
    at: datetime,
    supplied: frozenset[str],
    look: Callable[[LeadStore, LedgerEntry], _Seen],
) -> _Seen:
    """Import as `commit_import` does, return what `look` sees of it, and roll everything back, also after an error.

    `look` gets the store as it is after the import, and the ledger's line of it. The temporary tables are still there:
    `verdicts` (see screening.py) and `changes` (row_number, lead_id, field, before, after as text, one line per
    changed field of an updated lead). Of an import that is committed already nothing is written, and both are empty.

    Raises: what `commit_import` and `look` raise.
    """
    with store.rehearsal(f"rehearsing {record.import_id}"):
        known = store.ledger_entry(record.identity)
        if known is None or known.status not in COMMITTED:
            changes = write_import(
                store,
                record,
                profile,
                parts=parts,
                rows_read=rows_read,
                raw_rows=raw_rows,
                at=at,
                supplied=supplied,
                remember=True,
            )
            _list_changes(store, changes)
        else:
            _list_nothing(store)
        entry = store.ledger_entry(record.identity)
        if entry is None:
            raise StoreError(f"Import {record.import_id} was rehearsed and is not in the ledger: please report this.")
        return look(store, entry)


def _list_nothing(store: LeadStore) -> None:
    store.run(
        "create or replace temp table verdicts (row_number bigint, line_number bigint, outcome base.outcome,"
        " reason_codes varchar[], warning_codes varchar[], hints varchar, known_contact bigint, known_lead bigint)"
    )
    _list_changes(store, [])


def _list_changes(store: LeadStore, changes: list[Change]) -> None:
    """Fill `changes` from the old and new values in `updates`; attributes are told one by one."""
    store.run(
        "create or replace temp table changes"
        " (row_number bigint, lead_id bigint, field varchar, before varchar, after varchar)"
    )
    for change in changes:
        store.run(_ATTRIBUTES_CHANGED if change.name == "attributes" else _changed(change))
    if changes:
        store.run(_IDENTIFIERS_ADDED)


def _changed(change: Change) -> str:
    field, now = (
        ("secondary_contacts", "new_secondaries") if change.name == "secondaries" else (change.name, change.name)
    )
    shown = {"tags": "array_to_string({it}, ', ')", "secondaries": "to_json({it})::varchar"}
    before, after = (
        shown.get(change.name, "{it}::varchar").format(it=column) for column in (f"was_{change.name}", now)
    )
    return f"""
        insert into changes by name
        select import_row as row_number, lead_id, '{field}' as field, {before} as before, {after} as after
        from updates where was_{change.name} is distinct from {now}
    """  # noqa: S608  # names of ours


_ATTRIBUTES_CHANGED = """
    insert into changes by name
    with members as (
        select import_row as row_number, lead_id, was_attributes, attributes as new_attributes,
               unnest(list_distinct(list_concat(json_keys(coalesce(was_attributes, '{}')),
                                                json_keys(coalesce(attributes, '{}'))))) as name
        from updates
    ), told as (
        select row_number, lead_id, 'attribute.' || name as field,
               json_extract_string(was_attributes, '/' || replace(replace(name, '~', '~0'), '/', '~1')) as before,
               json_extract_string(new_attributes, '/' || replace(replace(name, '~', '~0'), '/', '~1')) as after
        from members
    )
    select * from told where before is distinct from after
"""

_IDENTIFIERS_ADDED = """
    insert into changes by name
    select u.import_row as row_number, u.lead_id, 'alias.' || i.kind as field, null::varchar as before,
           coalesce(i.value, '+' || i.key) as after
    from updates u join new_identifiers i on i.row_number = u.import_row
"""
