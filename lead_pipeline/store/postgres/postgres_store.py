"""The lead store on PostgreSQL: each operation fills a workspace with the rows that it needs, and what is written goes
back in one transaction. Which rows suffice does not belong here.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import polars as pl

from lead_pipeline.model.story import PersonStory, Sought
from lead_pipeline.store.ledger import count_rows, find_activity, find_committed, find_entry, find_list, record_import
from lead_pipeline.store.past_imports import (
    find_import_ids,
    find_imports,
    find_last_layouts,
    find_line,
    find_rows,
)
from lead_pipeline.store.people.list_looks import find_entries, find_list_states, find_list_versions, find_refusals
from lead_pipeline.store.people.stories import NamesPerson, tell_story
from lead_pipeline.store.postgres.copying import copy_into_file, copy_into_postgres
from lead_pipeline.store.postgres.enough import (
    EVERYTHING,
    HISTORY,
    enough_for_identity,
    enough_for_import_meant,
    enough_for_import_no,
    enough_for_layouts,
    enough_for_leads,
    enough_for_recovered,
    enough_for_rejected,
    enough_for_warned,
    number_of_import,
    restrict,
)
from lead_pipeline.store.postgres.filling import Enough, FilledWorkspace, filled_of
from lead_pipeline.store.postgres.homes_of_stores import belong_together
from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.postgres.postgres_migrating import bring_up_to_date, versions_of
from lead_pipeline.store.postgres.workspaces import empty_workspace, load_empty_store
from lead_pipeline.store.postgres.writing_back import write_back
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
from lead_pipeline.store.workspace import Workspace

_WORD = re.compile(r"\w+")


class PostgresLeadStore:
    """A LeadStore in a PostgreSQL database. Whoever reads waits for nobody, and who writes for whoever writes."""

    def __init__(self, address: str, home: Path, settings: StoreSettings, on_wait: OnWait, *, read_only: bool) -> None:
        self._address = address
        self._settings = settings
        self._on_wait = on_wait
        self._read_only = read_only
        self._there = Connection(address)
        self._con: duckdb.DuckDBPyConnection | None = None
        self.home = home

    @staticmethod
    def load_ahead() -> bool:
        """Load what every opening needs, before processes are forked that open it; return whether all is there."""
        return load_empty_store()

    @classmethod
    @contextlib.contextmanager
    def open(
        cls,
        home: Path,
        address: str,
        *,
        settings: StoreSettings | None = None,
        read_only: bool = False,
        on_wait: OnWait = wait_silently,
    ) -> Iterator[Self]:
        """Open the store at an address (a URI or a connection string of libpq's); create or upgrade it first unless
        `read_only`. A workspace lies below the home while it is used.

        Raises: what `bring_up_to_date` raises.
        """
        store = cls(address, home, settings or StoreSettings(), on_wait, read_only=read_only)
        try:
            bring_up_to_date(store._there, store._settings, read_only=read_only)
            belong_together(home, store._there)
            yield store
        finally:
            store.close()

    @staticmethod
    def is_there(address: str) -> bool:
        """Tell whether a database has a store yet; raises StoreError when nobody can tell."""
        there = Connection(address)
        try:
            with there.reading("looking for the lead store"):
                return bool(versions_of(there))
        finally:
            there.close()

    @classmethod
    def copy(
        cls, home: Path, address: str, path: Path, *, into_postgres: bool, settings: StoreSettings, on_wait: OnWait
    ) -> dict[str, int]:
        """Copy an embedded store into the one at an address, or back; raises as `copying`."""
        there = Connection(address)
        try:
            bring_up_to_date(there, settings, read_only=not into_postgres)
            if into_postgres:
                belong_together(home, there)
                return copy_into_postgres(path, there, settings, on_wait)
            return copy_into_file(there, path, settings)
        finally:
            there.close()

    def close(self) -> None:
        """Hang up, and let go of the workspace."""
        self._there.close()
        con, self._con = self._con, None
        if con is not None:
            con.close()

    @contextlib.contextmanager
    def for_another_thread(self) -> Iterator[Self]:
        """Give the same store to another thread of this process, on a connection of its own."""
        other = type(self)(self._address, self.home, self._settings, self._on_wait, read_only=self._read_only)
        try:
            yield other
        finally:
            other.close()

    @contextlib.contextmanager
    def writing(self, keys: Keys, doing: str) -> Iterator[Workspace]:
        """Give a workspace with what the keys touch, and send back what was written in it."""
        with self._written(doing) as workspace:
            restrict(workspace, keys)
            yield workspace

    @contextlib.contextmanager
    def dry_run(self, keys: Keys, doing: str) -> Iterator[Workspace]:
        """Give the same workspace, and send nothing back."""
        with self._there.trying(doing), self._workspace(EVERYTHING, doing) as workspace:
            restrict(workspace, keys)
            yield workspace

    @contextlib.contextmanager
    def _written(self, doing: str) -> Iterator[FilledWorkspace]:
        with self._there.writing(doing, self._settings, self._on_wait), self._workspace(EVERYTHING, doing) as workspace:
            yield workspace
            write_back(workspace.connection, workspace.filled, self._there)

    @contextlib.contextmanager
    def _read(self, enough: Enough, doing: str) -> Iterator[FilledWorkspace]:
        with self._there.reading(doing), self._workspace(enough, doing) as workspace:
            yield workspace

    @contextlib.contextmanager
    def _read_import(
        self, import_id: str, doing: str, enough: Callable[[int], Enough] = enough_for_import_no
    ) -> Iterator[FilledWorkspace]:
        """Give a workspace with what is `enough` of an import, said by its number."""
        with self._read(EVERYTHING, doing) as workspace:
            workspace.enough = enough(number_of_import(workspace, import_id))
            yield workspace

    @contextlib.contextmanager
    def _workspace(self, enough: Enough, doing: str) -> Iterator[FilledWorkspace]:
        """Give a workspace that is empty again at the end: all of it is one transaction, which is never committed."""
        if self._con is None:
            self._con = empty_workspace(self.home, self._settings)
        workspace = FilledWorkspace(self._con, self._there, filled_of(self._con), enough)
        with workspace.rolled_back(doing):
            yield workspace

    def ledger_entry(self, identity: str) -> LedgerEntry | None:
        """Return what became of the import with that identity, or None when nothing is decided yet."""
        with self._read(enough_for_identity(identity), "asking the ledger") as workspace:
            return find_entry(workspace, identity)

    def ledger_counts(self, import_no: int) -> LedgerCounts:
        """Count the ledger's rows of an import, and by code its reasons and warnings."""
        with self._read(enough_for_import_no(import_no), "counting the rows of an import") as workspace:
            return count_rows(workspace, import_no)

    def list_counts(self, record: ListRecord) -> ListCounts | None:
        """Return what became of a version of a suppression list when it was loaded before, or None."""
        with self._read(EVERYTHING, "asking for a list") as workspace:
            return find_list(workspace, record)

    def activity_counts(self, identity: str) -> ActivityCounts | None:
        """Return what became of a drop of call activity when it was loaded before, or None."""
        with self._read(EVERYTHING, "asking for call activity") as workspace:
            return find_activity(workspace, identity)

    def record(self, record: ImportRecord, conclusion: Conclusion) -> None:
        """Write into the ledger how an import ended that wrote nothing; one that is committed stays as it is."""
        with self._written(f"recording that an import is {conclusion.status}") as workspace:
            workspace.enough = enough_for_identity(record.identity)
            if find_committed(workspace, record.identity) is None:
                import_no = workspace.reserve("import_no", 1) + 1
                record_import(workspace, import_no, record, conclusion)

    def last_layouts(self, profile: str, limit: int, *, before: str = "") -> list[str]:
        """Return the layouts of the profile's last committed imports, newest first, up to the import `before`."""
        with self._read(
            enough_for_layouts(profile, limit, before), "asking for the layouts of earlier files"
        ) as workspace:
            return find_last_layouts(workspace, profile, limit, before)

    def publish_leads(self, import_id: str, path: Path, *, parts: Sequence[Path], committed_at: datetime) -> int:
        """Write the leads that an import created and updated to a Parquet file; return how many."""
        with self._read_import(import_id, "publishing leads", enough_for_leads) as workspace:
            return publish_leads(workspace, import_id, path, parts=parts, committed_at=committed_at)

    def publish_rejected(self, import_id: str, path: Path) -> int:
        """Write number, outcome, reasons and hints of the rows that did not become leads to a Parquet file."""
        with self._read_import(import_id, "publishing rejected leads", enough_for_rejected) as workspace:
            return publish_rejected(workspace, import_id, path)

    def publish_warned(self, import_id: str, path: Path) -> int:
        """Write number, outcome, warnings and hints of the rows that were imported with warnings to a Parquet file."""
        with self._read_import(import_id, "publishing warned leads", enough_for_warned) as workspace:
            return publish_warned(workspace, import_id, path)

    def publish_recovered(self, import_id: str, path: Path) -> int:
        """Write which rows of an import became leads by a later one to a Parquet file."""
        with self._read_import(import_id, "publishing recovered rows", enough_for_recovered) as workspace:
            return publish_recovered(workspace, import_id, path)

    def list_imports(self, limit: int, status: str | None = None, profile: str | None = None) -> list[dict[str, Any]]:
        """Return the newest imports first, one dictionary per line of the ledger."""
        with self._read(HISTORY, "listing imports") as workspace:
            return find_imports(workspace, limit, status, profile)

    def import_ids(self, meant: str) -> list[str]:
        """Return the ids that a person may mean, newest first."""
        with self._read(HISTORY, "looking for an import") as workspace:
            return find_import_ids(workspace, meant)

    def find_import(self, import_id: str) -> dict[str, Any]:
        """Return the ledger's line of one import; raises ImportNotFoundError with the nearest id."""
        with self._read_import(import_id, "looking for an import", enough_for_import_meant) as workspace:
            return find_line(workspace, import_id)

    def rows_of_import(self, import_id: str) -> list[dict[str, Any]]:
        """Return what became of each row of an import, in file order."""
        with self._read_import(import_id, "looking at the rows of an import") as workspace:
            return find_rows(workspace, import_id)

    def ask(self, question: str, limit: int) -> tuple[pl.DataFrame, bool]:
        """Answer one reading statement in DuckDB's SQL; the tables that it names are fetched whole."""
        with self._read(EVERYTHING, "answering a question") as workspace:
            workspace.bring_named(set(_WORD.findall(question)))
            return answer(workspace, question, limit)

    def lists(self, at: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return each suppression list as it is at a time, and the refused deliveries that are not settled."""
        with self._read(EVERYTHING, "looking at suppression lists") as workspace:
            return find_list_states(workspace, at), find_refusals(workspace)

    def list_versions(self, name: str) -> list[dict[str, Any]]:
        """Return the versions of a suppression list, first to last."""
        with self._read(EVERYTHING, "looking at suppression lists") as workspace:
            return find_list_versions(workspace, name)

    def list_entries(self, sought: Sought, at: datetime) -> list[dict[str, Any]]:
        """Return every entry there ever was that names a person, and whether it was in force at a time."""
        with self._read(EVERYTHING, "looking for a person on suppression lists") as workspace:
            return find_entries(workspace, sought, at)

    def story(self, sought: Sought, names_person: NamesPerson) -> PersonStory:
        """Return everything that the store holds of whoever has one of the identifiers, in the order of time."""
        with self._read(EVERYTHING, "explaining a person") as workspace:
            return tell_story(workspace, sought, names_person)
