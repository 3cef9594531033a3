"""Dagster's handle on a home: the engine that runs the steps of its imports."""

import os
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from lead_pipeline.importing.engine import Engine
from lead_pipeline.importing.homes import Home
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.instances.chosen_instance import note_instance
from lead_pipeline.orchestration.instances.locks_across_hosts import require_locks_across_hosts


class HomeResource(dg.ConfigurableResource[Home]):
    """The home of this deployment, set by who builds the definitions.

    Whoever launches a run may write its run config, so nothing of it is config, but a dependency in Dagster's words:
    a run that names another home is refused before it starts.
    """

    root: dg.ResourceDependency[str]
    key_prefix: dg.ResourceDependency[tuple[str, ...]] = ()  # type: ignore[assignment]  # its generic type
    store_wait_seconds: dg.ResourceDependency[float] = 60.0  # type: ignore[assignment]
    lock_wait_seconds: dg.ResourceDependency[float] = 600.0  # type: ignore[assignment]
    _engine: Engine | None = PrivateAttr(default=None)

    @property
    def home(self) -> Home:
        """Return the home."""
        return Home(Path(self.root).absolute())

    @property
    def naming(self) -> Naming:
        """Return what the definitions of this home are called."""
        return Naming(self.home.root, tuple(self.key_prefix))

    @property
    def engine(self) -> Engine:
        """Return what runs steps; it locks the imports that this run works on until the run ends."""
        if self._engine is None:
            self._engine = Engine(self.home, store_wait=self.store_wait_seconds, lock_wait=self.lock_wait_seconds)
        return self._engine

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Create what is missing of the home, let this process write for its owner alone (DuckDB's log, too), and leave
        word of which Dagster works on the home, for commands.

        Raises: DiskError on a folder of several hosts whose locks exclude nobody.
        """
        os.umask(0o077)
        self.home.prepare()
        if context.instance is not None:
            require_locks_across_hosts(self.home, context.instance)
        note_instance(self.naming, context.instance)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002  # Dagster's signature
        """Release every import of this run."""
        self.engine.release()
