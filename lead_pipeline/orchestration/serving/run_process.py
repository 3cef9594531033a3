"""The process of a run, forked by the code server. What a run does is not known here."""

import contextlib
import sys
from multiprocessing.context import ForkServerContext, ForkServerProcess

from lead_pipeline.importing.withheld import DiskTroubleNamed
from lead_pipeline.model.errors import DiskError
from lead_pipeline.orchestration.dagster_internals import WithoutLogFailures


class RunProcess(ForkServerProcess):
    """A process that a full or failing disk ends with one sentence in the service's log.

    Dagster 1.13 raises whatever keeps it from writing its event log, again for each event by which it tries to say so.
    The run is failed, and its imports are tried again, by the watch of the inbox, which finds the process gone.
    """

    def run(self) -> None:
        """Execute the run."""
        with contextlib.redirect_stderr(WithoutLogFailures(sys.stderr)):
            try:
                with DiskTroubleNamed():
                    super().run()
            except DiskError as trouble:
                sys.stderr.write(f"{trouble}\n")
                sys.exit(1)


class RunContext(ForkServerContext):
    """What starts such processes."""

    Process = RunProcess
