"""Ends a service when the command that started it is gone, however that ended."""

import os
import signal
import threading
import time

#: Set for services that have the lifeline as their standard input: a pipe whose other end the command alone holds.
LIFELINE = "LEAD_PIPELINE_LIFELINE"

_STOP_SECONDS = 5.0


def exit_with_parent() -> None:
    """Have this process stop, or be stopped, once the command that started it has died; nothing without a lifeline."""
    if os.environ.get(LIFELINE) == "stdin":
        threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_SECONDS)
    os._exit(1)
