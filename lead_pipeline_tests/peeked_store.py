"""A store on PostgreSQL whose tables a test looks at, and writes by hand, as it does those of the embedded store: over
`workspace`, each statement in a transaction of its own unless the test opens one.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lead_pipeline.store.postgres.enough import EVERYTHING
from lead_pipeline.store.postgres.filling import FilledWorkspace
from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
from lead_pipeline.store.postgres.stored_tables import GROUPS
from lead_pipeline_tests.postgres_server import database


class PeekedStore(PostgresLeadStore):
    """See above. Macros that a test replaces, such as the clock of views, stay replaced."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.macros: dict[str, str] = {}
        self.workspace = PeekedWorkspace(self)

    def empty(self) -> None:
        """Take everything out of the store but its shape."""
        self.macros.clear()
        with self._there.upgrading("emptying", self._settings, self._on_wait):
            self._there.run("; ".join(f"delete from base.{table}" for table in GROUPS if table != "counters"))
            self._there.run("update base.counters set value = 0")

    @contextlib.contextmanager
    def _workspace(self, *arguments: Any) -> Iterator[FilledWorkspace]:
        with super()._workspace(*arguments) as workspace:
            for macro in self.macros.values():
                workspace.run(macro)
            yield workspace


class PeekedWorkspace:
    """What a test sees of the store; what it asks for is a workspace's."""

    def __init__(self, store: PeekedStore) -> None:
        self._store = store
        self._open: FilledWorkspace | None = None

    @contextlib.contextmanager
    def transaction(self, doing: str) -> Iterator[None]:
        with self._store._written(doing) as opened:
            self._open = opened
            try:
                yield
            finally:
                self._open = None

    @contextlib.contextmanager
    def rolled_back(self, doing: str) -> Iterator[None]:
        with self._store._read(EVERYTHING, doing) as opened:
            self._open = opened
            try:
                yield
            finally:
                self._open = None

    def run(self, sql: str, *params: Any) -> None:
        if sql.startswith("create or replace macro"):
            self._store.macros[sql.partition("(")[0]] = sql
        self._call("run", sql, *params)

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **named: self._call(name, *arguments, **named)

    def _call(self, name: str, *arguments: Any, **named: Any) -> Any:
        if self._open is not None:
            self._open.bring_named(set(re.findall(r"\w+", str(arguments[0]))) if arguments else set())
            return getattr(self._open, name)(*arguments, **named)
        with self.transaction("a statement of a test"):
            self._open.bring_named(set(re.findall(r"\w+", str(arguments[0]))) if arguments else set())
            found = getattr(self._open, name)(*arguments, **named)
            return list(found) if name == "stream" else found


@contextlib.contextmanager
def peeked_store(home: Path) -> Iterator[PeekedStore]:
    """Give an empty store in a database of its own."""
    with database() as address, PeekedStore.open(home, address) as store:
        yield store
