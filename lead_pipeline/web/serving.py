"""Serves the workbench in this process until told to stop: what `lead-pipeline ui` starts beside Dagster."""

import argparse
import os
import sys
from pathlib import Path

import uvicorn

from lead_pipeline.orchestration.serving.lifeline import exit_with_parent
from lead_pipeline.web.app import build_app
from lead_pipeline.web.web_settings import WebSettings

#: The environment variable that says how many megabytes an upload may have.
UPLOAD_MB = "LEAD_PIPELINE_UPLOAD_MB"

_MOST_BYTES = 2 << 30

#: Requests that are being answered may go on for so long when the service is told to stop.
_STOP_SECONDS = 3


def _upload_bytes(given: str) -> int:
    """Return what an upload may have at most; raises SystemExit for what is no number of megabytes."""
    if not given.strip():
        return _MOST_BYTES
    if given.isascii() and given.isdigit() and int(given):
        return int(given) << 20
    sys.exit(f"{UPLOAD_MB} is '{given[:20]}', which is not a number of megabytes. Write one, such as 2048.")


def main() -> None:
    """Serve as the arguments say."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--home", type=Path, required=True)
    given.add_argument("--host", required=True)
    given.add_argument("--port", type=int, required=True)
    given.add_argument("--addresses", required=True)
    given.add_argument("--dagster-url", default="")
    given.add_argument("--read-only", action="store_true")
    said = given.parse_args()
    exit_with_parent()
    # For good, and not around each call: threads share it, and what they write holds personal data.
    os.umask(0o077)
    settings = WebSettings(
        home=said.home,
        host=said.host,
        port=said.port,
        addresses=frozenset(said.addresses.split(",")),
        dagster_url=said.dagster_url,
        read_only=said.read_only,
        upload_bytes=_upload_bytes(os.environ.get(UPLOAD_MB, "")),
    )
    # No access log: what is asked for is nobody's business, and it would be the only place that has it.
    uvicorn.run(
        build_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )


if __name__ == "__main__":
    main()
