"""Runs the Dagster daemon as `dagster-daemon` does, but quick to write (a run over 200 files begins with 1,200 events
that it writes itself) and quick to look again. What is started beside it belongs in services.py.

Dagster 1.13 starts the ticks of sensors five seconds apart (`_daemon/sensor.py`; no setting changes it), whatever their
`minimum_interval_seconds`. A tick ends when it asks for a run, and a file that is dropped then waits for the next one.
"""

import sys

from dagster._daemon import sensor
from dagster._daemon.cli import cli

from lead_pipeline.orchestration.serving.lifeline import end_with_parent
from lead_pipeline.orchestration.sqlite import quicken_sqlite


def main() -> None:
    """Run until told to stop; the arguments are those of `dagster-daemon`."""
    end_with_parent()
    quicken_sqlite()
    sensor.MIN_INTERVAL_LOOP_TIME = 1
    cli.main(sys.argv[1:], prog_name="lead-pipeline daemon")


if __name__ == "__main__":
    main()
