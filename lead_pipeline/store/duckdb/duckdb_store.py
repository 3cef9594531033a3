"""The embedded lead store: one DuckDB file, which is its own workspace."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import polars as pl

from lead_pipeline.model.story import PersonStory, Sought
from lead_pipeline.store.duckdb.connection import connect
from lead_pipeline.store.ledger import (
    count_rows,
    find_activity,
    find_committed,
    find_entry,
    find_list,
    record_import,
)
from lead_pipeline.store.past_imports import (
    find_import_ids,
    find_imports,
    find_last_layouts,
    find_line,
    find_rows,
)
from lead_pipeline.store.people.list_looks import (
    find_entries,
    find_list_states,
    find_list_versions,
    find_refusals,
)
from lead_pipeline.store.people.stories import NamesPerson, tell_story
from lead_pipeline.store.publishing import publish_leads, publish_recovered, publish_rejected, publish_warned
from lead_pipeline.store.questions import answer
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
from lead_pipeline.store.settings import OnWait, StoreSettings, wait_silently
from lead_pipeline.store.withheld_values import errors_without_values
from lead_pipeline.store.workspace import Workspace


class DuckdbLeadStore:
    """A LeadStore in `<home>/leads.duckdb`. Whatever the keys of a transaction are, the workspace is the whole file."""

    def __init__(self, con: duckdb.DuckDBPyConnection, home: Path) -> None:
        self._con = con
        self.home = home
        self.workspace = Workspace(con)

    @staticmethod
    def path(home: Path) -> Path:
        """Return where the store of a home is."""
        return home / "leads.duckdb"

    @classmethod
    @contextlib.contextmanager
    def open(
        cls,
        home: Path,
        *,
        settings: StoreSettings | None = None,
        read_only: bool = False,
        on_wait: OnWait = wait_silently,
    ) -> Iterator[Self]:
        """Open the store of a home; raises what `connection.connect` raises."""
        path = cls.path(home)
        con = connect(path, home=home, settings=settings or StoreSettings(), read_only=read_only, on_wait=on_wait)
        store = cls(con, home)
        try:
            yield store
        finally:
            store.close()

    def close(self) -> None:
        """Let go of the file, so that other processes may have it."""
        self._con.close()

    @contextlib.contextmanager
    def for_another_thread(self) -> Iterator[Self]:
        """Give the same store to another thread of this process: two may not share a connection."""
        cursor = self._con.cursor()
        try:
            yield type(self)(cursor, self.home)
        finally:
            cursor.close()

    @contextlib.contextmanager
    def writing(self, keys: Keys, doing: str) -> Iterator[Workspace]:  # noqa: ARG002  # every row is at hand
        """Give the file itself inside a transaction."""
        with self.workspace.transaction(doing):
            yield self.workspace

    @contextlib.contextmanager
    def dry_run(self, keys: Keys, doing: str) -> Iterator[Workspace]:  # noqa: ARG002  # every row is at hand
        """Give the file itself inside a transaction that is rolled back."""
        with self.workspace.rolled_back(doing):
            yield self.workspace

    def ledger_entry(self, identity: str) -> LedgerEntry | None:
        """Return what became of the import with that identity, or None when nothing is decided yet."""
        return find_entry(self.workspace, identity)

    def ledger_counts(self, import_no: int) -> LedgerCounts:
        """Count the ledger's rows of an import, and by code its reasons and warnings."""
        return count_rows(self.workspace, import_no)

    def list_counts(self, record: ListRecord) -> ListCounts | None:
        """Return what became of a version of a suppression list when it was loaded before, or None."""
        return find_list(self.workspace, record)

    def activity_counts(self, identity: str) -> ActivityCounts | None:
        """Return what became of a drop of call activity when it was loaded before, or None."""
        return find_activity(self.workspace, identity)

    def record(self, record: ImportRecord, conclusion: Conclusion) -> None:
        """Write into the ledger how an import ended that wrote nothing; one that is committed stays as it is."""
        with self.workspace.transaction(f"recording that an import is {conclusion.status}"):
            if find_committed(self.workspace, record.identity) is None:
                import_no = self.workspace.reserve("import_no", 1) + 1
                record_import(self.workspace, import_no, record, conclusion)

    def last_layouts(self, profile: str, limit: int, *, before: str = "") -> list[str]:
        """Return the layouts of the profile's last committed imports, newest first, up to the import `before`."""
        return find_last_layouts(self.workspace, profile, limit, before)

    def publish_leads(self, import_id: str, path: Path, *, parts: Sequence[Path], committed_at: datetime) -> int:
        """Write the leads that an import created and updated to a Parquet file; return how many."""
        return publish_leads(self.workspace, import_id, path, parts=parts, committed_at=committed_at)

    def publish_rejected(self, import_id: str, path: Path) -> int:
        """Write number, outcome, reasons and hints of the rows that did not become leads to a Parquet file."""
        return publish_rejected(self.workspace, import_id, path)

    def publish_warned(self, import_id: str, path: Path) -> int:
        """Write number, outcome, warnings and hints of the rows that were imported with warnings to a Parquet file."""
        return publish_warned(self.workspace, import_id, path)

    def publish_recovered(self, import_id: str, path: Path) -> int:
        """Write which rows of an import became leads by a later one to a Parquet file."""
        return publish_recovered(self.workspace, import_id, path)

    def list_imports(self, limit: int, status: str | None = None, profile: str | None = None) -> list[dict[str, Any]]:
        """Return the newest imports first, one dictionary per line of the ledger."""
        return find_imports(self.workspace, limit, status, profile)

    def import_ids(self, meant: str) -> list[str]:
        """Return the ids that a person may mean, newest first."""
        return find_import_ids(self.workspace, meant)

    def find_import(self, import_id: str) -> dict[str, Any]:
        """Return the ledger's line of one import; raises ImportNotFoundError with the nearest id."""
        return find_line(self.workspace, import_id)

    def rows_of_import(self, import_id: str) -> list[dict[str, Any]]:
        """Return what became of each row of an import, in file order."""
        return find_rows(self.workspace, import_id)

    def ask(self, question: str, limit: int) -> tuple[pl.DataFrame, bool]:
        """Answer one reading statement, a mistake in it with DuckDB's own words, for they quote the question only."""
        return answer(self.workspace, question, limit)

    def lists(self, at: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return each suppression list as it is at a time, and the refused deliveries that are not settled."""
        with errors_without_values("looking at suppression lists"):
            return find_list_states(self.workspace, at), find_refusals(self.workspace)

    def list_versions(self, name: str) -> list[dict[str, Any]]:
        """Return the versions of a suppression list, first to last."""
        with errors_without_values("looking at suppression lists"):
            return find_list_versions(self.workspace, name)

    def list_entries(self, sought: Sought, at: datetime) -> list[dict[str, Any]]:
        """Return every entry there ever was that names a person, and whether it was in force at a time."""
        with errors_without_values("looking for a person on suppression lists"):
            return find_entries(self.workspace, sought, at)

    def story(self, sought: Sought, names_person: NamesPerson) -> PersonStory:
        """Return everything that the store holds of whoever has one of the identifiers, in the order of time."""
        with errors_without_values("explaining a person"):
            return tell_story(self.workspace, sought, names_person)
