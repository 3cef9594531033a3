"""Runs one of Dagster's commands in this process, as its own script would, but prepared: it ends with the command that
started it, writes its history quickly, and answers no foreign web page.
"""

import os
import sys
from importlib.metadata import entry_points
from pathlib import Path

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.orchestration.dagster_internals import fork_runs, wrap_web_server
from lead_pipeline.orchestration.serving.guard import ADDRESSES, Guard
from lead_pipeline.orchestration.serving.lifeline import exit_with_parent
from lead_pipeline.orchestration.sqlite import speed_up_sqlite

#: The commands, by the names of Dagster's scripts. `dagster` is that of the code server: `dagster api grpc`.
CODE_SERVER, DAEMON, WEB_SERVER = "dagster", "dagster-daemon", "dagster-webserver"

_PRELOADED = "lead_pipeline.orchestration.serving.preloaded"


def main() -> None:
    """Run the command that the first argument names until told to stop; the others are the command's own."""
    exit_with_parent()
    sys.argv = sys.argv[1:]
    command = sys.argv[0]
    if command == CODE_SERVER:
        fork_runs(["lead_pipeline.definitions", _PRELOADED])
    else:  # the code server itself writes nothing; a run over 200 files begins with 1,200 events of the daemon
        speed_up_sqlite(Path(os.environ["LEAD_PIPELINE_HOME"]))
    if command == WEB_SERVER:
        _guard(frozenset(os.environ[ADDRESSES].split(",")))
    (script,) = entry_points(group="console_scripts", name=command)
    script.load()()


def _guard(addresses: frozenset[str]) -> None:
    """Put the guard in front of the web server of this process; where that cannot be done, the process ends."""
    try:
        wrap_web_server(lambda app: Guard(app, addresses))
    except LeadPipelineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
