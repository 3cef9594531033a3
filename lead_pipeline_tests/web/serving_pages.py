"""The workbench as it is served: a real server in this process, over a home, at a port of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn

from lead_pipeline.orchestration.serving.guard import local_addresses
from lead_pipeline.web.app import build_app
from lead_pipeline.web.web_settings import WebSettings
from lead_pipeline_tests.orchestration.serving import free_port

_PATIENCE = 60


@contextmanager
def served(home: Path, **said: object) -> Iterator[str]:
    """Serve a home and give the address; `said` are further settings."""
    port = free_port()
    settings = replace(WebSettings(home, port=port, addresses=local_addresses("127.0.0.1", port)), **said)
    config = uvicorn.Config(build_app(settings), host="127.0.0.1", port=port, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + _PATIENCE
    while not server.started:
        assert thread.is_alive(), "the server ended before it had started"
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.01)
    try:
        yield settings.url
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
