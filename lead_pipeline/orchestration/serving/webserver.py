"""Runs Dagster's web server as `dagster-webserver` does, and no longer than the command that started it. What is
started beside it belongs in services.py.
"""

from dagster_webserver.cli import main as serve_web

from lead_pipeline.orchestration.serving.lifeline import end_with_parent


def main() -> None:
    """Run until told to stop; the arguments are those of `dagster-webserver`."""
    end_with_parent()
    serve_web()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
