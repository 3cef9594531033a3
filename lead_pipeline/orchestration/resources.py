"""Dagster's handle on the home: which imports this process is at work on, and the store. No logic of imports."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.locks import claim, release
from lead_pipeline.filing.manifests import load_manifest
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.store.opening import open_store
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.settings import OnWait, StoreSettings


class HomeResource(dg.ConfigurableResource[Home]):
    """The home of this deployment, set by who builds the definitions.

    Whoever launches a run may write its run config, so nothing of it is config, but a dependency in Dagster's words:
    a run that names another home is refused before it starts.
    """

    root: dg.ResourceDependency[str]
    store_wait_seconds: dg.ResourceDependency[float] = 60.0  # type: ignore[assignment]  # its generic type
    claim_wait_seconds: dg.ResourceDependency[float] = 600.0  # type: ignore[assignment]
    _claims: dict[str, int] = PrivateAttr(default_factory=dict)

    @property
    def home(self) -> Home:
        """Return the home."""
        return Home(Path(self.root).absolute())

    def work(self, import_id: str) -> WorkFolder:
        """Return the work folder of an import, locked against every other process until this run ends."""
        if import_id not in self._claims:
            self._claims[import_id] = claim(self.home, import_id, self.claim_wait_seconds)
        return WorkFolder(self.home, load_manifest(self.home, import_id))

    @contextlib.contextmanager
    def open_store(self, on_wait: OnWait) -> Iterator[LeadStore]:
        """Open the lead store, waiting for whoever holds it."""
        settings = StoreSettings(wait_seconds=self.store_wait_seconds)
        with open_store(self.home.root, settings=settings, on_wait=on_wait) as store:
            yield store

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002  # Dagster's signature
        """Create what is missing of the home, and let this process write for its owner alone (DuckDB's log, too)."""
        os.umask(0o077)
        self.home.prepare()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002  # Dagster's signature
        """Let go of every import of this run."""
        while self._claims:
            import_id, descriptor = self._claims.popitem()
            release(self.home, import_id, descriptor)
