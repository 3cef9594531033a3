"""What a lead store can do: a few operations over whole sets of rows. No operation hands out a connection, and none
but an analyst's question takes SQL.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from lead_pipeline.model.story import PersonStory, Sought
from lead_pipeline.store.people.stories import NamesPerson
from lead_pipeline.store.records import (
    ActivityCounts,
    Conclusion,
    ImportRecord,
    Keys,
    LedgerCounts,
    LedgerEntry,
    ListCounts,
    ListRecord,
)
from lead_pipeline.store.workspace import Workspace


class LeadStore(Protocol):
    """One open store. Every operation may raise StoreError; its messages never carry row values."""

    def ledger_entry(self, identity: str) -> LedgerEntry | None:
        """Return what became of the import with that identity, or None when nothing is decided yet."""

    def ledger_counts(self, import_no: int) -> LedgerCounts:
        """Count the ledger's rows of an import, and by code its reasons and warnings."""

    def list_counts(self, record: ListRecord) -> ListCounts | None:
        """Return what became of a version of a suppression list when it was loaded before, or None."""

    def activity_counts(self, identity: str) -> ActivityCounts | None:
        """Return what became of a drop of call activity when it was loaded before, or None."""

    def last_layouts(self, profile: str, limit: int, *, before: str = "") -> list[str]:
        """Return the layouts of the profile's last committed imports, newest first; those without one are left out.

        Where the import with the identity `before` is committed, only those that were committed before it.
        """

    def record(self, record: ImportRecord, conclusion: Conclusion) -> None:
        """Write into the ledger that an import was refused, waits for a person, or was cancelled.

        Nothing of it is in the store, and it can be imported later; one that is committed stays as it is.
        """

    def writing(self, keys: Keys, doing: str) -> AbstractContextManager[Workspace]:
        """Give the workspace of a transaction: what is written inside lands together at the end, or not at all.

        `doing` says what was refused when something goes wrong, as in "importing leads@0123456789ab".
        """

    def dry_run(self, keys: Keys, doing: str) -> AbstractContextManager[Workspace]:
        """Give the same workspace; what is written inside is seen inside and nowhere else, and gone at the end."""

    def publish_leads(self, import_id: str, path: Path, *, parts: Sequence[Path], committed_at: datetime) -> int:
        """Write the leads that an import created and updated to a Parquet file; return how many.

        `parts` hold the normalized rows of a commit at `committed_at`. Where the ledger says that this commit was the
        one, and the leads have the texts of the parts, these are taken from there, which is quicker.
        """

    def publish_rejected(self, import_id: str, path: Path) -> int:
        """Write number, outcome, reasons and hints of the rows that did not become leads to a Parquet file."""

    def publish_warned(self, import_id: str, path: Path) -> int:
        """Write number, outcome, warnings and hints of the rows that were imported with warnings to a Parquet file."""

    def publish_recovered(self, import_id: str, path: Path) -> int:
        """Write which rows of an import became leads by a later one to a Parquet file; return how many."""

    def list_imports(self, limit: int, status: str | None = None, profile: str | None = None) -> list[dict[str, Any]]:
        """Return the newest imports first, one dictionary per line of the ledger; only those of a status or profile."""

    def import_ids(self, meant: str) -> list[str]:
        """Return the ids of the imports that a person may mean, newest first: by the id itself, else the newest of a
        file's name, else every id that begins so; `last` is the newest of all.
        """

    def find_import(self, import_id: str) -> dict[str, Any]:
        """Return the ledger's line of one import, and what became of leads that were there by it (`lead_changes`).

        Raises: ImportNotFoundError with the nearest id.
        """

    def rows_of_import(self, import_id: str) -> list[dict[str, Any]]:
        """Return what became of each row of an import, in file order: number, outcome, codes of reasons and warnings,
        the columns that these are about, and the lead.
        """

    def ask(self, question: str, limit: int) -> tuple[pl.DataFrame, bool]:
        """Answer one reading statement with at most `limit` rows, and say whether there were more.

        Raises: UsageError for anything but one reading statement, and for mistakes in it.
        """

    def lists(self, at: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return each suppression list as it is at a time, and the refused deliveries that are not settled: once for
        each list (`of_list`) that they count for.
        """

    def list_versions(self, name: str) -> list[dict[str, Any]]:
        """Return the versions of a suppression list, first to last; none where there is no such list."""

    def list_entries(self, sought: Sought, at: datetime) -> list[dict[str, Any]]:
        """Return every entry of a list there ever was that names whoever has one of the identifiers, and whether it
        was in force at a time, as known then.
        """

    def story(self, sought: Sought, names_person: NamesPerson) -> PersonStory:
        """Return everything that the store holds of whoever has one of the identifiers, in the order of time."""

    def for_another_thread(self) -> AbstractContextManager["LeadStore"]:
        """Give the same store to another thread of this process."""
