"""Serves our definitions to web server and daemon as `dagster api grpc` does, but forks each run from a warm process.
What is started beside it belongs in services.py.

Dagster 1.13 spawns a fresh interpreter for every run (`_grpc/server.py`, no setting changes it), which loads Dagster,
Polars and our code anew: two of the four seconds between a file being complete and its import. A fork server has
loaded them once. It computes nothing, so it has no threads that a fork would lose.
"""

import multiprocessing
import multiprocessing.forkserver
import sys
from multiprocessing.context import BaseContext

from dagster._cli.api import grpc_command
from dagster._grpc import server

from lead_pipeline.orchestration.serving.lifeline import end_with_parent

_LOADED_ONCE = [
    "lead_pipeline.definitions",
    "lead_pipeline.orchestration.serving.preloaded",
    "dagster._grpc.server",
]


class _ForkServer:
    """Stands in for the module `multiprocessing` in Dagster's code server, which asks it for nothing else."""

    @staticmethod
    def get_context(_method: str) -> BaseContext:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_LOADED_ONCE)
        return context


def main() -> None:
    """Serve until told to stop; the arguments are those of `dagster api grpc`."""
    end_with_parent()
    if "forkserver" in multiprocessing.get_all_start_methods():  # not on Windows
        server.multiprocessing = _ForkServer  # type: ignore[assignment,attr-defined]
        _ForkServer.get_context("forkserver")
        multiprocessing.forkserver.ensure_running()  # now, so that the first dropped file need not wait for it
    grpc_command.main(sys.argv[1:], prog_name="lead-pipeline code server")


if __name__ == "__main__":
    main()
