"""Runs the Dagster daemon as `dagster-daemon` does, but quick to write: a run over 200 files begins with 1,200 events
that it writes itself. What is started beside it belongs in services.py.
"""

import sys

from dagster._daemon.cli import cli

from lead_pipeline.orchestration.sqlite import quicken_sqlite


def main() -> None:
    """Run until told to stop; the arguments are those of `dagster-daemon`."""
    quicken_sqlite()
    cli.main(sys.argv[1:], prog_name="lead-pipeline daemon")


if __name__ == "__main__":
    main()
