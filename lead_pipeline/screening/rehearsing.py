"""Rehearses an import: everything that the real one does, seen from inside its transaction and then rolled back. What is
to be seen belongs to whoever looks.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from lead_pipeline.model.errors import StoreError
from lead_pipeline.model.outcomes import COMMITTED
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.committing import RawRows, write_import
from lead_pipeline.store.lead_store import ImportRecord, LeadStore, LedgerEntry

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
            write_import(
                store, record, profile, parts=parts, rows_read=rows_read, raw_rows=raw_rows, at=at, supplied=supplied
            )
        _offer_changes(store)
        entry = store.ledger_entry(record.identity)
        if entry is None:
            raise StoreError(f"Import {record.import_id} was rehearsed and is not in the ledger: please report this.")
        return look(store, entry)


def _offer_changes(store: LeadStore) -> None:
    store.run(
        "create or replace temp table changes"
        " (row_number bigint, lead_id bigint, field varchar, before varchar, after varchar)"
    )
